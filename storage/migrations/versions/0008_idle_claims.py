"""Say since when nobody heeds a claim, find those to be looked at, and customers' thanks.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # of a claim that stands it is counted from the next thing that happens
    for name in ("idle_since", "hand_back_at", "look_at"):
        op.add_column("ticket", sa.Column(name, sa.BigInteger(), nullable=True))
    thanks = """name = 'CustomerWrote' AND body LIKE '%"thanks"_true%'"""
    _add_partial("ix_entry_thanks", "entry", ["at"], thanks)
    _add_partial("ix_ticket_look", "ticket", ["look_at"], "look_at IS NOT NULL")


def _add_partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
