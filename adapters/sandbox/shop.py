"""The shop's own site, a make-believe source by the signed webhook: reviews with stars, and a chat.

It speaks docs/webhook.md from the source's side, and its chat is as WhatsApp's: for a day after a
customer's last message it takes a free reply, and none later. What it asks of who replies:

* the signature of `X-Chatops-Signature`, at most five minutes off (401);
* a body that holds the documented keys and nothing else (400), of 10,000 characters at most (413);
* a customer whom it knows, and in public a message that is still there (404);
* in its chat, a message of that customer within the last 24 hours (403);
* each `key` writes once: again it gives the same id (409).

Paths: `POST replies`, and for people's hands `/dev/shop`, of which `POST listen {url}` says where
the service takes what customers write: an operator tells it to a source.
"""

import hmac
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from adapters.sandbox import control
from adapters.sandbox.clock import Clock, RealClock
from adapters.sandbox.faults import Faults, suffer
from adapters.sandbox.network import Author, Chirp
from adapters.sandbox.network.delivery import Delivery, Event, sign
from adapters.sandbox.network.hands import Hands
from adapters.sandbox.network.posts import Json, Timeline

HEADER = "x-chatops-signature"
TEXT_LIMIT = 10_000
#: Seconds that a signature may be off (docs/webhook.md).
STALE_S = 5 * 60
#: Seconds after a customer's message in which the chat takes a free reply, as WhatsApp's
#: customer service window.
WINDOW_S = 24 * 60 * 60
KINDS = frozenset({"review", "reply", "dm"})
_KEYS = {"type", "key", "account", "thread", "parent", "customer", "private", "text"}


class Shop:
    """`account` is what app.yaml calls it and the brand's handle; `secret` signs both ways."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        account: str = "shop",
        name: str = "Aozora Outdoor",
        secret: str = "shop-secret-of-thirty-two-characters",  # noqa: S107 - make-believe
    ) -> None:
        self._clock = clock or RealClock()
        self._secret = secret
        self._faults = Faults()
        self._written: dict[str, str] = {}  #: the ids of our replies, by key
        self.timeline = Timeline(Author(f"u-{account}", account, name, 0))
        self.delivery = Delivery(account, secret, self._clock, HEADER, self._told)
        self.hands = Hands(
            self.timeline, self.delivery, self._faults, self._clock, "/dev/shop", KINDS
        )

    def mount(self, app: web.Application, prefix: str = "/shop") -> None:
        """Serve the site from an aiohttp application."""
        app.router.add_post(f"{prefix}/replies", self._reply)
        app.add_routes(self.hands.routes())
        app.add_routes(control.routes("/dev/shop", {("POST", "listen"): self._listen}))
        app.cleanup_ctx.append(self._life)

    async def settled(self) -> None:
        """Wait until every event that has somewhere to go has been answered or given up."""
        await self.delivery.settled()

    # --- what it tells

    def _told(self, _account: str, events: Sequence[Event]) -> Json:
        return {"events": [self._event(event) for event in events]}

    def _event(self, event: Event) -> Json:
        post = event.post
        match event.type:
            case "deleted":
                return {"type": "deleted", "id": post.id, "at": _time(self._clock.now())}
            case "edited":
                now = _time(self._clock.now())
                return {"type": "edited", "id": post.id, "text": post.text, "at": now}
            case "echo":
                addressed = {"customer": _partner(post)} if post.private else {}
                return {"type": "echo", **_message(post), **addressed}
            case _:
                who = post.author
                author = {"id": who.id, "handle": who.handle, "name": who.name}
                stars = {} if post.stars is None else {"stars": post.stars}
                return {"type": "message", **_message(post), "author": author, **stars}

    # --- what it takes

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        fault = self._faults.take(request.method, request.path)
        if fault is None:
            return await self._answer(request)
        return await suffer(fault, request, lambda: self._answer(request), _limited, _broken)

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._is_signed(request.headers.get(HEADER, ""), body):
            return _refused(401, "The signature does not hold.")
        try:
            said = json.loads(body)
        except ValueError:
            return _refused(400, "The body is not JSON.")
        if isinstance(said, dict) and said.get("type") == "check":
            return web.Response(status=204)
        if not isinstance(said, dict) or set(said) != _KEYS or said["type"] != "reply":
            return _refused(400, f"An object of {', '.join(sorted(_KEYS))}.")
        if (known := self._written.get(said["key"])) is not None:
            return web.json_response({"id": known}, status=409)
        if len(said["text"]) > TEXT_LIMIT:
            return _refused(413, f"At most {TEXT_LIMIT} characters.")
        return self._write(said)

    def _write(self, said: dict[str, Any]) -> web.Response:
        brand, now = self.timeline.brand, self._clock.now()
        customer = self.timeline.authors.get(said["customer"])
        if customer is None or customer == brand:
            return _refused(404, "There is no such customer.")
        if said["private"]:
            if not self._is_open(customer, now):
                return _refused(403, "The customer has not written here for a day.")
            post = self.timeline.message(brand, customer, said["text"], now)
        else:
            parent = self.timeline.visible(said["parent"])
            if parent is None or parent.private:
                return _refused(404, "That message is gone or was never public.")
            post = self.timeline.write(brand, said["text"], now, to_post=parent.id)
        self._written[said["key"]] = post.id
        return web.json_response({"id": post.id}, status=201)

    def _is_signed(self, given: str, body: bytes) -> bool:
        at = given.partition(",")[0].removeprefix("t=")
        if not at.isdecimal() or abs(self._clock.now() - int(at)) > STALE_S:
            return False
        return hmac.compare_digest(given.encode(), sign(self._secret, int(at), body).encode())

    def _is_open(self, customer: Author, now: float) -> bool:
        theirs = [p for p in self.timeline.posts.values() if p.private and p.author == customer]
        return any(now < post.at + WINDOW_S for post in theirs)

    async def _listen(self, asked: dict[str, Any]) -> object:
        self.delivery.url = str(asked["url"])
        return {"ok": True}

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        yield
        await self.delivery.close()


def _message(post: Chirp) -> Json:
    said: Json = {
        "id": post.id,
        "thread": post.thread,
        "text": post.text,
        "at": _time(post.at),
        "private": post.private,
    }
    return said if post.in_reply_to is None else {**said, "parent": post.in_reply_to}


def _partner(post: Chirp) -> str:
    """The id of whom a private message belongs to."""
    return post.thread.removeprefix("dm-")


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def _limited(retry_after: int) -> web.Response:
    headers = {"retry-after": str(retry_after)}
    return web.json_response({"error": "Slow down."}, status=429, headers=headers)


def _broken() -> web.Response:
    return _refused(500, "Something is broken.")
