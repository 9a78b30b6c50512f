"""What is open at a period's end, and what of it wants a hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chatops.behind import STANDING, Behind, Figure, of_backlog
from chatops.calendar import Calendar
from chatops.cards.backlog_facts import backlog_facts
from chatops.idle_claims import is_idle
from chatops.policy import IdleRule
from chatops.targets import NO_TARGETS
from chatops.text import Text, text
from chatops.ticket import Status
from chatops.unclosed import Backlog, Unclosed
from tests.scenes import NOW, POLICY

DAY = NOW - timedelta(hours=6), NOW + timedelta(hours=18)
HOUR = timedelta(hours=1)
NEW = Unclosed(1, "japan", "aozora", NOW - HOUR)
ROWS = [
    replace(NEW, due=(DAY[0] - HOUR, DAY[0], NOW)),
    Unclosed(2, "japan", "aozora", NOW - 2 * HOUR, assignee=3, due=(DAY[1],)),
    Unclosed(3, "japan", "aozora", NOW - 3 * HOUR, assignee=3, is_read=True, idle_since=NOW - HOUR),
    Unclosed(4, "japan", "aozora", NOW, Status.SNOOZED, snoozed_until=DAY[1] - HOUR),
    Unclosed(5, "japan", "aozora", NOW, Status.SNOOZED, snoozed_until=DAY[1]),
]
BACKLOG = Backlog(NOW, DAY, rows=ROWS, idle_claims=frozenset({3, 4}))


def test_each_figure_lists_its_tickets_and_since_when_or_until() -> None:
    assert {figure: of_backlog(figure, BACKLOG) for figure in STANDING} == {
        Figure.OPEN: [Behind(n, NOW - n * HOUR) for n in (1, 2, 3)],
        Figure.UNCLAIMED: [Behind(1, NOW - HOUR)],
        Figure.UNREAD: [Behind(n, NOW - n * HOUR) for n in (1, 2)],
        Figure.IDLE: [Behind(3, NOW - HOUR)],
        Figure.SNOOZED: [Behind(4, NOW), Behind(5, NOW)],
        # what is due as the day begins is due on it, as it ends on the next
        Figure.DUE_TODAY: [Behind(1, DAY[0]), Behind(4, DAY[1] - HOUR)],
    }


@pytest.mark.parametrize(
    ("then", "labels"),
    [
        (None, (text("report-open"), text("report-snoozed"), text("report-due-today"))),
        (
            NOW.date(),
            (
                text("report-open-then"),
                text("report-snoozed-then"),
                text("report-due-then", day=NOW.date()),
            ),
        ),
    ],
)
def test_the_lines_say_whether_that_is_so_still(
    then: date | None, labels: tuple[Text, Text, Text]
) -> None:
    facts = dict(backlog_facts(replace(BACKLOG, then=then), NO_TARGETS))
    still, snoozed, due = labels
    assert facts == {
        still: text("report-open-of", open=3, unclaimed=1, unread=2, idle=1),
        snoozed: text("number", count=2),
        due: text("number", count=2),
        text("report-age"): text("report-ages", one=5, three=0, seven=0, older=0),
    }


def test_where_nothing_is_open_two_lines_say_so() -> None:
    none = text("number", count=0)
    facts = dict(backlog_facts(replace(BACKLOG, rows=()), NO_TARGETS))
    assert facts == {text("report-open"): none, text("report-snoozed"): none}


def test_a_claim_is_idle_from_the_moment_in_which_its_holder_is_to_be_asked() -> None:
    queue = replace(
        POLICY.queues["japan"],
        calendar=Calendar.always("UTC"),
        idle_claim=IdleRule(HOUR, HOUR),
    )
    policy = replace(POLICY, queues={**POLICY.queues, "japan": queue})
    held = ROWS[2]
    assert is_idle(policy, held, NOW)
    assert not is_idle(policy, held, NOW - timedelta(microseconds=1))
    # who was asked has not answered, though app.yaml gives more time by now
    asked = replace(held, hand_back_at=NOW + HOUR)
    assert is_idle(policy, asked, NOW - HOUR)
    assert not is_idle(policy, NEW, NOW)
    assert not is_idle(POLICY, asked, NOW)  # no queue asks any more
