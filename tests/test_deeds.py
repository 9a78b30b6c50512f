"""What the network is asked to do with messages: hidden by one person, deleted by two, and told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from care import Hours, refused
from town import Town, shows, town_around

from adapters.sandbox.faults import Fault
from chatops.event import Deed, DeedDone, DeedDropped, DeedFailed, DeedProposed, DeedRequested

pytestmark = [pytest.mark.anyio, pytest.mark.databases]


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Town]:
    async with town_around(tmp_path, empty_database, hours) as one:
        yield one


async def asked(town: Town, text: str = "You are thieves!") -> tuple[int, str]:
    """A customer has written on Chirp; the ticket and the post's id."""
    mia = town.chirp.hands.person("mia")
    post = town.chirp.hands.write(mia, text)
    await town.quiet()
    return int(town.sql("SELECT max(id) FROM ticket")[0][0]), post.id


async def message(town: Town, ticket: int) -> int:
    return (await town.record(ticket)).lines[0].id


async def test_a_hidden_message_is_hidden_on_the_network_and_shown_again(town: Town) -> None:
    ticket, post = await asked(town)
    line = await message(town, ticket)
    await town.did("ben", "hide", ticket)
    await town.quiet()
    assert town.chirp.timeline.posts[post].hidden
    assert (await town.record(ticket)).lines[0].hidden
    await town.did("ben", "unhide", ticket)
    await town.quiet()
    assert not town.chirp.timeline.posts[post].hidden
    ben = town.agents["ben"].id
    assert [
        event for event in await town.log(ticket) if type(event).__name__.startswith("Deed")
    ] == [
        DeedRequested(line, Deed.HIDE, ben),
        DeedDone(line, Deed.HIDE),
        DeedRequested(line, Deed.UNHIDE, ben),
        DeedDone(line, Deed.UNHIDE),
    ]


async def test_deleting_asks_a_second_person(town: Town) -> None:
    ticket, post = await asked(town)
    line = await message(town, ticket)
    await town.did("ben", "delete", ticket)
    await town.quiet()
    assert town.chirp.timeline.visible(post) is not None
    assert refused(await town.does("ben", "confirm", ticket)) == "deed-needs-another"
    assert "Delete it" in shows((await town.thread(ticket))[-1])
    await town.did("aoi", "confirm", ticket, fields={"message": str(line)})
    await town.quiet()
    assert town.chirp.timeline.visible(post) is None
    assert (await town.record(ticket)).lines[0].deleted
    assert "You are thieves!" not in shows(await town.card(ticket))


async def test_proposal_is_announced_once_in_the_room_and_quotes_nobody(town: Town) -> None:
    ticket, _ = await asked(town)
    before = len(town.seen("care-global"))
    await town.did("ben", "delete", ticket)
    await town.quiet()
    (announced,) = town.seen("care-global")[before:]
    card = await town.card(ticket)
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}" in shows(announced)
    assert "second person" in shows(announced)
    assert "thieves" not in shows(announced)
    await town.did("aoi", "confirm", ticket)
    await town.quiet()
    assert len(town.seen("care-global")) == before + 1


async def test_a_message_may_be_kept(town: Town) -> None:
    ticket, post = await asked(town)
    line = await message(town, ticket)
    await town.did("ben", "delete", ticket)
    await town.did("aoi", "keep", ticket)
    await town.quiet()
    assert town.chirp.timeline.visible(post) is not None
    ben, aoi = town.agents["ben"].id, town.agents["aoi"].id
    assert [
        event for event in await town.log(ticket) if type(event).__name__.startswith("Deed")
    ] == [
        DeedProposed(line, Deed.DELETE, ben),
        DeedDropped(line, Deed.DELETE, aoi),
    ]
    assert refused(await town.does("aoi", "confirm", ticket)) == "deed-not-proposed"


async def test_a_limited_or_broken_network_is_asked_again(town: Town) -> None:
    ticket, post = await asked(town)
    town.chirp.hands.fault(Fault("429", "PUT", retry_after=20))
    town.chirp.hands.fault(Fault("500", "PUT"))
    await town.did("ben", "hide", ticket)
    await town.quiet()
    assert town.chirp.timeline.posts[post].hidden


async def test_a_refusal_is_told_in_the_thread(town: Town) -> None:
    ticket, post = await asked(town)
    town.chirp.timeline.delete(post)  # and its webhook has not come yet
    await town.did("ben", "hide", ticket)
    await town.quiet()
    assert (await town.log(ticket))[-1] == DeedFailed(
        await message(town, ticket), Deed.HIDE, "no-such-post"
    )


async def test_where_nothing_can_be_hidden_that_is_said(town: Town) -> None:
    ticket, _ = await asked(town)
    assert refused(await town.does("ben", "unhide", ticket)) == "nothing-to-unhide"
    await town.did("ben", "hide", ticket)
    await town.quiet()
    assert refused(await town.does("ben", "hide", ticket)) == "nothing-to-hide"
