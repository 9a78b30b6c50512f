"""read: I have seen this."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import Read
from chatops.scene import Scene


@on_ticket("read", NoArgs)
def read(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [Read(call.agent.id)]
