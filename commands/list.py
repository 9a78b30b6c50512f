"""list: the tickets that are mine, unclaimed, snoozed, escalated, unread or quiet, page by page."""

from enum import StrEnum

from pydantic import BaseModel, Field

from chatops.call import Answer, Call, looks
from chatops.figures import queues_for
from chatops.list_card import SHOWN, list_card, pages_of
from chatops.policy import Role
from chatops.ports import Reader, TicketFilter
from chatops.text import text
from chatops.ticket import Refusal, Status


class Which(StrEnum):
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    UNREAD = "unread"
    QUIET = "quiet"


class List(BaseModel):
    which: Which = Which.MINE
    page: int = Field(1, ge=1, le=10_000)


@looks("list", List)
async def list_(args: List, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.VIEWER)):
        return Refusal(text("no-role"))
    listed, total = await reader.listed(_wanted(args.which, queues, call, args.page))
    page = min(args.page, pages_of(total))
    if page < args.page:  # tickets went since the button was shown
        listed, total = await reader.listed(_wanted(args.which, queues, call, page))
    private = tuple(each.ticket.id for each in listed if each.ticket.private)
    agents = await reader.agents()
    return Answer(list_card(args.which.value, listed, total, page, agents, call), private=private)


def _wanted(which: Which, queues: tuple[str, ...], call: Call, page: int) -> TicketFilter:
    return TicketFilter(
        queues=queues,
        status=_STATUS.get(which, Status.OPEN),
        assignee=call.agent.id if which is Which.MINE else None,
        unclaimed=which is Which.UNCLAIMED,
        escalated=which is Which.ESCALATED,
        unread_by=call.agent.id if which is Which.UNREAD else None,
        quiet=which is Which.QUIET,
        limit=SHOWN,
        after=(page - 1) * SHOWN,
    )


_STATUS = {Which.SNOOZED: Status.SNOOZED, Which.QUIET: Status.CLOSED}
