"""home: my tickets, those that nobody has, and what is due next; for leads, queues and accounts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pydantic import BaseModel, Field

from chatops.call import Answer, Call, looks
from chatops.cards.home_card import Lead, Part, home_card, last_page
from chatops.cards.list_card import SHOWN
from chatops.figures import queues_for
from chatops.policy import Role
from chatops.ports import Listed, Reader, TicketFilter
from chatops.text import text
from chatops.ticket import Refusal, Status

#: Among so many that are due first, what colleagues hold is looked for; so much of it is shown.
LOOKED_AT: Final = 30
DUE: Final = 5


class Home(BaseModel):
    page: int = Field(1, ge=1, le=10_000)


@looks("home", Home)
async def home(args: Home, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.VIEWER)):
        return Refusal(text("no-role"))
    parts = await _parts(queues, args.page, call, reader)
    if (page := min(args.page, last_page(parts))) < args.page:  # tickets went since it was shown
        parts = await _parts(queues, page, call, reader)
    lead = await _lead(call, reader) if page == 1 else None
    shown = [one.ticket for part in parts for one in part.listed]
    return Answer(
        home_card(parts, page, await reader.agents(), lead, call),
        private=tuple(ticket.id for ticket in shown if ticket.private),
    )


async def _parts(queues: Sequence[str], page: int, call: Call, reader: Reader) -> list[Part]:
    me, after = call.agent.id, (page - 1) * SHOWN
    mine = TicketFilter(queues, Status.OPEN, assignee=me, limit=SHOWN, after=after)
    free = TicketFilter(queues, Status.OPEN, unclaimed=True, limit=SHOWN, after=after)
    parts = [Part("unclaimed", *await reader.listed(free))]
    if queues_for(call, Role.AGENT):
        asleep = replace(mine, status=Status.SNOOZED, limit=1)
        snoozed = (await reader.listed(asleep))[1] if page == 1 else 0
        parts.insert(0, Part("mine", *await reader.listed(mine), snoozed))
    if page == 1:
        first, _ = await reader.listed(TicketFilter(queues, Status.OPEN, limit=LOOKED_AT))
        theirs = [one for one in first if _is_a_colleagues(one, me)][:DUE]
        parts.append(Part("due", theirs, len(theirs)))
    return parts


def _is_a_colleagues(one: Listed, me: int) -> bool:
    """Tell whether a colleague holds it and owes it an answer by some time."""
    return one.ticket.assignee not in {None, me} and one.clock is not None and not one.clock.outcome


async def _lead(call: Call, reader: Reader) -> Lead | None:
    if not (queues := queues_for(call, Role.LEAD)):
        return None
    return Lead(
        queues=queues,
        loads=await reader.loads(queues, call.now),
        accounts=[each for each in call.policy.accounts.values() if each.queue in queues],
        signs=await reader.signs(),
        health=await reader.health(call.now),
    )
