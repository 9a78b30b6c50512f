"""The shop's own site against the webhook's own adapter: what it tells is read, what it is sent it takes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from aiohttp import web
from pydantic import SecretStr

from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.faults import Fault
from adapters.sandbox.shop import HEADER, TEXT_LIMIT, WINDOW_S, Shop
from adapters.social import webhook
from adapters.social.webhook.channel import sign
from chatops.channel import Author, Deleted, Echo, Edited, Finding, Message, Outgoing, Sent
from chatops.errors import Barred, InDoubt, Rejected, TryLater
from chatops.event import Kind
from tests.calling import client

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)
SECRET = "shop-secret-of-thirty-two-characters"
LENA = Author("shop:u-lena", "lena", "Lena K.")


@dataclass
class Time:
    """The shop's own clock, as the service reads it."""

    turned: TurnedClock
    offset: timedelta = timedelta()

    def transport(self) -> datetime:
        return datetime.fromtimestamp(self.turned.now(), UTC)

    def business(self) -> datetime:
        return self.transport()

    async def sleep(self, seconds: float) -> None:
        await self.turned.sleep(seconds)


@dataclass
class Served:
    shop: Shop
    clock: TurnedClock
    http: httpx.AsyncClient
    base: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def receive(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response()

    def channel(self, secret: str = SECRET) -> webhook.WebhookChannel:
        settings = webhook.Settings(secret=secret, reply_url=f"{self.base}/shop/replies")
        return webhook.WebhookChannel("shop", settings, self.http, Time(self.clock))


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    clock = TurnedClock(NOW.timestamp())
    shop = Shop(clock, secret=SECRET)
    app = web.Application()
    shop.mount(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    async with client(timeout=0.5) as http:
        shown = Served(shop, clock, http, "")
        app.router.add_post("/in", shown.receive)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        shown.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield shown
    await runner.cleanup()


def reply(text: str, *, private: bool, parent: str = "p1", marker: str = "k1") -> Outgoing:
    thread = "dm-u-lena" if private else "p1"
    return Outgoing("shop", marker, text, private, LENA.external_id, thread, parent)


async def test_what_people_write_there_is_told_signed_and_as_documented(served: Served) -> None:
    hands = served.shop.hands
    lena = hands.person("lena", name="Lena K.")
    review = hands.write(lena, "It leaks.", stars=1)
    hands.brand_writes("We are sorry.", review.id)
    hands.write(lena, "And now?", "p2")
    hands.message(lena, "My order is A-1.")
    hands.brand_messages(lena, "Thank you.")
    hands.edit(review.id, "It leaks badly.")
    hands.delete(review.id)
    asked = {"url": f"{served.base}/in"}
    assert (await served.http.post(f"{served.base}/dev/shop/listen", json=asked)).is_success
    await served.shop.settled()
    [(headers, body)] = served.got
    channel = served.channel()
    channel.verify({name.lower(): value for name, value in headers.items()}, body, NOW)
    assert channel.parse(body) == [
        Message(
            account="shop",
            external_id="p1",
            thread_key="p1",
            author=LENA,
            text="It leaks.",
            at=NOW,
            kind=Kind.REVIEW,
            private=False,
            stars=1,
        ),
        Echo("shop", "p2", "p1", "We are sorry.", NOW, private=False, parent="p1"),
        Message(
            account="shop",
            external_id="p3",
            thread_key="p1",
            author=LENA,
            text="And now?",
            at=NOW,
            kind=Kind.REPLY,
            private=False,
            parent="p2",
        ),
        Message(
            account="shop",
            external_id="p4",
            thread_key="dm-u-lena",
            author=LENA,
            text="My order is A-1.",
            at=NOW,
            kind=Kind.DM,
            private=True,
        ),
        Echo(
            "shop",
            "p5",
            "dm-u-lena",
            "Thank you.",
            NOW,
            private=True,
            customer=LENA.external_id,
        ),
        Edited("shop", "p1", "It leaks badly.", NOW),
        Deleted("shop", "p1", NOW),
    ]


async def test_reply_is_written_once_and_seen_by_the_customer(served: Served) -> None:
    hands, channel = served.shop.hands, served.channel()
    lena = hands.person("lena", name="Lena K.")
    hands.write(lena, "It leaks.", stars=1)
    hands.message(lena, "My order is A-1.")
    assert await channel.send(reply("Sorry!", private=False)) == Sent("p3", NOW)
    assert await channel.send(reply("Sorry!", private=False)) == Sent("p3", NOW)
    assert await channel.send(reply("Thanks!", private=True, marker="k2")) == Sent("p4", NOW)
    state = (await served.http.get(f"{served.base}/dev/shop/state")).json()
    seen = [(post["author"], post["text"], post["stars"]) for post in state["posts"]]
    assert seen == [("lena", "It leaks.", 1), ("shop", "Sorry!", None)]
    assert [(each["to"], each["text"]) for each in state["dms"]] == [
        ("shop", "My order is A-1."),
        ("lena", "Thanks!"),
    ]


async def test_the_chat_takes_a_reply_for_a_day_after_the_customers_last_message(
    served: Served,
) -> None:
    hands, channel = served.shop.hands, served.channel()
    lena = hands.person("lena", name="Lena K.")
    hands.write(lena, "It leaks.", stars=1)
    hands.message(lena, "My order is A-1.")
    await served.clock.turn(WINDOW_S - 1)
    assert (await channel.send(reply("Thanks!", private=True))).external_id == "p3"
    await served.clock.turn(1)
    with pytest.raises(Rejected) as raised:
        await channel.send(reply("Still there?", private=True, marker="k2"))
    assert raised.value.code == "forbidden"
    assert (await channel.send(reply("Sorry!", private=False, marker="k3"))).external_id == "p4"
    hands.message(lena, "Here I am.")
    sent = await channel.send(reply("Still there?", private=True, marker="k2"))
    assert sent.external_id == "p6"


async def test_what_it_cannot_take_is_refused(served: Served) -> None:
    lena = served.shop.hands.person("lena", name="Lena K.")
    gone = served.shop.hands.write(lena, "It leaks.", stars=1)
    channel = served.channel()
    codes: list[str] = []
    for outgoing in (
        reply("a" * TEXT_LIMIT + "b", private=False),
        reply("Sorry!", private=False, parent="p9"),
        Outgoing("shop", "k1", "Sorry!", True, "shop:u-nobody", "dm-u-nobody", None),
        Outgoing("shop", "k1", "Sorry!", True, "shop:u-shop", "dm-u-shop", None),
    ):
        with pytest.raises(Rejected) as raised:
            await channel.send(outgoing)
        codes.append(raised.value.code)
    assert codes == ["too-long", "not-found", "not-found", "not-found"]
    served.shop.hands.delete(gone.id)
    with pytest.raises(Rejected):
        await channel.send(reply("Sorry!", private=False))
    with pytest.raises(Barred):
        await served.channel("another-secret-of-thirty-two-chars").send(reply("a", private=False))
    for body in (b"{", b"[]", b'{"type": "reply"}'):
        signed = {HEADER: sign(SecretStr(SECRET), int(NOW.timestamp()), body)}
        answer = await served.http.post(f"{served.base}/shop/replies", content=body, headers=signed)
        assert answer.status_code == 400
    answer = await served.http.post(f"{served.base}/shop/replies", content=b"{}")
    assert answer.status_code == 401


async def test_doctor_is_answered_and_troubles_are_what_the_adapter_takes_them_for(
    served: Served,
) -> None:
    channel = served.channel()
    assert await channel.diagnose() == [Finding(True, "shop takes our signature")]
    served.shop.hands.write(served.shop.hands.person("lena"), "It leaks.", stars=1)
    served.shop.hands.fault(Fault("429", "POST", retry_after=7))
    with pytest.raises(TryLater):
        await channel.send(reply("Sorry!", private=False))
    served.shop.hands.fault(Fault("500", "POST"))
    with pytest.raises(InDoubt):
        await channel.send(reply("Sorry!", private=False))


@pytest.mark.parametrize(
    "asked",
    [
        {"as": "lena", "text": "hi", "kind": "mention"},
        {"as": "lena", "text": "hi", "kind": "review"},
        {"as": "lena", "text": "hi", "kind": "review", "stars": 6},
        {"as": "lena", "text": " ", "kind": "review", "stars": 1},
    ],
)
async def test_hands_refuse_what_nobody_can_write_there(
    served: Served, asked: dict[str, object]
) -> None:
    answer = await served.http.post(f"{served.base}/dev/shop/write", json=asked)
    assert answer.status_code == 400
