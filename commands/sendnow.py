"""sendnow: a reply that waits for Undo goes out at once."""

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.event import ReplyHastened, ReplyState
from chatops.scene import Scene


class SendNow(BaseModel):
    message: int | None = None  #: the button's own reply; typed: the newest that waits


@on_ticket("sendnow", SendNow, listed=False)
def send_now(args: SendNow, scene: Scene, _call: Call) -> Acts:
    waiting = [r.message for r in scene.ticket.replies if r.state is ReplyState.WAITING]
    return [ReplyHastened(args.message or max(waiting, default=0))]
