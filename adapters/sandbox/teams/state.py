"""What the make-believe tenant holds while it runs, in memory: conversations, messages, dialogs.

It keeps the books and refuses nothing; what the app may do is said in `posting` and `roster`, and
what a person may do in `hands` and `dialogs`.
"""

import asyncio
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.sandbox.clock import Clock
from adapters.sandbox.teams.limits import Limits
from adapters.sandbox.teams.organisation import Channel, Organisation, Person
from adapters.sandbox.teams.refusal import JSON

#: Who wrote a message that no person wrote.
BOT = "bot"


@dataclass(slots=True)
class Message:
    """One message of a channel or a personal chat."""

    #: Milliseconds since 1970, as Teams numbers them.
    id: str
    #: The channel's id, or the personal chat's.
    conversation: str
    #: A person's object id, or BOT.
    sender: str
    at: float
    text: str = ""
    #: The first message of the thread it stands in; None for a first message.
    root: str | None = None
    cards: list[JSON] = field(default_factory=list)
    #: What a notification of it says.
    summary: str = ""
    edited: bool = False
    deleted: bool = False
    #: A targeted message: only this person sees it.
    private_to: str | None = None
    #: Person -> position -> the card that an answer to their press put in its place.
    own_views: dict[str, dict[int, JSON]] = field(default_factory=dict)

    def seen_cards(self, person: str) -> list[JSON]:
        """The cards as this person sees them."""
        own = self.own_views.get(person, {})
        return [own.get(position, card) for position, card in enumerate(self.cards)]


@dataclass(slots=True)
class Dialog:
    """A dialog on somebody's screen."""

    id: str
    person: str
    #: The message whose button opened it.
    message: Message
    title: str
    height: str | int
    width: str | int
    card: JSON
    #: What the window says above the form.
    error: str | None = None
    #: Data set -> the values that its typeahead has offered.
    offered: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that went wrong, as Teams shows it to one person."""

    person: str
    at: float
    text: str
    #: Why, which Teams shows to nobody.
    why: str


class State:
    """Everything that changes, with a version that grows at each change."""

    def __init__(self, organisation: Organisation, clock: Clock, limits: Limits) -> None:
        self.organisation = organisation
        self.clock = clock
        self.limits = limits
        self.people: dict[str, Person] = {person.id: person for person in organisation.people}
        self.channels: dict[str, Channel] = {one.id: one for one in organisation.channels}
        #: The app is in the team.
        self.installed = False
        #: Personal chat -> its person.
        self.chats: dict[str, str] = {}
        #: Conversation -> id -> message, the oldest first.
        self.messages: dict[str, dict[str, Message]] = {}
        #: Person -> their open dialog.
        self.dialogs: dict[str, Dialog] = {}
        self.notices: list[Notice] = []
        self.version = 0
        self.closed = False
        #: Where the cloud is reached; the web layer keeps it true.
        self.base_url = "http://127.0.0.1"
        self._changed = asyncio.Event()
        self._last_id = 0
        self._numbers = itertools.count(1)
        self._random = random.Random()

    @property
    def service_url(self) -> str:
        """The connector's address, with a slash at its end as Microsoft's have."""
        return f"{self.base_url}/connector/"

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{self._random.getrandbits(64):016x}{next(self._numbers)}"

    def new_message_id(self) -> str:
        """Milliseconds since 1970, never the same twice."""
        self._last_id = max(self._last_id + 1, int(self.clock.now() * 1_000))
        return str(self._last_id)

    def changed(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_beyond(self, version: int) -> None:
        """Return once the version is above `version`, or the cloud is closed."""
        while self.version <= version and not self.closed:
            await self._changed.wait()

    def close(self) -> None:
        """Let go of all who wait for a change."""
        self.closed = True
        self._changed.set()

    def person_called(self, name: str) -> Person | None:
        """The person with that object id, `29:` id or e-mail address."""
        for person in self.people.values():
            if name in (person.id, person.mri, person.email):
                return person
        return None

    def chat_of(self, person: str) -> str:
        """The personal chat of a person with the bot, made when it is first needed."""
        for chat, owner in self.chats.items():
            if owner == person:
                return chat
        chat = self.new_id("a:")
        self.chats[chat] = person
        return chat

    def members(self, conversation: str) -> list[Person]:
        """The people of a channel or a personal chat."""
        if conversation in self.chats:
            return [self.people[self.chats[conversation]]]
        channel = self.channels[conversation]
        return [
            one for one in self.people.values() if one.id in channel.members or not channel.members
        ]

    def is_in(self, person: str, conversation: str) -> bool:
        return any(one.id == person for one in self.members(conversation))

    def message(self, conversation: str, id: str) -> Message | None:
        """The message, where it is neither deleted nor over."""
        found = self.messages.get(conversation, {}).get(id)
        return found if found and not found.deleted and not self.is_over(found) else None

    def in_conversation(self, conversation: str) -> Iterator[Message]:
        """All its messages, the oldest first; deleted and targeted ones too."""
        return iter(self.messages.get(conversation, {}).values())

    def replies(self, conversation: str, root: str) -> list[Message]:
        """What stands in a thread for everybody."""
        return [
            one
            for one in self.in_conversation(conversation)
            if one.root == root and not one.deleted and not one.private_to
        ]

    def is_over(self, message: Message) -> bool:
        """Tell whether a targeted message has lived its hours."""
        age = self.clock.now() - message.at
        return message.private_to is not None and age >= self.limits.value("targeted_life")

    def add(self, message: Message) -> Message:
        self.messages.setdefault(message.conversation, {})[message.id] = message
        self.changed()
        return message

    def notice(self, person: str, text: str, why: str) -> None:
        self.notices.append(Notice(person, self.clock.now(), text, why))
        self.changed()
