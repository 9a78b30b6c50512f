"""What each entry of a ticket's log makes of its clocks, as SLA.md §3 says. Pure.

`advance` is the one step of the fold: the live path takes it for the event that is being written,
a rebuild takes it for every entry of the log, and both get the same clocks. `answer` is a ticket's
first response or its next one; which of the two is owed depends on whether a person has answered.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from chatops.calendar import Calendar
from chatops.event import (
    Absorbed,
    Alerted,
    AnsweredOutside,
    Breached,
    BreachKnown,
    ClockKind,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerForgotten,
    CustomerWrote,
    Merged,
    Moved,
    Prioritized,
    Priority,
    ReopenCause,
    Reopened,
    ReplySent,
    Separated,
    Unmerged,
)
from chatops.sla import clock as sla
from chatops.sla.alerting import alerted, planned
from chatops.sla.clock import Clock, Outcome, Promise
from chatops.sla.moment import MOVES, Clocks, Moment, newest
from chatops.sla.terms import Promised
from chatops.sla.watching import watched
from chatops.ticket import Status, Ticket

#: A customer's message older than this at intake is backfill and starts no clock (SLA.md rule 13).
BACKFILL: Final = timedelta(hours=24)

_NEVER_OWED: Final = frozenset({CloseReason.SPAM, CloseReason.DUPLICATE})

#: What somebody has promised.
_PROMISES: Final = tuple(kind for kind in ClockKind if not kind.is_watch)

#: What a human reply ends, and a close leaves undone.
_ANSWERS: Final = (
    ClockKind.FIRST_RESPONSE,
    ClockKind.NEXT_RESPONSE,
    ClockKind.CEILING,
    ClockKind.CLAIM,
)


#: An answer that is owed, which its asker may take back (SLA.md rule 4).
_OWED: Final = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.CEILING)


def advance(clocks: Clocks, moment: Moment, others: Callable[[int], Clocks]) -> Clocks:
    """Return the clocks after an entry; `others` gives those of another ticket, as they are then."""
    if not isinstance(moment.event, MOVES):
        return clocks
    fold = _Fold(clocks, moment)
    fold.take(clocks, others)
    return fold.clocks


class _Fold:
    """One step: the clocks that it has made so far."""

    def __init__(self, clocks: Clocks, moment: Moment) -> None:
        self.clocks = dict(clocks)
        self._moment = moment
        self._promised: Promised = moment.terms.promised(moment.after)

    def take(self, clocks: Clocks, others: Callable[[int], Clocks]) -> None:
        self._worked()
        self._arranged(others)
        self._taken()
        self._stand_or_run()
        self._hold()
        self.clocks |= watched(self.clocks, self._moment, others)
        handover = self._promised.handover
        anew = isinstance(self._moment.event, Prioritized | Moved)
        self.clocks |= planned(
            self.clocks, clocks, self._calendar, self._quiet(), handover, anew=anew
        )

    # --- what happened

    def _worked(self) -> None:
        moment = self._moment
        match moment.event:
            case CustomerWrote(_, thanks, counts_from=since) if (
                not thanks and not moment.after.quiet
            ):
                self._wrote(moment.heard_at or moment.at, since)
            case ReplySent(at=at) | AnsweredOutside(at=at):
                for clock in self._of(*_ANSWERS):
                    self._put(sla.stop(clock, at, self._calendar(clock)))
                self._still_asked(moment.event)
                self._answered_before(moment.event)
            case CustomerDeleted(nothing_left=True):
                for clock in self._open(*_OWED):
                    self._put(sla.waive(clock, moment.at, void=True))
            case Closed(reason):
                self._closed(void=reason in _NEVER_OWED)
            case Reopened(cause):
                self._reopened(cause)
            case Breached() | Alerted() | BreachKnown():
                self.clocks |= alerted(self.clocks, moment.event, moment.at)
            case _:
                pass

    def _arranged(self, others: Callable[[int], Clocks]) -> None:
        match self._moment.event:
            case CustomerForgotten() | Merged():
                for clock in self._open(*_PROMISES):
                    self._put(sla.waive(clock, self._moment.at, void=True))
            case Unmerged():
                self._unwaive(_PROMISES)
            case Absorbed(other, _, unanswered):
                self._absorbed(others(other), unanswered=unanswered)
            case Separated(other):
                self._separated(others(other))
            case _:
                pass

    def _wrote(self, heard_at: datetime, since: datetime | None = None) -> None:
        """The customer asks for something: start what is owed for it, no earlier than `since`."""
        moment = self._moment
        if moment.at - heard_at > BACKFILL:
            return
        at = min(max(heard_at, since or heard_at), moment.at)
        first = newest(self.clocks, ClockKind.FIRST_RESPONSE)
        if self._is_answered(first):
            if not self._open(ClockKind.NEXT_RESPONSE):
                self._start(ClockKind.NEXT_RESPONSE, at)
        elif first is None or first.outcome is not None:
            self._start(ClockKind.FIRST_RESPONSE, at)
        if newest(self.clocks, ClockKind.CEILING) is None and not self._is_answered(first):
            self._start(ClockKind.CEILING, at)
        if newest(self.clocks, ClockKind.RESOLUTION) is None:
            self._start(ClockKind.RESOLUTION, at)
        if newest(self.clocks, ClockKind.CLAIM) is None and _is_nobodys(moment.after):
            self._start(ClockKind.CLAIM, moment.at)  # there was nothing to take before

    def _still_asked(self, event: ReplySent | AnsweredOutside) -> None:
        """Owe an answer to what the customer wrote after one that was heard of, or sent, only now."""
        moment = self._moment
        if isinstance(event, AnsweredOutside):
            asked_at = event.asked_at
            since = moment.before.answered_at
            if asked_at is not None and since is not None and since >= asked_at:
                return  # it had an answer already, which was heard of before this one
        else:  # to what they wrote while it was on its way it answers nothing
            reply = moment.before.reply(event.message)
            asked_at = event.at if reply is not None and reply.overtaken else None
        if asked_at is None or moment.at - asked_at > BACKFILL:
            return
        first = newest(self.clocks, ClockKind.FIRST_RESPONSE)
        is_owed_first = first is not None and first.outcome is None
        if moment.after.status is Status.CLOSED or is_owed_first:
            return
        if not self._open(ClockKind.NEXT_RESPONSE):
            self._start(ClockKind.NEXT_RESPONSE, asked_at)

    def _answered_before(self, event: ReplySent | AnsweredOutside) -> None:
        """Owe no answer to what had one before its account was connected, when its clocks begin."""
        if isinstance(event, AnsweredOutside) and event.was_before and event.asked_at is None:
            for clock in self._open(*_ANSWERS):
                self._put(sla.waive(clock, self._moment.at, void=True))

    def _is_answered(self, first: Clock | None) -> bool:
        """Tell whether a person has answered; what was said before the customer wrote is no answer."""
        return self._moment.before.answered_at is not None and (
            first is None or first.outcome is not None
        )

    def _closed(self, *, void: bool) -> None:
        at = self._moment.at
        for clock in self._open(*_ANSWERS):
            self._put(sla.waive(clock, at, void=void))
        for clock in self._open(ClockKind.RESOLUTION):
            if void:
                self._put(sla.waive(clock, at, void=True))
            else:
                self._put(sla.stop(clock, at, self._calendar(clock)))

    def _reopened(self, cause: ReopenCause) -> None:
        moment = self._moment
        if moment.before.quiet:
            if cause is ReopenCause.AGENT:
                self._wrote(moment.at)
            return  # the customer's own message starts them
        for clock in self._of(ClockKind.RESOLUTION):
            grace_s, calendar = self._promised.reopen_grace_s, self._calendar(clock)
            self._put(sla.resume(clock, moment.at, calendar, grace_s))
        if cause is ReopenCause.AGENT:
            self._unwaive(_ANSWERS)  # a close taken back: owed by the same second

    def _unwaive(self, kinds: Iterable[ClockKind]) -> None:
        """Owe again what the end of the ticket waived, for it is taken back."""
        ended_at = self._moment.before.closed_at
        for kind in kinds:
            clock = newest(self.clocks, kind)
            if clock is None or clock.outcome is not Outcome.WAIVED or ended_at is None:
                continue
            if clock.stopped_at == sla.second(ended_at):
                self._put(sla.owed_again(clock))

    def _absorbed(self, theirs: Clocks, *, unanswered: bool) -> None:
        """Owe what was owed in the ticket that came into this one (rule 11)."""
        first = newest(self.clocks, ClockKind.FIRST_RESPONSE)
        owed = self._owed_there(theirs)
        if first is None and self._moment.before.answered_at is None:
            if owed is not None and owed.outcome is Outcome.WAIVED:
                self._start(ClockKind.FIRST_RESPONSE, owed.started_at)
        elif owed is not None and unanswered and self._is_answered(first):
            if not self._open(ClockKind.NEXT_RESPONSE):
                self._start(ClockKind.NEXT_RESPONSE, owed.started_at)
            for clock in self._open(ClockKind.NEXT_RESPONSE):
                self._put(sla.earliest(clock, owed, self._calendar(clock)))
        elif owed is not None:
            for clock in self._open(ClockKind.FIRST_RESPONSE, ClockKind.CEILING):
                self._put(sla.earliest(clock, owed, self._calendar(clock)))
        their = newest(theirs, ClockKind.RESOLUTION)
        for clock in self._open(ClockKind.RESOLUTION):
            if their is not None:
                self._put(sla.earliest(clock, their, self._calendar(clock)))

    def _owed_there(self, theirs: Clocks) -> Clock | None:
        """Return the answer that the other ticket owes; None if it owes none."""
        for kind in (ClockKind.NEXT_RESPONSE, ClockKind.FIRST_RESPONSE):
            clock = newest(theirs, kind)
            if clock is not None:
                return clock if clock.elapsed_s is None else None
        return None

    def _separated(self, theirs: Clocks) -> None:
        own = sla.second(self._moment.before.opened_at)
        there = {clock.started_at for (kind, _), clock in theirs.items() if not kind.is_watch}
        for clock in self._open(ClockKind.FIRST_RESPONSE, ClockKind.CEILING, ClockKind.RESOLUTION):
            if clock.breached_at or clock.cycle > 1:
                continue
            if clock.started_at - own > BACKFILL and clock.started_at in there:
                # it had none of its own: what has one begins sooner, though an account is connected late
                self._put(sla.waive(clock, self._moment.at, void=True))
            elif clock.started_at < own:
                self._put(sla.on_its_own(clock, own, self._calendar(clock)))

    # --- what holds after every event

    def _taken(self) -> None:
        """End the wait for somebody who takes the ticket, or begin it where it is nobody's again."""
        before, after, at = self._moment.before, self._moment.after, self._moment.at
        waiting = self._open(ClockKind.CLAIM)
        if after.assignee is not None:
            for clock in waiting:
                self._put(sla.stop(clock, at, self._calendar(clock)))
        elif not waiting and _is_nobodys(after) and not _is_nobodys(before):
            self._start(ClockKind.CLAIM, at)

    def _stand_or_run(self) -> None:
        """Let the resolution stand still while the ticket waits for whom its policy names."""
        after, at = self._moment.after, self._moment.at
        stands = after.status is Status.SNOOZED and after.snooze_reason in self._promised.pauses
        for clock in self._open(ClockKind.RESOLUTION):
            calendar = self._calendar(clock)
            if stands:
                self._put(sla.pause(clock, at, calendar))
            elif after.status is not Status.CLOSED:
                self._put(sla.resume(clock, at, calendar))

    def _hold(self) -> None:
        """Hold open clocks to what the ticket is promised now; what it is not any more is waived.

        What is late by then stays so, as it does where another promise takes its place.
        """
        for clock in self._open(*_PROMISES):
            promise = self._promised.promises.get(clock.kind)
            if promise is None:
                known = sla.breach(clock, self._moment.at)
                self._put(known if known.breached_at else sla.waive(clock, self._moment.at))
            else:
                self._put(sla.rebase(clock, promise, self._calendar(clock), self._moment.at))

    def _quiet(self) -> Calendar | None:
        """Return the hours outside which nobody is alerted of a ceiling; None of an urgent ticket."""
        ticket = self._moment.after
        if ticket.priority is Priority.URGENT:
            return None
        return self._moment.terms.hours_of(ticket)

    # --- clocks

    def _of(self, *kinds: ClockKind) -> list[Clock]:
        return [clock for (kind, _), clock in self.clocks.items() if kind in kinds]

    def _open(self, *kinds: ClockKind) -> list[Clock]:
        return [clock for clock in self._of(*kinds) if clock.outcome is None]

    def _start(self, kind: ClockKind, at: datetime) -> None:
        if (promise := self._promised.promises.get(kind)) is None:
            return
        last = newest(self.clocks, kind)
        self._put(sla.start(promise, at, 1 if last is None else last.cycle + 1))

    def _put(self, clock: Clock) -> None:
        self.clocks[clock.kind, clock.cycle] = clock

    def _calendar(self, clock: Clock) -> Calendar:
        found = self._moment.terms.calendar_of(clock)
        return found or self._fallback(clock.kind).calendar

    def _fallback(self, kind: ClockKind) -> Promise:
        promises = self._promised.promises
        return promises.get(kind) or promises[ClockKind.FIRST_RESPONSE]


def _is_nobodys(ticket: Ticket) -> bool:
    """Tell whether somebody is to take a ticket."""
    return ticket.assignee is None and ticket.status is not Status.CLOSED and not ticket.quiet
