"""report: the day in figures."""

from datetime import timedelta

import pytest

from chatops.call import Done
from chatops.card import Facts
from chatops.card_json import load_card
from chatops.cards.report_card import Figures, report_card
from chatops.ports import Tx
from chatops.report import Counts
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team, in_words
from tests.scenes import NOW


async def a_day(team: Team) -> None:
    """Three came, two of which were closed, one by each."""
    for who in ("Jo", "Kim", "Lee"):
        await team.wrote(who, "Where is it?")
    await team.ask("aoi", "close", "1 resolved")
    await team.ask("maya", "close", "2 duplicate")
    team.clock.now += timedelta(minutes=90)
    await team.desk.tick()


@pytest.mark.anyio
async def test_the_day_in_figures(team: Team) -> None:
    await a_day(team)
    said = await team.shown("maya", "care-report", "today")
    assert (
        said
        == """\
Customer care on Thu 1 Oct
New: 3
Closed: 2
Open now: 1
Snoozed now: 0
First response: none yet
Still waiting: 1, the oldest since Thu 1 Oct 15:30
Late: 1
Agent | Closes | Share
Maya Lind | 1 | ▇▇▇▇▇▇▇▇
伊藤 葵 | 1 | ▇▇▇▇▇▇▇▇
Channel | Closes | Share
X | 2 | ▇▇▇▇▇▇▇▇
Reason | Closes | Share
duplicate | 1 | ▇▇▇▇▇▇▇▇
resolved | 1 | ▇▇▇▇▇▇▇▇"""
    )


@pytest.mark.anyio
async def test_an_agent_sees_their_own_figures_alone(team: Team) -> None:
    await a_day(team)
    said = await team.shown("aoi", "report")
    assert "伊藤 葵 | 1" in said
    assert "Maya Lind | 1" not in said


async def posted(team: Team, who: str, line: str, room: str) -> str:
    """Ask for figures in a room; what is posted there."""
    told = await team.ask(who, "report", line, room=room)
    assert told == Done(text("posted-here"))
    now = team.clock.transport()

    def newest(tx: Tx) -> str:
        """What else is due there goes before it."""
        while (
            job := tx.take(room, now, tx.enrol("test", 60), updates=True, posts=True)
        ) is not None:
            tx.delivered(job, "1.0", job.wanted, now)
            if job.body is not None:
                return job.body
        raise AssertionError("nothing is posted")

    return in_words(load_card(await team.storage.work.transact(newest)))


@pytest.mark.anyio
async def test_in_a_team_s_room_nobody_is_named(team: Team) -> None:
    await a_day(team)
    assert "Agent" not in await posted(team, "maya", "today in room", "care-japan")
    assert "Agent" in await posted(team, "maya", "in room", "care-leads")


@pytest.mark.anyio
async def test_a_room_is_shown_its_own_queues_alone(team: Team) -> None:
    await a_day(team)
    assert "New: 0" in await posted(team, "maya", "in room", "care-second")


@pytest.mark.anyio
async def test_yesterday_is_a_day_too(team: Team) -> None:
    await a_day(team)
    team.clock.now += timedelta(days=1)
    said = await team.shown("maya", "report", "昨日", room=None)
    assert said.startswith("Customer care on Thu 1 Oct\nNew: 3\n")


@pytest.mark.anyio
async def test_without_a_queue_there_are_no_figures(team: Team) -> None:
    assert await team.ask("eve", "report") == Refusal(text("no-role"))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ([60, 180], text("report-median", median=timedelta(seconds=120), count=2)),
        (
            [60] * 10,
            text(
                "report-spread",
                median=timedelta(seconds=60),
                p90=timedelta(seconds=60),
                count=10,
            ),
        ),
    ],
)
def test_the_90th_percentile_needs_ten_values(seconds: list[int], said: object) -> None:
    counts = Counts(0, 0, 0, 0, seconds, 0, None, 0)
    card = report_card(Figures(NOW.date(), counts, (), {}, ()), (), None)
    (facts,) = card.blocks
    assert isinstance(facts, Facts)
    values = dict(facts.pairs)
    assert values[text("report-first-response")] == said
    assert values[text("report-waiting")] == text("number", count=0)


def test_repeated_canned_replies_are_shown_where_there_are_any() -> None:
    def labels(repeated: int) -> list[str]:
        counts = Counts(0, 0, 0, 0, [], 0, None, 0, repeated)
        (facts,) = report_card(Figures(NOW.date(), counts, (), {}, ()), (), None).blocks
        assert isinstance(facts, Facts)
        return [label.id for label, _ in facts.pairs]

    assert "report-repeated" in labels(3)
    assert "report-repeated" not in labels(0)
