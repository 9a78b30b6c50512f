"""escalate: the people of another room shall look at this too, and why."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel

from chatops.call import Acts, Call, Draft, on_ticket
from chatops.card import Choice, Form, Paragraph, TextBox
from chatops.event import Escalated
from chatops.line import Verbatim
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Escalate(BaseModel):
    target: str
    reason: Annotated[str, Verbatim]


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    names = tuple(scene.queue.escalation)
    options = tuple((name, text("words", words=name)) for name in names)
    target = fields.get("target") or next(iter(names), None)
    ticket = scene.ticket.id
    return Form(
        "escalate",
        ticket,
        text("form-escalate", ticket=ticket),
        text("button-escalate"),
        (
            Choice("target", text("field-target"), options, target)
            if options
            else Paragraph(text("no-targets", queue=scene.queue.name)),
            TextBox("reason", text("field-reason"), True, fields.get("reason", "")),
        ),
    )


@on_ticket("escalate", Escalate, form=form)
def escalate(args: Escalate, scene: Scene, call: Call) -> Acts:
    target = scene.queue.escalation.get(args.target)
    if target is None:
        known = tuple(text("words", words=name) for name in scene.queue.escalation)
        return Refusal(text("unknown-target", target=args.target, known=known), field="target")
    if not args.reason.strip():
        return Refusal(text("nothing-written"), field="reason")
    by = call.agent.id
    return [Draft(args.reason, lambda message: Escalated(target.name, target.room, by, message))]
