"""A card for a terminal, and a file for an office."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from care import WORDS

from chatops.card import Button, Card, Chart, Facts, File, Paragraph, Quote, Series, Shape, Table
from chatops.plain import card_in_words, file_in_bytes
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


def test_terminal_shows_no_picture_but_the_table_beside_it() -> None:
    series = (Series(words("New"), (1,)),)
    chart = Chart(words("By day"), Shape.COLUMNS, words("n"), (words("Thu"),), series, ())
    table = Table((words("Day"), words("New")), ((words("Thu"), words("1")),))
    card = Card(push=words("push"), title=words("Title"), blocks=(chart, table))
    assert card_in_words(card, WORDS, "en", ZONE) == "Title\n\nDay  New\nThu  1"


def test_button_beside_a_line_is_named_in_brackets() -> None:
    button = Button("show", text("button-show"), ticket=1)
    card = Card(push=words("push"), blocks=(Paragraph(words("#1 Jo"), button=button),))
    assert card_in_words(card, WORDS, "en", ZONE).strip() == "#1 Jo [Details]"


def test_file_is_utf8_with_a_mark_and_lines_that_every_editor_breaks() -> None:
    at = datetime(2026, 10, 1, 6, 30, tzinfo=UTC)
    file = File("a.txt", (text("card-newest", at=at), "二行の\n返金", ""), "Asia/Tokyo")
    said = file_in_bytes(file, WORDS, "ja")
    assert (
        said == "\ufeff最新のメッセージ（10月1日(木) 15:30）：\r\n二行の\r\n返金\r\n\r\n".encode()
    )
