"""Keep the additive figures of local days, folded from the log.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# as the other tables have an agent's number
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # the tick folds the log from its beginning; until it is through, reports read the log itself
    op.create_table(
        "daily",
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agent", ID, nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "figure", "queue", "channel", "kind", "agent", "detail"
        ),
    )
