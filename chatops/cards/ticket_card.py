"""A ticket as people see it: its card, and the link that it leaves behind. Pure.

The words of a ticket's card follow its state, and so do its buttons (`ticket_buttons`) and what it
says of its clock (`clock_words`).
"""

from collections.abc import Iterable, Iterator
from typing import Final

from chatops.card import Block, Card, Facts, Paragraph, Quote
from chatops.cards.chain_words import climb_words
from chatops.cards.clock_words import clock_named, clock_shown, clock_words
from chatops.cards.ticket_buttons import buttons, menu
from chatops.cards.watch_words import handover_words, window_words
from chatops.event import ClockKind, Kind, SnoozeReason
from chatops.scene import Line, Scene
from chatops.text import Link, Text, text
from chatops.ticket import Status, Ticket, Writer

#: An opening message longer than this goes into the thread too, for the card cuts it there.
CARD_EXCERPT: Final = 1200

#: Characters of our own post that a customer answers.
PARENT_EXCERPT: Final = 140

#: Characters of the reason that a person gave for a priority.
_REASON: Final = 140

#: Other tickets that are named in one line.
_NUMBERS: Final = 5

_STARS: Final = 5

_KINDS: Final = {kind: text(f"kind-{kind.value}") for kind in Kind}


def ticket_card(scene: Scene) -> Card:
    """Return the card of a ticket."""
    ticket = scene.ticket
    return Card(
        push=push_of(scene),
        title=text(
            "card-title",
            ticket=ticket.id,
            channel=scene.traits.title,
            kind=kind_of(ticket),
            customer=scene.customer.name,
        ),
        blocks=(_about(scene), *_words(scene), Facts(_facts(scene)), *_asides(scene)),
        buttons=buttons(scene),
        menu=menu(scene),
        ticket=ticket.id,
    )


def left_card(scene: Scene, by: int | None, url: str | None) -> Card:
    """Return what stays in a room where the ticket was: where it is now, and nobody's words.

    `by` moved it, and `url` leads to its card in the new queue's room.
    """
    ticket = scene.ticket
    there = Link(url, f"#{ticket.id}") if url else f"#{ticket.id}"
    said = text("left-moved", ticket=there, queue=ticket.queue)
    if by is not None:
        said = text("left-moved-by", ticket=there, queue=ticket.queue, agent=scene.named(by))
    head = push_of(scene)
    return Card(push=head, title=head, blocks=(Paragraph(said),), ticket=ticket.id)


def push_of(scene: Scene) -> Text:
    """Return what a lock screen shows: channel, kind and number, and never anybody's words."""
    ticket = scene.ticket
    return text("push-ticket", channel=scene.traits.title, kind=kind_of(ticket), ticket=ticket.id)


def kind_of(ticket: Ticket) -> Text:
    """Return what the customer's first message was."""
    return _KINDS[ticket.kind]


def stars_words(stars: int) -> Text:
    """Say how many of five stars a review has, by signs and in words."""
    return text("stars", signs="★" * stars + "☆" * (_STARS - stars), stars=stars)


def assignee_of(scene: Scene) -> Text:
    """Return who has the ticket, by a name that calls nobody."""
    if scene.ticket.assignee is None:
        return text("nobody")
    return text("by-agent", agent=scene.named(scene.ticket.assignee))


def numbered(scene: Scene, other: int) -> Text:
    """Return another ticket's number, with the way to its card where that is known."""
    url = scene.urls.get(other)
    if url is None:
        return text("ticket", ticket=other)
    return text("words", words=Link(url, f"#{other}"))


def chat_named(chat: str) -> Text:
    """Return a chat's plain name."""
    return text(f"chat-name-{chat}")


def writing_words(scene: Scene, writer: Writer, *, tells_chat: bool) -> Text:
    """Say who has a form open and, where that may be another chat than the reader's, in which."""
    who = scene.named(writer.agent)
    if writer.chat is None or not tells_chat:
        return text("aside-writing", agent=who)
    return text("aside-writing-in", agent=who, chat=chat_named(writer.chat))


# --- parts of the card


def _about(scene: Scene) -> Block:
    return Paragraph(
        text(
            "card-about",
            visibility=text("seen-private" if scene.ticket.private else "seen-public"),
            account=scene.account.handle,
            handle=scene.customer.handle,
            language=text(f"language-{scene.ticket.language}"),
            at=scene.ticket.opened_at,
        ),
        small=True,
    )


def _words(scene: Scene) -> tuple[Block, ...]:
    """Show what opened the ticket, and below it what the customer wrote last."""
    opening, newest = scene.opening, scene.heard
    if opening is None or newest is None:
        return ()
    blocks: list[Block] = []
    if opening.parent_text:
        post = _excerpt(" ".join(opening.parent_text.split()), PARENT_EXCERPT)
        blocks.append(Paragraph(text("card-answers", post=post), small=True))
    blocks += _quoted(scene, opening)
    if newest.id != opening.id:
        blocks += [
            Paragraph(text("card-newest", at=newest.at), small=True),
            *_quoted(scene, newest),
        ]
    return tuple(blocks)


def _quoted(scene: Scene, line: Line) -> Iterator[Block]:
    if line.deleted:
        yield Paragraph(text("line-deleted"), small=True)
        return
    yield Quote(_excerpt(line.text, CARD_EXCERPT))
    if len(line.text) > CARD_EXCERPT:
        yield Paragraph(text("card-continues"), small=True)
    if line.hidden:
        yield Paragraph(text("line-hidden", channel=scene.traits.title), small=True)


def _excerpt(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _facts(scene: Scene) -> tuple[tuple[Text, Text], ...]:
    ticket = scene.ticket
    clock = clock_shown(scene)
    read = tuple(text("by-agent", agent=scene.named(agent)) for agent in ticket.read_by)
    pairs = [
        (text("fact-status"), status_words(ticket)),
        (text("fact-assignee"), assignee_of(scene)),
        (clock_named(clock.kind if clock else ClockKind.FIRST_RESPONSE), clock_words(scene, clock)),
        (text("fact-priority"), priority_words(scene)),
    ]
    if ticket.stars is not None:
        pairs.append((text("fact-stars"), stars_words(ticket.stars)))
    if ticket.status is not Status.CLOSED and (window := window_words(scene)) is not None:
        pairs.insert(3, (text("fact-clock-reply_window"), window))
    if ticket.tags:
        pairs.append((text("fact-tags"), text("people", people=_each(ticket.tags))))
    if ticket.status is Status.OPEN:
        pairs.append((text("fact-waiting"), text(f"waiting-{ticket.waiting.value}")))
    pairs.append((text("fact-read"), text("people", people=read) if read else text("nobody-yet")))
    return tuple(pairs)


def _asides(scene: Scene) -> tuple[Block, ...]:
    ticket = scene.ticket
    said: list[Text] = []
    if ticket.escalated_to is not None:
        said.append(text("aside-escalated", target=ticket.escalated_to, level=ticket.level))
    said += climb_words(scene)
    # who closes a ticket in Teams has left the form, of which Teams does not tell
    writer = None if ticket.status is Status.CLOSED else ticket.writer
    if writer is not None and writer.until > scene.now:
        said.append(writing_words(scene, writer, tells_chat=scene.spans_chats))
    if ticket.merged_into is not None:
        said.append(text("aside-merged-into", into=numbered(scene, ticket.merged_into)))
    if ticket.merged:
        merged = tuple(numbered(scene, other) for other in ticket.merged[-_NUMBERS:])
        said.append(text("aside-merged", tickets=merged))
    if ticket.links:
        linked = tuple(numbered(scene, other) for other in ticket.links[-_NUMBERS:])
        said.append(text("aside-linked", tickets=linked))
    if ticket.thanked:
        said.append(text("aside-thanks"))
    if (handover := handover_words(scene)) is not None:
        said.append(handover)
    if not ticket.can_reply:
        said.append(text("aside-cannot-reply", channel=scene.traits.title))
    if scene.others:
        others = tuple(text("ticket", ticket=other) for other in scene.others[:_NUMBERS])
        said.append(text("aside-others", tickets=others))
    return tuple(Paragraph(each, small=True) for each in said)


def status_words(ticket: Ticket) -> Text:
    """Say in which state a ticket is, and why."""
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


def priority_words(scene: Scene) -> Text:
    """Say the priority, and who or what set it."""
    ticket = scene.ticket
    level = text(f"priority-{ticket.priority.value}")
    if not (why := tuple(_why(scene))):
        return level
    return text("priority-why", level=level, why=why)


def _why(scene: Scene) -> Iterator[Text]:
    ticket = scene.ticket
    if ticket.prioritized_by is None:
        yield from (text(reason) for reason in ticket.why)
    else:
        yield _set_by(ticket.prioritized_by, scene)
    if ticket.rule is not None:
        yield text("why-rule", rule=ticket.rule)  # why it is in this queue, whatever its priority


def _set_by(agent: int, scene: Scene) -> Text:
    """Say who set the priority, and why if that was written."""
    who = scene.named(agent)
    note = scene.line(scene.ticket.prioritized_note or 0)
    if note is None:
        return text("why-set", agent=who)
    reason = _excerpt(" ".join(note.text.split()), _REASON)
    return text("why-set-for", agent=who, reason=reason)


def _each(many: Iterable[str]) -> tuple[Text, ...]:
    return tuple(text("words", words=one) for one in many)
