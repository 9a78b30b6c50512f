"""A pressed button or a typed command becomes a Call, and its outcome an answer.

Teams waits a few seconds for what answers a press. What takes longer goes on in its own task: the
person is told that it does, and its outcome follows alone.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

import structlog

from adapters.chat._carried import yes_to
from adapters.chat._outcome import outcome_of
from adapters.chat._tasks import Tasks
from adapters.chat.teams.answers import NOWHERE, Answers
from adapters.chat.teams.connector import Connector
from adapters.chat.teams.people import STRANGERS, People
from adapters.chat.teams.reading import Place, Press, Typed
from adapters.chat.teams.writing import CHAT, JSON
from chatops.call import Answer, Call, Done, Origin, Outcome
from chatops.card import Form
from chatops.desk import Desk
from chatops.errors import CareError
from chatops.line import named
from chatops.policy import Role
from chatops.scene import Agent
from chatops.text import Text, text
from chatops.ticket import Refusal

_log = structlog.get_logger(__name__)

#: Seconds for which an invoke waits: nobody has published how long Teams does; some saw five.
PATIENCE: Final = 3.5

_MESSAGE: Final = "application/vnd.microsoft.activity.message"


@dataclass(frozen=True, slots=True)
class Told:
    """What a press is answered: a sentence, or nothing where the card shows it."""

    said: Text | None
    agent: Agent | None = None


@dataclass(frozen=True, slots=True)
class Presses:
    """Everything that a person asks for outside a dialog."""

    desk: Desk
    people: People
    answers: Answers
    connector: Connector
    tasks: Tasks

    async def execute(self, press: Press) -> JSON:
        """Do what a button says; return the response, a sentence for that person alone."""
        place = press.place
        working = self.tasks.begin(self._pressed(press))
        if await self.tasks.in_time(working):
            told = working.result()
            return await self._response(told.said, place, told.agent)
        self.tasks.begin(self._follow(working, place))
        return await self._response(text("chat-working"), place, None)

    async def odd(self, place: Place) -> JSON:
        """Return the response to a button that we cannot read."""
        return await self._response(text("chat-odd-press"), place, None)

    async def typed(self, typed: Typed, ticket: int | None) -> None:
        """Do what a typed command says, and tell that person alone what comes of it."""
        place = typed.place
        agent = await self.known(place, typed.command)
        if isinstance(agent, Text):
            await self._tell(place, agent, None)
            return
        call = self.desk.call(
            key=typed.key,
            command=typed.command,
            agent=agent,
            origin=Origin.SLASH if place.targeted else Origin.THREAD,
            chat=CHAT,
            identity=place.user,
            room=self.room(place),
            ticket=ticket,
            line=typed.line,
            language=self.answers.language(place, agent),
        )
        await self._show(await self.handled(call, place), call, place)

    async def misplaced(self, place: Place) -> None:
        """Tell who named us within a line that nothing came of it: else they take it for a note."""
        agent = await self.known(place, "help")
        if isinstance(agent, Text):
            await self._tell(place, agent, None)
        else:
            there = replace(self.desk.policy.summons, in_thread=True)
            await self._tell(place, text("teams-name-first", there=there), agent)

    def call(self, press: Press, agent: Agent) -> Call:
        """Return the Call that a pressed button stands for."""
        return self.desk.call(
            key=press.key,
            command=press.command,
            agent=agent,
            origin=Origin.BUTTON if press.line is None else Origin.THREAD,
            chat=CHAT,
            identity=press.place.user,
            room=self.room(press.place),
            ticket=press.ticket,
            line=press.line,
            fields=press.args,
            confirmed=press.confirmed,
            language=self.answers.language(press.place, agent),
        )

    async def known(self, place: Place, command: str) -> Agent | Text:
        """Return the agent who acts, or why nobody acts here.

        Somebody of an allowed tenant who is nobody of ours may ask what is for strangers.
        """
        try:
            who = await self.people.who(place)
            if who in STRANGERS and self._for_strangers(command):
                who = await self.people.newcomer(place)
        except CareError:
            who = text("chat-unsure-who")
        if isinstance(who, Text):
            _log.warning("teams.refused", user=place.user, command=command, reason=who.id)
        return who

    async def handled(self, call: Call, place: Place) -> Outcome:
        """Ask the desk; a refusal is logged with who asked."""
        outcome = await outcome_of(self.desk.handle(call))
        if self._for_strangers(call.command):
            self.people.forget(place.user)  # who that is to us may be another from now on
        if isinstance(outcome, Refusal):
            _log.info(
                "teams.refused",
                user=place.user,
                command=call.command,
                ticket=call.ticket,
                reason=outcome.said.id,
            )
        return outcome

    def room(self, place: Place) -> str | None:
        """Return our name of the room where something was asked."""
        room = self.desk.policy.room_by_id(CHAT, place.channel or "")
        return room.name if room else None

    def drop_older(self, press: Press, call: Call) -> None:
        """Delete the pressed card if it is an older copy of one that was posted again.

        What an older copy offers is often refused, for it shows what was: it goes all the same.
        """
        if press.own and press.ticket is not None and press.place.channel is not None:
            self.tasks.begin(self._drop(press.place, press.place.channel, press.ticket, call))

    async def _drop(self, place: Place, channel: str, ticket: int, call: Call) -> None:
        room, message, there = (
            self.room(place),
            place.message,
            await self.people.reader.ticket(ticket),
        )
        if room is None or message is None or there is None or not call.may(Role.VIEWER, there):
            return
        current = await self.people.reader.card_of(ticket, room)
        if current in {None, message} or await self.people.reader.card_at(room, message):
            return
        try:
            await self.connector.delete(channel, message)
        except CareError as error:
            _log.info("teams.older_card_stays", ticket=ticket, error=str(error))
        else:
            _log.info("teams.older_card_deleted", ticket=ticket)

    async def _pressed(self, press: Press) -> Told:
        place = press.place
        agent = await self.known(place, press.command)
        if isinstance(agent, Text):
            return Told(agent)
        call = self.call(press, agent)
        outcome = await self.handled(call, place)
        self.drop_older(press, call)
        match outcome:
            case Done(said):
                return Told(said, agent)
            case Answer() as answer:
                return Told(await self.answers.give(place, answer, agent), agent)
            case Form() as form:
                return Told(await self.answers.offer(place, form, agent), agent)
            case Refusal(said, _, None):
                return Told(said, agent)
            case Refusal(said, _, asks):
                yes = yes_to(str(asks), call)
                return Told(await self.answers.ask(place, said, yes, agent), agent)

    async def _show(self, outcome: Outcome, call: Call, place: Place) -> None:
        """Tell what came of a typed command; what the card shows is not said."""
        agent, arrived = call.agent, True
        match outcome:
            case Answer(file=None) as answer:
                arrived = await self.answers.tell(place, answer.card, agent)
            case Answer() as answer:
                await self._tell(place, await self.answers.give(place, answer, agent), agent)
            case Form() as form:
                arrived = await self.answers.offer(place, form, agent) != NOWHERE
            case Refusal(said, _, str(asks)):
                arrived = await self.answers.ask(place, said, yes_to(asks, call), agent) != said
            case Refusal(said) | Done(Text() as said):
                await self._tell(place, said, agent)
            case Done():
                pass
        if not arrived:
            await self.answers.aloud(place, NOWHERE)

    async def _follow(self, working: asyncio.Task[Told], place: Place) -> None:
        """Tell how it ended what took longer than Teams waits."""
        told = await working
        await self._tell(place, told.said or text("chat-done"), told.agent)

    async def _tell(self, place: Place, said: Text, agent: Agent | None) -> None:
        """Tell the person alone; what cannot reach them is at least said to be there."""
        if not await self.answers.tell(place, said, agent):
            await self.answers.aloud(place, NOWHERE)

    async def _response(self, said: Text | None, place: Place, agent: Agent | None) -> JSON:
        words = await self.answers.plain(said, place, agent) if said is not None else ""
        return {"statusCode": 200, "type": _MESSAGE, "value": words}

    def _for_strangers(self, command: str) -> bool:
        asked = named(command, self.desk.registry, self.desk.words)
        return asked is not None and asked.for_strangers
