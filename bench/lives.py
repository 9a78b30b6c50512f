"""The tickets of bench.years with the log of a whole life, clocks of both kinds, and the roll-up.

A closed ticket's log has eight entries. Tickets come further apart, so that the last thirty days and
the thirty before lie within a hundred thousand of them too: then a report has the same to read
whatever the number. Of the open ones half are due in their chain and half to be looked after.
"""

from pathlib import Path
from typing import Final

from bench import years

#: Microseconds between two tickets: 1,152 a day.
STEP: Final = 75_000_000

#: Entries of a closed ticket's log.
ENTRIES: Final = 8


def make(path: Path, count: int, opened: int = years.OPEN) -> None:
    """Make a migrated database of so many tickets; its roll-up is not folded yet."""
    years.make(path, count, step=STEP, opened=opened, more=_MORE)


#: In the bodies stand @i for the ticket's number, @q for its queue's, @o for whose conversation it
#: is, @a for the agent, @m for the customer's message, @r for the reply and @t for the time.
_LIFE: Final = """
INSERT INTO life VALUES
(0, 0, 0, 'Opened', '{"conversation":@i,"customer":@o,"account":"shop@q","channel":"x",
"kind":"mention","private":false,"queue":"queue@q","language":"en","priority":"normal","why":[],
"can_reply":true}'),
(1, 0, 0, 'CustomerWrote', '{"message":@m}'),
(2, 300, 1, 'Claimed', '{"agent":@a}'),
(3, 600, 1, 'ReplyRequested', '{"message":@r,"agent":@a}'),
(4, 610, 0, 'SendingBegan', '{"message":@r}'),
(5, 900, 1, 'ReplySent', '{"message":@r,"agent":@a,"at":"@t"}'),
(6, 1000, 1, 'Tagged', '{"tag":"refund","agent":@a}'),
(7, 3600, 1, 'Closed', '{"reason":"resolved","agent":@a}')
"""
_MORE: Final = (
    "DELETE FROM entry",
    "CREATE TEMP TABLE life (k INTEGER PRIMARY KEY, after, by_agent, name, body)",
    _LIFE,
    """
    INSERT INTO entry (ticket, at, agent, name, body)
    SELECT i, at, iif(by_agent, agent, NULL), name,
        replace(replace(replace(replace(replace(replace(replace(body, '@i', i), '@q', i % 10),
            '@o', (i - 1) / 2 * 2 + 1), '@a', agent), '@m', 2 * i - 1), '@r', 2 * i),
            '@t', strftime('%Y-%m-%dT%H:%M:%S+00:00', at / 1000000, 'unixepoch'))
    FROM (
        SELECT i, k, :start + :step * i + after * 1000000 AS at, i / 2 % 12 + 1 AS agent,
            by_agent, name, body
        FROM n JOIN life WHERE NOT open OR k < 2 OR (k = 2 AND NOT i % 2)
    )
    ORDER BY i, k
    """,
    """
    INSERT INTO clock (ticket, kind, cycle, calendar, target_s, started_at, due_at, stopped_at,
        outcome, elapsed_s)
    SELECT i, 'resolution', 1, 'always', 86400, :start + :step * i, :start + :step * i + 86400000000,
        iif(open, NULL, :start + :step * i + 3600000000), iif(open, NULL, 'met'),
        iif(open, NULL, 3600)
    FROM n
    """,
    """
    UPDATE ticket SET chain_stage = 0, chain_round = 0, chain_at = :start + :step * id
    WHERE status = 'open' AND id % 4 < 2
    """,
    "UPDATE ticket SET look_at = :start + :step * id WHERE status = 'open' AND id % 4 > 1",
)
