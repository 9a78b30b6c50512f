"""who: who is on, in each of my queues, with what they hold; and who is off until when."""

from chatops.call import Answer, Call, NoArgs, looks
from chatops.cards.who_card import who_card
from chatops.figures import queues_for
from chatops.policy import Role
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal


@looks("who", NoArgs)
async def who(_args: NoArgs, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.VIEWER)):
        return Refusal(text("no-role"))
    loads = await reader.loads(queues, call.now)
    return Answer(who_card(queues, await reader.agents(), loads, call))
