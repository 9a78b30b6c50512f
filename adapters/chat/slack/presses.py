"""A press, a typed command or a thread's words become a Call, and its outcome an answer."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from adapters.chat._carried import yes_to
from adapters.chat._outcome import outcome_of
from adapters.chat._tasks import Tasks
from adapters.chat.slack.answers import Answers
from adapters.chat.slack.forms import Asked
from adapters.chat.slack.home import HOME, HomeTab
from adapters.chat.slack.people import STRANGER, People
from adapters.chat.slack.reading import Place, Press, Said, Typed
from adapters.chat.slack.writing import CHAT
from chatops.call import Answer, Call, Done, Origin, Outcome
from chatops.card import Form
from chatops.desk import Desk
from chatops.errors import CareError, Rejected, Unreadable
from chatops.line import named
from chatops.policy import Room
from chatops.scene import Agent
from chatops.text import Text, text
from chatops.ticket import Refusal

_log = structlog.get_logger(__name__)

#: Seconds until a slow press is shown that it is under way. A modal can be opened for three seconds
#: after the press only, so it is opened now and filled when the outcome is known.
SLOW: Final = 1.5


@dataclass(frozen=True, slots=True)
class Presses:
    """Everything that a person asks for outside a modal."""

    desk: Desk
    people: People
    answers: Answers
    home: HomeTab
    tasks: Tasks

    async def press(self, press: Press) -> None:
        """Do what a button or a menu's entry says."""
        agent = await self.known(press.place, press.command)
        if agent is None:
            return
        typed = press.line is not None
        call = self.desk.call(
            key=press.key,
            command=press.command,
            agent=agent,
            origin=Origin.THREAD if typed else Origin.BUTTON,
            chat=CHAT,
            identity=press.place.user,
            room=self._room_name(press.place),
            ticket=press.ticket,
            line=press.line,
            fields=press.args,
            confirmed=press.confirmed,
            language=self.answers.language(press.place, agent),
        )
        await self.see_through(self.desk.handle(call), call, press.place)
        if press.place.home is not None and press.command != HOME:
            await self.home.show(press.place, f"{press.key}:home")

    async def odd(self, place: Place, error: Unreadable) -> None:
        """Tell who pressed a button that we cannot read."""
        _log.warning("slack.press_unreadable", user=place.user, reason=str(error))
        await self.answers.tell(place, text("chat-odd-press"), None)

    async def typed(self, typed: Typed, origin: Origin, ticket: int | None) -> None:
        """Do what a slash command, `!command` or `@bot command` says."""
        agent = await self.known(typed.place, typed.command)
        if agent is None:
            return
        call = self.desk.call(
            key=typed.key,
            command=typed.command,
            agent=agent,
            origin=origin,
            chat=CHAT,
            identity=typed.place.user,
            room=self._room_name(typed.place),
            ticket=ticket,
            line=typed.line,
            language=self.answers.language(typed.place, agent),
        )
        await self.see_through(self.desk.handle(call), call, typed.place)

    async def note(self, said: Said, ticket: int) -> None:
        """Keep words from a card's thread as a note: they stay among ourselves."""
        await self.typed(Typed(said.place, said.key, "note", said.text), Origin.THREAD, ticket)

    def room(self, place: Place) -> Room | None:
        return self.desk.policy.room_by_id(CHAT, place.channel or "")

    def _room_name(self, place: Place) -> str | None:
        room = self.room(place)
        return room.name if room else None

    async def known(self, place: Place, command: str) -> Agent | None:
        """Return the agent who acts; anybody else is told why not, alone.

        A member of the workspace who is nobody of ours may ask what is for strangers.
        """
        try:
            who = await self.people.who(place)
            if who == STRANGER and self._for_strangers(command):
                who = await self.people.newcomer(place)
        except CareError:
            who = text("chat-unsure-who")
        if isinstance(who, Agent):
            return who
        await self.answers.tell(place, who, None)
        return None

    async def see_through(self, asking: Awaitable[Outcome], call: Call, place: Place) -> None:
        """Wait for what was asked and show what comes of it; what takes long is shown as under way."""
        handling = self.tasks.begin(outcome_of(asking))
        view_id: str | None = None
        if place.trigger and not await self.tasks.in_time(handling, SLOW):
            view_id = await self._show_slow(place, call.agent)
        outcome = await handling
        if self._for_strangers(call.command):
            self.people.forget(place.user)  # who that is to us may be another from now on
        await self._show(outcome, call, place, view_id)

    def _for_strangers(self, command: str) -> bool:
        asked = named(command, self.desk.registry, self.desk.words)
        return asked is not None and asked.for_strangers

    async def _show_slow(self, place: Place, agent: Agent) -> str | None:
        view = await self.answers.notice(text("chat-working"), place, agent)
        try:
            return await self.answers.open(place, view)
        except CareError:
            return None

    async def _show(self, outcome: Outcome, call: Call, place: Place, view_id: str | None) -> None:
        agent = call.agent
        match outcome:
            case Form():
                await self._show_form(outcome, call, place, view_id)
            case Answer(card) if call.command == HOME and place.home is not None:
                await self._end_slow(text("chat-done"), place, agent, view_id)
                await self.home.turn(place, call.fields, card, agent)
            case Answer() if place.channel is None and view_id is not None:
                await self.answers.give(replace(place, view=view_id), outcome, agent)
            case Answer():
                await self._end_slow(text("chat-done"), place, agent, view_id)
                await self.answers.give(place, outcome, agent)
            case Done(said):
                if not await self._end_slow(said or text("chat-done"), place, agent, view_id):
                    await self._tell(said, place, agent)
            case Refusal(said, _, None):
                if not await self._end_slow(said, place, agent, view_id):
                    await self._tell(said, place, agent)
            case Refusal(said, _, asks):
                await self._end_slow(said, place, agent, view_id)
                await self.answers.ask(place, said, yes_to(str(asks), call), agent)

    async def _tell(self, said: Text | None, place: Place, agent: Agent) -> None:
        """Say how it ended; the card or the tab shows it too, a modal that was pressed in does not."""
        if said is None and place.view:
            said = text("chat-done")
        if said is not None:
            await self.answers.tell(place, said, agent)

    async def _end_slow(self, said: Text, place: Place, agent: Agent, view_id: str | None) -> bool:
        """Say the outcome in the modal that a slow press was shown; False if there is none."""
        if view_id is None:
            return False
        try:
            await self.answers.change(view_id, await self.answers.notice(said, place, agent))
        except CareError:
            return False
        return True

    async def _show_form(self, form: Form, call: Call, place: Place, view_id: str | None) -> None:
        where = (place.channel, place.thread)
        asked = Asked(form.command, form.ticket, form.hidden, *where, home=place.home)
        view = await self.answers.form(form, asked, place, call.agent)
        try:
            if view_id is not None:
                await self.answers.change(view_id, view)
            elif place.trigger is not None:
                await self.answers.open(place, view)
            else:
                # Words in a thread give no right to open a modal: a button does.
                await self.answers.offer(place, form, call.agent)
                return
        except Rejected as refused:
            await self.desk.left(call)
            if refused.code not in {"not_found", "view_not_found"}:
                await self.answers.tell(place, text("chat-too-late"), call.agent)
        except CareError:
            await self.desk.left(call)
            await self.answers.tell(place, text("chat-too-late"), call.agent)
