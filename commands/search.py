"""search: the tickets in whose messages all the words stand, newest first; 返金 as well as refund."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from pydantic import BaseModel

from chatops.arguments import Verbatim
from chatops.call import Answer, Call, looks
from chatops.card import Form, TextBox
from chatops.cards.excerpt import has_letters, is_too_short
from chatops.cards.search_card import SHOWN, search_card
from chatops.figures import queues_for
from chatops.policy import Role
from chatops.ports import Reader
from chatops.scene import Agent
from chatops.text import text
from chatops.ticket import Refusal

#: Letters of a question that are read: nobody remembers more of what was written.
LONGEST: Final = 200


class Search(BaseModel):
    words: Annotated[str, Verbatim]


def search_form(fields: Mapping[str, str], _call: Call, _agents: Sequence[Agent]) -> Form:
    asked = TextBox("words", text("field-words"), initial=fields.get("words", ""), longest=LONGEST)
    return Form("search", None, text("form-search"), text("button-search"), (asked,))


@looks("search", Search, form=search_form)
async def search(args: Search, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.VIEWER)):
        return Refusal(text("no-role"))
    said = args.words.strip()[:LONGEST]
    if not has_letters(said):
        return Refusal(text("search-no-letters"), field="words")
    if is_too_short(said):
        return Refusal(text("search-too-short"), field="words")
    hits, more = await reader.search(said, queues, SHOWN)
    private = tuple(hit.ticket.id for hit in hits if hit.ticket.private)
    return Answer(search_card(said, hits, more=more), private=private)
