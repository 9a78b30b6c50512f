"""delete: take a message off the network, for good; a second person must confirm it."""

from collections.abc import Mapping

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.card import Form
from chatops.cards.deed_form import chosen, deed_form
from chatops.event import Deed, DeedProposed
from chatops.scene import Scene
from chatops.ticket import Refusal


class Delete(BaseModel):
    message: int | None = None  #: from a form or a button; typed: the only one there is


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    return deed_form("delete", (Deed.DELETE,), fields, scene)


@on_ticket("delete", Delete, form=form)
def delete(args: Delete, scene: Scene, call: Call) -> Acts:
    found = chosen(args.message, (Deed.DELETE,), scene)
    if isinstance(found, Refusal):
        return found
    return [DeedProposed(found.id, Deed.DELETE, call.agent.id)]
