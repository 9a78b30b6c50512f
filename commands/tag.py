"""tag: words by which tickets are found together again (`list #word`); `-word` takes one away."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from chatops.call import Acts, Call, on_ticket
from chatops.card import Block, Field, Form, Paragraph, TextBox
from chatops.event import Event, Tagged, Untagged
from chatops.scene import Scene
from chatops.tags import tag_of
from chatops.text import text
from chatops.ticket import Refusal

#: How many tags a ticket may have.
MOST: Final = 20

#: What takes a tag away, as keyboards and input methods write it.
_MINUS: Final = re.compile(r"[-\u2212\u2010\u2011]")


class Tag(BaseModel):
    tags: str


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    ticket = scene.ticket
    shown = tuple(text("words", words=tag) for tag in ticket.tags)
    now = (Paragraph(text("tags-now", tags=shown), small=True),) if shown else ()
    parts: tuple[Field | Block, ...] = (
        *now,
        TextBox("tags", text("field-tags"), initial=fields.get("tags", "")),
    )
    return Form("tag", ticket.id, text("form-tag", ticket=ticket.id), text("button-tag"), parts)


@on_ticket("tag", Tag, form=form)
def tag(args: Tag, scene: Scene, call: Call) -> Acts:
    tags, by = list(scene.ticket.tags), call.agent.id
    acts: list[Event] = []
    for said in unicodedata.normalize("NFKC", args.tags).replace(",", " ").split():
        away = _MINUS.match(said)
        word = tag_of(said[1:] if away else said)
        if word is None:
            return Refusal(text("odd-tag", tag=said), field="tags")
        if away and word in tags:
            tags.remove(word)
            acts.append(Untagged(word, by))
        elif not away and word not in tags:
            tags.append(word)
            acts.append(Tagged(word, by))
    if len(tags) > MOST:
        return Refusal(text("too-many-tags", most=MOST), field="tags")
    return acts  # none where all is as it was said: a macro goes on
