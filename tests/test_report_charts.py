"""What the pictures of a report show, and the table beside them."""

from datetime import date, timedelta

import pytest

from chatops.card import Chart, Series, Shape, Table
from chatops.cards.report_charts import MOST_STEPS, Shown, course_blocks, figures_blocks
from chatops.course import Course, Step
from chatops.splits import Group, Key
from chatops.text import Text, text

HOUR = 3600


def number(count: int) -> Text:
    return text("number", count=count)


def words(said: str) -> Text:
    return text("words", words=said)


def charts(shown: Shown) -> list[Chart]:
    return [block for block in figures_blocks(shown) if isinstance(block, Chart)]


def test_what_came_and_went_and_how_fast_it_was_answered() -> None:
    points: dict[Key, Group] = {9: Group(3, 1, [60, 180]), 10: Group(2, 4, [600] * 10)}
    flow, counts, fast, responses = course_blocks(Course(Step.HOUR, points))
    by = text("chart-by_hour")
    labels = (words("9:00"), words("10:00"))
    new, closed, median, p90 = map(
        text, ("report-new", "report-closed", "chart-median", "chart-p90")
    )
    assert flow == Chart(
        text("chart-flow", by=by),
        Shape.COLUMNS,
        text("chart-tickets"),
        labels,
        (Series(new, (3, 2)), Series(closed, (1, 4))),
        (
            (new, text("chart-most", total=5, most=3, at=words("9:00"))),
            (closed, text("chart-most", total=5, most=4, at=words("10:00"))),
        ),
    )
    two, ten = timedelta(minutes=2), timedelta(minutes=10)
    assert fast == Chart(
        text("chart-first-response", by=by),
        Shape.COLUMNS,
        text("chart-minutes"),
        labels,
        (Series(median, (2, 10)), Series(p90, (None, 10))),
        (
            (median, text("chart-longest", least=two, most=ten, at=words("10:00"))),
            (p90, text("chart-longest", least=ten, most=ten, at=words("10:00"))),
        ),
    )
    hour, none = text("head-by_hour"), text("report-no-response")
    rows = tuple(
        (labels[n], number(points[9 + n].new), number(points[9 + n].closed)) for n in (0, 1)
    )
    assert counts == Table((hour, new, closed), rows)
    assert responses == Table(
        (hour, median, p90, text("head-count")),
        (
            (labels[0], text("span", span=two), none, number(2)),
            (labels[1], text("span", span=ten), text("span", span=ten), number(10)),
        ),
    )


def test_days_show_what_was_open_at_their_end() -> None:
    points = [(words("Mon"), Group(3, 1, left=12)), (words("Tue"), Group(1, 2, left=11))]
    chart, table = figures_blocks(Shown("by_day", points, in_time=True))
    assert isinstance(chart, Chart)
    assert chart.title == text("chart-flow-left", by=text("chart-by_day"))
    assert chart.series[2] == Series(text("head-left"), (12, 11))
    assert chart.said[2] == (text("head-left"), text("chart-ended", first=12, last=11, most=12))
    assert table == Table(
        tuple(map(text, ("head-by_day", "report-new", "report-closed", "head-left"))),
        (
            (words("Mon"), number(3), number(1), number(12)),
            (words("Tue"), number(1), number(2), number(11)),
        ),
    )


def test_by_name_one_table_has_both() -> None:
    ten = timedelta(minutes=10)
    *_, table = figures_blocks(Shown("by_queue", [(words("japan"), Group(3, 1, [600] * 10, 2))]))
    said = text("report-spread", median=ten, p90=ten, count=10)
    first, waiting = "report-first-response", "report-waiting"
    assert table == Table(
        tuple(map(text, ("head-by_queue", "report-new", "report-closed", first, waiting))),
        ((words("japan"), number(3), number(1), said, number(2)),),
    )


def test_nobody_brings_tickets_in() -> None:
    shown = Shown("by_agent", [(words("Aoi"), Group(0, 2))], by_person=True)
    (chart,) = charts(shown)
    assert chart.title == text("chart-closed", by=text("chart-by_agent"))
    assert chart.shape is Shape.BARS
    assert chart.series == (Series(text("report-closed"), (2,)),)


def test_of_many_names_the_busiest_are_drawn_and_the_table_has_all() -> None:
    points = [(words(f"tag{n}"), Group(20 - n, 0, [60] if n % 2 else [])) for n in range(12)]
    flow, fast, table = figures_blocks(Shown("by_tag", points))
    assert isinstance(flow, Chart)
    assert isinstance(fast, Chart)
    assert isinstance(table, Table)
    title = text("chart-flow", by=text("chart-by_tag"))
    assert flow.title == text("chart-busiest", title=title, count=10)
    assert flow.labels == tuple(words(f"tag{n}") for n in range(10))
    assert flow.said[1] == (text("report-closed"), number(0))
    assert fast.labels == tuple(words(f"tag{n}") for n in range(1, 12, 2))
    assert len(table.rows) == 12


@pytest.mark.parametrize(
    ("seconds", "unit", "value"),
    [
        (120, "chart-seconds", 120),
        (150, "chart-minutes", 2.5),
        (2 * HOUR, "chart-minutes", 120),
        (3 * HOUR, "chart-hours", 3),
        (72 * HOUR, "chart-hours", 72),
        (96 * HOUR, "chart-days", 4),
        (0, "chart-seconds", 0),
    ],
)
def test_the_unit_fits_the_longest(seconds: int, unit: str, value: float) -> None:
    (chart,) = charts(Shown("by_queue", [(words("japan"), Group(0, 0, [seconds]))]))
    assert (chart.unit, chart.series[0].values) == (text(unit), (value,))


@pytest.mark.parametrize(
    ("steps", "shapes"), [(14, [Shape.COLUMNS]), (15, [Shape.LINES]), (MOST_STEPS + 1, [])]
)
def test_a_long_time_is_a_line_and_one_too_long_is_a_table(steps: int, shapes: list[Shape]) -> None:
    points = [(words(str(n)), Group(1, 1)) for n in range(steps)]
    assert [chart.shape for chart in charts(Shown("by_day", points, in_time=True))] == shapes


@pytest.mark.parametrize(
    ("step", "label"),
    [
        (Step.DAY, text("day", day=date(2026, 10, 1))),
        (Step.WEEK, text("day", day=date(2026, 10, 1))),
        (Step.MONTH, words("2026-10")),
    ],
)
def test_a_step_has_the_name_of_its_first_day_or_of_its_month(step: Step, label: Text) -> None:
    chart, _ = course_blocks(Course(step, {"2026-10-01": Group(1)}))
    assert isinstance(chart, Chart)
    assert chart.labels == (label,)


def test_where_nothing_happened_there_is_nothing_to_show() -> None:
    assert course_blocks(Course(Step.DAY, {})) == ()
    assert charts(Shown("by_agent", [(words("Aoi"), Group())], by_person=True)) == []
