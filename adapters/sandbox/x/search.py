"""Recent search: the posts of the last seven days that a query finds, newest first."""

from aiohttp import web

from adapters.sandbox.clock import Clock
from adapters.sandbox.x import problems
from adapters.sandbox.x.gate import Ask, Endpoint
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.meter import PRICES
from adapters.sandbox.x.posts import LISTS, READ, Posts, number, seconds
from adapters.sandbox.x.query import Query
from adapters.sandbox.x.shapes import iso
from adapters.sandbox.x.world import XWorld, id_at, time_of

#: X answers with the id and the minute from which on it has posts.
_STALE_ID = (
    "'since_id' must be a tweet id created after {minute}. Please use a 'since_id' that is larger "
    "than {id}"
)
_STALE_TIME = "Invalid 'start_time':'{given}'. 'start_time' must be on or after {minute}"
_MIXED = "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'."
_DEPENDENT = (
    "There must be at least one positive, standalone operator/clause (i.e. not only negations or "
    "operators such as 'is:' and 'has:')"
)


class Search:
    def __init__(self, posts: Posts, world: XWorld, clock: Clock, limits: Limits) -> None:
        self._posts = posts
        self._world = world
        self._clock = clock
        self._limits = limits

    def endpoints(self) -> list[Endpoint]:
        asked = LISTS | {"query", "next_token", "sort_order"}
        return [
            Endpoint(
                "GET",
                "/2/tweets/search/recent",
                self._recent,
                "either",
                READ,
                asked,
                page=(10, 100),
            )
        ]

    async def _recent(self, ask: Ask) -> web.Response:
        query = self._query(ask)
        self._check_depth(ask)
        oldest = self._clock.now() - self._limits.value("search_depth")
        return self._posts.page(
            ask, lambda post: post.at >= oldest and query.matches(post), PRICES["post_read"]
        )

    def _query(self, ask: Ask) -> Query:
        written = ask.query.get("query", "")
        if not written.strip():
            raise problems.invalid("The `query` query parameter can not be empty", query=written)
        longest = self._limits.value("search_query")
        if len(written) > longest:
            raise problems.invalid(
                f"There were errors processing your request: query is {len(written)} characters "
                f"long, {longest:g} are allowed",
                query=written,
            )
        query = Query(written, self._world)
        if not query.stands_alone and self._limits.on("search_standalone"):
            raise problems.invalid(
                f"There were errors processing your request: {_DEPENDENT}", query=written
            )
        return query

    def _check_depth(self, ask: Ask) -> None:
        query = ask.query
        by_id, by_time = {"since_id", "until_id"}, {"start_time", "end_time"}
        if query.keys() & by_id and query.keys() & by_time and self._limits.on("search_bounds"):
            raise problems.invalid(
                _MIXED, **{name: query[name] for name in query.keys() & (by_id | by_time)}
            )
        oldest = self._clock.now() - self._limits.value("search_depth")
        if "since_id" in query and time_of(str(number(query["since_id"], "since_id"))) < oldest:
            said = _STALE_ID.format(minute=_minute(oldest), id=id_at(oldest))
            raise problems.invalid(said, since_id=query["since_id"])
        if "start_time" in query and seconds(query["start_time"], "start_time") < oldest:
            said = _STALE_TIME.format(given=query["start_time"], minute=_minute(oldest))
            raise problems.invalid(said, start_time=query["start_time"])


def _minute(at: float) -> str:
    return f"{iso(at)[:16]}Z"
