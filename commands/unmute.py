"""unmute: this ticket may call me again."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import Unmuted
from chatops.scene import Scene


@on_ticket("unmute", NoArgs)
def unmute(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [Unmuted(call.agent.id)]
