"""close: nothing more is to be done, and why.

After a reply the reason is plain, so that one press closes; before one it must be said.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.card import Choice, Form
from chatops.event import Closed, CloseReason
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Close(BaseModel):
    reason: CloseReason | None = None


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    """Return the form, which opens only where a reason must be said."""
    ticket = scene.ticket.id
    reasons = tuple((one.value, text(f"close-{one.value}")) for one in CloseReason)
    return Form(
        "close",
        ticket,
        text("form-close", ticket=ticket),
        text("button-close"),
        (Choice("reason", text("field-reason"), reasons, fields.get("reason")),),
    )


@on_ticket("close", Close, form=form)
def close(args: Close, scene: Scene, call: Call) -> Acts:
    if args.reason is not None:
        return [Closed(args.reason, call.agent.id)]
    if scene.ticket.answered_at is None:
        return Refusal(text("close-needs-reason", ticket=scene.ticket.id), field="reason")
    return [Closed(CloseReason.RESOLVED, call.agent.id)]
