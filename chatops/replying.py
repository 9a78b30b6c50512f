"""The life of a reply: from the wait in which it may be undone to what the network made of it. Pure."""

from dataclasses import replace
from datetime import datetime

from chatops.effect import (
    PostMessage,
    RefreshMessage,
    SendNow,
    SendToCustomer,
    Withhold,
)
from chatops.event import (
    AwayRequested,
    AwaySent,
    ReplyDoubted,
    ReplyFailed,
    ReplyHastened,
    Replying,
    ReplyRequested,
    ReplyRequeued,
    ReplySent,
    ReplyState,
    ReplyWithdrawn,
    SendingBegan,
    Then,
)
from chatops.text import text
from chatops.ticket import (
    Outcome,
    Refusal,
    Reply,
    Status,
    Ticket,
    Waiting,
    is_closed,
    is_shut,
    read_also,
)


def replying(ticket: Ticket, event: Replying, now: datetime) -> Outcome:
    """Return what an event of a reply makes of its ticket."""
    match event:
        case ReplyRequested(message, agent, then, _):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            if not ticket.can_reply:
                return Refusal(text("cannot-reply-here", ticket=ticket.id))
            if is_shut(ticket, now):
                until = ticket.reply_until or now
                return Refusal(text("reply-window-closed", ticket=ticket.id, until=until))
            reply = Reply(message, agent, then, ReplyState.WAITING)
            writer = None if ticket.writer and ticket.writer.agent == agent else ticket.writer
            after = replace(
                read_also(ticket, agent), replies=(*ticket.replies, reply), writer=writer
            )
            return after, (PostMessage(message), SendToCustomer(message))

        case AwayRequested(message, until):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            if not ticket.can_reply:
                return Refusal(text("cannot-reply-here", ticket=ticket.id))
            reply = Reply(message, None, Then.NOTHING, ReplyState.WAITING, until=until)
            after = replace(ticket, replies=(*ticket.replies, reply))
            return after, (PostMessage(message), SendToCustomer(message))

        case AwaySent(message):
            if ticket.reply(message) is None:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            return _without(ticket, message), (RefreshMessage(message),)

        case ReplyWithdrawn(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.WAITING:
                return Refusal(text("too-late-to-undo", ticket=ticket.id))
            return _without(ticket, message), (Withhold(message), RefreshMessage(message))

        case ReplyHastened(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.WAITING:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            return ticket, (SendNow(message),)

        case SendingBegan(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.WAITING:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            return _reply_is(ticket, message, ReplyState.SENDING), (RefreshMessage(message),)

        case ReplySent(message, _, at):
            if (found := ticket.reply(message)) is None:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            after = replace(_without(ticket, message), answered_at=at)
            if not found.overtaken:
                after = replace(after, waiting=Waiting.CUSTOMER)
            return after, (RefreshMessage(message),)

        case ReplyFailed(message):
            if ticket.reply(message) is None:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            return _without(ticket, message), (RefreshMessage(message),)

        case ReplyDoubted(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.SENDING:
                return Refusal(text("reply-not-sending", ticket=ticket.id))
            return _reply_is(ticket, message, ReplyState.IN_DOUBT), (RefreshMessage(message),)

        case ReplyRequeued(message, agent):
            # a person sends again only what is in doubt: what is under way may arrive yet
            again = ReplyState.SENDING if agent is None else ReplyState.IN_DOUBT
            if (found := ticket.reply(message)) is None or found.state is not again:
                return Refusal(text("reply-not-in-doubt", ticket=ticket.id))
            after = _reply_is(ticket, message, ReplyState.WAITING)
            return after, (SendToCustomer(message), RefreshMessage(message))


def accepted(reply: Reply, at: datetime) -> ReplySent | AwaySent:
    """Return the event of a reply that is there since `at`: a rule's text is nobody's answer."""
    if reply.agent is None:
        return AwaySent(reply.message, at)
    return ReplySent(reply.message, reply.agent, at)


def _reply_is(ticket: Ticket, message: int, state: ReplyState) -> Ticket:
    replies = tuple(
        replace(reply, state=state) if reply.message == message else reply
        for reply in ticket.replies
    )
    return replace(ticket, replies=replies)


def _without(ticket: Ticket, message: int) -> Ticket:
    replies = tuple(reply for reply in ticket.replies if reply.message != message)
    return replace(ticket, replies=replies)
