"""What a command does to the person who calls it: on and off shift, and being one in two accounts.

Used by `desk` and `timer` alone. A one-time code is eight characters of 32 (40 bits), good for ten
minutes and for one use; only its digest is kept.
"""

import hashlib
import secrets
import unicodedata
from datetime import timedelta
from typing import Final

from chatops.act import Act
from chatops.call import AgentEvent, Call, CodeAsked, CodeSpent, Done, Outcome, WentOff, WentOn
from chatops.card import Card
from chatops.follow import tell
from chatops.ports import TicketFilter, Tx
from chatops.shifts import Stand
from chatops.text import text
from chatops.ticket import Refusal

GOOD_FOR: Final = timedelta(minutes=10)

#: Held tickets are counted so far; nobody holds more.
_MOST: Final = 200

#: Crockford's base 32: no letter is taken for another when it is read aloud.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HEARD_AS: Final = str.maketrans("OIL", "011")


def new_code() -> str:
    """Return a fresh code, as people read it: `7F3K-92QD`."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def on_self(tx: Tx, event: AgentEvent, call: Call, act: Act, code: str) -> Outcome:
    """Do what an agent's event says; `code` is a fresh one, drawn outside the transaction."""
    agent = call.agent.id
    match event:
        case WentOn() | WentOff():
            on = isinstance(event, WentOn)
            changed = tx.shift(agent, act.now, on=on)
            held = (
                ()
                if on
                else tx.find(TicketFilter(tuple(call.agent.roles), assignee=agent, limit=_MOST))
            )
            if changed and held:
                prefix = call.policy.summons
                return Done(text("now-off-holding", count=len(held), prefix=prefix))
            state = "on" if on else "off"
            return Done(text(f"now-{state}" if changed else f"already-{state}"))
        case CodeAsked():
            until = act.now + GOOD_FOR
            tx.keep_code(_digest(code), agent, until)
            return Done(text("identify-code", code=code, until=until))
        case CodeSpent(said):
            if call.chat is None or call.identity is None:
                return Refusal(text("identify-nobody"))
            found = tx.spend_code(_digest(said), call.chat, call.identity, act.now)
            if found is None:
                return Refusal(text("identify-unknown"), field="code")
            named = next(each.public_name for each in tx.agents() if each.id == found)
            return Done(text("identify-done", name=named))


def change_shift(tx: Tx, act: Act, *, agent: int, stands: Stand, end: Card | None) -> None:
    """Act upon a boundary of an agent's shifts, once; `end` tells who goes off what they hold."""
    if not tx.shift_due(agent, stands.since):
        return
    changed = tx.shift(agent, act.now, on=stands.on)
    if changed and not stands.on and end is not None:
        tell(tx, agent, end, act)


def _digest(code: str) -> str:
    bare = unicodedata.normalize("NFKC", code).upper().translate(_HEARD_AS)
    return hashlib.sha256("".join(c for c in bare if c in _LETTERS).encode()).hexdigest()
