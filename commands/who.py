"""who: who is on, in each of my queues, with what they hold; and who is off until when.

On a timer in a team's own room it says who is on, and not how much each of them holds.
"""

from chatops.call import Answer, Call, NoArgs, Origin, looks
from chatops.cards.who_card import who_card
from chatops.figures import may_name_people, queues_for
from chatops.policy import Role
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal


@looks("who", NoArgs)
async def who(_args: NoArgs, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.VIEWER)):
        return Refusal(text("no-role"))
    loads = await reader.loads(queues, call.now)
    counted = call.origin is not Origin.TIMER or may_name_people(call, queues, in_room=True)
    return Answer(who_card(queues, await reader.agents(), loads, call, counted=counted))
