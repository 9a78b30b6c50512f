"""A queue in app.yaml: who answers its tickets where, by when, and what comes of those that wait.

Its away text stands in `away`, its chain in `chains`.
"""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from chatops.config.away import AwayBlock
from chatops.config.block import Block, Several, ToCalendar, ToPerson, ToRoom, some
from chatops.config.chains import ChainBlock
from chatops.config.notation import CannedText, Language, Name, Span, Term, WorkingSpan, between
from chatops.event import Occasion
from chatops.policy import Assignment


class EscalationBlock(Block):
    """Where an escalated ticket goes."""

    room: ToRoom = Field(examples=["care-escalation"])
    """Room that gets a card of its own."""
    people: tuple[ToPerson, ...] = ()
    """Persons who are mentioned there."""


class Canned(Block):
    """A text that the reply form offers."""

    name: Name = Field(examples=["on its way"])
    """What the form's menu calls it."""
    language: Language = Field(examples=["ja"])
    """Language of the text."""
    text: CannedText = Field(examples=["Hello {customer_name} ... {signature}"])
    """May hold {customer_name}, {signature}, {ticket}, {account} and {today}."""
    invites: bool = False
    """It asks the customer into direct messages; once it is sent, theirs join the ticket."""


class Urgency(Block):
    """What raises the priority of a new ticket; the card shows the reason."""

    followers: Annotated[int, Field(ge=1)] | None = None
    """A customer with at least this many followers."""
    words: tuple[Term, ...] = ()
    """Any of these words in the text."""


class Burst(Block):
    """When many customers' tickets under one post share one card."""

    tickets: Annotated[int, Field(ge=1, le=1000)] = 10
    """So many tickets of one thread have cards of their own; those that follow are lines."""
    within: Annotated[Span, between("1m", "24h", "of the calendar")] = timedelta(minutes=10)
    """Time within which they come; a burst ends when none has come for as long."""


_Idle = Annotated[WorkingSpan, between("1m", "720h", "of working time")]


class IdleClaim(Block):
    """When a claim under which nothing happens is asked about, and handed back to the room."""

    ask_after: _Idle = Field(examples=["30m"])
    """Working time for which who has a ticket that waits for us did nothing about it."""
    hand_back_after: _Idle = Field(examples=["15m"])
    """Working time to answer the question; then the ticket is nobody's again."""


class LowStarsBlock(Block):
    """Which room is told of a review with few stars, once for ever."""

    room: ToRoom = Field(examples=["care-leads"])
    """Name of a room; it may be of any queue or of none."""
    at_most: Annotated[int, Field(ge=1, le=5)] = 2
    """So many stars are few."""


_Waited = Annotated[Span, between("1m", "7d", "of the calendar")]


class DmHandover(Block):
    """How long a customer whom a reply invited into direct messages is waited for."""

    nudge_after: _Waited = Field(examples=["24h"])
    """Time after the invitation; then who has the ticket is told that no direct message has come."""
    abandon_after: _Waited = Field(examples=["48h"])
    """Time after that; then the hand-over counts as abandoned, and nobody waits for it any more."""


class QueueBlock(Block):
    """Tickets that one team answers."""

    rooms: Annotated[tuple[ToRoom, ...], Field(min_length=1)] = Field(examples=[["care-japan"]])
    """Rooms that get a card of each ticket; the first is the ticket's own."""
    managers_room: Annotated[Several[ToRoom], AfterValidator(some)] = Field(
        examples=["care-managers"]
    )
    """Room that hears of each breach; a list where managers are in more than one chat."""
    calendar: ToCalendar = Field(examples=["tokyo"])
    """Name of a calendar under `calendars`, or always."""
    first_response: Annotated[WorkingSpan, between("1m", "720h", "of working time")] = Field(
        examples=["60m"]
    )
    """Working time within which a customer gets the first human reply."""
    escalation: dict[Name, EscalationBlock] = Field(default={})
    """Targets that Escalate offers, by name."""
    canned: tuple[Canned, ...] = ()
    """Texts that the reply form offers."""
    assignment: Assignment = Assignment.MANUAL
    """round_robin gives a new ticket to the next agent who is on."""
    announce: frozenset[Occasion] = frozenset(Occasion)
    """When a short line in the room links to a card; [] is never."""
    mention_assignee: bool = True
    """Whether a customer's message mentions the assignee in the thread."""
    urgency: Urgency = Urgency()
    """What raises the priority of a new ticket."""
    open_goal: Annotated[int, Field(ge=0)] | None = None
    """So many tickets open at the end of a day at the most; `digest closes` says how many are above."""
    reopen_window: Annotated[Span, between("0s", "365d", "of the calendar")] = timedelta(days=7)
    """For so long a customer's message reopens a closed ticket; later it opens a new one."""
    chain: ChainBlock | None = Field(
        None, examples=[{"stages": [{"wait": "15m", "call_shift": True}]}]
    )
    """Whom a ticket goes up to, stage by stage, while nobody takes it."""
    burst: Burst | None = Field(default_factory=Burst, json_schema_extra={"default": {}})
    """When many customers' tickets under one post share one card; null is never."""
    idle_claim: IdleClaim | None = None
    """When a claim under which nothing happens is asked about, and handed back; null is never."""
    low_stars: LowStarsBlock | None = Field(None, examples=[{"room": "care-leads"}])
    """Room that is told at once of a review with few stars; null is none."""
    away: AwayBlock | None = None
    """What customers are told, once, who write while the queue's calendar is closed; null is nothing."""
    dm_handover: DmHandover | None = None
    """How long an invited customer’s direct message is waited for; null is not at all."""
