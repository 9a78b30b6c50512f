"""The X Activity API: who wants which events, and their way out by stream and by webhook.

An event goes to the webhook of its subscription and to every open stream. Each is kept, so that a
stream that comes back can ask for what it missed, and hands can deliver it again.

post.mention.create fires only for a handle in the body, not for a reply's implicit mention;
post.reply.create only for a direct reply to the brand's own post; deletions only for the brand's
own posts. What falls between is found by polling the mentions. (docs.x.com/x-api/activity)
"""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from adapters.sandbox.clock import Clock
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.meter import PRICES, Meter
from adapters.sandbox.x.oauth import Token
from adapters.sandbox.x.problems import forbidden, invalid, not_found, too_many_connections
from adapters.sandbox.x.shapes import Json, Shapes, iso
from adapters.sandbox.x.webhooks import Webhooks
from adapters.sandbox.x.world import Message, Post, XWorld

#: Events of an account that only its owner may subscribe to.
PRIVATE = frozenset(
    {"post.mention.create", "post.reply.create", "post.quote.create", "dm.received", "dm.sent"}
)
EVENT_TYPES = PRIVATE | {"post.create", "post.delete"}


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    event_type: str
    user_id: str
    created_at: float
    updated_at: float
    tag: str | None = None
    webhook_id: str | None = None

    def json(self) -> Json:
        full = {
            "subscription_id": self.id,
            "event_type": self.event_type,
            "filter": {"user_id": self.user_id},
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "tag": self.tag,
            "webhook_id": self.webhook_id,
        }
        return {name: value for name, value in full.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it went out; the same bytes on stream and webhook."""

    uuid: str
    event_type: str
    at: float
    body: bytes
    webhook_ids: tuple[str, ...]


class Stream:
    """One open connection: lines for it, None to hang up."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[bytes | None] = asyncio.Queue()


class Activity:
    def __init__(
        self,
        *,
        world: XWorld,
        shapes: Shapes,
        webhooks: Webhooks,
        meter: Meter,
        clock: Clock,
        limits: Limits,
    ) -> None:
        self._world = world
        self._shapes = shapes
        self._webhooks = webhooks
        self._meter = meter
        self._clock = clock
        self._limits = limits
        self._random = random.Random(0)
        self._streams: list[Stream] = []
        self.subscriptions: dict[str, Subscription] = {}
        self.events: list[Event] = []

    def subscribe(self, asked: Json, token: Token) -> Subscription:
        event_type, user_id = self._wanted(asked, token)
        tag, webhook_id = self._options(asked)
        if self._limits.on("subscribed_once") and any(
            (s.event_type, s.user_id) == (event_type, user_id) for s in self.subscriptions.values()
        ):
            raise invalid("This subscription exists already.", event_type=event_type)
        if len(self.subscriptions) >= self._limits.value("subscription_cap"):
            raise forbidden("The maximum number of subscriptions has been reached.")
        now = self._clock.now()
        made = Subscription(self._world.new_id(now), event_type, user_id, now, now, tag, webhook_id)
        self.subscriptions[made.id] = made
        return made

    def change(self, id: str, asked: Json) -> Subscription:
        old = self.get(id)
        tag, webhook_id = self._options(asked)
        new = replace(
            old,
            tag=tag or old.tag,
            webhook_id=webhook_id or old.webhook_id,
            updated_at=self._clock.now(),
        )
        self.subscriptions[id] = new
        return new

    def get(self, id: str) -> Subscription:
        if id not in self.subscriptions:
            raise not_found("subscription", "subscription_id", id)
        return self.subscriptions[id]

    def remove(self, id: str) -> None:
        del self.subscriptions[self.get(id).id]

    def posted(self, post: Post) -> None:
        """Tell of a new post whoever subscribed."""
        brand = self._world.brand.id
        payload = self._shapes.activity_post(post)
        for event_type in self._kinds(post, brand):
            # X's samples of replies come without their author: a receiver must look him up.
            bare = event_type in {"post.reply.create", "post.quote.create"}
            includes: Json = {} if bare else self._shapes.activity_includes(post)
            self._emit(event_type, brand, payload, includes, PRICES["post_read"])

    def deleted(self, post: Post) -> None:
        if post.author_id == self._world.brand.id:
            payload: Json = {"id": post.id, "author_id": post.author_id}
            includes: Json = {
                "users": [{"data": self._shapes.full_user(self._world.brand)}],
            }
            self._emit("post.delete", post.author_id, payload, includes, 0.0)

    def messaged(self, messages: list[Message]) -> None:
        """Tell of direct messages of one conversation in one event."""
        brand = self._world.brand.id
        sent = messages[0].sender_id == brand
        self._emit(
            "dm.sent" if sent else "dm.received",
            brand,
            self._shapes.activity_messages(messages),
            None,
            0.0 if sent else PRICES["message_read"] * len(messages),
        )

    def revoked(self) -> None:
        """The brand took its permission back: nobody subscribes to that, everybody is told."""
        payload: Json = {
            "date_time": iso(self._clock.now())[:19] + "+00:00",
            "user_id": self._world.brand.id,
            "app_id": self._world.app.id,
        }
        data: Json = {"filter": {}, "event_type": "oauth.revoke", "payload": payload}
        hooks = {s.webhook_id for s in self.subscriptions.values() if s.webhook_id}
        self._send(data, tuple(sorted(hooks)))

    def open(self, since: float | None, until: float | None) -> Stream:
        """Open a stream; `since` first brings again what went out from then on."""
        if len(self._streams) >= self._limits.value("stream_connections"):
            raise too_many_connections()
        stream = Stream()
        self._streams.append(stream)
        if since is not None:
            end = float("inf") if until is None else until
            for event in self.events:
                if since <= event.at <= end:
                    stream.lines.put_nowait(event.body)
        return stream

    def leave(self, stream: Stream) -> None:
        if stream in self._streams:
            self._streams.remove(stream)

    def drop_streams(self) -> None:
        """Hang up on everybody who listens."""
        for stream in self._streams:
            stream.lines.put_nowait(None)
        self._streams.clear()

    @property
    def open_streams(self) -> int:
        return len(self._streams)

    def deliver_again(self, chosen: Callable[[Event], bool], *, reverse: bool, times: int) -> int:
        """Send events that went out once more, on stream and webhook alike; gives how many."""
        events = [event for event in self.events if chosen(event)] * times
        if reverse:
            events.reverse()
        for event in events:
            self._dispatch(event)
        return len(events)

    def _kinds(self, post: Post, brand: str) -> list[str]:
        if post.author_id == brand:
            return ["post.create"]
        kinds = []
        if brand in self._world.mentioned_in(post, explicit=True):
            kinds.append("post.mention.create")
        for target, kind in (
            (post.reply_to, "post.reply.create"),
            (post.quotes, "post.quote.create"),
        ):
            if target and self._world.posts[target].author_id == brand:
                kinds.append(kind)
        return kinds

    def _emit(
        self, event_type: str, user_id: str, payload: Json, includes: Json | None, price: float
    ) -> None:
        for subscription in self.subscriptions.values():
            if (subscription.event_type, subscription.user_id) != (event_type, user_id):
                continue
            data: Json = {
                "filter": {"user_id": user_id},
                "event_type": event_type,
                **({"tag": subscription.tag} if subscription.tag else {}),
                "payload": payload,
                **({"includes": includes} if includes is not None else {}),
            }
            self._meter.delivered_dollars += price
            hook = subscription.webhook_id
            self._send(data, (hook,) if hook else ())

    def _send(self, data: Json, webhook_ids: tuple[str, ...]) -> None:
        # Signed 64-bit numbers as strings: about half of them are negative.
        uuid = str(self._random.getrandbits(64) - 2**63)
        whole = Shapes.with_twins({"data": {"event_uuid": uuid, **data}})
        body = json.dumps(whole, ensure_ascii=False).encode()
        event = Event(uuid, str(data["event_type"]), self._clock.now(), body, webhook_ids)
        self.events.append(event)
        self._dispatch(event)

    def _dispatch(self, event: Event) -> None:
        for stream in self._streams:
            stream.lines.put_nowait(event.body)
        for webhook_id in event.webhook_ids:
            webhook = self._webhooks.all.get(webhook_id)
            if webhook is not None:
                self._webhooks.send(webhook, event.uuid, event.body)

    def _wanted(self, asked: Json, token: Token) -> tuple[str, str]:
        event_type, chosen = asked.get("event_type"), asked.get("filter")
        if event_type not in EVENT_TYPES or not isinstance(event_type, str):
            raise invalid(
                "event_type is not one that can be subscribed to", event_type=f"{event_type}"
            )
        user_id = chosen.get("user_id") if isinstance(chosen, dict) else None
        if not isinstance(user_id, str) or user_id not in self._world.people:
            raise invalid("filter.user_id: an existing user's id", filter=str(chosen))
        if event_type in PRIVATE and self._limits.on("private_events") and token.user_id != user_id:
            raise forbidden("This event type needs the user's own authorization.")
        # The OpenAPI file names the scope that goes with each event type.
        scope = "dm.read" if event_type.startswith("dm.") else "tweet.read"
        if token.user_id and scope not in token.scopes and self._limits.on("scopes"):
            raise forbidden()
        return event_type, user_id

    def _options(self, asked: Json) -> tuple[str | None, str | None]:
        tag, webhook_id = asked.get("tag"), asked.get("webhook_id")
        if tag is not None and not (isinstance(tag, str) and 1 <= len(tag) <= 200):
            raise invalid("tag: 1 to 200 characters", tag=str(tag))
        if webhook_id is not None and webhook_id not in self._webhooks.all:
            raise invalid("webhook_id: no such webhook", webhook_id=str(webhook_id))
        return tag, str(webhook_id) if webhook_id is not None else None
