"""A card for a terminal."""

from zoneinfo import ZoneInfo

from care import WORDS

from chatops.card import Card, Facts, Paragraph, Quote, Table
from chatops.plain import card_in_words
from chatops.text import Text, text

ZONE = ZoneInfo("Asia/Tokyo")


def words(said: str) -> Text:
    return text("words", words=said)


def test_card_line_by_line_and_tables_in_columns() -> None:
    card = Card(
        push=words("push"),
        title=words("Title"),
        blocks=(
            Paragraph(words("A sentence.")),
            Quote("two\nlines"),
            Facts(((words("Open"), words("3")),)),
            Table(
                (words("Who"), words("n")), ((words("伊藤"), words("12")), (words("B"), words("1")))
            ),
        ),
    )
    assert card_in_words(card, WORDS, "en", ZONE) == (
        "Title\n\nA sentence.\n\n> two\n> lines\n\nOpen: 3\n\nWho   n\n伊藤  12\nB     1"
    )


def test_card_without_a_title_begins_with_its_blocks() -> None:
    card = Card(push=words("push"), blocks=(Paragraph(words("Only this.")),))
    assert card_in_words(card, WORDS, "en", ZONE).strip() == "Only this."
