"""When a claim under which nothing happens is looked at: asked about, or handed back. Used by `ledger`,
`handing_back` and `timer`.
"""

from datetime import datetime
from typing import Protocol

from chatops.calendar import NoWorkingTime
from chatops.policy import Policy
from chatops.ports import Look, Tx
from chatops.ticket import Ticket


class Held(Protocol):
    """A ticket, as far as a claim of it is looked at."""

    @property
    def queue(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def idle_since(self) -> datetime | None: ...
    @property
    def hand_back_at(self) -> datetime | None: ...


def plan(tx: Tx, policy: Policy, before: Ticket, after: Ticket) -> None:
    """Note when the claim of a changed ticket is to be looked at.

    Where it is, that is written each time: app.yaml may have said nothing of it until now.
    """
    at = look_at(policy, after)
    if at is not None or at != look_at(policy, before):
        tx.plan_claim(after.id, at)


def plan_anew(tx: Tx, policy: Policy, after: Look, most: int) -> Look | None:
    """Note when claims are looked at by what app.yaml says now, which may be sooner than it was noted.

    Looks at so many behind `after`; returns where to go on, None at the end.
    """
    looks = tx.looks_after(after, most)
    for at, id in looks:
        if (ticket := tx.ticket(id)) is not None and (now := look_at(policy, ticket)) != at:
            tx.plan_claim(id, now)
    return looks[-1] if len(looks) == most else None


def look_at(policy: Policy, ticket: Held) -> datetime | None:
    """Return when a ticket's claim is to be looked at; None: never, as things stand.

    Who was asked has the time that they were told, whatever app.yaml says by now.
    """
    queue = policy.queue_of(ticket.queue, ticket.account)
    since, rule = ticket.idle_since, queue.idle_claim
    if since is None or rule is None:
        return None
    if ticket.hand_back_at is not None:
        return ticket.hand_back_at
    try:
        return queue.calendar.add(since, int(rule.ask_after.total_seconds()))
    except NoWorkingTime:
        return None


def is_idle(policy: Policy, ticket: Held, at: datetime) -> bool:
    """Tell whether the holder was asked about their claim by then and is silent, or was to be asked."""
    due = look_at(policy, ticket)
    return due is not None and (ticket.hand_back_at is not None or due <= at)
