"""The whole service in one process, among the strict stand-ins, over real HTTP on loopback.

Everything runs as `chatops.app` wires it, on clocks that a test turns: a second of pacing or a
minute of back-off takes no time. Only the tick is the test's own to give.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx
from aiohttp import web
from care import ASKED, MUTE, POLICY, SLACK_IDS, WORDS, Care, Hours, cared_for

from adapters._call import Call
from adapters.chat.slack.chat import open_chat
from adapters.chat.slack.settings import Mode
from adapters.chat.slack.settings import Settings as SlackSettings
from adapters.sandbox import world
from adapters.sandbox.loopback import serving
from adapters.sandbox.network import Network
from adapters.sandbox.slack import Person, SlackCloud
from adapters.sandbox.slack.state import Message
from adapters.social.sandbox import SandboxChannel
from adapters.social.sandbox import Settings as ChirpSettings
from chatops import internal
from chatops.arrival.inbox import Inbox
from chatops.channel import Outgoing, Sent
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.outbox import Outbox
from chatops.policy import Policy
from chatops.ports import Channel, Chat
from chatops.schedule import Schedule
from chatops.web import public_app
from tests.calling import client

#: Real seconds that a test waits for what must come about.
PATIENCE: Final = 30.0

_OWED: Final = """
    SELECT (SELECT count(*) FROM raw_body WHERE state = 'unread')
         + (SELECT count(*) FROM delivery
             WHERE what <> 'reply' AND (due_at IS NOT NULL OR state = 'sending'))
"""

_MORE: Final = tuple(Person(SLACK_IDS[name], name, name.title()) for name in ("vic", "kim"))
_IDS: Final = {person.id for person in _MORE}
WORKSPACE: Final = replace(
    world.WORKSPACE,
    people=(*world.WORKSPACE.people, *_MORE),
    rooms=tuple(replace(room, members=room.members | _IDS) for room in world.WORKSPACE.rooms),
)


class MuteChannel(SandboxChannel):
    """Chirp as a poorer network would be: see care.MUTE."""

    traits = MUTE


class AskedChannel(SandboxChannel):
    """Chirp as a network whose replies can be looked up: see care.ASKED."""

    traits = ASKED

    async def find(self, outgoing: Outgoing, since: datetime) -> Sent | None:  # noqa: ARG002
        parent, api = outgoing.in_reply_to, self._settings.api
        await self._ask(Call("GET", f"{api}/posts/{parent}"))  # meets the network's troubles
        token = self._settings.token.get_secret_value()
        there = []
        for each in dict.fromkeys([parent, *outgoing.perhaps_to]):
            answer = await self._http.get(
                f"{api}/posts",
                params={"parent": each},
                headers={"authorization": f"Bearer {token}"},
            )
            there += [post for post in answer.json()["posts"] if post["text"] == outgoing.text]
        return Sent(there[0]["id"], datetime.fromisoformat(there[0]["at"])) if there else None


#: A channel of each kind, by the name that policy gives it.
KINDS: Final = {"sandbox": SandboxChannel, "mute": MuteChannel, "asked": AskedChannel}


@dataclass
class Town(Care):
    """A care desk with its couriers, Slack and Chirp."""

    slack: SlackCloud = None  # type: ignore[assignment] # set by town_around
    chirp: Network = None  # type: ignore[assignment]
    inbox: Inbox = None  # type: ignore[assignment]
    outbox: Outbox = None  # type: ignore[assignment]
    schedule: Schedule = None  # type: ignore[assignment]
    http: httpx.AsyncClient = None  # type: ignore[assignment]
    url: str = ""  #: where the service listens
    channels: Mapping[str, Channel] = None  # type: ignore[assignment]
    chats: Mapping[str, Chat] = None  # type: ignore[assignment]
    running: Sequence[asyncio.Task[None]] = ()

    async def stops(self) -> None:
        """End what runs, and close the database."""
        await _ended(self.running)
        await self.storage.close()

    async def until(self, true: Callable[[], Any], step: float = 0.25) -> None:
        """Wait until something has come about, turning the clocks by `step` seconds at a time.

        With a step of 0 they stand still.
        """
        async with asyncio.timeout(PATIENCE):
            while True:
                found = true()
                if await found if inspect.isawaitable(found) else found:
                    return
                await self.passes(step)

    async def passes(self, seconds: float) -> None:
        """Let time pass, and what is under way run on."""
        await asyncio.sleep(0.002)  # real calls on loopback need the real loop
        if seconds:
            await self.hours.turn(seconds)
        self.desk.changed.set()

    async def quiet(self, step: float = 0.25) -> None:
        """Wait until all is read, and rooms show all they should; replies may still wait."""

        async def still() -> bool:
            (owed,) = self.sql(_OWED)[0]
            return not owed and await self.outbox.idle()

        async with asyncio.timeout(PATIENCE):
            await self.chirp.settled()
        await self.until(still, step)

    # --- what people see

    def seen(self, room: str) -> list[Message]:
        """The room's messages outside threads, the oldest first; no deleted or private ones."""
        channel = self.desk.policy.rooms[room].id
        return [
            message
            for message in self.slack.state.in_room(channel)
            if not message.deleted and not message.ephemeral_to and not message.thread_ts
        ]

    def texts(self, room: str) -> list[str]:
        return [message.text for message in self.seen(room)]

    async def card(self, ticket: int, room: str = "care-global") -> Message:
        """The ticket's card in a room."""
        id = await self.storage.reader.card_of(ticket, room)
        message = self.slack.state.message(self.desk.policy.rooms[room].id, id or "")
        assert message is not None
        return message

    async def thread(self, ticket: int, room: str = "care-global") -> list[Message]:
        card = await self.card(ticket, room)
        return list(self.slack.state.replies(card.channel, card.ts))

    def messages_to(self, name: str) -> list[Message]:
        """What the app has told one person in direct messages."""
        room = self.slack.state.room_of(SLACK_IDS[name], world.CARE_APP.bot_user)
        return [each for each in self.slack.state.in_room(room.id) if not each.deleted]

    def calls(self, method: str) -> list[str]:
        """The outcomes of all calls of a Web API method, the oldest first."""
        return [call.outcome for call in self.slack.calls if call.method == method]

    def answered(self) -> list[str]:
        """What our account has written on Chirp, as customers see it."""
        brand = self.chirp.timeline.brand
        return [post.text for post in self.chirp.timeline.posts.values() if post.author == brand]


def shows(message: Message) -> str:
    """All words and links of a message's blocks."""
    found: list[str] = []

    def walk(value: object) -> None:
        match value:
            case dict():
                found.extend(
                    value[key] for key in ("text", "url") if isinstance(value.get(key), str)
                )
                for each in value.values():
                    walk(each)
            case list():
                for each in value:
                    walk(each)

    walk(message.blocks)
    return "\n".join(found)


@asynccontextmanager
async def town_around(
    folder: Path,
    empty: Path | str,
    hours: Hours,
    policy: Policy = POLICY,
    beside: Chat | Callable[[Care], Chat] | None = None,
) -> AsyncIterator[Town]:
    """Open the town; `beside` is a second chat, or opens it at the desk that is given."""
    async with AsyncExitStack() as stack:
        care = await stack.enter_async_context(cared_for(folder, empty, hours, policy))
        slack = SlackCloud(WORKSPACE, hours)
        chirp = world.chirp(hours)
        clouds = await served(stack, lambda app: (slack.mount(app), chirp.mount(app)))
        http = await stack.enter_async_context(client(timeout=5.0))
        settings = ChirpSettings(
            token=world.CHIRP_TOKEN, secret=world.CHIRP_SECRET, api=f"{clouds}/chirp/api"
        )
        channels: dict[str, Channel] = {
            name: KINDS[account.channel](account, settings, http, hours)
            for name, account in policy.accounts.items()
            if account.channel != internal.NAME
        }
        reader, work = care.storage.reader, care.storage.work
        chat = open_chat(
            SlackSettings(
                mode=Mode.HTTP,
                bot_token=world.CARE_APP.bot_token,
                signing_secret=world.CARE_APP.signing_secret,
                api_url=f"{clouds}/slack/api/",
            ),
            care.desk,
            reader,
            care.storage.vault,
            WORDS,
            True,
        )
        second = beside(care) if callable(beside) else beside
        chats: dict[str, Chat] = {
            "slack": chat,
            **({} if second is None else {second.name: second}),
        }
        for name, account in policy.accounts.items():
            if account.channel == internal.NAME:
                channels[name] = internal.Internal(account, chats, hours)
        inbox = Inbox(care.desk, work, reader, care.storage.vault, hours, channels)
        enrolment = Enrolment(work, hours)
        await enrolment.begin()
        outbox = Outbox(care.desk, work, reader, hours, chats, channels, enrolment)
        routes = [route for each in chats.values() for route in each.routes()]
        url = await served(stack, None, public_app(inbox, channels, hours, routes))
        chirp.delivery.url = f"{url}/in/sandbox/aozora"
        slack.delivery.request_url = None  # presses are the Slack adapter's own tests
        for each in chats.values():
            await stack.enter_async_context(each.running())
        running = [
            asyncio.create_task(each) for each in (inbox.run(), outbox.run(), enrolment.run())
        ]
        stack.push_async_callback(_ended, running)
        schedule = Schedule(care.desk, care.timer, reader, hours, inbox.sweep, enrolment)
        yield Town(
            hours,
            care.storage,
            care.desk,
            care.database,
            care.agents,
            slack,
            chirp,
            inbox,
            outbox,
            schedule,
            http,
            url,
            channels,
            chats,
            running,
        )


async def served(
    stack: AsyncExitStack,
    mount: Callable[[web.Application], object] | None,
    app: web.Application | None = None,
) -> str:
    app = app or web.Application()
    if mount is not None:
        mount(app)
    return await stack.enter_async_context(serving(app, auto_decompress=False))


async def _ended(running: Iterable[asyncio.Task[None]]) -> None:
    for task in running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
