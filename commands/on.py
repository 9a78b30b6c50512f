"""on: I am on shift, and rules may give me tickets."""

from chatops.call import AgentEvent, Call, NoArgs, WentOn, on_self


@on_self("on", NoArgs)
def on(_args: NoArgs, _call: Call) -> AgentEvent:
    return WentOn()
