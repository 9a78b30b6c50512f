"""undo: take back a reply that has not left; the ticket stays as it was."""

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.event import ReplyState, ReplyWithdrawn
from chatops.scene import Scene


class Undo(BaseModel):
    message: int | None = None  #: the button's own reply; typed: the newest that waits


@on_ticket("undo", Undo)
def undo(args: Undo, scene: Scene, _call: Call) -> Acts:
    waiting = [r.message for r in scene.ticket.replies if r.state is ReplyState.WAITING]
    return [ReplyWithdrawn(args.message or max(waiting, default=0))]
