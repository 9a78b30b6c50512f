"""withdraw: the customer takes back the consent that linked their profile to others."""

from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import Verbatim
from chatops.call import Acts, Call, Draft, on_ticket
from chatops.event import ConsentWithdrawn, Noted
from chatops.scene import Scene


class Withdraw(BaseModel):
    words: Annotated[str | None, Verbatim] = None


@on_ticket("withdraw", Withdraw)
def withdraw(args: Withdraw, _scene: Scene, call: Call) -> Acts:
    agent, words = call.agent.id, (args.words or "").strip()
    note = [Draft(words, lambda message: Noted(message, agent))] if words else []
    return [*note, ConsentWithdrawn(agent)]
