"""Chirp's API for the brand's software: write in public or private, look up. The rules: `network`."""

import hmac
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import regex
from aiohttp import web

from adapters.sandbox.clock import Clock
from adapters.sandbox.faults import Faults, suffer
from adapters.sandbox.network.posts import Chirp, Json, Timeline

TEXT_LIMIT = 500
KEY_LIVES_S = 24 * 60 * 60
WRITES_A_MINUTE = 120


class Refused(Exception):
    """A refusal on its way to the caller."""

    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after

    def response(self) -> web.Response:
        headers = {"retry-after": str(self.retry_after)} if self.retry_after else {}
        return web.json_response(
            {"error": self.code, "message": str(self)}, status=self.status, headers=headers
        )


@dataclass(frozen=True, slots=True)
class _Written:
    """What an idempotency key stands for."""

    asked: Json
    post_id: str
    at: float


class Api:
    def __init__(
        self,
        *,
        timeline: Timeline,
        token: str,
        clock: Clock,
        faults: Faults,
        echo: Callable[[Chirp], object],
        set_url: Callable[[str], None],
    ) -> None:
        self._timeline = timeline
        self._token = token
        self._clock = clock
        self._faults = faults
        self._echo = echo
        self._set_url = set_url
        self._keys: dict[str, _Written] = {}
        self._writes: deque[float] = deque()

    def routes(self, prefix: str) -> list[web.RouteDef]:
        return [
            web.post(f"{prefix}/api/posts", self._guarded(self._post)),
            web.post(f"{prefix}/api/messages", self._guarded(self._message)),
            web.get(f"{prefix}/api/posts", self._guarded(self._replies)),
            web.get(f"{prefix}/api/posts/{{id}}", self._guarded(self._one)),
            web.put(f"{prefix}/api/posts/{{id}}/hidden", self._guarded(self._hide)),
            web.delete(f"{prefix}/api/posts/{{id}}", self._guarded(self._delete)),
            web.put(f"{prefix}/api/webhook", self._guarded(self._webhook)),
        ]

    def _guarded(
        self, work: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            given = request.headers.get("Authorization", "").encode()
            if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
                return Refused(401, "unauthorized", "A bearer token, please.").response()
            try:
                return await work(request)
            except Refused as refused:
                return refused.response()

        async def handle(request: web.Request) -> web.StreamResponse:
            fault = self._faults.take(request.method, request.path)
            if fault is None:
                return await answer(request)
            return await suffer(fault, request, lambda: answer(request), _limited, _broken)

        return handle

    async def _post(self, request: web.Request) -> web.Response:
        asked = await _read(request, {"text", "in_reply_to", "idempotency_key"})
        text, parent_id = _checked_text(asked), asked.get("in_reply_to")
        if parent_id is not None and not isinstance(parent_id, str):
            raise Refused(400, "invalid_reply", "in_reply_to: a post's id")

        def write() -> Chirp:
            parent = self._timeline.visible(parent_id)
            if parent_id is not None and (parent is None or parent.private):
                raise Refused(404, "no_such_post", "That post is gone or was never public.")
            return self._timeline.write(
                self._timeline.brand, text, self._clock.now(), to_post=parent_id
            )

        return self._once(asked, write)

    async def _message(self, request: web.Request) -> web.Response:
        asked = await _read(request, {"to", "text", "idempotency_key"})
        text = _checked_text(asked)
        customer = self._timeline.authors.get(str(asked.get("to")))
        if customer is None or customer == self._timeline.brand:
            raise Refused(404, "no_such_author", "to: an author's id")
        return self._once(
            asked,
            lambda: self._timeline.message(self._timeline.brand, customer, text, self._clock.now()),
        )

    async def _replies(self, request: web.Request) -> web.Response:
        parent = request.query.get("parent")
        posts = [p for p in self._timeline.posts.values() if not p.private and not p.deleted]
        found = [p.json() for p in posts if parent is None or p.in_reply_to == parent]
        return web.json_response({"posts": found})

    async def _one(self, request: web.Request) -> web.Response:
        post = self._timeline.visible(request.match_info["id"])
        if post is None or post.private:
            raise Refused(404, "no_such_post", "That post is gone or was never public.")
        return web.json_response({"post": post.json()})

    async def _hide(self, request: web.Request) -> web.Response:
        hidden = (await _read(request, {"hidden"})).get("hidden")
        if not isinstance(hidden, bool):
            raise Refused(400, "invalid_fields", "hidden: true or false")
        post = self._moderated(request)
        if post.author == self._timeline.brand:
            raise Refused(403, "own_post", "One hides what others wrote, and deletes one's own.")
        self._admit(self._clock.now())
        return web.json_response({"post": self._timeline.hide(post.id, hidden=hidden).json()})

    async def _delete(self, request: web.Request) -> web.Response:
        post = self._moderated(request)
        self._admit(self._clock.now())
        return web.json_response({"post": self._timeline.delete(post.id).json()})

    def _moderated(self, request: web.Request) -> Chirp:
        """Return the public post that is named: the brand's own, or one that addresses it."""
        post = self._timeline.visible(request.match_info["id"])
        if post is None or post.private:
            raise Refused(404, "no_such_post", "That post is gone or was never public.")
        return post

    async def _webhook(self, request: web.Request) -> web.Response:
        asked = await _read(request, {"url"})
        url = asked.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise Refused(400, "invalid_url", "url: an http or https address")
        self._set_url(url)
        return web.json_response({"url": url})

    def _once(self, asked: Json, write: Callable[[], Chirp]) -> web.Response:
        """Write, unless this key has written before."""
        key, now = asked.get("idempotency_key"), self._clock.now()
        if not isinstance(key, str) or not 1 <= len(key) <= 128:
            raise Refused(400, "invalid_key", "idempotency_key: 1 to 128 characters")
        before = self._keys.get(key)
        if before is not None and now < before.at + KEY_LIVES_S:
            if before.asked != asked:
                raise Refused(409, "key_reused", "This key has written something else.")
            return web.json_response({"post": self._timeline.posts[before.post_id].json()})
        self._admit(now)
        post = write()
        self._keys[key] = _Written(asked, post.id, now)
        self._echo(post)
        return web.json_response({"post": post.json()}, status=201)

    def _admit(self, now: float) -> None:
        while self._writes and self._writes[0] <= now - 60:
            self._writes.popleft()
        if len(self._writes) >= WRITES_A_MINUTE:
            wait = int(self._writes[0] + 60 - now) + 1
            raise Refused(429, "too_many_writes", "Slow down.", retry_after=wait)
        self._writes.append(now)


async def _read(request: web.Request, fields: set[str]) -> Json:
    try:
        asked = json.loads(await request.read())
    except ValueError:
        raise Refused(400, "invalid_json", "The body is not JSON.") from None
    if not isinstance(asked, dict) or set(asked) - fields:
        raise Refused(400, "invalid_fields", f"An object of {', '.join(sorted(fields))}.")
    return asked


def _checked_text(asked: Json) -> str:
    text = asked.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refused(422, "empty_text", "text: some words, please")
    length = len(regex.findall(r"\X", text))
    if length > TEXT_LIMIT:
        raise Refused(422, "text_too_long", f"text: {length} characters, at most {TEXT_LIMIT}")
    return text


def _limited(retry_after: int) -> web.Response:
    return Refused(429, "too_many_writes", "Slow down.", retry_after).response()


def _broken() -> web.Response:
    return Refused(500, "internal_error", "Something is broken.").response()
