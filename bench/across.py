"""n. From a press in Slack to the edited card in Teams, against the pace's own bound.

`serve` runs as a process, and each queue has a room in both chats. First Claim is pressed calmly, so
that no card waits for Teams' pace; then on many tickets at one moment. The bound of each press is
when the pace lets its edit go at the earliest, the presses taken in their order: the app's budget
shared by all rooms, each room's by its cards. Nothing is turned or sped, neither time nor pace.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import time
from typing import Final

import aiohttp

from adapters.chat.teams.chat import LIMITS
from adapters.sandbox.slack import SlackCloud
from adapters.sandbox.teams import TeamsCloud
from bench import site
from bench.figure import Figure, expect, quantile
from bench.presses import bodies, press, signed
from bench.processes import Server, service
from chatops.delivery.pace import Bucket, ChatPace

#: The pace of a room is one edit in two seconds, and ten rooms share the calm presses.
CALM_PER_SECOND: Final = 4
#: What HTTP, two commits and the work of one processor may add to the pace.
GOAL: Final = 1.1

_PATIENCE: Final = 60.0  # seconds until all cards are edited


async def measure(folder: Path, *, calm: int = 40, at_once: int = 100) -> list[Figure]:
    """Return the figures of so many presses at one moment."""
    slack, teams = SlackCloud(site.WORKSPACE), TeamsCloud(site.ORGANISATION)
    async with AsyncExitStack() as stack:
        slack_url = await stack.enter_async_context(slack.serve())
        teams_url = await stack.enter_async_context(teams.serve())
        port, ops_port = site.free_ports(2)
        config = site.config(
            folder, slack_url, port=port, ops_port=ops_port, teams_url=teams_url, halls=True
        )
        await site.fill(config, slack, calm + at_once, teams)
        server = await stack.enter_async_context(service(config))
        teams.point_at(f"{server.url}/teams/messages")
        await teams.hands.install(site.ORGANISATION.people[0].id)  # tells where Teams is reached
        http = await stack.enter_async_context(aiohttp.ClientSession())
        presses = bodies(slack, calm + at_once)
        sent = await _press(http, server, islice(presses, calm), 1 / CALM_PER_SECOND)
        await _edited(teams, calm)
        sent += await _press(http, server, presses, 0.0)
        edited = await _edited(teams, calm + at_once)
    took = [at - since for at, since in zip(edited, sent, strict=True)]
    waits = _waits(sent)
    expect(max(waits[:calm]) == 0, "no calm press waits for the pace")
    return _figures(took[calm:], waits[calm:], took[:calm])


async def _press(
    http: aiohttp.ClientSession, server: Server, presses: Iterator[bytes], apart: float
) -> list[float]:
    """Press so many seconds apart, answered or not; return when each was sent (Unix seconds)."""

    async def once(number: int, body: bytes) -> float:
        await asyncio.sleep(number * apart)
        headers, sent = signed(body), time()
        await press(http, server, body, headers)
        return sent

    return await asyncio.gather(*(once(number, body) for number, body in enumerate(presses)))


async def _edited(teams: TeamsCloud, many: int) -> list[float]:
    """Wait until so many cards are edited; return when each was, by ticket."""
    async with asyncio.timeout(_PATIENCE):
        while _updates(teams) < many:
            await teams.state.wait_beyond(teams.state.version)
    expect(all(call.outcome == "ok" for call in teams.calls), "no call was refused, none limited")
    edits = {call.target: call.at for call in teams.calls if call.name == "update"}
    expect(len(edits) == _updates(teams) == many, "each card is edited once")
    return [edits[site.card_in_teams(ticket)] for ticket in range(1, many + 1)]


def _updates(teams: TeamsCloud) -> int:
    return sum(call.name == "update" for call in teams.calls)


def _waits(sent: Sequence[float]) -> list[float]:
    """Return for how many seconds the pace alone keeps each edit, of presses that were sent then."""
    pace = ChatPace("teams", LIMITS)
    buckets: dict[str, Bucket] = {}
    waits = []
    for number, at in enumerate(sent):
        caps = pace.of_update(site.hall(number))
        spent = [buckets.setdefault(name, Bucket(cap)) for name, cap in caps.items()]
        pressed = ready = datetime.fromtimestamp(at, UTC)
        for bucket in spent:
            ready = max(ready, bucket.ready_at(ready))
        for name, bucket in zip(caps, spent, strict=True):
            buckets[name] = bucket.after_call(ready)
        waits.append((ready - pressed).total_seconds())
    return waits


def _figures(took: Sequence[float], waits: Sequence[float], calm: Sequence[float]) -> list[Figure]:
    figures = []
    for name, share in (("median", 0.5), ("p99", 0.99)):
        ours, bound = quantile(took, share), quantile(waits, share)
        detail = (
            f"{ours:.2f} of {bound:.2f} s, {len(took)} presses at one moment in {site.ROOMS} rooms; "
            f"where the pace lets it go at once {quantile(calm, share) * 1000:.0f} ms"
        )
        said = f"n. press in Slack to card in Teams, {name}"
        figures.append(Figure(said, ours / bound, GOAL, "lower", detail))
    return figures
