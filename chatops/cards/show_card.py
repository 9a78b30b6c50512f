"""A ticket at length, for one person: its card, its newest messages, its log. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from chatops.call import Call
from chatops.card import Block, Button, Card, Paragraph
from chatops.cards.clock_words import clock_shown
from chatops.cards.log_words import say_log
from chatops.cards.thread_card import message_line
from chatops.cards.ticket_buttons import MUTE, UNMUTE
from chatops.cards.ticket_card import ticket_card
from chatops.cards.why_lines import why_lines
from chatops.channel import Can, Traits, as_known
from chatops.ports import Entry, Record
from chatops.scene import Agent, Scene
from chatops.text import text

#: As much as a chat shows in one message, and a person reads.
_MESSAGES: Final = 6
_ENTRIES: Final = 12

#: What one goes on to look at from here.
_FURTHER: Final = (
    Button("customer", text("button-customer")),
    Button("transcript", text("button-transcript")),
)


def show_card(
    record: Record, entries: Sequence[Entry], agents: Sequence[Agent], call: Call
) -> Card:
    """Return the card of a ticket with what has been said and done."""
    scene = scene_of(record, agents, call)
    short = ticket_card(scene)
    muted = call.agent.id in record.ticket.muted
    blocks: list[Block] = [*short.blocks]
    if muted:
        blocks.append(Paragraph(text("show-muted"), small=True))
    blocks.append(Paragraph(text("show-messages")))
    for line in scene.lines[-_MESSAGES:]:
        blocks.extend(message_line(scene, line, mention=False).blocks)
    if (clock := clock_shown(scene)) is not None:
        blocks.append(Paragraph(text("show-why")))
        blocks.extend(Paragraph(said, small=True) for said in why_lines(scene, clock))
    blocks.append(Paragraph(text("show-log")))
    log = say_log(entries, _ENTRIES, tells_chat=scene.spans_chats)
    blocks.extend(Paragraph(said, small=True) for said in log)
    return Card(
        push=short.push,
        title=short.title,
        blocks=tuple(blocks),
        buttons=short.buttons,
        menu=(*_menu(short, muted=muted), *_FURTHER),
        ticket=record.ticket.id,
    )


def _menu(short: Card, *, muted: bool) -> Iterator[Button]:
    return (UNMUTE if muted and each is MUTE else each for each in short.menu)


def scene_of(record: Record, agents: Sequence[Agent], call: Call) -> Scene:
    """Put the ticket's rows together; a channel that is no longer configured is named as it was."""
    ticket = record.ticket
    queue = call.policy.queue_of(ticket.queue, ticket.account)
    channel = call.channels.get(ticket.channel) or Traits(
        ticket.channel,
        ticket.channel,
        Can(0),
        measure=lambda words, _private: len(words),
        limit=lambda _private: 0,
    )
    account = call.policy.account_of(ticket.account, ticket.channel, queue.name)
    return Scene(
        ticket=ticket,
        queue=queue,
        account=account,
        traits=as_known(channel, account),
        policy=call.policy,
        customer=record.customer,
        lines=record.lines,
        clock=record.clock,
        agents=tuple(agents),
        now=call.now,
        others=record.others,
        clocks=record.clocks,
    )
