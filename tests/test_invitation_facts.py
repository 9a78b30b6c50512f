"""Invitations into direct messages, as a line of a report."""

from zoneinfo import ZoneInfo

import pytest
from scenes import NOW

from chatops.cards.report_facts import Counted, report_facts
from chatops.measures import Invitation, Measures
from chatops.report import Counts
from chatops.text import Words, text

WORDS = Words()
ZONE = ZoneInfo("Asia/Tokyo")
HOUR = 3600


def line(language: str, *invitations: Invitation) -> str | None:
    """Of a period before which there were none."""
    counts = Counts(0, 0, (), 0, None)
    now, before = Counted(counts, measures=Measures(invitations=invitations)), Counted(counts)
    facts = dict(report_facts(now, before))
    said = facts.get(text("report-invitations"))
    return said and WORDS.say(said, language, ZONE)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("5; wrote within 24 h 2; abandoned 1; to the first, by the calendar: "
                "median 1 d (n = 3) (before: 0; wrote within 24 h 0; abandoned 0; to the first, "
                "by the calendar: none yet)")),
        ("ja", "5件"),
    ],
)  # fmt: skip
def test_asked_opened_abandoned_and_how_soon(language: str, said: str) -> None:
    found = line(
        language,
        Invitation(1, NOW, 2 * HOUR),
        Invitation(1, NOW, 24 * HOUR),
        Invitation(1, NOW, 24 * HOUR + 1),
        Invitation(1, NOW, None),
        Invitation(1, NOW, None, is_abandoned=True),
    )
    assert found is not None
    assert found.startswith(said)


def test_where_nobody_was_asked_there_is_no_line() -> None:
    assert line("en") is None
