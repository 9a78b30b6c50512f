"""confirm: a second person agrees that a message is deleted."""

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.cards.deed_form import proposed
from chatops.event import DeedRequested
from chatops.scene import Scene
from chatops.ticket import Refusal


class Confirm(BaseModel):
    message: int | None = None  #: the button's own; typed: the newest that is proposed


@on_ticket("confirm", Confirm, listed=False)
def confirm(args: Confirm, scene: Scene, call: Call) -> Acts:
    found = proposed(args.message, scene)
    if isinstance(found, Refusal):
        return found
    return [DeedRequested(found.message, found.deed, call.agent.id)]
