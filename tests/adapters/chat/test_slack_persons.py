"""What is for one person: files, posts in their direct messages, and who is nobody of ours yet."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_world import (
    AOI,
    BEN,
    BOT,
    GUEST,
    LOST,
    ROLES,
    ROOM,
    STRANGER,
    World,
    a_card,
    said,
    world,
)

from adapters.chat.slack.files import in_lines, upload
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import Voices
from adapters.sandbox.slack import Fault, Kind
from chatops import policy
from chatops.call import Answer, Call, Done, Origin, Outcome
from chatops.card import Button, Card, Facts, File, Form, Paragraph, Quote, Table, TextBox
from chatops.errors import Barred, Rejected, TryLater, Unreached
from chatops.scene import Agent
from chatops.text import LOCALE, Words, text
from chatops.ticket import Refusal

pytestmark = pytest.mark.anyio

FILE = File("ticket-42.txt", (text("t-claim"), "二行の\n返金"), "Asia/Tokyo")
TO_BEN = policy.Room("person:2", "slack", BEN, "en", "Asia/Tokyo")
MARKER = "0b8e7f1e-7d3c-4f57-9c53-6f1c3a9e2d10"
#: A long time: the stand-in's messages are as old as the test, which comes when its turn comes.
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=36_500)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        yield one


def dm(here: World, user: str = BEN) -> str:
    return here.cloud.state.room_of(user, BOT).id


# --- files


async def test_file_is_in_the_persons_direct_messages_with_the_cards_words(here: World) -> None:
    await here.chat.send_file(BEN, FILE, a_card("the whole of #42 & more"))
    (message,) = here.cloud.state.in_room(dm(here))
    assert message.text == "the whole of #42 &amp; more"
    (file,) = message.files
    upload = here.cloud.state.uploads[file["id"]]
    assert upload.name == "ticket-42.txt"
    assert upload.content == "\ufeffClaim\r\n二行の\r\n返金\r\n".encode()
    assert list(here.cloud.state.in_room(ROOM)) == []


async def test_answer_with_a_file_is_given_and_the_asker_is_told_where(here: World) -> None:
    here.desk.outcomes["transcript"] = Answer(a_card("the whole of #42"), file=FILE)
    await here.cloud.hands.command(BEN, ROOM, "/care", "transcript 42")
    assert [one["text"] for one in here.private(BEN)] == [
        "“ticket-42.txt” is in your direct messages with me."
    ]
    assert here.direct(BEN) == ["the whole of #42"]


async def test_file_that_cannot_be_given_is_said(here: World) -> None:
    here.desk.outcomes["transcript"] = Answer(a_card(), file=FILE)
    here.cloud.fault(Fault("files.completeUploadExternal", Kind.BROKEN))
    await here.cloud.hands.command(BEN, ROOM, "/care", "transcript 42")
    assert [one["text"] for one in here.private(BEN)] == [
        "The file could not be given to you. Please try again in a minute."
    ]


async def test_each_way_in_which_a_file_fails_has_its_error(here: World) -> None:
    for fault, error in (
        (Fault("files.getUploadURLExternal", Kind.LIMITED, retry_after=7), TryLater),
        (Fault("files.completeUploadExternal", Kind.TIMEOUT_AFTER), Unreached),
        (Fault("files.getUploadURLExternal", Kind.ERROR, error="missing_scope"), Barred),
    ):
        here.cloud.fault(fault)
        with pytest.raises(error):
            await here.chat.send_file(BEN, FILE, a_card())
    with pytest.raises(Rejected, match="user_not_found"):
        await here.chat.send_file("UNOBODY", FILE, a_card())


async def test_upload_that_fails_is_not_shared(here: World) -> None:
    here.cloud.state.uploads = Forgetful()
    with pytest.raises(Rejected, match="http_404"):
        await here.chat.send_file(BEN, FILE, a_card())
    assert here.outcomes("files.completeUploadExternal") == []


async def test_upload_that_reaches_nobody_may_be_tried_again(here: World) -> None:
    async with aiohttp.ClientSession() as session:
        web = Web("xoxb", "http://127.0.0.1:9/api/", None, None)
        web.client.session = session
        with pytest.raises(Unreached):
            await upload(web, "http://127.0.0.1:9/upload", b"words")


class Forgetful(dict[str, Any]):
    """Keeps nothing: what was announced is not there when it comes."""

    def __setitem__(self, key: str, value: object) -> None:
        pass


def test_card_beside_a_file_is_lines_of_mrkdwn() -> None:
    voice = Voices(Words(LOCALE)).of("en", "Asia/Tokyo", {})
    label, value = text("words", words="Who"), text("words", words="a <b>")
    card = Card(
        push=value,
        title=text("words", words="Head"),
        blocks=(
            Paragraph(value),
            Quote("one\n<two>"),
            Facts(((label, value),)),
            Table((label, label), ((label, value),)),
        ),
    )
    assert in_lines(card, voice).split("\n") == [
        "Head",
        "a &lt;b&gt;",
        ">one",
        ">&lt;two&gt;",
        "*Who:* a &lt;b&gt;",
        "Who · a &lt;b&gt;",
    ]
    long = Card(push=value, blocks=(Quote("x" * 4_000),))
    assert in_lines(long, voice) == "a &lt;b&gt;"


# --- posts


async def test_room_that_is_a_person_is_their_direct_messages(here: World) -> None:
    ts = await here.chat.post(TO_BEN, a_card("you still hold two"), None, MARKER)
    await here.chat.post(TO_BEN, a_card("in a thread"), ts, "other")
    assert here.direct(BEN) == ["you still hold two", "in a thread"]
    assert await here.chat.find(TO_BEN, None, MARKER, SINCE, UNTIL) == ts
    assert await here.chat.find(TO_BEN, None, "nowhere", SINCE, UNTIL) is None
    await here.chat.update(TO_BEN, ts, a_card("you hold one"))
    assert here.direct(BEN)[0] == "you hold one"
    assert await here.chat.url(TO_BEN, ts) == (
        f"https://aozora.slack.com/archives/{dm(here)}/p{ts.replace('.', '')}"
    )
    assert here.outcomes("conversations.open") == ["ok"]


async def test_button_in_a_direct_message_is_answered_there(here: World) -> None:
    here.desk.outcomes["claim"] = Refusal(said("Aoi has it"))
    card = a_card(buttons=(Button("claim", text("t-claim")),), ticket=42)
    ts = await here.chat.post(TO_BEN, card, None, MARKER)
    await here.cloud.hands.press(BEN, "do:claim", channel=dm(here), ts=ts)
    assert [one["text"] for one in here.private(BEN)] == ["Aoi has it"]


async def test_person_whose_messages_cannot_be_opened_hinders_no_other(here: World) -> None:
    here.cloud.fault(Fault("conversations.open", Kind.LIMITED, retry_after=3))
    with pytest.raises(TryLater):
        await here.chat.post(TO_BEN, a_card(), None, MARKER)
    await here.chat.post(TO_BEN, a_card(), None, MARKER)
    assert here.outcomes("conversations.open")[-1] == "ok"


# --- forms of no ticket


def search(words: str = "") -> Form:
    box = TextBox("words", text("t-text"), initial=words, live=True)
    return Form("search", None, text("t-form"), text("t-send"), (box,))


async def test_form_of_no_ticket_is_made_anew_refused_and_answered(here: World) -> None:
    async def find(call: Call) -> Outcome:
        typed = call.fields.get("words", "")
        if call.origin is not Origin.FORM:
            return search()
        if len(typed) < 2:
            return Refusal(said("write two letters"), field="words")
        return search("again?") if typed == "what" else Answer(a_card("one ticket"))

    async def anew(call: Call) -> Form | Refusal:
        return search(call.fields.get("words", ""))

    here.desk.outcomes["search"], here.desk.forms = find, anew
    await here.cloud.hands.command(BEN, ROOM, "/care", "search")
    view = here.view(BEN)
    await here.cloud.hands.type(BEN, view.id, "words:0", "words", "a")
    assert (here.desk.made[-1].command, here.desk.made[-1].ticket) == ("search", None)
    short = await here.cloud.modals.submit(BEN, view.id)
    assert short["errors"] == {"words:0": "write two letters"}
    again = await here.cloud.modals.submit(BEN, view.id, {"words:0": {"words": "what"}})
    assert again["response_action"] == "update"
    done = await here.cloud.modals.submit(BEN, view.id, {"words:0": {"words": "refund"}})
    assert done["response_action"] == "clear"
    assert [one["text"] for one in here.private(BEN)] == ["one ticket"]
    assert {call.identity for call in here.desk.calls} == {BEN}


# --- who is nobody yet


async def test_stranger_may_identify_and_is_known_from_then_on(here: World) -> None:
    async def spent(call: Call) -> Outcome:
        here.desk.strangers[LOST] = Agent(2, "ben", "Ben", None, ROLES)
        return Done(said(f"you are Ben, {call.line}"))

    here.desk.outcomes["identify"] = spent
    await here.cloud.hands.command(LOST, ROOM, "/care", "list")
    await here.cloud.hands.command(LOST, ROOM, "/care", "identify 7F3K-92QD")
    (call,) = here.desk.calls
    assert (call.agent.id, dict(call.agent.roles), call.identity) == (0, {}, LOST)
    await here.cloud.hands.command(LOST, ROOM, "/care", "list")
    assert (here.desk.calls[-1].command, here.desk.calls[-1].agent.id) == ("list", 2)
    assert [one["text"][:13] for one in here.private(LOST)] == ["I do not know", "you are Ben, "]


async def test_identity_that_moves_is_looked_up_anew(here: World) -> None:
    await here.cloud.hands.command(BEN, ROOM, "/care", "list")
    await here.cloud.hands.command(BEN, ROOM, "/care", "identify 7F3K-92QD")
    await here.cloud.hands.command(BEN, ROOM, "/care", "list")
    assert here.desk.asked.count(BEN) == 2


async def test_guests_and_people_of_other_workspaces_may_not_even_identify(here: World) -> None:
    here.desk.person = nobody  # type: ignore[method-assign]
    for who, why in ((GUEST, "Guests"), (STRANGER, "People of other")):
        await here.cloud.hands.command(who, ROOM, "/care", "identify 7F3K-92QD")
        assert here.private(who)[-1]["text"].startswith(why)
    here.cloud.fault(Fault("users.info", Kind.BROKEN))
    await here.cloud.hands.command(AOI, ROOM, "/care", "identify 7F3K-92QD")
    assert here.private(AOI)[-1]["text"].startswith("I cannot find out")
    assert here.desk.calls == []


async def nobody(_chat: str, _id: str) -> None:
    return None
