"""A trial of routing rules as tables for a terminal."""

from collections.abc import Iterator
from typing import Final

from rich.table import Table

from chatops.dry_run import Trial

#: What is counted, and what stands at the head of its column.
_COUNTED: Final = ("rule", "queue", "priority", "quiet list")


def tables(trial: Trial, span: str) -> Iterator[Table | str]:
    """Yield what the rules at hand would have changed within `span`: numbers and names of ours."""
    if trial.tickets == 0:
        yield f"No ticket was opened in the last {span}."
        return
    yield (
        f"{trial.changed:,} of {trial.tickets:,} tickets of the last {span} would differ."
        if trial.changed
        else f"Nothing would differ: {trial.tickets:,} tickets of the last {span}."
    )
    if trial.wordless:
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
