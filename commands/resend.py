"""resend: somebody looked, the reply is not there, and it goes out again."""

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.event import ReplyRequeued, ReplyState
from chatops.scene import Scene


class Resend(BaseModel):
    message: int | None = None  #: the button's own reply; typed: the newest that is in doubt


@on_ticket("resend", Resend, listed=False)
def resend(args: Resend, scene: Scene, call: Call) -> Acts:
    in_doubt = [r.message for r in scene.ticket.replies if r.state is ReplyState.IN_DOUBT]
    return [ReplyRequeued(args.message or max(in_doubt, default=0), call.agent.id)]
