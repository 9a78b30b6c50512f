"""unmerge: a merge was wrong; the ticket is open again on its own."""

from chatops.call import Acts, Call, Elsewhere, NoArgs, on_ticket
from chatops.event import Separated, Unmerged
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


@on_ticket("unmerge", NoArgs)
def unmerge(_args: NoArgs, scene: Scene, call: Call) -> Acts:
    ticket, by = scene.ticket, call.agent.id
    if ticket.merged_into is None:
        return Refusal(text("not-merged", ticket=ticket.id))
    if ticket.merged_into not in scene.near:
        return Refusal(text("unmerge-unseen", ticket=ticket.id))
    return [Unmerged(by), Elsewhere(ticket.merged_into, Separated(ticket.id, by))]
