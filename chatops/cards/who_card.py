"""Who is on shift, by queue, with what they hold; and who is off. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chatops.call import Call
from chatops.card import Block, Card, Facts, Paragraph
from chatops.policy import Role
from chatops.ports import Load
from chatops.scene import Agent
from chatops.shifts import begins
from chatops.text import Text, text


def who_card(
    queues: Sequence[str],
    agents: Sequence[Agent],
    loads: Sequence[Load],
    call: Call,
    *,
    counted: bool,
) -> Card:
    """Return who works each queue now; who is off but still holds tickets is named first of those.

    How much each of them holds is a figure by person: it is said where it may be `counted`.
    """
    held = {(load.queue, load.assignee): load for load in loads}
    title = text("who-title")
    blocks: list[Block] = []
    for queue in queues:
        blocks += _of_queue(queue, agents, held, call, counted=counted)
    return Card(push=title, title=title, blocks=tuple(blocks))


def _of_queue(
    queue: str,
    agents: Sequence[Agent],
    held: Mapping[tuple[str, int | None], Load],
    call: Call,
    *,
    counted: bool,
) -> list[Block]:
    able = [agent for agent in agents if agent.may(Role.AGENT, queue)]
    on = [agent for agent in able if agent.on]
    holding = [agent for agent in able if not agent.on and (queue, agent.id) in held]
    free = held.get((queue, None))

    def holds(agent: Agent) -> Text:
        on = "on" if agent.on else "off"
        if not counted:
            return text(f"who-{on}-uncounted")
        load = held.get((queue, agent.id))
        return text(f"who-{on}", open=load.open if load else 0, snoozed=load.snoozed if load else 0)

    pairs = [
        *((_name(agent), _until(holds(agent), agent, call)) for agent in (*on, *holding)),
        (text("who-nobodys"), text("who-unclaimed", count=free.open if free else 0)),
    ]
    blocks: list[Block] = [
        Paragraph(text("who-queue", queue=queue, count=len(on))),
        Facts(tuple(pairs)),
    ]
    if off := [agent for agent in able if not agent.on and agent not in holding]:
        names = tuple(_until(_name(agent), agent, call) for agent in off)
        blocks.append(Paragraph(text("who-are-off", people=names), small=True))
    return blocks


def _name(agent: Agent) -> Text:
    return text("by-agent", agent=agent.public_name)


def _until(said: Text, agent: Agent, call: Call) -> Text:
    """Say besides when somebody's shift ends or begins."""
    change = _change(agent, call)
    if change is None:
        return said
    return text("who-until" if agent.on else "who-from", said=said, at=change)


def _change(agent: Agent, call: Call) -> datetime | None:
    """Return when app.yaml's shifts turn somebody on or off next, where they say so."""
    person = call.policy.people.get(agent.name)
    if person is None or person.shifts is None:
        return None
    return person.shifts.closes_at(call.now) if agent.on else begins(person.shifts, call.now)
