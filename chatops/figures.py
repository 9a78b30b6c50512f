"""Which figures somebody may see, and of which day. Pure.

A day is a local one, from `day_starts` to `day_starts` on the wall (23 or 25 hours where clocks change),
in the zone of the room where it is asked, of a digest's calendar, or else of the queue's hours.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chatops.call import Call, Origin
from chatops.periods import days_of
from chatops.policy import Role

_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A local day as [start, end); today's ends now."""

    day: date
    start: datetime
    end: datetime


def queues_for(call: Call, role: Role, *, in_room: bool = False) -> tuple[str, ...]:
    """Return the queues in which the person holds `role`, last those that app.yaml names no more.

    What is posted into a room of queues, as all that a timer asks for, is read by all who are there:
    it shows those queues alone, and nothing where the person holds the role in none of them.
    """
    names = (*call.policy.queues, *call.policy.former)
    held = tuple(name for name in names if call.agent.may(role, name))
    in_room = in_room or call.origin is Origin.TIMER
    if not in_room or not _is_a_team_s(call):
        return held
    here = {name for name, queue in call.policy.queues.items() if call.room in queue.rooms}
    return tuple(name for name in held if name in here)


def may_name_people(call: Call, queues: tuple[str, ...], *, in_room: bool) -> bool:
    """Tell whether figures by person may be shown: to leads, alone or in a room of theirs."""
    if in_room and (_is_a_team_s(call) or _is_told_alone(call)):
        return False
    return all(call.agent.may(Role.LEAD, name) for name in queues)


def _is_a_team_s(call: Call) -> bool:
    """Tell whether the room of the call is one where a queue's cards live."""
    return any(call.room in queue.rooms for queue in call.policy.queues.values())


def _is_told_alone(call: Call) -> bool:
    """Tell whether the room is only one that is told of escalations or of few stars: others read it."""
    of_leads = {plan.room for plan in call.policy.digests.values()}
    of_leads |= {room for queue in call.policy.queues.values() for room in queue.managers_rooms}
    is_told = any(call.room in queue.places for queue in call.policy.queues.values())
    return is_told and call.room not in of_leads


def day_of(call: Call, queues: tuple[str, ...], days_ago: int = 0) -> LocalDay:
    """Return the day of the call, or one before it."""
    zone = zone_of(call, queues)
    days = days_of(zone.key, call.policy.day_starts)
    start, end = next(days.working(call.now, call.now + _SECOND))
    for _ in range(days_ago):
        start, end = next(days.working(start - _SECOND, start))
    return LocalDay(start.astimezone(zone).date(), start, min(end, call.now))


def zone_of(call: Call, queues: tuple[str, ...]) -> ZoneInfo:
    """Return the zone whose days are meant."""
    if call.plan is not None:  # its period is a date of its calendar, which its room need not share
        return ZoneInfo(call.plan.calendar.zone)
    return zone_here(call, queues)


def zone_here(call: Call, queues: tuple[str, ...]) -> ZoneInfo:
    """Return the zone of where a report is read: who presses its buttons there is in it, too."""
    room = call.policy.rooms.get(call.room or "")
    return room.zoneinfo if room else ZoneInfo(call.policy.queue_of(queues[0], "").calendar.zone)
