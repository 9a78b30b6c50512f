"""Looking for hashtags: what customers write about us without naming us.

Recent search reaches seven days back and is asked from the newest post that was handed over
(`since_id`): so nothing is missed by a process that was away for less. X takes `since_id` or a time,
not both, so the bound of seven days is written as an id as well. What is found is handed over like
everything else, oldest first, and the place moves on with each.

Only the process that holds the account's stream and mentions searches. It stops for the month once
it has read what app.yaml allows, says so once, and goes on with the next month. Reaching the cap
amid several pages leaves the place where it was: the older posts, which no page brought, are found
then, if they are still within the seven days.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog

from adapters.social.x.api import Api
from adapters.social.x.parse import ENDED, FOUND
from adapters.social.x.reads import Reads, next_month
from adapters.social.x.settings import Settings
from adapters.social.x.timeline import POST_FIELDS, as_event
from adapters.social.x.wire import id_at
from chatops.clock import Clock
from chatops.errors import CareError, Rejected, StorageError, TryLater
from chatops.ports import Receive, Vault

_log = structlog.get_logger(__name__)

#: The account's cursors: the newest post handed over, and the counts.
PLACE: Final = "hashtags"
COUNTS: Final = "hashtag_reads"

_DEPTH: Final = timedelta(days=7) - timedelta(minutes=5)  #: for clocks that differ from X's
_LOOK_BACK: Final = timedelta(minutes=15)  #: of the very first search, as of the mentions
_SHOWN: Final = {"expansions": "author_id,referenced_tweets.id", **POST_FIELDS}


class Known(Protocol):
    """What searching needs of the channel."""

    account: str

    async def own_id(self) -> str: ...


class Search:
    """Searches for one account; `query` is X's."""

    def __init__(
        self, channel: Known, query: str, settings: Settings, api: Api, vault: Vault, clock: Clock
    ) -> None:
        self._channel = channel
        self._account = channel.account
        self._query = query
        self._every = settings.search_every.total_seconds()
        self._cap = settings.monthly_reads
        self._api = api
        self._vault = vault
        self._clock = clock
        self._stopped = ""  #: the month whose end was told to the log
        self._day = ""
        self._charged: set[str] = set()  #: ids of what was read on `_day`, which X charges once

    async def run(self, receive: Receive) -> None:
        """Search for ever, and wait out what X or our database refuses."""
        while True:
            wait = self._every
            try:
                await self._search(receive)
            except TryLater as later:
                wait = max(wait, later.seconds)
            except Rejected as refusal:
                _log.warning("x.search_refused", account=self._account, code=refusal.code)
            except (CareError, StorageError) as error:
                _log.warning("x.search_unread", account=self._account, error=str(error))
            await self._clock.sleep(wait)

    async def _search(self, receive: Receive) -> None:
        """Hand over every post since the newest that was handed over, oldest first."""
        now = self._clock.transport()
        cursors = (await self._vault.state(self._account)).cursors
        reads = Reads.at(now, cursors.get(COUNTS))
        if reads.page(self._cap) is None:
            await self._tell(reads, now, receive)
            return
        own = await self._channel.own_id()
        since = await self._since(cursors.get(PLACE), now)
        found: list[tuple[str, bytes]] = []
        page: dict[str, str] = {}
        while (size := reads.page(self._cap)) is not None:
            body, reads = await self._page(reads, since, size, page)
            posts = body.get("data") or []
            found += [(str(post["id"]), as_event(FOUND, own, post, body)) for post in posts]
            token = body.get("meta", {}).get("next_token")
            if not token:
                break
            page = {"next_token": str(token)}
        for id, event in sorted(found, key=lambda each: int(each[0])):
            await receive(event)
            if size is not None:
                await self._vault.save_cursor(self._account, PLACE, id)

    async def _since(self, place: str | None, now: datetime) -> str:
        """Return the id from which on to search; the very first one is kept at once."""
        if place is None:
            place = id_at(now - _LOOK_BACK)
            await self._vault.save_cursor(self._account, PLACE, place)
        return max(place, id_at(now - _DEPTH), key=int)

    async def _page(
        self, reads: Reads, since: str, size: int, page: dict[str, str]
    ) -> tuple[dict[str, Any], Reads]:
        """Return one page, and the counts after it, which are kept before it is looked at.

        Where X's rate window has no search left its end is waited for here, amid the pages: they
        need not be paid for again, and their tokens do not expire.
        """
        await self._clock.sleep(reads.wait(self._clock.transport()).total_seconds())
        body, window = await self._api.get_counted(
            "/2/tweets/search/recent",
            query=self._query,
            since_id=since,
            max_results=str(size),
            **_SHOWN,
            **page,
        )
        included = body.get("includes") or {}
        posts = self._fresh("post", [*(body.get("data") or []), *(included.get("tweets") or [])])
        people = self._fresh("user", included.get("users") or [])
        reads = reads.after(posts, people, window, self._clock.transport())
        await self._vault.save_cursor(self._account, COUNTS, reads.model_dump_json())
        return body, reads

    def _fresh(self, kind: str, things: list[dict[str, Any]]) -> int:
        """Count what was not read before on this UTC day, as far as this process knows."""
        day = f"{self._clock.transport():%Y-%m-%d}"
        if day != self._day:
            self._day, self._charged = day, set()
        ids = {f"{kind} {each.get('id')}" for each in things}
        fresh = len(ids - self._charged)
        self._charged |= ids
        return fresh

    async def _tell(self, reads: Reads, now: datetime, receive: Receive) -> None:
        if self._stopped != reads.month:
            until = {"until": next_month(now).isoformat()}
            await receive(as_event(ENDED, await self._channel.own_id(), until))
            self._stopped = reads.month
            _log.warning(
                "x.search_stopped",
                account=self._account,
                posts=reads.posts,
                monthly_reads=self._cap,
                **until,
            )
