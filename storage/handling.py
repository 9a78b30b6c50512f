"""The rows of a period from which chatops.handling makes its figures.

As in storage.figures, every statement reads a window of one index and gives its rows by queue, and
which queues count is decided here.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import and_, distinct, func, or_, select, text, union_all

from chatops.event import Assigned, ClockKind, Escalated, ReplySent
from chatops.handling import UNANSWERED_AFTER, Escalation, Handling, Turn, What, pick_ups
from chatops.report import EVERY, Only
from storage.codec import read
from storage.instant import instant, micros
from storage.measures import within
from storage.narrow import by_them, meant, theirs, window
from storage.statement import Db, Param, Statement, param
from storage.tables import CLOCK, ENTRY, ESCALATED, HANDLED, MESSAGE, TICKET


def handling(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Handling:
    """Return the rows of [start, end)."""
    params = window(start, end, only)
    unanswered = db.all(_UNANSWERED, **params, older=micros(end - UNANSWERED_AFTER))
    found = pick_ups(_turns(db, queues, params), start, end)
    return Handling(
        pick_ups=[each for each in found if only.agent in {None, each.agent}],
        escalations=[
            Escalation(ticket, instant(at), event.target, level, event.agent, event.message)
            for queue, ticket, at, body, level in db.all(_ESCALATED, **params)
            if queue in queues
            for event in [read(Escalated, body)]
        ],
        unanswered=sum(count for queue, count in unanswered if queue in queues),
        replies=sum(count for queue, count in db.all(_REPLIES, **params) if queue in queues),
        canned=len(canned(db, queues, params)),
    )


def canned(
    db: Db, queues: Collection[str], params: Mapping[str, Param]
) -> list[tuple[int, datetime]]:
    """Return of which tickets the canned replies were, and when the network had taken them."""
    return [
        (ticket, instant(at))
        for queue, ticket, at, body, message in db.all(_CANNED, **params)
        if queue in queues and read(ReplySent, body).message == message
    ]


def handled(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> int:
    """Return about how many tickets people did something in [start, end)."""
    rows = db.all(_HANDLED, **window(start, end, only))
    return sum(count for queue, count in rows if queue in queues)


def handled_by(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Mapping[int, int]:
    """Return by agent about how many tickets they did something; one may be several people's."""
    tally: Counter[int] = Counter()
    for queue, agent, count in db.all(_HANDLED_BY, **window(start, end, only)):
        tally[agent] += count if queue in queues else 0
    return +tally


def _turns(db: Db, queues: Collection[str], params: dict[str, Param]) -> Iterator[Turn]:
    for queue, ticket, at, name, agent, body in db.all(_TURNS, **params):
        if queue not in queues:
            continue
        # of Assigned the log's own column says by whom
        whom = read(Assigned, body).agent if name == "Assigned" else agent
        yield Turn(ticket, queue, _WHAT[name], whom, instant(at))


_WHAT: Final = {
    "Claimed": What.GIVEN,
    "Assigned": What.GIVEN,
    "Unclaimed": What.LET_GO,
    "ReplySent": What.REPLIED,
}

_queue = TICKET.c.queue
_log = ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket)

#: That an entry is something a person did about a ticket: a reply on the network itself is, and what
#: a stage of a chain does is not.
acted: Final = and_(
    ~TICKET.c.quiet,
    text(HANDLED),
    or_(ENTRY.c.agent.is_not(None), ENTRY.c.name == "AnsweredOutside"),
)
_HANDLED: Final = Statement(
    select(_queue, func.count(distinct(ENTRY.c.ticket)))
    .select_from(_log)
    .where(acted, within(ENTRY.c.at), meant, by_them)
    .group_by(_queue)
)
_HANDLED_BY: Final = Statement(
    select(_queue, ENTRY.c.agent, func.count(distinct(ENTRY.c.ticket)))
    .select_from(_log)
    .where(acted, within(ENTRY.c.at), meant, by_them, ENTRY.c.agent.is_not(None))
    .group_by(_queue, ENTRY.c.agent)
)
#: That an entry says of a reply of ours that the network took it.
_went_out = and_(~TICKET.c.quiet, text(HANDLED), ENTRY.c.name == "ReplySent", within(ENTRY.c.at))
_REPLIES: Final = Statement(
    select(_queue, func.count()).select_from(_log).where(_went_out, meant, by_them).group_by(_queue)
)
#: Beside each reply the canned ones of its ticket: which of them it is, its body says.
_CANNED: Final = Statement(
    select(_queue, ENTRY.c.ticket, ENTRY.c.at, ENTRY.c.body, MESSAGE.c.id)
    .select_from(_log.join(MESSAGE, MESSAGE.c.ticket == ENTRY.c.ticket))
    .where(_went_out, meant, by_them, MESSAGE.c.said.is_not(None))
)
_earlier = ENTRY.alias("earlier")
_level = (
    select(func.count())
    .where(_earlier.c.ticket == ENTRY.c.ticket, _earlier.c.id <= ENTRY.c.id)
    .where(_earlier.c.name.concat("") == "Escalated")  # led by the ticket, not by all escalations
    .correlate(ENTRY)
    .scalar_subquery()
)
_ESCALATED: Final = Statement(
    select(_queue, ENTRY.c.ticket, ENTRY.c.at, ENTRY.c.body, _level)
    .select_from(_log)
    .where(text(ESCALATED), within(ENTRY.c.at), meant, by_them)
    .order_by(ENTRY.c.id)
)
_reply = ENTRY.alias("reply")
_replied = select(_reply.c.ticket).where(
    text(HANDLED.replace("name", "reply.name")),
    _reply.c.name == "ReplySent",
    _reply.c.at >= param("start"),
    _reply.c.at < param("end"),
)
_TURNS: Final = Statement(
    select(_queue, ENTRY.c.ticket, ENTRY.c.at, ENTRY.c.name, ENTRY.c.agent, ENTRY.c.body)
    .select_from(_log)
    .where(
        ENTRY.c.ticket.in_(_replied),
        or_(*(ENTRY.c.name == name for name in _WHAT)),
        meant,
    )
    .order_by(ENTRY.c.ticket, ENTRY.c.id)
)
# two indexes, as of who still waits: the clocks that run still, and those that were stopped since
_began = select(CLOCK.c.ticket).where(
    CLOCK.c.kind == ClockKind.FIRST_RESPONSE.value, CLOCK.c.started_at < param("end")
)
owing: Final = union_all(
    _began.where(CLOCK.c.outcome.is_(None)),
    _began.where(CLOCK.c.stopped_at >= param("end")),
).subquery()
#: That a ticket which owes its first answer is old enough to be called unanswered.
is_old: Final = TICKET.c.opened_at < param("older")
_UNANSWERED: Final = Statement(
    select(_queue, func.count(distinct(TICKET.c.id)))
    .select_from(owing.join(TICKET, TICKET.c.id == owing.c.ticket))
    .where(is_old, meant, theirs)
    .group_by(_queue)
)
