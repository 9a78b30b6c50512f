"""Several processes behind one door: who gets what, and what a death among them means."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from chatops.fleet import Fleet, Member
from chatops.sandbox import free_ports
from tests.calling import client
from tests.fleet_member import NAME, OPS, WEB

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds


class Door:
    """A fleet of two, and what is said to its door."""

    def __init__(self, fleet: Fleet, http: httpx.AsyncClient) -> None:
        self.fleet = fleet
        self._http = http

    async def ask(self, path: str, **more: Any) -> httpx.Response:
        return await self._http.request("POST" if more else "GET", path, **more)

    async def processes(self) -> dict[str, tuple[bool, bool]]:
        """Return who is alive, and ready."""
        seen = (await self.ask("/processes")).json()
        pids = {member.name: member.process for member in self.fleet.members}
        for one in seen:
            process = pids[one["name"]]
            assert one["pid"] == (process.pid if process and one["alive"] else None)
        return {one["name"]: (one["alive"], one["ready"]) for one in seen}

    async def act(self, name: str, act: str) -> None:
        answer = await self.ask("/processes", json={"name": name, "act": act})
        assert answer.is_success, answer.text

    async def ready(self, *names: str) -> None:
        """Wait until these are ready."""
        async with asyncio.timeout(PATIENCE):
            while True:
                seen = await self.processes()
                if all(seen[name] == (True, True) for name in names):
                    return
                await asyncio.sleep(0.05)  # a process tells nobody that it listens

    async def become(self, states: list[tuple[bool, bool]]) -> None:
        """Wait until these are the states, in whichever order."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if sorted((await self.processes()).values()) == states:
                    return
                await asyncio.sleep(0.05)  # nor that it has died

    async def takers(self, times: int) -> set[str]:
        """Return who took so many requests."""
        return {(await self.ask("/in/chirp/aozora")).json()["by"] for _ in range(times)}


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    ports = free_ports(5)
    members = [
        Member(
            name,
            environment={
                **os.environ,  # noqa: TID251 - a child inherits it
                "PYTHONPATH": str(ROOT),
                NAME: name,
                WEB: str(web),
                OPS: str(ops),
            },
            web=f"http://127.0.0.1:{web}",
            ops=f"http://127.0.0.1:{ops}",
            log=tmp_path / f"{name}.log",
        )
        for name, web, ops in (("one", *ports[:2]), ("two", *ports[2:4]))
    ]
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(client(trust_env=False))
        fleet = Fleet(["tests.fleet_member"], members, http)
        runner = await fleet.open("127.0.0.1", port := ports[4])
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(fleet.end)
        url = f"http://127.0.0.1:{port}"
        asking = await stack.enter_async_context(
            client(base_url=url, timeout=PATIENCE, trust_env=False)
        )
        yield Door(fleet, asking)


async def test_requests_go_to_all_in_turn_and_past_who_is_dead(door: Door) -> None:
    assert (await door.ask("/in/chirp/aozora")).status_code == 503
    for name in ("one", "two"):
        await door.act(name, "start")
    await door.ready("one", "two")
    assert await door.takers(4) == {"one", "two"}
    await door.act("one", "kill")
    assert await door.processes() == {"one": (False, False), "two": (True, True)}
    assert await door.takers(4) == {"two"}
    await door.act("one", "start")
    # Where a process lives and does not listen yet, the other answers.
    assert await door.takers(4) <= {"one", "two"}
    await door.ready("one")
    assert await door.takers(4) == {"one", "two"}


async def test_request_and_answer_pass_unchanged(door: Door) -> None:
    await door.act("two", "start")
    await door.ready("two")
    answer = await door.ask("/in/a/b?c=d", content="{ }", headers={"X-Signature": "t=1"})
    assert (answer.status_code, answer.headers["content-type"], answer.json()) == (
        202,
        "application/json; charset=utf-8",
        {"by": "two", "asked": "POST /in/a/b?c=d", "signature": "t=1", "body": "{ }"},
    )
    turned = await door.ask("/dev/clock", json={"advance_s": 5})
    assert turned.json()["asked"] == "POST /dev/clock"


async def test_what_a_process_died_over_is_its_senders_to_repeat(door: Door) -> None:
    for name in ("one", "two"):
        await door.act(name, "start")
    await door.ready("one", "two")
    assert (await door.ask("/in/die", content="x")).status_code == 502
    await door.become([(False, False), (True, True)])
    assert len(await door.takers(4)) == 1


async def test_starting_who_lives_and_killing_who_does_not_are_nothing(door: Door) -> None:
    await door.act("one", "kill")
    await door.act("one", "start")
    before = door.fleet.members[0].process
    await door.act("one", "start")
    assert door.fleet.members[0].process is before


async def test_two_who_start_it_at_once_start_one_and_whoever_ends_it_ends_that(
    door: Door,
) -> None:
    fleet = door.fleet
    first, second, *_ = await asyncio.gather(fleet.start("one"), fleet.start("one"), fleet.end())
    assert first is second
    assert first.returncode is not None


@pytest.mark.parametrize(
    "said", ["", "[]", "{}", '{"name": "one", "act": "mend"}', '{"name": "three", "act": "kill"}']
)
async def test_nonsense_is_told_what_to_send(door: Door, said: str) -> None:
    answer = await door.ask("/processes", content=said)
    assert (answer.status_code, answer.text) == (
        400,
        'send {"name": one of GET /processes, "act": "kill" or "start"}\n',
    )
