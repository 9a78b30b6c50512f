"""Pick-ups and escalations, where the golden log has no such row."""

from datetime import UTC, datetime, timedelta

import pytest

from chatops.calendar import Calendar, Window
from chatops.handling import (
    Escalation,
    PickUp,
    Turn,
    What,
    by_hand,
    by_level,
    by_target,
    escalated,
    pick_ups,
    worked,
)

AT = datetime(2026, 10, 1, 3, tzinfo=UTC)
AOI, MAYA = 3, 4


def m(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def turn(what: What, agent: int | None, minute: int, ticket: int = 1) -> Turn:
    return Turn(ticket, "care", what, agent, m(minute))


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        # the first reply alone, and of a second assignment the next one
        (
            [
                turn(What.GIVEN, AOI, 0),
                turn(What.REPLIED, AOI, 5),
                turn(What.REPLIED, AOI, 9),
                turn(What.GIVEN, AOI, 20),
                turn(What.REPLIED, AOI, 22),
            ],
            [PickUp(1, "care", AOI, m(0), m(5)), PickUp(1, "care", AOI, m(20), m(22))],
        ),
        # a colleague's reply is none, and ends nothing
        (
            [turn(What.GIVEN, AOI, 0), turn(What.REPLIED, MAYA, 5), turn(What.REPLIED, AOI, 9)],
            [PickUp(1, "care", AOI, m(0), m(9))],
        ),
        # it was another one's by then, or nobody's
        (
            [turn(What.GIVEN, AOI, 0), turn(What.GIVEN, MAYA, 3), turn(What.REPLIED, AOI, 5)],
            [],
        ),
        (
            [turn(What.GIVEN, AOI, 0), turn(What.LET_GO, None, 3), turn(What.REPLIED, AOI, 5)],
            [],
        ),
        # what one ticket was given is nothing to the next one
        ([turn(What.GIVEN, AOI, 0), turn(What.REPLIED, AOI, 5, ticket=2)], []),
        # given before the period, picked up in it; and picked up after it
        (
            [turn(What.GIVEN, AOI, -90), turn(What.REPLIED, AOI, 0)],
            [PickUp(1, "care", AOI, m(-90), m(0))],
        ),
        ([turn(What.GIVEN, AOI, 50), turn(What.REPLIED, AOI, 60)], []),
        # one before the period has used the assignment up
        (
            [turn(What.GIVEN, AOI, -9), turn(What.REPLIED, AOI, -5), turn(What.REPLIED, AOI, 5)],
            [],
        ),
    ],
)
def test_what_is_a_pick_up(turns: list[Turn], found: list[PickUp]) -> None:
    assert pick_ups(turns, m(0), m(60)) == found


def test_spans_are_working_time_of_each_queue() -> None:
    office = Calendar("office", "UTC", {day: (Window(3 * 60 + 10, 12 * 60),) for day in range(7)})
    hours = {"care": office, "night": Calendar.always("UTC")}
    spans = [("care", m(0), m(15)), ("night", m(0), m(15))]
    assert worked(spans, lambda queue: hours[queue]) == [300, 900]


def test_escalations_by_target_level_and_whose_they_were() -> None:
    found = [
        Escalation(1, m(0), "legal", 1, AOI, 7),
        Escalation(1, m(5), "experts", 2, None),
        Escalation(2, m(6), "experts", 1, None),
    ]
    assert escalated(found) == 2
    assert list(by_target(found).items()) == [("experts", 2), ("legal", 1)]
    assert by_level(found) == {1: 2, 2: 1}
    assert by_hand(found) == 1
