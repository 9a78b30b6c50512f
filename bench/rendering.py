"""e. Rendering: a ticket's scene to Block Kit, against orjson.dumps of what comes out.

A card is drawn again and again while its ticket lives, and most of it stays the same, so its parts
are remembered by what they say. Measured is such a redrawing, over tickets that differ in every
word; beside it stands what it costs when a fact is new, and what a ticket's very first drawing does.
"""

from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

import orjson

from adapters.chat.slack import blocks
from adapters.chat.slack.writing import JSON, Voice, Voices
from bench import site
from bench.figure import Figure, expect, in_turns, ratio
from chatops import app
from chatops.call import Registry
from chatops.cards.ticket_card import ticket_card
from chatops.scene import Agent, Scene
from chatops.text import Words

#: Tickets that are open at once; their sentences must find room in what is remembered.
TICKETS: Final = 64


async def measure(folder: Path, *, repeats: int = 4, rounds: int = 45) -> list[Figure]:
    """Return the figure of rendering."""
    scenes, words, _, agents = await scenes_in(folder)
    voice = Voices(words).of("en", "Asia/Tokyo", agents)
    first = _seconds_of_drawing(scenes, voice, 1)
    drawn = [_draw(scene, voice) for scene in scenes]
    for scene, message in zip(scenes, drawn, strict=True):
        expect(f'"t":{scene.ticket.id}' in str(message), "each card's buttons name its ticket")
    expect(len({orjson.dumps(message) for message in drawn}) == TICKETS, "each card is another")

    async def ours() -> float:
        return _seconds_of_drawing(scenes, voice, repeats)

    async def theirs() -> float:
        began = perf_counter()
        for _ in range(repeats):
            for message in drawn:
                orjson.dumps(message)
        return (perf_counter() - began) / repeats

    mine, dumps = await in_turns(rounds, ours, theirs)
    changed = median(_seconds_of_drawing(read_by(scenes, by), voice, 1) for by in range(100, 120))
    per = 1e6 / TICKETS
    detail = (
        f"{median(mine) * per:.0f} of {median(dumps) * per:.1f} µs for {len(orjson.dumps(drawn[0]))} "
        f"bytes; with a new fact {changed * per:.0f} µs, for the first time {first * per:.0f} µs"
    )
    return [Figure("e. rendering a card", ratio(mine, dumps), 6, "lower", detail)]


def _seconds_of_drawing(scenes: list[Scene], voice: Voice, repeats: int) -> float:
    began = perf_counter()
    for _ in range(repeats):
        for scene in scenes:
            _draw(scene, voice)
    return (perf_counter() - began) / repeats


def read_by(scenes: list[Scene], by: int) -> list[Scene]:
    """Return the tickets as somebody new has read them: a fact that no card has shown yet."""
    return [
        replace(each, ticket=replace(each.ticket, read_by=(by * TICKETS + each.ticket.id,)))
        for each in scenes
    ]


def _draw(scene: Scene, voice: Voice) -> JSON:
    return blocks.message(ticket_card(scene), voice, "12345678")


async def scenes_in(folder: Path) -> tuple[list[Scene], Words, Registry, dict[int, Agent]]:
    """Return tickets as the outbox reads them, some of them claimed, and what cards are made by."""
    config = site.config(folder, f"http://{site.HOST}:9/slack")
    async with app.opened(config) as service:
        now = service.clock.business()
        people = list(config.policy.people.values())
        await service.storage.work.transact(lambda tx: tx.know(people, now))
        await site.seed(service, TICKETS)
        agents = await service.storage.reader.agents()
        scenes = []
        for id in range(1, TICKETS + 1):
            record = await service.storage.reader.record(id)
            assert record is not None  # noqa: S101 - the ticket was seeded
            scenes.append(service.desk.scene(record, agents, now))
        service.words.has("card-title")  # its language is parsed now, at no ticket's cost
        known = {agent.id: agent for agent in agents}
        return scenes, service.words, service.registry, known
