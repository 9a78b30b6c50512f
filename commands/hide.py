"""hide: nobody but its author sees the customer's message on the network any more."""

from collections.abc import Mapping

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.card import Form
from chatops.cards.deed_form import chosen, deed_form
from chatops.event import Deed, DeedRequested
from chatops.scene import Scene
from chatops.ticket import Refusal


class Hide(BaseModel):
    message: int | None = None  #: from a form or a button; typed: the only one there is


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    return deed_form("hide", (Deed.HIDE,), fields, scene)


@on_ticket("hide", Hide, form=form)
def hide(args: Hide, scene: Scene, call: Call) -> Acts:
    found = chosen(args.message, (Deed.HIDE,), scene)
    if isinstance(found, Refusal):
        return found
    return [DeedRequested(found.id, Deed.HIDE, call.agent.id)]
