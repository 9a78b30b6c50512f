"""Where Teams' activities come in, each authentic already: what a person asks becomes a Call.

What nobody here listens to is taken and passed over: Teams stops calling a bot that fails on news.
"""

from typing import Final

import structlog

from adapters.chat._tasks import Tasks
from adapters.chat.teams import reading
from adapters.chat.teams.addresses import Addresses
from adapters.chat.teams.dialogs import Dialogs
from adapters.chat.teams.people import People
from adapters.chat.teams.presses import Presses
from adapters.chat.teams.reading import Place, Press, Said, Typed
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.writing import CHAT, JSON
from chatops.errors import Unreadable
from chatops.ports import Reader

_NOTE: Final = "note"
_LEARNING: Final = 0.5  # seconds that an answer waits for what its activity teaches

_log = structlog.get_logger(__name__)


class Listeners:
    def __init__(
        self,
        presses: Presses,
        dialogs: Dialogs,
        people: People,
        addresses: Addresses,
        reader: Reader,
        settings: Settings,
        tasks: Tasks,
    ) -> None:
        self._presses = presses
        self._dialogs = dialogs
        self._people = people
        self._addresses = addresses
        self._reader = reader
        self._settings = settings
        self._tasks = tasks

    async def take(self, activity: JSON) -> JSON | None:
        """Take an activity; return the answer of an invoke, which comes after what it did is kept."""
        # what is learnt has to be written only when it is news; a slow disk then holds up no answer
        learning = self._tasks.begin(self._addresses.learn(activity))
        if await self._tasks.in_time(learning, _LEARNING):
            learning.result()
        kind = activity.get("type")
        if kind == "invoke":
            return await self._invoked(activity)
        if kind == "message":
            await self._written(activity)
        return None

    async def _invoked(self, activity: JSON) -> JSON | None:
        name = activity.get("name")
        try:
            match name:
                case reading.EXECUTE:
                    return await self._presses.execute(reading.press(activity))
                case reading.FETCH:
                    return await self._dialogs.fetch(reading.press(activity))
                case reading.SUBMIT:
                    sent = reading.submit(activity)
                    if isinstance(sent, Press):
                        return await self._dialogs.fetch(sent)
                    return await self._dialogs.submit(sent)
                case reading.SEARCH:
                    return await self._dialogs.search(reading.search(activity))
                case _:
                    return None
        except Unreadable as error:
            return await self._odd(activity, error)

    async def _odd(self, activity: JSON, error: Unreadable) -> JSON | None:
        """Answer who pressed what we cannot read."""
        place = reading.place(activity)
        _log.warning("teams.press_unreadable", user=place.user, reason=str(error))
        match activity.get("name"):
            case reading.EXECUTE:
                return await self._presses.odd(place)
            case reading.FETCH | reading.SUBMIT:
                return await self._dialogs.odd(place)
            case _:
                return None

    async def _written(self, activity: JSON) -> None:
        """Take a message, and wait for what it asks as long as Teams waits."""
        try:
            place = reading.place(activity)
        except Unreadable as error:
            _log.info("teams.message_unreadable", reason=str(error))
            return
        task = self._tasks.begin(self._heard(activity, place))
        if await self._tasks.in_time(task):
            task.result()

    async def _heard(self, activity: JSON, place: Place) -> None:
        names = await self._people.names(place, reading.people_in(activity))
        written = reading.written(activity, self._presses.desk.policy.prefix, names)
        match written:
            case Typed():
                await self._presses.typed(written, await self._ticket(place))
            case Said():
                ticket = await self._ticket(place) if self._settings.reads_threads else None
                if ticket is not None:
                    note = Typed(place, written.key, _NOTE, written.text)
                    await self._presses.typed(note, ticket)
                elif written.names_us:
                    await self._presses.misplaced(place)
            case None:
                pass

    async def _ticket(self, place: Place) -> int | None:
        """Return the ticket whose card began the thread."""
        room = self._presses.desk.policy.room_by_id(CHAT, place.channel or "")
        if room is None or place.thread is None:
            return None
        return await self._reader.card_at(room.name, place.thread)
