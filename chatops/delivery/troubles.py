"""Destinations that are closed to us or cannot be reached: they rest, and the managers hear of it.

A trouble is a row of the database, so that every process leaves the place alone and a restart
forgets nothing. One delivery is tried at the end of each rest; the first that gets through ends the
trouble, and what waited follows under the ordinary pace. A token that does not hold closes the whole
chat: that is one trouble, and its rooms wait for one try.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from chatops.act import Act, Marks
from chatops.card import Card
from chatops.cards.ticket_card import chat_named
from chatops.cards.trouble_card import begun_card, over_card
from chatops.clock import Clock
from chatops.delivery.patience import SETTLE, Keep, rest
from chatops.desk import Desk
from chatops.errors import Barred, CareError
from chatops.follow import AT_ACCOUNT, TO_PERSON, post
from chatops.policy import Policy, Queue
from chatops.ports import Trouble, Tx
from chatops.text import Text

#: What stands before a chat's name as the place of a trouble: a room may have the same name.
AT_CHAT: Final = "chat:"

#: At this try, the third and some three seconds after the first, the managers hear of it: once.
TOLD_AT: Final = 3

#: How long the one try that is under way keeps others from theirs.
_UNDER_WAY: Final = 2 * SETTLE

#: Where nothing has waited for so long after a rest, the trouble is another's, and over.
_IDLE: Final = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


class Troubles:
    """What is known of troubles in this process; `keep` writes what is found out."""

    def __init__(self, desk: Desk, clock: Clock, keep: Keep) -> None:
        self._desk = desk
        self._clock = clock
        self._keep = keep
        self._known: Mapping[str, Trouble] = {}
        self.found = 0  #: how often this process has found out something itself

    def see(self, known: Mapping[str, Trouble], found: int) -> bool:
        """Take over what the database knew when `found` was so; tell whether some place rests less.

        What was found out here meanwhile may be missing in it: it is left, and read again, for a
        room that just began its rest would be tried in the middle of it.
        """
        if found != self.found:
            return False
        before, self._known = self._known, known
        return any(
            place not in known or known[place].rests_until < trouble.rests_until
            for place, trouble in before.items()
        )

    def rests_until(self, places: Sequence[str], now: datetime) -> datetime:
        """Return when the next try may be made there: now, where there is no trouble."""
        return max([now, *(trouble.rests_until for trouble in self._at(places))])

    def may_try(self, tx: Tx, places: Sequence[str], now: datetime) -> bool:
        """Take the one try that is due where there is trouble; True at once where there is none."""
        until = now + _UNDER_WAY
        return all(tx.try_again(each.place, now, until) for each in self._at(places))

    def untried(self, tx: Tx, places: Sequence[str], now: datetime) -> None:
        """Give back the one try that found nothing to deliver."""
        for each in self._at(places):
            tx.rest(each.place, now)

    async def begins(self, place: str, error: CareError) -> None:
        """Let a place rest that was not reached or is closed (Barred), longer from try to try."""
        now, act = self._clock.transport(), self._act()
        code = error.code if isinstance(error, Barred) else None

        def run(tx: Tx) -> Trouble:
            trouble = tx.stop(place, code, now)
            until = now + rest(trouble.tries)
            tx.rest(place, until)
            if code is not None and trouble.tries == TOLD_AT and self._is_news(tx, place, code):
                since = trouble.since + self._clock.offset
                card = begun_card(self._name(place), code, since, error.said)
                self._tell(tx, place, card, act, shut={place})
            return Trouble(place, trouble.code, trouble.since, trouble.tries, until)

        trouble = await self._keep(run)
        self._finds({**self._known, place: trouble})
        _log.warning("outbox.unreached", place=place, error=str(error), tried=trouble.tries)

    async def give_back(self, places: Sequence[str], now: datetime) -> None:
        """Let another delivery have the one try that a look-up took: what became of it says nothing of
        posts.
        """
        if not (troubles := list(self._at(places))):
            return

        await self._keep(lambda tx: self.untried(tx, places, now))
        eased = {each.place: replace(each, rests_until=now) for each in troubles}
        self._finds({**self._known, **eased})

    async def over(self, places: Sequence[str]) -> None:
        """End the troubles of places that have answered."""
        if not (troubles := list(self._at(places))):
            return
        act = self._act()

        def run(tx: Tx) -> list[Trouble]:
            # another process may have ended it: whoever forgets it tells
            ended = [found for each in troubles if (found := tx.mended(each.place)) is not None]
            for trouble in ended:
                if trouble.code is not None and trouble.tries >= TOLD_AT:
                    since = trouble.since + self._clock.offset
                    card = over_card(self._name(trouble.place), trouble.code, since)
                    self._tell(tx, trouble.place, card, act, shut=set())
            return ended

        for trouble in await self._keep(run):
            _log.info("outbox.mended", place=trouble.place, tried=trouble.tries)
        gone = {trouble.place for trouble in troubles}
        self._finds({place: each for place, each in self._known.items() if place not in gone})

    async def tidy(self, due: Collection[str], now: datetime) -> None:
        """Forget troubles of what app.yaml no longer has, and of rooms where nothing waits any more.

        There another process has got through that had not heard of the trouble yet. What a person
        takes back leaves an account in trouble: nobody knows better.
        """
        policy = self._desk.policy
        chats = {f"{AT_CHAT}{room.chat}" for room in policy.rooms.values()}
        ours = {*policy.rooms, *chats, *(f"{AT_ACCOUNT}{name}" for name in policy.accounts)}
        busy = {*due, *(f"{AT_CHAT}{policy.rooms[to].chat}" for to in due if to in policy.rooms)}
        if any(to.startswith(TO_PERSON) for to in due):
            busy |= chats
        rested = {place for place, each in self._known.items() if each.rests_until + _IDLE <= now}
        strange = {
            place for place in rested if place not in ours and not place.startswith(TO_PERSON)
        }
        idle = {place for place in rested - busy if not place.startswith(AT_ACCOUNT)}
        await self.over([*strange | idle])

    def _finds(self, known: Mapping[str, Trouble]) -> None:
        self._known = known
        self.found += 1
        self._desk.changed.set()

    def _is_news(self, tx: Tx, place: str, code: str) -> bool:
        """Tell whether nobody has been told yet: an account's stream may have brought it too."""
        revoked = place.startswith(AT_ACCOUNT) and code == "revoked"
        return not revoked or tx.cut_off(place.removeprefix(AT_ACCOUNT))

    def _tell(self, tx: Tx, place: str, card: Card, act: Act, *, shut: set[str]) -> None:
        """Tell the managers, where anybody can be told."""
        others = (each for each in self._known.values() if each.place != place)
        shut |= {each.place for each in others if each.code is not None}
        for room in hearers(self._desk.policy, place, shut):
            post(tx, room, card, act)

    def _name(self, place: str) -> str | Text:
        """Return a place as people know it."""
        if place.startswith(AT_CHAT):
            return chat_named(place.removeprefix(AT_CHAT))
        if place.startswith(AT_ACCOUNT):
            account = self._desk.policy.accounts.get(place.removeprefix(AT_ACCOUNT))
            return f"@{account.handle}" if account else place
        return place

    def _at(self, places: Sequence[str]) -> Iterator[Trouble]:
        return (trouble for place in places if (trouble := self._known.get(place)) is not None)

    def _act(self) -> Act:
        return Act(self._clock.business(), self._clock.transport(), Marks(), rule="outbox")


def hearers(policy: Policy, place: str, shut: Collection[str]) -> list[str]:
    """Return the rooms where a trouble is told: the managers' of each queue that it concerns.

    Where a queue's managers' rooms are all `shut` themselves (a place in trouble, as all rooms of a
    chat are), it is another room of the queue; where none is open, other managers' rooms. One
    person's direct messages concern no queue.
    """
    if place.startswith(TO_PERSON):
        return []
    is_open = {
        name for name, room in policy.rooms.items() if not {name, f"{AT_CHAT}{room.chat}"} & {*shut}
    }
    queues = [queue for queue in policy.queues.values() if _concerns(policy, place, queue)]

    def open_of(rooms: Sequence[str]) -> list[str]:
        return [room for room in rooms if room in is_open]

    found = [
        room
        for queue in queues or policy.queues.values()
        for room in open_of(queue.managers_rooms) or open_of(queue.rooms)[:1]
    ]
    far = [room for queue in policy.queues.values() for room in open_of(queue.managers_rooms)]
    return list(dict.fromkeys(found or far))


def _concerns(policy: Policy, place: str, queue: Queue) -> bool:
    if place.startswith(AT_ACCOUNT):
        account = policy.accounts.get(place.removeprefix(AT_ACCOUNT))
        return account is not None and account.queue == queue.name
    rooms = [policy.rooms[room] for room in queue.places if room in policy.rooms]
    return place in queue.places or place in {f"{AT_CHAT}{room.chat}" for room in rooms}
