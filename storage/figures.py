"""The figures of a window, counted from rows; chatops.report says what each means.

Spam is left out of the new tickets (its clock is void and counts nowhere); among the closes it has
a reason of its own. A close that the same person undid within a minute was a slip and no close. A
ticket on the quiet list never was work: it is neither opened nor closed, and counted by its rule.

What is additive is taken from the roll-up for the whole days that it holds (storage.sums), and counted
here for the rest. Every statement reads a window of one index and gives its rows by queue; which
queues count is decided here. Named in the statement, they would lead SQLite to read all tickets of a
queue instead.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, select, text, union_all

from chatops.event import ClockKind, Closed, CloseReason, Reopened
from chatops.measures import SLIP
from chatops.report import EVERY, CloseRow, Counts, Only
from chatops.rollup import Additive
from storage.codec import read
from storage.instant import MICROSECOND, instant, micros
from storage.measures import responses
from storage.narrow import by_them, meant, narrowing, theirs, window
from storage.statement import Db, Param, Statement, first, param
from storage.sums import Sums, sums
from storage.tables import CLOCK, ENTRY, REPEATED, TICKET


def first_opened(db: Db, now: datetime) -> datetime | None:
    """Return when the first ticket of all was opened; None if none was by now."""
    row = db.one(_FIRST_OPENED, now=micros(now))
    return None if row is None else instant(row[0])


def counts(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Counts:
    """Return the additive figures of [start, end)."""
    params = window(start, end, only)
    waiting = [row for row in db.all(_WAITING, **params) if row[0] in queues]
    held = _held(db, start, end, only)
    return Counts(
        new=_count(db, queues, held, Additive.NEW, _NEW) if only.agent is None else 0,
        closed=sum(row.count for row in _closes(db, queues, held, only)),
        first_responses=_first_responses(db, queues, params, only),
        waiting=sum(count for _, count, _ in waiting),
        oldest_waiting=instant(min((oldest for _, _, oldest in waiting), default=None)),
        repeated=_count(db, queues, held, Additive.REPEATED, _REPEATED),
    )


def closes(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Sequence[CloseRow]:
    """Return the closes of [start, end) by who pressed, channel and reason, most first."""
    return _closes(db, queues, _held(db, start, end, only), only)


def quiet_counts(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Mapping[str, int]:
    """Return by rule how many tickets opened in [start, end) are on the quiet list, most first.

    They are a rule's doing, and no agent's.
    """
    if only.agent is not None:
        return {}
    held = _held(db, start, end, only)
    tally: Counter[str] = Counter()
    for each in held.of(Additive.QUIET, queues):
        tally[each.detail] += each.total
    for params in held.rest:
        for queue, rule, count in db.all(_QUIET, **params):
            if queue in queues:
                tally[rule] += count
    return dict(tally.most_common())


def _held(db: Db, start: datetime, end: datetime, only: Only) -> Sums:
    """Return what the roll-up holds of a window, and the rest as parameters; narrowed, all is rest."""
    if only != EVERY:
        return Sums((), (window(start, end, only),))
    found = sums(db, start, end)
    return found._replace(rest=[{**narrowing(only), **each} for each in found.rest])


def _count(
    db: Db, queues: Collection[str], held: Sums, figure: Additive, straight: Statement
) -> int:
    """Return a figure; `straight` counts it from the log, by queue."""
    total = sum(each.total for each in held.of(figure, queues))
    for params in held.rest:
        total += sum(count for queue, count in db.all(straight, **params) if queue in queues)
    return total


def _closes(db: Db, queues: Collection[str], held: Sums, only: Only) -> Sequence[CloseRow]:
    tally: Counter[tuple[int | None, str, CloseReason]] = Counter()
    for each in held.of(Additive.CLOSED, queues):
        tally[each.agent, each.channel, CloseReason(each.detail)] += each.total
    for params in held.rest:
        # bodies of one agent and reason are alike: thousands of closes are a few texts
        for queue, channel, body, count in db.all(_CLOSES, **params):
            if queue in queues:
                tally[_by(channel, read(Closed, body))] += count
        for queue, channel, body, undone in db.all(_SLIPS, **params, slip=SLIP // MICROSECOND):
            close = read(Closed, body)
            if queue in queues and read(Reopened, undone).agent == close.agent:
                tally[_by(channel, close)] -= 1
    return [
        CloseRow(agent, channel, reason.value, count)
        for (agent, channel, reason), count in (+tally).most_common()
        if only.agent in {None, agent}
    ]


def _first_responses(
    db: Db, queues: Collection[str], params: Mapping[str, Param], only: Only
) -> list[int]:
    if only.agent is None:
        return [elapsed for queue, elapsed in db.all(_RESPONSES, **params) if queue in queues]
    theirs = responses(db, queues, params, only)
    return [each.elapsed_s for each in theirs if each.clock is ClockKind.FIRST_RESPONSE]


def _by(channel: str, close: Closed) -> tuple[int | None, str, CloseReason]:
    return close.agent, channel, close.reason


def _within(column: ColumnElement[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= param("start"), column < param("end")


_queue = TICKET.c.queue
#: Responses are of first responses alone; who waits, waits for a next one too.
_is_first = CLOCK.c.kind == ClockKind.FIRST_RESPONSE.value
_clocks = CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket)

_FIRST_OPENED: Final = Statement(
    first(
        select(TICKET.c.opened_at)
        .where(TICKET.c.opened_at <= param("now"))
        .order_by(TICKET.c.opened_at)
    )
)
#: That a ticket is new work of the window, and that it was put on the quiet list in it.
is_new: Final = and_(
    *_within(TICKET.c.opened_at),
    ~TICKET.c.quiet,
    or_(TICKET.c.close_reason.is_(None), TICKET.c.close_reason != CloseReason.SPAM.value),
)
is_quiet: Final = and_(*_within(TICKET.c.opened_at), TICKET.c.quiet, TICKET.c.rule.is_not(None))
_NEW: Final = Statement(select(_queue, func.count()).where(is_new, meant).group_by(_queue))
_QUIET: Final = Statement(
    select(_queue, TICKET.c.rule, func.count())
    .where(is_quiet, meant)
    .group_by(_queue, TICKET.c.rule)
)
_RESPONSES: Final = Statement(
    select(_queue, CLOCK.c.elapsed_s)
    .select_from(_clocks)
    .where(*_within(CLOCK.c.stopped_at), _is_first, CLOCK.c.outcome.in_(["met", "met_late"]))
    .where(meant)
)
# two indexes: the clocks that run still, and those that were stopped since
_began = select(CLOCK.c.ticket, CLOCK.c.started_at).where(
    CLOCK.c.kind.in_([ClockKind.FIRST_RESPONSE.value, ClockKind.NEXT_RESPONSE.value]),
    CLOCK.c.started_at < param("end"),
)
#: The clocks of who still waited at the window's end.
ran: Final = union_all(
    _began.where(CLOCK.c.outcome.is_(None)),
    _began.where(CLOCK.c.stopped_at >= param("end")),
).subquery()
_WAITING: Final = Statement(
    select(_queue, func.count(), func.min(ran.c.started_at))
    .select_from(ran.join(TICKET, TICKET.c.id == ran.c.ticket))
    .where(meant, theirs)
    .group_by(_queue)
)
# that both names are named is what lets SQLite use their partial index
_ends = ENTRY.c.name.in_(["Closed", "Reopened"])
_CLOSES: Final = Statement(
    select(_queue, TICKET.c.channel, ENTRY.c.body, func.count())
    .select_from(ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket))
    .where(_ends, ENTRY.c.name == "Closed", *_within(ENTRY.c.at), ~TICKET.c.quiet, meant)
    .group_by(_queue, TICKET.c.channel, ENTRY.c.body)
)
_REPEATED: Final = Statement(
    select(_queue, func.count())
    .select_from(ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket))
    .where(text(REPEATED), *_within(ENTRY.c.at), meant, by_them)
    .group_by(_queue)
)
_closed = ENTRY.alias("closed")
_before = ENTRY.alias("before")
_its_close = (
    select(func.max(_before.c.id))
    .where(_before.c.ticket == ENTRY.c.ticket, _before.c.id < ENTRY.c.id)
    .where(_before.c.name.in_(["Closed", "Reopened"]))
    .scalar_subquery()
)
#: Closes of the window that were undone so soon after, be it past the window's end. One that was undone
#: before, and of whose ticket something else made an end since, is not undone again.
_SLIPS: Final = Statement(
    select(_queue, TICKET.c.channel, _closed.c.body, ENTRY.c.body)
    .select_from(
        ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket).join(_closed, _closed.c.id == _its_close)
    )
    .where(
        _ends,
        ~TICKET.c.quiet,
        meant,
        ENTRY.c.name == "Reopened",
        _closed.c.name == "Closed",
        ENTRY.c.at >= param("start"),
        ENTRY.c.at < param("end", BigInteger) + param("slip", BigInteger),
        *_within(_closed.c.at),
        ENTRY.c.at - _closed.c.at <= param("slip", BigInteger),
    )
)
