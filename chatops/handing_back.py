"""Asks about a claim under which nothing happens, and hands it back. Used by `due` alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chatops.act import Act
from chatops.arrival import off_shift
from chatops.calendar import Calendar, NoWorkingTime
from chatops.event import IdleAsked, Unclaimed
from chatops.idle_claims import look_at
from chatops.ledger import apply
from chatops.policy import Policy
from chatops.ports import Tx

#: Names the rule in the log.
RULE: Final = "idle_claim"


def look_after(tx: Tx, policy: Policy, id: int, act: Act) -> None:
    """Ask about a ticket's claim, or hand it back where that has been done and nobody answered.

    Of who is off shift nothing is asked. What is not due yet, for app.yaml says something else by
    now, is planned anew. After downtime a person is asked first, however late it is.
    """
    if (ticket := tx.ticket(id)) is None:
        return
    due, since, holder = look_at(policy, ticket), ticket.idle_since, ticket.assignee
    if due is None or since is None or holder is None or due > act.now:
        tx.plan_claim(id, due)
        return
    act = replace(act, rule=RULE)
    if ticket.hand_back_at is not None:
        apply(tx, policy, ticket, [Unclaimed(agent=None)], act)
    elif off_shift.to_room(tx, policy, ticket, act) is ticket:
        queue = policy.queue_of(ticket.queue, ticket.account)
        assert queue.idle_claim is not None  # noqa: S101 - else nothing is due
        until = _later(queue.calendar, act.now, queue.idle_claim.hand_back_after)
        apply(tx, policy, ticket, [IdleAsked(holder, since, until)], act)


def _later(calendar: Calendar, at: datetime, wait: timedelta) -> datetime:
    """Return when so much working time is over; where the calendar closes for good, so much time."""
    try:
        return calendar.add(at, int(wait.total_seconds()))
    except NoWorkingTime:
        return at + wait
