"""Add what a second chat needs: where somebody acts and writes, who is linked by an e-mail address,
and questions about posts.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("writing_in", sa.String(), nullable=True))
    op.add_column("entry", sa.Column("chat", sa.String(), nullable=True))
    op.add_column("identity", sa.Column("email", sa.String(), nullable=True))
    # a question carries a finished card too, and goes by age as a published one does
    op.drop_index("ix_delivery_published", "delivery")
    where = sa.text("what IN ('published', 'question')")
    op.create_index(
        "ix_delivery_finished", "delivery", ["taken_at"], sqlite_where=where, postgresql_where=where
    )
