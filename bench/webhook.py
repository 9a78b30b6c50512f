"""c. From a webhook to its card's request, against a plain app that posts and stores nothing.

Measured from the sending of the webhook to the arrival of chat.postMessage at the strict stand-in.
Rooms take turns, so that no post waits for its room's second.
"""

import asyncio
import json
from pathlib import Path
from statistics import median
from typing import Final

import aiohttp

from adapters.sandbox.slack import SlackCloud
from adapters.sandbox.slack.faults import ApiCall
from bench import site
from bench.figure import Figure, expect, in_turns
from bench.processes import Server, both
from chatops.clock import SystemClock

#: Seconds from one webhook to the next: below the workspace's 300 posts a minute, which both share.
BEAT: Final = 0.22

#: Seconds that a card may take.
PATIENCE: Final = 20.0
WARMING: Final = 3

_POST: Final = "chat.postMessage"


async def measure(folder: Path, *, webhooks: int = 60) -> list[Figure]:
    """Return the figure of the way of a webhook."""
    cloud = SlackCloud(site.WORKSPACE)
    async with both(folder, cloud, 0) as servers, aiohttp.ClientSession() as http:
        ours, theirs = (_Sender(http, server, cloud) for server in servers)
        await in_turns(WARMING, ours.send, theirs.send)
        mine, plain = await in_turns(webhooks, ours.send, theirs.send)
    pair = median(mine), median(plain)
    detail = f"{pair[0] * 1000:.1f} of {pair[1] * 1000:.1f} ms, medians"
    return [Figure("c. webhook to card", pair[0] / pair[1], 3, "lower", detail)]


class _Sender:
    """Sends webhooks to one server, each about another customer."""

    def __init__(self, http: aiohttp.ClientSession, server: Server, cloud: SlackCloud) -> None:
        self._http = http
        self._url = server.url
        self._cloud = cloud
        self._sent = 0

    async def send(self) -> float:
        """Send one; return the seconds until its card was asked for at the stand-in."""
        number, self._sent = self._sent, self._sent + 1
        seen = len(self._cloud.calls)
        now = SystemClock().transport()
        body = site.mention(number, now)
        headers = site.signed(body, int(now.timestamp()))
        url = f"{self._url}/in/sandbox/{site.account(number)}"
        sent = self._cloud.state.clock.now()
        async with self._http.post(url, data=body, headers=headers) as answer:
            expect(answer.status == 200, f"a webhook is taken, not answered {answer.status}")
        await asyncio.sleep(BEAT)
        async with asyncio.timeout(PATIENCE):  # a busy machine takes longer than a beat
            while not (posts := self._posts(seen)):  # noqa: ASYNC110 - the stand-in tells nobody
                await asyncio.sleep(0.01)
        expect(len(posts) == 1, "one webhook is one post")
        (post,) = posts
        expect(post.outcome == "ok", "the stand-in takes the card")
        expect(_shows(post, number), "the card stands in its room and shows what was written")
        return post.at - sent

    def _posts(self, seen: int) -> list[ApiCall]:
        """Return the posts among the calls after the first `seen`."""
        return [call for call in list(self._cloud.calls)[seen:] if call.method == _POST]


def _shows(post: ApiCall, number: int) -> bool:
    room = site.WORKSPACE.rooms[number % site.ROOMS].id
    words = json.dumps(post.args["blocks"])
    return post.args["channel"] == room and f"(order {number})" in words
