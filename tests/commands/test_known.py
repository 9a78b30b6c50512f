"""known."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.call import NoArgs
from chatops.event import AlertLevel, BreachKnown
from chatops.sla import Clock, Outcome
from chatops.text import text
from chatops.ticket import Refusal
from commands.known import known
from tests.scenes import AOI, NOW, begun, call, scene

CLOCK = begun(3600, NOW - timedelta(hours=2))
LATE = replace(CLOCK, breached_at=CLOCK.due_at)


def test_who_knows_of_a_late_clock_says_so() -> None:
    here = scene(clocks=(CLOCK, LATE))
    assert known(NoArgs(), here, call("known")) == [BreachKnown(AOI.id)]


@pytest.mark.parametrize(
    "clock",
    [CLOCK, replace(LATE, alerted=AlertLevel.KNOWN), replace(LATE, outcome=Outcome.MET_LATE)],
    ids=["in time", "known", "answered"],
)
def test_what_nobody_is_told_of_again_is_refused(clock: Clock) -> None:
    told = known(NoArgs(), scene(clocks=(clock,)), call("known"))
    assert told == Refusal(text("nothing-late", ticket=42))
