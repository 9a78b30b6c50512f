"""Let clocks stand still, be of several kinds, and keep what they were promised by.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terms",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.add_column("entry", sa.Column("terms", sa.String(), nullable=True))
    op.drop_index("ix_clock_due", "clock")
    # SQLite changes a column only by making its table anew
    with op.batch_alter_table("clock") as clock:
        clock.alter_column("due_at", existing_type=sa.BigInteger(), nullable=True)
        for name, kind, default in (
            ("policy", sa.String(), "''"),
            ("policy_version", sa.String(), "''"),
            ("calendar_version", sa.String(), "''"),
            ("past", sa.Text(), "'[]'"),
            ("extra_s", sa.Integer(), "0"),
        ):
            clock.add_column(sa.Column(name, kind, nullable=False, server_default=sa.text(default)))
        clock.add_column(sa.Column("given", sa.String(), nullable=True))
        clock.add_column(
            sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        clock.add_column(sa.Column("alert_at", sa.BigInteger(), nullable=True))
    names = ("outcome", "breached_at", "due_at", "alert_at", "told")
    rows = sa.table("clock", *(sa.column(name) for name in names))
    op.execute(rows.update().where(rows.c.breached_at.is_not(None)).values(told=sa.true()))
    op.execute(
        rows.update()
        .where(rows.c.outcome.is_(None), rows.c.breached_at.is_(None))
        .values(alert_at=rows.c.due_at)
    )
    where = sa.text("alert_at IS NOT NULL")
    op.create_index(
        "ix_clock_alert", "clock", ["alert_at"], sqlite_where=where, postgresql_where=where
    )
