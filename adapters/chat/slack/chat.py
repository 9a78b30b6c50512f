"""Slack opened as one chat: the connection, what comes in, what goes out."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from ssl import SSLContext
from typing import Final

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from adapters._address import demand_lawful
from adapters._drawing.painter import Painter
from adapters.chat._tasks import Tasks
from adapters.chat.slack.answers import Answers
from adapters.chat.slack.deliver import Deliverer
from adapters.chat.slack.diagnose import diagnose
from adapters.chat.slack.direct import Direct
from adapters.chat.slack.files import Files
from adapters.chat.slack.home import HomeTab
from adapters.chat.slack.internal import Internal
from adapters.chat.slack.link import Requests, socket_mode
from adapters.chat.slack.listeners import Listeners
from adapters.chat.slack.modals import Modals
from adapters.chat.slack.people import People
from adapters.chat.slack.pictures import Pictures
from adapters.chat.slack.presses import Presses
from adapters.chat.slack.reading import Place
from adapters.chat.slack.settings import Mode, Settings
from adapters.chat.slack.shortcuts import Shortcuts
from adapters.chat.slack.suggestions import Suggestions
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import CHAT, Voices
from chatops.card import Card, File
from chatops.channel import Finding
from chatops.desk import Desk
from chatops.policy import Room
from chatops.ports import Cap, ChatLimits, Reader, Vault
from chatops.text import Words

EVENTS_PATH: Final = "/slack/events"

#: docs.slack.dev/apis/web-api/rate-limits: a post a second in a room; "several hundred" posts a
#: minute in a workspace; chat.update is tier 3, 50 a minute. A bucket that lets `burst` through at
#: once lets calls + burst through in its first minute, so the two together are Slack's number.
LIMITS: Final = ChatLimits(
    room=(Cap(calls=1, seconds=1, burst=1),),
    posts=Cap(calls=296, seconds=60, burst=4),
    updates=Cap(calls=49, seconds=60, burst=1),
)


def open_chat(
    settings: Settings,
    desk: Desk,
    reader: Reader,
    vault: Vault,  # noqa: ARG001 - each chat is given one; there is nothing that Slack must keep
    words: Words,
    development: bool,
    *,
    proxy: str | None = None,
    tls: SSLContext | None = None,
    painter: Painter | None = None,
) -> "SlackChat":
    """Return Slack as a chat; nothing is called before `running`. `painter` draws its pictures.

    Raises:
        ConfigError: the Web API's address is not Slack's, or its pace not lawful.
    """
    demand_lawful(settings, development)
    url = f"{settings.api_url}/"  # the SDK puts the method right behind it
    painter = painter or Painter()
    return SlackChat(settings, url, desk, reader, words, painter, proxy=proxy, tls=tls)


class SlackChat:
    """Implements `chatops.ports.Chat`."""

    name: str = CHAT
    finds: bool = True

    def __init__(
        self,
        settings: Settings,
        url: str,
        desk: Desk,
        reader: Reader,
        words: Words,
        painter: Painter,
        *,
        proxy: str | None,
        tls: SSLContext | None,
    ) -> None:
        self.limits = _sped(LIMITS, settings.speed)
        self._settings = settings
        self._desk = desk
        self._words = words
        self._web = Web(settings.bot_token.get_secret_value(), url, proxy, tls)
        # Bolt gets a client of its own without a token: it is told who we are by `_authorize`,
        # and else would ask Slack while somebody waits for an acknowledgement.
        self._bolt_web = Web(None, url, proxy, tls)
        self._tasks = Tasks()
        self._people = People(desk, reader, self._web)
        voices = Voices(words)
        direct = Direct(self._web)
        self._files = Files(self._web, direct, words)
        pictures = Pictures(self._web, painter)
        self._answers = Answers(self._people, self._web, voices, self._files, pictures)
        home = HomeTab(desk, self._people, self._answers, self._web)
        presses = Presses(desk, self._people, self._answers, home, self._tasks)
        modals = Modals(desk, self._people, self._answers)
        internal = Internal(desk, reader, self._people, self._web)
        self._deliverer = Deliverer(self._web, self._people, voices, direct, pictures)
        secret = settings.signing_secret
        self._bolt = AsyncApp(
            name="chatops",
            logger=_bolt_log(),
            client=self._bolt_web.client,
            authorize=_authorize(self._people, settings.bot_token.get_secret_value()),
            signing_secret="",
            # `Requests` has checked the raw bytes before anything was parsed.
            request_verification_enabled=False,
            # Who deletes a card tells of a message of ours; `reading` passes over what apps write.
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,  # of workflow steps, which we have none of
            process_before_response=True,
        )
        self._requests = Requests(
            self._bolt, secret.get_secret_value() if secret else "", desk.clock
        )
        Listeners(
            presses,
            modals,
            Shortcuts(presses, internal, reader),
            Suggestions(modals, self._answers),
            home,
            self._people,
            reader,
            self._tasks,
        ).register(self._bolt)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return what Slack calls in mode http; in mode socket it calls nothing."""
        if self._settings.mode is Mode.SOCKET:
            return ()
        return (web.post(EVENTS_PATH, self._requests.take),)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen while the context is open.

        Where Slack cannot be reached, the connection is tried again and again: tickets go on being
        taken meanwhile, and cards catch up.
        """
        self._web.open()
        token = self._settings.app_token
        try:
            async with AsyncExitStack() as stack:
                if self._settings.mode is Mode.SOCKET and token is not None:
                    link = socket_mode(self._bolt, token.get_secret_value(), self._bolt_web.client)
                    await stack.enter_async_context(link)
                yield
        finally:
            await self._tasks.close()
            await self._web.close()

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:
        return await self._deliverer.post(room, card, thread, marker)

    async def update(self, room: Room, id: str, card: Card) -> None:
        await self._deliverer.update(room, id, card)

    async def find(
        self, room: Room, thread: str | None, marker: str, since: datetime, until: datetime
    ) -> str | None:
        return await self._deliverer.find(room, thread, marker, since, until)

    async def send_file(self, person: str, file: File, card: Card) -> None:
        agent = await self._people.desk.person(CHAT, person)
        place = Place(person, frozenset(), channel=None)
        voice = await self._answers.voice(place, agent)
        language = self._answers.language(place, agent)
        await self._files.give(person, file, card, voice, language)

    async def url(self, room: Room, id: str) -> str | None:
        return await self._deliverer.url(room, id)

    async def diagnose(self, now: datetime) -> list[Finding]:
        """Try what Slack must let us do, for `doctor`; `now` is transport time."""
        return await diagnose(self._web, self._settings, self._desk.policy, self._words, now)


def _sped(limits: ChatLimits, speed: int) -> ChatLimits:
    """Return the limits for a Slack that allows `speed` times as much."""

    def sped(cap: Cap) -> Cap:
        return replace(cap, calls=cap.calls * speed)

    room = tuple(sped(cap) for cap in limits.room)
    return ChatLimits(room, sped(limits.posts), sped(limits.updates))


def _bolt_log() -> logging.Logger:
    """Return Bolt's logger without its one false alarm.

    Where SLACK_BOT_TOKEN stands in the environment, as app.yaml's example has it, Bolt looks there
    and warns that it does not use it.
    """
    log = logging.getLogger("slack_bolt")
    if not log.filters:
        log.addFilter(lambda record: "`token` will be unused" not in record.getMessage())
    return log


def _authorize(people: People, token: str) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Tell Bolt who we are. (Bolt reads a callable's argument names, so it can be no method.)"""

    async def authorize() -> AuthorizeResult:
        here = await people.installation()
        return AuthorizeResult(
            enterprise_id=None,
            team_id=here.team,
            bot_user_id=here.bot_user,
            bot_id=here.bot_id,
            bot_token=token,
        )

    return authorize
