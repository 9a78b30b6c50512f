"""The endpoints of the X Activity API and of its webhooks; the events themselves are `activity`'s."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from aiohttp import web

from adapters.sandbox.clock import Clock
from adapters.sandbox.x import problems
from adapters.sandbox.x.activity import Activity, Stream
from adapters.sandbox.x.gate import Ask, Endpoint
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.posts import seconds
from adapters.sandbox.x.webhooks import Webhooks

_T = TypeVar("_T")

#: Seconds between the newlines that keep a quiet stream open (docs.x.com, consuming streaming data).
KEEP_ALIVE_S = 20.0
#: Real seconds after which a stream whose reader has left is noticed.
_LOOK_S = 0.1


class Subscribing:
    def __init__(
        self, activity: Activity, webhooks: Webhooks, clock: Clock, limits: Limits
    ) -> None:
        self._activity = activity
        self._webhooks = webhooks
        self._clock = clock
        self._limits = limits

    def endpoints(self) -> list[Endpoint]:
        subscriptions, webhooks = "/2/activity/subscriptions", "/2/webhooks"
        optional = frozenset({"tag", "webhook_id"})
        return [
            Endpoint(
                "POST",
                subscriptions,
                self._subscribe,
                "either",
                fields=optional | {"event_type", "filter"},
            ),
            Endpoint(
                "GET",
                subscriptions,
                self._subscriptions,
                "either",
                parameters=frozenset({"max_results", "pagination_token"}),
                page=(1, 1000),
            ),
            Endpoint("PUT", f"{subscriptions}/{{id}}", self._change, "app", fields=optional),
            Endpoint("DELETE", f"{subscriptions}/{{id}}", self._unsubscribe, "app"),
            Endpoint(
                "GET",
                "/2/activity/stream",
                self._stream,
                "app",
                parameters=frozenset({"backfill_minutes", "start_time", "end_time"}),
            ),
            Endpoint("POST", webhooks, self._register, "app", fields=frozenset({"url"})),
            Endpoint(
                "GET",
                webhooks,
                self._registered,
                "app",
                parameters=frozenset({"webhook_config.fields"}),
            ),
            Endpoint("PUT", f"{webhooks}/{{id}}", self._check, "app"),
            Endpoint("DELETE", f"{webhooks}/{{id}}", self._remove, "app"),
        ]

    async def _subscribe(self, ask: Ask) -> web.Response:
        made = self._activity.subscribe(ask.body, ask.token)
        # The OpenAPI file wraps it so; the quickstart shows the bare subscription instead.
        return ask.answer({"data": {"subscription": made.json()}, **self._meta()})

    async def _subscriptions(self, ask: Ask) -> web.Response:
        found = [s.json() for s in self._activity.subscriptions.values()]
        return ask.answer({"data": found[: ask.page_size(1000)], **self._meta()})

    async def _change(self, ask: Ask) -> web.Response:
        changed = self._activity.change(ask.id, ask.body)
        total = len(self._activity.subscriptions)
        return ask.answer(
            {"data": {"subscription": changed.json(), "total_subscriptions": total}, **self._meta()}
        )

    async def _unsubscribe(self, ask: Ask) -> web.Response:
        self._activity.remove(ask.id)
        return ask.answer({"data": {"deleted": True}, **self._meta()})

    def _meta(self) -> dict[str, object]:
        return {"meta": {"total_subscriptions": len(self._activity.subscriptions)}}

    async def _register(self, ask: Ask) -> web.Response:
        webhook = await self._webhooks.register(ask.body.get("url"))
        return ask.answer({"data": webhook.json()})

    async def _registered(self, ask: Ask) -> web.Response:
        found = [webhook.json() for webhook in self._webhooks.all.values()]
        return ask.answer({"data": found, "meta": {"result_count": len(found)}})

    async def _check(self, ask: Ask) -> web.Response:
        return ask.answer({"data": {"valid": await self._webhooks.check(ask.id)}})

    async def _remove(self, ask: Ask) -> web.Response:
        self._webhooks.remove(ask.id)
        return ask.answer({"data": {"deleted": True}})

    async def _stream(self, ask: Ask) -> web.StreamResponse:
        stream = self._activity.open(*self._gap(ask))
        response = web.StreamResponse(
            headers={"content-type": "application/json", **ask.rate_headers}
        )
        try:
            # A reader that leaves in the middle of a line ends its stream like any other.
            with suppress(ConnectionResetError):
                await response.prepare(ask.request)
                await self._pour(stream, ask.request, response)
        finally:
            self._activity.leave(stream)
        return response

    def _gap(self, ask: Ask) -> tuple[float | None, float | None]:
        """From when to when the reader wants events again; None for no bound."""
        minutes = ask.query.get("backfill_minutes", "0")
        if not minutes.isdigit() or int(minutes) > self._limits.value("backfill"):
            raise problems.invalid(
                f"The `backfill_minutes` query parameter value [{minutes}] is not between 0 and 5",
                backfill_minutes=minutes,
            )
        since = self._clock.now() - int(minutes) * 60 if int(minutes) else None
        until = None
        if "start_time" in ask.query:
            since = seconds(ask.query["start_time"], "start_time")
        if "end_time" in ask.query:
            until = seconds(ask.query["end_time"], "end_time")
        return since, until

    async def _pour(
        self, stream: Stream, request: web.Request, response: web.StreamResponse
    ) -> None:
        """Write events as they come and a newline when none does, until either side hangs up."""
        line = _task(stream.lines.get)
        pause = _task(lambda: self._clock.sleep(KEEP_ALIVE_S))
        try:
            while request.transport is not None and not request.transport.is_closing():
                await asyncio.wait(
                    {line, pause}, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED
                )
                if line.done():
                    body = line.result()
                    if body is None:
                        return
                    await response.write(body + b"\r\n")
                    line = _task(stream.lines.get)
                if pause.done():
                    await response.write(b"\r\n")
                    pause = _task(lambda: self._clock.sleep(KEEP_ALIVE_S))
        finally:
            line.cancel()
            pause.cancel()


def _task(make: Callable[[], Coroutine[Any, Any, _T]]) -> asyncio.Task[_T]:
    return asyncio.create_task(make())
