"""What goes out to a customer: a reply as its rows have it, for the network to take."""

from dataclasses import dataclass

from chatops.channel import Outgoing
from chatops.ports import Delivery, Record, Tx
from chatops.scene import Direction
from chatops.ticket import Reply, Ticket


@dataclass(frozen=True, slots=True)
class Job:
    """A reply that was taken, and what the network needs to know of it."""

    delivery: Delivery
    outgoing: Outgoing


def reply_of(tx: Tx, delivery: Delivery) -> tuple[Ticket | None, Reply | None]:
    """Return the delivery's ticket, locked, and its reply while that is unresolved."""
    if delivery.ticket is None or delivery.message is None:
        return None, None
    ticket = tx.ticket(delivery.ticket)
    return ticket, ticket.reply(delivery.message) if ticket is not None else None


def outgoing_of(record: Record, reply: Reply, marker: str) -> Outgoing:
    """Return what goes out: to the conversation for which it was written, public or private as then.

    The customer may have gone on elsewhere since; what was written in private stays there.
    """
    line = next(line for line in record.lines if line.id == reply.message)
    return Outgoing(
        account=record.ticket.account,
        marker=marker,
        text=line.text,
        private=line.private,
        customer=record.customer.external_id,
        thread_key=record.threads[line.conversation or record.ticket.conversation],
        in_reply_to=None,
    )


def answerable(record: Record, reply: Reply) -> list[str]:
    """Return the messages of the reply's conversation that may be answered, oldest first."""
    line = next(line for line in record.lines if line.id == reply.message)
    conversation = line.conversation or record.ticket.conversation
    return [
        each.external_id
        for each in record.lines
        if each.direction is Direction.INBOUND
        and each.external_id
        and each.conversation == conversation
        and each.can_reply
        and not each.deleted
    ]
