"""People's hands on Chirp: what customers and colleagues do there, and trouble; also /dev/chirp.

At the shop's own site (adapters/sandbox/shop.py) they are the same, and give stars besides.
"""

from dataclasses import asdict
from typing import Any, cast

from aiohttp import web

from adapters.sandbox import control
from adapters.sandbox.clock import Clock
from adapters.sandbox.faults import Fault, Faults, Kind
from adapters.sandbox.network.delivery import Delivery, Event
from adapters.sandbox.network.posts import Author, Chirp, Timeline


class Hands:
    def __init__(
        self,
        timeline: Timeline,
        delivery: Delivery,
        faults: Faults,
        clock: Clock,
        at: str = "/dev/chirp",
        kinds: frozenset[str] = frozenset({"mention", "reply", "dm"}),
    ) -> None:
        """`at` is the path of their control routes, `kinds` what customers write there."""
        self._at = at
        self._kinds = kinds
        self._timeline = timeline
        self._delivery = delivery
        self._faults = faults
        self._clock = clock

    def person(
        self, handle: str, *, name: str = "", followers: int = 12, lang: str = "en"
    ) -> Author:
        return self._timeline.author(handle, name=name, followers=followers, lang=lang)

    def write(
        self, person: Author, text: str, to_post: str | None = None, stars: int | None = None
    ) -> Chirp:
        """A customer writes to the brand in public, or answers a public post."""
        now = self._clock.now()
        return self.tell(self._timeline.write(person, text, now, to_post=to_post, stars=stars))

    def message(self, person: Author, text: str) -> Chirp:
        return self.tell(self._timeline.message(person, person, text, self._clock.now()))

    def brand_writes(self, text: str, to_post: str | None = None) -> Chirp:
        """A colleague answers in Chirp's own app."""
        brand = self._timeline.brand
        return self.tell(self._timeline.write(brand, text, self._clock.now(), to_post=to_post))

    def brand_messages(self, person: Author, text: str) -> Chirp:
        brand = self._timeline.brand
        return self.tell(self._timeline.message(brand, person, text, self._clock.now()))

    def edit(self, post_id: str, text: str) -> Chirp:
        post = self._timeline.edit(post_id, text)
        self._delivery.send(Event(f"e-edited-{post.id}-{post.edits}", "edited", post))
        return post

    def delete(self, post_id: str) -> None:
        post = self._timeline.delete(post_id)
        self._delivery.send(Event(f"e-deleted-{post.id}", "deleted", post))

    def event(self, post: Chirp) -> Event:
        """The event that tells of a new post: an echo when it is the brand's own."""
        if post.author == self._timeline.brand:
            return Event(f"e-echo-{post.id}", "echo", post)
        kind = "private" if post.private else "post"
        return Event(f"e-{kind}-{post.id}", kind, post)

    def tell(self, post: Chirp) -> Chirp:
        self._delivery.send(self.event(post))
        return post

    def redeliver(self, *, last: int = 0, reverse: bool = False, times: int = 1) -> int:
        """Send the newest `last` delivered events again (all), in any order."""
        events = self._delivery.sent[-last:] * times
        if reverse:
            events.reverse()
        self._delivery.send(*events)
        return len(events)

    def fault(self, fault: Fault) -> None:
        self._faults.add(fault)

    def state(self) -> dict[str, object]:
        """What the customer sees."""
        brand = self._timeline.brand
        posts = self._timeline.posts.values()
        return {
            "brand": asdict(brand),
            "people": [asdict(a) for a in self._timeline.authors.values() if a != brand],
            "posts": [
                {
                    "id": post.id,
                    "author": post.author.handle,
                    "text": post.text,
                    "reply_to": post.in_reply_to,
                    "conversation_id": post.thread,
                    "at": post.at,
                    "edited": post.edits > 0,
                    "deleted": post.deleted,
                    "hidden": post.hidden,
                    "stars": post.stars,
                }
                for post in posts
                if not post.private
            ],
            "dms": [
                {
                    "id": post.id,
                    "conversation_id": post.thread,
                    "author": post.author.handle,
                    "to": self._partner(post).handle,
                    "text": post.text,
                    "at": post.at,
                }
                for post in posts
                if post.private
            ],
            "waiting_for_webhook": self._delivery.url is None,
        }

    def routes(self) -> list[web.RouteDef]:
        return control.routes(
            self._at,
            {
                ("POST", "write"): self._write_asked,
                ("POST", "brand_writes"): self._brand_writes_asked,
                ("POST", "edit"): self._edit_asked,
                ("POST", "delete"): self._delete_asked,
                ("POST", "fault"): self._fault_asked,
                ("POST", "redeliver"): self._redeliver_asked,
                ("GET", "state"): self._state_asked,
            },
        )

    def _partner(self, post: Chirp) -> Author:
        """Whom a private post goes to."""
        brand = self._timeline.brand
        customer = self._timeline.authors[post.thread.removeprefix("dm-")]
        return customer if post.author == brand else brand

    async def _write_asked(self, asked: dict[str, Any]) -> object:
        kind, text = asked.get("kind", "mention"), asked["text"]
        if kind not in self._kinds or not isinstance(text, str) or not text.strip():
            raise ValueError(f"kind: {', '.join(sorted(self._kinds))}; text: some words")
        stars = asked["stars"] if kind == "review" else None
        if kind == "review" and stars not in range(1, 6):
            raise ValueError("stars: 1 to 5")
        options = {k: asked[k] for k in ("name", "followers", "lang") if k in asked}
        person = self.person(str(asked["as"]), **options)
        if kind == "dm":
            return {"id": self.message(person, text).id}
        to_post = asked["to_post"] if kind == "reply" else None
        return {"id": self.write(person, text, to_post, stars).id}

    async def _brand_writes_asked(self, asked: dict[str, Any]) -> object:
        if "to" in asked:
            return {"id": self.brand_messages(self.person(str(asked["to"])), str(asked["text"])).id}
        return {"id": self.brand_writes(str(asked["text"]), asked.get("to_post")).id}

    async def _edit_asked(self, asked: dict[str, Any]) -> object:
        return {"id": self.edit(str(asked["id"]), str(asked["text"])).id}

    async def _delete_asked(self, asked: dict[str, Any]) -> object:
        self.delete(str(asked["id"]))
        return {"ok": True}

    async def _fault_asked(self, asked: dict[str, Any]) -> object:
        self.fault(Fault(cast(Kind, asked.pop("kind")), **asked))
        return {"ok": True}

    async def _redeliver_asked(self, asked: dict[str, Any]) -> object:
        return {"delivered": self.redeliver(**asked)}

    async def _state_asked(self, _asked: dict[str, Any]) -> object:
        return self.state()
