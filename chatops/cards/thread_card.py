"""What stands beside a ticket's card: the messages in its thread, announcements and alerts. Pure.

Only who is concerned is called by a mention. Lines about what has happened are in `event_line`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chatops import sla
from chatops.card import Block, Button, Card, Facts, Paragraph, Quote, Style
from chatops.cards.clock_words import clock_brief, clock_named, hours_of, length
from chatops.cards.ticket_buttons import ASSIGN, CLAIM, ESCALATE, KNOWN, WHY
from chatops.cards.ticket_card import assignee_of, kind_of, push_of
from chatops.event import AlertLevel, ClockKind, Occasion, ReplyState
from chatops.scene import Direction, Line, Scene
from chatops.sla import Clock
from chatops.sla.alerting import is_late, is_unheard
from chatops.text import Link, Mention, Text, Value, text
from chatops.ticket import Status

#: An alert that comes later than this after its time says so.
LATE: Final = timedelta(minutes=5)

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


@dataclass(frozen=True, slots=True)
class Alarm:
    """What an alert is about. Times are UTC."""

    kind: ClockKind = ClockKind.FIRST_RESPONSE
    level: AlertLevel = AlertLevel.BREACH
    planned_at: datetime | None = None
    sent_at: datetime | None = None
    called: tuple[int, ...] = ()  #: agents who are called by name

    @property
    def late(self) -> timedelta | None:
        """How much later than planned it came, if that is worth a word."""
        if self.planned_at is None or self.sent_at is None:
            return None
        late = self.sent_at - self.planned_at
        return late if late > LATE else None


def alert_card(scene: Scene, url: str | None, alarm: Alarm = Alarm()) -> Card:
    """Return the alert of a clock: who, how late, who has it, what happened last, what next."""
    ticket, kind = scene.ticket, alarm.kind
    clock = next((each for each in scene.clocks if each.kind is kind), scene.clock)
    due = (clock.breached_at or clock.due_at) if clock else None
    is_overtaken = alarm.level is AlertLevel.DUE_SOON and clock is not None and is_late(clock)
    which = "was-due-soon" if is_overtaken else _which(alarm)
    named: dict[str, Value] = {
        "clock": clock_named(kind),
        "queue": ticket.queue,
        "ticket": ticket.id,
    }
    words: dict[str, Value] = {**named, "ticket": _link(scene, url), "due": due or scene.now}
    blocks: list[Block] = [Paragraph(text(f"alert-said-{which}", **words))]
    if alarm.called:
        people = tuple(text("by-agent", agent=Mention(each)) for each in alarm.called)
        blocks.append(Paragraph(text("alert-for", people=people)))
    if alarm.late is not None and alarm.planned_at is not None:
        stamp = text("alert-late", late=alarm.late, at=alarm.planned_at)
        blocks.append(Paragraph(stamp, small=True))
    chosen: tuple[Button, ...] = (ASSIGN, ESCALATE)
    if ticket.assignee is None:
        chosen = (CLAIM, *chosen)
    if clock is not None and is_unheard(clock):
        chosen = (*chosen, KNOWN)
    if clock is not None:
        chosen = (*chosen, WHY)
    if is_overtaken or ticket.status is Status.CLOSED:  # of a late clock its own alert asks
        chosen = ()
    return Card(
        push=text(f"push-{which}", **named),
        title=text(f"alert-title-{which}", **named),
        blocks=(*blocks, Facts(_facts(scene, kind, clock))),
        buttons=chosen,
        ticket=ticket.id,
    )


def _which(alarm: Alarm) -> str:
    """Return how the sentences of an alert are named: of a breach, and of a watch, each has its own."""
    if alarm.level is AlertLevel.BREACH:
        of_kind = "" if alarm.kind is ClockKind.FIRST_RESPONSE else f"-{alarm.kind.value}"
        return f"breach{of_kind}"
    if alarm.level is AlertLevel.DUE_SOON:
        return f"due-soon-{alarm.kind.value}" if alarm.kind.is_watch else "due-soon"
    return "repeat"


def _facts(scene: Scene, kind: ClockKind, clock: Clock | None) -> tuple[tuple[Text, Text], ...]:
    facts: list[tuple[Text, Text]] = [
        (text("fact-customer"), text("words", words=scene.customer.name)),
        (text("fact-channel"), _where(scene)),
        (text("fact-assignee"), assignee_of(scene)),
    ]
    if clock is not None and clock.outcome is not None:
        facts.append((clock_named(kind), clock_brief(scene, clock)))
    elif clock is not None and not kind.is_watch:
        left_s = sla.left(clock, scene.now, hours_of(scene, clock))
        if left_s < 0:
            facts.append((text("fact-late"), length(-left_s)))
    if scene.lines:
        facts.append((text("fact-last"), _said(scene, scene.lines[-1])))
    return tuple(facts)


def _said(scene: Scene, line: Line) -> Text:
    """Say who wrote and what became of it, without the words."""
    match line.direction:
        case Direction.INBOUND:
            how = _INBOUND[line.private, line.edited]
            return text(how, customer=scene.customer.name, at=line.at)
        case Direction.NOTE:
            return text("line-note", agent=scene.named(line.agent))
        case Direction.OUTBOUND if line.is_by_rule and line.state is not None:
            return text(
                f"away-{line.state.value.replace(' ', '-')}",
                channel=scene.traits.title,
                visibility=text("private" if line.private else "public"),
                at=line.at,
            )
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
        case ReplyState.WAITING if line.is_by_rule:  # it goes by itself, as soon as it can
            return (Button("undo", text("button-undo"), message, Style.DANGER),)
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
