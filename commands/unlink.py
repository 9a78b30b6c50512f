"""unlink: two tickets do not belong together after all."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import OtherTicket
from chatops.call import Acts, Call, Elsewhere, on_ticket
from chatops.card import Choice, Form, Paragraph
from chatops.event import Unlinked
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Unlink(BaseModel):
    other: Annotated[int, OtherTicket]


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    """Return the form, which offers the links to tickets that the person may see."""
    ticket = scene.ticket
    seen = tuple(other for other in ticket.links if other in scene.near)
    options = tuple((str(other), text("ticket", ticket=other)) for other in seen)
    choice = Choice("other", text("field-other"), options, fields.get("other"))
    none = Paragraph(text("no-links", ticket=ticket.id))
    return Form(
        "unlink",
        ticket.id,
        text("form-unlink", ticket=ticket.id),
        text("button-unlink"),
        (choice if options else none,),
    )


@on_ticket("unlink", Unlink, form=form)
def unlink(args: Unlink, scene: Scene, call: Call) -> Acts:
    if args.other not in scene.near:
        return Refusal(text("unknown-ticket", ticket=args.other), field="other")
    here, by = scene.ticket.id, call.agent.id
    return [Unlinked(args.other, by), Elsewhere(args.other, Unlinked(here, by))]
