"""A Call: one thing a person, a timer or a macro asks for; and the registry of commands.

A slash command, a button, a form, `!claim` in a thread and a digest on a timer all become the same
Call. A command is one file in `commands/`: an Args model with its fields in typing order, and one
handler, found by walking the package. Three kinds of handler exist:

- `on_ticket`: `(args, scene, call) -> events | Refusal`: it acts, and saves nothing itself;
- `on_self`: `(args, call) -> AgentEvent`: it changes the agent (on and off shift);
- `looks`: `async (args, call, reader) -> Answer | Refusal`: it only looks.

An `on_ticket` command may bring a `form(fields, scene, call) -> Form`, made anew while the person
types; it is shown where an argument is missing.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from chatops.card import Card, Form
from chatops.channel import Traits
from chatops.event import Event
from chatops.policy import Policy, Role
from chatops.scene import Agent, Scene
from chatops.text import Text
from chatops.ticket import Refusal

if TYPE_CHECKING:
    from chatops.ports import Reader


class Origin(StrEnum):
    SLASH = "slash"
    BUTTON = "button"
    FORM = "form"
    THREAD = "thread"  #: `!claim` or `@bot claim` under a card
    TIMER = "timer"


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, by whom, where, once: the same `key` is the same act."""

    key: str
    command: str
    agent: Agent
    origin: Origin
    now: datetime
    language: str
    policy: Policy
    channels: Mapping[str, Traits] = field(default_factory=dict)  #: by name, as people write them
    line: str | None = None  #: what was typed behind the command, unread
    fields: Mapping[str, str] = field(default_factory=dict)  #: from a form or a button
    ticket: int | None = None
    chat: str | None = None
    room: str | None = None  #: our name of the room where it was asked; None: elsewhere
    seen: int | None = None  #: newest message that the person's form had shown
    confirmed: frozenset[str] = frozenset()  #: questions already answered with yes


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that an agent wrote: desk stores them and puts the message's id into the event."""

    text: str
    event: Callable[[int], Event]


@dataclass(frozen=True, slots=True)
class WentOn:
    """The agent is on shift."""


@dataclass(frozen=True, slots=True)
class WentOff:
    """The agent is off shift."""


AgentEvent = WentOn | WentOff


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker is shown, alone; `in_room`, the desk posts it where it was asked instead."""

    card: Card
    in_room: bool = False
    about: int | None = None  #: the ticket whose details it shows: who sees them has read it
    private: tuple[int, ...] = ()  #: tickets of private messages that it shows: that is logged


@dataclass(frozen=True, slots=True)
class Done:
    """It is done. `said` tells the person alone, where the card does not show it by itself."""

    said: Text | None = None


Outcome = Done | Answer | Form | Refusal
Acts = Sequence[Event | Draft] | Refusal
FormMaker = Callable[[Mapping[str, str], Scene, Call], Form]


@dataclass(frozen=True, slots=True)
class OnTicket:
    run: Callable[[Any, Scene, Call], Acts]
    form: FormMaker | None = None


@dataclass(frozen=True, slots=True)
class OnSelf:
    run: Callable[[Any, Call], AgentEvent]


@dataclass(frozen=True, slots=True)
class Looks:
    run: "Callable[[Any, Call, Reader], Awaitable[Answer | Refusal]]"


@dataclass(frozen=True, slots=True)
class Command:
    """One word of the product. `role` is the least that a person must hold in the queue concerned."""

    name: str
    args: type[BaseModel]
    role: Role
    handler: OnTicket | OnSelf | Looks
    listed: bool = True  #: False: pressed only from a message that belongs to it (undo)


_DECLARED = "__chatops_command__"

A = TypeVar("A", bound=BaseModel)
TicketHandler = Callable[[A, Scene, Call], Acts]
SelfHandler = Callable[[A, Call], AgentEvent]
LookHandler = Callable[[A, Call, "Reader"], Awaitable[Answer | Refusal]]


class NoArgs(BaseModel):
    """A command that is told nothing."""


def on_ticket(
    name: str,
    args: type[A],
    role: Role = Role.AGENT,
    *,
    form: FormMaker | None = None,
    listed: bool = True,
) -> Callable[[TicketHandler[A]], TicketHandler[A]]:
    """Declare a command that acts on a ticket."""

    def declare(run: TicketHandler[A]) -> TicketHandler[A]:
        setattr(run, _DECLARED, Command(name, args, role, OnTicket(run, form), listed))
        return run

    return declare


def on_self(
    name: str, args: type[A], role: Role = Role.AGENT
) -> Callable[[SelfHandler[A]], SelfHandler[A]]:
    """Declare a command that changes the person who calls it."""

    def declare(run: SelfHandler[A]) -> SelfHandler[A]:
        setattr(run, _DECLARED, Command(name, args, role, OnSelf(run)))
        return run

    return declare


def looks(
    name: str, args: type[A], role: Role = Role.VIEWER, *, listed: bool = True
) -> Callable[[LookHandler[A]], LookHandler[A]]:
    """Declare a command that only looks."""

    def declare(run: LookHandler[A]) -> LookHandler[A]:
        setattr(run, _DECLARED, Command(name, args, role, Looks(run), listed))
        return run

    return declare


class Registry:
    """The commands by name, found by walking a package once, at start."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self._commands = dict(commands)

    @classmethod
    def of(cls, package: ModuleType) -> "Registry":
        """Return the commands that the modules of `package` declare.

        Raises:
            ValueError: where two modules declare one name.
        """
        found: dict[str, Command] = {}
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            for value in vars(
                importlib.import_module(f"{package.__name__}.{module.name}")
            ).values():
                command = getattr(value, _DECLARED, None)
                if not isinstance(command, Command):
                    continue
                if command.name in found:
                    raise ValueError(f"two commands are named {command.name}")
                found[command.name] = command
        return cls(found)

    def get(self, name: str) -> Command | None:
        return self._commands.get(name)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())
