"""list: the tickets that are mine, unclaimed, snoozed, escalated or unread, most urgent first."""

from enum import StrEnum

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.figures import queues_for
from chatops.list_card import SHOWN, list_card
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


class List(BaseModel):
    which: Which = Which.MINE


@looks("list", List)
async def list_(args: List, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.VIEWER)):
        return Refusal(text("no-role"))
    which = args.which
    wanted = TicketFilter(
        queues=queues,
        status=Status.SNOOZED if which is Which.SNOOZED else Status.OPEN,
        assignee=call.agent.id if which is Which.MINE else None,
        unclaimed=which is Which.UNCLAIMED,
        escalated=which is Which.ESCALATED,
        unread_by=call.agent.id if which is Which.UNREAD else None,
        limit=SHOWN,
    )
    listed, total = await reader.listed(wanted)
    private = tuple(each.ticket.id for each in listed if each.ticket.private)
    return Answer(list_card(which.value, listed, total, call), private=private)
