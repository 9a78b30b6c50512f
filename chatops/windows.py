"""When a ticket's network takes no reply any more, so that its cards say so from that moment on.

What may be sent is decided from the ticket at each act (chatops.replying), whether or not anybody
has looked: this brings what people see up to date. Used by `ledger` and `due`.
"""

from datetime import datetime
from typing import Final

from chatops.ports import Tx
from chatops.ticket import Status, Ticket, is_shut, shuts_at

#: Names the rule in the log.
RULE: Final = "reply_window"


def plan(tx: Tx, before: Ticket, after: Ticket, now: datetime) -> None:
    """Note when the cards of a changed ticket are to say so, where that has changed."""
    if (at := look_at(after, now)) != look_at(before, now):
        tx.plan_window(after.id, at)


def look_at(ticket: Ticket, now: datetime) -> datetime | None:
    """Return when an unclosed ticket's network will take no reply; None: never, or no longer.

    A closed ticket's card offers none, and what is over already is said by whatever draws it anew.
    """
    at = None if ticket.status is Status.CLOSED else shuts_at(ticket)
    return None if is_shut(ticket, now) else at
