"""What the words keep to, so that they fit and read alike: lengths, and Japanese punctuation."""

import re
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from chatops.text import LOCALE, Words, text

WORDS: Final = Words()
TOKYO: Final = ZoneInfo("Asia/Tokyo")

#: Characters of a modal's title (docs.slack.dev/surfaces/modals); a longer one is cut.
TITLE: Final = 24

#: Characters of a button, so that a row of five fits a phone in two rows: Latin, Japanese.
BUTTON: Final = {"en": 12, "ja": 8}

#: Buttons that name a ticket or a network stand alone or in a list.
NAMING: Final = {"button-claim-ticket", "button-show-ticket", "button-open-on"}

JAPANESE: Final = [
    line
    for line in (LOCALE / "ja.ftl").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("language", BUTTON)
def test_titles_of_forms_fit(language: str) -> None:
    titles = [id for id in WORDS.ids(language) if id.startswith("form-")]
    said = {id: WORDS.say(text(id, ticket=1_234_567), language, TOKYO) for id in titles}
    assert {id: title for id, title in said.items() if len(title) > TITLE} == {}


@pytest.mark.parametrize("language", BUTTON)
def test_buttons_are_short(language: str) -> None:
    labels = [id for id in WORDS.ids(language) if id.startswith(("button-", "submit-"))]
    said = {id: WORDS.say(text(id), language, TOKYO) for id in labels if id not in NAMING}
    assert {id: label for id, label in said.items() if len(label) > BUTTON[language]} == {}


def test_japanese_has_its_own_punctuation() -> None:
    """Full-width marks beside kana and kanji; half-width ones stay in times and commands."""
    letter = r"[\u3041-\u30ff\u4e00-\u9fff」）]"
    narrow = re.compile(rf"{letter}[:!?,(]|[),] ?{letter}")
    weekday = re.compile(r"\(.\)")  # 10月3日(金)
    words = [line for line in JAPANESE if not line.startswith(("word-", "name-"))]
    assert [line for line in words if narrow.search(weekday.sub("", line))] == []


def test_japanese_speaks_to_nobody_as_you() -> None:
    """A sentence leaves out whom it speaks to; and a customer's name gets no title by itself."""
    assert [line for line in JAPANESE if "あなた" in line or "}様" in line] == []


def test_numbers_of_tickets_stand_apart_in_japanese() -> None:
    """`#42 の` reads better than `#42の`, and every sentence does it alike."""
    assert [line for line in JAPANESE if re.search(r"\{ \$?ticket \}[\u3041-\u30ff]", line)] == []
