"""What each entry of a ticket's log makes of what is watched, though nobody promised it. Pure.

Such a clock runs by the calendar's time, is never late, and ends as `lapsed` where nothing came.
A reply window begins with the customer's message, ends with our reply or by itself, and is the
network's rule: until when a reply is taken stands in the event, and on the ticket after it. A
hand-over begins with each invitation into direct messages, and ends with the first of them; where its
ticket goes into another one, it goes on there, for there the customer's messages arrive.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from chatops.event import (
    Absorbed,
    AnsweredOutside,
    ClockKind,
    Closed,
    CustomerDeleted,
    CustomerForgotten,
    CustomerWrote,
    HandoverAbandoned,
    HandoverOpened,
    Invited,
    Joined,
    Merged,
    Reopened,
    ReplySent,
    Separated,
    Unmerged,
)
from chatops.sla import clock as sla
from chatops.sla.clock import Clock, Outcome
from chatops.sla.moment import Clocks, Moment, newest
from chatops.sla.terms import ALWAYS


def watched(clocks: Clocks, moment: Moment, others: Callable[[int], Clocks]) -> Clocks:
    """Return those of a ticket's watches that an entry has moved; `others` as of `advance`."""
    windows = _windows(newest(clocks, ClockKind.REPLY_WINDOW), moment)
    handovers = _handovers(clocks, moment, others)
    return {(clock.kind, clock.cycle): clock for clock in (*windows, *handovers)}


def _windows(last: Clock | None, moment: Moment) -> Iterator[Clock]:
    match moment.event:
        case CustomerWrote(_, thanks, _, until) if until is not None:
            is_asked = not thanks and not moment.after.quiet
            yield from _heard(last, _heard_at(moment), sla.second(until), moment, is_asked)
        case _ if last is not None:
            yield _moved(last, moment)
        case _:
            pass


def _heard(
    last: Clock | None, since: datetime, until: datetime, moment: Moment, is_asked: bool
) -> Iterator[Clock]:
    """The customer's message opens the window anew, or holds it open for longer.

    What only thanks, or is on the quiet list, asks for no reply, and prolongs alone.
    """
    last = None if last is None else _lapsed(last, moment.at)
    if last is not None:
        yield last
    is_open = last is not None and last.outcome is None
    is_old = last is not None and since <= last.started_at
    if is_old or until < sla.second(moment.at) or not (is_open or is_asked):
        return
    cycle = 1 if last is None else last.cycle + 1
    if last is not None and is_open and last.alerted is None:
        cycle = last.cycle
    elif last is not None:
        yield sla.waive(last, moment.at, void=True)  # what was alerted of is alerted of once
    target_s = int((until - since).total_seconds())
    yield sla.start(moment.terms.watch(ClockKind.REPLY_WINDOW, target_s), since, cycle)


def _moved(last: Clock, moment: Moment) -> Clock:
    at = moment.at
    match moment.event:
        case ReplySent(at=sent_at) | AnsweredOutside(at=sent_at):
            return _lapsed(_answered(last, sent_at), at)
        case CustomerWrote() | Joined() | Closed() | CustomerForgotten() | Merged():
            return sla.waive(_lapsed(last, at), at, void=True)
        case CustomerDeleted(nothing_left=True):
            return sla.waive(_lapsed(last, at), at, void=True)
        case Reopened() | Unmerged():
            return _taken_up(last, moment)
        case _:
            return _lapsed(last, at)


def _handovers(clocks: Clocks, moment: Moment, others: Callable[[int], Clocks]) -> Iterator[Clock]:
    last = newest(clocks, ClockKind.DM_HANDOVER)
    match moment.event:
        case Invited():
            yield from _invited(last, moment)
        case CustomerWrote() if last is not None and moment.after.private:
            yield _lapsed(_answered(last, _heard_at(moment)), moment.at)
        case HandoverOpened(at=at) if last is not None:
            yield _lapsed(_answered(last, at), moment.at)
        case HandoverAbandoned() if last is not None:
            yield _lapsed(last, moment.at)
        case Closed() | CustomerForgotten() | Merged() if last is not None:
            yield sla.waive(_lapsed(last, moment.at), moment.at, void=True)
        case Absorbed(other) if not moment.after.private:
            yield from _taken_over(last, newest(others(other), ClockKind.DM_HANDOVER), moment)
        case Unmerged() if last is not None and moment.before.merged_into is not None:
            there = _same(last, others(moment.before.merged_into))
            yield _taken_back(last, there, moment)
        case Separated(other) if last is not None:
            yield from _given_back(clocks, last, others(other), moment)
        case Reopened() if last is not None:
            yield _taken_up(last, moment)
        case _:
            pass


def _taken_over(last: Clock | None, their: Clock | None, moment: Moment) -> Iterator[Clock]:
    """Wait on for what the ticket waited for that goes into this one; one invitation at a time."""
    at = moment.at
    if their is None or their.outcome is not Outcome.WAIVED or their.stopped_at != sla.second(at):
        return
    if last is not None:
        last = _lapsed(last, at)
        if last.outcome is None and last.started_at >= their.started_at:
            return
        yield sla.waive(last, at, void=True)
    yield replace(sla.owed_again(their), cycle=1 if last is None else last.cycle + 1)


def _taken_back(last: Clock, there: Clock | None, moment: Moment) -> Clock:
    """Go on as it stood in the ticket that this one was part of."""
    taken_up = _taken_up(last, moment)
    if there is None or there.outcome is Outcome.WAIVED or taken_up == last:
        return taken_up
    return _lapsed(replace(there, cycle=last.cycle), moment.at)


def _given_back(clocks: Clocks, last: Clock, theirs: Clocks, moment: Moment) -> Iterator[Clock]:
    """Wait no more for what another ticket waits for again, but for what was waited for before."""
    if last.outcome is not None or _same(last, theirs) is None:
        return
    yield sla.waive(_lapsed(last, moment.at), moment.at, void=True)
    own = clocks.get((last.kind, last.cycle - 1))
    if own is not None and own.outcome is Outcome.WAIVED:
        yield _lapsed(sla.owed_again(own), moment.at)


def _same(clock: Clock, theirs: Clocks) -> Clock | None:
    """Return the other ticket's watch of the same invitation."""
    found = newest(theirs, clock.kind)
    return found if found is not None and found.started_at == clock.started_at else None


def _invited(last: Clock | None, moment: Moment) -> Iterator[Clock]:
    """Wait for a direct message, for as long as is promised by nobody; one invitation at a time."""
    if last is not None:
        yield sla.waive(_lapsed(last, moment.at), moment.at, void=True)
    handover = moment.terms.promised(moment.after).handover
    if handover is None or moment.after.private or moment.after.closed_at is not None:
        return
    promise = moment.terms.watch(ClockKind.DM_HANDOVER, handover.over_s)
    yield sla.start(promise, moment.at, 1 if last is None else last.cycle + 1)


def _heard_at(moment: Moment) -> datetime:
    return sla.second(min(moment.heard_at or moment.at, moment.at))


def _answered(clock: Clock, at: datetime) -> Clock:
    """End a watch by what it waits for; what the tick had ended counts where that was in time."""
    if clock.due_at is None or sla.second(at) > clock.due_at:
        return clock
    if clock.outcome is Outcome.LAPSED:
        clock = replace(clock, outcome=None, stopped_at=None)
    return sla.stop(clock, at, ALWAYS)


def _taken_up(clock: Clock, moment: Moment) -> Clock:
    """Go on with what the ticket's end waived, for that is taken back; but not with what is over."""
    ended_at = moment.before.closed_at
    if clock.outcome is not Outcome.WAIVED or ended_at is None:
        return clock
    is_its = clock.stopped_at == sla.second(ended_at)
    return _lapsed(sla.owed_again(clock), moment.at) if is_its else clock


def _lapsed(clock: Clock, now: datetime) -> Clock:
    """End what nothing came of until its last second; the same clock if it is not over."""
    if clock.outcome or clock.due_at is None or sla.second(now) <= clock.due_at:
        return clock
    return replace(clock, outcome=Outcome.LAPSED, stopped_at=clock.due_at)
