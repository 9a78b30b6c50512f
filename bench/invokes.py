"""m. Presses of Claim in Teams, answered after the commit, against a bare bot on the SDK's CloudAdapter.

Both sides get the same activities with the same signed tokens, twenty a second, half a beat apart,
as `presses` gives them Slack's.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

import aiohttp
import orjson

from adapters.sandbox.slack import SlackCloud
from adapters.sandbox.teams import TeamsCloud, happenings
from adapters.sandbox.teams.state import BOT, Message
from bench import site
from bench.figure import Figure, expect, quantile
from bench.processes import Server, bare, count, service

PER_SECOND: Final = 20
#: Presses before anything is measured: keys are fetched, and who pressed is looked up once.
WARMING: Final = 20

_CLAIMED: Final = "SELECT count(*) FROM ticket WHERE assignee IS NOT NULL"


async def measure(folder: Path, *, seconds: int = 12) -> list[Figure]:
    """Return the figures of the time to acknowledge a press in Teams."""
    calm = seconds * PER_SECOND
    total = WARMING + calm
    slack, teams = SlackCloud(site.WORKSPACE), TeamsCloud(site.ORGANISATION)
    async with AsyncExitStack() as stack:
        slack_url = await stack.enter_async_context(slack.serve())
        teams_url = await stack.enter_async_context(teams.serve())
        port, ops_port = site.free_ports(2)
        config = site.config(folder, slack_url, port=port, ops_port=ops_port, teams_url=teams_url)
        await site.fill(config, slack, total)
        teams.state.installed = True
        ours = await stack.enter_async_context(service(config))
        theirs = await stack.enter_async_context(bare(folder, teams_url))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        mine, plain = _bodies(teams, total), _bodies(teams, total)
        for _ in range(WARMING):  # one by one: the bare bot's loop waits while it fetches keys
            for server, bodies in ((ours, mine), (theirs, plain)):
                await _press(http, teams, server, next(bodies))
        quick, quicker = await asyncio.gather(
            _press_calmly(http, teams, ours, islice(mine, calm), 0.0),
            _press_calmly(http, teams, theirs, islice(plain, calm), 0.5),
        )
        expect(count(folder, _CLAIMED) == total, "each press that was answered is committed")
        async with http.get(f"{theirs.url}/readyz") as answer:
            expect(await answer.json() == total, "the bare bot has heard as many")
    halves = [quantile(quick, 0.5), quantile(quicker, 0.5)]
    last = [quantile(quick, 0.99), quantile(quicker, 0.99)]
    return [
        Figure(
            "m. time to answer an invoke, median", halves[0] / halves[1], 2, "lower", _ms(halves)
        ),
        Figure("m. time to answer an invoke, p99", last[0] / last[1], 2, "lower", _ms(last)),
    ]


async def _press_calmly(
    http: aiohttp.ClientSession,
    teams: TeamsCloud,
    server: Server,
    bodies: Iterator[bytes],
    later: float,
) -> list[float]:
    """Press twenty times a second, answered or not; return the seconds to each answer."""
    loop = asyncio.get_running_loop()
    began = loop.time() + 0.1

    async def once(number: int, body: bytes) -> float:
        await asyncio.sleep(began + (number + later) / PER_SECOND - loop.time())
        return await _press(http, teams, server, body)

    return await asyncio.gather(*(once(number, body) for number, body in enumerate(bodies)))


async def _press(
    http: aiohttp.ClientSession, teams: TeamsCloud, server: Server, body: bytes
) -> float:
    """Deliver one activity; return the seconds until it is answered."""
    proof = f"Bearer {teams.delivery.keys.sign(teams.delivery.claims())}"
    headers = {"Authorization": proof, "Content-Type": "application/json; charset=utf-8"}
    sent = perf_counter()
    async with http.post(f"{server.url}/teams/messages", data=body, headers=headers) as answer:
        told = await answer.json()
        expect(
            answer.status == 200 and told.get("value") == "",
            f"a press is done, not answered {told}",
        )
    return perf_counter() - sent


def _bodies(teams: TeamsCloud, many: int) -> Iterator[bytes]:
    """Return what Teams would send for a press of Claim on each ticket from 1 on."""
    for ticket in range(1, many + 1):
        who = site.ORGANISATION.people[ticket % len(site.AGENTS)]
        card = Message(site.card_in_teams(ticket), site.CHANNEL, BOT, 0.0)
        action = {"type": "Action.Execute", "verb": "claim", "data": {"c": "claim", "t": ticket}}
        value = {"action": action, "trigger": "manual"}
        yield orjson.dumps(
            happenings.invoke(teams.state, who.id, card, "adaptiveCard/action", value)
        )


def _ms(pair: Sequence[float]) -> str:
    return f"{pair[0] * 1000:.1f} of {pair[1] * 1000:.1f} ms at {PER_SECOND} a second"
