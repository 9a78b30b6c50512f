"""Pictures of figures in Slack: uploaded first, then shown by one message, or said to be missing."""

import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from chart_scene import CHART, card, chart
from slack_world import APP, BEN, HOME, ROOM, World, words, world

from adapters._drawing.painter import Painter
from adapters.chat.slack.pictures import Pictures
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import JSON, Voices
from adapters.sandbox.slack import DOCUMENTED, Fault, Kind
from chatops.call import Answer
from chatops.card import Chart, Shape
from chatops.errors import Barred, InDoubt

pytestmark = pytest.mark.anyio

#: Draws nothing, as fast as a process starts: `UE5H` is what each picture holds.
CODE: Final = "import sys,json;print(json.dumps(['UE5H'] * len(json.load(sys.stdin))))"
QUICK: Final = Painter((sys.executable, "-S", "-c", CODE))
BLIND: Final = Painter((sys.executable, "-S", "-c", "raise SystemExit(1)"))

LINES: Final = chart(Shape.LINES)
FAILED: Final = "The picture could not be drawn or uploaded. The table has all its figures."


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, painter=QUICK) as one:
        yield one


def files(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["slack_file"]["id"] for block in blocks if block["type"] == "image"]


def methods(here: World) -> list[str]:
    """What was asked of Slack about files and messages, in order."""
    asked = (call.method for call in here.cloud.calls)
    return [method for method in asked if method.startswith(("files.", "chat."))]


async def test_pictures_are_there_before_the_one_message_that_shows_them(here: World) -> None:
    ts = await here.chat.post(HOME, card(CHART, LINES), None, "marker-1")
    message = here.cloud.state.message(ROOM, ts)
    assert message is not None
    ids = files(message.blocks)
    uploads = [here.cloud.state.uploads[id] for id in ids]
    assert [(one.name, one.content) for one in uploads] == [("report.png", b"PNG")] * 2
    assert message.blocks[0]["alt_text"] == (
        "New and closed by tag. New: 4 in all, at most 3 (b_1), Closed: 4 in all, at most 3 (b_1)"
    )
    assert methods(here) == [
        *["files.getUploadURLExternal"] * 2,
        "files.completeUploadExternal",
        *["files.info"] * 4,
        "chat.postMessage",
    ]
    (completed,) = [c for c in here.cloud.calls if c.method == "files.completeUploadExternal"]
    assert completed.args == {"files": [{"id": id} for id in ids]}


async def test_an_update_shows_its_pictures_too(here: World) -> None:
    ts = await here.chat.post(HOME, card(), None, "marker-1")
    await here.chat.update(HOME, ts, card(CHART))
    message = here.cloud.state.message(ROOM, ts)
    assert message is not None
    assert len(files(message.blocks)) == 1


def in_private(here: World) -> list[list[dict[str, Any]]]:
    """The blocks of what Ben was written in his direct messages."""
    return [
        message.blocks
        for channel, messages in here.cloud.state.messages.items()
        if channel.startswith("D")
        for message in messages.values()
        if not message.ephemeral_to
    ]


async def test_an_answer_with_pictures_is_in_the_askers_direct_messages(here: World) -> None:
    here.desk.outcomes["report"] = Answer(card(CHART))
    await here.cloud.hands.command(BEN, ROOM, "/care-report", "today")
    await here.until(lambda: here.private(BEN))
    (told,) = here.private(BEN)
    assert told["text"] == "The report with its pictures is in your direct messages with me."
    (blocks,) = in_private(here)
    assert len(files(blocks)) == 1


async def test_asked_in_direct_messages_the_answer_is_all_that_is_said(here: World) -> None:
    here.desk.outcomes["report"] = Answer(card(CHART))
    direct = here.cloud.state.room_of(BEN, APP.bot_user).id
    await here.cloud.hands.command(BEN, direct, "/care-report", "today")
    await here.until(lambda: in_private(here))
    assert here.private(BEN) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("files.getUploadURLExternal", Kind.LIMITED, retry_after=7),
        Fault("files.completeUploadExternal", Kind.BROKEN),
        Fault("files.info", Kind.ERROR, error="missing_scope"),
        Fault("chat.postMessage", Kind.ERROR, error="invalid_blocks"),
    ],
    ids=lambda fault: fault.method,
)
async def test_where_an_upload_fails_the_figures_come_without_and_say_so(
    here: World, fault: Fault
) -> None:
    here.cloud.fault(fault)
    ts = await here.chat.post(HOME, card(CHART), None, "marker-1")
    message = here.cloud.state.message(ROOM, ts)
    assert message is not None
    assert files(message.blocks) == []
    table, left = message.blocks
    assert table["type"] == "rich_text"
    assert left["elements"][0]["text"] == FAILED


async def test_where_nothing_can_be_drawn_the_asker_is_told_where_they_asked(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, painter=BLIND) as here:
        here.desk.outcomes["report"] = Answer(card(CHART))
        await here.cloud.hands.command(BEN, ROOM, "/care-report", "today")
        await here.until(lambda: here.private(BEN))
        (told,) = here.private(BEN)
        assert told["blocks"][-1]["elements"][0]["text"] == FAILED
        assert in_private(here) == []


async def test_where_direct_messages_fail_the_asker_is_told_where_they_asked(here: World) -> None:
    here.cloud.fault(Fault("chat.postMessage", Kind.BROKEN))
    here.desk.outcomes["report"] = Answer(card(CHART))
    await here.cloud.hands.command(BEN, ROOM, "/care-report", "today")
    await here.until(lambda: here.private(BEN))
    (told,) = here.private(BEN)
    assert told["blocks"][-1]["elements"][0]["text"] == FAILED


async def test_only_the_message_is_ever_in_doubt(here: World) -> None:
    here.cloud.fault(Fault("chat.postMessage", Kind.RESET_AFTER))
    with pytest.raises(InDoubt):
        await here.chat.post(HOME, card(CHART), None, "marker-1")
    assert methods(here).count("chat.postMessage") == 1


async def test_a_room_that_is_closed_to_us_is_not_tried_again_without_the_picture(
    here: World,
) -> None:
    here.cloud.fault(Fault("chat.postMessage", Kind.ERROR, error="is_archived"))
    with pytest.raises(Barred):
        await here.chat.post(HOME, card(CHART), None, "marker-1")
    assert methods(here).count("chat.postMessage") == 1


async def pictures(web: Web, folder: Path) -> Mapping[Chart, str]:
    """The files that a card's picture became."""
    web.open()
    try:
        voice = Voices(words(folder)).of("en", "Asia/Tokyo", {})
        return await Pictures(web, QUICK, pauses=(0, 0)).of(card(CHART), voice)
    finally:
        await web.close()


async def test_a_picture_that_is_never_ready_is_left_out(tmp_path: Path) -> None:
    async with world(tmp_path, limits=DOCUMENTED.with_value("file_ready", 9)) as here:
        web = Web(APP.bot_token, f"{here.cloud.state.base_url}/api/", None, None)
        assert await pictures(web, tmp_path) == {}
    assert methods(here).count("files.info") == 3


@pytest.mark.parametrize("silent", ["files.getUploadURLExternal", "files.info"])
async def test_a_picture_of_which_slack_tells_nothing_is_left_out(
    here: World, tmp_path: Path, silent: str
) -> None:
    class Terse(Web):
        async def read(self, method: str, **params: Any) -> JSON:
            answer = await super().read(method, **params)
            return {"ok": True} if method == silent else answer

    web = Terse(APP.bot_token, f"{here.cloud.state.base_url}/api/", None, None)
    assert await pictures(web, tmp_path) == {}
