"""merge: this ticket goes into another of the same customer, who is answered once, there.

Only what the same customer wrote to the same account may be merged, since a reply reaches one
customer by one account; anything else is linked.
"""

from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import OtherTicket
from chatops.call import Acts, Call, Elsewhere, on_ticket
from chatops.event import Absorbed, Merged
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal, Waiting


class Merge(BaseModel):
    into: Annotated[int, OtherTicket]


@on_ticket("merge", Merge)
def merge(args: Merge, scene: Scene, call: Call) -> Acts:
    ticket, by = scene.ticket, call.agent.id
    into = scene.near.get(args.into)
    if into is None:
        return Refusal(text("unknown-ticket", ticket=args.into), field="into")
    if (into.customer, into.account) != (ticket.customer, ticket.account):
        said = text("merge-other-customer", ticket=ticket.id, into=into.id)
        return Refusal(said, field="into")
    unanswered = ticket.waiting is Waiting.US
    return [Merged(into.id, by), Elsewhere(into.id, Absorbed(ticket.id, by, unanswered))]
