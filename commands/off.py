"""off: I am off shift, and no rule gives me tickets."""

from chatops.call import AgentEvent, Call, NoArgs, WentOff, on_self


@on_self("off", NoArgs)
def off(_args: NoArgs, _call: Call) -> AgentEvent:
    return WentOff()
