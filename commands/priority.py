"""priority: how urgent a person finds it, whatever the rules say, and why."""

from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import Verbatim
from chatops.call import Acts, Call, Draft, on_ticket
from chatops.event import Prioritized
from chatops.event import Priority as Level
from chatops.scene import Scene


class Priority(BaseModel):
    priority: Level
    reason: Annotated[str, Verbatim] = ""


@on_ticket("priority", Priority)
def priority(args: Priority, _scene: Scene, call: Call) -> Acts:
    level, by = args.priority, call.agent.id
    if not args.reason.strip():
        return [Prioritized(level, by)]
    return [Draft(args.reason, lambda message: Prioritized(level, by, message))]
