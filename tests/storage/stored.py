"""What the storage tests build on: a clock that stands still, a migrated database, short rows."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from chatops.channel import Author
from chatops.event import Kind, Opened, Priority
from chatops.ports import Delivery, NewDelivery, NewMessage, Tx, Urgency, What
from chatops.scene import Direction
from chatops.step import opened
from chatops.ticket import Ticket
from storage import Storage, open_storage
from tests import blank, postgres

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
KEY = Fernet.generate_key().decode()

_numbers = count(1)


class Turned:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self.now = NOW

    def transport(self) -> datetime:
        return self.now

    def business(self) -> datetime:
        return self.now + self.offset

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


#: Marks a test of what SQLite alone does.
of_sqlite = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


@asynccontextmanager
async def storage_for(kind: str, path: Path, clock: Turned) -> AsyncIterator[Storage]:
    """Open a fresh database of that kind."""
    url = blank.copied(path) if kind == "sqlite" else postgres.create()
    storage = open_storage(url, KEY, clock)
    try:
        yield storage
    finally:
        await storage.close()
        if kind != "sqlite":
            postgres.drop(url)


def s(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def given(
    tx: Tx,
    customer: str = "c1",
    thread: str = "t1",
    queue: str = "care",
    at: datetime = NOW,
    **fields: Any,
) -> Ticket:
    """Open a ticket of a customer in a thread, as desk does."""
    author = Author(customer, f"@{customer}", customer.upper())
    who = tx.customer("x", author)
    conversation = tx.conversation("acme_x", thread, who)
    event = Opened(
        conversation=conversation.id,
        customer=who,
        account="acme_x",
        channel="x",
        kind=Kind.MENTION,
        private=False,
        queue=queue,
        language="en",
        priority=Priority.NORMAL,
        why=(),
        can_reply=True,
        predecessor=conversation.ticket,
    )
    draft, _ = opened(0, event, at)
    ticket = replace(draft, **fields)
    ticket = replace(ticket, id=tx.add_ticket(ticket))
    tx.point(conversation.id, ticket.id)
    tx.log(ticket.id, event, at, None, None)
    return ticket


def said(tx: Tx, ticket: Ticket, text: str = "Hello", /, **fields: Any) -> int:
    """Store a message of the ticket."""
    message = NewMessage(
        account=ticket.account,
        direction=Direction.INBOUND,
        text=text,
        at=NOW,
        private=ticket.private,
        conversation=ticket.conversation,
        ticket=ticket.id,
    )
    id = tx.add_message(replace(message, **fields))
    assert id is not None
    return id


def sent(tx: Tx, what: What, to: str, lane: str, due: datetime = NOW, **fields: Any) -> NewDelivery:
    """Put a delivery into the outbox."""
    urgency = Urgency.CARD if what is What.CARD else Urgency.LINE
    delivery = NewDelivery(what, to, lane, urgency, f"m{next(_numbers)}")
    delivery = replace(delivery, **fields)
    assert tx.deliver(delivery, due)
    return delivery


async def took(storage: Storage, to: str, at: datetime = NOW, **may: bool) -> Delivery | None:
    """Take what is next at a destination."""
    allowed = {"updates": True, "posts": True, **may}
    return await storage.work.transact(lambda tx: tx.take(to, at, tx.enrol("test", 60), **allowed))


async def shows(storage: Storage, job: Delivery | None, id: str, at: datetime = NOW) -> None:
    """Record that what was taken is there."""
    assert job is not None
    await storage.work.transact(lambda tx: tx.delivered(job, id, job.wanted, at))


def both(*functions: Callable[[Tx], object]) -> Callable[[Tx], list[object]]:
    """Run several in one transaction."""
    return lambda tx: [function(tx) for function in functions]
