"""Add what many processes share, bursts, and what forgetting, retention and restoring need.

Revision ID: 0003
Revises: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# on SQLite only INTEGER counts up by itself
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _share()
    _keep_less()


def _share() -> None:
    op.create_table(
        "process",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "pace",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "edition",
        sa.Column("number", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.add_column("delivery", sa.Column("owner", ID, nullable=True))
    op.create_index(
        "ix_delivery_owner",
        "delivery",
        ["owner"],
        sqlite_where=sa.text("owner IS NOT NULL"),
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_table(
        "trouble",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    # what the version before left in hand belongs to nobody who lives
    op.execute("UPDATE delivery SET owner = 0 WHERE state = 'sending'")
    # updates take turns: those go first that have waited longest
    op.drop_index("ix_delivery_take", "delivery")
    _add_partial(
        "ix_delivery_take", "delivery", ["to", "rank", "due_at", "id"], "due_at IS NOT NULL"
    )
    _add_bursts()


def _add_bursts() -> None:
    op.create_table(
        "burst",
        sa.Column("id", ID, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("thread_key", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("newest_at", sa.BigInteger(), nullable=False),
        sa.Column("message", ID, nullable=False),
        sa.Column("earlier", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )

    def add(table: str, name: str, kind: sa.types.TypeEngine[Any], default: Any = None) -> None:
        # rows that are there take the default; every later one is given its value
        op.add_column(
            table, sa.Column(name, kind, nullable=default is None, server_default=default)
        )

    add("ticket", "burst", ID)
    add("ticket", "lined", sa.Boolean(), sa.false())
    add("delivery", "burst", ID)
    op.create_index("ix_conversation_thread", "conversation", ["account", "thread_key", "ticket"])
    _add_partial(
        "uq_burst_live", "burst", ["account", "thread_key", "queue"], "ended_at IS NULL", unique=True
    )
    _add_partial("ix_ticket_burst", "ticket", ["burst", "status", "assignee", "queue"], "burst IS NOT NULL")
    _add_partial("uq_delivery_burst", "delivery", ["burst", "to"], "what = 'burst'", unique=True)
    op.drop_index("ix_delivery_root", "delivery")
    _add_partial(
        "ix_delivery_root", "delivery", ["to", "external_id"], "what IN ('card', 'burst', 'line')"
    )


def _keep_less() -> None:
    op.create_table(
        "forgotten",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    # a delivery is looked for by its ticket, whatever it is, and by its log entry
    op.drop_index("ix_delivery_follows", "delivery")
    _add_partial("ix_delivery_ticket", "delivery", ["ticket", "what"], "ticket IS NOT NULL")
    op.drop_index("ix_delivery_entry", "delivery")
    _add_partial("ix_delivery_entry", "delivery", ["entry"], "entry IS NOT NULL")
    # what goes by age
    _add_partial("ix_delivery_published", "delivery", ["taken_at"], "what = 'published'")
    _add_partial("ix_ticket_closed", "ticket", ["closed_at"], "closed_at IS NOT NULL")
    _add_partial("ix_message_loose", "message", ["at"], "ticket IS NULL")
    op.create_index("ix_message_conversation", "message", ["conversation"])
    op.create_index("ix_act_at", "act", ["at"])
    op.create_index("ix_digest_run_at", "digest_run", ["at"])
    op.create_index("ix_shift_at", "shift", ["at"])


def _add_partial(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
