"""Who is on shift by app.yaml, and since when. Pure.

`on` and `off` by hand hold until the next boundary of the person's own shifts: a boundary is acted
upon once, whatever has been said since.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from chatops.calendar import Calendar, NoWorkingTime

#: Who comes back so soon has only taken a break.
BREAK: Final = timedelta(hours=2)

#: As far back as a boundary is looked for: the longest holidays are shorter.
_BACK: Final = timedelta(days=30)
_AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stand:
    """How somebody stands by their shifts, and the boundary at which that began."""

    on: bool
    since: datetime


def stand(shifts: Calendar, now: datetime) -> Stand | None:
    """Return how somebody with these shifts stands; None where no shift began for a month.

    Shifts round the clock begin anew with each of their days: a month without a break has no
    boundary else, and what a file said of the person before would hold until one comes.
    """
    spans = list(shifts.working(now - _BACK, now + _AHEAD))
    began = [start for start, _ in spans[:1]]
    ended: list[datetime] = []
    for (_, end), (start, _) in pairwise(spans):
        if start - end > BREAK:
            ended.append(end)
            began.append(start)
    ended += [end for _, end in spans[-1:]]
    for start, end in reversed(list(zip(began, ended, strict=True))):
        if now >= end:
            return Stand(on=False, since=end)
        if now >= start > now - _BACK:
            return Stand(on=True, since=start)
        if now >= start:
            return Stand(on=True, since=max(each for each, _ in spans if each <= now))
    return None


def begins(shifts: Calendar, now: datetime) -> datetime | None:
    """Return the next shift's beginning, None where none is in sight.

    Who went off by hand within a shift comes with the one after it.
    """
    try:
        return shifts.next_opening(shifts.closes_at(now) or now)
    except NoWorkingTime:
        return None
