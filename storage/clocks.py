"""Clocks, the promises that they were made by, and what they are folded from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from chatops.event import AlertLevel, ClockKind
from chatops.ports import PastEntry
from chatops.sla import Clock, Clocks, Given, Outcome, SlaTerms, Stretch, Why
from chatops.sla.terms import loaded
from storage.codec import decode
from storage.instant import instant, micros
from storage.part import Part
from storage.statement import Db, Param, Row, Statement, first, param, there
from storage.tables import CLOCK, ENTRY, MESSAGE, TERMS, TICKET

#: What somebody has promised, and may be late.
PROMISED: Final = [kind.value for kind in ClockKind if not kind.is_watch]

#: That a clock is a promise on one of TICKET's rows, of whichever kind, and still owed.
OWED: Final = (
    CLOCK.c.ticket == TICKET.c.id,
    CLOCK.c.kind.in_(PROMISED),
    CLOCK.c.outcome.is_(None),
)


class StoredClocks(Part):
    def clocks(self, ticket: int) -> Clocks:
        return clocks(self._db, ticket)

    def save_clock(self, ticket: int, clock: Clock) -> None:
        self._db.run(_SAVE, ticket=ticket, **clock_params(clock))

    def drop_clocks(self, ticket: int, keep: Clocks) -> None:
        for kind, cycle in clocks(self._db, ticket):
            if (kind, cycle) not in keep:
                self._db.run(_DROP, ticket=ticket, kind=kind.value, cycle=cycle)

    def keep_terms(self, terms: SlaTerms) -> None:
        self._db.run(_KEEP_TERMS, version=terms.version, body=terms.dump())

    def terms(self, version: str) -> SlaTerms | None:
        row = self._db.one(_TERMS, version=version)
        return None if row is None else loaded(row[0])

    def history(self, ticket: int) -> Sequence[PastEntry]:
        return [
            PastEntry(id, decode(name, body), instant(at), terms, heard_at(self._db, name, body))
            for id, at, name, body, terms in self._db.all(_HISTORY, ticket=ticket)
        ]

    def tickets_after(self, id: int, limit: int) -> Sequence[int]:
        return [ticket for (ticket,) in self._db.all(_TICKETS_AFTER, after=id, limit=limit)]

    def running_after(self, id: int, limit: int) -> Sequence[int]:
        return running_after(self._db, id, limit)


def heard_at(db: Db, name: str, body: str) -> datetime | None:
    """Return when the customer wrote, of an entry of the log that says that they did."""
    if name != "CustomerWrote":
        return None
    row = db.one(_HEARD_AT, message=orjson.loads(body)["message"])
    return None if row is None else instant(row[0])


def clocks(db: Db, ticket: int) -> Clocks:
    """Return a ticket's clocks, of each kind the first cycle first."""
    found = [clock_of(row) for row in db.all(_CLOCKS, ticket=ticket)]
    return {(clock.kind, clock.cycle): clock for clock in found}


def running_after(db: Db, id: int, limit: int) -> Sequence[int]:
    """Return ids of tickets above `id` that have an open clock, lowest first."""
    return [ticket for (ticket,) in db.all(_RUNNING_AFTER, after=id, limit=limit)]


def running_count(db: Db) -> int:
    """Return how many tickets have an open clock."""
    (count,) = there(db.one(_RUNNING_COUNT))
    return int(count)


def clock_params(clock: Clock) -> dict[str, Param]:
    """Return a clock's columns but its ticket, by name."""
    return {
        "kind": clock.kind.value,
        "cycle": clock.cycle,
        "calendar": clock.calendar,
        "target_s": clock.target_s,
        "started_at": micros(clock.started_at),
        "due_at": micros(clock.due_at),
        "stopped_at": micros(clock.stopped_at),
        "outcome": clock.outcome and clock.outcome.value,
        "breached_at": micros(clock.breached_at),
        "elapsed_s": clock.elapsed_s,
        "policy": clock.policy,
        "policy_version": clock.policy_version,
        "calendar_version": clock.calendar_version,
        "past": _past(clock.past),
        "extra_s": clock.extra_s,
        "given": clock.given and clock.given.value,
        "alert_at": micros(clock.alert_at),
        "alerted": clock.alerted and clock.alerted.value,
    }


def clock_of(row: Row) -> Clock:
    """Return the clock of a row of `_CLOCKS`."""
    kind, cycle, calendar, target, started, due, stopped, outcome, breached, elapsed = row[:10]
    policy, policy_version, calendar_version, past, extra_s, given, alert_at, alerted = row[10:]
    return Clock(
        ClockKind(kind),
        cycle,
        calendar,
        target,
        instant(started),
        instant(due),
        instant(stopped),
        outcome and Outcome(outcome),
        instant(breached),
        elapsed,
        policy,
        policy_version,
        calendar_version,
        () if past == "[]" else tuple(_stretch(values) for values in orjson.loads(past)),
        extra_s,
        given and Given(given),
        alerted and AlertLevel(alerted),
        instant(alert_at),
    )


def _past(past: tuple[Stretch, ...]) -> str:
    values = [(micros(p.since), micros(p.until), p.counted_s, p.why) for p in past]
    return orjson.dumps(values).decode() if values else "[]"


def _stretch(values: tuple[int, int, int, str]) -> Stretch:
    since, until, counted_s, why = values
    return Stretch(instant(since), instant(until), counted_s, Why(why))


_NOT_READ: Final = {"id", "ticket"}
_CLOCKS: Final = Statement(
    select(*(column for column in CLOCK.c if column.name not in _NOT_READ))
    .where(CLOCK.c.ticket == param("ticket"))
    .order_by(CLOCK.c.kind, CLOCK.c.cycle)
)
_clock = insert(CLOCK).values(
    {column: param(column.name) for column in CLOCK.c if column.name != "id"}
)
_SAVE: Final = Statement(
    _clock.on_conflict_do_update(
        index_elements=["ticket", "kind", "cycle"],
        set_={
            column.name: _clock.excluded[column.name]
            for column in CLOCK.c
            if column.name not in {"id", "ticket", "kind", "cycle"}
        },
    )
)
_DROP: Final = Statement(
    delete(CLOCK).where(
        CLOCK.c.ticket == param("ticket"),
        CLOCK.c.kind == param("kind"),
        CLOCK.c.cycle == param("cycle"),
    )
)
_KEEP_TERMS: Final = Statement(
    insert(TERMS).values(version=param("version"), body=param("body")).on_conflict_do_nothing()
)
_TERMS: Final = Statement(select(TERMS.c.body).where(TERMS.c.version == param("version")))
_HISTORY: Final = Statement(
    select(ENTRY.c.id, ENTRY.c.at, ENTRY.c.name, ENTRY.c.body, ENTRY.c.terms)
    .where(ENTRY.c.ticket == param("ticket"))
    .order_by(ENTRY.c.id)
)
_HEARD_AT: Final = Statement(select(MESSAGE.c.at).where(MESSAGE.c.id == param("message")))
_TICKETS_AFTER: Final = Statement(
    first(
        select(TICKET.c.id).where(TICKET.c.id > param("after")).order_by(TICKET.c.id),
        param("limit"),
    )
)
_RUNNING_COUNT: Final = Statement(
    select(func.count(CLOCK.c.ticket.distinct())).where(CLOCK.c.outcome.is_(None))
)
_RUNNING_AFTER: Final = Statement(
    first(
        select(CLOCK.c.ticket)
        .where(CLOCK.c.outcome.is_(None), CLOCK.c.ticket > param("after"))
        .distinct()
        .order_by(CLOCK.c.ticket),
        param("limit"),
    )
)
