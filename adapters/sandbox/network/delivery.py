"""Chirp's webhooks: signed batches of at most fifty events, in order, three repeats until a 2xx.

`X-Chirp-Signature: t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA256 with the account's secret
over `<t>.<body>`; a receiver refuses a `t` that is more than five minutes off. The shop's site
delivers in the same way under a header and in a form of its own.
"""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aiohttp

from adapters.sandbox.clock import Clock
from adapters.sandbox.network.posts import Chirp, Json

BATCH = 50
#: Seconds before the first, second and third repeat.
REPEAT_AFTER = (1.0, 5.0, 30.0)
_ANSWER_S = 10.0


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    type: str
    post: Chirp

    def json(self) -> Json:
        """A deletion says only what is gone."""
        post: Json = {"id": self.post.id} if self.type == "deleted" else self.post.json()
        return {"id": self.id, "type": self.type, "post": post}


def batch(account: str, events: Sequence[Event]) -> Json:
    """A batch as Chirp writes it."""
    return {"account": account, "events": [event.json() for event in events]}


def sign(secret: str, t: int, body: bytes) -> str:
    digest = hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={t},v1={digest}"


class Delivery:
    def __init__(
        self,
        account: str,
        secret: str,
        clock: Clock,
        header: str = "x-chirp-signature",
        write: Callable[[str, Sequence[Event]], Json] = batch,
    ) -> None:
        """`write` puts an account's events into the form that goes out, signed in `header`."""
        self._account = account
        self._header = header
        self._write = write
        self._secret = secret
        self._clock = clock
        self._waiting: deque[Event] = deque()
        self._worker: asyncio.Task[None] | None = None
        #: One batch at a time, so that order is kept.
        self._lane = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._url: str | None = None
        self.sent: list[Event] = []
        #: Events that were given up after the last repeat.
        self.lost: list[Event] = []

    @property
    def url(self) -> str | None:
        """Where events go; they wait while there is nowhere."""
        return self._url

    @url.setter
    def url(self, url: str | None) -> None:
        self._url = url
        self._start()

    def send(self, *events: Event) -> None:
        """Deliver soon; what is waiting together goes out together."""
        self._waiting.extend(events)
        self._start()

    async def settled(self) -> None:
        """Wait until everything that has somewhere to go has been answered or given up."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait({self._worker})

    async def deliver(self, events: Sequence[Event]) -> bool:
        """POST one batch, with its repeats; False when it was given up."""
        if self._url is None or not 1 <= len(events) <= BATCH:
            raise ValueError(f"a webhook address and 1 to {BATCH} events, please")
        body = json.dumps(self._write(self._account, events), ensure_ascii=False).encode()
        async with self._lane:
            for wait in (0.0, *REPEAT_AFTER):
                await self._clock.sleep(wait)
                if await self._post(self._url, body):
                    self.sent.extend(events)
                    return True
            self.lost.extend(events)
            return False

    async def close(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _start(self) -> None:
        idle = self._worker is None or self._worker.done()
        if self._waiting and self._url is not None and idle:
            self._worker = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting and self._url is not None:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            await self.deliver(batch)

    async def _post(self, url: str, body: bytes) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S))
        headers = {
            "content-type": "application/json",
            self._header: sign(self._secret, int(self._clock.now()), body),
        }
        try:
            async with self._session.post(url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status // 100 == 2
        except (aiohttp.ClientError, TimeoutError):
            return False
