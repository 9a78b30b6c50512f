"""What happened in a period, a row each with what chatops.splits splits it by.

As in storage.figures, every statement reads a window of one index, and which queues count is
decided here.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import and_, or_, select

from chatops.event import ClockKind, Closed, CloseReason, Reopened, ReplySent
from chatops.measures import SLIP
from chatops.report import EVERY, Only
from chatops.sla import Outcome
from chatops.sla.clock import second
from chatops.splits import Count, Happened
from storage.codec import read
from storage.figures import ran
from storage.instant import MICROSECOND, instant
from storage.measures import next_reopening, within
from storage.narrow import meant, window
from storage.statement import Db, Param, Statement
from storage.tables import CLOCK, ENTRY, TICKET


def happened(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Sequence[Happened]:
    """Return what [start, end) held, and who waited at its end; of an agent what they did, and have."""
    params = window(start, end, only)
    rows = (
        *_opened(db, params),
        *_closed(db, params),
        *_answered(db, params),
        *_waiting(db, params),
    )
    return [row for row in rows if row.queue in queues and only.agent in {None, row.agent}]


def _opened(db: Db, params: dict[str, Param]) -> Iterator[Happened]:
    for at, *of in db.all(_OPENED, **params):
        yield Happened(Count.NEW, instant(at), *_of(*of))


def _closed(db: Db, params: dict[str, Param]) -> Iterator[Happened]:
    for at, body, reopened_at, reopened, *of in db.all(_CLOSED, **params):
        agent = read(Closed, body).agent
        is_soon = reopened_at is not None and reopened_at - at <= SLIP // MICROSECOND
        if not is_soon or read(Reopened, reopened).agent != agent:
            yield Happened(Count.CLOSED, instant(at), *_of(*of), agent)


def _answered(db: Db, params: dict[str, Param]) -> Iterator[Happened]:
    """Return the first replies; of a ticket's replies the one that stopped the clock has the author."""
    found: dict[int, Happened] = {}
    for clock, at, elapsed, body, *of in db.all(_ANSWERED, **params):
        sent = read(ReplySent, body) if body is not None else None
        agent = sent.agent if sent is not None and second(sent.at) == instant(at) else None
        if agent is not None or clock not in found:
            found[clock] = Happened(Count.ANSWERED, instant(at), *_of(*of), agent, elapsed)
    yield from found.values()


def _waiting(db: Db, params: dict[str, Param]) -> Iterator[Happened]:
    for since, assignee, *of in db.all(_WAITING, **params):
        yield Happened(Count.WAITING, instant(since), *_of(*of), assignee)


def _of(queue: str, channel: str, kind: str, tags: str) -> tuple[str, str, str, tuple[str, ...]]:
    return queue, channel, kind, tuple(orjson.loads(tags))


_ticket = (TICKET.c.queue, TICKET.c.channel, TICKET.c.kind, TICKET.c.tags)
_reopened = ENTRY.alias("reopened")

_OPENED: Final = Statement(
    select(TICKET.c.opened_at, *_ticket).where(
        within(TICKET.c.opened_at),
        meant,
        ~TICKET.c.quiet,
        or_(TICKET.c.close_reason.is_(None), TICKET.c.close_reason != CloseReason.SPAM.value),
    )
)
_CLOSED: Final = Statement(
    select(ENTRY.c.at, ENTRY.c.body, _reopened.c.at, _reopened.c.body, *_ticket)
    .select_from(
        ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket).outerjoin(
            _reopened, _reopened.c.id == next_reopening
        )
    )
    # that both names are named is what lets SQLite use their partial index
    .where(ENTRY.c.name.in_(["Closed", "Reopened"]), ENTRY.c.name == "Closed")
    .where(within(ENTRY.c.at), ~TICKET.c.quiet, meant)
)
_WAITING: Final = Statement(
    select(ran.c.started_at, TICKET.c.assignee, *_ticket)
    .select_from(ran.join(TICKET, TICKET.c.id == ran.c.ticket))
    .where(meant)
)
_ANSWERED: Final = Statement(
    select(CLOCK.c.id, CLOCK.c.stopped_at, CLOCK.c.elapsed_s, ENTRY.c.body, *_ticket)
    .select_from(
        CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket).outerjoin(
            ENTRY, and_(ENTRY.c.ticket == CLOCK.c.ticket, ENTRY.c.name == "ReplySent")
        )
    )
    .where(
        within(CLOCK.c.stopped_at),
        meant,
        CLOCK.c.kind == ClockKind.FIRST_RESPONSE.value,
        CLOCK.c.outcome.in_([Outcome.MET.value, Outcome.MET_LATE.value]),
    )
)
