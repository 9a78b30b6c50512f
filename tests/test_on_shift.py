"""Shifts in app.yaml put people on and off once a boundary, and tell at the end what they hold."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from care import PEOPLE, POLICY, SLACK_IDS, Care, Hours, cared_for
from town import Town, shows, town_around

from chatops.act import Act, Marks
from chatops.calendar import Calendar, Window
from chatops.call import Done
from chatops.card import Card, Paragraph
from chatops.follow import tell
from chatops.ports import Tx
from chatops.text import Summons, text
from chatops.timer import Timer

pytestmark = pytest.mark.anyio

#: Tests begin on a Monday, at noon in Tokyo.
NINE_TO_SIX: Final = Calendar(
    "ben", "Asia/Tokyo", dict.fromkeys(range(5), (Window(540, 720), Window(780, 1080)))
)
WITH_SHIFTS: Final = replace(
    POLICY, people={**PEOPLE, "ben": replace(PEOPLE["ben"], shifts=NINE_TO_SIX)}
)


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, WITH_SHIFTS) as one:
        yield one


async def is_on(care: Care, name: str) -> bool:
    return next(a.on for a in await care.storage.reader.agents() if a.name == name)


async def test_the_shift_puts_somebody_on_and_its_end_off(care: Care) -> None:
    assert not await is_on(care, "ben")
    await care.timer.change_shifts()
    assert await is_on(care, "ben")
    assert not await is_on(care, "aoi")  # has no shifts, and says on and off by hand
    care.hours.jump(timedelta(hours=6))
    await care.timer.change_shifts()
    assert not await is_on(care, "ben")


async def test_what_is_said_by_hand_holds_until_the_next_boundary(care: Care) -> None:
    await care.timer.change_shifts()
    await care.did("ben", "off")
    await care.timer.change_shifts()
    assert not await is_on(care, "ben")
    care.hours.jump(timedelta(hours=6))
    await care.timer.change_shifts()
    await care.did("ben", "on")  # overtime
    await care.timer.change_shifts()
    assert await is_on(care, "ben")
    care.hours.jump(timedelta(hours=15))  # Tuesday morning
    await care.timer.change_shifts()
    assert await is_on(care, "ben")


async def test_a_boundary_is_acted_upon_once_by_all_processes(care: Care) -> None:
    await care.timer.change_shifts()
    await care.did("ben", "off")
    await Timer(care.desk, care.storage.reader).change_shifts()  # another process's, or a restart's
    assert not await is_on(care, "ben")


async def test_who_goes_off_without_tickets_is_told_nothing(care: Care) -> None:
    await care.timer.change_shifts()
    care.hours.jump(timedelta(hours=6))
    await care.timer.change_shifts()
    assert care.due("published") == []


async def test_off_by_hand_says_what_is_still_held(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    await care.did("ben", "on")
    held = text("now-off-holding", count=1, prefix=Summons("care"))
    assert await care.does("ben", "off") == Done(held)


async def test_the_end_of_a_shift_shows_what_is_still_held(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    async with town_around(tmp_path, empty_database, hours, WITH_SHIFTS) as town:
        await _ends_a_shift(town)


async def _ends_a_shift(town: Town) -> None:
    await town.timer.change_shifts()
    ticket = await town.opens(text="Where is my tent?")
    await town.did("ben", "claim", ticket)
    town.hours.jump(timedelta(hours=6))
    await town.timer.change_shifts()
    await town.quiet()
    (said,) = town.messages_to("ben")
    words = shows(said)
    assert "Your shift has ended: you still hold one ticket" in words
    assert f"#{ticket} Mia: open" in words
    assert "Where is my tent?" not in words  # a phone's screen is seen by others
    assert "Hand over…" in words


async def test_who_has_left_is_told_nothing(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    async with town_around(tmp_path, empty_database, hours, WITH_SHIFTS) as town:
        people = {name: one for name, one in PEOPLE.items() if name != "ben"}
        await town.desk.adopt(replace(POLICY, people=people))
        said = text("words", words="You still hold one ticket")
        card, ben = Card(push=said, blocks=(Paragraph(said),)), town.agents["ben"].id
        act = Act(now=hours.business(), due=hours.transport(), marks=Marks())
        await town.storage.work.transact(lambda tx: tell(tx, ben, card, act))
        await town.quiet()
        assert town.due("published") == [("published", f"person:{ben}", "withdrawn")]
        assert town.messages_to("ben") == []


async def test_who_is_known_by_a_code_alone_is_told_in_that_chat(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    ben = replace(PEOPLE["ben"], identities={})
    policy = replace(WITH_SHIFTS, people={**PEOPLE, "ben": ben})
    async with town_around(tmp_path, empty_database, hours, policy) as town:
        id, now = town.agents["ben"].id, hours.business()

        def identify(tx: Tx) -> int | None:
            tx.keep_code("digest", id, now + timedelta(minutes=10))
            return tx.spend_code("digest", "slack", SLACK_IDS["ben"], now)

        assert await town.storage.work.transact(identify) == id
        said = text("words", words="You still hold one ticket")
        card = Card(push=said, blocks=(Paragraph(said),))
        act = Act(now=now, due=hours.transport(), marks=Marks())
        await town.storage.work.transact(lambda tx: tell(tx, id, card, act))
        await town.quiet()
        assert [shows(each) for each in town.messages_to("ben")] == ["You still hold one ticket"]
