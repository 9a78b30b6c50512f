"""What `check` says in a terminal: counts, and a trial of routing rules or of promises as tables."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rich.table import Table

from chatops.dry_run import Trial
from chatops.event import ClockKind
from chatops.terms_trial import DROPPED, EARLIER, KEPT, LATER, STILL, TermsTrial
from chatops.text import say_time

#: What is counted, and what stands at the head of its column.
_COUNTED: Final = ("rule", "queue", "priority", "quiet list")

#: What may become of a clock's due time, and what stands at the head of its column.
_BECOME: Final = {
    KEPT: "as before",
    EARLIER: "earlier",
    LATER: "later",
    STILL: "only target",
    DROPPED: "not owed",
}


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun; `many` is for a plural that is not made by an s."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def tables(trial: Trial, span: str) -> Iterator[Table | str]:
    """Yield what the rules at hand would have changed within `span`: numbers and names of ours."""
    if trial.tickets == 0:
        yield f"No ticket was opened in the last {span}."
        return
    tickets = f"{counted(trial.tickets, 'ticket')} of the last {span}"
    yield (
        f"{trial.changed:,} of {tickets} would differ."
        if trial.changed
        else f"Nothing would differ: {tickets}."
    )
    if trial.wordless == 1:
        yield "1 has no words left, so that no rule by words matches it."
    elif trial.wordless:
        yield f"{trial.wordless:,} have no words left, so that no rule by words matches them."
    for what in _COUNTED:
        yield _counts(trial, what)
    if trial.changes:
        table = Table("ticket", "what would differ")
        for change in trial.changes:
            table.add_row(f"#{change.ticket}", "; ".join(change.differences()))
        yield table
    if (more := trial.changed - len(trial.changes)) > 0:
        yield f"… and {more:,} more"


def _counts(trial: Trial, what: str) -> Table:
    table = Table(what)
    for head in ("was", "would be", "difference"):
        table.add_column(head, justify="right")
    for name, was, now in trial.rows(what):
        table.add_row(name, f"{was:,}", f"{now:,}", f"{now - was:+,}" if now != was else "")
    return table


def clock_tables(trial: TermsTrial, zone: str) -> Iterator[Table | str]:
    """Yield what the promises at hand would make of open clocks; times are told in `zone`."""
    if trial.clocks == 0:
        yield "No clock is open."
        return
    changed = trial.clocks - trial.kept
    if changed == 0 and trial.clocks == 1:
        yield "Open clocks: the only one keeps its due time."
        return
    if changed == 0:
        yield f"Open clocks: all {trial.clocks:,} keep their due time."
        return
    yield f"Open clocks: {changed:,} of {trial.clocks:,} would change by this app.yaml."
    table = Table("clock")
    for head in _BECOME.values():
        table.add_column(head, justify="right")
    for kind in ClockKind:
        counts = [trial.count(kind, what) for what in _BECOME]
        if any(counts):
            table.add_row(_named(kind), *(f"{count:,}" for count in counts))
    yield table
    if trial.moves:
        yield _moves(trial, ZoneInfo(zone))


def _moves(trial: TermsTrial, zone: ZoneInfo) -> Table:
    """Return the clocks that move most, in the zone's time."""
    table = Table("ticket", "clock", "due", f"would be due ({zone.key})")
    table.add_column("moves", justify="right")
    for move in trial.moves:
        was, would_be = (say_time(at, "en", zone) for at in (move.was, move.would_be))
        table.add_row(f"#{move.ticket}", _named(move.kind), was, would_be, _by(move.by))
    return table


def _named(kind: ClockKind) -> str:
    return kind.value.replace("_", " ")


def _by(span: timedelta) -> str:
    """Say a span with its sign, by its two largest units."""
    hours, minutes = divmod(abs(int(span.total_seconds())) // 60, 60)
    days, hours = divmod(hours, 24)
    sign = "−" if span < timedelta() else "+"
    if days:
        return f"{sign}{days} d {hours} h"
    return f"{sign}{hours} h {minutes} min" if hours else f"{sign}{minutes} min"
