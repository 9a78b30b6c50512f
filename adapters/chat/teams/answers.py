"""Telling one person something, alone.

What is pressed is answered by the press's own response, which takes a sentence. Everything else goes
where only that person sees it: a targeted message in the channel where the tenant has those, else
their personal chat with the app. State never depends on its arrival.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from adapters.chat.teams import adaptive, files
from adapters.chat.teams.actions import Opens
from adapters.chat.teams.connector import Connector, thread_of
from adapters.chat.teams.opening import always
from adapters.chat.teams.people import People
from adapters.chat.teams.reading import Place
from adapters.chat.teams.writing import CHAT, JSON, Voice, Voices
from chatops.call import Answer
from chatops.card import Block, Button, Card, Form, Paragraph, Quote, Style
from chatops.errors import CareError, TryLater, Unreached
from chatops.file_links import VALID
from chatops.scene import Agent
from chatops.text import Text, text

#: Says that an answer which is more than a sentence was given elsewhere, or by no way.
ELSEWHERE: Final = text("teams-told-alone")
NOWHERE: Final = text("teams-told-nowhere")

#: Says what an offered form is for, where nothing was said against it.
NEEDED: Final = text("chat-needs-form")

#: Says why the lines of a file are shown in place of a link.
_NO_ADDRESS: Final = text("teams-no-address")

#: Language and zone where app.yaml names no room in Teams.
_NO_ROOM: Final = ("en", "UTC")

#: How often an answer is tried, after how many seconds where Teams names none, and for which wait of
#: Teams' it is not: whoever asked has gone on by then.
_TRIES: Final = 3
_AGAIN: Final = 1.0
_LONGEST: Final = 20.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answers:
    """What goes straight back to the one who asked."""

    people: People
    connector: Connector
    voices: Voices
    files: files.Files
    opens: Opens

    def language(self, place: Place, agent: Agent | None) -> str:
        """Return a person's own language, else their room's."""
        return (agent and agent.language) or self._said_in(place, agent)[0]

    async def voice(self, place: Place, agent: Agent | None) -> Voice:
        """Return the voice for a person, in their room's zone."""
        zone = self._said_in(place, agent)[1]
        return self.voices.of(self.language(place, agent), zone, await self.people.agents())

    async def plain(self, said: Text, place: Place, agent: Agent | None) -> str:
        """Return a sentence for a response of Teams, in which nothing is parsed."""
        return (await self.voice(place, agent)).plain(said)

    async def tell(self, place: Place, said: Text | Card, agent: Agent | None) -> bool:
        """Tell the person alone; False, and a line in the log, where that reaches them by no way."""
        card = said if isinstance(said, Card) else sentence(said)
        voice = await self.voice(place, agent)
        return await self._deliver(place, adaptive.message(card, voice, self.opens))

    async def give(self, place: Place, answer: Answer, agent: Agent) -> Text:
        """Tell the person an answer; return what to say of where it is.

        A file that can be made again is a link, in a browser a download; of others the lines are shown.
        """
        if (file := answer.file) is None or answer.link is not None:
            told = await self.tell(place, _linked(answer), agent)
            return ELSEWHERE if told else NOWHERE
        if answer.again is not None:
            answer = replace(answer, card=_with(answer.card, _NO_ADDRESS))
        voice, language = await self.voice(place, agent), self.language(place, agent)
        try:
            await self.files.give(place.user, file, answer.card, voice, language)
        except CareError as error:
            _log.warning("teams.file_not_given", user=place.user, error=str(error))
            return text("chat-file-failed")
        return text("teams-file-sent", name=file.name)

    async def ask(self, place: Place, question: Text, yes: JSON, agent: Agent) -> Text:
        """Ask the person, with one button that does it all the same; return what to say of that."""
        voice = await self.voice(place, agent)
        asked = await self._deliver(place, adaptive.question(question, yes, voice))
        return ELSEWHERE if asked else question

    async def offer(
        self,
        place: Place,
        form: Form,
        agent: Agent,
        said: Text = NEEDED,
        typed: Sequence[str] = (),
    ) -> Text:
        """Offer a form where none can be opened, by a button that asks for it.

        `typed` are the words that were given into it, which are shown for the person to take again.
        """
        button = Button(form.command, form.title, ticket=form.ticket, style=Style.PRIMARY)
        blocks: tuple[Block, ...] = (Paragraph(said), *map(Quote, typed))
        card = Card(push=said, blocks=blocks, buttons=(button,))
        voice = await self.voice(place, agent)
        offered = await self._deliver(place, adaptive.message(card, voice, always))
        return ELSEWHERE if offered else NOWHERE

    async def aloud(self, place: Place, said: Text) -> None:
        """Say into the thread where something was typed what is no secret; log where that fails."""
        if place.channel is None or (root := place.thread or place.message) is None:
            return
        card = sentence(said)
        made = adaptive.message(card, await self.voice(place, None), self.opens)
        try:
            await self.connector.reply(place.channel, root, made)
        except CareError as error:
            _log.warning("teams.answer_undelivered", user=place.user, error=str(error))

    def _said_in(self, place: Place, agent: Agent | None) -> tuple[str, str]:
        """Return language and zone of the room; where it is none of ours, those of the person."""
        name, ids = (agent.name, agent.identities or {}) if agent else ("", {})
        room = self.people.desk.policy.asked_at(CHAT, place.channel, name, ids)
        return (room.language, room.zone) if room else _NO_ROOM

    async def _deliver(self, place: Place, message: JSON) -> bool:
        ways: list[Callable[[], Awaitable[object]]] = []
        if place.channel is None:
            ways.append(lambda: self.connector.say(place.conversation, message))
        elif place.targeted or self.people.settings.targeted:
            here = thread_of(place.channel, place.thread) if place.thread else place.channel
            ways.append(lambda: self.connector.private(here, place.mri, message))
        if place.channel is not None:
            ways.append(lambda: self._alone(place, message))
        for way in ways:
            try:
                await self._patiently(way)
            except CareError as error:
                _log.info("teams.answer_elsewhere", error=str(error))
            else:
                return True
        _log.warning("teams.answer_undelivered", user=place.user, room=place.channel)
        return False

    async def _patiently(self, way: Callable[[], Awaitable[object]]) -> None:
        """Go a way; again after a moment where that had no effect for now, as no outbox does here."""
        for _ in range(_TRIES - 1):
            try:
                await way()
            except (TryLater, Unreached) as error:
                wait = error.seconds if isinstance(error, TryLater) else _AGAIN
                if wait > _LONGEST:
                    raise
                await self.people.desk.clock.sleep(wait)
            else:
                return
        await way()

    async def _alone(self, place: Place, message: JSON) -> None:
        await self.connector.say(await self.connector.personal(place.user), message)


def _linked(answer: Answer) -> Card:
    """Return an answer's card with the link to its file, if there is one."""
    if answer.link is None:
        return answer.card
    opens = Button("open", text("button-open-file"), url=answer.link, style=Style.PRIMARY)
    minutes = VALID // timedelta(minutes=1)
    return replace(_with(answer.card, text("teams-file-link", minutes=minutes)), buttons=(opens,))


def _with(card: Card, said: Text) -> Card:
    return replace(card, blocks=(*card.blocks, Paragraph(said, small=True)))


def sentence(said: Text) -> Card:
    """Return a card that says one thing."""
    return Card(push=said, blocks=(Paragraph(said),))
