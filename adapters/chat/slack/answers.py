"""Telling one person something, alone, where they acted; and showing them a modal.

An ephemeral message is not certain to arrive: where the person or the app is not in the room, the
same is said in their direct messages. Who acts in a view is answered in a modal. State never
depends on it.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import aiohttp
import orjson
import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.chat.slack import blocks, forms
from adapters.chat.slack.buttons import BUTTON
from adapters.chat.slack.direct import DIRECT
from adapters.chat.slack.files import Files
from adapters.chat.slack.people import People
from adapters.chat.slack.pictures import Pictures, charts_of, without_pictures
from adapters.chat.slack.reading import Place
from adapters.chat.slack.web import TIMEOUT, Web
from adapters.chat.slack.writing import CHAT, JSON, Voice, Voices
from chatops.call import Answer
from chatops.card import Button, Card, Form, Paragraph, Style
from chatops.errors import CareError
from chatops.scene import Agent
from chatops.text import Text, text

_log = structlog.get_logger(__name__)

#: Language and zone where app.yaml names no room in Slack.
_NO_ROOM: Final = ("en", "UTC")
_VALUE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Answers:
    """What goes straight back to the one who asked."""

    people: People
    web: Web
    voices: Voices
    files: Files
    pictures: Pictures

    def language(self, place: Place, agent: Agent | None) -> str:
        """Return a person's own language, else their room's."""
        return (agent and agent.language) or self._said_in(place, agent)[0]

    async def voice(self, place: Place, agent: Agent | None) -> Voice:
        """Return the voice for a person, in their room's zone."""
        zone = self._said_in(place, agent)[1]
        return self.voices.of(self.language(place, agent), zone, await self.people.agents())

    async def tell(self, place: Place, said: Text | Card, agent: Agent | None) -> None:
        """Tell the person alone; what reaches them by no way is logged."""
        card = said if isinstance(said, Card) else sentence(said)
        voice = await self.voice(place, agent)
        nonce = uuid.uuid4().hex[:8]
        if place.channel is None and (place.view or place.trigger):
            made = blocks.blocks(card, voice, nonce, blocks.VIEW)
            if await self._try(lambda: self._in_a_modal(place, made, voice)):
                return
        await self._deliver(place, blocks.message(card, voice, nonce))

    async def give(self, place: Place, answer: Answer, agent: Agent) -> None:
        """Tell the person an answer; one with a file or pictures is given in their direct messages."""
        if charts_of(answer.card):
            await self._picture(place, answer.card, agent)
            return
        if (file := answer.file) is None:
            await self.tell(place, answer.card, agent)
            return
        voice, language = await self.voice(place, agent), self.language(place, agent)
        try:
            await self.files.give(place.user, file, answer.card, voice, language)
        except CareError as error:
            _log.warning("slack.file_not_given", user=place.user, error=str(error))
            await self.tell(place, text("chat-file-failed"), agent)
        else:
            await self.tell(place, text("slack-file-sent", name=file.name), agent)

    async def _picture(self, place: Place, card: Card, agent: Agent) -> None:
        """Post an answer with pictures to the person alone; what fails is told without them.

        A post of unknown fate is told again: two reports harm nobody.
        """
        voice = await self.voice(place, agent)
        if pictures := await self.pictures.of(card, voice):
            message = blocks.message(card, voice, uuid.uuid4().hex[:8], pictures)
            if await self._try(lambda: self._direct(place.user, message)):
                if not (place.channel or "").startswith(DIRECT):
                    await self.tell(place, text("slack-report-sent"), agent)
                return
        await self.tell(place, without_pictures(card), agent)

    async def ask(self, place: Place, question: Text, yes: JSON, agent: Agent | None) -> None:
        """Ask the person alone, with one button that does it all the same.

        A yes that is too long for a button (it carries what was typed) is not offered: the form
        takes texts of any length.
        """
        voice = await self.voice(place, agent)
        message = blocks.message(sentence(question), voice, "ask")
        value = orjson.dumps(yes).decode()
        if len(value) <= _VALUE:
            button = {
                "type": "button",
                "text": voice.label(text("chat-yes"), BUTTON),
                "action_id": f"do:{yes['c']}",
                "value": value,
            }
            message["blocks"].append({"type": "actions", "block_id": "ask", "elements": [button]})
        if place.channel is None and (place.view or place.trigger):
            made: list[JSON] = message["blocks"]
            if await self._try(lambda: self._in_a_modal(place, made, voice)):
                return
        await self._deliver(place, message)

    async def offer(self, place: Place, form: Form, agent: Agent) -> None:
        """Offer a form where none can be opened unasked: by a button that asks for it."""
        button = Button(form.command, form.title, ticket=form.ticket, style=Style.PRIMARY)
        said = text("chat-needs-form")
        card = Card(push=said, blocks=(Paragraph(said),), buttons=(button,))
        await self.tell(place, card, agent)

    async def open(self, place: Place, view: JSON) -> str:
        """Show a modal, above the one in which was pressed; return its id.

        Raises:
            Rejected: the press is older than three seconds, or has opened one already.
            CareError: Slack refused for another reason.
        """
        method = "views.push" if place.view else "views.open"
        opened = await self.web.act_once(method, trigger_id=place.trigger, view=view)
        return str(opened["view"]["id"])

    async def change(self, view_id: str, view: JSON, hash: str | None = None) -> str:
        """Put another view in an open modal's place and return its hash.

        Raises:
            Rejected: the person has closed it, or (`hash_conflict`) it has changed since `hash`.
            CareError: Slack refused for another reason.
        """
        args = {"hash": hash} if hash else {}
        changed = await self.web.act("views.update", view_id=view_id, view=view, **args)
        return str(changed["view"]["hash"])

    async def form(
        self,
        form: Form,
        asked: forms.Asked,
        place: Place,
        agent: Agent,
        warning: Text | None = None,
    ) -> JSON:
        return forms.modal(form, asked, await self.voice(place, agent), warning)

    async def notice(self, said: Text | Card, place: Place, agent: Agent | None) -> JSON:
        """Return a modal that only tells something."""
        card = said if isinstance(said, Card) else sentence(said)
        voice = await self.voice(place, agent)
        made = blocks.blocks(card, voice, uuid.uuid4().hex[:8], blocks.VIEW)
        return forms.notice(made, voice, place.home)

    async def _in_a_modal(self, place: Place, made: list[JSON], voice: Voice) -> None:
        """Show blocks in the modal where was pressed, else in a new one."""
        view = forms.notice(made, voice, place.home)
        if place.view:
            await self.change(place.view, view)
        else:
            await self.open(place, view)

    def _said_in(self, place: Place, agent: Agent | None) -> tuple[str, str]:
        """Return language and zone of the room; where it is none of ours, those of the person."""
        name, ids = (agent.name, agent.identities or {}) if agent else ("", {})
        room = self.people.desk.policy.asked_at(CHAT, place.channel, name, ids)
        return (room.language, room.zone) if room else _NO_ROOM

    async def _deliver(self, place: Place, message: JSON) -> None:
        ways: list[Callable[[], Awaitable[object]]] = []
        if place.channel:
            ways.append(lambda: self._ephemeral(place, message))
        if place.response_url and not place.thread:
            ways.insert(0, lambda: self._respond(place.response_url or "", message))
        ways.append(lambda: self._direct(place.user, message))
        for way in ways:
            if await self._try(way):
                return
        _log.warning("slack.answer_undelivered", user=place.user, room=place.channel)

    async def _try(self, way: Callable[[], Awaitable[object]]) -> bool:
        try:
            await way()
        except (CareError, aiohttp.ClientError, TimeoutError) as error:
            _log.info("slack.answer_elsewhere", error=str(error))
            return False
        return True

    async def _ephemeral(self, place: Place, message: JSON) -> None:
        await self.web.act_once("chat.postEphemeral", user=place.user, **_where(place), **message)

    async def _direct(self, user: str, message: JSON) -> None:
        await self.web.act_once("chat.postMessage", channel=user, **message)

    async def _respond(self, url: str, message: JSON) -> None:
        """Answer by the press's own address: it works in rooms where the app is not.

        Raises:
            CareError: it was used five times, or is older than 30 minutes.
        """
        client = AsyncWebhookClient(
            url, timeout=int(TIMEOUT), ssl=self.web.client.ssl, retry_handlers=[]
        )
        client.proxy = self.web.client.proxy
        client.session = self.web.client.session
        answer = await client.send_dict(
            {"response_type": "ephemeral", "replace_original": False, **message}
        )
        if answer.status_code != 200:
            raise CareError(f"response_url: HTTP {answer.status_code}")


def sentence(said: Text) -> Card:
    """Return a card that says one thing."""
    return Card(push=said, blocks=(Paragraph(said),))


def _where(place: Place) -> JSON:
    where = {"channel": place.channel}
    return {**where, "thread_ts": place.thread} if place.thread else where
