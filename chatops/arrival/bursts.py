"""Whether a new ticket belongs to a burst: many customers under one post, within a short time.

What counts is when customers wrote, not when it reached us: an hour's posts that come at once after
an interruption are no more of a burst than they were on the network.
"""

from typing import Final

from chatops.arrival.gate import Heard
from chatops.policy import Policy
from chatops.ports import Tx

#: So many of a thread's newest tickets are looked at for each that a burst needs: other queues' too.
_LOOKED: Final = 4


def burst_of(tx: Tx, policy: Policy, heard: Heard, queue: str) -> int | None:
    """Return the burst that a message's new ticket belongs to, or None.

    One begins where the queue has got so many tickets from the thread in so short a time as its
    rule says, and goes on until none has come for as long.
    """
    message = heard.message
    rule = policy.queue_of(queue, message.account).burst
    if rule is None or message.private:
        return None
    thread = (message.account, message.thread_key, queue)
    since = heard.at - rule.within
    goes_on, opened = tx.crowding(*thread, since, rule.tickets * _LOOKED)
    if not goes_on and opened < rule.tickets:
        return None
    return tx.join_burst(*thread, since, heard.at, heard.id, opened)
