"""Keep how many stars a customer gave, and how many a room was told of.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("stars", "shared_stars"):
        op.add_column("ticket", sa.Column(name, sa.Integer(), nullable=True))
