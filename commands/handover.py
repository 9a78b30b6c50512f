"""handover: all my tickets to a colleague or back to the room, with one note for each.

A lead may hand over an absent person's: `handover from:aoi ben see the order numbers`. `in:japan`
hands over those of one queue alone. Tickets for somebody who is off are asked about once.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import Keyed, OrWord, Verbatim
from chatops.call import Acts, Call, Draft, on_tickets
from chatops.card import Block, Choice, Field, Form, TextBox
from chatops.event import Assigned, Event, Noted, Unclaimed
from chatops.lookup import queue_among
from chatops.people import among
from chatops.policy import Role
from chatops.ports import TicketFilter
from chatops.scene import Agent, Scene
from chatops.shifts import begins
from chatops.text import Text, text
from chatops.ticket import Refusal


class Back(StrEnum):
    """To nobody: whoever is free claims it."""

    ROOM = "room"


class Handover(BaseModel):
    whose: Annotated[str, Keyed] = ""  #: none: the asker's own
    queue: Annotated[str, Keyed] = ""  #: none: those of every queue
    to: Annotated[str, OrWord(Back)]
    note: Annotated[str, Verbatim] = ""


def form(fields: Mapping[str, str], call: Call, agents: Sequence[Agent]) -> Form:
    """Return the form; a lead is asked whose tickets are meant."""
    me = call.agent
    led = [queue for queue in call.policy.queues if me.may(Role.LEAD, queue)]
    absent = [a for a in _able(agents) if a.id == me.id or any(a.may(Role.AGENT, q) for q in led)]
    others = [agent for agent in _able(agents) if agent.id != me.id or led]
    whose = Choice("whose", text("field-whose"), _options(absent), fields.get("whose") or me.name)
    queues = _seen(call)
    each = tuple((name, text("words", words=name)) for name in queues)
    within = Choice("queue", text("field-only-queue"), each, fields.get("queue"), optional=True)
    to = (Back.ROOM.value, text("back-to-room")), *_options(others)
    asked: tuple[Field | Block, ...] = (
        *((whose,) if led else ()),
        Choice("to", text("field-to"), to, fields.get("to")),
        *((within,) if len(queues) > 1 else ()),
        TextBox("note", text("field-note"), True, fields.get("note", ""), optional=True),
    )
    return Form("handover", None, text("form-handover"), text("submit-handover"), asked)


def pick(args: Handover, call: Call, agents: Sequence[Agent]) -> TicketFilter | Refusal:
    """Return the owner's tickets that are not closed, as far as the asker may see them."""
    owner = _owner(args, call, agents)
    if isinstance(owner, Refusal):
        return owner
    target = _target(args, agents)
    if isinstance(target, Refusal):
        return target
    if target is not None and target.id == owner.id:
        return Refusal(text("handover-to-owner", name=owner.public_name), field="to")
    queues = _seen(call)
    if args.queue:
        if isinstance(queue := queue_among(args.queue, queues), Refusal):
            return queue
        queues = (queue,)
    if target is not None and (asked := _asks_of_absence(target, call)) is not None:
        return asked
    return TicketFilter(queues, assignee=owner.id)


@on_tickets("handover", Handover, pick=pick, form=form)
def handover(args: Handover, scene: Scene, call: Call) -> Acts:
    owner, target = _owner(args, call, scene.agents), _target(args, scene.agents)
    if isinstance(owner, Refusal):
        return owner
    if isinstance(target, Refusal):
        return target
    queue, by = scene.ticket.queue, call.agent
    if owner.id != by.id and not by.may(Role.LEAD, queue):
        return Refusal(text("not-allowed", role=text("role-lead"), queue=queue), field="whose")
    if target is not None and not target.may(Role.AGENT, queue):
        return Refusal(text("cannot-work", name=target.public_name, queue=queue), field="to")
    handed: Event = Unclaimed(by.id) if target is None else Assigned(target.id, by.id)
    if not args.note.strip():
        return [handed]
    return [Draft(args.note, lambda message: Noted(message, by.id)), handed]


def _seen(call: Call) -> tuple[str, ...]:
    """Return the queues that the asker may see."""
    names = (*call.policy.queues, *call.policy.former)
    return tuple(queue for queue in names if call.agent.may(Role.VIEWER, queue))


def _asks_of_absence(target: Agent, call: Call) -> Refusal | None:
    """Return what to ask before somebody who is off is given tickets, once for that person."""
    question = f"away-{target.name}"
    if not target.away or question in call.confirmed:
        return None
    person = call.policy.people.get(target.name)
    until = begins(person.shifts, call.now) if person and person.shifts else None
    if until is None:
        return Refusal(text("ask-handover-off", name=target.public_name), asks=question)
    said = text("ask-handover-off-until", name=target.public_name, until=until)
    return Refusal(said, asks=question)


def _owner(args: Handover, call: Call, agents: Sequence[Agent]) -> Agent | Refusal:
    # who has left has no role any more, and may still have tickets
    return among(args.whose, agents, "whose") if args.whose else call.agent


def _target(args: Handover, agents: Sequence[Agent]) -> Agent | Refusal | None:
    """Return who gets the tickets; None: the room."""
    return None if args.to == Back.ROOM else among(args.to, _able(agents), "to")


def _able(agents: Sequence[Agent]) -> list[Agent]:
    """Return who works any queue, who is on first, by public name."""
    working = [a for a in agents if any(role >= Role.AGENT for role in a.roles.values())]
    return sorted(working, key=lambda agent: (not agent.on, agent.public_name))


def _options(agents: Sequence[Agent]) -> tuple[tuple[str, Text], ...]:
    return tuple(
        (agent.name, text("agent-on" if agent.on else "agent-off", name=agent.public_name))
        for agent in agents
    )
