"""The outbox's verbs on Slack: post, update, find, url.

A post carries its marker twice: as client_msg_id, by which Slack drops a repeated post, and in its
metadata, by which it is found. Slack shows metadata to other apps of the room, so it holds nothing
but the marker. A room whose id is a person's is that person's direct messages.
"""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from adapters.chat.slack import blocks
from adapters.chat.slack.direct import Direct
from adapters.chat.slack.people import People
from adapters.chat.slack.pictures import Pictures
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import JSON, Voice, Voices
from chatops.card import Card
from chatops.policy import Room

EVENT_TYPE: Final = "chatops"
_PAGE: Final = 100  # messages a page


class Deliverer:
    def __init__(
        self, web: Web, people: People, voices: Voices, direct: Direct, pictures: Pictures
    ) -> None:
        self._web = web
        self._people = people
        self._voices = voices
        self._direct = direct
        self._pictures = pictures

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:
        """Post a card, or a line into a thread; return its `ts`."""
        voice = await self._voice(room, card)
        channel = await self._direct.channel(room.id)
        place = {"channel": channel, "thread_ts": thread} if thread else {"channel": channel}

        async def send(message: JSON) -> JSON:
            return await self._web.act_once(
                "chat.postMessage",
                **place,
                **message,
                **blocks.UNFURLED,
                client_msg_id=marker,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"marker": marker}},
            )

        posted = await self._pictures.post(card, voice, marker[:8], send)
        return str(posted["ts"])

    async def update(self, room: Room, id: str, card: Card) -> None:
        """Show `card` in place of what the message showed."""
        voice, channel = await self._voice(room, card), await self._direct.channel(room.id)

        async def send(message: JSON) -> JSON:
            return await self._web.act("chat.update", channel=channel, ts=id, **message)

        await self._pictures.post(card, voice, uuid.uuid4().hex[:8], send)

    async def find(
        self, room: Room, thread: str | None, marker: str, since: datetime, until: datetime
    ) -> str | None:
        """Look up a post by its marker; None if it certainly is not there.

        Slack's clock and ours differ: `since` and `until` allow for it. All that was written between
        them is read, page by page.
        """
        async for message in self._written(room, thread, since, until):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if marker in {payload.get("marker"), message.get("client_msg_id")}:
                return str(message["ts"])
        return None

    async def url(self, room: Room, id: str) -> str | None:
        """Return the link to a message, which Slack makes of the room's and the message's ids."""
        return await self._people.link(await self._direct.channel(room.id), id)

    async def _voice(self, room: Room, card: Card) -> Voice:
        agents = await self._people.agents()
        return self._voices.of(room.language, room.zone, agents, card.zone)

    async def _written(
        self, room: Room, thread: str | None, since: datetime, until: datetime
    ) -> AsyncIterator[JSON]:
        method = "conversations.replies" if thread else "conversations.history"
        where: JSON = {
            "channel": await self._direct.channel(room.id),
            "oldest": f"{since.timestamp():.6f}",
            "latest": f"{until.timestamp():.6f}",
            "limit": _PAGE,
        }
        if thread:
            where["ts"] = thread
        while True:
            page = await self._web.read(method, include_all_metadata="true", **where)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            where["cursor"] = cursor
