"""Payloads on their way to the app, over Socket Mode or as signed requests.

What is not acknowledged in three seconds has failed: a command or a press shows the person an
error, and an event is sent again up to three times (at once, after a minute, after five).
"""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp

from adapters.sandbox.slack.faults import KEPT
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.sockets import Sockets
from adapters.sandbox.slack.state import State

Given = TypeVar("Given")

#: Seconds before each repeat of an event.
_REPEAT_AFTER = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one attempt to deliver a payload."""

    acked: bool
    #: Milliseconds on the cloud's clock.
    ms: float
    #: What the app sent with its acknowledgement.
    payload: JSON | str | None = None
    #: `operation_timeout`, `dispatch_failed`, ... where it was not acknowledged.
    error: str | None = None
    #: The app asked for no repeats (X-Slack-No-Retry).
    final: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """One attempt, for the log."""

    kind: str
    payload: JSON
    at: float
    #: 0 for the first attempt.
    attempt: int
    answer: Answer


class Delivery:
    """Sends payloads to the app and keeps the log of it."""

    def __init__(self, state: State, sockets: Sockets) -> None:
        self._state = state
        self._sockets = sockets
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._verified = False
        #: Where payloads are posted; None is Socket Mode.
        self.request_url = state.app.request_url
        #: Where options are asked for, beside it (the Options Load URL of the app's settings).
        self.options_url = state.app.options_url
        self.log: deque[Delivered] = deque(maxlen=KEPT)

    async def ask(self, kind: str, payload: JSON) -> Answer:
        """Deliver a command (`slash_commands`) or what a person did (`interactive`), once."""
        return await self._attempt(kind, payload, 0, "")

    def event(self, event: JSON) -> None:
        """Deliver an event in the background, with its repeats."""
        now = self._state.clock.now()
        wrapper: JSON = {
            "token": "verification-token",
            "team_id": self._state.workspace.team_id,
            "context_team_id": self._state.workspace.team_id,
            "api_app_id": self._state.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": self._state.new_id("Ev"),
            "event_time": int(now),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self._state.workspace.team_id,
                    "user_id": self._state.app.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
        task = asyncio.get_running_loop().create_task(self._until_acked(wrapper))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def repeat(self, sent: Delivered) -> Answer:
        """Deliver the very same payload once more, as Slack may even where it was acknowledged."""
        return await self._attempt(sent.kind, sent.payload, sent.attempt + 1, "http_timeout")

    async def verify(self) -> None:
        """Slack's handshake with a request URL: it must return the challenge."""
        challenge = self._state.new_id("challenge")
        body = {"type": "url_verification", "token": "verification-token", "challenge": challenge}
        answer = await self._post("events_api", body, {})
        given = answer.payload
        if isinstance(given, dict):
            given = given.get("challenge")
        if not answer.acked or given != challenge:
            raise Refused("url_not_verified")
        self._verified = True

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def _until_acked(self, wrapper: JSON) -> None:
        if self.request_url and not self._verified:
            try:
                await self.verify()
            except Refused:
                return
        limits = self._state.limits
        repeats = int(limits.value("event_retries")) if limits.on("event_retries") else 0
        answer = await self._attempt("events_api", wrapper, 0, "")
        for number, wait in enumerate(_REPEAT_AFTER[:repeats], start=1):
            if answer.acked or answer.final:
                return
            await self._state.clock.sleep(wait)
            answer = await self._attempt("events_api", wrapper, number, _reason(answer))

    async def _attempt(self, kind: str, payload: JSON, number: int, reason: str) -> Answer:
        at = self._state.clock.now()
        if self.request_url:
            retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            answer = await self._post(kind, payload, retry if number else {})
        else:
            answer = await self._over_socket(kind, payload, number, reason)
        self.log.append(Delivered(kind, payload, at, number, answer))
        return answer

    async def _over_socket(self, kind: str, payload: JSON, number: int, reason: str) -> Answer:
        # JSON there and back: what the app gets shares nothing with the workspace's own state.
        payload = json.loads(json.dumps(payload))
        started = self._state.clock.now()
        retry = {"retry_attempt": number, "retry_reason": reason} if kind == "events_api" else None
        try:
            waiting = await self._sockets.send(kind, payload, retry)
            given = await self._in_time(waiting)
        except Refused as refusal:
            return Answer(False, self._ms(started), error=refusal.error)
        except TimeoutError:
            return Answer(False, self._ms(started), error="operation_timeout")
        return Answer(True, self._ms(started), given)

    async def _post(self, kind: str, payload: JSON, headers: dict[str, str]) -> Answer:
        started = self._state.clock.now()
        if kind == "events_api":
            body, form = json.dumps(payload), "application/json"
        else:
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, form = urlencode(fields), "application/x-www-form-urlencoded"
        headers = {**headers, "Content-Type": form, **self._signature(body)}
        url = self._address(payload)
        if url is None:
            return Answer(False, self._ms(started), error="dispatch_failed")
        try:
            posting = asyncio.ensure_future(self._posted(url, body, headers, started))
            return await self._in_time(posting)
        except TimeoutError:
            return Answer(False, self._ms(started), error="operation_timeout")
        except aiohttp.ClientError:
            return Answer(False, self._ms(started), error="connection_failed")

    def _address(self, payload: JSON) -> str | None:
        """Options have an address of their own, without which none are asked for."""
        asks = payload.get("type") == "block_suggestion"
        return (
            self.options_url if asks and self._state.limits.on("options_url") else self.request_url
        )

    async def _posted(self, url: str, body: str, headers: dict[str, str], started: float) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(
            url, data=body.encode(), headers=headers, allow_redirects=False
        ) as response:
            text = await response.text()
            final = response.headers.get("X-Slack-No-Retry") == "1"
            if response.status != 200:
                error = f"http_{response.status}"
                return Answer(False, self._ms(started), error=error, final=final)
            given: JSON | str | None = text or None
            if text and response.content_type == "application/json":
                given = json.loads(text)
            return Answer(True, self._ms(started), given)

    async def _in_time(self, waiting: asyncio.Future[Given]) -> Given:
        """The future's result, or TimeoutError once the three seconds are over."""
        if not self._state.limits.on("ack_in"):
            return await waiting
        limit = asyncio.ensure_future(self._state.clock.sleep(self._state.limits.value("ack_in")))
        either: set[asyncio.Future[Any]] = {waiting, limit}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                raise TimeoutError
            return waiting.result()
        finally:
            limit.cancel()

    def _signature(self, body: str) -> dict[str, str]:
        """Slack's v0 signature over the timestamp and the raw body."""
        at = str(int(self._state.clock.now()))
        signed = hmac.new(
            self._state.app.signing_secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256
        )
        return {
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
        }

    def _ms(self, started: float) -> float:
        return round((self._state.clock.now() - started) * 1000, 1)


def _reason(answer: Answer) -> str:
    """Why an event is sent again, in Slack's words."""
    if answer.error == "operation_timeout":
        return "http_timeout"
    return "connection_failed" if answer.error == "connection_failed" else "http_error"
