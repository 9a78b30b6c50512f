"""apart: the customers of two tickets are not the same person, and are not suggested as such again."""

from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import OtherTicket
from chatops.call import Acts, Call, on_ticket
from chatops.event import LinkDismissed
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Apart(BaseModel):
    other: Annotated[int, OtherTicket]


@on_ticket("apart", Apart, listed=False)
def apart(args: Apart, scene: Scene, call: Call) -> Acts:
    if args.other not in scene.near:
        return Refusal(text("unknown-ticket", ticket=args.other), field="other")
    return [LinkDismissed(args.other, call.agent.id)]
