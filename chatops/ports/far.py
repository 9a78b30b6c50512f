"""The far sides, as the core asks for them: networks where customers write, chats where we work."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp.web import AbstractRouteDef

from chatops.card import Card, File
from chatops.channel import Inbound, Outgoing, Sent, Traits
from chatops.event import Deed
from chatops.policy import Room

#: Stores a body as a webhook would have brought it: once this returns, it is not lost. What could
#: not be stored raises StorageError, and is to be brought again.
Receive = Callable[[bytes], Awaitable[None]]


class Channel(Protocol):
    """One account on a social network.

    Every call out has a time-out. `verify` and `parse` are pure.
    """

    account: str
    traits: Traits

    def challenge(self, query: Mapping[str, str]) -> bytes | None:
        """Answer the network's check of our address, or None if this is no such check."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Check the signature over the raw bytes; header names are in lower case.

        Raises:
            Unauthentic: missing, wrong or stale.
        """
        ...

    def parse(self, body: bytes) -> list[Inbound]:
        """Return everything a body holds, in its order.

        Raises:
            Unreadable: the body is not what the network documents.
        """
        ...

    def is_whole(self, inbound: Inbound) -> bool:
        """Tell whether `complete` has nothing to fetch. Pure."""
        ...

    async def complete(self, inbound: Inbound) -> Inbound:
        """Fetch what the network left out; what cannot be fetched stays out."""
        ...

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send a reply.

        Raises:
            Unsupported: this cannot be said to the network.
            Rejected, TryLater, Unreached, InDoubt: as chatops.errors has them.
        """
        ...

    async def find(self, outgoing: Outgoing, since: datetime) -> Sent | None:
        """Look up a reply of unknown fate (Can.FIND); None if it certainly is not there."""
        ...

    async def do(self, deed: Deed, external_id: str) -> None:
        """Hide, show again or delete a message (Can.HIDE, Can.DELETE_*). Repeating it is safe.

        Raises:
            Unsupported: the network cannot be asked for this.
            Rejected, TryLater, Unreached, InDoubt: as chatops.errors has them.
        """
        ...

    async def listen(self, receive: Receive) -> None:
        """Hold the network's stream and poll, until cancelled (Can.LISTEN).

        Each body that comes is handed over unread; `parse` reads it later. A place in the stream is
        moved on only once what came before it is handed over.
        """
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `calls` in `seconds`, with `burst` at once."""

    calls: float
    seconds: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """A chat's lawful rates: posts per room, posts and updates per workspace or tenant."""

    room: tuple[Cap, ...]  #: kept all together, four at the most
    posts: Cap
    updates: Cap
    updates_in_room: bool = False  #: whether a room's caps count its updates too


class Chat(Protocol):
    """A chat platform where rooms are."""

    name: str
    limits: ChatLimits
    finds: bool  #: whether a post of unknown fate can be looked up; where not, people are asked

    def routes(self) -> Sequence[AbstractRouteDef]:
        """Return what the chat calls over HTTP, if anything."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]:
        """Listen for commands, presses and forms while the context is open."""
        ...

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:
        """Post a card, or a line into a thread; return its id.

        Raises:
            Rejected, Gone, TryLater, Unreached, InDoubt: as chatops.errors has them.
        """
        ...

    async def update(self, room: Room, id: str, card: Card) -> None:
        """Show `card` in place of what the message showed. Repeating it is safe."""
        ...

    async def find(
        self, room: Room, thread: str | None, marker: str, since: datetime, until: datetime
    ) -> str | None:
        """Look up a post of unknown fate, made between the two; None if it certainly is not there.

        Raises:
            Unsupported: the chat cannot be asked (`finds` says so).
            Gone, Barred, TryLater, Unreached: as chatops.errors has them.
        """
        ...

    async def send_file(self, person: str, file: File, card: Card) -> None:
        """Give one person, by their id in the chat, a file alone, with a card beside it.

        What the file holds is `plain.file_in_bytes`, in that person's language.

        Raises:
            Rejected, TryLater, Unreached: as chatops.errors has them.
        """
        ...

    async def url(self, room: Room, id: str) -> str | None:
        """Return a link to a message."""
        ...
