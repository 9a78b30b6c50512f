"""Activities on their way to the app: signed as Microsoft's are, and answered in time or not at all."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from adapters.sandbox.teams.faults import KEPT
from adapters.sandbox.teams.keys import Keys
from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.state import State

Given = TypeVar("Given")

ISSUER = "https://api.botframework.com"

#: Seconds that a token to the app is good for.
_LIFE = 3_600


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt to deliver an activity."""

    #: None where no answer came.
    status: int | None
    #: Milliseconds on the cloud's clock.
    ms: float
    #: The answer's JSON; None without one.
    body: Any = None
    #: `timeout`, `connection_failed`, `nobody_listens` or `not_json`.
    error: str | None = None

    @property
    def ok(self) -> bool:
        """The app took it."""
        return self.status is not None and 200 <= self.status < 300 and self.error is None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One attempt, for the log."""

    activity: JSON
    at: float
    #: 0 for the first attempt.
    attempt: int
    answer: Answer


class Delivery:
    """Sends activities to the app and keeps the log of it."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._session: aiohttp.ClientSession | None = None
        #: Signs tokens to the app; its public half is the OpenID metadata's.
        self.keys = Keys("connector", first=0)
        #: The app's messaging endpoint; None: nobody listens.
        self.url: str | None = None
        self.log: deque[Delivered] = deque(maxlen=KEPT)

    def claims(self, service_url: str | None = None) -> JSON:
        """The claims of a token to the app, as of now."""
        now = int(self._state.clock.now())
        return {
            "iss": ISSUER,
            "aud": self._state.organisation.app_id,
            "nbf": now,
            "exp": now + _LIFE,
            "serviceurl": service_url or self._state.service_url,
        }

    async def send(
        self, activity: JSON, authorization: str | None = "", attempt: int = 0
    ) -> Answer:
        """Deliver an activity once.

        `authorization` is sent in place of our own signed token; None sends no such header.
        """
        at = self._state.clock.now()
        if authorization == "":
            authorization = f"Bearer {self.keys.sign(self.claims(activity['serviceUrl']))}"
        answer = await self._posted(activity, authorization)
        self.log.append(Delivered(activity, at, attempt, answer))
        return answer

    async def repeat(self, sent: Delivered) -> Answer:
        """Deliver the very same activity once more."""
        return await self.send(sent.activity, attempt=sent.attempt + 1)

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _posted(self, activity: JSON, authorization: str | None) -> Answer:
        started = self._state.clock.now()
        if self.url is None:
            return Answer(None, 0, error="nobody_listens")
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if authorization is not None:
            headers["Authorization"] = authorization
        body = json.dumps(activity, ensure_ascii=False).encode()
        rule = "invoke_in" if activity["type"] == "invoke" else "message_in"
        try:
            posting = asyncio.ensure_future(self._exchange(self.url, body, headers))
            status, text = await self._in_time(posting, rule)
        except TimeoutError:
            return Answer(None, self._ms(started), error="timeout")
        except aiohttp.ClientError:
            return Answer(None, self._ms(started), error="connection_failed")
        try:
            return Answer(status, self._ms(started), json.loads(text) if text else None)
        except ValueError:
            # Only an invoke's answer is read; a message may be answered by any words.
            error = "not_json" if activity["type"] == "invoke" else None
            return Answer(status, self._ms(started), error=error)

    async def _exchange(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(
            url, data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status, await response.text()

    async def _in_time(self, waiting: "asyncio.Future[Given]", rule: str) -> Given:
        """The future's result, or TimeoutError once the rule's seconds are over."""
        if not self._state.limits.on(rule):
            return await waiting
        limit = asyncio.ensure_future(self._state.clock.sleep(self._state.limits.value(rule)))
        either: set[asyncio.Future[Any]] = {waiting, limit}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                raise TimeoutError
            return waiting.result()
        finally:
            limit.cancel()

    def _ms(self, started: float) -> float:
        return round((self._state.clock.now() - started) * 1000, 1)
