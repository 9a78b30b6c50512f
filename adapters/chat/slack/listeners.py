"""Bolt's listeners: everything that Slack sends. They read, hand on, acknowledge.

Bolt acknowledges when a listener returns (`process_before_response`), so what was asked is saved
before Slack hears of it; what takes longer than our patience goes on behind the acknowledgement.
Slack repeats what was not acknowledged, with the same keys, and the desk does it once.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from adapters.chat._tasks import Tasks
from adapters.chat.slack import reading
from adapters.chat.slack.forms import CALLBACK, Asked
from adapters.chat.slack.home import HomeTab
from adapters.chat.slack.modals import After, Modals
from adapters.chat.slack.people import People
from adapters.chat.slack.presses import Presses
from adapters.chat.slack.shortcuts import Shortcuts
from adapters.chat.slack.suggestions import NOTHING, Suggestions
from adapters.chat.slack.writing import CHAT, JSON
from chatops.call import Origin
from chatops.errors import Unreadable
from chatops.ports import Reader

Ack = Callable[..., Awaitable[Any]]

_ANYTHING: Final = re.compile(".*", re.DOTALL)
#: `!claim`, with the exclamation mark of either width; `!!` and a lone `!` are words.
_COMMAND: Final = re.compile(r"\s*[!！](?=\w)")


class Listeners:
    """Where Slack's payloads come in."""

    def __init__(
        self,
        presses: Presses,
        modals: Modals,
        shortcuts: Shortcuts,
        suggestions: Suggestions,
        home: HomeTab,
        people: People,
        reader: Reader,
        tasks: Tasks,
    ) -> None:
        self._presses = presses
        self._modals = modals
        self._shortcuts = shortcuts
        self._suggestions = suggestions
        self._home = home
        self._people = people
        self._reader = reader
        self._tasks = tasks

    def register(self, app: AsyncApp) -> None:
        """Listen to everything: what nobody listens to is repeated by Slack, and logged by Bolt."""
        app.command(_ANYTHING)(self._on_command)
        app.action(_ANYTHING)(self._on_action)
        app.options(_ANYTHING)(self._on_options)
        app.shortcut(_ANYTHING)(self._on_shortcut)
        app.view_submission(_ANYTHING)(self._on_sent)
        app.view_closed(_ANYTHING)(self._on_closed)
        app.event("app_home_opened")(self._on_home)
        app.event("app_mention")(self._on_mention)
        app.event("message")(self._on_message)
        app.event(_ANYTHING)(self._on_other)

    async def _on_command(self, ack: Ack, body: JSON) -> None:
        prefix = self._presses.desk.policy.prefix
        typed = reading.slash(body, prefix, self._people.name_of)
        await self._within(self._presses.typed(typed, Origin.SLASH, None))
        await ack()

    async def _on_action(self, ack: Ack, body: JSON) -> None:
        action_id = body["actions"][0]["action_id"]
        if body.get("view", {}).get("callback_id") == CALLBACK:
            await self._within(self._modals.type(body))
        elif not action_id.startswith("open:"):  # a link's button opens by itself
            await self._within(self._press(body))
        await ack()

    async def _press(self, body: JSON) -> None:
        try:
            press = reading.press(body)
        except Unreadable as error:
            await self._presses.odd(reading.place_of_press(body), error)
        else:
            await self._presses.press(press)

    async def _on_options(self, ack: Ack, body: JSON) -> None:
        offering = self._tasks.begin(self._suggestions.offer(body))
        in_time = await self._tasks.in_time(offering)
        await ack(offering.result() if in_time else NOTHING)

    async def _on_shortcut(self, ack: Ack, body: JSON) -> None:
        chosen = reading.chosen(body, self._people.name_of)
        await self._within(self._shortcuts.choose(chosen))
        await ack()

    async def _on_sent(self, ack: Ack, body: JSON) -> None:
        sending = self._tasks.begin(self._modals.send(body))
        if await self._tasks.in_time(sending):
            await ack(sending.result().response())
        else:
            await ack(After(view=await self._modals.wait(body)).response())
        self._tasks.begin(self._followed(sending, body, late=not sending.done()))

    async def _followed(self, sending: Awaitable[After], body: JSON, *, late: bool) -> None:
        """Show what became of a form that took long, and the Home tab from which one came."""
        after = await sending
        if late:
            await self._modals.follow(body, after)
        view = body["view"]
        if (home := Asked.of(view).home) is not None:
            place = reading.place_in_view(body, None, None, home)
            await self._home.show(place, f"slack:{view['id']}:{view['hash']}:home")

    async def _on_closed(self, ack: Ack, body: JSON) -> None:
        if body["view"]["callback_id"] == CALLBACK:
            await self._within(self._modals.leave(body))
        await ack()

    async def _on_home(self, body: JSON) -> None:
        if body["event"].get("tab") == "home":
            place = reading.place_of_home(body)
            await self._within(self._home.open(place, f"slack:{body['event_id']}"))

    async def _on_mention(self, body: JSON) -> None:
        await self._within(self._mentioned(body))

    async def _mentioned(self, body: JSON) -> None:
        bot = (await self._people.installation()).bot_user
        typed = reading.mention(body, bot, self._people.name_of)
        if typed is not None:
            await self._presses.typed(typed, Origin.THREAD, await self._ticket(typed.place))

    async def _on_message(self, body: JSON) -> None:
        if (gone := reading.deleted(body)) is not None:
            await self._within(self._presses.desk.deleted(CHAT, *gone))
        elif (said := reading.said(body, self._people.name_of)) is not None:
            await self._within(self._said(said, body))

    async def _said(self, said: reading.Said, body: JSON) -> None:
        """Take words in a card's thread, as a command or a note, and in a thread of a question."""
        ticket = await self._ticket(said.place)
        bot = (await self._people.installation()).bot_user
        if reading.mention(body, bot, self._people.name_of) is not None:
            return  # comes as app_mention too
        if ticket is None:
            await self._shortcuts.follow(said)
        elif lead := _COMMAND.match(said.text):
            typed = reading.Typed(said.place, said.key, *reading.split(said.text[lead.end() :]))
            await self._presses.typed(typed, Origin.THREAD, ticket)
        else:
            await self._presses.note(said, ticket)

    async def _on_other(self) -> None:
        """Take what we subscribed to nowhere."""

    async def _ticket(self, place: reading.Place) -> int | None:
        """Return the ticket whose card began the thread."""
        room = self._presses.room(place)
        if room is None or place.thread is None:
            return None
        return await self._reader.card_at(room.name, place.thread)

    async def _within(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin the work and wait for it as long as Slack waits for us."""
        task = self._tasks.begin(work)
        if await self._tasks.in_time(task):
            task.result()
