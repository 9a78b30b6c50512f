"""App Home: the person's own desk in the app's first tab.

What stands in it is the answer of the command `home`. It is published when the person opens the tab
and after each press of theirs in it, or in what was opened from it: Slack gives no way to know that
somebody has it before their eyes, and so it is not published for what happens elsewhere.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import structlog

from adapters.chat._outcome import outcome_of
from adapters.chat.slack.answers import Answers, sentence
from adapters.chat.slack.forms import home_tab
from adapters.chat.slack.people import People
from adapters.chat.slack.reading import Place
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import CHAT
from chatops.call import Answer, Origin
from chatops.card import Card
from chatops.desk import Desk
from chatops.errors import CareError
from chatops.scene import Agent
from chatops.text import Text, text
from chatops.ticket import Refusal

_log = structlog.get_logger(__name__)

HOME: Final = "home"  #: the command


class HomeTab:
    def __init__(self, desk: Desk, people: People, answers: Answers, web: Web) -> None:
        self._desk = desk
        self._people = people
        self._answers = answers
        self._web = web
        #: What each person has turned to since they opened the tab. A press that was quicker than
        #: Slack in showing it brings the page before.
        self._turned: dict[str, Mapping[str, str]] = {}
        #: One tab is read and published by one at a time: what was read first would else be shown
        #: last, if it took longer.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def open(self, place: Place, key: str) -> None:
        """Publish the first page: the person comes to the tab anew."""
        self._turned.pop(place.user, None)
        await self.show(place, key)

    async def turn(self, place: Place, to: Mapping[str, str], card: Card, agent: Agent) -> None:
        """Publish a page that the person has turned to: the command's answer to `to`."""
        self._turned[place.user] = to
        async with self._turns[place.user]:
            await self._publish(place, to, card, agent)

    async def show(self, place: Place, key: str) -> None:
        """Publish the tab as it is now, at the page that it shows."""
        async with self._turns[place.user]:
            await self._show(place, key)

    async def _show(self, place: Place, key: str) -> None:
        page = self._turned.get(place.user) or place.home or {}
        try:
            who = await self._people.who(place)
        except CareError:
            who = text("chat-unsure-who")
        if isinstance(who, Text):
            await self._publish(place, {}, sentence(who), None)
            return
        call = self._desk.call(
            key=key,
            command=HOME,
            agent=who,
            origin=Origin.BUTTON,
            chat=CHAT,
            identity=place.user,
            fields=page,
            language=self._answers.language(place, who),
        )
        outcome = await outcome_of(self._desk.handle(call))
        if isinstance(outcome, Answer):
            await self._publish(place, page, outcome.card, who)
        elif isinstance(outcome, Refusal):
            await self._publish(place, {}, sentence(outcome.said), who)

    async def _publish(
        self, place: Place, page: Mapping[str, str], card: Card, agent: Agent | None
    ) -> None:
        """Put a card into the person's tab; where that fails, it stays as it was until they return."""
        voice = await self._answers.voice(place, agent)
        view = home_tab(card, voice, uuid.uuid4().hex[:8], page)
        try:
            await self._web.act("views.publish", user_id=place.user, view=view)
        except CareError as error:
            _log.warning("slack.home_unpublished", user=place.user, error=str(error))
