"""mine: a ticket of which I was asked is still mine."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import Kept
from chatops.scene import Scene


@on_ticket("mine", NoArgs)
def mine(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [Kept(call.agent.id)]
