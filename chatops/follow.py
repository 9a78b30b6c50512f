"""What must follow from an event, as rows of the outbox and of conversations. Used by `ledger` alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from chatops.act import Act
from chatops.alerting import alert, lane, near
from chatops.card import Card
from chatops.card_json import dump_card
from chatops.cards.ticket_card import CARD_EXCERPT
from chatops.effect import (
    AlertAgain,
    AlertBreach,
    AlertDueSoon,
    AlertEnd,
    Announce,
    AskHolder,
    AskNetwork,
    CountBurst,
    Divert,
    Effect,
    GiveCard,
    LeaveRooms,
    PostEvent,
    PostMessage,
    RefreshMessage,
    RefreshQuestions,
    Restore,
    SendNow,
    SendToCustomer,
    ShareStars,
    ShowCard,
    ShowLine,
    Withhold,
)
from chatops.event import (
    AwayRequested,
    Event,
    LinkSuggested,
    Noted,
    Reopened,
    ReplyRequested,
    ReplyRequeued,
)
from chatops.policy import Policy, Queue
from chatops.ports import NewDelivery, Tx, Urgency, What
from chatops.scene import Agent, Direction
from chatops.ticket import Ticket

#: A card is left after that, so that what stays of it can lead to the new one, which goes out first.
SETTLED: Final = timedelta(seconds=3)

#: How long a burst's card waits for more to count: the cards of single tickets want updates too.
RECOUNT: Final = timedelta(seconds=5)

#: What stands before an account's name as a delivery's destination: a room may have the same name.
AT_ACCOUNT: Final = "account:"

#: What stands before an agent's number as a delivery's destination: one person, told alone.
TO_PERSON: Final = "person:"


def post(tx: Tx, room: str, card: Card, act: Act) -> bool:
    """Put a finished card of no ticket into a room."""
    body = dump_card(card)
    return tx.deliver(
        NewDelivery(What.PUBLISHED, room, f"room:{room}", Urgency.ALERT, act.marks(), body=body),
        act.due,
    )


def tell(tx: Tx, agent: int, card: Card, act: Act) -> bool:
    """Send a finished card of no ticket to one agent alone, in direct messages."""
    return post(tx, f"{TO_PERSON}{agent}", card, act)


def continue_in_thread(tx: Tx, ticket: Ticket, message: int, act: Act) -> None:
    """Put a message whole into the threads: the card cuts it."""
    for room in tx.rooms_of(ticket.id):
        line = NewDelivery(
            What.MESSAGE,
            room,
            lane(ticket.id, room),
            Urgency.LINE,
            act.marks(),
            ticket=ticket.id,
            message=message,
        )
        tx.deliver(line, act.due)


def carry_out(
    tx: Tx, policy: Policy, ticket: Ticket, event: Event, entry: int, effect: Effect, act: Act
) -> None:
    """Write what an effect of `event` (the log's `entry`) asks for; `ticket` is as it left it."""
    queue = policy.queue_of(ticket.queue, ticket.account)

    def row(what: What, room: str, urgency: Urgency = Urgency.LINE) -> NewDelivery:
        return NewDelivery(
            what, room, lane(ticket.id, room), urgency, act.marks(), ticket=ticket.id
        )

    match effect:
        case ShowCard(room):
            for name in queue.rooms if room is None else (room,):
                tx.deliver(row(What.CARD, name, Urgency.CARD), act.due)
            if isinstance(event, Reopened):
                _continue_opening(tx, ticket, act)
        case ShowLine(burst):
            _show_line(tx, queue, ticket, burst, act)
        case GiveCard():
            _give_cards(tx, queue, ticket, act)
        case CountBurst(burst):
            tx.recount(burst, act.due + RECOUNT)
        case PostMessage():
            _put_into_threads(tx, policy, ticket, event, effect, act)
        case RefreshMessage(message):
            tx.refresh_message(message, act.due)
        case RefreshQuestions(asked_by):
            tx.refresh_events(ticket.id, asked_by.__name__, act.due)
        case PostEvent():
            for name in tx.rooms_of(ticket.id):
                tx.deliver(replace(row(What.EVENT, name), entry=entry), act.due)
        case AskHolder():
            rooms = tx.rooms_of(ticket.id)
            if (asked_in := near(_holder(tx, ticket), policy, rooms)) is not None:
                tx.deliver(replace(row(What.EVENT, asked_in), entry=entry), act.due)
        case Announce(occasion):
            if occasion in queue.announce:
                for name in tx.rooms_of(ticket.id):
                    tx.deliver(replace(row(What.ANNOUNCE, name), occasion=occasion), act.due)
        case SendToCustomer(message):
            if isinstance(event, ReplyRequeued):
                tx.release_reply(message, act.due)
            else:
                _send_reply(tx, ticket, message, act, by_rule=isinstance(event, AwayRequested))
        case SendNow(message):
            tx.release_reply(message, act.due)
        case Withhold(message):
            tx.withhold_reply(message)
        case AlertBreach() | AlertAgain() | AlertDueSoon() | AlertEnd() | ShareStars():
            alert(tx, policy, ticket, event, entry, effect, act)
        case LeaveRooms():
            tx.leave_rooms(ticket.id, queue.rooms, act.due + SETTLED)
        case Divert(to):
            tx.divert(ticket.id, to)
        case Restore(came_from):
            tx.restore(ticket.id, came_from)
        case AskNetwork(message, deed):
            asked = NewDelivery(
                What.DEED,
                AT_ACCOUNT + ticket.account,
                f"deed:{message}",
                Urgency.LINE,
                act.marks(),
                ticket=ticket.id,
                message=message,
                deed=deed,
            )
            tx.deliver(asked, act.due)


def _put_into_threads(
    tx: Tx, policy: Policy, ticket: Ticket, event: Event, effect: PostMessage, act: Act
) -> None:
    """Put a message into the ticket's threads, but not where it was typed."""
    rooms = tx.rooms_of(ticket.id)
    undone_in = _undone_in(policy, rooms, act)
    called_in = _called_in(tx, policy, ticket, rooms) if effect.mention else None
    for room in rooms:
        if isinstance(event, Noted) and room == act.typed_in:
            continue
        line = NewDelivery(
            What.MESSAGE,
            room,
            lane(ticket.id, room),
            Urgency.LINE,
            act.marks(),
            ticket=ticket.id,
            message=effect.message,
            mention=room == called_in,
            undo=isinstance(event, ReplyRequested) and room == undone_in,
        )
        tx.deliver(line, act.due)


def _undone_in(policy: Policy, rooms: Sequence[str], act: Act) -> str | None:
    """Return the room whose line begins a reply's wait: where it was asked for, or near there."""
    if act.room in rooms:
        return act.room
    known = (policy.rooms.get(name) for name in rooms)
    near = (room.name for room in known if room is not None and room.chat == act.chat)
    return next(near, next(iter(rooms), None))


def _called_in(tx: Tx, policy: Policy, ticket: Ticket, rooms: Sequence[str]) -> str | None:
    """Return the one room where the assignee is called: the first in a chat that they use."""
    if not policy.queue_of(ticket.queue, ticket.account).mention_assignee:
        return None
    return near(_holder(tx, ticket), policy, rooms)


def _holder(tx: Tx, ticket: Ticket) -> Agent | None:
    return next((each for each in tx.agents() if each.id == ticket.assignee), None)


def _continue_opening(tx: Tx, ticket: Ticket, act: Act) -> None:
    """Put what opened a ticket whole into the threads of its first cards, if they cut it."""
    record = tx.record(ticket.id)
    lines = record.lines if record is not None else ()
    opening = next((line for line in lines if line.direction is Direction.INBOUND), None)
    if opening is not None and len(opening.text) > CARD_EXCERPT:
        continue_in_thread(tx, ticket, opening.id, act)


def _show_line(tx: Tx, queue: Queue, ticket: Ticket, burst: int, act: Act) -> None:
    """Put a ticket's line into its burst's threads; the first one brings the burst's cards.

    A line waits for that card and for no other line: one that the chat refuses is tried for ever.
    """
    for room in queue.rooms:
        together = f"burst:{burst}:{room}"
        card = NewDelivery(What.BURST, room, together, Urgency.CARD, act.marks(), burst=burst)
        tx.deliver(card, act.due)
        line = NewDelivery(
            What.LINE,
            room,
            f"line:{lane(ticket.id, room)}",
            Urgency.LINE,
            act.marks(),
            ticket=ticket.id,
            burst=burst,
        )
        tx.deliver(line, act.due)


def _give_cards(tx: Tx, queue: Queue, ticket: Ticket, act: Act) -> None:
    """Give a ticket that was a line its first cards, and their threads what was said and asked."""
    for room in queue.rooms:
        its = lane(ticket.id, room)
        card = NewDelivery(What.CARD, room, its, Urgency.CARD, act.marks(), ticket=ticket.id)
        tx.deliver(card, act.due)
    _continue_opening(tx, ticket, act)
    record = tx.record(ticket.id)
    lines = record.lines if record is not None else ()
    # what one of us wrote gives a card itself, and follows it there
    said = [line for line in lines if line.agent is None]
    for line in said[1:]:
        continue_in_thread(tx, ticket, line.id, act)
    for entry in tx.asked_in(ticket.id, LinkSuggested.__name__):
        for room in tx.rooms_of(ticket.id):
            asked = NewDelivery(
                What.EVENT,
                room,
                lane(ticket.id, room),
                Urgency.LINE,
                act.marks(),
                ticket=ticket.id,
                entry=entry,
            )
            tx.deliver(asked, act.due)


def _send_reply(tx: Tx, ticket: Ticket, message: int, act: Act, *, by_rule: bool) -> None:
    """Give a reply to the outbox: a person's waits until its Undo line is visible.

    What a rule says waits for nothing, and goes after what people wrote.
    """
    reply = NewDelivery(
        What.REPLY,
        AT_ACCOUNT + ticket.account,
        f"conversation:{ticket.conversation}",
        Urgency.UPDATE if by_rule else Urgency.LINE,
        act.marks.replies[message],
        ticket=ticket.id,
        message=message,
        held=not by_rule,
    )
    tx.deliver(reply, act.due)
