"""mute: this ticket calls me no more by mentions, whoever has it."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import Muted
from chatops.scene import Scene


@on_ticket("mute", NoArgs)
def mute(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [Muted(call.agent.id)]
