"""The webhook in the contract suite, with a strict source at its far end."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web
from social.case import Case, Far
from social.kept import NOW, Clock, vault_at

from adapters.sandbox.faults import Fault, Faults, suffer
from adapters.sandbox.loopback import serving
from adapters.social import webhook
from chatops.channel import Author, Deleted, Echo, Edited, Message, Outgoing
from chatops.event import Kind
from chatops.policy import Account
from tests.calling import client

ACCOUNT = Account("forum", "webhook", "global", "en", "aozora")
SECRET = "webhook-secret-of-thirty-two-chars"
AT = datetime(2026, 8, 12, 18, 0, tzinfo=UTC)
MIKA = Author("forum:u1", "mika", "Mika", 12)
KEYS = {"type", "key", "account", "thread", "parent", "customer", "private", "text"}


def settings(reply_url: str | None, **more: object) -> webhook.Settings:
    said = {"secret": SECRET, "reply_url": reply_url, "reply_window": "24h", **more}
    return webhook.Settings(**said)


def sign(body: bytes, at: datetime, secret: str = SECRET) -> dict[str, str]:
    t = str(int(at.timestamp()))
    proof = hmac.new(secret.encode(), t.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-chatops-signature": f"t={t},v1={proof}"}


def message(id: str, text: str, **more: object) -> Message:
    known = {"thread_key": "t7", "author": MIKA, "kind": Kind.MENTION, "private": False, **more}
    return Message("forum", id, text=text, at=AT, **known)


EXPECTED = {
    "batch": [
        message("p1", "My tent leaks", url="https://forum.example.com/t7#p1"),
        Echo(
            "forum",
            "p2",
            "t7",
            "Sorry to hear that",
            AT,
            private=False,
            parent="p1",
            url="https://forum.example.com/t7#p2",
        ),
        message(
            "p3",
            "And the bag?",
            author=Author("forum:u1", "mika", "mika"),
            kind=Kind.REPLY,
            parent="p2",
        ),
        message("p4", "A-1 です", thread_key="talk-u1", kind=Kind.DM, private=True),
        Echo(
            "forum",
            "p5",
            "talk-u1",
            "Thank you",
            AT,
            private=True,
            customer="forum:u1",
            marker="4f6cd1a0-2f5c-5a0b-9c0e-5a3c0e5b7a11",
        ),
        Edited("forum", "p1", "My tent leaks!", AT),
        Deleted("forum", "p3", AT),
    ]
}


@dataclass
class Forum:
    """A source that takes replies to `p1` as docs/webhook.md says, each key once."""

    secret: str = SECRET
    now: datetime = NOW
    faults: Faults = field(default_factory=Faults)
    posts: dict[str, dict] = field(default_factory=dict)  #: by key, as they were sent

    async def take(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take(request.method, request.path)
        if fault is None:
            return await self.answer(request)
        return await suffer(
            fault,
            request,
            lambda: self.answer(request),
            lambda seconds: web.Response(status=429, headers={"retry-after": str(seconds)}),
            lambda: web.Response(status=500),
        )

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        if (
            dict(request.headers).get("x-chatops-signature")
            not in sign(body, self.now, self.secret).values()
        ):
            return web.Response(status=401)
        said = json.loads(body)
        if said == {"type": "check", "account": "forum"}:
            return web.Response(status=204)
        if request.content_type != "application/json" or set(said) != KEYS:
            return web.Response(status=400)
        if said["parent"] != "p1" or said["customer"] != "u1":
            return web.Response(status=404)
        if said["key"] in self.posts:
            return web.json_response({"id": f"r-{said['key']}"}, status=409)
        self.posts[said["key"]] = said
        return web.json_response({"id": f"r-{said['key']}"}, status=201)


def outgoing(text: str, *, private: bool) -> Outgoing:
    thread = "talk-u1" if private else "t7"
    return Outgoing("forum", f"key of {text}", text, private, "forum:u1", thread, "p1")


@asynccontextmanager
async def far(forum: Forum | None = None) -> AsyncIterator[Far]:
    forum = forum or Forum()
    app = web.Application()
    app.router.add_post("/care", forum.take)
    clock = Clock()
    async with serving(app) as base, client() as http, vault_at(clock) as vault:
        channel = webhook.open_channel(
            ACCOUNT, settings(f"{base}/care"), http, vault, clock, development=True
        )
        yield Far(
            channel=channel,
            http=http,
            fault=lambda kind: forum.faults.add(Fault(kind, "POST", retry_after=7)),
            public=outgoing("Sorry to hear that", private=False),
            private=outgoing("お待たせしました", private=True),
            written=lambda: [each["text"] for each in forum.posts.values()],
        )


CASE = Case(
    account=ACCOUNT,
    settings=settings("http://127.0.0.1:9/care"),
    sign=sign,
    expected=EXPECTED,
    batch="batch",
    ignored=[],
    wrong=[
        b"[]",
        b'{"events": []}',
        b'{"events": [{"type": "message", "id": "p1"}]}',
        b'{"events": [{"type": "liked", "id": "p1", "at": "2026-08-12T18:00:00Z"}]}',
        b'{"events": [{"type": "deleted", "id": "p1", "at": "2026-08-12T18:00:00Z", "x": 1}]}',
    ],
    now=NOW,
    far=far,
    signs_time=True,
    longest={False: "é" * 10_000, True: "あ" * 10_000},
)
