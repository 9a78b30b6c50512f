"""close: nothing more is to be done, and why; linked tickets may be closed in the same breath.

After a reply the reason is plain, so that one press closes; before one it must be said. Where
linked tickets are open that the person may work, a press asks whether they are meant too.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel

from chatops.call import Acts, Call, Elsewhere, on_ticket
from chatops.card import Block, Choice, Field, Form
from chatops.event import Closed, CloseReason
from chatops.policy import Role
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal, Status, Ticket


class Scope(StrEnum):
    """Which tickets are closed."""

    ALONE = "alone"
    WITH_LINKED = "with_linked"


class Close(BaseModel):
    reason: CloseReason | None = None
    scope: Scope | None = None


def form(fields: Mapping[str, str], scene: Scene, call: Call) -> Form:
    """Return the form, which opens only where something must be said."""
    ticket = scene.ticket
    reasons = tuple((one.value, text(f"close-{one.value}")) for one in CloseReason)
    usual = None if ticket.answered_at is None else CloseReason.RESOLVED.value
    parts: list[Field | Block] = [
        Choice("reason", text("field-reason"), reasons, fields.get("reason", usual))
    ]
    if linked := _linked(scene, call):
        numbers = tuple(text("ticket", ticket=other.id) for other in linked)
        scopes = (
            (Scope.ALONE.value, text("close-alone")),
            (Scope.WITH_LINKED.value, text("close-with_linked", tickets=numbers)),
        )
        chosen = fields.get("scope", Scope.ALONE.value)
        parts.append(Choice("scope", text("field-scope"), scopes, chosen))
    return Form(
        "close",
        ticket.id,
        text("form-close", ticket=ticket.id),
        text("button-close"),
        tuple(parts),
    )


@on_ticket("close", Close, form=form)
def close(args: Close, scene: Scene, call: Call) -> Acts:
    reason, by = args.reason, call.agent.id
    linked = _linked(scene, call)
    if reason is None:
        if scene.ticket.answered_at is None:
            return Refusal(text("close-needs-reason", ticket=scene.ticket.id), field="reason")
        if linked and args.scope is None and scene.ticket.status is not Status.CLOSED:
            return Refusal(text("close-linked-too", ticket=scene.ticket.id), field="scope")
        reason = CloseReason.RESOLVED
    too = linked if args.scope is Scope.WITH_LINKED else []
    return [Closed(reason, by), *(Elsewhere(other.id, Closed(reason, by)) for other in too)]


def _linked(scene: Scene, call: Call) -> list[Ticket]:
    """Return the linked tickets that are not closed and that the person may work."""
    near = [scene.near[id] for id in scene.ticket.links if id in scene.near]
    return [
        other for other in near if other.status is not Status.CLOSED and call.may(Role.AGENT, other)
    ]
