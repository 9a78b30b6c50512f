"""wake: a snoozed ticket is open again."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import WakeCause, Woken
from chatops.scene import Scene


@on_ticket("wake", NoArgs)
def wake(_args: NoArgs, _scene: Scene, _call: Call) -> Acts:
    return [Woken(WakeCause.AGENT)]
