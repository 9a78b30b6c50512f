"""Whether a figure met what the team sets itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.cards.report_facts import Counted, report_facts
from chatops.event import ClockKind, CloseReason
from chatops.handling import Escalation, Handling
from chatops.measures import Close, Kept, Measures, Response
from chatops.report import Counts
from chatops.targets import Targets, count_held, share_held, span_held
from chatops.text import Text, text
from chatops.unclosed import Backlog, Unclosed
from tests.scenes import NOW

SAID = text("words", words="so it was")
HALF_HOUR = timedelta(minutes=30)
IN_30 = text("target-at-most", limit=text("span", span=HALF_HOUR))


def percent(limit: float, aim: str) -> Text:
    return text(aim, limit=text("report-percent", percent=limit))


@pytest.mark.parametrize(
    ("held", "id"),
    [
        (span_held(SAID, HALF_HOUR, 1800), "target-met"),
        (span_held(SAID, HALF_HOUR, 1800.5), "target-missed"),
        (span_held(SAID, HALF_HOUR, None), "target-set"),
    ],
)
def test_a_median_is_no_more_than_its_target(held: Text, id: str) -> None:
    assert held == text(id, said=SAID, aim=IN_30)


@pytest.mark.parametrize(
    ("part", "whole", "id"),
    [(95, 100, "target-met"), (949, 1000, "target-missed"), (0, 0, "target-set")],
)
def test_a_share_is_at_least_its_target(part: int, whole: int, id: str) -> None:
    aim = percent(95.0, "target-at-least")
    assert share_held(SAID, 95.0, part, whole, at_least=True) == text(id, said=SAID, aim=aim)


@pytest.mark.parametrize(("part", "id"), [(5, "target-met"), (6, "target-missed")])
def test_a_share_is_at_most_its_target(part: int, id: str) -> None:
    aim = percent(5.0, "target-at-most")
    assert share_held(SAID, 5.0, part, 100) == text(id, said=SAID, aim=aim)


def test_what_is_not_in_time_by_less_than_is_shown_was_not_in_time() -> None:
    """94.96 % is shown as 95.0 %, and is no 95 %."""
    assert share_held(SAID, 95.0, 9496, 10_000, at_least=True).id == "target-missed"


def test_a_number_is_at_most_its_target() -> None:
    aim = text("target-at-most", limit=text("number", count=50))
    assert count_held(SAID, 50, 50) == text("target-met", said=SAID, aim=aim)
    assert count_held(SAID, 50, 51) == text("target-missed", said=SAID, aim=aim)


def test_without_a_target_a_figure_stands_alone() -> None:
    assert span_held(SAID, None, 1) == SAID
    assert share_held(SAID, None, 1, 2) == SAID
    assert count_held(SAID, None, 1) == SAID


#: Ten minutes each, all of three in time but one, one of two reopened, one of four escalated.
COUNTED = Counted(
    Counts(4, 2, [600], 0, None),
    measures=Measures(
        responses=[Response(ClockKind.NEXT_RESPONSE, 600, 600, 1, NOW)],
        closes=[
            Close(1, 3, CloseReason.RESOLVED, NOW, 1, resolution_s=600),
            Close(2, 3, CloseReason.RESOLVED, NOW, 1, NOW + timedelta(hours=1)),
        ],
        kept={ClockKind.FIRST_RESPONSE: Kept(met=2, breached=1)},
    ),
    handling=Handling(escalations=[Escalation(1, NOW, "legal", 1, 3)], unanswered=2),
    pick_ups=[600],
    backlog=Backlog(NOW, (NOW, NOW), rows=[Unclosed(n, "japan", "x", NOW) for n in range(9)]),
)
TEN = timedelta(minutes=10)
MET = Targets(TEN, TEN, TEN, TEN, 66.6, 50.0, 50.0, 25.0, 9, 2)
NINE = timedelta(minutes=9)
MISSED = Targets(NINE, NINE, NINE, NINE, 66.7, 49.9, 50.1, 24.9, 8, 1)
AIMED = {
    *("report-first-response", "report-next-response", "report-pick-up", "report-resolution"),
    *("report-kept-first_response", "report-reopened", "report-one-touch", "report-escalated"),
    *("report-open", "report-unanswered"),
}


@pytest.mark.parametrize(
    ("targets", "id"), [(MET, "target-met"), (MISSED, "target-missed"), (Targets(), None)]
)
def test_every_figure_with_a_target_is_held_against_it(targets: Targets, id: str | None) -> None:
    before = replace(COUNTED, counts=Counts(9, 9, [9999], 0, None))
    facts = report_facts(COUNTED, before, targets)
    held = {label.id: said.id for label, said in facts if said.id.startswith("target-")}
    assert held == (dict.fromkeys(AIMED, id) if id else {})
