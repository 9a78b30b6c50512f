"""What came in, into tickets: one transaction a body, whatever order and however often it comes.

Pure decisions over a `Tx`; desk runs them. A message is known by (account, external id): what is
there already is dropped, so stream, webhook and polling may all bring it. New tickets are made in
`opening`, our own account's messages taken in `echoes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from chatops.act import Act
from chatops.arrival import off_shift
from chatops.arrival.away import tell_away
from chatops.arrival.echoes import echoed
from chatops.arrival.gate import Gate, Heard
from chatops.arrival.handovers import inviting, went_elsewhere
from chatops.arrival.opening import Taken, assign, open_for
from chatops.arrival.stars import share_stars
from chatops.arrival.thanks import is_thanks
from chatops.card import Card, Paragraph
from chatops.channel import AccountRevoked, Deleted, Echo, Edited, Inbound, Message, SearchEnded
from chatops.errors import Crossed
from chatops.event import (
    CustomerDeleted,
    CustomerEdited,
    Joined,
    Rated,
    ReopenCause,
    Reopened,
)
from chatops.follow import post
from chatops.policy import Account, Policy
from chatops.ports import Conversation, Found, NewMessage, Tx
from chatops.scene import Direction
from chatops.step import heard as brought_about
from chatops.text import Text, text
from chatops.ticket import Status, Ticket


@dataclass(frozen=True, slots=True)
class Came:
    """A customer's message that was taken in."""

    what: Taken
    channel: str
    #: From the network's time to ours; None: it was written before its account was connected.
    took: timedelta | None


def receive(tx: Tx, gate: Gate, inbound: Sequence[Inbound], act: Act) -> list[Came]:
    """Take in a body's entries, in their order; return the customers' messages that were new."""
    came: list[Came] = []
    if len(inbound) > 1:
        # two bodies with the same people in another order would wait for each other
        tx.lock_authors({_person(each) for each in inbound if isinstance(each, Message)})
    for each in inbound:
        match each:
            case Message():
                if (what := _message(tx, gate, each, act)) is not None:
                    came.append(_came(tx, gate, each, what, act))
            case Edited():
                _edited(tx, gate, each, act)
            case Deleted():
                _deleted(tx, gate, each, act)
            case Echo():
                echoed(tx, gate, each, act)
            case AccountRevoked():
                _revoked(tx, gate, each, act)
            case SearchEnded():
                _search_ended(tx, gate, each, act)
    return came


def _came(tx: Tx, gate: Gate, message: Message, what: Taken, act: Act) -> Came:
    at = gate.business(message.at, act.now)
    is_of_before = gate.counts_from(tx, message.account, at, act.now) is not None
    channel = gate.policy.accounts[message.account].channel
    return Came(what, channel, None if is_of_before else act.due - message.at)


def _person(message: Message) -> str:
    return f"{message.account} {message.author.external_id}"


def _message(tx: Tx, gate: Gate, message: Message, act: Act) -> Taken | None:
    """Take in a customer's message; None where it is there already."""
    early = tx.find_message(message.account, message.external_id)
    if early is not None and _is_edit_alone(early):
        early = tx.find_message(message.account, message.external_id, locked=True)
    if early is not None and not _is_edit_alone(early):
        return None  # a repeat, or a tombstone: its deletion came first
    account = gate.policy.accounts[message.account]
    customer = tx.customer(account.channel, message.author)
    conversation = tx.conversation(message.account, message.thread_key, customer)
    ticket = _ticket_of(tx, gate.policy, message, conversation, customer, act)
    words = message.text if early is None else early.text
    thanks = (
        ticket is not None
        and _may_be_thanks(ticket)
        and is_thanks(words, answer_to=tx.last_words(ticket.id) or message.parent_text)
    )
    at = gate.business(message.at, act.now)
    new = NewMessage(
        account=message.account,
        direction=Direction.INBOUND,
        text=words,
        at=at,
        private=message.private,
        kind=message.kind,
        conversation=conversation.id,
        ticket=ticket.id if ticket is not None else None,
        external_id=message.external_id,
        parent=message.parent,
        parent_text=message.parent_text or _parent_text(tx, message),
        url=message.url,
        thanks=thanks,
        can_reply=message.can_reply,
        edited_at=early.edited_at if early is not None else None,
    )
    if early is not None:
        tx.fill_message(early.id, new)
    id = early.id if early is not None else tx.add_message(new)
    if id is None:  # another process was quicker
        there = tx.find_message(message.account, message.external_id)
        if there is not None and _is_edit_alone(there):
            raise Crossed(f"{message.account} {message.external_id}")
        return None
    until = gate.reply_until(message, at)
    since = gate.counts_from(tx, message.account, at, act.now)
    heard = Heard(message, id, words, at, customer, conversation.id, thanks, until, since)
    if ticket is None or _is_too_late(gate.policy, ticket, act, thanks=thanks):
        return open_for(tx, gate, heard, ticket, act)
    went_elsewhere(tx, gate, ticket, heard, act)
    return _go_on(tx, gate, ticket, heard, replace(act, heard_at=at))


def _ticket_of(
    tx: Tx, policy: Policy, message: Message, conversation: Conversation, customer: int, act: Act
) -> Ticket | None:
    """Return the ticket that a message goes on with, locked; it may be too late for it.

    It is the conversation's own, unless this answers an invitation into direct messages: the
    conversation then belongs to the ticket in which the customer was invited.
    """
    own = tx.ticket(conversation.ticket) if conversation.ticket is not None else None
    if not message.private or (own is not None and own.status is not Status.CLOSED):
        return own
    found = inviting(tx, message.account, customer, act)
    if found is None or _is_too_late(policy, found, act, thanks=False):
        return own
    if own is not None and own.id != found.id and _is_newer(own, found):
        return own
    tx.point(conversation.id, found.id)
    return found


def _is_newer(own: Ticket, other: Ticket) -> bool:
    """Tell whether a conversation's closed ticket was still in hand after the invitation."""
    return (
        own.closed_at is not None
        and other.invited_at is not None
        and own.closed_at > other.invited_at
    )


def _go_on(tx: Tx, gate: Gate, ticket: Ticket, heard: Heard, act: Act) -> Taken:
    """Add a message to a ticket that is there."""
    message, taken = heard.message, Taken.ADDED
    if ticket.conversation != heard.conversation:
        # it is answered where the customer is now, in public or in private
        joined = Joined(heard.conversation, message.private, message.can_reply, heard.reply_until)
        ticket, taken = gate.apply(tx, ticket, [joined], act), Taken.JOINED
    if ticket.quiet and not heard.thanks:
        return _go_on_quietly(tx, gate, ticket, heard, act)
    wrote, *then = brought_about(ticket, heard.wrote)
    calls_for_work = bool(then) or not heard.thanks
    if calls_for_work and off_shift.is_away(tx, ticket.assignee):
        # in this order it calls nobody who is off; a line in a burst's thread calls nobody
        first, last = ([wrote, *then], []) if ticket.lined else (then, [wrote])
        ticket = gate.apply(tx, ticket, first, act)
        ticket = off_shift.to_room(tx, gate.policy, ticket, act)
        ticket = gate.apply(tx, ticket, last, act)
    else:
        ticket = gate.apply(tx, ticket, [wrote, *then], act)
    ticket = _rated(tx, gate, ticket, heard, act)
    tell_away(tx, gate, ticket, heard, act)
    return taken


def _rated(tx: Tx, gate: Gate, ticket: Ticket, heard: Heard, act: Act) -> Ticket:
    """Take the stars that a message brings to a ticket that is there."""
    if (stars := heard.message.stars) is None:
        return ticket
    if stars != ticket.stars:
        ticket = gate.apply(tx, ticket, [Rated(heard.id, stars)], act)
    return share_stars(tx, gate, ticket, heard.id, act)


def _go_on_quietly(tx: Tx, gate: Gate, ticket: Ticket, heard: Heard, act: Act) -> Taken:
    """Add a message to a quiet ticket, which becomes a normal one unless this is quiet too."""
    if gate.route(heard, gate.facts(heard)).quiet:
        gate.apply(tx, ticket, [heard.wrote], act)
        return Taken.QUIET
    # the card first: then the message has a thread to stand in
    reopened = Reopened(ReopenCause.CUSTOMER, agent=None)
    ticket = assign(tx, gate, gate.apply(tx, ticket, [reopened, heard.wrote], act), act)
    ticket = _rated(tx, gate, ticket, heard, act)
    tell_away(tx, gate, ticket, heard, act)
    return Taken.OPENED


def _may_be_thanks(ticket: Ticket) -> bool:
    """Tell whether there is something to thank for: we have answered, or closed."""
    return ticket.answered_at is not None or ticket.status is Status.CLOSED


def _is_too_late(policy: Policy, ticket: Ticket, act: Act, *, thanks: bool) -> bool:
    """Tell whether a closed ticket is too old to be reopened; mere thanks open nothing new."""
    if ticket.status is not Status.CLOSED or ticket.closed_at is None or thanks:
        return False
    window = policy.queue_of(ticket.queue, ticket.account).reopen_window
    return act.now - ticket.closed_at > window


def _is_edit_alone(found: Found) -> bool:
    """Tell whether a row was made by an edit that came before its message."""
    return found.conversation is None and found.edited_at is not None and not found.deleted


def _edited(tx: Tx, gate: Gate, edited: Edited, act: Act) -> None:
    """Keep the newest words, in whatever order edits come, and before their message too."""
    found, ticket = _held(tx, edited)
    if found is None:
        at = gate.business(edited.at, act.now)
        alone = NewMessage(
            account=edited.account,
            direction=Direction.INBOUND,
            text=edited.text,
            at=at,
            private=True,
            external_id=edited.external_id,
            edited_at=edited.at,
        )
        if tx.add_message(alone) is None:
            raise Crossed(f"{edited.account} {edited.external_id}")
        return
    words = None if found.text == edited.text else edited.text
    if found.deleted or not tx.edit_message(found.id, words, edited.at):
        return
    if ticket is not None and words is not None:
        gate.apply(tx, ticket, [CustomerEdited(found.id)], act)


def _deleted(tx: Tx, gate: Gate, deleted: Deleted, act: Act) -> None:
    found, ticket = _held(tx, deleted)
    if found is None:
        tombstone = NewMessage(
            account=deleted.account,
            direction=Direction.INBOUND,
            text="",
            at=gate.business(deleted.at, act.now),
            private=False,
            external_id=deleted.external_id,
            deleted=True,
        )
        if tx.add_message(tombstone) is None:
            raise Crossed(f"{deleted.account} {deleted.external_id}")
        return
    if found.deleted:
        return
    tx.delete_message(found.id)
    if ticket is None:
        return
    gate.apply(tx, ticket, [CustomerDeleted(found.id, _nothing_left(tx, ticket))], act)
    # an answer is owed where a merge has taken it, and may be owed no more
    whole = tx.ticket(ticket.merged_into) if ticket.merged_into is not None else None
    if whole is not None and _nothing_left(tx, whole):
        gate.apply(tx, whole, [CustomerDeleted(found.id, nothing_left=True)], act)


def _nothing_left(tx: Tx, ticket: Ticket) -> bool:
    """Tell whether nothing that is there still waits for an answer, in what went into a ticket either."""
    parts = (ticket.id, *ticket.merged)
    return not any(tx.asked_since(each, ticket.answered_at) for each in parts)


def _held(tx: Tx, change: Edited | Deleted) -> tuple[Found | None, Ticket | None]:
    """Return the message that is changed and its ticket, both locked, the ticket first as ever."""
    found = tx.find_message(change.account, change.external_id)
    if found is None:
        return None, None
    ticket = tx.ticket(found.ticket) if found.ticket is not None else None
    held = tx.find_message(change.account, change.external_id, locked=True)
    if held is None or held.ticket != found.ticket:
        # its message, or another's act, came between the two
        raise Crossed(f"{change.account} {change.external_id}")
    return held, ticket


def _parent_text(tx: Tx, message: Message) -> str | None:
    """Return our own post that the message answers, where we have seen it."""
    if message.parent is None:
        return None
    parent = tx.find_message(message.account, message.parent)
    if parent is None or parent.direction is not Direction.OUTBOUND:
        return None
    return parent.text


def _revoked(tx: Tx, gate: Gate, revoked: AccountRevoked, act: Act) -> None:
    """Tell the managers that an account lost its access, once until it is connected again."""
    if not tx.cut_off(revoked.account):
        return
    account = gate.policy.accounts[revoked.account]
    at = gate.business(revoked.at, act.now)
    said = text("alert-revoked", account=account.handle, at=at)
    remedy = text("alert-revoked-remedy", channel=account.channel, account=account.name)
    title = text("alert-revoked-title", account=account.handle)
    _alert(tx, gate, account, title, (said, remedy), act)


def _search_ended(tx: Tx, gate: Gate, ended: SearchEnded, act: Act) -> None:
    """Tell the managers that hashtags are not found any more, once until they are again."""
    if not tx.once(f"search-ended:{ended.account}:{ended.until.isoformat()}", act.now):
        return
    account = gate.policy.accounts[ended.account]
    until = ended.until + gate.offset
    said = text("alert-search-ended", account=account.handle, until=until)
    title = text("alert-search-ended-title", account=account.handle)
    _alert(tx, gate, account, title, (said, text("alert-search-ended-remedy")), act)


def _alert(
    tx: Tx, gate: Gate, account: Account, title: Text, said: tuple[Text, ...], act: Act
) -> None:
    """Post what is wrong with an account into its managers' rooms."""
    card = Card(push=said[0], title=title, blocks=tuple(Paragraph(each) for each in said))
    for room in gate.policy.queues[account.queue].managers_rooms:
        post(tx, room, card, act)
