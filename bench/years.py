"""Databases of a hundred thousand and of a million tickets, made by SQL, for what must not grow.

Ten queues and twelve agents; each customer has written twice and was answered once. All but 2,000
tickets are closed, whatever the number: work at hand does not grow with the years behind. Of the
open ones 1,900 are the newest, the rest lie about; every second one is somebody's.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from chatops.tokens import tokens
from storage.migrate import upgrade

OPEN: Final = 2000
QUEUES: Final = 10
AGENTS: Final = 12

#: A word that one message in 10,000 holds, one in four, and two letters of every tenth.
RARE, COMMON, JAPANESE = "guyline", "tent", "返金"

_TEXTS: Final = (
    "My tent came with two left poles. Can you send me a right one before the weekend?",
    "The zip of my jacket broke on its second day and the shop in town says it is not theirs.",
    "ご注文した商品がまだ届きません。週末に使う予定なのですが、いつ届きますか？",
    "Is the blue backpack coming back in stock? I have been waiting for it since the spring.",
)
_REPLY: Final = "Thank you for writing. We are looking into it and will be back within the day."
_REFUND: Final = "届いた商品が違うので返金してください。"

#: Microseconds between two tickets; and the time of the first.
STEP: Final = 30_000_000
START: Final = 1_700_000_000_000_000


def make(
    path: Path, count: int, *, step: int = STEP, opened: int = OPEN, more: Sequence[str] = ()
) -> None:
    """Make a migrated database of so many tickets, `step` microseconds apart.

    So many of them are open; `more` are statements to run beside ours, by the numbers in `n`.
    """
    upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as db:
        db.create_function("tokens", 1, lambda text: " ".join(tokens(text)), deterministic=True)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
            db.execute(f"PRAGMA {pragma}")
        # every message has a number of its own, as orders have
        db.execute("CREATE TEMP TABLE n (i INTEGER PRIMARY KEY, open, text)")
        db.execute(_NUMBERS, {"count": count, "open": opened})
        db.execute(
            "CREATE TEMP TABLE said (k INTEGER PRIMARY KEY, text, tokens)",
        )
        for k, text in enumerate((*_TEXTS, f"{RARE} {_TEXTS[0]}", _REFUND, _REPLY)):
            db.execute("INSERT INTO said VALUES (?, ?, tokens(?))", (k, text, text))
        for agent in range(1, AGENTS + 1):
            db.execute(_AGENT, {"i": agent})
        for statement in (*_ROWS, *more):
            db.execute(statement, {"start": START, "step": step})
        db.commit()
        db.execute("PRAGMA journal_mode = WAL")


_NUMBERS: Final = """
WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < :count)
INSERT INTO n SELECT
    i,
    i > :count - :open * 95 / 100 OR i % (:count / (:open * 5 / 100)) = 1,
    CASE WHEN i % 10000 = 7 THEN 4 WHEN i % 10 = 3 THEN 5 ELSE i % 4 END
FROM number
"""
_AGENT: Final = """
INSERT INTO agent (id, name, public_name, roles, on_shift, keeps_shifts)
VALUES (:i, 'agent' || :i, 'Agent ' || :i, '{}', 1, 0)
"""
_ROWS: Final = (
    """
    INSERT INTO customer (id, channel, external_id, handle, name, handle_key, name_key)
    SELECT i, 'x', 'c' || i, 'customer' || i, 'Customer ' || i, 'customer' || i, 'customer ' || i
    FROM n WHERE i % 2 = 1
    """,
    """
    INSERT INTO conversation (id, account, thread_key, customer, ticket)
    SELECT i, 'shop' || (i % 10), 't' || i, (i - 1) / 2 * 2 + 1, i FROM n
    """,
    """
    INSERT INTO ticket (id, conversation, customer, account, channel, kind, private, queue, language,
        priority, why, can_reply, opened_at, revision, status, waiting, assignee, read_by, level,
        close_reason, closed_at, thanked, replies)
    SELECT i, i, (i - 1) / 2 * 2 + 1, 'shop' || (i % 10), 'x', 'mention', 0, 'queue' || (i % 10), 'en',
        'normal', '[]', 1, :start + :step * i, 4, iif(open, 'open', 'closed'), 'us',
        iif(open AND i % 2, NULL, i / 2 % 12 + 1), ',1,', 0,
        iif(open, NULL, 'resolved'), iif(open, NULL, :start + :step * i + 3600000000), 0, '[]'
    FROM n
    """,
    """
    INSERT INTO clock (ticket, kind, cycle, calendar, target_s, started_at, due_at, stopped_at,
        outcome, elapsed_s, alert_at)
    SELECT i, 'first_response', 1, 'always', 3600, :start + :step * i,
        :start + :step * i + 3600000000 + i % 7 * 60000000,
        iif(open, NULL, :start + :step * i + 900000000), iif(open, NULL, 'met'),
        iif(open, NULL, 900),
        iif(open, :start + :step * i + 3600000000 + i % 7 * 60000000, NULL)
    FROM n
    """,
    """
    INSERT INTO message (id, account, external_id, direction, text, at, private, conversation,
        ticket, thanks, can_reply, deleted, hidden, state)
    SELECT 2 * i - part, 'shop' || (i % 10), 'm' || (2 * i - part), iif(part, 'inbound', 'outbound'),
        said.text || iif(part, ' (order ' || i || ')', ''), :start + :step * i, 0, i, i, 0, 1, 0, 0,
        iif(part, NULL, 'sent')
    FROM n JOIN (SELECT 1 AS part UNION ALL SELECT 0) JOIN said ON k = iif(part, n.text, 6)
    ORDER BY i, part DESC
    """,
    """
    INSERT INTO message_words (rowid, tokens)
    SELECT 2 * i - part, said.tokens || iif(part, ' order ' || i, '')
    FROM n JOIN (SELECT 1 AS part UNION ALL SELECT 0) JOIN said ON k = iif(part, n.text, 6)
    ORDER BY i, part DESC
    """,
    """
    INSERT INTO delivery (what, "to", lane, urgency, rank, marker, ticket, mention, undo, state, due_at,
        wanted, shown, attempts, external_id, "left")
    SELECT 'card', 'room' || (i % 10), i || ':room', 1, 2, 'card' || i, i, 0, 0, 'sent',
        iif(open AND i % 4 = 0, :start + :step * i, NULL), 4, iif(open AND i % 4 = 0, 3, 4), 0,
        'p' || i, 0
    FROM n
    """,
    """
    INSERT INTO entry (ticket, at, agent, name, body)
    SELECT i, :start + :step * i, NULL, 'Opened', '{"conversation":' || i || ',"customer":' ||
        ((i - 1) / 2 * 2 + 1) || ',"account":"shop","channel":"x","kind":"mention","private":false,'
        || '"queue":"queue","language":"en","priority":"normal","why":[],"can_reply":true}'
    FROM n
    """,
    """
    INSERT INTO entry (ticket, at, agent, name, body)
    SELECT i, :start + :step * i + 900000000, i % 12 + 1, 'Claimed',
        '{"agent":' || (i % 12 + 1) || '}'
    FROM n WHERE NOT (open AND i % 2)
    """,
)
