"""Scenes, people and calls for tests: a small team in Tokyo and one ticket, changed as needed."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from chatops.calendar import Calendar, Window
from chatops.call import Call, Origin
from chatops.channel import Can, Traits
from chatops.event import Kind, Priority
from chatops.policy import (
    Account,
    CannedReply,
    DigestPlan,
    EscalationTarget,
    Policy,
    Queue,
    Role,
    Room,
)
from chatops.scene import Agent, Customer, Direction, Line, Scene
from chatops.sla import Clock, ClockKind, Promise
from chatops.sla.clock import start
from chatops.text import Text, text
from chatops.ticket import Ticket

#: A Thursday, 15:30 in Tokyo: the queue is open until 18:00.
NOW = datetime(2026, 10, 1, 6, 30, tzinfo=UTC)

TOKYO = Calendar("tokyo", "Asia/Tokyo", {day: (Window(9 * 60, 18 * 60),) for day in range(5)})

ROOMS = {
    name: Room(
        name, "slack", f"C{name.upper()}", "ja" if name == "care-japan" else "en", "Asia/Tokyo"
    )
    for name in ("care-japan", "care-second", "care-leads", "care-managers")
}

SPECIALISTS = EscalationTarget("specialists", "care-second", ("maya",))

QUEUE = Queue(
    name="japan",
    rooms=("care-japan",),
    managers_rooms=("care-managers",),
    calendar=TOKYO,
    first_response=timedelta(hours=1),
    escalation={"specialists": SPECIALISTS},
    canned=(
        CannedReply("on its way", "en", "Hello {customer_name}, {it} is on its way. {signature}"),
        CannedReply("お詫び", "ja", "{customer_name}様、申し訳ございません。{signature}"),
    ),
)
OTHER_QUEUE = replace(QUEUE, name="global", rooms=("care-second",), escalation={}, canned=())

POLICY = Policy(
    rooms=ROOMS,
    queues={"japan": QUEUE, "global": OTHER_QUEUE},
    people={},
    accounts={"aozora": Account("aozora", "x", "japan", "ja", "aozora_jp")},
    digests={},
)


def warn_of_links(words: str, private: bool) -> Text | None:
    """Warn as a network does on which links cost."""
    if private or "https://" not in words:
        return None
    return text("x-link-costs", with_link=0.20, without=0.01)


TRAITS = Traits(
    name="x",
    title="X",
    can=Can.REPLY_PUBLIC | Can.REPLY_PRIVATE,
    measure=lambda words, _private: len(words),
    limit=lambda private: 1000 if private else 40,
    warn=warn_of_links,
)


def agent(id: int = 1, name: str = "aoi", public_name: str = "伊藤 葵", **changes: Any) -> Agent:
    """Return an agent, who works the queue `japan` unless it is said otherwise."""
    usual: dict[str, Any] = {"language": None, "roles": {"japan": Role.AGENT}}
    return Agent(id=id, name=name, public_name=public_name, **(usual | changes))


AOI = agent()
BEN = agent(2, "ben", "Ben Carter", on=True)
MAYA = agent(3, "maya", "Maya Lind", roles={"japan": Role.LEAD, "global": Role.LEAD})
VIEWER = agent(4, "ken", "佐藤 健", roles={"japan": Role.VIEWER})
STRANGER = agent(5, "eve", "Eve", roles={})


def ticket(**changes: Any) -> Ticket:
    """Return ticket 42: a public mention, open and unclaimed."""
    usual: dict[str, Any] = {
        "id": 42,
        "conversation": 7,
        "customer": 9,
        "account": "aozora",
        "channel": "x",
        "kind": Kind.MENTION,
        "private": False,
        "queue": "japan",
        "language": "en",
        "priority": Priority.NORMAL,
        "why": (),
        "can_reply": True,
        "predecessor": None,
        "opened_at": NOW - timedelta(minutes=10),
    }
    return Ticket(**(usual | changes))


def line(id: int = 100, said: str = "My parcel is not here", **changes: Any) -> Line:
    """Return a message, the customer's unless it is said otherwise."""
    usual: dict[str, Any] = {
        "direction": Direction.INBOUND,
        "at": NOW - timedelta(minutes=10),
        "private": False,
        "url": "https://x.com/i/status/1",
    }
    return Line(id=id, text=said, **(usual | changes))


CUSTOMER = Customer(9, "900", "jo_walks", "Jo", 12)


def scene(**changes: Any) -> Scene:
    """Return ticket 42 with its customer's one message and four of our people."""
    usual: dict[str, Any] = {
        "ticket": ticket(),
        "queue": QUEUE,
        "account": POLICY.accounts["aozora"],
        "traits": TRAITS,
        "policy": POLICY,
        "customer": CUSTOMER,
        "lines": (line(),),
        "clock": None,
        "agents": (AOI, BEN, MAYA, VIEWER),
        "now": NOW,
    }
    return Scene(**(usual | changes))


def begun(target_s: int, at: datetime) -> Clock:
    """A first response that was promised at `at`."""
    return start(Promise(ClockKind.FIRST_RESPONSE, target_s, TOKYO, "queue", "p", "tokyo"), at)


def call(command: str, line: str | None = None, **changes: Any) -> Call:
    """Return what Aoi asks for, typed or pressed in the room `care-japan`."""
    usual: dict[str, Any] = {
        "key": "key",
        "agent": AOI,
        "origin": Origin.SLASH if line is not None else Origin.BUTTON,
        "now": NOW,
        "language": "en",
        "policy": POLICY,
        "line": line,
        "chat": "slack",
        "room": "care-japan",
    }
    return Call(command=command, **(usual | changes))


def policy(**changes: Any) -> Policy:
    """Return the team's policy with changes."""
    return replace(POLICY, **changes)


def digest_plan(name: str = "closes", **changes: Any) -> DigestPlan:
    """Return a digest at 17:30 in London, posted into a room that is in Tokyo."""
    london = replace(TOKYO, name="london", zone="Europe/London")
    usual: dict[str, Any] = {
        "at": time(17, 30),
        "days": (0, 1, 2, 3, 4),
        "calendar": london,
        "run": "digest closes",
        "room": "care-leads",
    }
    return DigestPlan(name=name, **(usual | changes))
