"""A care desk to test: real storage, real commands, and clocks that a test turns.

The shop of these tests has two queues. `global` (room care-global) is worked by ben, maya (lead)
and ken (manager), and vic may look; `japan` (room care-japan) gives its tickets in turn to whoever
is on, and is kim's alone besides. Managers hear of breaches in care-managers.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from cryptography.fernet import Fernet

import commands
from adapters.sandbox.clock import TurnedClock
from adapters.social.sandbox import TRAITS
from chatops import internal
from chatops.arrival.terms import Terms
from chatops.calendar import Calendar
from chatops.call import Call, Done, Origin, Outcome, Registry
from chatops.channel import Author, Can, Message, Traits
from chatops.desk import Desk
from chatops.event import Event, Kind
from chatops.file_links import FileLinks
from chatops.policy import (
    Account,
    Assignment,
    CannedReply,
    DigestPlan,
    EscalationTarget,
    Person,
    Policy,
    Queue,
    Role,
    Room,
    UrgencyRules,
)
from chatops.ports import Delivery, Record, Tx
from chatops.scene import Agent
from chatops.text import Words
from chatops.ticket import Refusal, Ticket
from chatops.timer import Timer
from storage import Storage, open_storage
from tests import beside, blank

#: A Monday, noon in Tokyo.
NOON: Final = datetime(2026, 6, 1, 3, tzinfo=UTC)

KEY: Final = Fernet.generate_key().decode()
WORDS: Final = Words()
REGISTRY: Final = Registry.of(commands)

#: The make-believe network under its own name; one whose replies can be neither looked up nor
#: repeated, so that only a person can find out what became of a cut call; and one where they can be
#: looked up.
MUTE: Final = replace(TRAITS, name="mute", can=Can.REPLY_PUBLIC | Can.REPLY_PRIVATE)
ASKED: Final = replace(MUTE, name="asked", can=MUTE.can | Can.FIND)
TRAITS_OF: Final[Mapping[str, Traits]] = {
    "sandbox": TRAITS,
    "mute": MUTE,
    "asked": ASKED,
    internal.NAME: internal.TRAITS,
}

SHOP: Final = Calendar.always("Asia/Tokyo")


def _person(name: str, public: str, roles: Mapping[str, Role], language: str = "en") -> Person:
    return Person(name, public, language, {"slack": SLACK_IDS[name]}, roles)


SLACK_IDS: Final = {
    "ben": "U01BEN",
    "aoi": "U02AOI",
    "maya": "U03MAYA",
    "ken": "U04KEN",
    "vic": "U07VIC",
    "kim": "U08KIM",
}
PEOPLE: Final = {
    "ben": _person("ben", "Ben", {"global": Role.AGENT, "japan": Role.AGENT}),
    "aoi": _person("aoi", "伊藤", {"global": Role.AGENT, "japan": Role.AGENT}, "ja"),
    "maya": _person("maya", "Maya", {"global": Role.LEAD, "japan": Role.LEAD}),
    "ken": _person("ken", "佐藤", {"global": Role.MANAGER, "japan": Role.MANAGER}, "ja"),
    "vic": _person("vic", "Vic", {"global": Role.VIEWER}),
    "kim": _person("kim", "Kim", {"japan": Role.AGENT}),
}
ROOMS: Final = {
    room.name: room
    for room in (
        Room("care-global", "slack", "C01GLOBAL", "en", "Asia/Tokyo"),
        Room("care-japan", "slack", "C02JAPAN", "ja", "Asia/Tokyo"),
        Room("care-escalation", "slack", "C03ESCALATION", "en", "Asia/Tokyo"),
        Room("care-leads", "slack", "C04LEADS", "en", "Asia/Tokyo"),
        Room("care-managers", "slack", "C05MANAGERS", "ja", "Asia/Tokyo"),
    )
}
GLOBAL: Final = Queue(
    name="global",
    rooms=("care-global",),
    managers_rooms=("care-managers",),
    calendar=SHOP,
    first_response=timedelta(minutes=60),
    escalation={"specialists": EscalationTarget("specialists", "care-escalation", ("maya",))},
    canned=(CannedReply("Thanks", "en", "Hello {customer_name}, thank you. {signature}"),),
    urgency=UrgencyRules(followers=10_000, words=Terms(("injured", "けが"))),
)
JAPAN: Final = replace(
    GLOBAL, name="japan", rooms=("care-japan",), assignment=Assignment.ROUND_ROBIN
)
POLICY: Final = Policy(
    rooms=ROOMS,
    queues={"global": GLOBAL, "japan": JAPAN},
    people=PEOPLE,
    accounts={
        "aozora": Account("aozora", "sandbox", "global", "en", "aozora"),
        "aozora_ja": Account("aozora_ja", "sandbox", "japan", "ja", "aozora_ja"),
        "quiet": Account("quiet", "mute", "global", "en", "quiet"),
        "open": Account("open", "asked", "global", "en", "open"),
    },
    digests={
        "evening": DigestPlan(
            "evening", time(18), tuple(range(7)), SHOP, "digest breaches", "care-leads"
        )
    },
)


class Hours(TurnedClock):
    """The service's two clocks and the clouds' clock: one that stands still until it is turned."""

    def __init__(self, at: datetime = NOON) -> None:
        super().__init__(at.timestamp())
        self.offset = timedelta()

    def transport(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def business(self) -> datetime:
        return self.transport() + self.offset

    def jump(self, by: timedelta) -> None:
        """Turn business time alone, as the sandbox's page does."""
        self.offset += by


_ids = count(1)


def wrote(
    text: str = "Where is my tent?",
    *,
    who: str = "mia",
    thread: str | None = None,
    account: str = "aozora",
    at: datetime = NOON,
    followers: int = 12,
    **more: Any,
) -> Message:
    """A customer's public message; a thread of its own unless one is named."""
    id = f"m{next(_ids)}"
    given = {
        "external_id": id,
        "thread_key": thread or f"t-{id}",
        "author": Author(f"u-{who}", who, who.title(), followers),
        "kind": Kind.MENTION,
        "private": False,
    }
    return Message(account=account, text=text, at=at, **{**given, **more})


@dataclass
class Care:
    """A desk with what surrounds it."""

    hours: Hours
    storage: Storage
    desk: Desk
    database: str  #: its address
    agents: dict[str, Agent] = field(default_factory=dict)
    timer: Timer = field(init=False)

    def __post_init__(self) -> None:
        self.timer = Timer(self.desk, self.storage.reader)

    @property
    def path(self) -> Path:
        """The database's file; PostgreSQL has none that is ours."""
        path = self.storage.path
        assert path is not None
        return path

    # --- what happens

    async def hears(self, *messages: Any) -> None:
        await self.desk.receive(messages)

    async def opens(self, message: Message | None = None, **given: Any) -> int:
        """Let a customer write; the id of the newest ticket."""
        await self.hears(message or wrote(**{"at": self.hours.transport(), **given}))
        return int(self.sql("SELECT max(id) FROM ticket")[0][0])

    def call(
        self,
        who: str | Agent,
        command: str,
        ticket: int | None = None,
        line: str | None = None,
        *,
        key: str | None = None,
        origin: Origin = Origin.BUTTON,
        **more: Any,
    ) -> Call:
        agent = self.agents[who] if isinstance(who, str) else who
        given = {"room": "care-global", "chat": "slack", **more}
        return self.desk.call(
            key=key or f"key-{next(_ids)}",
            command=command,
            agent=agent,
            origin=origin,
            ticket=ticket,
            line=line,
            **given,
        )

    async def does(
        self, who: str | Agent, command: str, ticket: int | None = None, *given: Any, **more: Any
    ) -> Outcome:
        return await self.desk.handle(self.call(who, command, ticket, *given, **more))

    async def did(
        self, who: str | Agent, command: str, ticket: int | None = None, *given: Any, **more: Any
    ) -> None:
        """Do what must succeed."""
        outcome = await self.does(who, command, ticket, *given, **more)
        assert isinstance(outcome, Done), outcome

    async def replies(self, who: str, ticket: int, text: str = "On its way.", **more: Any) -> int:
        """Reply; the id of the reply's message."""
        await self.did(who, "reply", ticket, fields={"text": text, **more})
        return int(self.sql("SELECT max(id) FROM message WHERE direction = 'outbound'")[0][0])

    # --- what is there

    async def ticket(self, id: int) -> Ticket:
        found = await self.storage.reader.ticket(id)
        assert found is not None
        return found

    async def record(self, id: int) -> Record:
        found = await self.storage.reader.record(id)
        assert found is not None
        return found

    async def log(self, id: int) -> list[Event]:
        return [entry.event for entry in await self.storage.reader.entries(id)]

    def sql(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database itself, beside the service."""
        return beside.ask(self.database, question, *values)

    def count(self, table: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - our own words

    def everything(self) -> dict[str, int]:
        """How many rows each table has: a refusal changes none of it."""
        return {name: self.count(name) for name in beside.tables(self.database)}

    def due(self, *what: str) -> list[tuple[str, str, str]]:
        """What waits in the outbox: (what, where to, state), in order."""
        rows = self.sql('SELECT what, "to", state FROM delivery ORDER BY id')
        return [row for row in rows if not what or row[0] in what]

    async def takes(self, to: str) -> Delivery | None:
        """Take the next delivery at a place, as a courier does."""
        at = self.hours.transport()
        return await self.storage.work.transact(
            lambda tx: tx.take(to, at, tx.enrol("care", 60), updates=True, posts=True)
        )


def refused(outcome: object) -> str:
    """The id of the sentence that a refusal says."""
    assert isinstance(outcome, Refusal), outcome
    return outcome.said.id


@asynccontextmanager
async def cared_for(
    folder: Path,
    empty: Path | str,
    hours: Hours,
    policy: Policy = POLICY,
    links: FileLinks | None = None,
) -> AsyncIterator[Care]:
    """Open a desk on a file in `folder`, as whoever was there before left it, or on a PostgreSQL.

    `empty` is the file that a new one is copied from, or the address.
    """
    database = empty if isinstance(empty, str) else blank.copied(folder / "care.db")
    storage = open_storage(database, KEY, hours)
    try:
        desk = Desk(storage.work, storage.reader, policy, REGISTRY, TRAITS_OF, hours, WORDS, links)
        known: Sequence[Person] = tuple(policy.people.values())

        def know(tx: Tx) -> None:
            tx.know(known, hours.business())

        await storage.work.transact(know)
        agents = {agent.name: agent for agent in await storage.reader.agents()}
        yield Care(hours, storage, desk, database, agents)
    finally:
        await storage.close()
