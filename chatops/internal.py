"""The channel `internal`: a colleague's message becomes a ticket, and replies go to its thread.

It is no network, so it is no adapter: what comes in is made by a chat's shortcut, and what goes out
is posted by the same chat. A thread's key is `chat:room:message`, a person's `chat:person`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from chatops.card import Card, Paragraph
from chatops.channel import Can, Finding, Inbound, Outgoing, Sent, Traits
from chatops.clock import Clock
from chatops.delivery.patience import SETTLE, SKEW
from chatops.errors import Barred, Gone, Rejected, Unauthentic, Unreached, Unreadable, Unsupported
from chatops.event import Deed
from chatops.policy import Account, Room
from chatops.ports import Chat, Receive
from chatops.text import text

NAME: Final = "internal"

#: What is longer reads badly in a thread.
LIMIT: Final = 3_000

TRAITS: Final = Traits(
    name=NAME,
    title=text("channel-internal"),
    can=Can.REPLY_PUBLIC | Can.REPLY_PRIVATE | Can.FIND,
    measure=lambda words, _private: len(words),
    limit=lambda _private: LIMIT,
)


class Settings(BaseModel):
    """The channel has no settings of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Place:
    """A thread in a chat, or one message of it: where a colleague asked."""

    chat: str
    room: str  #: the chat's own id of it
    message: str

    def __str__(self) -> str:
        return f"{self.chat}:{self.room}:{self.message}"

    @classmethod
    def read(cls, key: str) -> "Place":
        """Return the place that a thread's key names; a room's id may hold colons itself."""
        chat, _, rest = key.partition(":")
        room, _, message = rest.rpartition(":")
        return cls(chat, room, message)


class Internal:
    """One account of the channel: it speaks through the chats."""

    traits = TRAITS

    def __init__(self, account: Account, chats: Mapping[str, Chat], clock: Clock) -> None:
        self.account = account.name
        self._language = account.language if account.language in {"en", "ja"} else "en"
        self._chats = chats
        self._clock = clock

    def challenge(self, query: Mapping[str, str]) -> bytes | None:  # noqa: ARG002
        """Nobody checks an address that is not there."""
        return None

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:  # noqa: ARG002
        raise Unauthentic("the channel takes nothing from outside")

    def parse(self, body: bytes) -> list[Inbound]:  # noqa: ARG002
        raise Unreadable("the channel takes nothing from outside")

    def is_whole(self, inbound: Inbound) -> bool:  # noqa: ARG002
        """The chat brings all there is."""
        return True

    async def complete(self, inbound: Inbound) -> Inbound:
        return inbound

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post the reply into the thread in which the colleague asked."""
        place = Place.read(outgoing.thread_key)
        who = Paragraph(text("internal-by", agent=outgoing.agent), small=True)
        said = Paragraph(text("words", words=outgoing.text))
        card = Card(push=text("push-internal"), blocks=(who, said))
        try:
            chat = self._chat(place)
            id = await chat.post(self._room(place), card, place.message, outgoing.marker)
        except Gone as error:
            raise Rejected("post-gone", str(error)) from error
        except Barred as error:
            raise Unreached(str(error)) from error
        return Sent(str(Place(place.chat, place.room, id)), self._clock.transport())

    async def find(self, outgoing: Outgoing, since: datetime) -> Sent | None:
        place, now = Place.read(outgoing.thread_key), self._clock.transport()
        chat, room = self._chat(place), self._room(place)
        # what colleagues write after it must not make the look-up longer and longer
        until = min(now, since + 2 * SKEW + SETTLE)
        try:
            id = await chat.find(room, place.message, outgoing.marker, since, until)
        except Gone:
            return None  # with its thread: sent again, it is refused, which is said
        except Barred as error:
            raise Unreached(str(error)) from error
        return None if id is None else Sent(str(Place(place.chat, place.room, id)), now)

    async def do(self, deed: Deed, external_id: str) -> None:  # noqa: ARG002
        raise Unsupported("colleagues hide and delete their messages themselves")

    async def listen(self, receive: Receive) -> None:  # noqa: ARG002
        raise Unsupported("the chat brings what colleagues write")

    async def diagnose(self) -> list[Finding]:
        """There is nothing of its own that could fail."""
        return []

    async def close(self) -> None:
        """Nothing is open."""

    def _chat(self, place: Place) -> Chat:
        if (chat := self._chats.get(place.chat)) is None:
            raise Rejected("not-connected", f"app.yaml has no chat {place.chat}")
        return chat

    def _room(self, place: Place) -> Room:
        return Room(NAME, place.chat, place.room, self._language, "UTC")
