"""What the make-believe workspace holds while it runs, in memory: rooms, messages, open views.

It keeps the books and refuses nothing; which call may do what is said in `web_api` and its
methods, and what a person may do in `hands`.
"""

import asyncio
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from adapters.sandbox.clock import Clock
from adapters.sandbox.slack.limits import Limits
from adapters.sandbox.slack.refusal import JSON
from adapters.sandbox.slack.workspace import Person, Room, Workspace


@dataclass(slots=True)
class Message:
    """One message of a room, or one that a single person sees."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[JSON] = field(default_factory=list)
    bot_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    client_msg_id: str | None = None
    metadata: JSON | None = None
    #: Slack's hour of the last edit, where people see "(edited)".
    edited: str | None = None
    #: Only this person sees it, and it has no history.
    ephemeral_to: str | None = None
    files: list[JSON] = field(default_factory=list)
    deleted: bool = False


@dataclass(slots=True)
class OpenView:
    """A modal or the Home tab on somebody's screen, and what is typed in it so far."""

    id: str
    user: str
    content: JSON
    hash: str
    root: str
    below: str | None = None
    #: (block_id, action_id) -> the value as `view.state.values` shows it.
    typed: dict[tuple[str, str], JSON] = field(default_factory=dict)


@dataclass(slots=True)
class Trigger:
    """A trigger_id: who may be shown a view, until when, and whether it was used."""

    user: str
    given_at: float
    #: The view from which it came, for views.push.
    view: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where an app may answer one press or command."""

    user: str
    channel: str
    given_at: float
    message_ts: str | None = None
    uses: int = 0


@dataclass(slots=True)
class Upload:
    """A file on its way: announced, sent, and then shared."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""
    completed: bool = False
    looks: int = 0  #: how often files.info was asked about it since


@dataclass(frozen=True, slots=True)
class Notice:
    """An error that Slack itself shows to one person."""

    user: str
    at: float
    error: str
    text: str


@dataclass(frozen=True, slots=True)
class Push:
    """A notification on somebody's phone: its words are the message's `text`."""

    user: str
    at: float
    channel: str
    ts: str
    why: str
    text: str


class State:
    """Everything that changes, with a version that grows at each change."""

    def __init__(self, workspace: Workspace, clock: Clock, limits: Limits) -> None:
        self.workspace = workspace
        self.app = workspace.app
        self.clock = clock
        self.limits = limits
        self.people: dict[str, Person] = {person.id: person for person in workspace.people}
        self.people.setdefault(
            self.app.bot_user,
            Person(self.app.bot_user, self.app.name.lower(), self.app.name, is_bot=True),
        )
        self.rooms: dict[str, Room] = {room.id: room for room in workspace.rooms}
        self.scopes: frozenset[str] = self.app.scopes
        self.revoked = False
        self.messages: dict[str, dict[str, Message]] = {}
        #: By (room, ts of the first message) and by (room, client_msg_id): looked up at every post.
        self._threads: dict[tuple[str, str], list[Message]] = {}
        self._by_client_id: dict[tuple[str, str], Message] = {}
        self.views: dict[str, list[OpenView]] = {}
        #: Person -> the Home tab that the app last published for them.
        self.homes: dict[str, OpenView] = {}
        #: (person, view or message, block_id, action_id) -> what an external select offered last.
        self.suggested: dict[tuple[str, str, str, str], list[JSON]] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.uploads: dict[str, Upload] = {}
        self.notices: list[Notice] = []
        self.pushes: list[Push] = []
        self.version = 0
        self.closed = False
        #: Where the cloud is reached; the web layer keeps it true.
        self.base_url = "http://127.0.0.1"
        #: Told of every event that the workspace makes, in order.
        self.on_event: Callable[[JSON], None] = lambda _event: None
        self._changed = asyncio.Event()
        self._last_ts = 0
        self._random = random.Random()

    def new_id(self, letter: str) -> str:
        return letter + "".join(self._random.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=10))

    def new_ts(self) -> str:
        """The next message's hour, to the microsecond; never the same twice."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

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

    def room_of(self, person: str, other: str) -> Room:
        """The direct message room of two, made when it is first needed."""
        for room in self.rooms.values():
            if room.id.startswith("D") and room.members == {person, other}:
                return room
        room = Room(self.new_id("D"), "", frozenset({person, other}), private=True)
        self.rooms[room.id] = room
        return room

    def change_room(self, room: Room, **changes: object) -> None:
        # dataclasses.replace is typed for no keywords that are only known at run time.
        self.rooms[room.id] = replace(room, **changes)  # type: ignore[arg-type]
        self.changed()

    def in_room(self, channel: str) -> Iterator[Message]:
        """The room's messages, the oldest first, deleted and ephemeral ones too."""
        return iter(self.messages.get(channel, {}).values())

    def message(self, channel: str, ts: str) -> Message | None:
        """The message as history knows it: not deleted, and not one person's own."""
        found = self.messages.get(channel, {}).get(ts)
        return found if found and not found.deleted and not found.ephemeral_to else None

    def replies(self, channel: str, ts: str) -> list[Message]:
        thread = self._threads.get((channel, ts), ())
        return [one for one in thread if not one.deleted and not one.ephemeral_to]

    def with_client_id(self, channel: str, client_msg_id: str) -> Message | None:
        """The first message in the room that was posted under that client_msg_id, deleted or not."""
        return self._by_client_id.get((channel, client_msg_id))

    def add(self, message: Message) -> Message:
        with_ids(message.blocks, self)
        self.messages.setdefault(message.channel, {})[message.ts] = message
        if message.thread_ts:
            self._threads.setdefault((message.channel, message.thread_ts), []).append(message)
        if message.client_msg_id:
            self._by_client_id.setdefault((message.channel, message.client_msg_id), message)
        self.changed()
        return message

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """Slack's form of it: two numbers and a hash."""
        number = self._random.randrange(10**12, 10**13)
        trigger_id = f"{number}.{self._random.randrange(10**11)}.{self.new_id('t').lower()}"
        self.triggers[trigger_id] = Trigger(user, self.clock.now(), view)
        return trigger_id

    def notice(self, user: str, error: str, text: str) -> None:
        self.notices.append(Notice(user, self.clock.now(), error, text))
        self.changed()


def with_ids(blocks: list[JSON], state: State) -> list[JSON]:
    """Give blocks and interactive elements the ids that their author left out, as Slack does."""
    for block in blocks:
        if not block.get("block_id"):
            block["block_id"] = state.new_id("b")[:5]
        for element in [
            *block.get("elements", ()),
            block.get("accessory"),
            block.get("element"),
        ]:
            still = {"image", "plain_text", "mrkdwn"}
            if (
                isinstance(element, dict)
                and block["type"] in {"actions", "section", "input"}
                and element.get("type") not in still
            ):
                element.setdefault("action_id", state.new_id("a")[:5])
    return blocks


def shown(message: Message, state: State, *, metadata: bool = False) -> JSON:
    """A message as the Web API and events show it."""
    body: JSON = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": state.workspace.team_id,
    }
    if message.bot_id:
        body |= {"bot_id": message.bot_id, "app_id": state.app.id}
        body["bot_profile"] = {
            "id": message.bot_id,
            "app_id": state.app.id,
            "name": state.app.name,
            "team_id": state.workspace.team_id,
        }
    if message.client_msg_id:
        body["client_msg_id"] = message.client_msg_id
    if message.blocks:
        body["blocks"] = copy.deepcopy(message.blocks)
    if message.edited:
        body["edited"] = {"user": message.user, "ts": message.edited}
    if message.files:
        body["files"] = copy.deepcopy(message.files)
        body["subtype"] = "file_share"
    if message.broadcast:
        body["subtype"] = "thread_broadcast"
    if message.metadata and (metadata or not state.limits.on("metadata_asked")):
        body["metadata"] = copy.deepcopy(message.metadata)
    replies = state.replies(message.channel, message.ts)
    if message.thread_ts:
        body["thread_ts"] = message.thread_ts
    elif replies:
        body |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": sorted({reply.user for reply in replies}),
            "latest_reply": replies[-1].ts,
        }
    return body
