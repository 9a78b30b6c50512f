"""What our own account says on a network: our replies, accepted, or a colleague's answer there."""

from chatops.act import Act
from chatops.arrival.gate import Gate
from chatops.channel import Echo
from chatops.event import AnsweredOutside, ReplyState
from chatops.ledger import accept
from chatops.ports import Conversation, Found, NewMessage, Tx
from chatops.scene import Direction


def echoed(tx: Tx, gate: Gate, echo: Echo, act: Act) -> None:
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
        asked = [tx.asked_since(part, at) for part in (ticket.id, *ticket.merged)]
        asked_at = min(filter(None, asked), default=None)
        was_before = gate.counts_from(tx, echo.account, at, act.now) is not None
        gate.apply(tx, ticket, [AnsweredOutside(id, at, asked_at, was_before)], act)


def _accepted(tx: Tx, gate: Gate, ours: Found, echo: Echo, act: Act) -> None:
    """Take an echo as the network's acceptance: it may come before the answer to our own call."""
    at = gate.business(echo.at, act.now)
    # the ticket first, which locks it: the answer to our call may be written in this very moment,
    # and the state that it writes stays
    ticket = tx.ticket(ours.ticket) if ours.ticket is not None else None
    state = ReplyState.SENT if ours.state is None else None
    tx.reply_is(ours.id, state, external_id=echo.external_id, url=echo.url)
    if ticket is None:
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


def _same_words(ours: str, theirs: str) -> bool:
    """Compare a text with the network's copy of it: links are rewritten, mentions put before it."""

    def bare(words: str) -> list[str]:
        return [word for word in words.split() if "://" not in word and not word.startswith("@")]

    return bare(ours) == bare(theirs)
