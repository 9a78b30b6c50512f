"""What time brings to tickets: clocks that passed their due second, and snoozes that end.

Used by `desk` alone, inside one transaction.
"""

from dataclasses import replace

from chatops import sla
from chatops.act import Act
from chatops.arrival import off_shift
from chatops.event import Breached, WakeCause, Woken
from chatops.ledger import apply
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.ticket import Ticket


def sweep(tx: Tx, policy: Policy, act: Act, most: int) -> int:
    """Mark at most so many late clocks, wake at most so many tickets; return how many were due."""
    late = [id for id in tx.breached(act.now, most) if _breach(tx, policy, id, act)]
    due = tx.to_wake(act.now, most)
    for id in due:
        _wake(tx, policy, id, act)
    return len(late) + len(due)


def _breach(tx: Tx, policy: Policy, id: int, act: Act) -> bool:
    """Mark a ticket whose clock is past due; False if, locked, it turns out not to be."""
    ticket, clock = tx.ticket(id), tx.clock(id)
    if ticket is None or clock is None or sla.breach(clock, act.now) is clock:
        return False
    rule = replace(act, rule=clock.kind.value)
    apply(tx, policy, ticket, [Breached(clock.due_at)], rule)
    return True


def _wake(tx: Tx, policy: Policy, id: int, act: Act) -> None:
    """Wake a ticket whose time has come, and bring it to the room if its assignee is off."""
    if (ticket := tx.ticket(id)) is None:
        return
    woken = [Woken(WakeCause.TIME)]
    after = apply(tx, policy, ticket, woken, replace(act, rule="snooze"))
    if isinstance(after, Ticket):
        off_shift.to_room(tx, policy, after, act)
