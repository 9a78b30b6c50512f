"""A small team at work: a real desk on a real database, for the commands that look."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

import commands
from chatops.call import Answer, Call, Origin, Outcome, Registry
from chatops.card import Button, Card, Chart, Facts, Paragraph, Quote, Table
from chatops.channel import Author, Message
from chatops.desk import Desk
from chatops.event import Kind
from chatops.policy import Person, Role
from chatops.scene import Agent
from chatops.text import Text, Words
from chatops.timer import Timer
from storage import Storage, open_storage
from tests import blank
from tests.scenes import NOW, POLICY, TRAITS

PEOPLE = {
    "aoi": Person("aoi", "伊藤 葵", "en", {"slack": "UAOI"}, {"japan": Role.AGENT}),
    "maya": Person(
        "maya", "Maya Lind", "en", {"slack": "UMAYA"}, {"japan": Role.LEAD, "global": Role.LEAD}
    ),
    "ken": Person("ken", "佐藤 健", "ja", {"slack": "UKEN"}, {"japan": Role.VIEWER}),
    "eve": Person("eve", "Eve", "en", {"slack": "UEVE"}, {}),
    "gus": Person("gus", "Gus", "en", {"slack": "UGUS"}, {"global": Role.AGENT}),
}
WORDS = Words()


@dataclass
class Turned:
    """A clock that a test turns; both times are one."""

    now: datetime = NOW
    offset: timedelta = field(default_factory=timedelta)

    def transport(self) -> datetime:
        return self.now

    def business(self) -> datetime:
        return self.now + self.offset

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Team:
    """The desk with people who ask it things."""

    def __init__(self, storage: Storage, clock: Turned) -> None:
        self.clock = clock
        self.storage = storage
        self._numbers = count(1)
        self.desk = Desk(
            storage.work,
            storage.reader,
            replace(POLICY, people=PEOPLE),
            Registry.of(commands),
            {"x": TRAITS},
            clock,
            WORDS,
        )
        self.timer = Timer(self.desk, storage.reader)

    async def agent(self, name: str) -> Agent:
        found = await self.desk.person("slack", PEOPLE[name].identities["slack"])
        assert found is not None
        return found

    async def ask(self, name: str, command: str, line: str = "", **changes: Any) -> Outcome:
        """Let somebody type a command."""
        usual: dict[str, Any] = {"origin": Origin.SLASH, "chat": "slack", "room": "care-japan"}
        call: Call = self.desk.call(
            key=f"key{next(self._numbers)}",
            command=command,
            agent=await self.agent(name),
            line=line,
            **(usual | changes),
        )
        return await self.desk.handle(call)

    async def shown(self, name: str, command: str, line: str = "", **changes: Any) -> str:
        """Let somebody look at something, and return it as plain words."""
        answer = await self.ask(name, command, line, **changes)
        assert isinstance(answer, Answer), answer
        return in_words(answer.card)

    async def wrote(self, who: str, said: str, at: datetime | None = None, **changes: Any) -> None:
        """Let a customer write on a thread of their own."""
        number = next(self._numbers)
        message = Message(
            account="aozora",
            external_id=f"m{number}",
            thread_key=f"thread of {who}",
            author=Author(f"id of {who}", who.lower(), who),
            text=said,
            at=at or self.clock.now,
            kind=Kind.MENTION,
            private=False,
        )
        await self.desk.receive([replace(message, **changes)])


def in_words(card: Card) -> str:
    """Return a card as plain English lines."""

    def say(said: Text) -> str:
        return WORDS.say(said, "en", POLICY.rooms["care-japan"].zoneinfo)

    lines = [say(card.title)] if card.title else []
    for block in card.blocks:
        match block:
            case Paragraph(said):
                lines.append(say(said))
            case Facts(pairs):
                lines += [f"{say(label)}: {say(value)}" for label, value in pairs]
            case Table(head, rows):
                lines += [" | ".join(map(say, row)) for row in (head, *rows)]
            case Chart(title):
                lines.append(f"[{say(title)}]")
            case Quote(words):
                lines.append(f"> {words}")
    return "\n".join(lines)


def beside(card: Card) -> list[Button]:
    """Return the buttons that stand beside the lines of a card."""
    return [block.button for block in card.blocks if isinstance(block, Paragraph) and block.button]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    clock = Turned()
    storage = open_storage(
        blank.copied(tmp_path / "care.db"), Fernet.generate_key().decode(), clock
    )
    await storage.work.transact(lambda tx: tx.know(PEOPLE.values(), NOW))
    try:
        yield Team(storage, clock)
    finally:
        await storage.close()
