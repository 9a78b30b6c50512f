"""Where a process dies: at one step between receiving and done, the nth time it is reached.

The steps are seen from outside, at the ports: `before` a step is inside its transaction or before
its call, `after` is once the transaction is committed or the call has returned.
"""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Any, Final

from chatops.event import ChainEnded, ReplyState, StageReached
from chatops.ports import Delivery, DeliveryState, NewDelivery, What
from chatops.scene import Direction

#: Every step that a process can be killed at, in the order of a message's life.
STEPS: Final = (
    "accept",  # the inbox keeps a body; after it, 200 is not yet answered
    "store",  # a raw body's row, alone
    "receive",  # the message, its ticket and what must follow
    "press",  # the desk handles a command; after it, Slack has no acknowledgement yet
    "take:card",
    "post:card",
    "delivered:card",
    "take:update",
    "update",
    "delivered:update",
    "hold",  # a reply and its Undo line
    "take:message",
    "post:message",
    "delivered:message",
    "begin_wait",  # the Undo line is seen: the reply's wait begins
    "take:reply",
    "send",
    "sent",  # the network's acceptance
    "alert",  # a breach, and its alerts' rows
    "take:alert",
    "post:alert",
    "delivered:alert",
    "stage",  # a stage of a chain, or its end, and its lines' rows
    "publish",  # a digest's one row, and its post's
    "take:published",
    "post:published",
    "delivered:published",
)

#: Where it is Teams that is called, which lets nobody look up what was posted.
IN_TEAMS: Final = ("teams:post:card", "teams:update", "teams:post:message")


@dataclass(frozen=True, slots=True)
class Point:
    """`before` or `after` a step, the `nth` time."""

    when: str
    step: str
    nth: int

    @classmethod
    def of(cls, written: str) -> "Point":
        """Read `before:take:card:1`."""
        when, _, rest = written.partition(":")
        step, _, nth = rest.rpartition(":")
        if when not in {"before", "after"} or step not in STEPS + IN_TEAMS:
            raise ValueError(f"{written}: no such point")
        return cls(when, step, int(nth))


@dataclass
class Fate:
    """Counts steps once it is armed, and sends this process `signal` at its point.

    What only this process can see (look-ups that found, sends and their keys) goes to the journal.
    """

    point: Point | None
    journal: Path
    signal: Signals = SIGKILL
    is_armed: bool = False
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def before(self, step: str) -> None:
        self._pass("before", step)

    def after(self, step: str) -> None:
        self._pass("after", step)

    def _pass(self, when: str, step: str) -> None:
        if self.point is None or not self.is_armed:
            return
        self._seen[when, step] += 1
        if (when, step, self._seen[when, step]) == (
            self.point.when,
            self.point.step,
            self.point.nth,
        ):
            os.kill(os.getpid(), self.signal)

    def note(self, *words: str) -> None:
        """Append a line to the journal, so that it outlives the process."""
        file = os.open(self.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, (" ".join(words) + "\n").encode())
        finally:
            os.close(file)


class Kinds:
    """What each delivery is that this process has taken, by its id and its marker."""

    def __init__(self) -> None:
        self._of: dict[int | str, str] = {}

    def keep(self, taken: Delivery) -> str:
        kind = "update" if taken.state is DeliveryState.SENT else taken.what.value
        self._of[taken.id] = self._of[taken.marker] = kind
        return kind

    def of(self, id: int | str) -> str:
        return self._of.get(id, "unknown")


class Watched:
    """A transaction whose steps are named; `steps` are those that it has come through."""

    def __init__(self, tx: Any, fate: Fate, kinds: Kinds, steps: list[str]) -> None:
        self._tx, self._fate, self._kinds, self._steps = tx, fate, kinds, steps

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._tx, name)
        if name not in _NAMED:
            return method

        def call(*args: Any, **more: Any) -> Any:
            result = method(*args, **more)
            if (step := self._step(name, args, result)) is not None:
                self._steps.append(step)
                self._fate.before(step)
            return result

        return call

    def _step(self, name: str, args: tuple[Any, ...], result: Any) -> str | None:
        match name:
            case "store_raw":
                return "store"
            case "add_message" if args[0].direction is Direction.INBOUND:
                return "receive"
            case "take" | "take_with_ticket" if result is not None:
                return f"take:{self._kinds.keep(result)}"
            case "delivered":
                return f"delivered:{self._kinds.of(args[0].id)}"
            case "deliver":
                return _asked(args[0])
            case "begin_wait":
                return "begin_wait"
            case "log" if isinstance(args[1], StageReached | ChainEnded):
                return "stage"
            case "reply_is" if args[1] is ReplyState.SENT:
                return "sent"
            case _:
                return None


_NAMED: Final = frozenset(
    {
        "store_raw",
        "add_message",
        "take",
        "take_with_ticket",
        "delivered",
        "deliver",
        "begin_wait",
        "reply_is",
        "log",
    }
)


def _asked(delivery: NewDelivery) -> str | None:
    if delivery.held:
        return "hold"
    return {What.ALERT: "alert", What.PUBLISHED: "publish"}.get(delivery.what)
