"""who."""

from dataclasses import replace

import pytest

from chatops.calendar import Calendar, Window
from chatops.call import Answer, Origin, Outcome
from chatops.policy import Role
from chatops.scene import Agent
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import PEOPLE, Team, in_words
from tests.scenes import POLICY, TOKYO, digest_plan


@pytest.mark.anyio
async def test_it_shows_who_is_on_and_what_they_hold(team: Team) -> None:
    for name in ("Jo", "Kim", "Lee"):
        await team.wrote(name, "Hello")
    await team.ask("aoi", "on")
    await team.ask("aoi", "claim", "1")
    await team.ask("aoi", "snooze", "1 1h")
    await team.ask("aoi", "claim", "2")
    assert await team.shown("ken", "who") == (
        "Who is on\n"
        "japan: 1 on shift\n"
        "伊藤 葵: 1 open, 1 snoozed\n"
        "Nobody’s: 1 unclaimed\n"
        "Off shift: Maya Lind"
    )


@pytest.mark.anyio
async def test_who_is_off_with_tickets_in_hand_is_seen(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    await team.ask("aoi", "claim", "1")
    said = await team.shown("ken", "勤務状況")
    assert "伊藤 葵: off shift, still holds 1 open, 0 snoozed" in said


@pytest.mark.anyio
async def test_nobody_needs_to_be_off(team: Team) -> None:
    await team.ask("aoi", "on")
    await team.ask("maya", "on")
    said = await team.shown("ken", "who")
    assert said.startswith("Who is on\njapan: 2 on shift\n伊藤 葵: 0 open, 0 snoozed\nMaya Lind:")
    assert "Off shift" not in said


@pytest.mark.anyio
async def test_it_shows_every_queue_of_mine_and_no_other(team: Team) -> None:
    lines = (await team.shown("maya", "who")).splitlines()
    assert [line for line in lines if line.endswith("on shift")] == [
        "japan: 0 on shift",
        "global: 0 on shift",
    ]
    assert "Off shift: Maya Lind, Gus" in lines
    assert "global" not in await team.shown("aoi", "who")
    assert await team.ask("eve", "who") == Refusal(text("no-role"))


async def on_timer(team: Team, command: str, line: str, room: str) -> Outcome:
    """Let the timer ask, as chatops.schedule does."""
    timer = Agent(0, "timer", "timer", None, dict.fromkeys(POLICY.queues, Role.ADMIN))
    plan = digest_plan(run=f"{command} {line}", calendar=TOKYO, room=room)
    made = team.desk.call(key=f"{line} {room}", command=command, agent=timer, origin=Origin.TIMER)
    return await team.desk.handle(replace(made, line=line, chat="slack", plan=plan, room=room))


@pytest.mark.anyio
async def test_a_team_s_own_room_reads_on_a_timer_who_is_on_and_not_what_each_holds(
    team: Team,
) -> None:
    await team.wrote("Jo", "Hello")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "claim", "1")
    await team.ask("maya", "on")
    made = await on_timer(team, "who", "", "care-japan")
    assert isinstance(made, Answer)
    assert in_words(made.card) == (
        "Who is on\n"
        "japan: 1 on shift\n"
        "Maya Lind: on shift\n"
        "伊藤 葵: off shift, still holds tickets\n"
        "Nobody’s: 1 unclaimed"
    )
    for_leads = await on_timer(team, "who", "", "care-leads")
    assert isinstance(for_leads, Answer)
    lines = in_words(for_leads.card).splitlines()
    assert "伊藤 葵: off shift, still holds 1 open, 0 snoozed" in lines
    assert "global: 1 on shift" in lines


@pytest.mark.anyio
async def test_a_list_on_a_timer_is_of_its_room_s_queues_and_of_no_colleague(team: Team) -> None:
    for who in ("Jo", "Kim", "Lou"):
        await team.wrote(who, "Hello")
    await team.ask("aoi", "claim", "1")
    await team.ask("maya", "move", "3 global")
    for line, room, title in (
        ("unclaimed", "care-japan", "Unclaimed tickets: 1"),
        ("unclaimed", "care-leads", "Unclaimed tickets: 2"),
        ("aoi", "care-leads", "Open and snoozed tickets: 1 (伊藤 葵)"),
    ):
        made = await on_timer(team, "list", line, room)
        assert isinstance(made, Answer)
        assert in_words(made.card).splitlines()[0] == title
    refused = Refusal(text("report-no-names"), field="of")
    assert await on_timer(team, "list", "aoi", "care-japan") == refused


def shifts(opens: int, closes: int) -> Calendar:
    """Weekdays in Tokyo, from hour to hour."""
    window = (Window(opens * 60, closes * 60),)
    return Calendar("shifts", "Asia/Tokyo", dict.fromkeys(range(5), window))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("hours", "on", "said"),
    [
        (shifts(9, 18), True, "伊藤 葵: 0 open, 0 snoozed, until Thu 1 Oct 18:00"),
        (shifts(17, 20), True, "伊藤 葵: 0 open, 0 snoozed"),
        (shifts(17, 20), False, "Off shift: 伊藤 葵, on again Thu 1 Oct 17:00, Maya Lind"),
        (shifts(9, 18), False, "Off shift: 伊藤 葵, on again Fri 2 Oct 9:00, Maya Lind"),
        (replace(shifts(9, 18), week={}), False, "Off shift: 伊藤 葵, Maya Lind"),
    ],
)
async def test_shifts_say_when_that_changes(
    team: Team, hours: Calendar, on: bool, said: str
) -> None:
    people = {**PEOPLE, "aoi": replace(PEOPLE["aoi"], shifts=hours)}
    team.desk.policy = replace(team.desk.policy, people=people)
    if on:
        await team.ask("aoi", "on")
    assert said in (await team.shown("ken", "who")).splitlines()
