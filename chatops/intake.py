"""What came in, into tickets: one transaction a body, whatever order and however often it comes.

Pure decisions over a `Tx`; desk runs them. A message is known by (account, external id): what is
there already is dropped, so stream, webhook and polling may all bring it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chatops.act import Act
from chatops.card import Card, Paragraph
from chatops.channel import AccountRevoked, Deleted, Echo, Edited, Inbound, Message, Traits
from chatops.event import (
    AnsweredOutside,
    Assigned,
    CustomerDeleted,
    CustomerEdited,
    Event,
    Opened,
    ReplyState,
)
from chatops.follow import lane, post
from chatops.language import language_of
from chatops.ledger import accept, apply, open_ticket
from chatops.policy import Assignment, Policy, Queue, Role
from chatops.ports import Conversation, Found, NewDelivery, NewMessage, Tx, Urgency, What
from chatops.routing import Facts, route
from chatops.scene import Direction
from chatops.step import heard
from chatops.text import text
from chatops.thanks import is_thanks
from chatops.ticket import Refusal, Status, Ticket
from chatops.ticket_card import CARD_EXCERPT


@dataclass(frozen=True, slots=True)
class Gate:
    """What every inbound is weighed against: policy, the channels' traits, the turn of the clock."""

    policy: Policy
    traits: Mapping[str, Traits]
    offset: timedelta  #: business time minus transport time

    def business(self, at: datetime, now: datetime) -> datetime:
        """Return a platform's time as business time, never later than now (SLA.md rule 13)."""
        return min(at + self.offset, now)


def receive(tx: Tx, gate: Gate, inbound: Sequence[Inbound], act: Act) -> None:
    """Take in a body's entries, in their order."""
    for each in inbound:
        match each:
            case Message():
                _message(tx, gate, each, act)
            case Edited():
                _edited(tx, gate, each, act)
            case Deleted():
                _deleted(tx, gate, each, act)
            case Echo():
                _echo(tx, gate, each, act)
            case AccountRevoked():
                _revoked(tx, gate, each, act)


def _message(tx: Tx, gate: Gate, message: Message, act: Act) -> None:
    early = tx.find_message(message.account, message.external_id)
    if early is not None and not _is_edit_alone(early):
        return  # a repeat, or a tombstone: its deletion came first
    account = gate.policy.accounts[message.account]
    customer = tx.customer(account.channel, message.author)
    conversation = tx.conversation(message.account, message.thread_key, customer)
    ticket = tx.ticket(conversation.ticket) if conversation.ticket is not None else None
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
        ticket=conversation.ticket,
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
    if id is None:
        return  # another process was quicker
    if ticket is None or _is_too_late(gate.policy, ticket, act.now, thanks=thanks):
        _open(tx, gate, message, conversation, customer, ticket, id, at, act)
    else:
        _apply(
            tx,
            gate,
            ticket,
            heard(ticket, id, thanks=thanks, can_reply=message.can_reply),
            replace(act, heard_at=at),
        )


def _may_be_thanks(ticket: Ticket) -> bool:
    """Tell whether there is something to thank for: we have answered, or closed."""
    return ticket.answered_at is not None or ticket.status is Status.CLOSED


def _is_too_late(policy: Policy, ticket: Ticket, now: datetime, *, thanks: bool) -> bool:
    """Tell whether a closed ticket is too old to be reopened; mere thanks open nothing new."""
    if ticket.status is not Status.CLOSED or ticket.closed_at is None or thanks:
        return False
    window = policy.queue_of(ticket.queue, ticket.account).reopen_window
    return now - ticket.closed_at > window


def _open(
    tx: Tx,
    gate: Gate,
    message: Message,
    conversation: Conversation,
    customer: int,
    before: Ticket | None,
    id: int,
    at: datetime,
    act: Act,
) -> None:
    account = gate.policy.accounts[message.account]
    language = language_of(message.text, account.language)
    facts = Facts(message.text, message.kind, language, message.author.followers)
    routed = route(gate.policy, account, facts, at)
    queue = gate.policy.queues[routed.queue]
    event = Opened(
        conversation=conversation.id,
        customer=customer,
        account=account.name,
        channel=account.channel,
        kind=message.kind,
        private=message.private,
        queue=queue.name,
        language=language,
        priority=routed.priority,
        why=routed.why,
        can_reply=message.can_reply,
        predecessor=before.id if before else None,
    )
    ticket = open_ticket(tx, gate.policy, event, replace(act, rule="account"), at)
    tx.place_message(id, ticket.id)
    events: list[Event] = list(heard(ticket, id, thanks=False))
    ticket = _apply(tx, gate, ticket, events, act)
    if len(message.text) > CARD_EXCERPT:
        _continue_in_thread(tx, ticket, id, act)
    if (agent := _whose_turn(tx, queue)) is not None:
        rule = replace(act, rule="round_robin")
        _apply(tx, gate, ticket, [Assigned(agent, by=None)], rule)


def _continue_in_thread(tx: Tx, ticket: Ticket, message: int, act: Act) -> None:
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


def _whose_turn(tx: Tx, queue: Queue) -> int | None:
    if queue.assignment is not Assignment.ROUND_ROBIN:
        return None
    on = [agent.id for agent in tx.agents() if agent.on and agent.may(Role.AGENT, queue.name)]
    return tx.next_on(queue.name, on) if on else None


def _is_edit_alone(found: Found) -> bool:
    """Tell whether a row was made by an edit that came before its message."""
    return found.conversation is None and found.edited_at is not None and not found.deleted


def _edited(tx: Tx, gate: Gate, edited: Edited, act: Act) -> None:
    """Keep the newest words, in whatever order edits come, and before their message too."""
    found = tx.find_message(edited.account, edited.external_id)
    if found is None:
        at = gate.business(edited.at, act.now)
        tx.add_message(
            NewMessage(
                account=edited.account,
                direction=Direction.INBOUND,
                text=edited.text,
                at=at,
                private=True,
                external_id=edited.external_id,
                edited_at=edited.at,
            )
        )
        return
    is_old = found.edited_at is not None and edited.at <= found.edited_at
    if found.deleted or is_old or found.text == edited.text:
        return
    tx.edit_message(found.id, edited.text, edited.at)
    if found.ticket is not None and (ticket := tx.ticket(found.ticket)) is not None:
        _apply(tx, gate, ticket, [CustomerEdited(found.id)], act)


def _deleted(tx: Tx, gate: Gate, deleted: Deleted, act: Act) -> None:
    found = tx.find_message(deleted.account, deleted.external_id)
    if found is None:
        tx.add_message(
            NewMessage(
                account=deleted.account,
                direction=Direction.INBOUND,
                text="",
                at=gate.business(deleted.at, act.now),
                private=False,
                external_id=deleted.external_id,
                deleted=True,
            )
        )
        return
    if found.deleted:
        return
    tx.delete_message(found.id)
    if found.ticket is not None and (ticket := tx.ticket(found.ticket)) is not None:
        _apply(tx, gate, ticket, [CustomerDeleted(found.id)], act)


def _echo(tx: Tx, gate: Gate, echo: Echo, act: Act) -> None:
    """Match our own account's message to what we sent, else take it as answered outside."""
    if tx.find_message(echo.account, echo.external_id) is not None:
        return
    if echo.marker and (ours := tx.find_marked(echo.account, echo.marker)) is not None:
        _accepted(tx, gate, ours, echo, act)
        return
    conversation = _conversation_of(tx, echo)
    if conversation is not None:
        for waiting in tx.sending(conversation.id):
            if _same_words(waiting.text, echo.text):
                _accepted(tx, gate, waiting, echo, act)
                return
    at = gate.business(echo.at, act.now)
    id = tx.add_message(
        NewMessage(
            account=echo.account,
            direction=Direction.OUTBOUND,
            text=echo.text,
            at=at,
            private=echo.private,
            conversation=conversation.id if conversation else None,
            ticket=conversation.ticket if conversation else None,
            external_id=echo.external_id,
            parent=echo.parent,
            url=echo.url,
        )
    )
    if id is None or conversation is None or conversation.ticket is None:
        return
    if (ticket := tx.ticket(conversation.ticket)) is not None:
        _apply(tx, gate, ticket, [AnsweredOutside(id, at)], act)


def _accepted(tx: Tx, gate: Gate, ours: Found, echo: Echo, act: Act) -> None:
    """Take an echo as the network's acceptance: it may come before the answer to our own call."""
    at = gate.business(echo.at, act.now)
    state = ReplyState.SENT if ours.state is None else ours.state
    tx.reply_is(ours.id, state, external_id=echo.external_id, url=echo.url)
    if ours.ticket is None or (ticket := tx.ticket(ours.ticket)) is None:
        return
    # one that waits to be sent again is there after all, and must not go out twice
    if (reply := ticket.reply(ours.id)) is not None:
        accept(tx, gate.policy, ticket, reply, at, act)


def _conversation_of(tx: Tx, echo: Echo) -> Conversation | None:
    """Return the conversation that an echo answers: its parent's, or the addressed customer's."""
    if echo.parent and (parent := tx.find_message(echo.account, echo.parent)) is not None:
        if parent.conversation is not None:
            return tx.lock_conversation(parent.conversation)
        return None
    in_thread = tx.thread_conversations(echo.account, echo.thread_key)
    if len(in_thread) == 1:
        return tx.lock_conversation(in_thread[0].id)
    return None


def _parent_text(tx: Tx, message: Message) -> str | None:
    """Return our own post that the message answers, where we have seen it."""
    if message.parent is None:
        return None
    parent = tx.find_message(message.account, message.parent)
    if parent is None or parent.direction is not Direction.OUTBOUND:
        return None
    return parent.text


def _same_words(ours: str, theirs: str) -> bool:
    """Compare a text with the network's copy of it: links are rewritten, mentions put before it."""

    def bare(words: str) -> list[str]:
        return [word for word in words.split() if "://" not in word and not word.startswith("@")]

    return bare(ours) == bare(theirs)


def _apply(tx: Tx, gate: Gate, ticket: Ticket, events: Sequence[Event], act: Act) -> Ticket:
    """Apply what the network says has happened; no rule of ours can refuse it."""
    outcome = apply(tx, gate.policy, ticket, events, act)
    if isinstance(outcome, Refusal):
        raise AssertionError(f"ticket {ticket.id} refused {events}: {outcome.said.id}")
    return outcome


def _revoked(tx: Tx, gate: Gate, revoked: AccountRevoked, act: Act) -> None:
    """Tell the managers that an account lost its access, once until it is connected again."""
    if not tx.cut_off(revoked.account):
        return
    account = gate.policy.accounts[revoked.account]
    at = gate.business(revoked.at, act.now)
    said = text("alert-revoked", account=account.handle, at=at)
    remedy = text("alert-revoked-remedy", channel=account.channel, account=account.name)
    card = Card(
        push=said,
        title=text("alert-revoked-title", account=account.handle),
        blocks=(Paragraph(said), Paragraph(remedy)),
    )
    post(tx, gate.policy.queues[account.queue].managers_room, card, act)
