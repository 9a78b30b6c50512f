"""d. A burst of 300 tickets and their changes over ten rooms: how near to Slack's limits it is shown.

Time is turned, so the figure holds no noise: it is pacing, order and coalescing alone. The stand-in
enforces Slack's limits on the same clock, and one 429 fails the run.

The bound is what the limits alone allow for the calls that nobody could spare: a post for each card
and thread line, and one update for each card that was shown before its ticket's last change. So
many calls of a limit take calls / rate: one post a second in a room, 300 posts and 50 updates a
minute in the workspace. An update that was made too early, and again, counts against us.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from adapters.chat.slack import blocks
from adapters.chat.slack.writing import JSON, Voices
from adapters.sandbox.slack.faults import ApiCall
from bench import site
from bench.figure import Figure, expect
from bench.processes import count
from bench.turned import TurnedLoop
from bench.turned_site import TurnedSite, act, opened
from chatops.cards.ticket_card import ticket_card

T = TypeVar("T")

#: Seconds within which every ticket is claimed, written to again, and every second one closed.
CHANGING: Final = 20.0
#: Slack's limits as rates: calls a second.
ROOM, POSTS, UPDATES = 1.0, 300 / 60, 50 / 60

_LEFT: Final = "SELECT count(*) FROM delivery WHERE state <> 'sent' OR shown < wanted"


async def measure(folder: Path, *, tickets: int = 300) -> list[Figure]:
    """Return the figure of the burst; it runs on a loop of its own, whose time is turned."""
    return await asyncio.to_thread(_on_turned_time, folder, tickets)


def _on_turned_time(folder: Path, tickets: int) -> list[Figure]:
    loop = TurnedLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return [runner.run(_burst(folder, tickets, loop))]


async def _burst(folder: Path, tickets: int, loop: TurnedLoop) -> Figure:
    async with opened(folder, loop) as turned:
        changed = await _happen(turned, tickets)
        expect(count(folder, _LEFT) == 0, "all is delivered at its last revision")
        await expect_last_state(turned)
    calls = list(turned.cloud.calls)
    expect(all(call.outcome == "ok" for call in calls), "no call was refused, none limited")
    return _figure(calls, changed, tickets)


async def _happen(turned: TurnedSite, tickets: int) -> dict[int, float]:
    """Let it all happen, and wait until all is shown; return each ticket's last change."""
    service, desk, clock, outbox = turned.service, turned.desk, turned.clock, turned.outbox
    agents = await service.storage.reader.agents()
    chance = random.Random(2)  # noqa: S311 - the same burst each time
    changed: dict[int, float] = {}

    async def opens(number: int) -> None:
        channel = service.channels[site.account(number)]
        await desk.receive(channel.parse(site.mention(number, clock.transport())))

    async def changes(number: int) -> None:
        agent = agents[number % len(agents)]
        at = sorted(chance.uniform(0, CHANGING) for _ in range(3))
        await clock.sleep(at[0])
        await act(desk, "claim", f"claim:{number}", number + 1, agent)
        await clock.sleep(at[1] - at[0])
        channel = service.channels[site.account(number)]
        await desk.receive(channel.parse(site.mention(number, clock.transport(), again=1)))
        if number % 2:
            await clock.sleep(at[2] - at[1])
            await act(desk, "close", f"close:{number}", number + 1, agent, reason="resolved")
        changed[number + 1] = clock.now()

    await asyncio.gather(*(opens(number) for number in range(tickets)))
    delivering = asyncio.create_task(outbox.run())
    await asyncio.gather(*(changes(number) for number in range(tickets)))
    while not await outbox.idle():
        await clock.sleep(1)
    delivering.cancel()
    await asyncio.wait([delivering])
    return changed


async def expect_last_state(turned: TurnedSite) -> None:
    """Insist that each card in the stand-in is what its ticket's rows make of it now."""
    service, desk, cloud = turned.service, turned.desk, turned.cloud
    reader = service.storage.reader
    agents = await reader.agents()
    voices = Voices(service.words)
    for room in service.config.policy.rooms.values():
        voice = voices.of(room.language, room.zone, {agent.id: agent for agent in agents})
        for message in cloud.state.messages[room.id].values():
            id = await reader.card_at(room.name, message.ts)
            if id is None:
                continue  # a line in a thread
            record = await reader.record(id)
            assert record is not None  # noqa: S101 - its card is there
            card = ticket_card(desk.scene(record, agents, desk.clock.business()))
            wanted = blocks.message(card, voice, "")["blocks"]
            expect(
                _nameless(message.blocks) == _nameless(wanted), f"card {id} shows the last state"
            )


def _nameless(made: Sequence[JSON]) -> list[JSON]:
    """Return blocks without their ids, which are new with each drawing."""
    return [{**block, "block_id": None} for block in made]


def _figure(calls: Sequence[ApiCall], changed: dict[int, float], tickets: int) -> Figure:
    posts = [call for call in calls if call.method == "chat.postMessage"]
    updates = [call for call in calls if call.method == "chat.update"]
    cards = [call for call in posts if "thread_ts" not in call.args]
    expect(len(cards) == tickets, "each card is posted once")
    needed = sum(call.at < changed[_ticket(call)] for call in cards)
    began = min(call.at for call in calls)
    took = max(call.at for call in posts + updates) - began
    busiest = max(Counter(call.args["channel"] for call in posts).values())
    bound = max(busiest / ROOM, len(posts) / POSTS, needed / UPDATES)
    detail = (
        f"{took:.0f} of {bound:.0f} s; {len(posts)} posts, {len(updates)} updates for {needed} "
        f"cards that changed after they were shown"
    )
    return Figure("d. burst", took / bound, 1.05, "lower", detail)


def _ticket(card: ApiCall) -> int:
    """Return the ticket that a card's buttons name."""
    elements = next(block for block in card.args["blocks"] if block["type"] == "actions")[
        "elements"
    ]
    return int(json.loads(elements[0]["value"])["t"])
