"""Who gets in at POST /teams/messages, and how each is answered: over HTTP, through the SDK's turn."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web
from teams_far import APP, TENANT, Near, jwk, key, near, pem, told

from adapters.chat.teams.link import MESSAGES_PATH, Link
from adapters.sandbox.loopback import serving

pytestmark = pytest.mark.anyio

SORRY = {"en-US": "It failed.", "ja-JP": "失敗しました。"}


@dataclass
class Door:
    """Our route, open; what `take` was given, and what it answers."""

    near: Near
    url: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    answer: Any = None

    async def take(self, activity: dict[str, Any]) -> Any:
        self.taken.append(activity)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def activity(self, **more: Any) -> dict[str, Any]:
        return {
            "type": "message",
            "id": "1481567603816",
            "channelId": "msteams",
            "serviceUrl": self.near.far.service,
            "conversation": {"id": "19:care@thread.tacv2"},
            "channelData": {"tenant": {"id": TENANT}},
            **more,
        }

    async def post(self, body: object, authorization: str | None) -> tuple[int, Any]:
        """Return the status and what the answer holds; None where it is empty."""
        headers = {} if authorization is None else {"Authorization": authorization}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.url, data=io.BytesIO(raw), headers=headers) as answer,
        ):
            text = await answer.text()
            is_json = answer.content_type == "application/json"
            return answer.status, json.loads(text) if is_json else text or None

    async def send(self, **more: Any) -> tuple[int, Any]:
        """Post an authentic activity."""
        return await self.post(self.activity(**more), f"Bearer {self.near.signed()}")


@asynccontextmanager
async def door(**settings: Any) -> AsyncIterator[Door]:
    async with near(**settings) as here:
        opened = Door(here, "")
        link = Link(here.gate, opened.take, lambda locale: SORRY.get(locale, "?"))
        app = web.Application()
        app.add_routes(link.routes())
        async with serving(app) as base:
            opened.url = f"{base}{MESSAGES_PATH}"
            yield opened


def hs256(here: Near) -> str:
    """A token signed with the public key as if it were a shared secret."""
    claims = jwt.decode(here.signed(), options={"verify_signature": False})
    shared = b"a key of thirty-two bytes, or more"
    return jwt.encode(claims, shared, "HS256", headers={"kid": "key-0"})


def by_another_key(here: Near) -> str:
    claims = jwt.decode(here.signed(), options={"verify_signature": False})
    return jwt.encode(claims, pem(1), "RS256", headers={"kid": "key-0"})


def unsigned(here: Near) -> str:
    claims = jwt.decode(here.signed(), options={"verify_signature": False})
    return jwt.encode(claims, None, "none", headers={"kid": "key-0"})


def at(here: Near, seconds: float) -> int:
    return int((here.clock.now + timedelta(seconds=seconds)).timestamp())


#: Each kind of bad token: the Authorization header that carries it.
BAD: dict[str, Callable[[Near], str | None]] = {
    "none": lambda _: None,
    "garbage": lambda _: "Bearer garbage.of.ours",
    "expired": lambda here: f"Bearer {here.signed(nbf=at(here, -7200), exp=at(here, -301))}",
    "early": lambda here: f"Bearer {here.signed(nbf=at(here, 301))}",
    "wrong key": lambda here: f"Bearer {by_another_key(here)}",
    "unknown kid": lambda here: f"Bearer {here.signed(7)}",
    "HS256": lambda here: f"Bearer {hs256(here)}",
    "wrong issuer": lambda here: f"Bearer {here.signed(iss='https://sts.windows.net/x/')}",
    "wrong audience": lambda here: f"Bearer {here.signed(aud=TENANT)}",
    "service URL": lambda here: f"Bearer {here.signed(serviceurl='https://example.com/')}",
    "not Bearer": lambda here: f"Basic {here.signed()}",
}
#: Further ones, of the same answer.
WORSE: dict[str, Callable[[Near], str | None]] = {
    "empty": lambda _: "Bearer ",
    "scheme alone": lambda _: "Bearer",
    "letters": lambda here: f"Bearer {here.signed()}é",
    "two dots": lambda _: "Bearer ..",
    "unsigned": lambda here: f"Bearer {unsigned(here)}",
    "no kid": lambda _: f"Bearer {jwt.encode({'aud': APP}, pem(), 'RS256')}",
    "no end": lambda here: f"Bearer {here.signed(exp=None)}",
    "end in words": lambda here: f"Bearer {here.signed(exp='tomorrow')}",
    "no service URL": lambda here: f"Bearer {here.signed(serviceurl=None)}",
    "no audience": lambda here: f"Bearer {here.signed(aud=None)}",
}


@pytest.mark.parametrize("kind", [*BAD, *WORSE])
async def test_bad_token_is_refused_and_nothing_run(kind: str) -> None:
    async with door() as here:
        for activity in (here.activity(), here.activity(type="invoke", name="task/fetch")):
            status, _ = await here.post(activity, (BAD | WORSE)[kind](here.near))
            assert status == 401
        assert here.taken == []
        assert await here.send() == (200, None)


async def test_good_token_gets_in() -> None:
    async with door() as here:
        activity = here.activity(text="@Care list", unknown={"of": ["2031"]})
        assert await here.post(activity, f"Bearer {here.near.signed()}") == (200, None)
        assert await here.post(activity, f"bearer {here.near.signed()}") == (200, None)
        assert here.taken == [activity, activity]


@pytest.mark.parametrize("seconds", [-299, 299])
async def test_clocks_may_differ_by_five_minutes(seconds: int) -> None:
    async with door() as here:
        token = here.near.signed(nbf=at(here.near, min(seconds, 0)), exp=at(here.near, -seconds))
        early = here.near.signed(nbf=at(here.near, seconds))
        for one in (token, early):
            assert await here.post(here.activity(), f"Bearer {one}") == (200, None)


async def test_other_channels_of_the_bot_framework_are_not_teams() -> None:
    async with door() as here:
        for channel in ("webchat", "directline", None, 5):
            status, _ = await here.send(channelId=channel)
            assert status == 401
        assert here.taken == []


async def test_key_that_does_not_sign_for_teams_is_not_taken() -> None:
    async with door() as here:
        for endorsements in (["webchat"], None, "msteams"):
            here.near.far.keys = [jwk(2, endorsements=endorsements)]
            here.near.clock.now += timedelta(minutes=2)
            token = here.near.signed(2)
            assert (await here.post(here.activity(), f"Bearer {token}"))[0] == 401
        assert here.taken == []


async def test_new_key_is_looked_for_once_a_minute() -> None:
    async with door() as here:
        far = here.near.far
        assert (await here.send(), far.key_looks) == ((200, None), 1)
        far.keys = [jwk(), jwk(1)]
        for _ in range(3):
            token = here.near.signed(1)
            assert (await here.post(here.activity(), f"Bearer {token}"))[0] == 401
        assert far.key_looks == 1
        here.near.clock.now += timedelta(seconds=60)
        assert (await here.post(here.activity(), f"Bearer {here.near.signed(1)}"))[0] == 200
        assert (await here.send(), far.key_looks) == ((200, None), 2)


async def test_many_at_once_look_for_keys_once() -> None:
    async with door() as here:
        got = await asyncio.gather(*(here.send() for _ in range(4)))
        assert (got, here.near.far.key_looks) == ([(200, None)] * 4, 1)


@pytest.mark.parametrize(
    "answer",
    [
        told(503),
        told(404, "<html>"),
        told(200, "<html>"),
        told(200, ["keys"]),
        told(200, {"jwks_uri": 5}),
        told(200, {"jwks_uri": "http://127.0.0.1:9/keys"}),
    ],
)
async def test_without_keys_nobody_gets_in(answer: Any) -> None:
    async with door() as here:
        here.near.far.metadata = [answer]
        assert (await here.send())[0] == 401
        assert here.taken == []
        here.near.clock.now += timedelta(seconds=60)
        assert (await here.send())[0] == 200


async def test_keys_of_other_kinds_are_passed_over() -> None:
    async with door() as here:
        private = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key(1)))
        strange = [
            5,
            {"kid": 5},
            {"kid": "ec", "kty": "EC"},
            {"kid": "odd", "kty": "RSA", "n": 5, "e": "AQAB"},
            {**private, "kid": "key-1"},
        ]
        here.near.far.keys = [*strange, jwk()]
        assert await here.send() == (200, None)
        here.near.far.keys = strange
        here.near.clock.now += timedelta(seconds=60)
        assert (await here.post(here.activity(), f"Bearer {here.near.signed(1)}"))[0] == 401
        assert await here.send() == (200, None)  # what is known stays


async def test_keys_are_fetched_ahead_of_time() -> None:
    async with door() as here:
        here.near.far.metadata = [told(503)]
        keeping = asyncio.create_task(here.near.gate.keep())
        async with asyncio.timeout(5):
            while len(here.near.clock.slept) < 3:  # noqa: ASYNC110 - the clock tells nobody
                await asyncio.sleep(0.001)
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
        assert here.near.clock.slept == [30.0, 86400.0, 86400.0]
        looks = here.near.far.key_looks
        assert (await here.send(), here.near.far.key_looks) == ((200, None), looks)


async def test_without_an_app_id_nobody_is_asked() -> None:
    async with door(app_id="", secret=None) as here:
        await here.near.gate.keep()
        assert await here.post(here.activity(), None) == (200, None)
        assert (await here.post(here.activity(channelId="webchat"), None))[0] == 401
        assert (len(here.taken), here.near.far.key_looks) == (1, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"null"])
async def test_body_that_is_no_activity_is_nobodys(body: bytes) -> None:
    async with door() as here:
        assert (await here.post(body, f"Bearer {here.near.signed()}"))[0] == 401
        assert here.taken == []


async def test_too_much_is_refused_unread() -> None:
    async with door() as here:
        body = json.dumps(here.activity(text="x" * 2**20)).encode()
        assert (await here.post(body, f"Bearer {here.near.signed()}"))[0] == 413
        assert here.taken == []


CARD = {
    "statusCode": 200,
    "type": "application/vnd.microsoft.card.adaptive",
    "value": {"type": "AdaptiveCard", "version": "1.5", "body": [{"text": "済み & <b>"}]},
}


@pytest.mark.parametrize(
    "name", ["adaptiveCard/action", "task/fetch", "task/submit", "application/search"]
)
async def test_invoke_is_answered_with_what_was_made(name: str) -> None:
    async with door() as here:
        here.answer = CARD
        assert await here.send(type="invoke", name=name, value={"action": {}}) == (200, CARD)


async def test_invoke_with_nothing_to_say_is_answered_all_the_same() -> None:
    async with door() as here:
        assert await here.send(type="invoke", name="unknown/of-2031") == (200, {})


@pytest.mark.parametrize(
    "more",
    [
        {"type": "ofTheFuture"},
        {"type": 5, "id": [], "name": {}, "conversation": "x"},
        {"type": None, "conversation": None, "entities": "none", "timestamp": "yesterday"},
        {"type": "invoke", "name": 5, "conversation": {"id": 5}},
        {"type": "conversationUpdate", "membersAdded": 5, "deliveryMode": "expectReplies"},
        {"type": "invoke", "name": "x", "deliveryMode": "expectReplies"},
    ],
)
async def test_what_is_unknown_is_taken_and_never_a_fault(more: dict[str, Any]) -> None:
    async with door() as here:
        status, _ = await here.send(**more)
        assert status == 200
        assert here.taken == [here.activity(**more)]


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"type": "message"}, None),
        (
            {"type": "invoke", "name": "adaptiveCard/action", "locale": "ja-JP"},
            {
                "statusCode": 200,
                "type": "application/vnd.microsoft.activity.message",
                "value": "失敗しました。",
            },
        ),
        (
            {"type": "invoke", "name": "task/fetch", "locale": "en-US"},
            {"task": {"type": "message", "value": "It failed."}},
        ),
        (
            {"type": "invoke", "name": "task/submit"},
            {"task": {"type": "message", "value": "?"}},
        ),
        ({"type": "invoke", "name": "application/search"}, {}),
    ],
)
async def test_fault_of_ours_is_told_and_is_no_5xx(more: dict[str, Any], answer: Any) -> None:
    async with door() as here:
        here.answer = RuntimeError("ours")
        assert await here.send(**more) == (200, answer)


async def test_answer_that_cannot_be_written_is_a_fault_of_ours() -> None:
    async with door() as here:
        here.answer = {"value": object()}
        status, answer = await here.send(type="invoke", name="task/submit")
        assert (status, answer) == (200, {"task": {"type": "message", "value": "?"}})
