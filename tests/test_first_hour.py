"""docs/first-hour.md, word by word: its commands in its order, its answers, its card at the end."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from adapters.sandbox import world
from tests.measured import unmeasured

pytestmark = pytest.mark.anyio

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "first-hour.md").read_text("utf-8")
PATIENCE: Final = 60.0  # seconds

#: Where the page stands, what it writes for work, and the ports that it lets one change.
CHECKOUT: Final = "/opt/chatops"
AT_WORK: Final = "/etc/chatops"
PORTS: Final = ("8080", "8300", "8301")

ENTER: Final = "⏎"


class Reader:
    """A new administrator, who does what the page says, one block after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = dict(zip(PORTS, _free_ports(), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['8080']}"
        self._blocks = re.findall(r"^```(sh|text)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        self._activated = self.command("activate")

    def _next(self, kind: str) -> str:
        language, block = self._blocks.pop(0)
        assert language == kind, block
        return str(block)

    def command(self, about: str) -> str:
        """Return the next block of commands, in which `about` has to stand, with our own ports."""
        block = self._next("sh")
        assert about in block
        for theirs, ours in self.ports.items():
            block = re.sub(rf"\b{theirs}\b", ours, block)
        return block.replace(AT_WORK, str(self.folder / "etc"))

    def text(self) -> str:
        return self._next("text")

    @property
    def has_read_all(self) -> bool:
        return not self._blocks

    async def start(self, commands: str) -> asyncio.subprocess.Process:
        """Start commands in a terminal of their own, in which the environment is switched on."""
        return await asyncio.create_subprocess_exec(
            *("sh", "-ec", self._activated + commands),
            cwd=self.folder,
            env={**unmeasured(), "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )

    async def run(self, commands: str, typed: str = "") -> str:
        """Run commands to their good end, and return what they said."""
        process = await self.start(commands)
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate(typed.encode())
        assert process.returncode == 0, said.decode()
        return said.decode()

    @asynccontextmanager
    async def running(self, commands: str, ready: str) -> AsyncIterator[None]:
        """Run commands in a terminal that stays open, from when they say `ready` to ctrl-C."""
        process = await self.start(commands)
        assert process.stdout is not None
        said = await _until(process.stdout, ready)
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGINT)
            async with asyncio.timeout(PATIENCE):
                rest, _ = await process.communicate()
        assert "Traceback" not in said + rest.decode(), said + rest.decode()

    async def init(self) -> None:
        """Answer as the page does, and see on the screen what it shows."""
        commands = self.command("chatops init")
        transcript = self.text().splitlines()
        asked = takewhile(lambda line: not line.startswith("Wrote"), transcript)
        answers = [line.rpartition(": ")[2].replace(ENTER, "") for line in asked]
        answers = [self._with_our_ports(each) for each in answers]
        said = await self.run(commands, "".join(f"{each}\n" for each in answers))
        shown = said.replace(str(self.folder / "etc"), AT_WORK).replace(str(self.folder), CHECKOUT)
        assert shown.splitlines() == [self._shown(line) for line in transcript]

    def _with_our_ports(self, line: str) -> str:
        for theirs, ours in self.ports.items():
            line = re.sub(rf"\b{theirs}\b", ours, line)
        return line

    def _shown(self, line: str) -> str:
        """Return a line of the page as the screen has it: Enter shows the proposal, ports are ours.

        A proposal in brackets is the program's, and a secret is not repeated.
        """
        question, colon, answer = line.rpartition(": ")
        if not colon:
            return self._with_our_ports(line)
        if "(Enter: later)" in question:
            return f"{question}: "
        proposal = re.search(r"\[([^\]]*)\]$", question)
        if answer == ENTER:
            return f"{question}: {proposal[1] if proposal else ''}"
        return f"{question}: {self._with_our_ports(answer)}"

    async def connect(self) -> None:
        """Open the address that is printed, as a browser does, and paste where it was sent."""
        process = await self.start(self.command("connect x"))
        assert process.stdout is not None
        said = await _until(process.stdout, "Paste that whole address here:")
        found = re.search(r"\S+/oauth2/authorize\S+", said)
        assert found is not None, said
        async with httpx.AsyncClient(trust_env=False) as http:
            sent_to = (await http.get(found[0])).headers["location"]
        async with asyncio.timeout(PATIENCE):
            rest, _ = await process.communicate(f"{sent_to}\n".encode())
        assert process.returncode == 0, said + rest.decode()

    async def until_seen(self, look: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the message in Ben's room that `look` was waiting for."""
        asked = {"as": world.BEN.id, "room": world.CARE_GLOBAL.id}
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as http:
            while True:
                state = (await http.get(f"{self.url}/dev/slack/state", params=asked)).json()
                (room,) = [each for each in state["rooms"] if each["id"] == world.CARE_GLOBAL.id]
                for message in room["messages"]:
                    if look(message):
                        found: dict[str, Any] = message
                        return found
                await asyncio.sleep(0.05)  # nobody is told when a screen changes

    async def hand(self, path: str, **body: object) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{self.url}/dev/{path}", json=body)
        assert answer.is_success, answer.text


async def test_first_hour_ends_with_a_card(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "app.yaml").write_bytes((ROOT / "app.yaml").read_bytes())
    (tmp_path / "etc").mkdir()
    reader = Reader(tmp_path)
    await reader.init()
    async with reader.running(reader.command("adapters.sandbox"), "stand-ins listen on"):
        await reader.run(reader.command("migrate"))
        await reader.connect()
        async with reader.running(reader.command("serve"), '"serve.ready"'):
            words = reader.text().strip()
            await reader.hand("x/write", **{"as": "mika"}, text=words)
            card = await reader.until_seen(lambda message: "Where is my parcel?" in str(message))
            buttons = {
                str(element["text"]["text"]): element
                for block in card["blocks"]
                for element in block.get("elements", ())
                if element.get("type") == "button"
            }
            await reader.hand(
                "slack/press",
                **{"as": world.BEN.id},
                action_id=buttons["Claim"]["action_id"],
                channel=world.CARE_GLOBAL.id,
                ts=card["ts"],
            )
            await reader.until_seen(
                lambda message: message["ts"] == card["ts"] and "Claim" not in _labels(message)
            )
            looked = await reader.run(reader.command("doctor"))
            assert "!!" not in looked
    await reader.init()
    checked = await reader.run(reader.command("check"))
    assert "good: 1 queue, 2 rooms, 1 account, 1 person" in checked
    assert reader.has_read_all


def _labels(message: dict[str, Any]) -> set[str]:
    return {
        str(element["text"]["text"])
        for block in message["blocks"]
        for element in block.get("elements", ())
        if element.get("type") == "button"
    }


async def _until(stream: asyncio.StreamReader, words: str) -> str:
    said = ""
    async with asyncio.timeout(PATIENCE):
        while words not in said:
            chunk = await stream.read(4096)
            assert chunk, said
            said += chunk.decode()
    return said


def _free_ports() -> tuple[str, str, str]:
    """Return three free ports; the last two follow one another, as the service's do."""
    while True:
        with socket.socket() as page, socket.socket() as web, socket.socket() as ops:
            page.bind(("127.0.0.1", 0))
            web.bind(("127.0.0.1", 0))
            first: int = web.getsockname()[1]
            try:
                ops.bind(("127.0.0.1", first + 1))
            except (OSError, OverflowError):
                continue
            return str(page.getsockname()[1]), str(first), str(first + 1)
