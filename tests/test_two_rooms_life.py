"""Random lives of tickets that a Slack room and a Teams channel share, with both chats in trouble.

People press in both, customers write, cards are deleted by hand, and calls to either chat meet
limits and faults. In the end both rooms show the newest state, and each line once, within the time
that the paces, the limits and the settling allow. No real time is waited for: the silence of a call
that times out is the fault table's affair.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from care import wrote
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from teams_hall import HALL
from town import PATIENCE
from two_rooms import ROOMS, TwoRooms, two_rooms

from adapters.chat.slack.chat import LIMITS as SLACK
from adapters.chat.teams.chat import LIMITS as TEAMS
from adapters.sandbox.slack import Fault as SlackFault
from adapters.sandbox.slack import Kind as SlackKind
from adapters.sandbox.teams import Fault as TeamsFault
from chatops.call import Done
from chatops.delivery.patience import BACKOFF, SETTLE
from chatops.ports import Cap
from tests import blank

pytestmark = pytest.mark.anyio

#: How many lives are lived: some with the tests, thousands by `make fuzz`.
GIVEN: Final = os.environ.get("CHATOPS_LIVES")  # noqa: TID251 - as `make fuzz` sets it
LIVES: Final = int(GIVEN or "60")

#: To make a life that fails shorter takes more minutes than a test may: it is for `make fuzz`.
PHASES: Final = [phase for phase in Phase if GIVEN or phase is not Phase.shrink]

#: By how many seconds the clocks are turned at a time: what comes about is seen so much too late.
STEP: Final = 1.0

#: The slowest cap that a life meets in each chat: it ends long before Teams' one of the hour binds.
PACES: Final = {"slack": SLACK.updates, "teams": TEAMS.room[0]}

#: What tells a question about a post of unknown fate, which may be there twice as a card may.
ASKED: Final = "A post may not have arrived here"

CUSTOMERS: Final = ("mia", "leo")
#: Who presses, and in which chat.
PEOPLE: Final = (
    ("ben", "slack"),
    ("ken", "slack"),
    ("aoi", "slack"),
    ("aoi", "teams"),
    ("maya", "teams"),
)
PLAIN: Final = ("claim", "read", "wake", "reopen")
FORMS: Final = {
    "reply": {"text": "reply {}"},
    "note": {"text": "note {}"},
    "snooze": {"until": "1h"},
    "escalate": {"target": "specialists", "reason": "reason {}"},
    "close": {"reason": "resolved"},
}


@dataclass(frozen=True)
class Writes:
    """A customer writes, in their one conversation."""

    who: str


@dataclass(frozen=True)
class Presses:
    """Somebody presses a button of a ticket's card, or gives in its form."""

    who: str
    chat: str
    command: str
    customer: str  #: whose ticket


@dataclass(frozen=True)
class Opens:
    """Somebody opens the form of a reply, and leaves it."""

    who: str
    chat: str
    customer: str


@dataclass(frozen=True)
class Deletes:
    """Somebody deletes a ticket's card."""

    chat: str
    customer: str


@dataclass(frozen=True)
class Strikes:
    """The next call of that kind to a chat goes wrong, some times in a row."""

    chat: str
    what: str  #: a status, or how the connection ends
    updates: bool  #: else posts
    times: int = 1
    retry_after: int = 1

    @property
    def most(self) -> int:
        """How many calls go wrong: in Teams a thread is begun by one method and goes on by another."""
        return self.times * (2 if self.chat == "teams" and not self.updates else 1)


@dataclass(frozen=True)
class Passes:
    """Time passes."""

    steps: int


Step = Writes | Presses | Opens | Deletes | Strikes | Passes

#: Faults that a chat answers with at once, and those that cut the connection.
_SLACK: Final = {
    "429": SlackKind.LIMITED,
    "500": SlackKind.BROKEN,
    "503": SlackKind.HTML,
    "reset": SlackKind.RESET,
    "reset_after": SlackKind.RESET_AFTER,
    "reset_midway": SlackKind.RESET_MIDWAY,
}
_CUT: Final = ("503html", "reset", "reset_after", "reset_midway")
_STATUSES: Final = (429, 412, 500, 502, 504)


def _strikes() -> st.SearchStrategy[Strikes]:
    def of(chat: str, kinds: tuple[str, ...]) -> st.SearchStrategy[Strikes]:
        return st.builds(
            Strikes,
            st.just(chat),
            st.sampled_from(kinds),
            st.booleans(),
            st.integers(1, 2),
            st.sampled_from([1, 5, 12]),
        )

    in_teams = (*map(str, _STATUSES), *_CUT)
    return st.one_of(of("slack", tuple(_SLACK)), of("teams", in_teams))


_CUSTOMER: Final = st.sampled_from(CUSTOMERS)
_CHAT: Final = st.sampled_from(["slack", "teams"])
_WHERE: Final = st.sampled_from(PEOPLE)
STEPS: Final = st.one_of(
    st.builds(Writes, _CUSTOMER),
    st.builds(
        lambda where, command, customer: Presses(*where, command, customer),
        _WHERE,
        st.sampled_from([*PLAIN, *FORMS]),
        _CUSTOMER,
    ),
    st.builds(lambda where, customer: Opens(*where, customer), _WHERE, _CUSTOMER),
    st.builds(Deletes, _CHAT, _CUSTOMER),
    _strikes(),
    st.builds(Passes, st.integers(1, 8)),
)


@dataclass
class Life:
    """What has been done in one town, and what must therefore be seen."""

    here: TwoRooms
    tickets: dict[str, int] = field(default_factory=dict)  #: customer -> the one that they opened
    said: list[str] = field(default_factory=list)  #: what stands once in each thread
    struck: list[Strikes] = field(default_factory=list)
    bare: set[int] = field(default_factory=set)  #: tickets a card of which was deleted
    _count: Iterator[int] = field(default_factory=lambda: count(1))

    async def lives(self, step: Step) -> None:
        match step:
            case Writes(who):
                await self._writes(who)
            case Presses(who, chat, command, customer) if customer in self.tickets:
                await self._presses(who, chat, command, self.tickets[customer])
            case Opens(who, chat, customer) if customer in self.tickets:
                await self._asks(who, chat, "reply", self.tickets[customer])
            case Deletes(chat, customer) if customer in self.tickets:
                await self.here.deletes(chat, self.tickets[customer])
                self.bare.add(self.tickets[customer])
            case Strikes():
                self._strikes(step)
            case Passes(steps):
                for _ in range(steps):
                    await self._passes()
            case _:
                pass  # nobody has written yet

    async def _writes(self, who: str) -> None:
        town, words = self.here.town, f"question {next(self._count)}."
        await town.hears(wrote(words, who=who, thread=f"of-{who}", at=town.hours.business()))
        if who in self.tickets:
            self.said.append(words)
        else:
            (newest,) = town.sql("SELECT max(id) FROM ticket")[0]
            self.tickets[who] = newest

    async def _presses(self, who: str, chat: str, command: str, ticket: int) -> None:
        given = {k: v.format(f"{next(self._count)}.") for k, v in FORMS.get(command, {}).items()}
        if command in FORMS:
            done = await self._asks(who, chat, command, ticket, fields=given)
            if done and command != "close":
                self.said += [words for words in given.values() if words.endswith(".")]
        elif (id := await self.here.card_of(chat, ticket)) is None:
            pass
        elif chat == "teams":
            await self.here.executes(who, command, id)
        else:
            await self.here.clicks(who, command, id)

    async def _asks(
        self, who: str, chat: str, command: str, ticket: int | None, **more: object
    ) -> bool:
        given = {"chat": chat, "room": ROOMS[chat], **more}
        return isinstance(await self.here.town.does(who, command, ticket, **given), Done)

    def _strikes(self, step: Strikes) -> None:
        self.struck.append(step)
        if step.chat == "slack":
            method = "chat.update" if step.updates else "chat.postMessage"
            kind, times = _SLACK[step.what], step.times
            self.here.town.slack.fault(
                SlackFault(method, kind, times, retry_after=step.retry_after, channel="C01GLOBAL")
            )
            return
        for call in ("update",) if step.updates else ("create", "send"):
            fault = {"call": call, "times": step.times, "conversation": HALL.id}
            if step.what in _CUT:
                self.here.teams.fault(TeamsFault(step.what, **fault))
            else:
                fault |= {"status": int(step.what), "retry_after": step.retry_after}
                self.here.teams.fault(TeamsFault("status", **fault))

    # --- afterwards

    async def settles(self) -> None:
        """Let all that is owed come about, within its bound."""
        town, began = self.here.town, self.here.town.hours.now()
        bound = self.bound()
        while await self._owed():
            await self._passes()
            took = town.hours.now() - began
            assert took <= bound, f"{took} s, and {bound} s are allowed: {self._waits()}"

    async def _passes(self) -> None:
        """Let a step of time pass once nothing can be done in this one: work takes no turned time."""
        async with asyncio.timeout(PATIENCE):
            while await self._acts():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.002)  # real calls need the real loop
        await self.here.town.passes(STEP)

    async def _acts(self) -> bool:
        """Tell whether a call is under way, or what is due has not been looked at yet: who serves
        a destination and must wait for its pace sleeps.
        """
        town = self.here.town
        under_way = "SELECT count(*) FROM delivery WHERE owner IS NOT NULL"
        if town.sql(under_way) != [(0,)]:
            return True
        due = await town.storage.reader.due(town.hours.transport())
        return len(due.all) > town.hours.sleepers

    async def _owed(self) -> bool:
        return bool(self._waits()) or not await self.here.town.outbox.idle()

    def _waits(self) -> list[tuple[str, ...]]:
        return self.here.town.sql(
            """SELECT what, "to", state, error FROM delivery
                WHERE due_at IS NOT NULL OR state IN ('sending', 'held', 'pending')"""
        )

    def bound(self) -> float:
        """Seconds within which all that is owed now is shown: by its room's pace, what each fault
        may cost, and for what waits for Undo that wait, and its steps shown one after the other.
        """
        town = self.here.town
        waiting = "SELECT count(*) FROM delivery WHERE what = 'reply' AND state IN ('held', 'pending', 'sending')"
        ((replies,),) = town.sql(waiting)
        owed = Counter(to for _, to, *_ in self._waits())
        # the card and the line of a reply on its way, of a reply sent, of a ticket answered
        after = 6 * replies
        return sum(
            [
                max(
                    self._of_calls(PACES[chat], owed[room] + 2 * len(self.bare))
                    + self._of_faults(chat)
                    for chat, room in ROOMS.items()
                ),
                town.desk.policy.undo_in.total_seconds() * bool(replies),
                max(self._of_calls(pace, after) for pace in PACES.values()) if replies else 0,
            ]
        )

    def _of_calls(self, pace: Cap, calls: int) -> float:
        """A call waits for its turn, and is seen in the step after the one in which it is made."""
        return (calls + 1) * (pace.seconds / pace.calls + 2 * STEP)

    def _of_faults(self, chat: str) -> float:
        """Each costs what it asks for or its settling, the rest of its place, and two more calls."""
        here = [each for each in self.struck if each.chat == chat for _ in range(each.most)]
        rests = [BACKOFF[min(n, len(BACKOFF) - 1)].total_seconds() for n in range(len(here))]
        asked = [
            each.retry_after if each.what == "429" else SETTLE.total_seconds() for each in here
        ]
        return sum(rests) + sum(asked) + self._of_calls(PACES[chat], 2 * len(here))

    def customer(self, ticket: int) -> str:
        return next(who for who, id in self.tickets.items() if id == ticket)

    async def answers(self) -> bool:
        """Say of each post that is asked about whether it is there; False if none is."""
        town = self.here.town
        asked = town.sql(
            """SELECT id, ticket, message, entry FROM delivery
                WHERE state = 'in doubt' AND due_at IS NULL"""
        )
        for post, ticket, message, entry in asked:
            if message is not None:
                ((words,),) = town.sql("SELECT text FROM message WHERE id = ?", message)
            else:
                await town.passes(3)  # the spare room has a pace too
                words = await self.here.newest("teams", ticket, entry)
            there = any(words in line for line in self.here.lines("teams"))
            seen = {"post": str(post), "seen": "there" if there else "again"}
            assert await self._asks("aoi", "teams", "settle", None, fields=seen)
        return bool(asked)

    async def presses_what_is_old(self) -> None:
        """Press each older copy of a card, upon which it goes."""
        known = {await self.here.card_of("teams", each) for each in self.tickets.values()}
        for id in sorted(self.here.roots("teams").keys() - known):
            await self.here.executes("maya", "read", id)
            await self.here.town.passes(4)  # its deletion counts in the room's pace too

    async def shows_all(self) -> None:
        """Both rooms show each ticket as it is, once, and each line once."""
        here, town = self.here, self.here.town
        for chat in ROOMS:
            roots = here.roots(chat)
            ids = {ticket: await here.card_of(chat, ticket) for ticket in self.tickets.values()}
            assert sorted(roots) == sorted(str(id) for id in ids.values()), (chat, roots)
            for ticket, id in ids.items():
                await town.passes(3)  # the spare room has a pace too
                assert roots[str(id)] == await here.newest(chat, ticket), chat
            lines = [line for line in here.lines(chat) if ASKED not in line]
            times = {words: sum(words in line for line in lines) for words in self.said}
            assert times == dict.fromkeys(self.said, 1), (chat, times)
            assert len(lines) == self._lines(ROOMS[chat]), (chat, lines)

    def _lines(self, room: str) -> int:
        """How many lines are to stand in a room's threads, beside questions about posts."""
        return int(
            self.here.town.sql(
                """SELECT count(*) FROM delivery WHERE "to" = ? AND state = 'sent'
                    AND what IN ('message', 'event', 'announce')""",
                room,
            )[0][0]
        )


async def lived(steps: list[Step], folder: Path) -> None:
    """Live one life, and look at both rooms afterwards."""
    async with two_rooms(folder, blank.database()) as here:
        life = Life(here)
        for step in steps:
            await life.lives(step)
        for ticket in sorted(life.bare):  # a card comes back with the next change
            await life.lives(Presses("ben", "slack", "note", life.customer(ticket)))
        await life.settles()
        while await life.answers():
            await life.settles()
        await life.presses_what_is_old()
        await life.settles()
        await life.shows_all()


@settings(
    max_examples=LIVES,
    phases=PHASES,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, min_size=2, max_size=7))
async def test_after_any_life_both_rooms_show_the_newest_state(
    anyio_backend: str, steps: list[Step]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        await lived([Writes("mia"), *steps], Path(folder))
