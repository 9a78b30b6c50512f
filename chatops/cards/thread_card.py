"""What stands beside a ticket's card: the messages in its thread, announcements and alerts. Pure.

Only who is concerned is called by a mention. Lines about what has happened are in `event_line`.
"""

from typing import Final

from chatops.card import Block, Button, Card, Facts, Paragraph, Quote, Style
from chatops.cards.ticket_buttons import ASSIGN, CLAIM, ESCALATE
from chatops.cards.ticket_card import assignee_of, clock_named, clock_words, kind_of, push_of
from chatops.event import ClockKind, Occasion, ReplyState
from chatops.scene import Direction, Line, Scene
from chatops.text import Link, Mention, Text, text
from chatops.ticket import Status

#: How a customer's message is headed, by whether it is private and whether it was edited.
_INBOUND: Final = {
    (False, False): "line-inbound",
    (False, True): "line-edited",
    (True, False): "line-inbound-private",
    (True, True): "line-edited-private",
}


def message_line(scene: Scene, line: Line, *, mention: bool) -> Card:
    """Return the thread line of one message, in the state that it is in."""
    ticket = scene.ticket
    said = _said(scene, line)
    assignee = ticket.assignee
    calls = mention and assignee not in {None, line.agent, *ticket.muted}
    head = text("line-for", said=said, agent=Mention(assignee)) if calls and assignee else said
    blocks: list[Block] = [Paragraph(head)]
    if line.deleted:
        blocks.append(Paragraph(text("line-deleted"), small=True))
    else:
        blocks.append(Quote(line.text))
    if line.hidden:
        blocks.append(Paragraph(text("line-hidden", channel=scene.traits.title), small=True))
    if line.thanks:
        blocks.append(Paragraph(text("line-thanks"), small=True))
    if line.state is ReplyState.FAILED:
        # the sentence that the channel gave with its refusal; the contract suite asks for one
        blocks.append(Paragraph(text(f"rejected-{line.failure}"), small=True))
    return Card(
        push=push_of(scene), blocks=tuple(blocks), buttons=_line_buttons(line), ticket=ticket.id
    )


def left_line(scene: Scene, url: str | None) -> Card:
    """Return what stands for a customer's message in a room that its ticket has left."""
    ticket = scene.ticket
    said = text("left-moved", ticket=_link(scene, url), queue=ticket.queue)
    return Card(push=push_of(scene), blocks=(Paragraph(said),), ticket=ticket.id)


def announcement(scene: Scene, occasion: Occasion, url: str | None) -> Card:
    """Return the short line that brings a ticket back to people's eyes."""
    said = text(f"announce-{occasion.value}", ticket=_link(scene, url))
    return Card(
        push=text(f"announce-{occasion.value}", ticket=f"#{scene.ticket.id}"),
        blocks=(Paragraph(said),),
        ticket=scene.ticket.id,
    )


def alert_card(scene: Scene, url: str | None, kind: ClockKind = ClockKind.FIRST_RESPONSE) -> Card:
    """Return the alert of a breached clock: who, how late, who has it, what next."""
    ticket = scene.ticket
    clock = next((each for each in scene.clocks if each.kind is kind), scene.clock)
    due = (clock.breached_at or clock.due_at) if clock else None
    which = "" if kind is ClockKind.FIRST_RESPONSE else f"-{kind.value}"
    said = text(
        f"alert-breach{which}",
        ticket=_link(scene, url),
        queue=ticket.queue,
        due=due or scene.now,
    )
    facts: tuple[tuple[Text, Text], ...] = (
        (text("fact-customer"), text("words", words=scene.customer.name)),
        (text("fact-channel"), _where(scene)),
        (text("fact-assignee"), assignee_of(scene)),
    )
    if clock is not None and clock.outcome is not None:
        facts = (*facts, (clock_named(kind), clock_words(scene, clock)))
    chosen = (ASSIGN, ESCALATE) if ticket.assignee is not None else (CLAIM, ASSIGN, ESCALATE)
    return Card(
        push=text(f"push-breach{which}", ticket=ticket.id, queue=ticket.queue),
        title=text(f"alert-title{which}", ticket=ticket.id),
        blocks=(Paragraph(said), Facts(facts)),
        buttons=chosen if ticket.status is not Status.CLOSED else (),
        ticket=ticket.id,
    )


def _said(scene: Scene, line: Line) -> Text:
    """Say who wrote and what became of it, without the words."""
    match line.direction:
        case Direction.INBOUND:
            how = _INBOUND[line.private, line.edited]
            return text(how, customer=scene.customer.name, at=line.at)
        case Direction.NOTE:
            return text("line-note", agent=scene.named(line.agent))
        case Direction.OUTBOUND if line.agent is None:
            return text("line-outside", channel=scene.traits.title, at=line.at)
        case Direction.OUTBOUND:
            state = (line.state or ReplyState.SENT).value.replace(" ", "-")
            return text(
                f"reply-{state}",
                agent=scene.named(line.agent),
                channel=scene.traits.title,
                visibility=text("private" if line.private else "public"),
                seconds=scene.policy.undo_in,
                at=line.at,
            )


def _line_buttons(line: Line) -> tuple[Button, ...]:
    message = (("message", str(line.id)),)
    match line.state:
        case ReplyState.WAITING:
            return (
                Button("undo", text("button-undo"), message, Style.DANGER),
                Button("sendnow", text("button-sendnow"), message),
            )
        case ReplyState.IN_DOUBT:
            return (
                Button("arrived", text("button-arrived"), message),
                Button("resend", text("button-resend"), message),
            )
        case _:
            return ()


def _link(scene: Scene, url: str | None) -> Link | str:
    label = f"#{scene.ticket.id}"
    return Link(url, label) if url else label


def _where(scene: Scene) -> Text:
    return text(
        "where",
        channel=scene.traits.title,
        kind=kind_of(scene.ticket),
        visibility=text("private" if scene.ticket.private else "public"),
    )
