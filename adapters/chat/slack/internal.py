"""A colleague's message becomes a ticket of the channel `internal`, and what they write on too.

The author is the customer, the thread the conversation; replies go there by `chatops.internal`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.chat.slack.people import People
from adapters.chat.slack.reading import Chosen, Said
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import CHAT, JSON
from chatops.call import Done, Outcome
from chatops.channel import Author, Message
from chatops.desk import Desk
from chatops.errors import Barred
from chatops.event import Kind
from chatops.internal import NAME, Place
from chatops.policy import Account, Role
from chatops.ports import Reader
from chatops.scene import Agent
from chatops.text import text
from chatops.ticket import Refusal


class Internal:
    def __init__(self, desk: Desk, reader: Reader, people: People, web: Web) -> None:
        self._desk = desk
        self._reader = reader
        self._people = people
        self._web = web

    async def make(self, chosen: Chosen, agent: Agent, noted_in: int | None) -> Outcome:
        """Make a ticket of a message at once; `noted_in` is the ticket in whose thread it stands.

        Raises:
            CareError, StorageError
        """
        channel = chosen.place.channel or ""
        if chosen.author is None:
            return Refusal(text("slack-not-a-persons"))
        if noted_in is not None:
            return Refusal(text("slack-noted-there", ticket=noted_in))
        if not chosen.text.strip():
            return Refusal(text("slack-no-words"))
        if (account := self._account(channel)) is None:
            return Refusal(text("slack-no-internal"))
        if not agent.may(Role.AGENT, account.queue):
            role = text("role-agent")
            return Refusal(text("not-allowed", role=role, queue=account.queue))
        if (room := await self._room(channel)) is None:
            return Refusal(text("slack-not-in-room"))
        thread, author = str(Place(CHAT, channel, chosen.root)), f"{CHAT}:{chosen.author}"
        ticket = await self._reader.ticket_in(account.name, thread, author)
        if ticket is not None:
            return Refusal(text("slack-ticket-already", ticket=ticket))
        is_private = not room.get("is_channel") or bool(room.get("is_private"))
        words = (chosen.text, chosen.ts)
        await self._receive(account, channel, chosen.root, chosen.author, words, private=is_private)
        ticket = await self._reader.ticket_in(account.name, thread, author)
        return Done(text("slack-ticket-made", ticket=ticket or 0))

    async def follow(self, said: Said) -> None:
        """Take in what the author of a question writes on in its thread; nobody else's words."""
        place = said.place
        account = self._account(place.channel or "")
        if account is None or place.channel is None or place.thread is None:
            return
        thread = str(Place(CHAT, place.channel, place.thread))
        ticket = await self._reader.ticket_in(account.name, thread, f"{CHAT}:{place.user}")
        if ticket is None or (asked := await self._reader.ticket(ticket)) is None:
            return
        words = (said.text, said.ts)
        at = (account, place.channel, place.thread, place.user)
        await self._receive(*at, words, private=asked.private)

    async def _receive(
        self,
        account: Account,
        channel: str,
        root: str,
        author: str,
        said: tuple[str, str],
        *,
        private: bool,
    ) -> None:
        """Bring a message, its words and its `ts`, as a network would."""
        words, ts = said
        message = Message(
            account=account.name,
            external_id=str(Place(CHAT, channel, ts)),
            thread_key=str(Place(CHAT, channel, root)),
            author=await self._author(author),
            text=words,
            at=datetime.fromtimestamp(float(ts), UTC),
            kind=Kind.DM if private else Kind.MENTION,
            private=private,
            url=await self._people.link(channel, ts),
        )
        await self._desk.receive([message])

    async def _author(self, user: str) -> Author:
        found: JSON = (await self._web.read("users.info", user=user))["user"]
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found["name"]
        return Author(f"{CHAT}:{user}", handle=found["name"], name=name)

    async def _room(self, channel: str) -> JSON | None:
        """Return the room as Slack has it; None where the app is not in it and cannot answer."""
        try:
            room: JSON = (await self._web.read("conversations.info", channel=channel))["channel"]
        except Barred:
            return None
        return room if room.get("is_member") else None

    def _account(self, channel: str) -> Account | None:
        """Return the account whose handle names the room, or the only one there is."""
        accounts: Sequence[Account] = [
            each for each in self._desk.policy.accounts.values() if each.channel == NAME
        ]
        room = self._desk.policy.room_by_id(CHAT, channel)
        names = {channel, room.name if room else channel}
        named = next((each for each in accounts if each.handle in names), None)
        return accounts[0] if named is None and len(accounts) == 1 else named
