"""A ticket's clocks as rows: moved with each event, and folded anew from the log. Used by `ledger`,
`due` and the command that rebuilds.
"""

from datetime import datetime
from functools import partial

from chatops.event import CustomerWrote, Opened
from chatops.ports import Tx
from chatops.sla import Clock, Clocks, Moment, SlaTerms, advance
from chatops.sla.alerting import is_late
from chatops.sla.clock import breach
from chatops.sla.moment import MOVES
from chatops.step import opened, step
from chatops.ticket import Refusal, Ticket


def run_clocks(tx: Tx, moment: Moment) -> None:
    """Move the clocks of the event's ticket, in the event's own transaction."""
    if not isinstance(moment.event, MOVES):
        return
    before = tx.clocks(moment.before.id)
    after = advance(before, moment, tx.clocks)
    changed = [clock for key, clock in after.items() if not _is_kept(before.get(key), clock)]
    for clock in changed:
        tx.save_clock(moment.before.id, clock)
    if changed:
        tx.keep_terms(moment.terms)


def leaves_late(tx: Tx, moment: Moment) -> bool:
    """Tell whether an event that is not written yet leaves a promise late and undone."""
    after = advance(tx.clocks(moment.before.id), moment, tx.clocks).values()
    return any(is_late(breach(clock, moment.at)) for clock in after if not clock.kind.is_watch)


def _is_kept(before: Clock | None, after: Clock) -> bool:
    """Tell whether a clock's row stays, the second of its next alert included."""
    return before == after and before.alert_at == after.alert_at


def rebuild(tx: Tx, now: SlaTerms, ticket: int, *, write: bool) -> bool:
    """Fold a ticket's clocks anew from its log; tell whether its rows say anything else.

    `write` puts them right. A ticket from before schema 0005 is left as it is: its log does not
    say what was promised then. `now` are the terms of such a one that went into another.
    """
    if tx.ticket(ticket) is None or tx.history(ticket)[0].terms is None:
        return False
    before, after = tx.clocks(ticket), folded(tx, now, ticket)
    if before == after:
        return False
    if write:
        for clock in after.values():
            tx.save_clock(ticket, clock)
        tx.drop_clocks(ticket, after)
        tx.keep_terms(now)
    return True


def folded(tx: Tx, now: SlaTerms, id: int, until: int | None = None) -> Clocks:
    """Return the clocks that a ticket's log makes, up to the entry `until` and without it."""
    ticket: Ticket | None = None
    clocks: Clocks = {}
    terms = now
    for entry in tx.history(id):
        if until is not None and entry.id >= until:
            break
        if isinstance(entry.event, Opened):
            ticket, _ = opened(id, entry.event, entry.at)
            continue
        if ticket is None:
            raise ValueError(f"ticket {id}: the log does not begin with Opened")
        outcome = step(ticket, entry.event, entry.at)
        if isinstance(outcome, Refusal):
            raise ValueError(f"ticket {id}: {entry.event} was refused: {outcome.said.id}")
        after, _ = outcome
        found = tx.terms(entry.terms) if entry.terms is not None else terms
        if found is not None:  # of a version that is not kept no clock was saved: none moved by it
            terms, heard_at = found, _heard(entry.event, entry.heard_at)
            moment = Moment(entry.event, ticket, after, entry.at, terms, heard_at)
            clocks = advance(clocks, moment, partial(folded, tx, now, until=entry.id))
        ticket = after
    return clocks


def _heard(event: object, heard_at: datetime | None) -> datetime | None:
    return heard_at if isinstance(event, CustomerWrote) else None
