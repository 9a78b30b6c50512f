"""close: nothing more is to be done, and why.

After a reply the reason is plain, so that one press closes; before one it must be said.
"""

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.event import Closed, CloseReason
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Close(BaseModel):
    reason: CloseReason | None = None


@on_ticket("close", Close)
def close(args: Close, scene: Scene, call: Call) -> Acts:
    if args.reason is not None:
        return [Closed(args.reason, call.agent.id)]
    if scene.ticket.answered_at is None:
        return Refusal(text("close-needs-reason", ticket=scene.ticket.id), field="reason")
    return [Closed(CloseReason.RESOLVED, call.agent.id)]
