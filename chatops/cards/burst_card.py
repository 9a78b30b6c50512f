"""A burst as people see it: one card with its figures, and in its thread a line a ticket. Pure.

A line says in a few words who wrote what, and how it is with the ticket; once that has its own card,
the line leads there.
"""

from typing import Final

from chatops.card import Block, Button, Card, Facts, Paragraph, Quote, Style
from chatops.cards.clock_words import clock_brief, clock_shown
from chatops.cards.excerpt import around
from chatops.cards.ticket_buttons import CLAIM
from chatops.cards.ticket_card import push_of, status_words
from chatops.channel import Traits
from chatops.event import Priority
from chatops.policy import Account
from chatops.ports import Burst
from chatops.scene import Direction, Line, Scene
from chatops.text import Link, Mention, Text, text
from chatops.ticket import Status

#: Gives a ticket of a burst its own card, before anybody has claimed it.
CARD: Final = Button("card", text("button-card"))

_RAISED: Final = (Priority.URGENT, Priority.HIGH)


def burst_card(burst: Burst, account: Account, traits: Traits, zone: str) -> Card:
    """Return a burst's card: under whose post, how many tickets, and how many nobody has."""
    total = burst.earlier + burst.tickets
    blocks: list[Block] = [
        Paragraph(text("burst-about", account=account.handle, at=burst.opened_at), small=True)
    ]
    if (words := _post(burst)) is not None:
        blocks.append(Quote(around(words, "")))
    in_hand = burst.tickets - burst.unclaimed - burst.closed
    counted = (
        ("burst-tickets", total),
        ("burst-unclaimed", burst.unclaimed),
        ("burst-in-hand", in_hand),
        ("burst-closed", burst.closed),
    )
    blocks.append(Facts(tuple((text(name), text("number", count=n)) for name, n in counted)))
    blocks.append(Paragraph(text("burst-how"), small=True))
    if burst.earlier:
        blocks.append(Paragraph(text("burst-earlier", count=burst.earlier), small=True))
    seen = burst.post or burst.began
    return Card(
        push=text("push-burst", channel=traits.title, count=total),
        title=text("burst-title", channel=traits.title, count=total, whose=_whose(burst, account)),
        blocks=tuple(blocks),
        buttons=_open_on(traits, seen.url if seen is not None else None),
        zone=zone,
    )


def burst_line(scene: Scene, url: str | None) -> Card:
    """Return a ticket's line in its burst's thread; `url` leads to its own card, if it is there."""
    ticket = scene.ticket
    number = Link(url, f"#{ticket.id}") if url else f"#{ticket.id}"
    who = text("line-who", ticket=number, customer=scene.customer.name)
    raised = ticket.priority in _RAISED and ticket.status is not Status.CLOSED
    level = text(f"priority-{ticket.priority.value}")
    blocks: list[Block] = [Paragraph(text("line-raised", said=who, level=level) if raised else who)]
    if (line := scene.heard) is not None:
        blocks += _quoted(scene, line)
    blocks.append(Paragraph(_state(scene), small=True))
    return Card(
        push=push_of(scene), blocks=tuple(blocks), buttons=_buttons(scene), ticket=ticket.id
    )


def _quoted(scene: Scene, line: Line) -> list[Block]:
    if line.deleted:
        return [Paragraph(text("line-deleted"), small=True)]
    blocks: list[Block] = [Quote(around(line.text, ""))]
    count = sum(each.direction is Direction.INBOUND for each in scene.lines)
    if count > 1:
        blocks.append(Paragraph(text("line-newest-of", count=count), small=True))
    if line.hidden:
        blocks.append(Paragraph(text("line-hidden", channel=scene.traits.title), small=True))
    return blocks


def _state(scene: Scene) -> Text:
    """Say how it is with the ticket, and who has it.

    Whose turn it is by a rule is called by name: nothing else would tell them.
    """
    ticket = scene.ticket
    if ticket.status is Status.CLOSED:
        return status_words(ticket)
    said = (
        clock_brief(scene, clock_shown(scene))
        if ticket.status is Status.OPEN
        else status_words(ticket)
    )
    if ticket.assignee is None:
        return text("line-free", said=said)
    who = Mention(ticket.assignee) if ticket.lined else scene.named(ticket.assignee)
    return text("line-taken", said=said, agent=who)


def _buttons(scene: Scene) -> tuple[Button, ...]:
    ticket = scene.ticket
    if not ticket.lined:
        return ()
    may_claim = ticket.assignee is None and ticket.status is not Status.CLOSED
    return (CLAIM, CARD) if may_claim else (CARD,)


def _open_on(traits: Traits, url: str | None) -> tuple[Button, ...]:
    """Return the way to the post on its network."""
    if url is None:
        return ()
    label = text("button-open-on", channel=traits.title)
    return (Button("open", label, url=url, style=Style.PLAIN),)


def _whose(burst: Burst, account: Account) -> Text:
    if burst.author is not None:
        return text("burst-of-customer", customer=burst.author.name)
    if _is_ours(burst):
        return text("burst-of-ours", account=account.handle)
    return text("burst-of-some")


def _is_ours(burst: Burst) -> bool:
    if burst.post is not None:
        return burst.post.direction is Direction.OUTBOUND
    return burst.began is not None and burst.began.parent_text is not None


def _post(burst: Burst) -> str | None:
    """Return the words of the post, as far as we have them and they are there still."""
    if burst.post is not None:
        return None if burst.post.deleted else burst.post.text
    return None if burst.began is None else burst.began.parent_text
