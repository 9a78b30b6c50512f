"""A ticket as people see it: its card, the lines of its thread, its announcements and alerts. Pure.

The words of a ticket's card follow its state, and so do its buttons: at most five, the rest behind
the menu. Times are absolute, since nothing redraws a card while nothing happens.
"""

from datetime import timedelta
from typing import Final

from chatops import sla
from chatops.card import Block, Button, Card, Facts, Paragraph, Quote, Style
from chatops.event import (
    Assigned,
    Closed,
    Escalated,
    Event,
    Occasion,
    ReplyState,
    SnoozeReason,
)
from chatops.scene import Direction, Line, Scene
from chatops.sla import State
from chatops.text import Link, Mention, Text, text
from chatops.ticket import Status, Ticket

#: An opening message longer than this goes into the thread too, for the card cuts it there.
CARD_EXCERPT: Final = 1200

#: Characters of our own post that a customer answers.
PARENT_EXCERPT: Final = 140

_CLAIM: Final = Button("claim", text("button-claim"), style=Style.PRIMARY)
_SNOOZE: Final = Button("snooze", text("button-snooze"))
_ESCALATE: Final = Button("escalate", text("button-escalate"))
_CLOSE: Final = Button("close", text("button-close"))
_WAKE: Final = Button("wake", text("button-wake"), style=Style.PRIMARY)
_REOPEN: Final = Button("reopen", text("button-reopen"), style=Style.PRIMARY)
_UNCLAIM: Final = Button("unclaim", text("button-unclaim"))
_ASSIGN: Final = Button("assign", text("button-assign"))
_NOTE: Final = Button("note", text("button-note"))
_READ: Final = Button("read", text("button-read"))
_SHOW: Final = Button("show", text("button-show"))


def ticket_card(scene: Scene) -> Card:
    """Return the card of a ticket."""
    ticket = scene.ticket
    return Card(
        push=text("push-ticket", channel=scene.traits.title, kind=_kind(ticket), ticket=ticket.id),
        title=text(
            "card-title",
            ticket=ticket.id,
            channel=scene.traits.title,
            kind=_kind(ticket),
            customer=scene.customer.name,
        ),
        blocks=(_about(scene), *_words(scene), Facts(_facts(scene)), *_asides(scene)),
        buttons=buttons(scene),
        menu=menu(scene),
        ticket=ticket.id,
    )


def buttons(scene: Scene) -> tuple[Button, ...]:
    """Return the buttons that the ticket's state allows, the likeliest first."""
    ticket = scene.ticket
    match ticket.status:
        case Status.OPEN if ticket.assignee is None:
            return (_CLAIM, *_reply(scene), _SNOOZE, _ESCALATE, _CLOSE)
        case Status.OPEN:
            return (*_reply(scene, Style.PRIMARY), _SNOOZE, _ESCALATE, _CLOSE)
        case Status.SNOOZED:
            return (_WAKE, *_reply(scene), _CLOSE)
        case Status.CLOSED:
            return (_REOPEN,)


def menu(scene: Scene) -> tuple[Button, ...]:
    """Return what else may be done in this state, behind "More"."""
    match scene.ticket.status:
        case Status.OPEN if scene.ticket.assignee is None:
            return (_ASSIGN, _READ, _NOTE, _SHOW)
        case Status.OPEN:
            return (_UNCLAIM, _ASSIGN, _READ, _NOTE, _SHOW)
        case Status.SNOOZED if scene.ticket.assignee is None:
            return (_CLAIM, _SNOOZE, _ESCALATE, _ASSIGN, _READ, _NOTE, _SHOW)
        case Status.SNOOZED:
            return (_SNOOZE, _ESCALATE, _UNCLAIM, _ASSIGN, _READ, _NOTE, _SHOW)
        case Status.CLOSED:
            return (_READ, _NOTE, _SHOW)


def message_line(scene: Scene, line: Line, *, mention: bool) -> Card:
    """Return the thread line of one message, in the state that it is in."""
    ticket = scene.ticket
    said = _said(scene, line)
    assignee = ticket.assignee
    calls = mention and assignee is not None and assignee != line.agent
    head = text("line-for", said=said, agent=Mention(assignee)) if calls and assignee else said
    blocks: list[Block] = [Paragraph(head)]
    if line.deleted:
        blocks.append(Paragraph(text("line-deleted"), small=True))
    else:
        blocks.append(Quote(line.text))
    if line.thanks:
        blocks.append(Paragraph(text("line-thanks"), small=True))
    if line.state is ReplyState.FAILED:
        blocks.append(Paragraph(text("reply-failed-why", code=line.failure or "?"), small=True))
    return Card(push=said, blocks=tuple(blocks), buttons=_line_buttons(line), ticket=ticket.id)


def event_line(scene: Scene, event: Event, agent: int | None, room: str) -> Card:
    """Return the thread line about one thing that has happened; who is concerned is called.

    Who did it is named and not called: nobody is notified of their own act.
    """
    who = text("by-agent", agent=_named(scene, agent)) if agent is not None else text("by-rule")
    blocks: list[Block] = []
    match event:
        case Assigned(assigned):
            said = text("event-assigned", who=who, agent=Mention(assigned))
        case Escalated(target, to, _, message):
            called = _people(scene, target, but=agent) if room == to else ()
            said = text("event-escalated", who=who, target=target)
            if called:
                said = text("event-escalated-to", said=said, people=called)
            reason = scene.line(message) if message is not None else None
            if reason is not None:
                blocks.append(Quote(reason.text))
        case Closed(reason):
            said = text("event-closed", who=who, reason=text(f"close-{reason.value}"))
        case _:
            raise AssertionError(f"{event} has no line")
    return Card(push=said, blocks=(Paragraph(said), *blocks), ticket=scene.ticket.id)


def announcement(scene: Scene, occasion: Occasion, url: str | None) -> Card:
    """Return the short line that brings a ticket back to people's eyes."""
    said = text(f"announce-{occasion.value}", ticket=_link(scene, url))
    return Card(
        push=text(f"announce-{occasion.value}", ticket=f"#{scene.ticket.id}"),
        blocks=(Paragraph(said),),
        ticket=scene.ticket.id,
    )


def alert_card(scene: Scene, url: str | None) -> Card:
    """Return the alert of a breached first response: who, how late, who has it, what next."""
    ticket = scene.ticket
    due = scene.clock.due_at if scene.clock else scene.now
    said = text(
        "alert-breach",
        ticket=_link(scene, url),
        queue=ticket.queue,
        due=due,
    )
    facts = (
        (text("fact-customer"), text("words", words=scene.customer.name)),
        (text("fact-channel"), _where(scene)),
        (text("fact-assignee"), _assignee(ticket)),
    )
    chosen = (_ASSIGN, _ESCALATE) if ticket.assignee is not None else (_CLAIM, _ASSIGN, _ESCALATE)
    return Card(
        push=text("push-breach", ticket=ticket.id, queue=ticket.queue),
        title=text("alert-title", ticket=ticket.id),
        blocks=(Paragraph(said), Facts(facts)),
        buttons=chosen if ticket.status is not Status.CLOSED else (),
        ticket=ticket.id,
    )


def clock_words(scene: Scene) -> Text:
    """Say how the first response clock stands."""
    if scene.clock is None:
        return text("clock-none")
    how = sla.say(scene.clock, scene.now, scene.queue.calendar)
    match how.state:
        case State.ON_TIME | State.DUE_SOON:
            said = text(f"clock-{how.state.value}", due=how.due_at)
            if how.resumes_at is None:
                return said
            if how.pauses_at is None:
                return text("clock-paused", said=said, resumes=how.resumes_at)
            return text("clock-pauses", said=said, pauses=how.pauses_at, resumes=how.resumes_at)
        case State.BREACHED:
            return text("clock-breached", due=how.due_at)
        case State.MET_LATE:
            late = timedelta(seconds=abs(how.left_s))
            return text("clock-met_late", due=how.due_at, late=late)
        case State.MET | State.WAIVED:
            return text(f"clock-{how.state.value}")


# --- parts of the card


def _about(scene: Scene) -> Block:
    return Paragraph(
        text(
            "card-about",
            visibility=text("private" if scene.ticket.private else "public"),
            account=scene.account.handle,
            handle=scene.customer.handle,
            language=text(f"language-{scene.ticket.language}"),
            at=scene.ticket.opened_at,
        ),
        small=True,
    )


def _words(scene: Scene) -> tuple[Block, ...]:
    line = scene.heard
    if line is None:
        return ()
    if line.deleted:
        return (Paragraph(text("line-deleted"), small=True),)
    said = line.text if len(line.text) <= CARD_EXCERPT else line.text[: CARD_EXCERPT - 1] + "…"
    blocks: list[Block] = []
    if line.parent_text:
        blocks.append(Paragraph(text("card-answers", post=_excerpt(line.parent_text)), small=True))
    blocks.append(Quote(said))
    if len(line.text) > CARD_EXCERPT:
        blocks.append(Paragraph(text("card-continues"), small=True))
    return tuple(blocks)


def _excerpt(words: str) -> str:
    """Return what brings one of our own posts to mind."""
    line = " ".join(words.split())
    return line if len(line) <= PARENT_EXCERPT else line[: PARENT_EXCERPT - 1] + "…"


def _facts(scene: Scene) -> tuple[tuple[Text, Text], ...]:
    ticket = scene.ticket
    read = tuple(text("agent", agent=Mention(agent)) for agent in ticket.read_by)
    pairs = [
        (text("fact-status"), _status(ticket)),
        (text("fact-assignee"), _assignee(ticket)),
        (text("fact-clock"), clock_words(scene)),
        (text("fact-priority"), _priority(ticket)),
        (text("fact-read"), text("people", people=read) if read else text("nobody-yet")),
    ]
    if ticket.status is Status.OPEN:
        pairs.append((text("fact-waiting"), text(f"waiting-{ticket.waiting.value}")))
    return tuple(pairs)


def _asides(scene: Scene) -> tuple[Block, ...]:
    ticket = scene.ticket
    said: list[Text] = []
    if ticket.escalated_to is not None:
        said.append(text("aside-escalated", target=ticket.escalated_to, level=ticket.level))
    if ticket.writer is not None and ticket.writer.until > scene.now:
        said.append(text("aside-writing", agent=Mention(ticket.writer.agent)))
    if ticket.thanked:
        said.append(text("aside-thanks"))
    if not ticket.can_reply:
        said.append(text("aside-cannot-reply", channel=scene.traits.title))
    if scene.others:
        others = tuple(text("ticket", ticket=other) for other in scene.others[:5])
        said.append(text("aside-others", tickets=others))
    return tuple(Paragraph(each, small=True) for each in said)


def _reply(scene: Scene, style: Style = Style.PLAIN) -> tuple[Button, ...]:
    """Return Reply, or the way to the network where its API takes no answer."""
    if scene.ticket.can_reply:
        return (Button("reply", text("button-reply"), style=style),)
    line = scene.heard
    if line is None or line.url is None:
        return ()
    label = text("button-open-on", channel=scene.traits.title)
    return (Button("open", label, url=line.url, style=style),)


def _kind(ticket: Ticket) -> Text:
    return text(f"kind-{ticket.kind.value}")


def _where(scene: Scene) -> Text:
    return text(
        "where",
        channel=scene.traits.title,
        kind=_kind(scene.ticket),
        visibility=text("private" if scene.ticket.private else "public"),
    )


def _assignee(ticket: Ticket) -> Text:
    if ticket.assignee is None:
        return text("nobody")
    return text("agent", agent=Mention(ticket.assignee))


def _status(ticket: Ticket) -> Text:
    match ticket.status:
        case Status.OPEN:
            return text("status-open")
        case Status.SNOOZED:
            reason = text(f"snooze-{(ticket.snooze_reason or SnoozeReason.LATER).value}")
            if ticket.snoozed_until is None:
                return text("status-snoozed-customer", reason=reason)
            return text("status-snoozed", until=ticket.snoozed_until, reason=reason)
        case Status.CLOSED if ticket.close_reason is not None:
            return text("status-closed", reason=text(f"close-{ticket.close_reason.value}"))
        case Status.CLOSED:
            raise AssertionError(f"ticket {ticket.id} is closed without a reason")


def _priority(ticket: Ticket) -> Text:
    level = text(f"priority-{ticket.priority.value}")
    if not ticket.why:
        return level
    return text("priority-why", level=level, why=tuple(text(reason) for reason in ticket.why))


# --- lines


def _said(scene: Scene, line: Line) -> Text:
    """Say who wrote and what became of it, without the words."""
    match line.direction:
        case Direction.INBOUND:
            edited = "line-edited" if line.edited else "line-inbound"
            return text(edited, customer=scene.customer.name, at=line.at)
        case Direction.NOTE:
            return text("line-note", agent=_named(scene, line.agent))
        case Direction.OUTBOUND if line.agent is None:
            return text("line-outside", channel=scene.traits.title, at=line.at)
        case Direction.OUTBOUND:
            state = (line.state or ReplyState.SENT).value.replace(" ", "-")
            return text(
                f"reply-{state}",
                agent=_named(scene, line.agent),
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


def _named(scene: Scene, agent: int | None) -> str:
    """Return a colleague's name, which calls nobody."""
    known = scene.agent(agent)
    return known.public_name if known is not None else f"#{agent}"


def _people(scene: Scene, target: str, *, but: int | None) -> tuple[Text, ...]:
    to = scene.queue.escalation.get(target)
    names = to.people if to is not None else ()
    called = (each for each in scene.agents if each.name in names and each.id != but)
    return tuple(text("agent", agent=Mention(each.id)) for each in called)


def _link(scene: Scene, url: str | None) -> Link | str:
    label = f"#{scene.ticket.id}"
    return Link(url, label) if url else label
