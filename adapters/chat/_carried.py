"""What a button carries in every chat, as JSON: `c` the command, `t` the ticket, `a` what it is told
(`Button.args`), `l` the line that was typed, `k` the questions that it answers with yes.
"""

from typing import Any

from chatops.call import Call


def yes_to(question: str, call: Call) -> dict[str, Any]:
    """Return what the button carries that says yes to a question about this call."""
    carried: dict[str, Any] = {"c": call.command, "k": sorted({*call.confirmed, question})}
    if call.ticket is not None:
        carried["t"] = call.ticket
    if call.fields:
        carried["a"] = dict(call.fields)
    if call.line is not None:
        carried["l"] = call.line
    return carried
