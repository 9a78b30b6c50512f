"""A Call: one thing a person, a timer or a macro asks for; and the registry of commands.

A slash command, a button, a form, `!claim` in a thread and a digest on a timer all become the same
Call. A command is one file in `commands/`: an Args model with its fields in typing order, and one
handler, found by walking the package. Six kinds of handler exist:

- `on_ticket`: `(args, scene, call) -> events | Refusal`: it acts, and saves nothing itself; what
  must happen to another ticket in the same breath it wraps in `Elsewhere`;
- `on_tickets`: a `pick` says which tickets, and the same kind of handler is asked for each: all of
  it happens, or nothing;
- `runs`: `(args, scene, call) -> command lines | Refusal`: others' commands, done as one;
- `on_self`: `(args, call) -> AgentEvent | Refusal`: it changes the agent (on and off shift);
- `on_post`: `(args, call) -> Settled | Refusal`: it says what became of a post of ours;
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

from chatops.card import Card, File, Form
from chatops.channel import Traits
from chatops.event import Event
from chatops.policy import DigestPlan, Policy, Role
from chatops.scene import Agent, Scene
from chatops.text import Text
from chatops.ticket import Refusal, Ticket

if TYPE_CHECKING:
    from chatops.ports import Reader, TicketFilter


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
    identity: str | None = None  #: the person's id in that chat
    room: str | None = None  #: our name of the room where it was asked; None: elsewhere
    seen: int | None = None  #: newest message that the person's form had shown
    confirmed: frozenset[str] = frozenset()  #: questions already answered with yes
    plan: DigestPlan | None = None  #: of the timer: the digest that this is
    since: datetime | None = None  #: of the timer: where the digest before it left off

    def title_of(self, channel: str, account: str | None = None) -> str | Text:
        """Return what people call a channel, or an account of it that has a title of its own."""
        ours = self.policy.accounts.get(account) if account is not None else None
        if ours is not None and ours.title is not None:
            return ours.title
        return self.channels[channel].title if channel in self.channels else channel

    def may(self, role: Role, ticket: Ticket) -> bool:
        """Tell whether who asks holds `role` in the queue to which a ticket belongs.

        That of a queue which app.yaml no longer has is worked where it is shown, or nobody could.
        """
        queue = self.policy.queue_of(ticket.queue, ticket.account)
        return self.agent.may(role, queue.name)


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that an agent wrote: desk stores them and puts the message's id into the event."""

    text: str
    event: Callable[[int], Event]
    said: str | None = None  #: the key of the canned reply that it is, unchanged (`repetition`)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What happens to another ticket (`Scene.near`); the person needs the command's role there too."""

    ticket: int
    event: Event | Draft


@dataclass(frozen=True, slots=True)
class WentOn:
    """The agent is on shift."""


@dataclass(frozen=True, slots=True)
class WentOff:
    """The agent is off shift."""


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """The agent wants a one-time code, to say in another account: "that is me"."""


@dataclass(frozen=True, slots=True)
class CodeSpent:
    """The account from which this is asked belongs to the agent who was given the code."""

    code: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody has looked for a post of unknown fate; `post` is its delivery's number."""

    post: int
    is_there: bool


AgentEvent = WentOn | WentOff | CodeAsked | CodeSpent


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker is shown, alone; `in_room`, the desk posts it where it was asked instead."""

    card: Card
    in_room: bool = False
    about: int | None = None  #: the ticket whose details it shows: who sees them has read it
    private: tuple[int, ...] = ()  #: tickets of private messages that it shows: that is logged
    file: File | None = None  #: given to the asker alone, beside the card
    #: Fields with which the same command makes the file again; None: it is given now or not at all.
    again: Mapping[str, str] | None = None
    link: str | None = None  #: opens the file for some minutes, where the desk made one of `again`
    empty: bool = False  #: it only says that there is nothing: a digest may stay silent


@dataclass(frozen=True, slots=True)
class Done:
    """It is done. `said` tells the person alone, where the card does not show it by itself."""

    said: Text | None = None


Outcome = Done | Answer | Form | Refusal
Acts = Sequence[Event | Draft | Elsewhere] | Refusal
FormMaker = Callable[[Mapping[str, str], Scene, Call], Form | Refusal]
#: A form that belongs to no ticket; it may name the people who work here.
LooseFormMaker = Callable[[Mapping[str, str], Call, Sequence[Agent]], Form]
Picker = Callable[[Any, Call, Sequence[Agent]], "TicketFilter | Refusal"]


@dataclass(frozen=True, slots=True)
class OnTicket:
    run: Callable[[Any, Scene, Call], Acts]
    form: FormMaker | None = None


@dataclass(frozen=True, slots=True)
class OnTickets:
    pick: Picker
    run: Callable[[Any, Scene, Call], Acts]
    form: LooseFormMaker | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    run: Callable[[Any, Scene, Call], Sequence[str] | Refusal]
    form: FormMaker | None = None


@dataclass(frozen=True, slots=True)
class OnSelf:
    run: Callable[[Any, Call], AgentEvent | Refusal]


@dataclass(frozen=True, slots=True)
class OnPost:
    run: Callable[[Any, Call], Settled | Refusal]


@dataclass(frozen=True, slots=True)
class Looks:
    run: "Callable[[Any, Call, Reader], Awaitable[Answer | Refusal]]"
    form: LooseFormMaker | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One word of the product. `role` is the least that a person must hold in the queue concerned."""

    name: str
    args: type[BaseModel]
    role: Role
    handler: OnTicket | OnTickets | Runs | OnSelf | OnPost | Looks
    listed: bool = True  #: False: pressed only from a message that belongs to it (undo)
    for_strangers: bool = False  #: whoever is nobody of ours yet may ask it (identify)


_DECLARED = "__chatops_command__"

A = TypeVar("A", bound=BaseModel)
TicketHandler = Callable[[A, Scene, Call], Acts]
RunsHandler = Callable[[A, Scene, Call], Sequence[str] | Refusal]
SelfHandler = Callable[[A, Call], AgentEvent | Refusal]
PostHandler = Callable[[A, Call], Settled | Refusal]
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


def on_tickets(
    name: str,
    args: type[A],
    role: Role = Role.AGENT,
    *,
    pick: Picker,
    form: LooseFormMaker | None = None,
) -> Callable[[TicketHandler[A]], TicketHandler[A]]:
    """Declare a command that acts on all tickets that `pick` says."""

    def declare(run: TicketHandler[A]) -> TicketHandler[A]:
        setattr(run, _DECLARED, Command(name, args, role, OnTickets(pick, run, form)))
        return run

    return declare


def runs(
    name: str, args: type[A], role: Role = Role.AGENT, *, form: FormMaker | None = None
) -> Callable[[RunsHandler[A]], RunsHandler[A]]:
    """Declare a command that is made of others, on one ticket."""

    def declare(run: RunsHandler[A]) -> RunsHandler[A]:
        setattr(run, _DECLARED, Command(name, args, role, Runs(run, form)))
        return run

    return declare


def on_self(
    name: str, args: type[A], role: Role = Role.AGENT, *, for_strangers: bool = False
) -> Callable[[SelfHandler[A]], SelfHandler[A]]:
    """Declare a command that changes the person who calls it."""

    def declare(run: SelfHandler[A]) -> SelfHandler[A]:
        command = Command(name, args, role, OnSelf(run), for_strangers=for_strangers)
        setattr(run, _DECLARED, command)
        return run

    return declare


def on_post(name: str, args: type[A]) -> Callable[[PostHandler[A]], PostHandler[A]]:
    """Declare a command about a post of ours; who may say so is decided from the post."""

    def declare(run: PostHandler[A]) -> PostHandler[A]:
        setattr(run, _DECLARED, Command(name, args, Role.AGENT, OnPost(run), listed=False))
        return run

    return declare


def looks(
    name: str,
    args: type[A],
    role: Role = Role.VIEWER,
    *,
    listed: bool = True,
    form: LooseFormMaker | None = None,
) -> Callable[[LookHandler[A]], LookHandler[A]]:
    """Declare a command that only looks."""

    def declare(run: LookHandler[A]) -> LookHandler[A]:
        setattr(run, _DECLARED, Command(name, args, role, Looks(run, form), listed))
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
