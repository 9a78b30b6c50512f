"""The endpoints around direct messages: send to a person, look up all, look up with a person."""

from collections.abc import Callable

from aiohttp import web

from adapters.sandbox.clock import Clock
from adapters.sandbox.x import problems
from adapters.sandbox.x.activity import Activity
from adapters.sandbox.x.gate import Ask, Endpoint
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.meter import PRICES, Meter
from adapters.sandbox.x.posts import after, token_after
from adapters.sandbox.x.shapes import Json, Shapes
from adapters.sandbox.x.world import Message, XWorld, conversation_of

_READ = frozenset({"dm.read", "tweet.read", "users.read"})
_WRITE = frozenset({"dm.write", "tweet.read", "users.read"})
_LIST = frozenset(
    {
        "max_results",
        "pagination_token",
        "event_types",
        "dm_event.fields",
        "expansions",
        "user.fields",
    }
)


class Messages:
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
        with_person = "/2/dm_conversations/with/{id}"
        return [
            Endpoint("GET", "/2/dm_events", self._all, "user", _READ, _LIST, page=(1, 100)),
            Endpoint(
                "GET", f"{with_person}/dm_events", self._with, "user", _READ, _LIST, page=(1, 100)
            ),
            Endpoint(
                "POST",
                f"{with_person}/messages",
                self._send,
                "user",
                _WRITE,
                fields=frozenset({"text"}),
            ),
        ]

    async def _all(self, ask: Ask) -> web.Response:
        return self._list(ask, lambda _message: True)

    async def _with(self, ask: Ask) -> web.Response:
        conversation = conversation_of(self._world.brand.id, self._person(ask))
        return self._list(ask, lambda message: message.conversation_id == conversation)

    async def _send(self, ask: Ask) -> web.Response:
        text = ask.body.get("text")
        if not isinstance(text, str) or not text:
            raise problems.invalid("$.text: is missing but it is required", **{"$.text": str(text)})
        if len(text) > self._limits.value("dm_text"):
            raise problems.forbidden(
                "The text of your direct message is over the max character limit."
            )
        recipient = self._world.people[self._person(ask)]
        if not recipient.takes_messages and self._limits.on("dm_open"):
            raise problems.forbidden("You do not have permission to DM one or more participants.")
        message = self._world.message(self._world.brand, recipient, text, self._clock.now())
        ask.call.dollars += PRICES["message"]
        self._activity.messaged([message])
        return ask.answer(
            {
                "data": {
                    "dm_conversation_id": message.conversation_id,
                    "dm_event_id": message.id,
                }
            },
            201,
        )

    def _person(self, ask: Ask) -> str:
        if ask.id not in self._world.people:
            raise problems.invalid("participant_id: no such user", participant_id=ask.id)
        return ask.id

    def _list(self, ask: Ask, wanted: Callable[[Message], bool]) -> web.Response:
        found = [m for m in self._world.messages.values() if wanted(m)]
        found.sort(key=lambda message: int(message.id), reverse=True)
        start = after(ask, [message.id for message in found])
        page = found[start : start + ask.page_size(100)]
        fresh = [m for m in page if self._meter.first_read("message", m.id)]
        ask.call.dollars += PRICES["message_read"] * len(fresh)
        meta: Json = {"result_count": len(page)}
        if start + len(page) < len(found):
            meta["next_token"] = token_after(page[-1].id)
        body: Json = {"meta": meta}
        if page:
            body["data"] = [self._shapes.message(message, ask.query) for message in page]
        if "sender_id" in ask.query.get("expansions", "").split(",") and page:
            senders = {m.sender_id: self._world.people[m.sender_id] for m in page}
            body["includes"] = {
                "users": [self._shapes.user(person, ask.query) for person in senders.values()]
            }
        return ask.answer(body)
