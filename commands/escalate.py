"""escalate: the people of another room shall look at this too, and why."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import Verbatim
from chatops.call import Acts, Call, Draft, on_ticket
from chatops.card import Choice, Form, Paragraph, TextBox
from chatops.chain import Chain
from chatops.event import Escalated
from chatops.lookup import look_up
from chatops.policy import EscalationTarget
from chatops.scene import Scene
from chatops.text import Text, text
from chatops.ticket import Refusal


class Escalate(BaseModel):
    target: str
    reason: Annotated[str, Verbatim]


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form | Refusal:
    """Return the form; a target that there is none of is refused first, or it would be lost there."""
    targets = scene.queue.escalation
    target = next(iter(targets), None)
    if targets and (said := fields.get("target")):
        found = _target(said, scene)
        if isinstance(found, Refusal):
            return found
        target = found.name
    options = tuple((name, _named(name, scene.queue.chain)) for name in targets)
    ticket = scene.ticket.id
    return Form(
        "escalate",
        ticket,
        text("form-escalate", ticket=ticket),
        text("button-escalate"),
        (
            Choice("target", text("field-target"), options, target)
            if options
            else Paragraph(_nobody(scene)),
            TextBox("reason", text("field-reason"), True, fields.get("reason", "")),
        ),
    )


def _target(said: str, scene: Scene) -> EscalationTarget | Refusal:
    targets, chain = scene.queue.escalation, scene.queue.chain
    if not targets:
        return Refusal(_nobody(scene), field="target")
    known = tuple(_named(name, chain) for name in targets)
    return look_up(said, targets, "target", "target", known=known)


def _nobody(scene: Scene) -> Text:
    return text("no-targets", queue=scene.queue.name)


def _named(target: str, chain: Chain | None) -> Text:
    """Return a target as the form offers it: where the chain reaches it, it is entered there."""
    if chain is None or (stage := chain.stage_to(target)) is None:
        return text("words", words=target)
    return text("target-at-stage", target=target, stage=stage, of=len(chain.stages))


@on_ticket("escalate", Escalate, form=form)
def escalate(args: Escalate, scene: Scene, call: Call) -> Acts:
    target = _target(args.target, scene)
    if isinstance(target, Refusal):
        return target
    if not args.reason.strip():
        return Refusal(text("nothing-written"), field="reason")
    by = call.agent.id
    return [Draft(args.reason, lambda message: Escalated(target.name, target.room, by, message))]
