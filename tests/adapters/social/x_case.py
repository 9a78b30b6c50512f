"""X in the contract suite."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
from aiohttp import web
from social.case import Case, Far
from social.kept import NOW, Clock, FastClock, vault_at

from adapters.sandbox.clock import RealClock
from adapters.sandbox.faults import Fault
from adapters.sandbox.loopback import serving
from adapters.sandbox.x import DOCUMENTED, App, Limits, Person, XCloud, XWorld
from adapters.social import x
from chatops.channel import (
    AccountRevoked,
    Author,
    Deleted,
    Echo,
    Edited,
    Message,
    Outgoing,
)
from chatops.clock import SystemClock
from chatops.event import Kind
from chatops.policy import Account
from chatops.ports import Vault
from tests.calling import client

ACCOUNT = Account("aozora", "x", "global", "en", "@aozora_outdoor")
OWN = "7001"
MIKA = Author("8002", "mika_climbs", "Mika 🏔", 97)
OUR_POST = "2080761390344937796"
REDIRECT = "http://127.0.0.1:8300/connected"


def settings(base: str, **more: object) -> x.Settings:
    given = {
        "client_id": "client-id",
        "client_secret": "client-secret",
        "consumer_key": "consumer-key",
        "consumer_secret": "consumer-secret",
        "redirect_uri": REDIRECT,
        "api": base,
        "authorize": f"{base}/i/oauth2/authorize",
        **more,
    }
    return x.Settings(**given)


def sign(body: bytes, _at: datetime) -> dict[str, str]:
    proof = base64.b64encode(hmac.digest(b"consumer-secret", body, hashlib.sha256)).decode()
    return {"x-twitter-webhooks-signature": f"sha256={proof}"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MENTION = Message(
    account="aozora",
    external_id="2080765813578191303",
    thread_key="2080765813578191303",
    author=MIKA,
    text="Hi @aozora_outdoor, my tent & poles never came: https://example.com/order?a=1&copy=2",
    at=at("2026-07-24T21:23:23"),
    kind=Kind.MENTION,
    private=False,
    url="https://x.com/mika_climbs/status/2080765813578191303",
)
REPLY = Message(
    account="aozora",
    external_id="2090000000000000001",
    thread_key=OUR_POST,
    author=MIKA,
    text="どこで買えますか？",
    at=at("2026-08-12T18:00:00"),
    kind=Kind.REPLY,
    private=False,
    parent=OUR_POST,
    parent_text="New: the Kita tent",
    url="https://x.com/mika_climbs/status/2090000000000000001",
)
DM = Message(
    account="aozora",
    external_id="2080765901528535096",
    thread_key="7001-8002",
    author=MIKA,
    text="注文番号は <A-1> です",
    at=at("2026-07-24T21:23:44.372000"),
    kind=Kind.DM,
    private=True,
    url="https://x.com/messages/7001-8002",
)
HASHTAG = Message(
    account="aozora",
    external_id="2090000000000000050",
    thread_key="2090000000000000050",
    author=MIKA,
    text="初日からファスナーが動かない… #あおぞらテント & rain",
    at=at("2026-08-12T22:30:00"),
    kind=Kind.HASHTAG,
    private=False,
    url="https://x.com/mika_climbs/status/2090000000000000050",
    can_reply=False,
)
DELETED = Deleted("aozora", "2090000000000000040", NOW)

EXPECTED = {
    "mention": [MENTION],
    "reply": [REPLY],
    "reply_bare": [
        replace(
            REPLY,
            author=Author("8002", "", ""),
            parent_text=None,
            url="https://x.com/i/status/2090000000000000001",
        )
    ],
    "reply_unsummoned": [
        replace(
            REPLY,
            external_id="2090000000000000011",
            text="I removed the handle",
            at=at("2026-08-12T19:05:00"),
            parent_text=None,
            url="https://x.com/mika_climbs/status/2090000000000000011",
            can_reply=False,
        )
    ],
    "quote": [
        replace(
            REPLY,
            external_id="2090000000000000009",
            thread_key="2090000000000000009",
            text="Do not buy this",
            at=at("2026-08-12T19:00:00"),
            kind=Kind.QUOTE,
            url="https://x.com/mika_climbs/status/2090000000000000009",
        )
    ],
    "mention_edited": [
        replace(
            MENTION,
            external_id="2090000000000000020",
            thread_key="2090000000000000020",
            text="@aozora_outdoor still waiting (edit)",
            at=at("2026-08-12T20:10:00"),
            url="https://x.com/mika_climbs/status/2090000000000000020",
        ),
        Edited(
            "aozora",
            "2090000000000000020",
            "@aozora_outdoor still waiting (edit)",
            at("2026-08-12T20:10:00"),
        ),
    ],
    "mention_long": [
        replace(
            MENTION,
            external_id="2090000000000000030",
            thread_key="2090000000000000030",
            text="@aozora_outdoor " + "long " * 70 + "end",
            at=at("2026-08-12T21:00:00"),
            url="https://x.com/mika_climbs/status/2090000000000000030",
        )
    ],
    "hashtag": [HASHTAG],
    "hashtag_naming_us": [
        replace(
            HASHTAG,
            external_id="2090000000000000051",
            thread_key="2090000000000000051",
            text="@aozora_outdoor the zip is stuck #AozoraTent",
            at=at("2026-08-12T22:31:00"),
            kind=Kind.MENTION,
            url="https://x.com/mika_climbs/status/2090000000000000051",
            can_reply=True,
        )
    ],
    "own_reply": [
        Echo(
            account="aozora",
            external_id="2090000000000000040",
            thread_key="2080765813578191303",
            text="It left us today.",
            at=at("2026-08-12T22:00:00"),
            private=False,
            parent="2080765813578191303",
            customer="8002",
            url="https://x.com/i/status/2090000000000000040",
        )
    ],
    "own_delete": [DELETED],
    "dm_received": [
        DM,
        replace(
            DM,
            external_id="2080765901528535100",
            text="お願いします",
            at=at("2026-07-24T21:23:45"),
        ),
    ],
    "dm_sent": [
        Echo(
            account="aozora",
            external_id="2080765999528535096",
            thread_key="7001-8002",
            text="発送しました",
            at=at("2026-07-24T21:25:00"),
            private=True,
            customer="8002",
            url="https://x.com/messages/7001-8002",
        )
    ],
    "revoke": [AccountRevoked("aozora", at("2026-07-23T21:44:05"))],
    "batch": [MENTION, DELETED],
}


@dataclass
class X:
    """X's stand-in and our account on it."""

    cloud: XCloud
    channel: x.XChannel
    settings: x.Settings
    http: httpx.AsyncClient
    vault: Vault
    clock: Clock | FastClock

    @property
    def brand(self) -> Person:
        return self.cloud.world.brand

    def another(self) -> x.XChannel:
        """The same account in another process."""
        return x.open_channel(
            ACCOUNT, self.settings, self.http, self.vault, self.clock, development=True
        )

    def outgoing(self, to: str, text: str, *, person: str, private: bool = False) -> Outgoing:
        return Outgoing("aozora", text, text, private, person, to, None if private else to)

    def written(self) -> list[str]:
        world = self.cloud.world
        posts = [p.shown for p in world.posts.values() if p.author_id == self.brand.id]
        return posts + [m.text for m in world.messages.values() if m.sender_id == self.brand.id]

    def fault(self, kind: str, method: str = "", path: str = "", **more: int) -> None:
        self.cloud.hands.fault(Fault(kind, method, path, **more))


def world() -> XWorld:
    app = App(
        id="29820954",
        client_id="client-id",
        client_secret="client-secret",
        consumer_key="consumer-key",
        consumer_secret="consumer-secret",
        redirect_uris=(REDIRECT,),
    )
    return XWorld(Person(OWN, "aozora_outdoor", "Aozora Outdoor", 5_502), app)


@asynccontextmanager
async def x_open(
    *,
    limits: Limits = DOCUMENTED,
    connected: bool = True,
    clock: Clock | FastClock | None = None,
    **more: object,
) -> AsyncIterator[X]:
    clock = clock or Clock(SystemClock().transport().replace(microsecond=0))
    cloud = XCloud(world(), RealClock(), limits)
    app = web.Application()
    cloud.mount(app)
    async with serving(app) as base, client() as http, vault_at(clock) as vault:
        if connected:
            await _connect(cloud, vault, clock)
        given = settings(f"{base}/x", **more)
        channel = x.open_channel(ACCOUNT, given, http, vault, clock, development=True)
        yield X(cloud, channel, given, http, vault, clock)
        await channel.close()


async def _connect(cloud: XCloud, vault: Vault, clock: Clock | FastClock) -> None:
    """Save what `connect` would, without the dance."""
    access, refresh = cloud.grants.issue()
    ends = clock.transport() + timedelta(hours=2)
    tokens = {"access": access, "refresh": refresh, "ends_at": ends.isoformat()}
    scope = "tweet.read tweet.write tweet.moderate.write users.read dm.read dm.write offline.access"
    await vault.save_tokens("aozora", {**tokens, "user_id": OWN, "scope": scope})


@asynccontextmanager
async def far() -> AsyncIterator[Far]:
    async with x_open() as peer:
        mika = peer.cloud.hands.person("mika_climbs")
        asked = peer.cloud.hands.write(mika, "where is my tent?")
        public = peer.outgoing(asked.id, "See example.com/a and wait", person=mika.id)
        private = peer.outgoing("7001-8002", "お待たせしました", person=mika.id, private=True)
        yield Far(
            channel=peer.channel,
            http=peer.http,
            fault=lambda kind: peer.fault(kind, "POST", "/2/", retry_after=7),
            public=public,
            private=private,
            written=peer.written,
        )


CASE = Case(
    account=ACCOUNT,
    settings=settings("http://127.0.0.1:9/x"),
    sign=sign,
    expected=EXPECTED,
    batch="batch",
    ignored=["chat_received", "repost", "repost_as_mention"],
    wrong=[
        b"[]",
        b'{"data": 3}',
        b'{"data": {"event_type": "post.mention.create"}}',
        b'{"data": {"event_type": "dm.received", "filter": {"user_id": "1"}, "payload": {}}}',
        b'{"data": {"event_type": "oauth.revoke", "payload": {"user_id": "x"}}}',
    ],
    now=NOW,
    far=far,
    longest={False: "あ" * 128 + " https://example.com/" + "a" * 200, True: "a" * 10_000},
)
