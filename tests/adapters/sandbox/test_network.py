"""Chirp's rules, its webhook and its hands, over real HTTP."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from aiohttp import web

from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.faults import Fault
from adapters.sandbox.loopback import serving
from adapters.sandbox.network import Network
from adapters.sandbox.network.delivery import REPEAT_AFTER
from tests.calling import client

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000.0


@dataclass
class Served:
    network: Network
    clock: TurnedClock
    http: httpx.AsyncClient
    url: str
    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[dict]:
        return [event for body in self.bodies for event in json.loads(body)["events"]]

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers["X-Chirp-Signature"])
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def listen(self) -> None:
        answer = await self.http.put("/chirp/api/webhook", json={"url": self.url})
        assert answer.json() == {"url": self.url}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def chirp() -> AsyncIterator[Served]:
    clock = TurnedClock(NOW)
    network = Network(clock)
    app = web.Application()
    network.mount(app)
    async with client(timeout=5, headers={"authorization": "Bearer chirp-token"}) as http:
        served = Served(network, clock, http, "")
        app.router.add_post("/hook", served.receive)
        async with serving(app) as base:
            served.url, http.base_url = f"{base}/hook", httpx.URL(base)
            yield served


async def reply(s: Served, text: str, **more: object) -> httpx.Response:
    asked = {"text": text, "in_reply_to": None, "idempotency_key": "k1", **more}
    return await s.http.post("/chirp/api/posts", json=asked)


async def test_events_come_signed_in_order_and_in_one_batch(chirp: Served) -> None:
    hana = chirp.network.hands.person("hana", name="はな", lang="ja")
    first = chirp.network.hands.write(hana, "テントについて")
    chirp.network.hands.write(hana, "追記です", first.id)
    chirp.network.hands.message(hana, "注文番号です")
    chirp.network.hands.brand_writes("お待ちください", first.id)
    await chirp.listen()
    await chirp.network.settled()
    assert [(e["id"], e["type"], e["post"]["thread"]) for e in chirp.events] == [
        ("e-post-p1", "post", "p1"),
        ("e-post-p2", "post", "p1"),
        ("e-private-p3", "private", "dm-u-hana"),
        ("e-echo-p4", "echo", "p1"),
    ]
    assert chirp.events[1]["post"] == {
        "id": "p2",
        "text": "追記です",
        "author": {
            "id": "u-hana",
            "handle": "hana",
            "name": "はな",
            "followers": 12,
            "lang": "ja",
        },
        "in_reply_to": "p1",
        "thread": "p1",
        "at": "2026-09-21T14:13:20Z",
        "private": False,
    }
    [body], [signature] = chirp.bodies, chirp.signatures
    assert json.loads(body)["account"] == "aozora"
    mac = hmac.new(b"chirp-secret", f"{int(NOW)}.".encode() + body, hashlib.sha256).hexdigest()
    assert signature == f"t={int(NOW)},v1={mac}"


async def test_a_batch_holds_fifty_events(chirp: Served) -> None:
    hana = chirp.network.hands.person("hana")
    for n in range(120):
        chirp.network.hands.write(hana, f"post {n}")
    await chirp.listen()
    await chirp.network.settled()
    assert [len(json.loads(body)["events"]) for body in chirp.bodies] == [50, 50, 20]


async def test_a_refused_batch_is_repeated_three_times(chirp: Served) -> None:
    await chirp.listen()
    chirp.statuses = [500, 503, 500]
    chirp.network.hands.write(chirp.network.hands.person("hana"), "hello")
    while len(chirp.bodies) < 4:
        await chirp.clock.turn(1)
        await chirp.http.get("/dev/chirp/state")
    await chirp.network.settled()
    assert len(set(chirp.bodies)) == 1
    assert len(chirp.network.delivery.sent) == 1


async def test_after_the_last_repeat_a_batch_is_given_up(chirp: Served) -> None:
    await chirp.listen()
    chirp.statuses = [500] * 4
    chirp.network.hands.write(chirp.network.hands.person("hana"), "hello")
    while not chirp.network.delivery.lost:
        await chirp.clock.turn(max(REPEAT_AFTER))
        await chirp.http.get("/dev/chirp/state")
    assert [event.id for event in chirp.network.delivery.lost] == ["e-post-p1"]


async def test_edits_and_deletions_are_told(chirp: Served) -> None:
    await chirp.listen()
    post = chirp.network.hands.write(chirp.network.hands.person("hana"), "helo")
    chirp.network.hands.edit(post.id, "hello")
    chirp.network.hands.delete(post.id)
    await chirp.network.settled()
    assert [(e["id"], e["type"], e["post"].get("text")) for e in chirp.events] == [
        ("e-post-p1", "post", "helo"),
        ("e-edited-p1-1", "edited", "hello"),
        ("e-deleted-p1", "deleted", None),
    ]


async def test_events_can_be_delivered_again_out_of_order(chirp: Served) -> None:
    await chirp.listen()
    hana = chirp.network.hands.person("hana")
    chirp.network.hands.write(hana, "one")
    chirp.network.hands.write(hana, "two")
    await chirp.network.settled()
    answer = await chirp.http.post("/dev/chirp/redeliver", json={"last": 2, "reverse": True})
    await chirp.network.settled()
    assert answer.json() == {"delivered": 2}
    assert [e["post"]["id"] for e in chirp.events] == ["p1", "p2", "p2", "p1"]


async def test_the_same_key_writes_once(chirp: Served) -> None:
    first = await reply(chirp, "お返事します")
    again = await reply(chirp, "お返事します")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await reply(chirp, "something else")
    assert (other.status_code, other.json()["error"]) == (409, "key_reused")
    await chirp.clock.turn(24 * 60 * 60)
    assert (await reply(chirp, "something else")).status_code == 201


async def test_text_is_counted_as_people_count(chirp: Served) -> None:
    family = "👨‍👩‍👧"
    assert (await reply(chirp, family * 500)).status_code == 201
    long = await reply(chirp, family * 501, idempotency_key="k2")
    assert (long.status_code, long.json()["error"]) == (422, "text_too_long")
    empty = await reply(chirp, " ", idempotency_key="k3")
    assert (empty.status_code, empty.json()["error"]) == (422, "empty_text")


async def test_a_gone_or_private_post_cannot_be_answered(chirp: Served) -> None:
    hana = chirp.network.hands.person("hana")
    gone, private = chirp.network.hands.write(hana, "oops"), chirp.network.hands.message(hana, "hi")
    chirp.network.hands.delete(gone.id)
    for post in (gone, private):
        answer = await reply(chirp, "Hello", in_reply_to=post.id)
        assert (answer.status_code, answer.json()["error"]) == (404, "no_such_post")


async def test_the_hundred_and_twenty_first_write_in_a_minute_waits(chirp: Served) -> None:
    for n in range(120):
        await reply(chirp, "hi", idempotency_key=f"k{n}")
    answer = await reply(chirp, "hi", idempotency_key="one more")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "61")
    await chirp.clock.turn(61)
    assert (await reply(chirp, "hi", idempotency_key="one more")).status_code == 201


async def test_private_messages_and_lookups(chirp: Served) -> None:
    hana = chirp.network.hands.person("hana")
    post = chirp.network.hands.write(hana, "help")
    answer = await reply(chirp, "Hello", in_reply_to=post.id)
    found = await chirp.http.get("/chirp/api/posts", params={"parent": post.id})
    assert found.json() == {"posts": [answer.json()["post"]]}
    one = await chirp.http.get(f"/chirp/api/posts/{post.id}")
    assert one.json()["post"]["text"] == "help"
    sent = await chirp.http.post(
        "/chirp/api/messages", json={"to": hana.id, "text": "psst", "idempotency_key": "m1"}
    )
    assert sent.json()["post"]["thread"] == "dm-u-hana"
    state = (await chirp.http.get("/dev/chirp/state")).json()
    assert [(d["author"], d["to"], d["text"]) for d in state["dms"]] == [("aozora", "hana", "psst")]
    assert [p["reply_to"] for p in state["posts"]] == [None, post.id]


async def test_a_caller_without_the_token_is_refused(chirp: Served) -> None:
    answer = await chirp.http.get("/chirp/api/posts", headers={"authorization": "Bearer no"})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "body",
    ["[]", "{", '{"text": "a", "idempotency_key": "k", "mood": "happy"}', '{"text": "a"}'],
)
async def test_a_malformed_write_is_refused(chirp: Served, body: str) -> None:
    answer = await chirp.http.post("/chirp/api/posts", content=body)
    assert answer.status_code == 400


async def test_a_timeout_after_the_work_leaves_the_post_there(chirp: Served) -> None:
    chirp.network.hands.fault(Fault("timeout_after", method="POST", path="/api/posts"))
    with pytest.raises(httpx.ReadTimeout):
        await chirp.http.post(
            "/chirp/api/posts", json={"text": "once", "idempotency_key": "k1"}, timeout=0.2
        )
    again = await chirp.http.post(
        "/chirp/api/posts", json={"text": "once", "idempotency_key": "k1"}
    )
    assert again.status_code == 200
    assert [p.text for p in chirp.network.timeline.posts.values()] == ["once"]


async def test_hands_refuse_what_makes_no_sense(chirp: Served) -> None:
    for asked in (
        {"as": "hana", "text": "hi", "kind": "shout"},
        {"as": "hana", "text": "hi", "kind": "reply", "to_post": "p99"},
        {"text": "hi"},
    ):
        answer = await chirp.http.post("/dev/chirp/write", json=asked)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])


async def test_hands_by_http(chirp: Served) -> None:
    await chirp.listen()

    async def hand(name: str, /, **asked: object) -> dict:
        answer = await chirp.http.post(f"/dev/chirp/{name}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    post = (await hand("write", **{"as": "hana", "name": "はな", "text": "helo"}))["id"]
    await hand("write", **{"as": "ren", "text": "me too", "kind": "reply", "to_post": post})
    await hand("write", **{"as": "hana", "text": "psst", "kind": "dm"})
    await hand("brand_writes", text="Hello", to_post=post)
    await hand("brand_writes", text="Hello there", to="hana")
    await hand("edit", id=post, text="hello")
    await hand("delete", id=post)
    await chirp.network.settled()
    state = (await chirp.http.get("/dev/chirp/state")).json()
    assert [(p["author"], p["text"], p["edited"], p["deleted"]) for p in state["posts"]] == [
        ("hana", "", True, True),
        ("ren", "me too", False, False),
        ("aozora", "Hello", False, False),
    ]
    assert [(d["author"], d["to"]) for d in state["dms"]] == [
        ("hana", "aozora"),
        ("aozora", "hana"),
    ]
    types = ["post", "post", "private", "echo", "echo", "edited", "deleted"]
    assert [event["type"] for event in chirp.events] == types


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("429", 429, "too_many_writes"), ("500", 500, "internal_error")],
)
async def test_trouble_speaks_chirps_words(
    chirp: Served, kind: str, status: int, code: str
) -> None:
    await chirp.http.post("/dev/chirp/fault", json={"kind": kind})
    answer = await reply(chirp, "hi")
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert (await reply(chirp, "hi")).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "asked", "status"),
    [
        ("POST", "posts", {"text": "a", "in_reply_to": 1, "idempotency_key": "k"}, 400),
        ("POST", "messages", {"to": "u-nobody", "text": "a", "idempotency_key": "k"}, 404),
        ("POST", "messages", {"to": "u-aozora", "text": "a", "idempotency_key": "k"}, 404),
        ("PUT", "webhook", {"url": "ftp://127.0.0.1"}, 400),
        ("GET", "posts/p404", None, 404),
    ],
)
async def test_what_cannot_be_done_is_refused(
    chirp: Served, method: str, path: str, asked: dict[str, object] | None, status: int
) -> None:
    answer = await chirp.http.request(method, f"/chirp/api/{path}", json=asked)
    assert (answer.status_code, set(answer.json())) == (status, {"error", "message"})


async def test_a_receiver_that_is_not_there_is_tried_again(chirp: Served) -> None:
    chirp.network.delivery.url = "http://127.0.0.1:1/hook"
    chirp.network.hands.write(chirp.network.hands.person("hana"), "hello")
    while not chirp.network.delivery.lost:
        await chirp.clock.turn(max(REPEAT_AFTER))
        await chirp.http.get("/dev/chirp/state")
    assert chirp.bodies == []


async def test_a_batch_needs_an_address(chirp: Served) -> None:
    with pytest.raises(ValueError, match="a webhook address and 1 to 50 events"):
        await chirp.network.delivery.deliver([])


def test_people_need_handles() -> None:
    with pytest.raises(ValueError, match="a handle"):
        Network().hands.person("@")
