"""Say until when a ticket's network takes a reply, find those of which that is over, and invitations.

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
    _add_partial("ix_ticket_window", "ticket", "window_at", "window_at IS NOT NULL")
    _add_partial("ix_clock_invited", "clock", "started_at", "kind = 'dm_handover'")


def _add_partial(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)
