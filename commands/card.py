"""card: a ticket of a burst gets a card and a thread of its own, before anybody has claimed it."""

from chatops.call import Acts, Call, NoArgs, on_ticket
from chatops.event import CardAsked
from chatops.scene import Scene


@on_ticket("card", NoArgs)
def card(_args: NoArgs, _scene: Scene, call: Call) -> Acts:
    return [CardAsked(call.agent.id)]
