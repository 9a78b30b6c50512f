"""How payloads reach the app: sockets, signed requests, repeats; and calls that go wrong."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sandbox import (
    APP,
    BEN,
    NOW,
    ROOM,
    WORKSPACE,
    Slack,
    outcome,
    slack_at,
)
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.sandbox.loopback import serving
from adapters.sandbox.slack import Fault, Kind
from adapters.sandbox.slack.refusal import Refused

pytestmark = pytest.mark.anyio


async def test_hello_counts_the_connections(slack: Slack) -> None:
    first, second = await slack.connect(), await slack.connect()
    assert [first.hello["num_connections"], second.hello["num_connections"]] == [1, 2]
    assert first.hello["connection_info"] == {"app_id": APP.id}


async def test_any_connection_gets_a_payload_and_only_one(slack: Slack) -> None:
    wires = [await slack.connect() for _ in range(3)]
    for _ in range(40):
        await slack.cloud.hands.command(BEN, ROOM, "/care", "list")
    counts = [len(wire.got) for wire in wires]
    assert sum(counts) == 40
    assert all(counts)


async def test_what_a_dead_process_held_comes_to_another_connection(slack: Slack) -> None:
    dying = await slack.connect(mute=True)
    await slack.cloud.hands.say(BEN, ROOM, "hello")
    await dying.until(1)
    other = await slack.connect()
    await dying.ws.close()
    (again,) = await other.until(1)
    assert again["payload"]["event_id"] == dying.got[0]["payload"]["event_id"]
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "connection_failed")


async def test_an_event_that_no_socket_took_comes_as_a_repeat(slack: Slack) -> None:
    await slack.cloud.hands.say(BEN, ROOM, "anyone there?")
    await slack.clock.turn(1)
    wire = await slack.connect()
    await slack.clock.turn(60)
    (envelope,) = await wire.until(1)
    assert envelope["payload"]["event"]["text"] == "anyone there?"
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (2, "http_error")
    assert envelope["accepts_response_payload"] is False


async def test_repeats_come_at_once_after_a_minute_and_after_five(slack: Slack) -> None:
    wire = await slack.connect(mute=True)
    await slack.cloud.hands.say(BEN, ROOM, "hello")
    await wire.until(1)
    await slack.clock.turn(1000)
    await wire.until(4)
    waited = [one.at - NOW for one in slack.cloud.delivered]
    assert waited == [0, 3, 66, 369]
    assert [one["retry_attempt"] for one in wire.got] == [0, 1, 2, 3]
    assert {one["payload"]["event_id"] for one in wire.got} == {wire.got[0]["payload"]["event_id"]}


async def test_an_acknowledged_event_is_not_repeated(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.hands.say(BEN, ROOM, "hello")
    await delivered(slack, 1)
    await slack.clock.turn(1000)
    assert len(wire.got) == 1


async def test_refresh_asks_for_a_new_connection(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.sockets.refresh()
    (goodbye,) = await wire.until(1)
    assert goodbye == {"type": "disconnect", "reason": "refresh_requested"}


@pytest.mark.parametrize("how", ["refresh", "drop"])
async def test_the_vendors_client_comes_back_by_itself(slack: Slack, how: str) -> None:
    app = AsyncWebClient(token=APP.app_token, base_url=f"{slack.base}/api/")
    client = SocketModeClient(app_token=APP.app_token, web_client=app, ping_interval=0.1)
    heard: list[SocketModeRequest] = []

    async def take(own: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        await own.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    client.socket_mode_request_listeners.append(take)
    await client.connect()
    async with asyncio.timeout(10):
        await slack.cloud.sockets.connected()
        if how == "refresh":
            await slack.cloud.sockets.refresh()
        else:
            slack.cloud.sockets.drop()
        done = {"acked": False}
        while not done["acked"]:
            await slack.cloud.sockets.connected()
            done = await slack.cloud.hands.command(BEN, ROOM, "/care", "list")
    assert heard[-1].payload["text"] == "list"
    await client.close()


async def test_a_payload_may_come_twice(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.hands.say(BEN, ROOM, "once")
    await delivered(slack, 1)
    await slack.cloud.delivery.repeat(slack.cloud.delivered[0])
    first, second = await wire.until(2)
    assert first["payload"] == second["payload"]
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "http_timeout")


async def test_a_press_fails_when_its_connection_is_cut(slack: Slack) -> None:
    wire = await slack.connect(mute=True)
    commanding = asyncio.ensure_future(slack.cloud.hands.command(BEN, ROOM, "/care"))
    await wire.until(1)
    slack.cloud.sockets.drop()
    assert (await commanding)["error"] == "connection_failed"


async def test_a_command_without_any_connection_tells_the_person(slack: Slack) -> None:
    done = await slack.cloud.hands.command(BEN, ROOM, "/care")
    assert (done["acked"], done["error"]) == (False, "dispatch_failed")
    (notice,) = slack.cloud.state.notices
    assert (notice.user, notice.text) == (BEN, '/care failed with the error "dispatch_failed"')


@dataclasses.dataclass
class Listener:
    """An app's own HTTP server, which checks every signature with the vendor's verifier."""

    bodies: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    retries: list[tuple[str | None, str | None]] = dataclasses.field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    reply: dict[str, Any] | None = None
    #: While it is there and not set, nothing is answered.
    mute: asyncio.Event | None = None
    reached: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.text()
        headers = dict(request.headers)
        clock = type("Fixed", (), {"now": lambda _self: NOW})()
        assert SignatureVerifier(APP.signing_secret, clock).is_valid_request(raw, headers)
        if request.content_type == "application/json":
            body = json.loads(raw)
        else:
            form = dict(await request.post())
            body = json.loads(str(form["payload"])) if "payload" in form else form
        if body.get("type") == "url_verification":
            return web.json_response({"challenge": body["challenge"]})
        self.bodies.append(body)
        self.retries.append((headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")))
        self.reached.set()
        if self.mute:
            await self.mute.wait()
        if self.reply is not None:
            return web.json_response(self.reply, status=self.status)
        return web.Response(status=self.status, headers=self.headers)


@asynccontextmanager
async def over_http() -> AsyncIterator[tuple[Slack, Listener]]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/slack/events", listener.take)
    async with serving(app) as address:
        own = dataclasses.replace(APP, request_url=f"{address}/slack/events")
        async with slack_at(workspace=dataclasses.replace(WORKSPACE, app=own)) as slack:
            yield slack, listener


async def delivered(slack: Slack, count: int) -> None:
    async with asyncio.timeout(5):
        while len(slack.cloud.delivered) < count:
            await slack.cloud.state.wait_beyond(-1)
            await asyncio.sleep(0.001)


async def test_requests_are_signed_and_the_address_is_verified_first() -> None:
    async with over_http() as (slack, listener):
        await slack.cloud.delivery.verify()
        await slack.cloud.hands.say(BEN, ROOM, "hello")
        await delivered(slack, 1)
        assert listener.bodies[0]["event"]["text"] == "hello"
        assert listener.retries == [(None, None)]


async def test_an_address_that_fails_the_handshake_gets_nothing() -> None:
    async with over_http() as (slack, listener):
        with pytest.raises(Refused):
            await slack.cloud.point_at(f"{slack.base}/api/auth.test")
        await slack.cloud.hands.say(BEN, ROOM, "hello")
        await slack.clock.turn(1000)
        assert (listener.bodies, len(slack.cloud.delivered)) == ([], 0)
        await slack.cloud.point_at(WORKSPACE.app.request_url)


async def test_a_server_that_is_down_or_slow_fails_the_press() -> None:
    async with over_http() as (slack, listener):
        listener.mute = asyncio.Event()
        pressing = asyncio.ensure_future(slack.cloud.hands.command(BEN, ROOM, "/care"))
        await listener.reached.wait()
        await slack.clock.turn(3)
        assert (await pressing)["error"] == "operation_timeout"
        listener.mute.set()
        slack.cloud.delivery.request_url = "http://127.0.0.1:9/slack/events"
        done = await slack.cloud.hands.command(BEN, ROOM, "/care")
        assert done["error"] == "connection_failed"


async def test_a_command_over_http_is_a_form_and_its_answer_is_for_that_person() -> None:
    async with over_http() as (slack, listener):
        listener.reply = {"text": "42 is yours"}
        done = await slack.cloud.hands.command(BEN, ROOM, "/care", "claim 42")
        assert done["acked"] is True
        assert listener.bodies[0]["text"] == "claim 42"
        (answer,) = slack.cloud.state.in_room(ROOM)
        assert (answer.text, answer.ephemeral_to) == ("42 is yours", BEN)


async def test_an_error_status_is_repeated_unless_the_app_asks_not_to() -> None:
    async with over_http() as (slack, listener):
        listener.status = 500
        await slack.cloud.hands.say(BEN, ROOM, "one")
        await delivered(slack, 2)
        assert listener.retries == [(None, None), ("1", "http_error")]
        listener.headers = {"X-Slack-No-Retry": "1"}
        await slack.cloud.hands.say(BEN, ROOM, "two")
        await delivered(slack, 3)
        await slack.clock.turn(1)
        assert len(slack.cloud.delivered) == 3


async def test_faults_answer_as_they_are_named(slack: Slack) -> None:
    slack.cloud.fault(Fault("chat.postMessage", Kind.LIMITED, retry_after=12))
    with pytest.raises(SlackApiError) as limited:
        await slack.post()
    assert limited.value.response.status_code == 429
    assert limited.value.response.headers["Retry-After"] == "12"
    slack.cloud.fault(Fault("*", Kind.ERROR, error="fatal_error"))
    assert await outcome(slack.post()) == "fatal_error"
    slack.cloud.fault(Fault("chat.postMessage", Kind.BROKEN))
    assert await outcome(slack.post()) == "internal_error"
    slack.cloud.fault(Fault("chat.postMessage", Kind.HTML))
    with pytest.raises(SlackApiError):
        await slack.post()
    assert [call.outcome for call in slack.cloud.calls] == [
        "fault:429",
        "fault:error",
        "fault:500",
        "fault:503html",
    ]
    assert not list(slack.cloud.state.in_room(ROOM))


@pytest.mark.parametrize(
    ("kind", "posted"),
    [
        (Kind.RESET, 0),
        (Kind.RESET_AFTER, 1),
        (Kind.RESET_MIDWAY, 1),
        (Kind.TIMEOUT_BEFORE, 0),
        (Kind.TIMEOUT_AFTER, 1),
    ],
)
async def test_a_broken_connection_leaves_the_outcome_open(
    slack: Slack, kind: Kind, posted: int
) -> None:
    slack.cloud.fault(Fault("chat.postMessage", kind, hold_s=0.2))
    slack.web.timeout = 1
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await slack.post()
    assert len(list(slack.cloud.state.in_room(ROOM))) == posted


async def test_a_dripping_answer_arrives_whole(slack: Slack) -> None:
    slack.cloud.fault(Fault("chat.postMessage", Kind.DRIP, hold_s=0.1))
    assert await slack.post()


async def test_a_response_url_may_fail_too(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.hands.command(BEN, ROOM, "/care")
    url = wire.payloads("slash_commands")[0]["response_url"]
    slack.cloud.fault(Fault("response_url", Kind.BROKEN))
    answers = []
    for body in ('{"text": "x"}', "{", '{"text": ""}', '{"text": "x"}'):
        async with slack.http.post(url, data=body) as answer:
            answers.append((answer.status, await answer.text()))
    assert [status for status, _ in answers] == [500, 400, 500, 200]
    async with slack.http.post(f"{slack.base}/response/R404", json={}) as lost:
        assert lost.status == 404


async def test_what_is_no_acknowledgement_is_passed_over(slack: Slack) -> None:
    wire = await slack.connect(mute=True)
    commanding = asyncio.ensure_future(slack.cloud.hands.command(BEN, ROOM, "/care"))
    (envelope,) = await wire.until(1)
    await wire.ws.send_bytes(b"?")
    for noise in ("{", "[]", '{"envelope_id": "other"}'):
        await wire.ws.send_str(noise)
    await wire.ws.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "ok"}})
    assert (await commanding)["acked"] is True


async def test_a_fault_may_strike_one_room_only(slack: Slack) -> None:
    slack.cloud.fault(Fault("chat.postMessage", Kind.ERROR, channel="C2"))
    assert await outcome(slack.post(ROOM)) == "ok"
    assert await outcome(slack.post("C2")) == "internal_error"
