"""reply: words to the customer. They wait for Undo; on an unclaimed ticket they also claim it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import Keyed, Verbatim
from chatops.call import Acts, Call, Draft, on_ticket
from chatops.card import Form
from chatops.cards.reply_form import (
    question,
    refused,
    reply_form,
    said_unchanged,
    shut_out,
    what_follows,
)
from chatops.event import Claimed, Event, ReplyRequested, Then
from chatops.repetition import is_confirmed
from chatops.scene import Scene
from chatops.ticket import Refusal


class Reply(BaseModel):
    text: Annotated[str, Verbatim]
    then: Annotated[Then | None, Keyed] = None  #: none: nothing, or the canned reply's invitation


def _form(fields: Mapping[str, str], scene: Scene, call: Call) -> Form | Refusal:
    """Open no form for words that cannot go; one that is open is left to who writes in it."""
    shut = None if "text" in fields else shut_out(scene)
    return shut or reply_form(fields, scene, call)


@on_ticket("reply", Reply, form=_form)
def reply(args: Reply, scene: Scene, call: Call) -> Acts:
    refusal = refused(args.text, scene) or question(args.text, scene, call)
    if refusal is not None:
        return refusal
    by = call.agent.id
    said = said_unchanged(args.text, scene, call)
    then = what_follows(args.then, said, scene)
    if isinstance(then, Refusal):
        return then
    repeated = said is not None and is_confirmed(said, call)
    draft = Draft(args.text, lambda message: ReplyRequested(message, by, then, repeated), said)
    claims: list[Event] = [Claimed(by)] if scene.ticket.assignee is None else []
    return [*claims, draft]
