"""l. Rendering for Teams: a ticket's scene to an Adaptive Card, against orjson.dumps of what comes out.

As e is for Block Kit: measured is a card's redrawing, over tickets that differ in every word.
"""

from pathlib import Path
from statistics import median
from time import perf_counter

import orjson

from adapters.chat.teams import adaptive
from adapters.chat.teams.actions import Opens
from adapters.chat.teams.addresses import JSON
from adapters.chat.teams.opening import opening
from adapters.chat.teams.writing import Voice, Voices
from bench.figure import Figure, expect, in_turns, ratio
from bench.rendering import TICKETS, read_by, scenes_in
from chatops.cards.ticket_card import ticket_card
from chatops.scene import Scene


async def measure(folder: Path, *, repeats: int = 4, rounds: int = 45) -> list[Figure]:
    """Return the figure of rendering for Teams."""
    scenes, words, registry, agents = await scenes_in(folder)
    voice, opens = Voices(words).of("en", "Asia/Tokyo", agents), opening(registry)
    first = _seconds_of_drawing(scenes, voice, opens, 1)
    drawn = [_draw(scene, voice, opens) for scene in scenes]
    for scene, message in zip(scenes, drawn, strict=True):
        expect(f"'t': {scene.ticket.id}" in str(message), "each card's buttons name its ticket")
    expect(len({orjson.dumps(message) for message in drawn}) == TICKETS, "each card is another")

    async def ours() -> float:
        return _seconds_of_drawing(scenes, voice, opens, repeats)

    async def theirs() -> float:
        began = perf_counter()
        for _ in range(repeats):
            for message in drawn:
                orjson.dumps(message)
        return (perf_counter() - began) / repeats

    mine, dumps = await in_turns(rounds, ours, theirs)
    changed = median(
        _seconds_of_drawing(read_by(scenes, by), voice, opens, 1) for by in range(100, 120)
    )
    per = 1e6 / TICKETS
    detail = (
        f"{median(mine) * per:.0f} of {median(dumps) * per:.1f} µs for {len(orjson.dumps(drawn[0]))} "
        f"bytes; with a new fact {changed * per:.0f} µs, for the first time {first * per:.0f} µs"
    )
    return [Figure("l. rendering a card for Teams", ratio(mine, dumps), 6, "lower", detail)]


def _seconds_of_drawing(scenes: list[Scene], voice: Voice, opens: Opens, repeats: int) -> float:
    began = perf_counter()
    for _ in range(repeats):
        for scene in scenes:
            _draw(scene, voice, opens)
    return (perf_counter() - began) / repeats


def _draw(scene: Scene, voice: Voice, opens: Opens) -> JSON:
    return adaptive.message(ticket_card(scene), voice, opens, reads_threads=False)
