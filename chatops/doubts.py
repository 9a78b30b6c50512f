"""Posts of unknown fate in a chat that finds nothing again: people are asked, and what they say is done.

Teams lets no app look for its own messages. So a person is asked who can see the room, in a small
card beside the post, and whatever the far side did, nothing goes out a second time unseen. The
post waits in doubt until then, and holds back nothing: who knows may be home by now, and the
customer's next message must not wait for them. Posted again, it therefore stands below what came
meanwhile, and its own time says where it belongs. The question itself is harmless twice.

Who may answer is decided from the post, locked, and the person; the button carries a number.
"""

from uuid import UUID, uuid5

from chatops.act import Act, again
from chatops.call import Call, Done, Origin, Outcome, Settled
from chatops.card import Card
from chatops.card_json import dump_card, load_card
from chatops.cards.doubt_card import answered_card
from chatops.doing import note_done
from chatops.follow import TO_PERSON
from chatops.policy import Policy, Role
from chatops.ports import Delivery, DeliveryState, NewDelivery, Tx, Unsure, Urgency, What
from chatops.text import text
from chatops.ticket import Refusal

#: Posts that stand in a ticket's thread; about all others it is asked in the room itself.
_IN_THREAD = frozenset({What.MESSAGE, What.EVENT})


def ask(tx: Tx, job: Delivery, card: Card, act: Act) -> None:
    """Let a post wait for people's answer, and ask them, or show them again that they are asked.

    Nothing is asked where the post is another process's by now.
    """
    if not tx.delivery_is(job, DeliveryState.IN_DOUBT, None, "asked"):
        return
    question, body = _question(job.marker), dump_card(card)
    asked = NewDelivery(
        What.QUESTION,
        job.to,
        f"question:{job.id}",
        Urgency.LINE,
        question,
        ticket=job.ticket if job.what in _IN_THREAD else None,
        message=job.message if job.undo else None,
        body=body,
        undo=job.undo,  # it carries Undo in the place of the line: seen, the reply's wait begins
    )
    if not tx.deliver(asked, act.due):
        tx.reword(question, body, act.due)


def settle(tx: Tx, policy: Policy, told: Settled, call: Call, act: Act) -> Outcome:
    """Do what a person says who has looked for a post, once."""
    post = tx.unsure(told.post)
    if post is None:
        return Done() if tx.acted(call.key) else Refusal(text("doubt-over"))
    if (refusal := _refused(tx, policy, post, call)) is not None:
        return refusal
    if told.is_there:
        tx.is_seen(post.id)
        if post.undo and post.message is not None:
            tx.begin_wait(post.message, act.due + policy.undo_in)
    else:
        tx.post_again(post.id, again(post.marker), act.due)
    question = _question(post.marker)
    if (body := tx.finished(question)) is not None:
        name = call.agent.public_name
        answered = answered_card(load_card(body), name, is_there=told.is_there)
        tx.reword(question, dump_card(answered), act.due)
    note_done(tx, call)
    return Done(text("done-settle") if call.origin is Origin.SLASH else None)


def _refused(tx: Tx, policy: Policy, post: Unsure, call: Call) -> Refusal | None:
    """Refuse who does not work where the post belongs; to whom may not see it, there is none."""
    if post.ticket is not None:
        record = tx.record(post.ticket)
        if record is None or not call.may(Role.VIEWER, record.ticket):
            return Refusal(text("doubt-over"))
        if not call.may(Role.AGENT, record.ticket):
            role = text("role-agent")
            return Refusal(text("not-allowed", role=role, queue=record.ticket.queue))
        return None
    if post.to.startswith(TO_PERSON):
        return None if post.to == f"{TO_PERSON}{call.agent.id}" else Refusal(text("doubt-over"))
    queues = policy.queues_at(post.to)
    if any(call.agent.may(Role.LEAD, queue.name) for queue in queues):
        return None
    names = tuple(text("words", words=queue.name) for queue in queues)
    return Refusal(text("not-allowed", role=text("role-lead"), queue=names))


def _question(marker: str) -> str:
    """Return the marker of the question about a post: one, however often it is asked."""
    return str(uuid5(UUID(marker), "question"))
