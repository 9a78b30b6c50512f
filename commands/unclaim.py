"""unclaim: the ticket is nobody's again, and its room hears of it."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import Unclaimed
from chatops.scene import Scene


@on_ticket("unclaim", NoArgs)
def unclaim(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [Unclaimed(call.agent.id)]
