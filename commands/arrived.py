"""arrived: somebody looked, and the reply of unknown fate is there.

It counts as sent by its author at this moment, and what was to follow it follows.
"""

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.event import ReplyState
from chatops.replying import accepted
from chatops.scene import Scene
from chatops.step import afterwards
from chatops.text import text
from chatops.ticket import Refusal, Status


class Arrived(BaseModel):
    message: int | None = None  #: the button's own reply; typed: the newest that is in doubt


@on_ticket("arrived", Arrived, listed=False)
def arrived(args: Arrived, scene: Scene, call: Call) -> Acts:
    ticket = scene.ticket
    in_doubt = [reply for reply in ticket.replies if reply.state is ReplyState.IN_DOUBT]
    meant = [reply for reply in in_doubt if args.message in {None, reply.message}]
    if not meant:
        return Refusal(text("reply-not-in-doubt", ticket=ticket.id))
    reply = meant[-1]
    return [
        accepted(reply, call.now),
        *(() if ticket.status is Status.CLOSED else afterwards(reply)),
    ]
