"""Mode http: signed requests, and everything else refused before it is read."""

import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_world import APP, BEN, ROOM, World, reply_form, world

from adapters.chat.slack.link import body_of
from adapters.chat.slack.settings import Mode
from chatops.card import Button
from chatops.text import text

pytestmark = pytest.mark.anyio

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, Mode.HTTP) as one:
        yield one


def signature(body: bytes, at: float, secret: str = APP.signing_secret) -> dict[str, str]:
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


async def send(here: World, body: bytes, headers: dict[str, str], kind: str = FORM) -> int:
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            str(here.url), data=io.BytesIO(body), headers={"Content-Type": kind, **headers}
        ) as answer,
    ):
        return answer.status


def command(**more: Any) -> bytes:
    given = {
        "command": "/care",
        "text": "list",
        "team_id": "T1",
        "user_id": BEN,
        "channel_id": ROOM,
        "trigger_id": "1.2.3",
        "response_url": "http://127.0.0.1:9/none",
        **more,
    }
    return urlencode(given).encode()


async def test_signed_press_is_done_and_a_form_opens(here: World) -> None:
    ts = await here.card(
        buttons=(Button("claim", text("t-claim")), Button("reply", text("t-send")))
    )
    here.desk.outcomes["reply"] = reply_form()
    done = await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    assert done["acked"] is True
    assert [call.command for call in here.desk.calls] == ["claim", "reply"]
    assert here.view(BEN).content["callback_id"] == "form"


async def test_address_is_verified_by_its_challenge(here: World) -> None:
    await here.cloud.delivery.verify()


async def test_words_in_a_thread_come_as_signed_events(here: World) -> None:
    ts = await here.card()
    await here.cloud.hands.say(BEN, ROOM, "asked the warehouse", ts)
    await here.until(lambda: here.desk.calls)
    assert here.desk.calls[0].line == "asked the warehouse"


async def test_right_signature_is_taken(here: World) -> None:
    body = command()
    assert await send(here, body, signature(body, time.time())) == 200
    assert [call.command for call in here.desk.calls] == ["list"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signature(command(), time.time(), "another secret"),
        signature(command(text="close 42"), time.time()),
        signature(command(), time.time() - 301),
        signature(command(), time.time() + 86400),
        {**signature(command(), time.time()), "X-Slack-Request-Timestamp": "now"},
        {**signature(command(), time.time()), "X-Slack-Request-Timestamp": "9" * 400},
        {**signature(command(), time.time()), "X-Slack-Signature": "v0=\u00e9"},
    ],
    ids=["none", "secret", "body", "stale", "early", "time", "huge", "letters"],
)
async def test_signature_that_does_not_hold_is_refused(
    here: World, headers: dict[str, str]
) -> None:
    assert await send(here, command(), headers) == 401
    assert here.desk.calls == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"<xml/>", "text/xml", 415),
        (b"{", "application/json", 400),
        (b"\xff\xfe", FORM, 400),
        (b"payload={", FORM, 400),
        (b"payload=[]", FORM, 400),
        (b"payload=%7B%22a%22%3A%22%FF%22%7D", FORM, 400),
        (b"[]", "application/json", 400),
        (b"x" * (2**20 + 1), FORM, 413),
    ],
)
async def test_unfit_body_is_a_plain_refusal(
    here: World, body: bytes, kind: str, status: int
) -> None:
    assert await send(here, body, signature(body, time.time()), kind) == status
    assert here.desk.calls == []


@given(
    st.dictionaries(st.text(), st.text() | st.integers(-9, 9)), st.sampled_from([quote, quote_plus])
)
def test_payload_of_any_words_is_read_as_it_was_sent(
    payload: dict[str, Any], encode: Callable[[str], str]
) -> None:
    for ascii_only in (True, False):
        sent = encode(json.dumps(payload, ensure_ascii=ascii_only))
        assert body_of(f"payload={sent}".encode(), FORM) == payload


def test_form_of_several_fields_is_read_as_it_was_sent() -> None:
    form = {"payload": "{}", "text": "返信 42 = 100 % & more", "empty": ""}
    assert body_of(urlencode(form).encode(), FORM) == form


async def test_repeated_event_has_the_same_key(here: World) -> None:
    ts = await here.card()
    event = {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event": {
            "type": "message",
            "channel": ROOM,
            "user": BEN,
            "text": "once",
            "ts": "1790000000.000100",
            "thread_ts": ts,
        },
    }
    body = json.dumps(event).encode()
    for number in ("0", "1"):
        headers = {**signature(body, time.time()), "X-Slack-Retry-Num": number}
        assert await send(here, body, headers, "application/json") == 200
    first, again = here.desk.calls
    assert first.key == again.key == "slack:Ev1"


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed", "message": {"text": "edited"}},
        {"subtype": "message_deleted"},
        {"bot_id": "B9"},
        {"user": "UBOT", "bot_id": "B1"},
        {"text": "  "},
        {"thread_ts": None},
    ],
)
async def test_edits_deletions_and_what_apps_write_are_no_notes(
    here: World, more: dict[str, Any]
) -> None:
    event = {
        "type": "message",
        "channel": ROOM,
        "user": BEN,
        "text": "once",
        "ts": "1790000000.000100",
        "thread_ts": await here.card(),
        **more,
    }
    body = json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
    ).encode()
    assert await send(here, body, signature(body, time.time()), "application/json") == 200
    assert here.desk.calls == []


async def test_event_that_we_subscribed_to_nowhere_is_acknowledged(here: World) -> None:
    event = {"type": "reaction_added", "user": BEN}
    body = json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
    ).encode()
    assert await send(here, body, signature(body, time.time()), "application/json") == 200
