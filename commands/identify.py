"""identify: two accounts are one person; a code from the one, said in the other, proves it."""

from pydantic import BaseModel

from chatops.call import AgentEvent, Call, CodeAsked, CodeSpent, on_self
from chatops.policy import Role
from chatops.text import text
from chatops.ticket import Refusal


class Identify(BaseModel):
    code: str | None = None


@on_self("identify", Identify, Role.VIEWER, for_strangers=True)
def identify(args: Identify, call: Call) -> AgentEvent | Refusal:
    if args.code is not None:
        return CodeSpent(args.code)
    if not call.agent.roles:  # whom we do not know here brings a code from where we do
        return Refusal(text("identify-stranger"))
    return CodeAsked()
