"""X without a public address: the activity stream, and polling the mentions beneath it.

One process an account does both, and looks for hashtags, under the lease `stream`. The stream brings every event that is
subscribed to; it does not bring a customer's answer to himself or a reply deeper in a thread, nor
what happened while nobody listened for long. The mentions hold all of those (but messages).

After a cut the stream is asked for what was missed since the last sign of life: up to five minutes
by `backfill_minutes`, up to a day by `start_time` (docs.x.com, recovery and redundancy). A plan
that grants neither refuses, and is then asked without. The place moves on only at a keep-alive,
when nothing is left of the past. What our database did not keep cuts the connection, and is so
asked for again.

Nothing is read here. An event is handed over as it came, and what polling finds as the event that
the stream would have brought: so all is stored, and can be read again.
"""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

import httpx
import structlog

from adapters.social.x.api import Api, judge
from adapters.social.x.search import Search
from adapters.social.x.settings import Settings
from adapters.social.x.timeline import POST_FIELDS, as_event, stamp
from adapters.social.x.wire import id_at
from chatops.clock import Clock
from chatops.errors import CareError, Rejected, StorageError, TryLater, Unreached
from chatops.ports import Receive, Vault

_log = structlog.get_logger(__name__)

LEASE: Final = 30.0  #: seconds; prolonged three times in that span
#: X sends an empty line at least every 20 s; without any for longer the connection is dead.
_QUIET: Final = 30.0
_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0, read=_QUIET)
_LINE_LIMIT: Final = 1 << 20  #: bytes, as for a webhook's body

_BACKFILL: Final = timedelta(minutes=5)
_RECOVERY: Final = timedelta(hours=24)
_OVERLAP: Final = timedelta(seconds=5)  #: asked for twice rather than not at all
_LOOK_BACK: Final = timedelta(minutes=15)  #: of the very first poll: written while we were set up
_MARK_EVERY: Final = timedelta(seconds=10)
_BACKOFF: Final = (1.0, 60.0)  #: seconds after the first failure, and at most
_REFUSED: Final = 60.0  #: seconds until a refused call is tried again: somebody has to act


class Known(Protocol):
    """What listening needs of the channel."""

    account: str

    async def own_id(self) -> str: ...


class Listener:
    def __init__(
        self,
        channel: Known,
        settings: Settings,
        http: httpx.AsyncClient,
        api: Api,
        vault: Vault,
        clock: Clock,
        search: Search | None = None,
    ) -> None:
        """Listen for an account; with `search`, look for its hashtags as well."""
        self._channel = channel
        self._account = channel.account
        self._settings = settings
        self._http = http
        self._api = api
        self._vault = vault
        self._clock = clock
        self._search = search
        self._marked_at: datetime | None = None
        self._signs = 0
        self._recovers = True  #: until X refuses to give what was missed
        self._is_lost = False  #: whether X has told us that our access was withdrawn

    async def run(self, receive: Receive, owner: str) -> None:
        """Wait for the lease, hold stream and poll while it is ours, and begin again."""
        while True:
            try:
                if await self._vault.lease(self._account, "stream", owner, LEASE):
                    try:
                        await self._hold(receive, owner)
                    finally:
                        # a lease that cannot be given back ends by itself; who was cancelled ends
                        with suppress(StorageError):
                            await self._vault.release(self._account, "stream", owner)
            except StorageError as error:
                _log.error("x.lease_failed", account=self._account, error=str(error))
            await self._clock.sleep(LEASE / 3)

    async def _hold(self, receive: Receive, owner: str) -> None:
        """Return when the lease is lost; a task's error ends the others and passes through."""
        tasks = [asyncio.create_task(self._keep(owner)), asyncio.create_task(self._poll(receive))]
        if self._settings.stream:
            tasks.append(asyncio.create_task(self._stream(receive)))
        if self._search is not None:
            tasks.append(asyncio.create_task(self._search.run(receive)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, owner: str) -> None:
        await self._clock.sleep(LEASE / 3)
        while await self._vault.lease(self._account, "stream", owner, LEASE):
            await self._clock.sleep(LEASE / 3)

    # --- the stream

    async def _stream(self, receive: Receive) -> None:
        failures = 0
        while True:
            signs = self._signs
            try:
                await self._connection(receive)
                wait = 0.0
            except TryLater as later:
                wait = later.seconds
            except Rejected as refusal:
                wait = self._refused(refusal)
            except (CareError, StorageError) as error:
                wait = 0.0
                _log.warning("x.stream_cut", account=self._account, error=str(error))
            failures = 0 if self._signs > signs else failures + 1
            least, most = _BACKOFF
            backoff = min(most, least * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads reconnects
            await self._clock.sleep(max(wait, backoff))

    def _refused(self, refusal: Rejected) -> float:
        """Return how long to wait; a plan without recovery is asked again without it."""
        if self._recovers and refusal.code in {"refused", "forbidden"}:
            self._recovers = False
            return 0.0
        _log.warning("x.stream_refused", account=self._account, code=refusal.code)
        return _REFUSED

    async def _connection(self, receive: Receive) -> None:
        """Read one connection until X ends it."""
        await self._channel.own_id()  # the stream brings other accounts' events too
        token = await self._api.tokens.of_app()
        try:
            async with self._http.stream(
                "GET",
                f"{self._settings.api}/2/activity/stream",
                params=await self._missed(),
                headers={"authorization": f"Bearer {token}"},
                timeout=_TIMEOUT,
            ) as answer:
                await self._check(answer, token)
                async for line in lines(answer.aiter_bytes()):
                    if line:
                        await receive(line)
                    await self._sign_of_life(quiet=not line)
        except httpx.TransportError as error:
            raise Unreached(type(error).__name__) from error

    async def _check(self, answer: httpx.Response, token: str) -> None:
        if answer.is_success:
            return
        await answer.aread()
        if answer.status_code == 401:
            self._api.tokens.forget_app(token)
            raise Unreached("the app's token has ended")
        if answer.status_code >= 500:
            raise Unreached(f"stream: status {answer.status_code}")
        judge(answer, self._clock)

    async def _missed(self) -> Mapping[str, str]:
        """Return the parameters that ask for what came since the last sign of life."""
        if not self._recovers:
            return {}
        now = self._clock.transport()
        mark = (await self._vault.state(self._account)).cursors.get("stream")
        gap = now - datetime.fromisoformat(mark) + _OVERLAP if mark else _BACKFILL
        if gap <= _BACKFILL:
            return {"backfill_minutes": str(max(1, math.ceil(gap / timedelta(minutes=1))))}
        return {"start_time": stamp(now - min(gap, _RECOVERY))}

    async def _sign_of_life(self, *, quiet: bool) -> None:
        self._signs += 1
        now = self._clock.transport()
        if self._marked_at is not None and now - self._marked_at < _MARK_EVERY:
            return
        self._marked_at = now
        await self._vault.heard(self._account, now)
        if quiet:
            await self._vault.save_cursor(self._account, "stream", now.isoformat())

    # --- the mentions

    async def _poll(self, receive: Receive) -> None:
        while True:
            wait = self._settings.poll_seconds
            try:
                await self._mentions(receive)
                self._is_lost = False
            except TryLater as later:
                wait = max(wait, later.seconds)
            except Rejected as refusal:
                _log.warning("x.mentions_refused", account=self._account, code=refusal.code)
                if refusal.code == "revoked":
                    await self._lost(receive)
            except (CareError, StorageError) as error:
                _log.warning("x.mentions_unread", account=self._account, error=str(error))
            await self._clock.sleep(wait)

    async def _lost(self, receive: Receive) -> None:
        """Hand over once that our access was withdrawn: the stream may have been away by then."""
        if self._is_lost:
            return
        try:
            own = await self._channel.own_id()
            at = self._clock.transport().isoformat()
            await receive(as_event("oauth.revoke", own, {"user_id": own, "date_time": at}))
        except (CareError, StorageError) as error:
            _log.warning("x.revocation_untold", account=self._account, error=str(error))
        else:
            self._is_lost = True

    async def _mentions(self, receive: Receive) -> None:
        """Hand over every mention since the newest that was handed over, oldest first."""
        own = await self._channel.own_id()
        cursors = (await self._vault.state(self._account)).cursors
        since = cursors.get("mentions") or id_at(self._clock.transport() - _LOOK_BACK)
        found: list[tuple[str, bytes]] = []
        page: dict[str, str] = {}
        while True:
            body = await self._api.get(
                f"/2/users/{own}/mentions",
                since_id=since,
                max_results="100",
                expansions="author_id",
                **POST_FIELDS,
                **page,
            )
            for post in body.get("data") or []:
                event = as_event("post.mention.create", own, post, body)
                found.append((str(post["id"]), event))
            token = body.get("meta", {}).get("next_token")
            if not token:
                break
            page = {"pagination_token": str(token)}
        for id, event in sorted(found, key=lambda each: int(each[0])):
            await receive(event)
            await self._vault.save_cursor(self._account, "mentions", id)


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Cut a stream at its line feeds, and only there.

    A text may hold other characters that Python takes for the end of a line, such as U+2028.

    Raises:
        Unreached: a line longer than any event.
    """
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.strip()
        if len(rest) > _LINE_LIMIT:
            raise Unreached("a line of the stream is too long")
