"""Say of each ticket where it stands in its queue's escalation chain.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # tickets of before stand in none: a chain begins with what happens from now on
    for name, kind in (
        ("chain_stage", sa.Integer()),
        ("chain_round", sa.Integer()),
        ("chain_at", sa.BigInteger()),
    ):
        op.add_column("ticket", sa.Column(name, kind, nullable=True))
    condition = sa.text("chain_at IS NOT NULL")
    op.create_index(
        "ix_ticket_chain",
        "ticket",
        ["chain_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
