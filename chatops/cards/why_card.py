"""What a ticket's clocks are made of, for one person: each with what is left now and its segments. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from chatops.call import Call
from chatops.card import Block, Card, Paragraph
from chatops.cards.show_card import scene_of
from chatops.cards.ticket_buttons import KNOWN, SHOW
from chatops.cards.ticket_card import push_of
from chatops.cards.why_lines import why_lines
from chatops.ports import Record
from chatops.scene import Agent
from chatops.sla import Clock
from chatops.sla.alerting import is_unheard
from chatops.text import text

#: Behind every instant: of clocks that stand still.
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def why_card(record: Record, agents: Sequence[Agent], call: Call) -> Card:
    """Return the clocks of a ticket with their segments: what is owed first, due first."""
    scene = scene_of(record, agents, call)
    blocks: list[Block] = []
    for clock in sorted(record.clocks, key=_owed_first):
        head, *lines = why_lines(scene, clock)
        blocks += [Paragraph(head), *(Paragraph(each, small=True) for each in lines)]
    is_news = any(is_unheard(each) for each in record.clocks)
    return Card(
        push=push_of(scene),
        title=text("why-title", ticket=record.ticket.id),
        blocks=tuple(blocks),
        buttons=(KNOWN, SHOW) if is_news else (SHOW,),
        ticket=record.ticket.id,
    )


def _owed_first(clock: Clock) -> tuple[bool, datetime]:
    return clock.outcome is not None, clock.due_at or _LAST
