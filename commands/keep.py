"""keep: a message that somebody wanted deleted stays."""

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.cards.deed_form import proposed
from chatops.event import DeedDropped
from chatops.scene import Scene
from chatops.ticket import Refusal


class Keep(BaseModel):
    message: int | None = None  #: the button's own; typed: the newest that is proposed


@on_ticket("keep", Keep, listed=False)
def keep(args: Keep, scene: Scene, call: Call) -> Acts:
    found = proposed(args.message, scene)
    if isinstance(found, Refusal):
        return found
    return [DeedDropped(found.message, found.deed, call.agent.id)]
