"""reply: words to the customer. They wait for Undo; on an unclaimed ticket they also claim it."""

from typing import Annotated

from pydantic import BaseModel

from chatops.call import Acts, Call, Draft, on_ticket
from chatops.event import Claimed, Event, ReplyRequested, Then
from chatops.line import FormOnly, Verbatim
from chatops.repetition import is_confirmed
from chatops.reply_form import question, refused, reply_form, said_unchanged
from chatops.scene import Scene


class Reply(BaseModel):
    text: Annotated[str, Verbatim]
    then: Annotated[Then, FormOnly] = Then.NOTHING


@on_ticket("reply", Reply, form=reply_form)
def reply(args: Reply, scene: Scene, call: Call) -> Acts:
    refusal = refused(args.text, scene) or question(args.text, scene, call)
    if refusal is not None:
        return refusal
    by = call.agent.id
    said = said_unchanged(args.text, scene, call)
    repeated = said is not None and is_confirmed(said, call)
    draft = Draft(args.text, lambda message: ReplyRequested(message, by, args.then, repeated), said)
    claims: list[Event] = [Claimed(by)] if scene.ticket.assignee is None else []
    return [*claims, draft]
