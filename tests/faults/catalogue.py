"""Every fault that is tried: its name, how it is brought about, on which databases, and whether in CI.

A fault's function makes it strike while customers and agents go on, and returns how often it struck.
Afterwards a process serves in good health, and `invariants` looks at everything.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.faults import delivering, far_sides, here, kills, many, teams
from tests.faults.load import Load

SQLITE: Final = frozenset({"SQLite"})
POSTGRES: Final = frozenset({"PostgreSQL"})
EACH: Final = frozenset({"SQLite", "PostgreSQL"})

#: Kills at random in the scene with Teams: people answer for each post that they leave in doubt.
_AT_RANDOM: Final = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table."""

    name: str
    strike: Callable[[Load], Awaitable[int]]
    databases: frozenset[str] = EACH
    with_x: bool = False  #: it wants the account on X
    with_teams: bool = False  #: it wants a room in Teams
    in_ci: frozenset[str] = frozenset()  #: on which of them CI tries it


def _killed() -> list[Fault]:
    return [
        Fault(f"killed {point.replace(':', ' ', 1)}", partial(kills.killed_at, point=point))
        for point in kills.POINTS
    ] + [
        Fault(
            f"X: killed {point.replace(':', ' ', 1)}",
            partial(kills.killed_on_x, point=point),
            with_x=True,
            in_ci=SQLITE if point == "before:sent" else frozenset(),
        )
        for point in ("after:take:reply", "before:send", "after:send", "before:sent")
    ]


def _slack() -> list[Fault]:
    in_ci = {"time-out after accepting"}
    return [
        Fault(f"Slack: {name}", strike, in_ci=SQLITE if name in in_ci else frozenset())
        for name, strike in far_sides.SLACK.items()
    ]


def _networks() -> list[Fault]:
    found = []
    for name, fault in far_sides.TROUBLES.items():
        in_ci = SQLITE if name == "time-out after accepting" else frozenset()
        found += [
            Fault(f"Chirp: {name}", partial(far_sides.chirp, fault), in_ci=in_ci),
            Fault(f"X: {name}", partial(far_sides.x, fault), with_x=True, in_ci=in_ci),
        ]
    return found


def _delivering() -> list[Fault]:
    return [
        Fault("webhooks: each three times", delivering.thrice, in_ci=SQLITE),
        Fault("webhooks: out of order", delivering.backwards),
        Fault("webhooks: in batches", delivering.in_batches),
        Fault("webhooks: two at once", delivering.two_at_once, in_ci=EACH),
        Fault("a burst under one post, killed in it", delivering.burst),
        Fault("stream: three times, backwards", delivering.streamed_again, with_x=True),
        Fault("stream: cut", delivering.stream_cut, with_x=True),
        Fault("Socket Mode: connections dropped", delivering.sockets_dropped),
        Fault("Socket Mode: connections refreshed", delivering.sockets_refreshed),
    ]


def _here() -> list[Fault]:
    return [
        Fault("SQLite: locked by another process", here.locked, SQLITE),
        Fault("SQLite: disk full", here.disk_full, SQLITE),
        Fault("SQLite: a second process", here.second_process, SQLITE),
        Fault("process stopped and woken", here.stopped_and_woken, in_ci=SQLITE),
        Fault("clock an hour ahead", partial(here.wrong_clock, hours=1), SQLITE, with_x=True),
        Fault("clock an hour behind", partial(here.wrong_clock, hours=-1), SQLITE, with_x=True),
    ]


def _many() -> list[Fault]:
    faults = {
        "PostgreSQL: connections cut": many.connections_cut,
        "PostgreSQL: restarted": many.restarted,
        "PostgreSQL: deadlocks": many.deadlocks,
        "PostgreSQL: serialisation failures": many.serialisation_failures,
        "two processes: one stopped past its lease": many.stopped_past_its_lease,
        "two processes: one stopped before post:card": partial(many.stopped_at, "before:post:card"),
        "two processes: one stopped after take:reply": partial(many.stopped_at, "after:take:reply"),
        "two processes: one stopped before send": partial(many.stopped_at, "before:send"),
        "two processes: one stopped after send": partial(many.stopped_at, "after:send"),
        "two processes: a clock an hour ahead": partial(many.wrong_clock, hours=1),
        "two processes: a clock an hour behind": partial(many.wrong_clock, hours=-1),
        "two processes: the same press on both": many.pressed_at_once,
    }
    in_ci = {"PostgreSQL: connections cut", "two processes: one stopped after take:reply"}
    return [
        Fault(name, strike, POSTGRES, in_ci=POSTGRES if name in in_ci else frozenset())
        for name, strike in faults.items()
    ] + [
        Fault(
            f"X, two processes: one stopped {point.replace(':', ' ', 1)}",
            partial(many.stopped_on_x, point),
            POSTGRES,
            with_x=True,
        )
        for point in ("after:take:reply", "before:send")
    ]


def _teams() -> list[Fault]:
    in_ci = {"time-out after accepting"}
    struck = [
        Fault(
            f"Teams: {name}",
            strike,
            with_teams=True,
            in_ci=SQLITE if name in in_ci else frozenset(),
        )
        for name, strike in teams.TEAMS.items()
    ]
    died, stopped = [], []
    for point in teams.points():
        name = point.replace(":teams:", " ")
        died.append(
            Fault(f"Teams: killed {name}", partial(teams.killed_at, point=point), with_teams=True)
        )
        stopped += [
            Fault(
                f"Teams: stopped {name}, past its lease",
                partial(teams.stopped_alone, point),
                with_teams=True,
            ),
            Fault(
                f"Teams, two processes: one stopped {name}",
                partial(teams.stopped_at, point),
                POSTGRES,
                with_teams=True,
            ),
        ]
    at_random = [
        Fault(
            "Teams: killed at random",
            partial(kills.killed_at_random, times=_AT_RANDOM),
            with_teams=True,
        ),
        Fault(
            "Teams, two processes: killed at random",
            partial(kills.two_killed_at_random, times=_AT_RANDOM),
            POSTGRES,
            with_teams=True,
        ),
    ]
    return [*struck, *died, *stopped, *at_random]


FAULTS: Final = (
    *_killed(),
    *_here(),
    *_slack(),
    *_networks(),
    *_delivering(),
    *_many(),
    *_teams(),  # last: they have a stage of their own
)
