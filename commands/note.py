"""note: words for colleagues in the ticket's thread; the customer never sees them."""

from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import Verbatim
from chatops.call import Acts, Call, Draft, on_ticket
from chatops.event import Noted
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Note(BaseModel):
    text: Annotated[str, Verbatim]


@on_ticket("note", Note)
def note(args: Note, _scene: Scene, call: Call) -> Acts:
    if not args.text.strip():
        return Refusal(text("nothing-written"), field="text")
    return [Draft(args.text, lambda message: Noted(message, call.agent.id))]
