"""Add what arranging, moderation, consent, one-time codes and search need.

Revision ID: 0002
Revises: 0001
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from chatops.tokens import name_key, tokens

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# on SQLite only INTEGER counts up by itself
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Rows that are read, changed and written at a time: a database may hold millions.
BATCH: Final = 2000


def upgrade() -> None:
    _add_columns()
    _add_tables()
    _add_indexes()
    _add_words()
    _change(
        "SELECT id, handle, name FROM customer WHERE id > :after ORDER BY id LIMIT :batch",
        "UPDATE customer SET handle_key = :first, name_key = :second WHERE id = :id",
        lambda handle, name: (name_key(handle), name_key(name)),
    )
    is_postgres = op.get_bind().dialect.name == "postgresql"
    value = "to_tsvector('message_words', :first)" if is_postgres else ":first"
    _change(
        "SELECT id, text FROM message WHERE id > :after AND NOT deleted ORDER BY id LIMIT :batch",
        f"INSERT INTO message_words (rowid, tokens) VALUES (:id, {value})",
        lambda text: (" ".join(tokens(text)),),
    )


def _add_words() -> None:
    """Make the full-text index: of our own tokens, which each database stems."""
    if op.get_bind().dialect.name != "postgresql":
        # SQLite has no such table without a copy of the tokens that forgets a row (before 3.43)
        op.execute(
            "CREATE VIRTUAL TABLE message_words USING fts5"
            "(tokens, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        return
    # `english` leaves out words like "not" and "on", by which people search too
    op.execute(
        "CREATE TEXT SEARCH DICTIONARY message_stem (TEMPLATE = snowball, LANGUAGE = english)"
    )
    op.execute("CREATE TEXT SEARCH CONFIGURATION message_words (COPY = simple)")
    op.execute(
        "ALTER TEXT SEARCH CONFIGURATION message_words"
        " ALTER MAPPING FOR asciiword, word, numword WITH message_stem"
    )
    op.execute("CREATE TABLE message_words (rowid BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL)")
    op.execute("CREATE INDEX ix_message_words ON message_words USING gin (tokens)")


def _add_columns() -> None:
    def add(table: str, name: str, kind: sa.types.TypeEngine[Any], default: str | None) -> None:
        # rows that are there take the default; every later one is given its value
        op.add_column(
            table, sa.Column(name, kind, nullable=default is None, server_default=default)
        )

    add("ticket", "rule", sa.String(), None)
    add("ticket", "tags", sa.Text(), "[]")
    add("ticket", "quiet", sa.Boolean(), "0")
    add("ticket", "prioritized_by", ID, None)
    add("ticket", "prioritized_note", ID, None)
    add("ticket", "muted", sa.Text(), "[]")
    add("ticket", "links", sa.Text(), "[]")
    add("ticket", "merged_into", ID, None)
    add("ticket", "merged", sa.Text(), "[]")
    add("ticket", "invited_at", sa.BigInteger(), None)
    add("ticket", "deeds", sa.Text(), "[]")
    add("message", "said", sa.String(), None)
    add("message", "hidden", sa.Boolean(), "0")
    add("delivery", "deed", sa.String(), None)
    add("delivery", "left", sa.Boolean(), "0")
    add("identity", "given", sa.Boolean(), "0")
    add("agent", "keeps_shifts", sa.Boolean(), "0")
    op.execute("UPDATE agent SET keeps_shifts = (1 = 1) WHERE id IN (SELECT agent FROM shift)")
    add("customer", "handle_key", sa.String(), "")
    add("customer", "name_key", sa.String(), "")


def _add_tables() -> None:
    op.create_table(
        "code",
        sa.Column("agent", ID, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agent.id"]),
        sa.PrimaryKeyConstraint("agent"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "consent",
        sa.Column("one", ID, nullable=False),
        sa.Column("other", ID, nullable=False),
        sa.Column("agent", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["customer.id"]),
        sa.ForeignKeyConstraint(["other"], ["customer.id"]),
        sa.PrimaryKeyConstraint("one", "other"),
    )


def _add_indexes() -> None:
    op.create_index("ix_consent_other", "consent", ["other"])
    op.create_index("ix_customer_handle", "customer", ["handle_key"])
    op.create_index("ix_customer_name", "customer", ["name_key"])
    op.create_index("ix_conversation_customer", "conversation", ["customer"])
    op.create_index("ix_conversation_ticket", "conversation", ["ticket"])
    op.create_index("ix_ticket_customer", "ticket", ["customer"])
    _add_partial(
        "ix_ticket_invited", "ticket", ["customer", "invited_at"], "invited_at IS NOT NULL"
    )
    _add_partial(
        "ix_ticket_live", "ticket", ["status", "queue", "assignee"], "status <> 'closed'"
    )
    _add_partial("ix_clock_owed", "clock", ["ticket", "kind", "due_at", "outcome"], "outcome IS NULL")
    _add_partial("ix_ticket_quiet", "ticket", ["queue"], "quiet = 1", "quiet")
    _add_partial("ix_message_said", "message", ["conversation", "said"], "said IS NOT NULL")
    _add_partial("ix_delivery_entry", "delivery", ["entry"], "what = 'event'")
    _add_partial(
        "ix_entry_repeated",
        "entry",
        ["at"],
        """name = 'ReplyRequested' AND body LIKE '%"repeated"_true%'""",
    )


def _add_partial(
    name: str, table: str, columns: list[str], where: str, postgresql: str | None = None
) -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(postgresql or where),
    )


def _change(read: str, write: str, made: Callable[..., Sequence[str]]) -> None:
    """Write what is made of each row's texts, in batches by id."""
    connection = op.get_bind()
    after = 0
    while rows := connection.execute(sa.text(read), {"after": after, "batch": BATCH}).all():
        values = [
            {"id": id, **dict(zip(("first", "second"), made(*texts), strict=False))}
            for id, *texts in rows
        ]
        connection.execute(sa.text(write), values)
        after = rows[-1][0]
