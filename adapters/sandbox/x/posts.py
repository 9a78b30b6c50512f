"""The endpoints around posts: look up, mentions, own timeline, write, delete."""

from collections.abc import Callable, Iterable
from datetime import datetime

from aiohttp import web
from twitter_text import parse_tweet

from adapters.sandbox.clock import Clock
from adapters.sandbox.x import problems
from adapters.sandbox.x.activity import Activity
from adapters.sandbox.x.gate import Ask, Endpoint
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.meter import PRICES, Meter
from adapters.sandbox.x.shapes import Json, Shapes
from adapters.sandbox.x.world import Post, XWorld

READ = frozenset({"tweet.read", "users.read"})
_WRITE = READ | {"tweet.write"}
_OBJECTS = frozenset(
    {
        "post.fields",
        "tweet.fields",
        "user.fields",
        "media.fields",
        "poll.fields",
        "place.fields",
        "expansions",
    }
)
_PAGE = frozenset(
    {"max_results", "pagination_token", "start_time", "end_time", "since_id", "until_id"}
)
LISTS = _OBJECTS | _PAGE
#: Both timelines reach back this far (docs.x.com/x-api/posts/timelines/introduction).
_DEEPEST = {"mentions": 800, "tweets": 3_200}
_TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)
_NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to."
)


class Posts:
    def __init__(
        self,
        *,
        world: XWorld,
        shapes: Shapes,
        activity: Activity,
        meter: Meter,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._world = world
        self._shapes = shapes
        self._activity = activity
        self._meter = meter
        self._clock = clock
        self._limits = limits

    def endpoints(self) -> list[Endpoint]:
        return [
            Endpoint("GET", "/2/users/me", self._me, "user", READ, _OBJECTS),
            Endpoint("GET", "/2/tweets/{id}", self._one, "either", READ, _OBJECTS),
            Endpoint("GET", "/2/tweets", self._many, "either", READ, _OBJECTS | {"ids"}),
            Endpoint(
                "GET",
                "/2/users/{id}/mentions",
                self._mentions,
                "either",
                READ,
                LISTS,
                page=(5, 100),
            ),
            Endpoint(
                "GET",
                "/2/users/{id}/tweets",
                self._timeline,
                "either",
                READ,
                LISTS | {"exclude"},
                page=(5, 100),
            ),
            Endpoint(
                "POST",
                "/2/tweets",
                self._create,
                "user",
                _WRITE,
                fields=frozenset({"text", "reply", "quote_tweet_id", "made_with_ai"}),
            ),
            Endpoint("DELETE", "/2/tweets/{id}", self._delete, "user", _WRITE),
            Endpoint(
                "PUT",
                "/2/tweets/{id}/hidden",
                self._hide,
                "user",
                READ | {"tweet.moderate.write"},
                fields=frozenset({"hidden"}),
            ),
        ]

    async def _me(self, ask: Ask) -> web.Response:
        person = self._world.people[ask.token.user_id or self._world.brand.id]
        return ask.answer({"data": self._shapes.user(person, ask.query)})

    async def _one(self, ask: Ask) -> web.Response:
        post = self._world.visible(ask.id)
        if post is None:
            # As on the wire: a look-up answers 200 with `errors` and no data.
            return ask.answer({"errors": [problems.missing("tweet", "id", ask.id)]})
        self._charge(ask, [post], PRICES["post_read"])
        return ask.answer(
            {"data": self._shapes.post(post, ask.query), **self._included([post], ask)}
        )

    async def _many(self, ask: Ask) -> web.Response:
        ids = ask.query.get("ids", "").split(",")
        if not 1 <= len(ids) <= 100 or not all(map(str.isdigit, ids)):
            raise problems.invalid("ids: 1 to 100 post ids", ids=ask.query.get("ids", ""))
        found = [post for post in map(self._world.visible, ids) if post]
        gone = [one for one in ids if self._world.visible(one) is None]
        self._charge(ask, found, PRICES["post_read"])
        body: Json = {}
        if found:
            body["data"] = [self._shapes.post(post, ask.query) for post in found]
        if gone:
            body["errors"] = [problems.missing("tweet", "ids", one) for one in gone]
        return ask.answer(body | self._included(found, ask))

    async def _mentions(self, ask: Ask) -> web.Response:
        own = ask.id == ask.token.user_id
        price = PRICES["own_mention_read" if own else "post_read"]
        return self._list(
            ask, lambda post: ask.id in self._world.mentioned_in(post), "mentions", price
        )

    async def _timeline(self, ask: Ask) -> web.Response:
        without_replies = "replies" in ask.query.get("exclude", "").split(",")
        return self._list(
            ask,
            lambda post: post.author_id == ask.id and not (without_replies and post.reply_to),
            "tweets",
            PRICES["post_read"],
        )

    async def _create(self, ask: Ask) -> web.Response:
        text, parent = self._checked(ask)
        author = self._world.people[ask.token.user_id or self._world.brand.id]
        post = self._world.write(
            author, text, self._clock.now(), reply_to=parent.id if parent else None
        )
        if post.links:
            ask.call.dollars += PRICES["post_with_link"]
        else:
            ask.call.dollars += PRICES["summoned_reply" if parent else "post"]
        self._activity.posted(post)
        full = self._shapes.post(post, {})
        return ask.answer({"data": full}, 201)

    async def _delete(self, ask: Ask) -> web.Response:
        post = self._world.visible(ask.id)
        if post is None:
            raise problems.not_found("tweet", "id", ask.id)
        if post.author_id != ask.token.user_id and self._limits.on("delete_own_only"):
            raise problems.forbidden("You are not authorized to delete this Tweet.")
        post.deleted = True
        self._activity.deleted(post)
        return ask.answer({"data": {"deleted": True}})

    async def _hide(self, ask: Ask) -> web.Response:
        post, hidden = self._world.visible(ask.id), ask.body.get("hidden")
        if not isinstance(hidden, bool):
            raise problems.invalid("hidden: true or false", **{"$.hidden": str(hidden)})
        if post is None:
            raise problems.not_found("tweet", "id", ask.id)
        root = self._world.posts[post.conversation_id]
        ours = root.author_id == ask.token.user_id and post.reply_to is not None
        if not ours and self._limits.on("hide_in_own_only"):
            raise problems.forbidden("You are not permitted to perform this action.")
        post.hidden = hidden
        return ask.answer({"data": {"hidden": hidden}})

    def _checked(self, ask: Ask) -> tuple[str, Post | None]:
        """The text and the post to answer, once every rule of writing is kept."""
        text, reply = ask.body.get("text"), ask.body.get("reply")
        if not isinstance(text, str) or not text.strip():
            raise problems.invalid("text or media is required", **{"$.text": str(text)})
        if parse_tweet(text).weightedLength > self._limits.value("text_weight"):
            raise problems.invalid(_TOO_LONG)
        if "quote_tweet_id" in ask.body and self._limits.on("no_quoting"):
            raise problems.forbidden("You are not permitted to perform this action.")
        parent = None
        if reply is not None:
            target = reply.get("in_reply_to_tweet_id") if isinstance(reply, dict) else None
            if not isinstance(target, str) or target not in self._world.posts:
                raise problems.invalid(
                    "$.reply.in_reply_to_tweet_id: an existing post's id", **{"$.reply": str(reply)}
                )
            parent = self._world.posts[target]
            self._check_parent(parent, ask.token.user_id or "")
        self._check_duplicate(text, parent, ask.token.user_id or "")
        return text, parent

    def _check_parent(self, parent: Post, author_id: str) -> None:
        if parent.deleted and self._limits.on("reply_target_exists"):
            raise problems.forbidden(
                "You attempted to reply to a Tweet that is deleted or not visible to you."
            )
        own = parent.author_id == author_id
        summoned = own or self._world.summons(parent, author_id)
        if not summoned and self._limits.on("only_if_summoned"):
            raise problems.forbidden(_NOT_SUMMONED)

    def _check_duplicate(self, text: str, parent: Post | None, author_id: str) -> None:
        """X names no window and no measure; a day, and the same words to the same person, are ours."""
        if not self._limits.on("duplicate_content"):
            return
        since = self._clock.now() - self._limits.value("duplicate_content")
        to = parent.author_id if parent else None
        for post in self._world.posts.values():
            if post.author_id != author_id or post.deleted or post.at < since:
                continue
            answered = self._world.posts[post.reply_to].author_id if post.reply_to else None
            if answered == to and post.shown == text:
                raise problems.forbidden(
                    "You are not allowed to create a Tweet with duplicate content."
                )

    def _list(
        self, ask: Ask, wanted: Callable[[Post], bool], kind: str, price: float
    ) -> web.Response:
        """One page of a person's timeline, as far back as it reaches."""
        if ask.id not in self._world.people:
            return ask.answer({"errors": [problems.missing("user", "id", ask.id)]})
        return self.page(ask, wanted, price, _DEEPEST[kind])

    def page(
        self, ask: Ask, wanted: Callable[[Post], bool], price: float, deepest: int | None = None
    ) -> web.Response:
        """One page of the posts that are wanted, newest first, with the way to the next."""
        posts = [p for p in self._world.posts.values() if not p.deleted and wanted(p)]
        posts.sort(key=lambda post: int(post.id), reverse=True)
        posts = [p for p in posts[:deepest] if _within(p, ask)]
        start = after(ask, [post.id for post in posts])
        page = posts[start : start + ask.page_size(10)]
        self._charge(ask, page, price)
        meta: Json = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if start + len(page) < len(posts):
            meta["next_token"] = token_after(page[-1].id)
        body: Json = {"meta": meta}
        if page:
            body["data"] = [self._shapes.post(post, ask.query) for post in page]
        return ask.answer(body | self._included(page, ask))

    def _included(self, posts: list[Post], ask: Ask) -> Json:
        included = self._shapes.includes(posts, ask.query)
        return {"includes": included} if included else {}

    def _charge(self, ask: Ask, posts: Iterable[Post], price: float) -> None:
        fresh = [post for post in posts if self._meter.first_read("post", post.id)]
        ask.call.dollars += price * len(fresh)


def _within(post: Post, ask: Ask) -> bool:
    query = ask.query
    return (
        ("since_id" not in query or int(post.id) > number(query["since_id"], "since_id"))
        and ("until_id" not in query or int(post.id) < number(query["until_id"], "until_id"))
        and ("start_time" not in query or post.at >= seconds(query["start_time"], "start_time"))
        and ("end_time" not in query or post.at < seconds(query["end_time"], "end_time"))
    )


def number(text: str, parameter: str) -> int:
    """The number of an id in a query."""
    if not text.isdigit():
        raise problems.invalid(f"{parameter}: not an id", **{parameter: text})
    return int(text)


def seconds(text: str, parameter: str) -> float:
    """Seconds since 1970 of an RFC 3339 time in a query."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise problems.invalid(f"{parameter}: not an RFC 3339 time", **{parameter: text}) from None


def token_after(id: str) -> str:
    """The pagination token for what follows this id; opaque to clients."""
    return f"{int(id):032x}"


def after(ask: Ask, ids: list[str]) -> int:
    """Where in the list the asked page begins."""
    token = ask.query.get("pagination_token", ask.query.get("next_token"))
    if token is None:
        return 0
    try:
        last = int(token, 16)
    except ValueError:
        raise problems.invalid(
            "pagination_token: not one that was given out", pagination_token=token
        ) from None
    return next((n for n, one in enumerate(ids) if int(one) < last), len(ids))
