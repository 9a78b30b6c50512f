"""claim: I take this ticket. The first claim wins; who comes second is told who has it."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import Claimed
from chatops.scene import Scene


@on_ticket("claim", NoArgs)
def claim(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [Claimed(call.agent.id)]
