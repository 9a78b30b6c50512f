"""Plays a file of recorded conversations into Chirp, as webhook batches in the file's order.

A line is a JSON object, one thread: `{"id", "brand", "messages": [{"side", "text", "at", "id"?,
"author"?, "reply_to"?}]}`, side being `customer` or `agent`. What is missing is filled in: the id
from the thread's id and the index, the author from the thread's id and the side, `reply_to` with
the message before, `at` with one minute later. Agents' messages come as echoes of our account.

Nothing depends on when or how often a file is played: the same file gives the same ids.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.sandbox.clock import Clock
from adapters.sandbox.network import Author, Chirp, Network
from adapters.sandbox.network.delivery import BATCH

#: Where time begins for a file that names none.
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
_MINUTE = 60.0
#: A receiver that takes longer than this for a batch is let breathe, and gets smaller ones.
_SLOW_S = 0.5
_FIRST_BATCH = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread, complete."""

    id: str
    #: The customer's id, or None for our account.
    author: str | None
    text: str
    reply_to: str | None
    #: Seconds since 1970.
    at: float


@dataclass(frozen=True, slots=True)
class Thread:
    id: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FaultyLine:
    number: int
    what: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.what}"


@dataclass(frozen=True, slots=True)
class Conversations:
    threads: tuple[Thread, ...]
    faulty: tuple[FaultyLine, ...]

    @property
    def messages(self) -> int:
        return sum(len(thread.lines) for thread in self.threads)

    @property
    def tickets(self) -> int:
        """How many tickets they must become: one for each customer in each thread."""
        return len({(t.id, line.author) for t in self.threads for line in t.lines if line.author})


class ReceiverGone(Exception):
    """The webhook refused a batch and all its repeats; play the file again once it is back."""


def read(lines: Iterable[str]) -> Conversations:
    """Read a file's lines; a faulty one is reported with its number, and the rest is kept."""
    threads: list[Thread] = []
    faulty: list[FaultyLine] = []
    first_seen: dict[str, int] = {}
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            thread = _thread(json.loads(text))
            _check_new(thread, number, first_seen)
            threads.append(thread)
        except json.JSONDecodeError as error:
            faulty.append(FaultyLine(number, f"not JSON, column {error.colno}: {error.msg}"))
        except ValueError as error:
            faulty.append(FaultyLine(number, str(error)))
    return Conversations(tuple(threads), tuple(faulty))


async def play(
    conversations: Conversations, network: Network, clock: Clock, say: Callable[[str], None]
) -> None:
    """Deliver everything in order, as fast as the receiver takes it; `say` hears of progress."""
    for fault in conversations.faulty:
        say(f"skipped {fault}")
    posts = [_chirp(t, line, network) for t in conversations.threads for line in t.lines]
    done, size = 0, _FIRST_BATCH
    while done < len(posts):
        batch = [network.timeline.keep(post) for post in posts[done : done + size]]
        began = clock.now()
        if not await network.delivery.deliver([network.hands.event(post) for post in batch]):
            raise ReceiverGone(f"gave up after {done} of {len(posts)} messages")
        took = clock.now() - began
        done += len(batch)
        say(f"{done} of {len(posts)} messages")
        if took > _SLOW_S:
            size = max(1, size // 2)
            await clock.sleep(took)
        else:
            size = min(BATCH, size * 2)


def _chirp(thread: Thread, line: Line, network: Network) -> Chirp:
    brand = network.timeline.brand
    author = Author(line.author, line.author, line.author) if line.author else brand
    return Chirp(line.id, author, line.text, line.reply_to, thread.id, line.at)


def _check_new(thread: Thread, number: int, first_seen: dict[str, int]) -> None:
    """Refuse an id that came before, or its message would be dropped as a repeat."""
    for name in (f"thread {thread.id}", *(f"message {line.id}" for line in thread.lines)):
        if name in first_seen:
            raise ValueError(f"{name} was on line {first_seen[name]} already")
        first_seen[name] = number


def _thread(value: Any) -> Thread:
    if not isinstance(value, dict):
        raise ValueError("a thread is an object")
    thread_id, messages = value.get("id"), value.get("messages")
    if not isinstance(thread_id, str) or not thread_id:
        raise ValueError("id: a thread needs one")
    if not isinstance(messages, list) or not messages:
        raise ValueError("messages: a thread needs some")
    lines: list[Line] = []
    for index, message in enumerate(messages):
        try:
            lines.append(_line(thread_id, index, message, lines[-1] if lines else None))
        except ValueError as error:
            raise ValueError(f"messages[{index}]: {error}") from None
    return Thread(thread_id, tuple(lines))


def _line(thread_id: str, index: int, message: Any, before: Line | None) -> Line:
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    side, text = message.get("side"), message.get("text")
    if side not in {"customer", "agent"}:
        raise ValueError(f"side: customer or agent, not {side!r}")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("text: a message needs some")
    customer = _name(message, "author") or f"{thread_id}-customer"
    # A file that says null means the beginning of a thread; one that is silent, the one before.
    silent = before.id if before else None
    return Line(
        id=_name(message, "id") or f"{thread_id}-{index}",
        author=customer if side == "customer" else None,
        text=text,
        reply_to=_name(message, "reply_to") if "reply_to" in message else silent,
        at=_time(message.get("at"), before),
    )


def _name(message: dict[str, Any], field: str) -> str | None:
    value = message.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError(f"{field}: text or a whole number, not {value!r}")
    return str(value)


def _time(value: object, before: Line | None) -> float:
    if value is None:
        return before.at + _MINUTE if before else _BEGINNING
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"at: an ISO 8601 time, not {value!r}") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
