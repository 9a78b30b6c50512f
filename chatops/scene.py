"""What desk shows of one ticket: to its card, to a form, to a command. Values only, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chatops.channel import Can, Traits
from chatops.event import Deed, Kind, ReplyState
from chatops.policy import EVERY_QUEUE, Account, Macro, Policy, Queue, Role
from chatops.sla import Clock
from chatops.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Agent:
    """One of our people as a row: `name` is the key in app.yaml, `roles` are held per queue."""

    id: int
    name: str
    public_name: str
    language: str | None
    roles: Mapping[str, Role]
    on: bool = False  #: on shift
    identities: Mapping[str, str] | None = None  #: the person's id by chat
    also: tuple[tuple[str, str], ...] = ()  #: further accounts of theirs: chat and id
    away: bool = False  #: off shift, and not one of those who never said on or off

    def may(self, role: Role, queue: str) -> bool:
        """Tell whether this person holds at least `role` in `queue`."""
        held = self.roles.get(queue, self.roles.get(EVERY_QUEUE))
        return held is not None and held >= role


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the ticket, as threads and forms show it."""

    id: int
    direction: Direction
    text: str
    at: datetime
    private: bool
    agent: int | None = None  #: who wrote it, if one of us by this product
    state: ReplyState | None = None  #: of a reply
    failure: str | None = None  #: the network's error word, of a failed reply
    send_at: datetime | None = None  #: when a waiting reply leaves; None until its line is visible
    external_id: str | None = None
    url: str | None = None
    parent_text: str | None = None  #: our post that it answers
    thanks: bool = False
    can_reply: bool = True  #: False where the network refuses an answer to it
    edited: bool = False
    deleted: bool = False
    hidden: bool = False  #: on the network, by us
    conversation: int | None = None

    @property
    def is_by_rule(self) -> bool:
        """Whether a rule said it. What we said on the network itself is no reply of this product."""
        ours = self.direction is Direction.OUTBOUND and self.agent is None
        return ours and self.state is not None


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    external_id: str
    handle: str
    name: str
    followers: int | None


@dataclass(frozen=True, slots=True)
class Scene:
    """A ticket with what surrounds it, at one moment.

    `lines` are the newest messages, oldest first, and always hold the first and the newest of the
    customer's. `others` are tickets of other customers in the same thread, and the one before.
    """

    ticket: Ticket
    queue: Queue
    account: Account
    traits: Traits
    policy: Policy
    customer: Customer
    lines: tuple[Line, ...]
    clock: Clock | None
    agents: tuple[Agent, ...]
    now: datetime
    others: tuple[int, ...] = ()
    #: Linked tickets, and those that the call names, as far as the person may see them.
    near: Mapping[int, Ticket] = field(default_factory=dict)
    #: Where the chat shows the cards of other tickets, as far as that is known.
    urls: Mapping[int, str] = field(default_factory=dict)
    clocks: tuple[Clock, ...] = ()  #: the newest of each kind; `clock` is the first response

    @property
    def newest(self) -> int:
        """The id of the newest message that is no note (what an open form compares with)."""
        return max(
            (line.id for line in self.lines if line.direction is not Direction.NOTE), default=0
        )

    @property
    def opening(self) -> Line | None:
        """The customer's first message: what the ticket is about."""
        return next((line for line in self.lines if line.direction is Direction.INBOUND), None)

    @property
    def heard(self) -> Line | None:
        """The customer's newest message that asks for something, else their newest."""
        inbound = [line for line in self.lines if line.direction is Direction.INBOUND]
        asking = [line for line in inbound if not line.thanks and not line.deleted]
        return next(reversed(asking or inbound), None)

    @property
    def macros(self) -> tuple[Macro, ...]:
        """The macros that may be used in the ticket's queue."""
        queue = self.queue.name
        return tuple(m for m in self.policy.macros.values() if not m.queues or queue in m.queues)

    @property
    def spans_chats(self) -> bool:
        """Whether the queue is worked in more than one chat."""
        return self.policy.spans_chats(self.queue)

    def line(self, message: int) -> Line | None:
        """Return the message with that id, if it is among the lines."""
        return next((line for line in self.lines if line.id == message), None)

    def named(self, agent: int | None) -> str:
        """Return a colleague's name, which calls nobody."""
        known = self.agent(agent)
        return known.public_name if known is not None else f"#{agent}"

    def agent(self, id: int | None) -> Agent | None:
        """Return the agent with that id."""
        return next((agent for agent in self.agents if agent.id == id), None)

    def can(self, deed: Deed, line: Line) -> bool:
        """Tell whether the network can be asked for this: of a public message that it still has."""
        if line.private or line.deleted or line.external_id is None:
            return False
        theirs, can = line.direction is Direction.INBOUND, self.traits.can
        match deed:
            case Deed.HIDE:
                return theirs and not line.hidden and self._hides(line)
            case Deed.UNHIDE:
                return theirs and line.hidden and Can.HIDE in can
            case Deed.DELETE:
                return (Can.DELETE_THEIRS if theirs else Can.DELETE_OURS) in can

    def _hides(self, line: Line) -> bool:
        """Tell whether a customer's message stands where the network lets us hide it.

        One that answers us in a thread which its customer began does not stand under a post of ours.
        """
        if self.traits.hides_answers_only:
            ours = self.ticket.kind is Kind.REPLY and line.parent_text is not None
            return ours and Can.HIDE in self.traits.can
        return Can.HIDE in self.traits.can
