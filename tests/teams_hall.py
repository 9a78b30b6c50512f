"""A second chat beside Slack, in memory: it finds nothing again, as Teams; and a shop in both.

The queue `global` is worked in care-global (Slack) and in hall (Teams). aoi is in both chats, maya in
Teams alone, all others in Slack alone.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from care import GLOBAL, PEOPLE, POLICY, ROOMS, WORDS

from chatops.card import Card, Paragraph, Quote
from chatops.errors import CareError, Gone, InDoubt, Unsupported
from chatops.policy import Room
from chatops.ports import Cap, ChatLimits
from chatops.text import Link, Text

HALL: Final = Room("hall", "teams", "19:hall@thread.tacv2", "en", "Asia/Tokyo")
LEADS_HALL: Final = replace(HALL, name="leads-hall", id="19:leads@thread.tacv2")

BOTH: Final = replace(
    POLICY,
    rooms={**ROOMS, "hall": HALL, "leads-hall": LEADS_HALL},
    queues={**POLICY.queues, "global": replace(GLOBAL, rooms=("care-global", "hall"))},
    people={
        **PEOPLE,
        "aoi": replace(PEOPLE["aoi"], identities={"slack": "U02AOI", "teams": "guid-aoi"}),
        "maya": replace(PEOPLE["maya"], identities={"teams": "guid-maya"}),
    },
)

_MANY: Final = Cap(calls=1000, seconds=1, burst=1000)
_UNLIMITED: Final = ChatLimits((_MANY,), _MANY, _MANY)


@dataclass
class Post:
    """A message in a room, or in a thread; a person's room is their id."""

    id: str
    room: str
    thread: str | None
    card: Card
    updates: int = 0


@dataclass
class TeamsHall:
    """Implements `chatops.ports.Chat`."""

    name: str = "teams"
    limits: ChatLimits = _UNLIMITED
    finds: bool = False
    posts: list[Post] = field(default_factory=list)
    #: What the next posts end with; of an InDoubt, whether the post is there all the same.
    struck: list[tuple[CareError, bool]] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def routes(self) -> Sequence[object]:
        return ()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    def cut(self, *, there: bool, times: int = 1) -> None:
        """Let the next posts be cut off, after or before they were accepted."""
        self.struck += [(InDoubt("cut off"), there)] * times

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:  # noqa: ARG002
        error, there = self.struck.pop(0) if self.struck else (None, True)
        if thread is not None and not any(each.id == thread for each in self.posts):
            raise Gone("no_thread")
        post = Post(f"p{next(self._ids)}", room.id, thread, card)
        if there:
            self.posts.append(post)
        if error is not None:
            raise error
        return post.id

    async def update(self, room: Room, id: str, card: Card) -> None:  # noqa: ARG002
        post = next((each for each in self.posts if each.id == id), None)
        if post is None:
            raise Gone("no_message")
        post.card = card
        post.updates += 1

    async def find(self, *_given: object) -> str | None:
        raise Unsupported("this chat looks nothing up")

    async def send_file(self, *_given: object) -> None:
        raise Unsupported("no files here")

    async def url(self, room: Room, id: str) -> str | None:
        return f"https://teams.example/{room.name}/{id}"

    # --- what people see

    def seen(self, room: Room = HALL) -> list[Post]:
        """The messages outside threads, the oldest first."""
        return [each for each in self.posts if each.room == room.id and each.thread is None]

    def thread(self, root: int = 0, room: Room = HALL) -> list[str]:
        """The words in the thread of a room's message."""
        id = self.seen(room)[root].id
        return [said(each.card) for each in self.posts if each.thread == id]


def said(card: Card, language: str = "en") -> str:
    """All that a card says, a line a part."""
    parts: list[Text | str] = [] if card.title is None else [card.title]
    for block in card.blocks:
        match block:
            case Paragraph(words):
                parts.append(words)
            case Quote(words):
                parts.append(words)
    zone = ZoneInfo("Asia/Tokyo")
    return "\n".join(p if isinstance(p, str) else WORDS.say(p, language, zone) for p in parts)


def links(card: Card) -> list[str]:
    """Where the links in a card's paragraphs lead."""
    values = [v for b in card.blocks if isinstance(b, Paragraph) for _, v in b.said.args]
    return [each.url for each in values if isinstance(each, Link)]
