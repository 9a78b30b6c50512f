"""Words that people type."""

from enum import StrEnum

from chatops.text import Words
from chatops.vocabulary import vocabulary


class Sort(StrEnum):
    MINE = "mine"
    UNHEARD_OF = "unheard-of"


def test_a_value_without_words_of_its_own_is_typed_as_it_is() -> None:
    known = vocabulary(Sort, Words())
    assert known["unheard-of",] == "unheard-of"
    assert known["mine",] == "mine"
