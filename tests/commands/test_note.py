"""note."""

from chatops.call import Draft
from chatops.event import Noted
from chatops.text import text
from chatops.ticket import Refusal
from commands.note import Note, note
from tests.scenes import AOI, call, scene


def test_words_become_a_note_as_they_were_typed() -> None:
    (draft,) = note(Note(text=" A  b "), scene(), call("note"))  # type: ignore[misc]
    assert isinstance(draft, Draft)
    assert (draft.text, draft.event(5)) == (" A  b ", Noted(5, AOI.id))


def test_an_empty_note_is_refused() -> None:
    assert note(Note(text="  "), scene(), call("note")) == Refusal(
        text("nothing-written"), field="text"
    )
