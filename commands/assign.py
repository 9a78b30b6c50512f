"""assign: somebody who may work the queue has the ticket from now on."""

from collections.abc import Mapping

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.card import Choice, Form
from chatops.event import Assigned
from chatops.people import found, workers
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Assign(BaseModel):
    who: str


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    people = sorted(workers(scene), key=lambda agent: not agent.on)
    options = tuple(
        (agent.name, text("agent-on" if agent.on else "agent-off", name=agent.public_name))
        for agent in people
    )
    ticket = scene.ticket.id
    return Form(
        "assign",
        ticket,
        text("form-assign", ticket=ticket),
        text("button-assign"),
        (Choice("who", text("field-who"), options, fields.get("who")),),
    )


@on_ticket("assign", Assign, form=form)
def assign(args: Assign, scene: Scene, call: Call) -> Acts:
    agent = found(args.who, scene)
    if isinstance(agent, Refusal):
        return agent
    return [Assigned(agent.id, by=call.agent.id)]
