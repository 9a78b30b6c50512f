"""The line of a ticket's thread about one thing that has happened. Pure.

Only who is concerned is called by a mention, and nobody who has muted the ticket; who acted is
named, for nobody is notified of their own act.
"""

from chatops.card import Block, Button, Card, Paragraph, Quote, Style
from chatops.cards.clock_words import clock_named, clock_words
from chatops.cards.ticket_card import numbered, push_of
from chatops.event import (
    Absorbed,
    Alerted,
    Assigned,
    BreachKnown,
    ClockKind,
    Closed,
    CustomerForgotten,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    Escalated,
    Event,
    HandoverAbandoned,
    HandoverOpened,
    IdleAsked,
    Kept,
    LinkSuggested,
    Merged,
    Moved,
    Prioritized,
    Separated,
    Unclaimed,
    Unmerged,
)
from chatops.scene import Scene
from chatops.text import Mention, Text, text


def event_line(
    scene: Scene,
    event: Event,
    agent: int | None,
    room: str,
    *,
    rule: str | None = None,
    is_dismissed: bool = False,
) -> Card:
    """Return the line in a room's thread; `agent` is who did it, None a rule, named by `rule`.

    `is_dismissed` is of a suggestion that somebody has turned down.
    """
    if isinstance(event, Unclaimed):
        said = text(f"event-unclaimed-{rule}")
        return Card(push=push_of(scene), blocks=(Paragraph(said),), ticket=scene.ticket.id)
    who = text("by-agent", agent=scene.named(agent)) if agent is not None else text("by-rule")
    return Card(
        push=push_of(scene),
        blocks=(Paragraph(_said(scene, event, who, agent, room)), *_quoted(scene, event)),
        buttons=() if is_dismissed else _buttons(scene, event),
        ticket=scene.ticket.id,
    )


def _said(scene: Scene, event: Event, who: Text, agent: int | None, room: str) -> Text:
    match event:
        case Assigned(assigned, by=None):  # the only rule that assigns goes by turns
            return text("event-assigned-in-turn", agent=_called(scene, assigned))
        case Assigned(assigned):
            return text("event-assigned", who=who, agent=_called(scene, assigned))
        case Escalated(target, to):
            said = text("event-escalated", who=who, target=target)
            called = _people(scene, target, but=agent) if room == to else ()
            return text("event-escalated-to", said=said, people=called) if called else said
        case Alerted(_, _, kind):
            return _due_soon(scene, kind)
        case BreachKnown():
            return text("event-breach-known", who=who)
        case IdleAsked(asked, since, until):
            said = text("event-idle-asked", since=since, until=until)
            return text("line-for", said=said, agent=Mention(asked))
        case Kept():
            return text("event-kept", who=who)
        case Closed(reason):
            return text("event-closed", who=who, reason=text(f"close-{reason.value}"))
        case CustomerForgotten():
            return text("event-customer-forgotten")
        case HandoverOpened(other):
            return text("event-handover-opened", other=numbered(scene, other))
        case HandoverAbandoned(until):
            return text("event-handover-abandoned", until=until)
        case Moved(queue):
            return text("event-moved", who=who, queue=queue)
        case Prioritized(priority):
            return text("event-prioritized", who=who, level=text(f"priority-{priority.value}"))
        case LinkSuggested(other):
            return text("event-link-suggested", other=numbered(scene, other))
        case Merged(into):
            return text("event-merged", who=who, into=numbered(scene, into))
        case Absorbed(other):
            return text("event-absorbed", who=who, other=numbered(scene, other))
        case Unmerged():
            return text("event-unmerged", who=who)
        case Separated(other):
            return text("event-separated", who=who, other=numbered(scene, other))
        case DeedProposed():
            return text("event-deed-proposed", who=who)
        case DeedDropped():
            return text("event-deed-dropped", who=who)
        case DeedDone(_, deed):
            return text(f"event-{deed.value}-done", channel=scene.traits.title)
        case DeedFailed(_, deed, code):
            why = text(f"rejected-{code}")  # the sentence that the channel gave with its refusal
            return text(f"event-{deed.value}-failed", channel=scene.traits.title, why=why)
        case _:
            raise AssertionError(f"{event} has no line")


def _due_soon(scene: Scene, kind: ClockKind) -> Text:
    """Call who has the ticket, muted or not: this is not about the customer's every word."""
    holder = scene.ticket.assignee
    clock = next((each for each in scene.clocks if each.kind is kind), None)
    if kind.is_watch and clock is not None:
        until = clock.due_at or clock.started_at
        said = text(f"event-due-soon-{kind.value}", since=clock.started_at, until=until)
    else:
        said = text("event-due-soon", clock=clock_named(kind), how=clock_words(scene, clock))
    if holder is None:  # given back since
        return said
    return text("line-for", said=said, agent=Mention(holder))


def _quoted(scene: Scene, event: Event) -> tuple[Block, ...]:
    """Return the reason that was written, or the message that somebody wants deleted."""
    match event:
        case Escalated(message=message) | Prioritized(message=message) if message is not None:
            line = scene.line(message)
        case DeedProposed(message):
            line = scene.line(message)
        case _:
            return ()
    return () if line is None or line.deleted else (Quote(line.text),)


def _buttons(scene: Scene, event: Event) -> tuple[Button, ...]:
    """Return what the line asks people to decide, as long as it is open."""
    match event:
        case LinkSuggested(other) if other not in scene.ticket.links:
            pair = (("other", str(other)),)
            return (
                Button("link", text("button-link"), pair),
                Button("apart", text("button-apart"), pair),
            )
        case DeedProposed(message, deed):
            open_deed = scene.ticket.deed(message, deed)
            if open_deed is None or not open_deed.proposed:
                return ()
            of = (("message", str(message)),)
            return (
                Button("confirm", text("button-confirm"), of, Style.DANGER),
                Button("keep", text("button-keep"), of),
            )
        case IdleAsked(until=until) if scene.ticket.hand_back_at == until:
            return (Button("mine", text("button-mine")),)
        case _:
            return ()


def _called(scene: Scene, agent: int) -> Mention | str:
    """Return a mention, or the bare name of who does not want to be called on this ticket."""
    return scene.named(agent) if agent in scene.ticket.muted else Mention(agent)


def _people(scene: Scene, target: str, *, but: int | None) -> tuple[Text, ...]:
    to = scene.queue.escalation.get(target)
    names = {*(to.people if to is not None else ())}
    if (chain := scene.queue.chain) is not None and (stage := chain.stage_to(target)) is not None:
        names.add(chain.stages[stage - 1].owner or "")
    called = (each for each in scene.agents if each.name in names and each.id != but)
    return tuple(text("by-agent", agent=_called(scene, each.id)) for each in called)
