"""Teams opened as one chat: what comes in, what goes out."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from ssl import SSLContext
from typing import Final

import httpx
import structlog
from aiohttp import web

from adapters._address import demand_lawful
from adapters._call import TIMEOUT
from adapters.chat._tasks import Tasks
from adapters.chat.teams.addresses import Addresses
from adapters.chat.teams.answers import Answers
from adapters.chat.teams.connector import Connector
from adapters.chat.teams.deliver import Deliverer
from adapters.chat.teams.diagnose import diagnose
from adapters.chat.teams.dialogs import Dialogs
from adapters.chat.teams.files import Files
from adapters.chat.teams.gate import Gate
from adapters.chat.teams.link import Link
from adapters.chat.teams.listeners import Listeners
from adapters.chat.teams.opening import opening
from adapters.chat.teams.people import People
from adapters.chat.teams.presses import PATIENCE, Presses
from adapters.chat.teams.reading import Place
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.tokens import Tokens
from adapters.chat.teams.writing import CHAT, Voices
from chatops.card import Card, File
from chatops.channel import Finding
from chatops.desk import Desk
from chatops.errors import Unsupported
from chatops.policy import Room
from chatops.ports import Cap, ChatLimits, Reader, Vault
from chatops.text import LANGUAGES, Words, text

#: learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: to one conversation, which a
#: channel is with all its threads, 7 in 1 s, 8 in 2 s, 60 in 30 s and 1,800 in 3,600 s, changes
#: among them; 50 a second by an app in a tenant. A bucket that lets `burst` through at once lets
#: calls + burst through in its first span: so the room's first one keeps half a minute's 60, with
#: five at once the shorter spans' too, and the second one the hour's 1,800, of which 300 may go as
#: fast as the first allows, in three minutes. The tenant's fifty are shared by posts, updates and
#: private answers.
LIMITS: Final = ChatLimits(
    room=(Cap(calls=55, seconds=30, burst=5), Cap(calls=1500, seconds=3600, burst=300)),
    posts=Cap(calls=15, seconds=1, burst=5),
    updates=Cap(calls=15, seconds=1, burst=5),
    updates_in_room=True,
)


_log = structlog.get_logger(__name__)


def open_chat(
    settings: Settings,
    desk: Desk,
    reader: Reader,
    vault: Vault,
    words: Words,
    development: bool,
    *,
    proxy: str | None = None,
    tls: SSLContext | None = None,
) -> "TeamsChat":
    """Return Teams as a chat; nothing is called before `running`.

    Raises:
        ConfigError: an address is not the named cloud's, or the app's id, proof or pace not lawful.
    """
    demand_lawful(settings, development)
    return TeamsChat(settings, desk, reader, vault, words, proxy=proxy, tls=tls)


class TeamsChat:
    """Implements `chatops.ports.Chat`."""

    name: str = CHAT
    finds: bool = False

    def __init__(
        self,
        settings: Settings,
        desk: Desk,
        reader: Reader,
        vault: Vault,
        words: Words,
        *,
        proxy: str | None,
        tls: SSLContext | None,
    ) -> None:
        self.limits = _sped(LIMITS, settings.speed)
        self._settings = settings
        self._desk = desk
        self._words = words
        self._http = httpx.AsyncClient(
            timeout=TIMEOUT, proxy=proxy, verify=tls or True, trust_env=False
        )
        self._gate = Gate(self._http, settings, desk.clock)
        self._tokens = Tokens(self._http, settings, desk.clock)
        addresses = Addresses(vault, settings)
        self._connector = Connector(self._http, self._tokens, addresses, settings)
        self._tasks = Tasks(PATIENCE)
        self._people = People(desk, reader, self._connector, settings)
        voices, opens = Voices(words), opening(desk.registry)
        self._files = Files(self._connector, words)
        self._answers = Answers(self._people, self._connector, voices, self._files, opens)
        presses = Presses(desk, self._people, self._answers, self._connector, self._tasks)
        dialogs = Dialogs(desk, presses, self._answers, self._tasks)
        listeners = Listeners(
            presses, dialogs, self._people, addresses, reader, settings, self._tasks
        )
        self._link = Link(self._gate, listeners.take, self._sorry)
        self._deliverer = Deliverer(
            self._connector, self._people, addresses, voices, Voices(words), opens, settings
        )

    def routes(self) -> Sequence[web.RouteDef]:
        """Return what Teams calls."""
        return self._link.routes()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep Microsoft's keys and our token fresh while the context is open.

        Where Microsoft cannot be reached, both are tried again and again: tickets go on being taken
        meanwhile, and cards catch up.
        """
        if not self._settings.by_email and (ended := await self._desk.unlink(CHAT)):
            _log.info("teams.links_by_email_ended", people=ended)
        keeping = [asyncio.create_task(each.keep()) for each in (self._gate, self._tokens)]
        try:
            yield
        finally:
            for task in keeping:
                task.cancel()
            for task in keeping:
                with suppress(asyncio.CancelledError):
                    await task
            await self._tasks.close()
            await self._http.aclose()

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:  # noqa: ARG002
        # the marker finds a post again, or lets a chat drop its repetition: Teams has neither
        return await self._deliverer.post(room, card, thread)

    async def update(self, room: Room, id: str, card: Card) -> None:
        await self._deliverer.update(room, id, card)

    async def find(
        self,
        room: Room,  # noqa: ARG002
        thread: str | None,  # noqa: ARG002
        marker: str,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        until: datetime,  # noqa: ARG002
    ) -> str | None:
        raise Unsupported("Teams lets a bot look up no message")

    async def send_file(self, person: str, file: File, card: Card) -> None:
        agent = await self._people.desk.person(CHAT, person)
        place = Place(person, person, self._settings.tenant, "", channel=None)
        voice = await self._answers.voice(place, agent)
        language = self._answers.language(place, agent)
        await self._files.give(person, file, card, voice, language)

    async def url(self, room: Room, id: str) -> str | None:
        return await self._deliverer.url(room, id)

    async def diagnose(self, now: datetime) -> list[Finding]:
        """Try what Teams must let us do, for `doctor`; `now` is transport time."""
        return await diagnose(self._tokens, self._connector, self._settings, self._desk.policy, now)

    def _sorry(self, locale: str) -> str:
        """Say in the language of a person's Teams that something failed."""
        language = locale.partition("-")[0]
        known = language if language in LANGUAGES else "en"
        return Voices(self._words).of(known, "UTC", {}).plain(text("chat-sorry"))


def _sped(limits: ChatLimits, speed: int) -> ChatLimits:
    """Return the limits for a Teams that allows `speed` times as much."""

    def sped(cap: Cap) -> Cap:
        return replace(cap, calls=cap.calls * speed)

    room = tuple(sped(cap) for cap in limits.room)
    return replace(limits, room=room, posts=sped(limits.posts), updates=sped(limits.updates))
