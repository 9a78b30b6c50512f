"""The outbox's verbs on Teams: post, update, url. What was posted cannot be looked up.

A root post begins its thread. A post in a thread is known as `message@root`, so that it can be
changed later. A room whose id is a person's is that person's chat with the app.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlencode

from adapters.chat.teams import adaptive
from adapters.chat.teams.actions import Opens
from adapters.chat.teams.addresses import Addresses
from adapters.chat.teams.clouds import Cloud
from adapters.chat.teams.connector import Connector
from adapters.chat.teams.people import People
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.writing import JSON, Voices
from chatops.card import Card
from chatops.errors import Barred, Gone, Rejected
from chatops.policy import Room
from chatops.scene import Agent

#: The title by which a ticket's own card is known: an alert is of a ticket too.
_OWN: Final = "card-title"

#: Where links to messages lead (learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/
#: deep-link-teams; the other clouds' are those of their Teams on the web).
_SITES: Final = {
    Cloud.PUBLIC: "https://teams.microsoft.com",
    Cloud.US_GOV: "https://gov.teams.microsoft.us",
    Cloud.US_DOD: "https://dod.teams.microsoft.us",
    Cloud.CHINA: "https://teams.microsoftonline.cn",
}


class Deliverer:
    def __init__(
        self,
        connector: Connector,
        people: People,
        addresses: Addresses,
        voices: Voices,
        uncalled: Voices,
        opens: Opens,
        settings: Settings,
    ) -> None:
        """`uncalled` are voices for cards in which nobody is mentioned."""
        self._connector = connector
        self._people = people
        self._addresses = addresses
        self._voices = voices
        self._uncalled = uncalled
        self._opens = opens
        self._settings = settings

    async def post(self, room: Room, card: Card, thread: str | None) -> str:
        """Post a card, or a line into a thread; return its id."""

        async def send(message: JSON) -> str:
            if not _is_channel(room):
                return await self._connector.say(await self._connector.personal(room.id), message)
            if thread is None:
                return await self._connector.post_root(room.id, message)
            return await self._connector.reply(room.id, _root(thread), message)

        message = await self._message(room, card, is_root=thread is None)
        try:
            return await send(message)
        except Rejected as refused:
            if not _is_of_calls(refused, message):
                raise
            return await send(await self._without_calls(room, card, is_root=thread is None))

    async def update(self, room: Room, id: str, card: Card) -> None:
        """Show `card` in place of what the message showed."""
        where = room.id if _is_channel(room) else await self._connector.personal(room.id)
        is_root = "@" not in id
        message = await self._message(room, card, is_root=is_root)
        try:
            await self._connector.update(where, id, message)
        except Rejected as refused:
            if not _is_of_calls(refused, message):
                raise
            message = await self._without_calls(room, card, is_root=is_root)
            await self._connector.update(where, id, message)

    async def url(self, room: Room, id: str) -> str | None:
        """Return the link to a message of a channel; there is none into a personal chat."""
        if not _is_channel(room):
            return None
        message, _, root = id.partition("@")
        told = {
            "tenantId": self._settings.tenant,
            "groupId": await self._addresses.group(room.id),
            "parentMessageId": root or message,
            "createdTime": message,  # an id is the time at which it was written
        }
        given = urlencode({name: value for name, value in told.items() if value})
        site = _SITES[self._settings.cloud]
        return f"{site}/l/message/{quote(room.id, safe='')}/{message}?{given}"

    async def _message(self, room: Room, card: Card, *, is_root: bool) -> JSON:
        agents = await self._people.agents()
        return self._made(room, card, self._voices, agents, is_root=is_root)

    async def _without_calls(self, room: Room, card: Card, *, is_root: bool) -> JSON:
        """Return the message with people named and not mentioned.

        Teams takes no mention of somebody who is not in the channel: a card is there all the same.
        """
        agents = await self._people.agents()
        named = {id: replace(agent, identities={}) for id, agent in agents.items()}
        return self._made(room, card, self._uncalled, named, is_root=is_root)

    def _made(
        self,
        room: Room,
        card: Card,
        voices: Voices,
        agents: Mapping[int, Agent],
        *,
        is_root: bool,
    ) -> JSON:
        voice = voices.of(room.language, room.zone, agents, card.zone)
        own = is_root and card.title is not None and card.title.id == _OWN
        reads = self._settings.reads_threads or not own or not _is_channel(room)
        message = adaptive.message(card, voice, self._opens, reads_threads=reads)
        if own:
            for attachment in message["attachments"]:
                _sign(attachment["content"])
        return message


def _sign(content: JSON) -> None:
    """Let a ticket's own card be known by its buttons: an older copy is deleted when it is pressed."""
    content["actions"] = [
        {**action, "data": {**action["data"], "o": True}} if "data" in action else action
        for action in content.get("actions", ())
    ]


def _is_of_calls(refused: Rejected, message: JSON) -> bool:
    """Tell whether a message may have been refused for whom it mentions."""
    if isinstance(refused, Gone | Barred):
        return False
    contents = (attachment["content"] for attachment in message["attachments"])
    return any("entities" in content["msteams"] for content in contents)


def _is_channel(room: Room) -> bool:
    return room.id.startswith("19:")


def _root(thread: str) -> str:
    """Return the root of a thread by our id of any of its posts."""
    return thread.rpartition("@")[2]
