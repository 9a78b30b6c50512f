"""Chirp in the contract suite."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web
from social.case import Case, Far
from social.kept import NOW, Clock, vault_at

from adapters.sandbox.faults import Fault
from adapters.sandbox.loopback import serving
from adapters.sandbox.network import Network
from adapters.social import sandbox
from chatops.channel import Author, Deleted, Echo, Edited, Message, Outgoing
from chatops.event import Kind
from chatops.policy import Account
from tests.calling import client

ACCOUNT = Account("chirps", "sandbox", "global", "en", "aozora")
AT = datetime(2026, 8, 12, 18, 0, tzinfo=UTC)
MIKA = Author("u-mika", "mika", "Mika", 12)


def settings(api: str) -> sandbox.Settings:
    return sandbox.Settings(token="chirp-token", secret="chirp-secret", api=api)


def sign(body: bytes, at: datetime) -> dict[str, str]:
    t = str(int(at.timestamp()))
    proof = hmac.new(b"chirp-secret", t.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-chirp-signature": f"t={t},v1={proof}"}


def message(id: str, text: str, **more: object) -> Message:
    known = {"thread_key": id, "kind": Kind.MENTION, "private": False, **more}
    return Message("chirps", id, author=MIKA, text=text, at=AT, **known)


EXPECTED = {
    "batch": [
        message("p1", "My tent leaks"),
        message("p3", "And the bag?", thread_key="p1", kind=Kind.REPLY, parent="p2"),
        message("p4", "A-1 です", thread_key="dm-u-mika", kind=Kind.DM, private=True),
        Edited("chirps", "p1", "My tent leaks!", AT),
        Echo("chirps", "p2", "p1", "Sorry to hear that", AT, private=False, parent="p1"),
        Echo("chirps", "p5", "dm-u-mika", "Thank you", AT, private=True, customer="u-mika"),
        Deleted("chirps", "p3", NOW),
    ]
}


@asynccontextmanager
async def far() -> AsyncIterator[Far]:
    async with chirp(Network()) as peer:
        yield peer


@asynccontextmanager
async def chirp(network: Network) -> AsyncIterator[Far]:
    app = web.Application()
    network.mount(app)
    clock = Clock()
    async with serving(app) as base, client() as http, vault_at(clock) as vault:
        mika = network.hands.person("mika")
        asked = network.hands.write(mika, "My tent leaks")
        channel = sandbox.open_channel(
            ACCOUNT, settings(f"{base}/chirp/api"), http, vault, clock, development=True
        )

        def outgoing(text: str, *, private: bool) -> Outgoing:
            thread = f"dm-{mika.id}" if private else asked.thread
            return Outgoing("chirps", text, text, private, mika.id, thread, asked.id)

        def written() -> list[str]:
            posts = network.timeline.posts.values()
            return [post.text for post in posts if post.author == network.timeline.brand]

        yield Far(
            channel=channel,
            http=http,
            fault=lambda kind: network.hands.fault(Fault(kind, "POST", retry_after=7)),
            public=outgoing("Sorry to hear that", private=False),
            private=outgoing("お待たせしました", private=True),
            written=written,
        )


CASE = Case(
    account=ACCOUNT,
    settings=settings("http://127.0.0.1:9/chirp/api"),
    sign=sign,
    expected=EXPECTED,
    batch="batch",
    ignored=["unknown"],
    wrong=[
        b"[]",
        b'{"account": "aozora"}',
        b'{"events": [{"type": "post", "post": {"id": "p1"}}]}',
    ],
    now=NOW,
    far=far,
    signs_time=True,
    longest={False: "👨‍👩‍👧" * 500, True: "あ" * 500},
)
