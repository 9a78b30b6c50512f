"""move: another queue's people take care of this; the rooms of the old one keep a link."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import Verbatim
from chatops.call import Acts, Call, Draft, on_ticket
from chatops.card import Choice, Form, TextBox
from chatops.event import Moved, Noted
from chatops.lookup import queue_among
from chatops.policy import Role
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Move(BaseModel):
    queue: str
    note: Annotated[str, Verbatim] = ""


def form(fields: Mapping[str, str], scene: Scene, call: Call) -> Form:
    ticket = scene.ticket
    others = [name for name in call.policy.queues if name != ticket.queue]
    options = tuple((name, text("words", words=name)) for name in others)
    return Form(
        "move",
        ticket.id,
        text("form-move", ticket=ticket.id),
        text("button-move"),
        (
            Choice("queue", text("field-queue"), options, fields.get("queue")),
            TextBox("note", text("field-note"), True, fields.get("note", ""), optional=True),
        ),
    )


@on_ticket("move", Move, form=form)
def move(args: Move, scene: Scene, call: Call) -> Acts:
    queue = queue_among(args.queue, tuple(call.policy.queues))
    if isinstance(queue, Refusal):
        return queue
    by = call.agent.id
    assignee = scene.agent(scene.ticket.assignee)
    keeps = assignee is not None and assignee.may(Role.AGENT, queue)
    moved = Moved(queue, by, keeps_assignee=keeps)
    if not args.note.strip():
        return [moved]
    # after the move: the words are for those who have it now
    return [moved, Draft(args.note, lambda message: Noted(message, by))]
