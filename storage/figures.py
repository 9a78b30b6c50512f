"""The figures of a window, counted from rows; chatops.report and REPORTS say what each means.

Spam is left out of the new tickets (its clock is void and counts nowhere); among the closes it has
a reason of its own. A close that the same person undid within a minute was a slip and no close.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select, union_all

from chatops.event import Closed, CloseReason, Reopened
from chatops.report import CloseRow, Counts, LateRow
from chatops.ticket import Status
from storage.codec import decode
from storage.instant import instant, micros
from storage.lists import in_queues, queue_params
from storage.statement import Db, Param, Statement, param, there
from storage.tables import CLOCK, ENTRY, TICKET

#: A close undone by who made it within this time is left out.
SLIP: Final = timedelta(seconds=60)


def counts(db: Db, queues: Sequence[str], start: datetime, end: datetime) -> Counts:
    """Return the additive figures of [start, end); open and snoozed are as they are now."""
    if not queues:
        return Counts(0, 0, 0, 0, (), 0, None, 0)
    asked = _asked(len(queues))
    params = _params(queues, start, end)
    (new,) = there(db.one(asked.new, **params))
    by_status: dict[str, int] = dict(db.all(asked.by_status, **queue_params(queues)))
    first_responses = tuple(elapsed for (elapsed,) in db.all(asked.responses, **params))
    waiting, oldest = there(db.one(asked.waiting, **queue_params(queues), end=micros(end)))
    (breached,) = there(db.one(asked.breached, **params))
    return Counts(
        new=new,
        closed=sum(row.count for row in closes(db, queues, start, end)),
        open=by_status.get(Status.OPEN.value, 0),
        snoozed=by_status.get(Status.SNOOZED.value, 0),
        first_responses=first_responses,
        waiting=waiting,
        oldest_waiting=instant(oldest),
        breached=breached,
    )


def closes(db: Db, queues: Sequence[str], start: datetime, end: datetime) -> Sequence[CloseRow]:
    """Return the closes of [start, end) by who pressed, channel and reason, most first."""
    if not queues:
        return []
    asked = _asked(len(queues))
    found: dict[int, tuple[datetime, str, Closed]] = {}  # by entry
    newest: dict[int, int] = {}  # a ticket's newest close
    for id, ticket, at, name, body, channel in db.all(
        asked.closes, **_params(queues, start, end + SLIP)
    ):
        event, when = decode(name, body), instant(at)
        if isinstance(event, Closed) and when < end:
            found[id] = when, channel, event
            newest[ticket] = id
        elif isinstance(event, Reopened) and (close := newest.pop(ticket, None)) is not None:
            closed_at, _, undone = found[close]
            if event.agent == undone.agent and when - closed_at <= SLIP:
                del found[close]
    tally = Counter((event.agent, channel, event.reason) for _, channel, event in found.values())
    return [
        CloseRow(agent, channel, reason.value, count)
        for (agent, channel, reason), count in tally.most_common()
    ]


def late(db: Db, queues: Sequence[str], start: datetime, end: datetime) -> Sequence[LateRow]:
    """Return the clocks that were breached in [start, end), latest last."""
    if not queues:
        return []
    rows = db.all(_asked(len(queues)).late, **_params(queues, start, end))
    return [
        LateRow(ticket, queue, assignee, instant(due), instant(stopped), calendar)
        for ticket, queue, assignee, due, stopped, calendar in rows
    ]


def _params(queues: Sequence[str], start: datetime, end: datetime) -> dict[str, Param]:
    return {**queue_params(queues), "start": micros(start), "end": micros(end)}


def _within(column: ColumnElement[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= param("start"), column < param("end")


class _Asked:
    """The statements for so many queues."""

    def __init__(self, queues: int) -> None:
        mine = in_queues(queues)
        clocks = CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket)
        spam = CloseReason.SPAM.value
        self.new = Statement(
            select(func.count())
            .select_from(TICKET)
            .where(
                mine,
                *_within(TICKET.c.opened_at),
                or_(TICKET.c.close_reason.is_(None), TICKET.c.close_reason != spam),
            )
        )
        self.by_status = Statement(
            select(TICKET.c.status, func.count())
            .where(mine, TICKET.c.status.in_([Status.OPEN.value, Status.SNOOZED.value]))
            .group_by(TICKET.c.status)
        )
        self.responses = Statement(
            select(CLOCK.c.elapsed_s)
            .select_from(clocks)
            .where(mine, *_within(CLOCK.c.stopped_at), CLOCK.c.outcome.in_(["met", "met_late"]))
        )
        # two indexes: those that run still, and those that were stopped since
        waiting = (
            select(CLOCK.c.started_at)
            .select_from(clocks)
            .where(mine, CLOCK.c.started_at < param("end"))
        )
        both = union_all(
            waiting.where(CLOCK.c.outcome.is_(None)),
            waiting.where(CLOCK.c.stopped_at >= param("end")),
        ).subquery()
        self.waiting = Statement(select(func.count(), func.min(both.c.started_at)))
        breached = _within(CLOCK.c.breached_at)
        self.breached = Statement(select(func.count()).select_from(clocks).where(mine, *breached))
        self.late = Statement(
            select(
                CLOCK.c.ticket,
                TICKET.c.queue,
                TICKET.c.assignee,
                CLOCK.c.due_at,
                CLOCK.c.stopped_at,
                CLOCK.c.calendar,
            )
            .select_from(clocks)
            .where(mine, *breached)
            .order_by(CLOCK.c.breached_at, CLOCK.c.id)
        )
        self.closes = Statement(
            select(
                ENTRY.c.id,
                ENTRY.c.ticket,
                ENTRY.c.at,
                ENTRY.c.name,
                ENTRY.c.body,
                TICKET.c.channel,
            )
            .select_from(ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket))
            .where(mine, ENTRY.c.name.in_(["Closed", "Reopened"]), *_within(ENTRY.c.at))
            .order_by(ENTRY.c.id)
        )


_asked = lru_cache(maxsize=64)(_Asked)
