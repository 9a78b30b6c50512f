"""b. Presses of Claim, through Bolt and over HTTP, against a plain Bolt app that keeps them in memory.

Ours are answered after the commit. Both sides get the same signed requests, as Slack writes them,
at the same time of the same run: first as many as they take, then twenty a second.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter, time
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp

from adapters.sandbox.slack import SlackCloud, payloads
from adapters.sandbox.slack.state import Message
from bench import site
from bench.figure import Figure, expect, in_turns, quantile, ratio
from bench.processes import Server, both, count

#: Requests under way at once, where the question is how many a second.
AT_ONCE: Final = 32
#: Presses before anything is measured: who pressed is looked up in Slack once.
WARMING: Final = 20
PER_SECOND: Final = 20

_BUTTON: Final[dict[str, Any]] = {
    "type": "button",
    "action_id": "do:claim",
    "text": {"type": "plain_text", "text": "Claim"},
    "style": "primary",
}
_CLAIMED: Final = "SELECT count(*) FROM ticket WHERE assignee IS NOT NULL"


async def measure(
    folder: Path, *, presses: int = 250, rounds: int = 9, seconds: int = 12
) -> list[Figure]:
    """Return the figures of presses a second and of the time to acknowledge one."""
    calm = seconds * PER_SECOND
    total = WARMING + presses * rounds + calm
    cloud = SlackCloud(site.WORKSPACE)
    async with both(folder, cloud, total) as servers, aiohttp.ClientSession() as http:
        ours, theirs = (_Presser(http, server, bodies(cloud, total)) for server in servers)
        await asyncio.gather(ours.press_many(WARMING), theirs.press_many(WARMING))
        mine, plain = await in_turns(
            rounds, lambda: ours.press_many(presses), lambda: theirs.press_many(presses)
        )
        # half a beat apart, so that neither waits for the other's processor
        quick, quicker = await asyncio.gather(
            ours.press_calmly(calm), theirs.press_calmly(calm, 0.5)
        )
        expect(count(folder, _CLAIMED) == total, "each press that was answered is committed")
        expect(await theirs.claimed() == total, "the plain app has heard as many")
    halves = [quantile(quick, 0.5), quantile(quicker, 0.5)]
    last = [quantile(quick, 0.99), quantile(quicker, 0.99)]
    return [
        Figure("b. presses a second", ratio(mine, plain), 0.90, "higher", _of(mine, plain)),
        Figure("b. time to acknowledge, median", halves[0] / halves[1], 2, "lower", _ms(halves)),
        Figure("b. time to acknowledge, p99", last[0] / last[1], 2, "lower", _ms(last)),
    ]


class _Presser:
    """Presses buttons of one server, none twice."""

    def __init__(
        self, http: aiohttp.ClientSession, server: Server, bodies: Iterator[bytes]
    ) -> None:
        self._http = http
        self._server = server
        self._bodies = bodies

    async def press_many(self, many: int) -> float:
        """Press as fast as it answers, 32 at once; return the presses a second."""
        waiting = iter([(body, signed(body)) for body in islice(self._bodies, many)])

        async def hand() -> None:
            for body, headers in waiting:
                await press(self._http, self._server, body, headers)

        began = perf_counter()
        await asyncio.gather(*(hand() for _ in range(AT_ONCE)))
        return many / (perf_counter() - began)

    async def press_calmly(self, many: int, later: float = 0.0) -> list[float]:
        """Press twenty times a second, answered or not; return the seconds to each answer."""
        loop = asyncio.get_running_loop()
        began = loop.time() + 0.1

        async def once(number: int, body: bytes) -> float:
            await asyncio.sleep(began + (number + later) / PER_SECOND - loop.time())
            headers = signed(body)
            sent = perf_counter()
            await press(self._http, self._server, body, headers)
            return perf_counter() - sent

        bodies = enumerate(islice(self._bodies, many))
        return await asyncio.gather(*(once(number, body) for number, body in bodies))

    async def claimed(self) -> int:
        """Return how many tickets the plain app has claimed."""
        async with self._http.get(f"{self._server.url}/readyz") as answer:
            return int(await answer.json())


async def press(
    http: aiohttp.ClientSession, server: Server, body: bytes, headers: Mapping[str, str]
) -> None:
    """Deliver a press that is signed; return once it is acknowledged."""
    url = f"{server.url}/slack/events"
    async with http.post(url, data=body, headers=headers) as answer:
        expect(answer.status == 200, f"a press is acknowledged, not answered {answer.status}")


def bodies(cloud: SlackCloud, many: int) -> Iterator[bytes]:
    """Return what Slack would send for a press of Claim on each ticket from 1 on."""
    for ticket in range(1, many + 1):
        room = site.WORKSPACE.rooms[(ticket - 1) % site.ROOMS].id
        button = {**_BUTTON, "value": json.dumps({"c": "claim", "t": ticket})}
        quote = {"type": "section", "text": {"type": "plain_text", "text": "My tent " * 12}}
        actions = {"type": "actions", "block_id": "press:1", "elements": [button]}
        card = Message(
            room,
            f"{ticket}.000000",
            site.CARE.bot_user,
            "a card",
            [quote, actions],
            site.CARE.bot_id,
        )
        who = site.AGENTS[ticket % len(site.AGENTS)]
        pressed = payloads.press_on_message(cloud.state, who.id, card, (actions, button), None)
        yield urlencode({"payload": json.dumps(pressed)}).encode()


def signed(body: bytes) -> dict[str, str]:
    """Return the headers of a request of Slack's that is sent now."""
    at = str(int(time()))
    secret = site.CARE.signing_secret.encode()
    proof = hmac.new(secret, b"v0:%b:%b" % (at.encode(), body), hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={proof}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def _of(mine: Sequence[float], plain: Sequence[float]) -> str:
    return f"{max(mine):.0f} of {max(plain):.0f} presses/s, {AT_ONCE} at once"


def _ms(pair: Sequence[float]) -> str:
    return f"{pair[0] * 1000:.1f} of {pair[1] * 1000:.1f} ms at {PER_SECOND} a second"
