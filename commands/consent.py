"""consent: the customers of two tickets are one person, who agreed that we know it; with a note."""

from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import OtherTicket, Verbatim
from chatops.call import Acts, Call, Draft, Elsewhere, on_ticket
from chatops.event import Consented, Noted
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Consent(BaseModel):
    other: Annotated[int, OtherTicket]
    words: Annotated[str | None, Verbatim] = None


@on_ticket("consent", Consent)
def consent(args: Consent, scene: Scene, call: Call) -> Acts:
    ticket, other, agent = scene.ticket, scene.near.get(args.other), call.agent.id
    if other is None:
        return Refusal(text("unknown-ticket", ticket=args.other), field="other")
    if other.customer == ticket.customer:
        return Refusal(text("consent-same-customer", ticket=ticket.id, other=other.id), "other")
    words = (args.words or "").strip()
    note = [Draft(words, lambda message: Noted(message, agent))] if words else []
    return [
        *note,
        Consented(other.customer, agent),
        *(Elsewhere(other.id, each) for each in note),
        Elsewhere(other.id, Consented(ticket.customer, agent)),
    ]
