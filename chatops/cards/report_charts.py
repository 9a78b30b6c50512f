"""What the pictures of a report show, and the table of the same figures beside them. Pure.

Each picture has few series and one unit; how it looks is the chat's part. Many names make no picture
that a phone can show: of a report by agent or tag the busiest are drawn, and the table has them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final

from chatops.card import Block, Chart, Series, Shape, Table
from chatops.cards.lengths import spread_said
from chatops.cards.split_words import changed, held, longer
from chatops.course import Course, Step
from chatops.report import spread
from chatops.splits import Group, Key
from chatops.targets import NO_TARGETS, Targets
from chatops.text import Text, text

#: What a picture shows at most: names, and steps in time; and how many of these as columns.
MOST_NAMES: Final = 10
MOST_STEPS: Final = 62
MOST_COLUMNS: Final = 14

#: What the first picture shows, by whose and by whether what was left is known.
_TITLES: Final = {
    (False, False): "chart-flow",
    (False, True): "chart-flow-left",
    (True, False): "chart-closed",
}

_HOUR: Final = 3600  # seconds
#: Units of lengths of time by the longest that is drawn in them, in seconds, and their own length.
_UNITS: Final = (
    (120, 1, "chart-seconds"),
    (2 * _HOUR, 60, "chart-minutes"),
    (72 * _HOUR, _HOUR, "chart-hours"),
)
_DAYS: Final = (24 * _HOUR, "chart-days")


@dataclass(frozen=True, slots=True)
class Shown:
    """Figures to be shown; `by` names what they are split by, as its words in the .ftl files."""

    by: str
    points: Sequence[tuple[Text, Group]]
    in_time: bool = False  #: one after the other, and not by name
    by_person: bool = False  #: nobody brings tickets in: what they handled stands in place of new
    targets: Targets = NO_TARGETS  #: of names

    @property
    def has_left(self) -> bool:
        """Whether it is known what was open at each point's end."""
        return any(group.left is not None for _, group in self.points)


def course_blocks(course: Course) -> tuple[Block, ...]:
    """Return how a period went: pictures and their table; nothing where nothing happened."""
    points = [(_moment(key, course.step), group) for key, group in course.points.items()]
    return figures_blocks(Shown(course.step.value, points, in_time=True)) if points else ()


def figures_blocks(shown: Shown) -> tuple[Block, ...]:
    """Return the pictures and their figures: by time a narrow table each, by name one for both.

    A picture is there if there is anything in it; a table of one column more would break its lines
    on a phone.
    """
    flow = [_flow(shown)] if any(group.closed or group.new for _, group in shown.points) else []
    answered = any(group.first_responses for _, group in shown.points)
    fast = [_responses(shown)] if answered else []
    if not shown.in_time:
        return (*flow, *fast, _table(shown), *_pick_ups(shown))
    if len(shown.points) > MOST_STEPS:
        flow, fast = [], []
    responses = (_responses_table(shown),) if answered else ()
    return (*flow, _counts_table(shown), *fast, *responses)


def _moment(key: Key, step: Step) -> Text:
    match step:
        case Step.HOUR:
            return text("words", words=f"{key}:00")
        case Step.DAY | Step.WEEK:
            return text("day", day=date.fromisoformat(str(key)))
        case Step.MONTH:
            return text("words", words=str(key)[:7])


def _table(shown: Shown) -> Table:
    counts = _counts_table(shown)
    limit = shown.targets.first_response
    rows = tuple(
        (
            *row,
            held(_spread(group, _first_responses), limit, group.first_responses),
            changed(group, lambda one: one.waiting),
        )
        for row, (_, group) in zip(counts.rows, shown.points, strict=True)
    )
    heads = (text("report-first-response"), text("report-waiting"))
    return Table((*counts.head, *heads), rows)


def _pick_ups(shown: Shown) -> tuple[Table, ...]:
    limit = shown.targets.pick_up
    rows = tuple(
        (label, held(_spread(group, lambda one: one.pick_ups), limit, group.pick_ups))
        for label, group in shown.points
        if group.pick_ups
    )
    head = (text(f"head-{shown.by}"), text("report-pick-up"))
    return (Table(head, rows),) if rows else ()


def _counts_table(shown: Shown) -> Table:
    first = text("head-handled" if shown.by_person else "report-new")
    rows = tuple(
        (
            label,
            changed(group, _handled if shown.by_person else _new),
            changed(group, lambda one: one.closed),
            *((_number(group.left),) if group.left is not None else ()),
        )
        for label, group in shown.points
    )
    left = (text("head-left"),) if shown.has_left else ()
    return Table((text(f"head-{shown.by}"), first, text("report-closed"), *left), rows)


def _responses_table(shown: Shown) -> Table:
    spreads = [spread(group.first_responses) for _, group in shown.points]
    has_p90 = any(each.p90 is not None for each in spreads)
    rows = tuple(
        (
            label,
            longer(_span(each.median), group, _first_responses),
            *((_span(each.p90),) if has_p90 else ()),
            _number(each.count),
        )
        for (label, group), each in zip(shown.points, spreads, strict=True)
    )
    p90 = (text("chart-p90"),) if has_p90 else ()
    return Table((text(f"head-{shown.by}"), text("chart-median"), *p90, text("head-count")), rows)


def _spread(group: Group, seconds: Callable[[Group], Sequence[int]]) -> Text:
    return longer(spread_said(seconds(group)), group, seconds)


def _new(group: Group) -> int:
    return group.new


def _handled(group: Group) -> int:
    return group.handled


def _first_responses(group: Group) -> Sequence[int]:
    return group.first_responses


def _span(seconds: float | None) -> Text:
    if seconds is None:
        return text("report-no-response")
    return text("span", span=timedelta(seconds=seconds))


def _flow(shown: Shown) -> Chart:
    points = _drawn(shown, shown.points)
    figures = [("report-closed", [group.closed for _, group in points])]
    if not shown.by_person:
        figures.insert(0, ("report-new", [group.new for _, group in points]))
    if shown.has_left:
        figures.append(("head-left", [group.left or 0 for _, group in points]))
    labels = tuple(label for label, _ in points)
    return Chart(
        _title(_TITLES[shown.by_person, shown.has_left], shown),
        _shape(shown, len(points)),
        text("chart-tickets"),
        labels,
        tuple(Series(text(name), tuple(map(float, counts))) for name, counts in figures),
        tuple(
            (text(name), _ended(counts) if name == "head-left" else _most(counts, labels))
            for name, counts in figures
        ),
    )


def _ended(counts: Sequence[int]) -> Text:
    """Say of what is not to be added up where it began, ended and was at its most."""
    return text("chart-ended", first=counts[0], last=counts[-1], most=max(counts))


def _most(counts: Sequence[int], labels: Sequence[Text]) -> Text:
    most = max(counts)
    if not most:
        return _number(0)
    return text("chart-most", total=sum(counts), most=most, at=labels[counts.index(most)])


def _responses(shown: Shown) -> Chart:
    answered = [point for point in shown.points if shown.in_time or point[1].first_responses]
    points = _drawn(shown, answered)
    spreads = [spread(group.first_responses) for _, group in points]
    figures = [("chart-median", [each.median for each in spreads])]
    if any(each.p90 is not None for each in spreads):
        figures.append(("chart-p90", [each.p90 for each in spreads]))
    labels = tuple(label for label, _ in points)
    longest = max(chain.from_iterable(_known(values) for _, values in figures))
    length, unit = next(((by, id) for most, by, id in _UNITS if longest <= most), _DAYS)
    return Chart(
        _title("chart-first-response", shown),
        _shape(shown, len(points)),
        text(unit),
        labels,
        tuple(
            Series(text(name), tuple(value and value / length for value in values))
            for name, values in figures
        ),
        tuple((text(name), _longest(values, labels)) for name, values in figures),
    )


def _longest(values: Sequence[float | None], labels: Sequence[Text]) -> Text:
    known = _known(values)
    least, most = (timedelta(seconds=each) for each in (min(known), max(known)))
    return text("chart-longest", least=least, most=most, at=labels[values.index(max(known))])


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _drawn(shown: Shown, points: Sequence[tuple[Text, Group]]) -> Sequence[tuple[Text, Group]]:
    return points if shown.in_time else points[:MOST_NAMES]


def _shape(shown: Shown, points: int) -> Shape:
    if not shown.in_time:
        return Shape.BARS
    return Shape.COLUMNS if points <= MOST_COLUMNS else Shape.LINES


def _title(id: str, shown: Shown) -> Text:
    said = text(id, by=text(f"chart-{shown.by}"))
    if shown.in_time or len(shown.points) <= MOST_NAMES:
        return said
    return text("chart-busiest", title=said, count=MOST_NAMES)


def _number(count: int) -> Text:
    return text("number", count=count)
