"""reopen: a closed ticket is open again."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import ReopenCause, Reopened
from chatops.scene import Scene


@on_ticket("reopen", NoArgs)
def reopen(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [Reopened(ReopenCause.AGENT, call.agent.id)]
