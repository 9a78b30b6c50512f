"""Say of each clock how far its alerts have gone, and find what alerts a room had and what ran out unseen.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock", sa.Column("alerted", sa.String(), nullable=True))
    told, alerted = sa.column("told", sa.Boolean()), sa.column("alerted", sa.String())
    clock = sa.table("clock", told, alerted)
    op.execute(clock.update().where(clock.c.told.is_(sa.true())).values(alerted="breach"))
    # one that runs is due at `alert_at`: it is alerted of from then on
    op.drop_column("clock", "told")
    _add_partial("ix_clock_due", "clock", ["due_at"], "outcome IS NULL AND breached_at IS NULL")
    _add_partial("ix_delivery_alert", "delivery", ["to", "id"], "what = 'alert'")


def _add_partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
