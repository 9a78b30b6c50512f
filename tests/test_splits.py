"""Figures by who, where, what and when; and what a spreadsheet is given of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chatops.card import Card, Facts, Paragraph, Table
from chatops.cards.report_facts import report_against
from chatops.cards.split_card import split_card
from chatops.periods import Period
from chatops.scene import Agent
from chatops.splits import (
    Count,
    Group,
    Happened,
    Key,
    Split,
    against,
    csv_lines,
    split,
    with_handling,
)
from chatops.targets import Targets
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
    columns = (
        *("new", "closed", "first_responses", "first_response_median_s", "first_response_p90_s"),
        *("still_waiting", "handled", "pick_ups", "pick_up_median_s", "pick_up_p90_s"),
    )
    head = ("agent", *columns, *(f"{column}_before" for column in columns))
    before: dict[Key, Group] = {3: Group(0, 4, [30], 1, 5, [10]), 9: Group(closed=1)}
    assert csv_lines(against(everybody, before), Split.AGENT, {3: "Aoi"}) == [
        ",".join(head),
        '"Aoi",0,1,0,,,0,2,2,75,,0,4,1,30,,1,5,1,10,',
        '"#4",0,0,1,60,,0,0,0,,,0,0,0,,,0,0,0,,',
        '"",0,0,1,120,,0,0,0,,,0,0,0,,,0,0,0,,',
        '"#5",0,0,0,,,1,1,0,,,0,0,0,,,0,0,0,,',
        '"#9",0,0,0,,,0,0,0,,,0,1,0,,,0,0,0,,',
    ]
    alone = with_handling({}, {3: 2, 5: 1}, {3: [60]}, 3)
    assert alone == {3: Group(handled=2, pick_ups=[60])}
    many: dict[Key, Group] = {"x": Group(1_234_567, 0, list(range(1, 11)))}
    assert csv_lines(many, Split.CHANNEL, {})[1] == '"x",1234567,0,10,5.5,9.1,0,0,0,0,,,0'


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
    assert csv_lines({tag: Group()}, Split.TAG, {})[1] == f"{cell},0,0,0,,,0,0,0,0,,,0"


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
    held, nothing = Paragraph(report_against(PERIOD)), Paragraph(text("report-nothing"))
    assert card.blocks == (held, nothing)
    card = split_card(PERIOD, {}, Split.HOUR, {}, (), (), [LATER, AT])
    two = text("report-waiting-since", count=2, since=AT)
    assert card.blocks == (held, nothing, Facts(((text("report-waiting"), two),)))


def more(id: str, now: Text, by: Text) -> Text:
    return text(f"split-{id}", now=now, by=by)


def test_a_line_says_what_is_more_and_less_than_before_and_which_medians_met_their_target() -> None:
    """Faster than before and within the target; slower and beyond it; the same; nothing to compare."""
    before: dict[Key, Group] = {
        3: Group(0, 1, [90], 2, 4, [50]),
        4: Group(0, 3, [60], 0, 1, [40]),
        5: Group(0, 1, [60], 1, 0, []),
    }
    groups: dict[Key, Group] = {
        3: Group(0, 2, [60], 1, 4, [60]),
        4: Group(0, 1, [120], 0, 2, [70]),
        5: Group(0, 1, [60], 1, 0, []),
        6: Group(0, 0, [], 0, 0, [60]),
    }
    minute = timedelta(minutes=1)
    targets = Targets(first_response=minute, pick_up=minute)
    card = split_card(PERIOD, against(groups, before), Split.AGENT, {}, AGENTS, (), targets=targets)
    table, pick_ups = tables(card)

    def n(count: int) -> Text:
        return text("number", count=count)

    def median(seconds: int) -> Text:
        return text("report-median", median=timedelta(seconds=seconds), count=1)

    def span(seconds: int) -> Text:
        return text("span", span=timedelta(seconds=seconds))

    assert [row[1:] for row in table.rows] == [
        (
            n(4),
            more("more", n(2), n(1)),
            text("split-met", said=more("less", median(60), span(30))),
            more("less", n(1), n(1)),
        ),
        (
            more("more", n(2), n(1)),
            more("less", n(1), n(2)),
            text("split-missed", said=more("more", median(120), span(60))),
            n(0),
        ),
        (n(0), n(1), text("split-met", said=median(60)), n(1)),
        (n(0), n(0), text("report-no-response"), n(0)),
    ]
    assert [row[1] for row in pick_ups.rows] == [
        text("split-met", said=more("more", median(60), span(10))),
        text("split-missed", said=more("more", median(70), span(30))),
        text("split-met", said=median(60)),
    ]
    at_most = text("target-at-most", limit=text("span", span=minute))
    labels = [text("report-first-response"), text("report-pick-up")]
    aims = tuple(text("labelled", label=label, value=at_most) for label in labels)
    signs = Paragraph(text("split-targets", targets=aims), small=True)
    assert signs in card.blocks
    by_queue = split_card(PERIOD, groups, Split.QUEUE, {}, AGENTS, (), targets=targets)
    assert Paragraph(text("split-targets", targets=aims[:1]), small=True) in by_queue.blocks
    by_hour = split_card(PERIOD, {9: groups[3]}, Split.HOUR, {}, AGENTS, (), targets=targets)
    assert not any(isinstance(block, Paragraph) and block.small for block in by_hour.blocks)


def test_an_hour_says_how_much_slower_its_answers_were_than_before() -> None:
    groups = against({9: Group(1, 0, [60])}, {9: Group(1, 0, [30])})
    _, responses = tables(split_card(PERIOD, groups, Split.HOUR, {}, AGENTS, ()))
    minute, half = (text("span", span=timedelta(seconds=each)) for each in (60, 30))
    assert responses.rows[0][1] == more("more", minute, half)
