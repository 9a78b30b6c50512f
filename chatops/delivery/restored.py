"""What a restored backup does not know: whether what waited in it has gone out since.

Whoever served the database after the backup may have sent any of it. So nothing that was on its way
goes out as if it were new: posts are looked up by their markers, replies to customers too where the
network can be asked, and otherwise the agent is. Used once, before the database is served again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chatops.act import Act
from chatops.channel import Can, Traits
from chatops.delivery.outgoing import answerable
from chatops.event import Event, ReplyDoubted, ReplyState, SendingBegan
from chatops.ledger import apply
from chatops.policy import Policy
from chatops.ports import Tx

#: For so long a network surely knows an idempotency key again: LINE promises a day, others more.
KEY_KNOWN: Final = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many of each kind are in doubt now."""

    posts: int
    looked_up: int  #: replies that the network is asked about, or takes again under their key
    asked: int  #: replies whose agents are asked
    shown_again: int  #: cards that are brought up to date


def doubt(
    tx: Tx, policy: Policy, traits: Mapping[str, Traits], since: datetime, act: Act
) -> Doubted:
    """Hold back everything, and put in doubt whatever waited at `since`, the backup's time."""
    tx.hold_back(since)
    looked_up = asked = 0
    for found in tx.unresolved_replies():
        ticket = tx.ticket(found.ticket)
        reply = ticket.reply(found.message) if ticket is not None else None
        if ticket is None or reply is None or reply.state is ReplyState.IN_DOUBT:
            continue  # resolved already, or its agent is asked already
        began: list[Event] = []
        if reply.state is ReplyState.WAITING:
            began = [SendingBegan(reply.message)]  # from here on Undo comes too late
        if (record := tx.record(ticket.id)) is not None:
            # as far as the backup knows; what is written from now on was not answered by it
            tx.answer(reply.message, answerable(record, reply), anew=False)
        known = traits.get(ticket.channel)
        can = known.can if known is not None else Can(0)
        if Can.FIND in can or (Can.REPEAT in can and act.due - since < KEY_KNOWN):
            apply(tx, policy, ticket, began, act)
            tx.doubt_reply(found.delivery, since, act.due)
            looked_up += 1
        else:
            apply(tx, policy, ticket, [*began, ReplyDoubted(reply.message)], act)
            tx.doubt_reply(found.delivery, since, None)
            asked += 1
    # the lines about these replies are level-triggered, and looked up like any other post
    return Doubted(tx.doubt_posts(since, act.due), looked_up, asked, tx.show_again(act.due))
