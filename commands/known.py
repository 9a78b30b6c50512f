"""known: I know that this is late; the managers need not hear of it again."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import BreachKnown
from chatops.scene import Scene
from chatops.sla.alerting import is_unheard
from chatops.text import text
from chatops.ticket import Refusal


@on_ticket("known", NoArgs)
def known(_args: NoArgs, scene: Scene, call: Call) -> Acts:
    if not any(is_unheard(clock) for clock in scene.clocks):
        return Refusal(text("nothing-late", ticket=scene.ticket.id))
    return [BreachKnown(call.agent.id)]
