"""The escalation chain of a queue: what begins and stops one, and which of its stages are due. Pure.

A chain is gone up by working time of the queue's calendar. It never goes back, and each stage comes
at most once a round. Where a ticket stands in it is `Climb`, which events alone move.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chatops.calendar import Calendar, NoWorkingTime
from chatops.event import (
    Absorbed,
    AnsweredOutside,
    Assigned,
    Breached,
    BreachKnown,
    ChainEntered,
    ChainStop,
    ChainStopped,
    Claimed,
    CustomerWrote,
    Escalated,
    Escalating,
    Event,
    Moved,
    Priority,
    Reopened,
    ReplySent,
    Unclaimed,
    Unmerged,
)
from chatops.ticket import Climb, Status, Ticket, Waiting

#: What is told later than this gives its people the whole wait from then on.
LATE: Final = timedelta(minutes=5)


class Starts(StrEnum):
    """What begins a chain."""

    OPENED = "opened"  #: the ticket, when it comes or comes back
    LATE = "late"  #: a clock's breach


@dataclass(frozen=True, slots=True)
class Stage:
    """One step up; all but `wait` and `owner` say what it does, and one of them is given."""

    wait: timedelta  #: working time after the stage before it
    call: tuple[str, ...] = ()  #: names of persons
    call_shift: bool = False  #: who is on shift then
    target: str | None = None  #: a name under `escalation` in app.yaml
    queue: str | None = None
    priority: Priority | None = None
    owner: str | None = None  #: the person who is to see to it


@dataclass(frozen=True, slots=True)
class Chain:
    stages: tuple[Stage, ...]
    starts: Starts = Starts.LATE
    stops: frozenset[ChainStop] = frozenset({ChainStop.CLAIM, ChainStop.REPLY, ChainStop.CLOSE})
    rounds: int = 1
    end_in: timedelta = timedelta(minutes=30)  #: working time after the last stage

    def after(self, stage: int, round: int) -> tuple[int, int] | None:
        """Return stage and round of what follows a stage; None: the chain's end."""
        if stage < len(self.stages):
            return stage + 1, round
        return (1, round + 1) if round < self.rounds else None

    def due_after(self, stage: int, round: int, at: datetime, calendar: Calendar) -> datetime:
        """Return when what follows a stage is due.

        Where the calendar closes for good it is so much time later: an end is never silent.
        """
        follows = self.after(stage, round)
        wait = self.end_in if follows is None else self.stages[follows[0] - 1].wait
        try:
            return calendar.add(at, int(wait.total_seconds()))
        except NoWorkingTime:
            return at + wait

    def stage_to(self, target: str) -> int | None:
        """Return the number of the first stage that escalates to a target."""
        numbers = (n for n, stage in enumerate(self.stages, 1) if stage.target == target)
        return next(numbers, None)


@dataclass(frozen=True, slots=True)
class Due:
    """A stage that is due; stage 0 is the chain's end."""

    stage: int
    round: int
    planned_at: datetime
    next_at: datetime | None  #: when what follows is due; None: nothing does


def due(chain: Chain, calendar: Calendar, climb: Climb, now: datetime) -> tuple[Due, ...]:
    """Return what is due by `now`, in order; the last of it alone is to be carried out."""
    found: list[Due] = []
    stage, round, at = climb.stage, climb.round, climb.next_at
    while at is not None and at <= now:
        planned, follows = at, chain.after(stage, round)
        if follows is None:
            found.append(Due(0, round, planned, None))
            break
        stage, round = follows
        at = chain.due_after(stage, round, planned, calendar)
        if at > now and now - planned > LATE:
            at = chain.due_after(stage, round, now, calendar)
        found.append(Due(stage, round, planned, at))
    return tuple(found)


def follows(
    before: Ticket,
    event: Event,
    after: Ticket,
    chain: Chain | None,
    calendar: Calendar,
    now: datetime,
    is_late: Callable[[], bool],
) -> Iterator[Escalating]:
    """Yield what an event brings about in the chain of the queue where it leaves the ticket.

    `is_late` tells whether one of the ticket's clocks runs by then and has passed its due second.
    """
    climb = after.climb
    if climb is not None and (why := _stopped(event, after, chain)) is not None:
        yield ChainStopped(why)
        climb = None
    if chain is None or after.status is Status.CLOSED:
        return
    if isinstance(event, Escalated):
        entered = None if event.agent is None else _entered_by_hand(event.target, climb, chain)
    elif climb is None and _begins(before, event, after, chain.starts, is_late):
        entered = (0, 1)
    else:
        entered = None
    if entered is not None:
        yield ChainEntered(*entered, chain.due_after(*entered, now, calendar))


def _stopped(event: Event, after: Ticket, chain: Chain | None) -> ChainStop | None:
    """Return by what a chain is stopped; one that app.yaml no longer has by anything."""
    match event:
        case Moved():
            return ChainStop.MOVED
        case _ if after.status is Status.CLOSED:
            return ChainStop.CLOSE
        case Claimed() | BreachKnown():
            why = ChainStop.CLAIM
        case Assigned(by=by) if by is not None:  # in turn it is given to who may not have seen it
            why = ChainStop.CLAIM
        case ReplySent() | AnsweredOutside(asked_at=None):
            why = ChainStop.REPLY
        case _:
            return None
    return why if chain is None or why in chain.stops else None


def _entered_by_hand(target: str, climb: Climb | None, chain: Chain) -> tuple[int, int] | None:
    """Return stage and round at which an escalation by hand enters; None: nowhere, or it is past."""
    if (stage := chain.stage_to(target)) is None:
        return None
    if climb is None or climb.next_at is None:
        return stage, 1
    return (stage, climb.round) if climb.stage < stage else None


def _begins(
    before: Ticket, event: Event, after: Ticket, starts: Starts, is_late: Callable[[], bool]
) -> bool:
    match event:
        case Breached():
            return starts is Starts.LATE
        case CustomerWrote(thanks=thanks):
            opens = before.revision == 1
            return starts is Starts.OPENED and (
                opens or (not thanks and _waits_anew(before, after))
            )
        case Absorbed(unanswered=unanswered):
            return starts is Starts.OPENED and unanswered and _waits_anew(before, after)
        case Reopened() | Unmerged():
            # what was late stays so, and no alert of it comes again: nothing else would begin it
            return starts is Starts.OPENED or is_late()
        case Unclaimed() | Moved():
            # nobody has it any more, or others do: whoever waits for us waits anew
            waits = starts is Starts.OPENED and after.waiting is Waiting.US
            return waits or (starts is Starts.LATE and is_late())
        case _:
            return False


def _waits_anew(before: Ticket, after: Ticket) -> bool:
    """Tell whether the customer asks again after our answer, and nobody has the ticket any more.

    Who was off has been relieved of it, say.
    """
    return before.waiting is Waiting.CUSTOMER and after.assignee is None
