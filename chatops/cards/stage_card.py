"""What an escalation chain says beside the card: a stage's line in the thread, and its end. Pure."""

from datetime import datetime

from chatops.card import Block, Card, Facts, Paragraph
from chatops.cards.chain_words import stage_did, stage_named
from chatops.cards.ticket_buttons import ASSIGN, CLAIM, ESCALATE
from chatops.cards.ticket_card import assignee_of, push_of
from chatops.chain import LATE
from chatops.event import ChainEnded, StageReached
from chatops.scene import Scene
from chatops.text import Link, Mention, Text, text
from chatops.ticket import Status


def stage_line(scene: Scene, event: StageReached, sent_at: datetime, room: str) -> Card:
    """Return the line in a room's thread about a stage that was reached.

    It calls people whether they have muted the ticket or not; those of a target in its room alone.
    """
    where = stage_named(event.stage, event.of, event.round)
    blocks: list[Block] = [Paragraph(text("event-stage", where=where, does=stage_did(event)))]
    target = scene.queue.escalation.get(event.target or "")
    if target is not None and target.room == room and event.called:
        people = tuple(text("by-agent", agent=Mention(each)) for each in event.called)
        blocks.append(Paragraph(text("alert-for", people=people)))
    if event.owner is not None:
        blocks.append(Paragraph(text("event-stage-owner", agent=Mention(event.owner))))
    return Card(
        push=push_of(scene),
        blocks=(*blocks, *_late(event.planned_at, sent_at)),
        ticket=scene.ticket.id,
    )


def chain_end_card(
    scene: Scene, url: str | None, event: ChainEnded, sent_at: datetime, called: tuple[int, ...]
) -> Card:
    """Return the alert that a chain was gone up to its end and its ticket still waits."""
    ticket = scene.ticket
    label = f"#{ticket.id}"
    link = Link(url, label) if url else label
    said = text("chain-ended", ticket=link, queue=ticket.queue, of=event.of, rounds=event.round)
    blocks: list[Block] = [Paragraph(said)]
    if called:
        people = tuple(text("by-agent", agent=Mention(each)) for each in called)
        blocks.append(Paragraph(text("alert-for", people=people)))
    facts: tuple[tuple[Text, Text], ...] = (
        (text("fact-customer"), text("words", words=scene.customer.name)),
        (text("fact-assignee"), assignee_of(scene)),
    )
    chosen = (ASSIGN, ESCALATE) if ticket.assignee is not None else (CLAIM, ASSIGN, ESCALATE)
    return Card(
        push=text("push-chain-ended", ticket=ticket.id),
        title=text("chain-ended-title", ticket=ticket.id),
        blocks=(*blocks, *_late(event.planned_at, sent_at), Facts(facts)),
        buttons=chosen if ticket.status is not Status.CLOSED else (),
        ticket=ticket.id,
    )


def _late(planned_at: datetime, sent_at: datetime) -> tuple[Block, ...]:
    late = sent_at - planned_at
    if late <= LATE:
        return ()
    return (Paragraph(text("alert-late", late=late, at=planned_at), small=True),)
