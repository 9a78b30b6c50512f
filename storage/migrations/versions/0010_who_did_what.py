"""Find by their time what people did about tickets, and escalations.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    handled = "name IN ('ReplySent', 'AnsweredOutside', 'Noted', 'Closed', 'Escalated')"
    _add_partial("ix_entry_handled", "entry", ["at", "ticket", "agent", "name"], handled)
    _add_partial("ix_entry_escalated", "entry", ["at"], "name = 'Escalated'")


def _add_partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
