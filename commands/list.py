"""list: tickets page by page: mine, unclaimed, late …; of a colleague (`list aoi`), by a tag (`list #vip`).

Open and snoozed tickets of mine stand in one list, for both are held: so count `off` and the end of
a shift. On a timer in a team's own room it says who has each ticket, and not how many a colleague has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, Field

from chatops.call import Answer, Call, Origin, looks
from chatops.cards.list_card import SHOWN, list_card, pages_of
from chatops.figures import may_name_people, queues_for
from chatops.people import among
from chatops.policy import Role
from chatops.ports import Reader, TicketFilter
from chatops.scene import Agent
from chatops.tags import tag_in
from chatops.text import Text, text
from chatops.ticket import Refusal, Status


class Which(StrEnum):
    MINE = "mine"
    UNCLAIMED = "unclaimed"
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    UNREAD = "unread"
    LATE = "late"
    QUIET = "quiet"


class List(BaseModel):
    which: Which | None = None  #: none: mine, or all that belong to a person or a tag
    page: int = Field(1, ge=1, le=10_000)
    of: str = ""  #: a colleague's name, or a tag with its sign


@dataclass(frozen=True, slots=True)
class _Of:
    """Whose tickets, or by which tag; `said` is what the list's title says of it."""

    said: Text | None = None
    person: int | None = None
    tag: str | None = None


@looks("list", List)
async def list_(args: List, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.VIEWER)):
        return Refusal(text("no-role"))
    agents = await reader.agents()
    if isinstance(of := _of(args.of, agents), Refusal):
        return of
    if (
        of.person
        and call.origin is Origin.TIMER
        and not may_name_people(call, queues, in_room=True)
    ):
        return Refusal(text("report-no-names"), field="of")
    if of.said is not None and args.which is Which.QUIET:  # years of them: nobody may look through
        return Refusal(text("quiet-is-whole", of=args.of, prefix=call.policy.summons), field="of")
    which = None if of.person and args.which is Which.MINE else args.which
    which = which or (Which.MINE if of.said is None else None)
    listed, total = await reader.listed(_wanted(which, of, queues, call, args.page))
    page = min(args.page, pages_of(total))
    if page < args.page:  # tickets went since the button was shown
        listed, total = await reader.listed(_wanted(which, of, queues, call, page))
    private = tuple(each.ticket.id for each in listed if each.ticket.private)
    told = tuple((name, said) for name, said in (("which", which), ("of", args.of)) if said)
    card = list_card(which or "all", listed, total, page, agents, call, told=told, of=of.said)
    return Answer(card, private=private, empty=not total)


def _of(word: str, agents: Sequence[Agent]) -> _Of | Refusal:
    if not word:
        return _Of()
    if (tag := tag_in(word)) is not None:
        return _Of(text("words", words=f"#{tag}"), tag=tag)
    # who has left has no role any more, and may still have tickets
    if isinstance(found := among(word, agents, "of", "colleague"), Refusal):
        return found
    return _Of(text("by-agent", agent=found.public_name), person=found.id)


def _wanted(
    which: Which | None, of: _Of, queues: tuple[str, ...], call: Call, page: int
) -> TicketFilter:
    return TicketFilter(
        queues=queues,
        status=_STATUS.get(which),
        assignee=call.agent.id if which is Which.MINE else of.person,
        unclaimed=which is Which.UNCLAIMED,
        escalated=which is Which.ESCALATED,
        unread_by=call.agent.id if which is Which.UNREAD else None,
        late_at=call.now if which is Which.LATE else None,
        tag=of.tag,
        quiet=which is Which.QUIET,
        limit=SHOWN,
        after=(page - 1) * SHOWN,
    )


#: What a list holds besides open tickets, or instead of them; None is open and snoozed.
_STATUS = {
    None: None,
    Which.MINE: None,
    Which.LATE: None,
    Which.UNCLAIMED: Status.OPEN,
    Which.ESCALATED: Status.OPEN,
    Which.UNREAD: Status.OPEN,
    Which.SNOOZED: Status.SNOOZED,
    Which.QUIET: Status.CLOSED,
}
