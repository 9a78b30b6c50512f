"""Figures by who, where, what and when; and what a spreadsheet is given of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chatops.card import Card, Facts, Paragraph, Table
from chatops.cards.split_card import split_card
from chatops.periods import Period
from chatops.scene import Agent
from chatops.splits import Count, Group, Happened, Key, Split, csv_lines, split, with_handling
from chatops.text import Text, text
from tests.scenes import TRAITS

TOKYO = ZoneInfo("Asia/Tokyo")
AT = datetime(2026, 10, 1, 6, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=10)
DAY = date(2026, 10, 1)
PERIOD = Period(DAY, DAY, AT, LATER, TOKYO)

ROWS = (
    Happened(Count.NEW, AT, "japan", "x", "mention", ("a", "b")),
    Happened(Count.NEW, LATER, "japan", "line", "dm"),
    Happened(Count.CLOSED, LATER, "global", "x", "mention", ("b",), 3),
    Happened(Count.ANSWERED, AT, "japan", "x", "mention", ("a", "b"), 4, 60),
    Happened(Count.ANSWERED, AT, "japan", "x", "mention", ("b",), None, 120),
    Happened(Count.WAITING, AT, "japan", "x", "mention", ("b",)),
    Happened(Count.WAITING, AT, "global", "line", "dm", (), 5),
)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (Split.AGENT, {3: (0, 1, []), 4: (0, 0, [60]), None: (0, 0, [120]), 5: (0, 0, [], 1)}),
        (Split.CHANNEL, {"x": (1, 1, [60, 120], 1), "line": (1, 0, [], 1)}),
        (Split.QUEUE, {"japan": (2, 0, [60, 120], 1), "global": (0, 1, [], 1)}),
        (Split.KIND, {"mention": (1, 1, [60, 120], 1), "dm": (1, 0, [], 1)}),
        (Split.TAG, {"b": (1, 1, [60, 120], 1), "a": (1, 0, [60]), None: (1, 0, [], 1)}),
        (Split.HOUR, {1: (1, 1, []), 15: (1, 0, [60, 120])}),
        (Split.DAY, {"2026-10-01": (1, 0, [60, 120]), "2026-10-02": (1, 1, [])}),
    ],
)
def test_figures_by_key(by: Split, groups: dict[Key, tuple[int, int, list[int]]]) -> None:
    found = split(ROWS, by, PERIOD)
    assert found == {key: Group(*figures) for key, figures in groups.items()}
    assert list(found) == list(groups)


def test_a_spreadsheet_has_numbers() -> None:
    by_agent = split(ROWS, Split.AGENT, PERIOD)
    everybody = with_handling(by_agent, {3: 2, 5: 1}, {3: [60, 90]}, None)
    head = "agent,new,closed,first_responses,first_response_median_s,first_response_p90_s"
    assert csv_lines(everybody, Split.AGENT, {3: "Aoi"}) == [
        f"{head},still_waiting,handled,pick_ups,pick_up_median_s,pick_up_p90_s",
        '"Aoi",0,1,0,,,0,2,2,75,',
        '"#4",0,0,1,60,,0,0,0,,',
        '"",0,0,1,120,,0,0,0,,',
        '"#5",0,0,0,,,1,1,0,,',
    ]
    alone = with_handling({}, {3: 2, 5: 1}, {3: [60]}, 3)
    assert alone == {3: Group(handled=2, pick_ups=[60])}
    many: dict[Key, Group] = {"x": Group(1_234_567, 0, list(range(1, 11)))}
    assert csv_lines(many, Split.CHANNEL, {})[1] == '"x",1234567,0,10,5.5,9.1,0'


@pytest.mark.parametrize(
    ("tag", "cell"),
    [
        ("=1+1", '"\'=1+1"'),
        ("+1", '"\'+1"'),
        ("-1", '"\'-1"'),
        ("@SUM(A1)", '"\'@SUM(A1)"'),
        ("\t=1", '"\'\t=1"'),
        ('say "hi", all', '"say ""hi"", all"'),
        ("two\r\nlines", '"two lines"'),
        ("\r=1", '"\' =1"'),
        ("＝1+1", '"\'＝1+1"'),
    ],
)
def test_a_cell_runs_nothing_and_stays_one(tag: str, cell: str) -> None:
    assert csv_lines({tag: Group()}, Split.TAG, {})[1] == f"{cell},0,0,0,,,0"


AGENTS = (Agent(3, "aoi", "Aoi", None, {}),)


def tables(card: Card) -> list[Table]:
    return [block for block in card.blocks if isinstance(block, Table)]


@pytest.mark.parametrize(
    ("by", "key", "told"),
    [
        (Split.AGENT, 3, (("agent", "aoi"),)),
        (Split.AGENT, 9, None),  # whose row is gone: nobody can be asked for by that name
        (Split.AGENT, None, None),
        (Split.QUEUE, "japan", (("queue", "japan"),)),
        (Split.TAG, "refund", (("tag", "refund"),)),
        (Split.TAG, "あ" * 150, None),  # more than an entry carries
        (Split.TAG, None, None),
        (Split.HOUR, 9, None),
    ],
)
def test_a_line_leads_to_its_tickets(
    by: Split, key: Key, told: tuple[tuple[str, str], ...] | None
) -> None:
    card = split_card(PERIOD, {key: Group(closed=1)}, by, {}, AGENTS, (("place", "in_room"),))
    carried = [("tickets", "closed"), ("place", "in_room")]
    expected = [] if told is None else [(*carried, *told)]
    assert [button.args for button in card.menu] == expected


def test_the_first_ten_lines_lead_to_their_tickets() -> None:
    groups: dict[Key, Group] = {f"q{n}": Group(closed=1) for n in range(12)}
    card = split_card(PERIOD, groups, Split.QUEUE, {}, AGENTS, ())
    assert [dict(button.args)["queue"] for button in card.menu] == [f"q{n}" for n in range(10)]


@pytest.mark.parametrize(
    ("by", "key", "label"),
    [
        (Split.AGENT, 3, text("by-agent", agent="Aoi")),
        (Split.AGENT, 9, text("by-agent", agent="#9")),
        (Split.AGENT, None, text("report-outside")),
        (Split.CHANNEL, "x", text("words", words="X")),
        (Split.CHANNEL, "gone", text("words", words="gone")),
        (Split.QUEUE, "japan", text("words", words="japan")),
        (Split.KIND, "dm", text("kind-dm")),
        (Split.TAG, "refund", text("words", words="refund")),
        (Split.TAG, None, text("report-no-tag")),
        (Split.HOUR, 9, text("words", words="9:00")),
        (Split.DAY, "2026-10-01", text("day", day=DAY)),
    ],
)
def test_a_line_s_name(by: Split, key: Key, label: Text) -> None:
    card = split_card(PERIOD, {key: Group(1, 2, [60])}, by, {"x": TRAITS}, AGENTS, ())
    table = tables(card)[-1]
    assert table.rows[0][0] == label


def test_a_line_has_what_its_key_had() -> None:
    groups: dict[Key, Group] = {"x": Group(1, 2, [60])}
    (table,) = tables(split_card(PERIOD, groups, Split.CHANNEL, {"x": TRAITS}, AGENTS, ()))
    median = text("report-median", median=timedelta(seconds=60), count=1)
    none, one, two = (text("number", count=count) for count in range(3))
    assert table.rows == ((text("words", words="X"), one, two, median, none),)
    (of_agents,) = tables(split_card(PERIOD, {3: Group(0, 2)}, Split.AGENT, {}, AGENTS, ()))
    unknown = text("report-no-response")
    assert of_agents.rows == ((text("by-agent", agent="Aoi"), none, two, unknown, none),)


def test_without_a_first_reply_there_is_no_median() -> None:
    (table,) = tables(split_card(PERIOD, {"x": Group(1)}, Split.CHANNEL, {"x": TRAITS}, AGENTS, ()))
    assert table.rows[0][-2] == text("report-no-response")


def test_where_nothing_happened_a_sentence_says_so_and_who_waits_all_the_same() -> None:
    card = split_card(PERIOD, {}, Split.HOUR, {}, (), ())
    nothing = Paragraph(text("report-nothing"))
    assert card.blocks == (nothing,)
    card = split_card(PERIOD, {}, Split.HOUR, {}, (), (), [LATER, AT])
    two = text("report-waiting-since", count=2, since=AT)
    assert card.blocks == (nothing, Facts(((text("report-waiting"), two),)))
