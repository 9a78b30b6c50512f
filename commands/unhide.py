"""unhide: everybody sees the customer's message on the network again."""

from collections.abc import Mapping

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.card import Form
from chatops.cards.deed_form import chosen, deed_form
from chatops.event import Deed, DeedRequested
from chatops.scene import Scene
from chatops.ticket import Refusal


class Unhide(BaseModel):
    message: int | None = None  #: from a form or a button; typed: the only one there is


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    return deed_form("unhide", (Deed.UNHIDE,), fields, scene)


@on_ticket("unhide", Unhide, form=form)
def unhide(args: Unhide, scene: Scene, call: Call) -> Acts:
    found = chosen(args.message, (Deed.UNHIDE,), scene)
    if isinstance(found, Refusal):
        return found
    return [DeedRequested(found.id, Deed.UNHIDE, call.agent.id)]
