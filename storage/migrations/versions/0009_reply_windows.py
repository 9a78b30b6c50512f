"""Say until when a ticket's network takes a reply, and find those of which that is over.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # of a ticket that is there it is known from the customer's next message on
    for name in ("reply_until", "window_at"):
        op.add_column("ticket", sa.Column(name, sa.BigInteger(), nullable=True))
    condition = sa.text("window_at IS NOT NULL")
    op.create_index(
        "ix_ticket_window",
        "ticket",
        ["window_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
