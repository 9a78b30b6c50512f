"""What somebody is told after their quiet hours: which hours those were, and how much is shown."""

from datetime import UTC, datetime

import pytest

from chatops.calendar import Calendar, Window
from chatops.card import Paragraph
from chatops.cards.rested_card import rested_card
from chatops.rested import Rest, rest
from chatops.text import Summons, text

NIGHT = Calendar("quiet", "UTC", {0: (Window(22 * 60, 31 * 60),)})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


#: From ten on Monday to seven on Tuesday.
OVER = Rest(at(1, 22), at(2, 7))


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (at(1, 21, 59), None),
        (at(1, 22), None),
        (at(2, 6, 59), None),
        (at(2, 7), OVER),
        (at(3, 6, 59), OVER),
        (at(3, 7), None),  # a day ago
    ],
)
def test_quiet_hours_are_over_for_a_day_after_their_end(now: datetime, found: Rest | None) -> None:
    assert rest(NIGHT, now) == found


@pytest.mark.parametrize(("many", "shown", "more"), [(1, 1, None), (20, 20, None), (23, 20, 3)])
def test_so_many_lines_are_shown_and_the_rest_is_counted(
    many: int, shown: int, more: int | None
) -> None:
    lines = [Paragraph(text("ticket", ticket=number)) for number in range(many)]
    card = rested_card(lines, at(1, 22), at(2, 7), Summons("care"))
    assert card.title == text("rested-title", count=many)
    said = [each for each in card.blocks if isinstance(each, Paragraph)]
    assert said[1 : shown + 1] == lines[:shown]
    counted = [dict(each.said.args)["count"] for each in said[shown + 1 :]]
    assert counted == ([] if more is None else [more])
