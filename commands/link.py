"""link: two tickets belong together; each card names the other."""

from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import OtherTicket
from chatops.call import Acts, Call, Elsewhere, on_ticket
from chatops.event import Linked
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Link(BaseModel):
    other: Annotated[int, OtherTicket]


@on_ticket("link", Link)
def link(args: Link, scene: Scene, call: Call) -> Acts:
    if args.other not in scene.near:
        return Refusal(text("unknown-ticket", ticket=args.other), field="other")
    here, by = scene.ticket.id, call.agent.id
    return [Linked(args.other, by), Elsewhere(args.other, Linked(here, by))]
