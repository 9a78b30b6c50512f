"""When a claim under which nothing happens is looked at: asked about, or handed back. Used by `ledger`
and `handing_back`.
"""

from datetime import datetime

from chatops.calendar import NoWorkingTime
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.ticket import Ticket


def plan(tx: Tx, policy: Policy, before: Ticket, after: Ticket) -> None:
    """Note when the claim of a changed ticket is to be looked at.

    Where it is, that is written each time: app.yaml may have said nothing of it until now.
    """
    at = look_at(policy, after)
    if at is not None or at != look_at(policy, before):
        tx.plan_claim(after.id, at)


def look_at(policy: Policy, ticket: Ticket) -> datetime | None:
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
