"""The two lines of ours in the menu beside any message: a note on a ticket, a ticket of its own.

Slack has no slash commands in threads, and a message's menu is on every phone.
"""

from adapters.chat.slack.forms import WHICH
from adapters.chat.slack.internal import Internal
from adapters.chat.slack.presses import Presses
from adapters.chat.slack.reading import ADD_NOTE, MAKE_TICKET, Chosen, Said
from adapters.chat.slack.writing import CHAT
from chatops.call import Call, Origin, Outcome
from chatops.card import Form, TextBox
from chatops.errors import Unreadable
from chatops.ports import Reader
from chatops.scene import Agent
from chatops.text import text


class Shortcuts:
    def __init__(self, presses: Presses, internal: Internal, reader: Reader) -> None:
        self._presses = presses
        self._internal = internal
        self._reader = reader

    async def choose(self, chosen: Chosen) -> None:
        """Do what was chosen for a message."""
        place = chosen.place
        if chosen.shortcut not in {ADD_NOTE, MAKE_TICKET}:
            await self._presses.odd(place, Unreadable(f"a shortcut {chosen.shortcut}"))
            return
        agent = await self._presses.known(place, "note")
        if agent is None:
            return
        ticket = await self._ticket(chosen)
        call = self._call(chosen, agent, ticket)
        if chosen.shortcut == ADD_NOTE:
            asking = self._note(chosen, call)
        else:
            asking = self._internal.make(chosen, agent, ticket)
        await self._presses.see_through(asking, call, place)

    async def follow(self, said: Said) -> None:
        """Take what a colleague writes on in the thread of their own question."""
        await self._internal.follow(said)

    async def _note(self, chosen: Chosen, call: Call) -> Outcome:
        """Return the form of a note that holds the message; elsewhere it asks for the ticket."""
        if call.ticket is not None:
            return await self._presses.desk.form(call)
        return Form(
            command="note",
            ticket=None,
            title=text("chat-note-title"),
            submit=text("button-note"),
            parts=(
                TextBox(WHICH, text("chat-which")),
                TextBox("text", text("field-text"), multiline=True, initial=chosen.text),
            ),
        )

    def _call(self, chosen: Chosen, agent: Agent, ticket: int | None) -> Call:
        place = chosen.place
        room = self._presses.room(place)
        # A card's own words are no note.
        words = "" if ticket is not None and chosen.bot else chosen.text
        return self._presses.desk.call(
            key=f"slack:{place.trigger}",
            command="note",
            agent=agent,
            origin=Origin.BUTTON,
            chat=CHAT,
            identity=place.user,
            room=room.name if room else None,
            ticket=ticket,
            fields={"text": words} if words else {},
            language=self._presses.answers.language(place, agent),
        )

    async def _ticket(self, chosen: Chosen) -> int | None:
        """Return the ticket whose card or line the message is, or in whose card's thread it stands."""
        if (room := self._presses.room(chosen.place)) is None:
            return None
        rooted = await self._reader.card_at(room.name, chosen.root)
        return await self._reader.card_at(room.name, chosen.ts) if rooted is None else rooted
