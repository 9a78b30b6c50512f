"""People's hands on the make-believe X: what customers and colleagues do in the app, and trouble.

The same as Python methods for tests, and as JSON routes under /dev/x for the page.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal, cast, get_args

from aiohttp import web

from adapters.sandbox import control
from adapters.sandbox.clock import Clock
from adapters.sandbox.faults import Fault, Faults, Kind
from adapters.sandbox.x.activity import Activity
from adapters.sandbox.x.meter import Meter
from adapters.sandbox.x.oauth import Grants
from adapters.sandbox.x.world import Message, Person, Post, XWorld

Written = Literal["mention", "reply", "quote", "post", "dm"]


class Hands:
    def __init__(
        self,
        *,
        world: XWorld,
        activity: Activity,
        grants: Grants,
        meter: Meter,
        faults: Faults,
        clock: Clock,
    ) -> None:
        self._world = world
        self._activity = activity
        self._grants = grants
        self._meter = meter
        self._faults = faults
        self._clock = clock

    def person(
        self,
        handle: str,
        *,
        name: str = "",
        followers: int = 12,
        lang: str = "en",
        takes_messages: bool = True,
    ) -> Person:
        """The person of this handle, made when there is none."""
        known = self._world.by_handle(handle)
        if known is not None:
            return known
        handle = handle.removeprefix("@")
        if not handle.isascii() or not handle.replace("_", "a").isalnum() or len(handle) > 15:
            raise ValueError("handle: 1 to 15 letters, digits or underscores")
        person_id = self._world.new_id(self._clock.now())
        made = Person(person_id, handle, name or handle, followers, lang, takes_messages)
        self._world.people[person_id] = made
        return made

    def write(
        self,
        person: Person,
        text: str,
        kind: Written = "mention",
        to_post: str | None = None,
        *,
        names_answered: bool = True,
    ) -> Post:
        """A customer writes in public. A mention names the brand, whether the text did or not; a
        post stands as it was written.

        A reply names whom it answers, unless the customer took the handle out: then X lets the
        brand's app not answer it.
        """
        brand = self._world.brand
        named = {found.id for _, _, found in self._world.mentions(text)}
        if kind == "mention" and brand.id not in named:
            text = f"@{brand.handle} {text}"
        if kind in {"mention", "post"}:
            post = self._world.write(person, text, self._clock.now())
        else:
            target = self._world.visible(to_post or "")
            if target is None:
                raise ValueError(f"to_post: no such post: {to_post}")
            post = self._world.write(
                person,
                text,
                self._clock.now(),
                reply_to=target.id if kind == "reply" else None,
                quotes=target.id if kind == "quote" else None,
                names_answered=names_answered,
            )
        self._activity.posted(post)
        return post

    def message(self, person: Person, *texts: str) -> list[Message]:
        """A customer sends direct messages; several come in one event, as X may batch them."""
        sent = [
            self._world.message(person, self._world.brand, text, self._clock.now())
            for text in texts
        ]
        self._activity.messaged(sent)
        return sent

    def brand_writes(self, text: str, to_post: str | None = None) -> Post:
        """A colleague answers in X's own app, or posts something new."""
        if to_post is not None and self._world.visible(to_post) is None:
            raise ValueError(f"to_post: no such post: {to_post}")
        post = self._world.write(self._world.brand, text, self._clock.now(), reply_to=to_post)
        self._activity.posted(post)
        return post

    def brand_messages(self, person: Person, text: str) -> Message:
        """A colleague sends a direct message in X's own app."""
        sent = self._world.message(self._world.brand, person, text, self._clock.now())
        self._activity.messaged([sent])
        return sent

    def delete(self, post_id: str) -> None:
        """The author deletes a post; X tells of it only when it was the brand's."""
        post = self._world.visible(post_id)
        if post is None:
            raise ValueError(f"id: no such post: {post_id}")
        post.deleted = True
        self._activity.deleted(post)

    def revoke(self) -> None:
        """The brand takes the app's permission back; every token of the brand's dies."""
        self._grants.revoke_all()
        self._activity.revoked()

    def connect(self, *scopes: str) -> dict[str, str]:
        """The brand's tokens without the dance in the browser: what a connected account holds."""
        access, refresh = self._grants.issue(*scopes)
        return {"access_token": access, "refresh_token": refresh}

    def fault(self, fault: Fault) -> None:
        self._faults.add(fault)

    def drop_streams(self) -> None:
        self._activity.drop_streams()

    def redeliver(
        self,
        event_types: Sequence[str] = (),
        *,
        last: int = 0,
        reverse: bool = False,
        times: int = 1,
    ) -> int:
        """Send past events again: of these types (all), the newest `last` (all), any order."""
        newest = {event.uuid for event in self._activity.events[-last:]}
        return self._activity.deliver_again(
            lambda e: e.uuid in newest and (not event_types or e.event_type in event_types),
            reverse=reverse,
            times=times,
        )

    def state(self) -> dict[str, object]:
        """What the customer sees, and what it has cost."""
        people = self._world.people
        return {
            "brand": _person(self._world.brand),
            "people": [_person(p) for p in people.values() if p.id != self._world.brand.id],
            "posts": [
                {
                    "id": post.id,
                    "author": people[post.author_id].handle,
                    "text": "" if post.deleted else post.shown,
                    "reply_to": post.reply_to,
                    "quotes": post.quotes,
                    "conversation_id": post.conversation_id,
                    "at": post.at,
                    "deleted": post.deleted,
                    "hidden": post.hidden,
                }
                for post in self._world.posts.values()
            ],
            "dms": [
                {
                    "id": message.id,
                    "conversation_id": message.conversation_id,
                    "author": people[message.sender_id].handle,
                    "to": people[message.recipient_id].handle,
                    "text": message.text,
                    "at": message.at,
                }
                for message in self._world.messages.values()
            ],
            "open_streams": self._activity.open_streams,
            "dollars": round(self._meter.dollars, 3),
        }

    def routes(self) -> list[web.RouteDef]:
        return control.routes(
            "/dev/x",
            {
                ("POST", "write"): self._write_asked,
                ("POST", "brand_writes"): self._brand_writes_asked,
                ("POST", "delete"): self._delete_asked,
                ("POST", "revoke"): self._revoke_asked,
                ("POST", "connect"): self._connect_asked,
                ("POST", "fault"): self._fault_asked,
                ("POST", "redeliver"): self._redeliver_asked,
                ("GET", "state"): self._state_asked,
                ("GET", "calls"): self._calls_asked,
            },
        )

    async def _write_asked(self, asked: dict[str, Any]) -> object:
        kind = asked.get("kind", "mention")
        texts = asked["text"] if isinstance(asked["text"], list) else [asked["text"]]
        if kind not in get_args(Written) or not all(
            isinstance(t, str) and t.strip() for t in texts
        ):
            raise ValueError(
                "kind: mention, reply, quote, post or dm; text: some words, or a list for dm"
            )
        options = {
            k: asked[k] for k in ("name", "followers", "lang", "takes_messages") if k in asked
        }
        person = self.person(str(asked["as"]), **options)
        if kind == "dm":
            return {"ids": [message.id for message in self.message(person, *texts)]}
        named = asked.get("names_answered", True) is True
        posts = [
            self.write(person, text, kind, asked.get("to_post"), names_answered=named)
            for text in texts
        ]
        return {"id": posts[-1].id, "ids": [post.id for post in posts]}

    async def _brand_writes_asked(self, asked: dict[str, Any]) -> object:
        if "to" in asked:
            person = self._world.by_handle(str(asked["to"]))
            if person is None:
                raise ValueError(f"to: no such person: {asked['to']}")
            return {"id": self.brand_messages(person, str(asked["text"])).id}
        return {"id": self.brand_writes(str(asked["text"]), asked.get("to_post")).id}

    async def _delete_asked(self, asked: dict[str, Any]) -> object:
        self.delete(str(asked["id"]))
        return {"ok": True}

    async def _revoke_asked(self, _asked: dict[str, Any]) -> object:
        self.revoke()
        return {"ok": True}

    async def _connect_asked(self, asked: dict[str, Any]) -> object:
        return self.connect(*asked.get("scopes", ()))

    async def _fault_asked(self, asked: dict[str, Any]) -> object:
        if asked.get("kind") == "stream_drop":
            self.drop_streams()
        else:
            self.fault(Fault(cast(Kind, asked.pop("kind")), **asked))
        return {"ok": True}

    async def _redeliver_asked(self, asked: dict[str, Any]) -> object:
        return {"delivered": self.redeliver(asked.pop("event_types", ()), **asked)}

    async def _state_asked(self, _asked: dict[str, Any]) -> object:
        return self.state()

    async def _calls_asked(self, _asked: dict[str, Any]) -> object:
        return {
            "calls": [asdict(call) for call in self._meter.calls],
            "dollars": self._meter.dollars,
        }


def _person(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "handle": person.handle,
        "name": person.name,
        "followers": person.followers,
        "lang": person.lang,
    }
