"""The whole product running: the sandbox as `make sandbox` starts it, and what can be seen of it.

`Live` acts with the stand-ins' JSON hands where a test only wants to get somewhere, and reads the
service's database (read-only) and each person's Slack. Nothing here imports the service.
"""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from chatops.sandbox import free_ports
from tests.measured import unmeasured
from tests.slack_only import written

ROOT: Final = Path(__file__).parents[2]
CHROMIUM: Final = "/usr/bin/chromium"
ARGUMENTS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: How many times Slack's pace: at its own, the updates of 300 presses alone take six minutes.
SPEED: Final = 30

#: Seconds that anything may take on a busy machine.
PATIENCE: Final = 40.0
#: Seconds until the sandbox is up, on a machine whose cores other tests have.
STARTING: Final = 180.0

ROOMS: Final = {
    "care-global": "C01GLOBAL",
    "care-japan": "C02JAPAN",
    "care-escalation": "C03ESCALATION",
    "care-leads": "C04LEADS",
    "care-managers": "C05MANAGERS",
    "care-leads-jp": "C06LEADSJAPAN",
    "care-managers-jp": "C07MANAGERSJAPAN",
}

T = TypeVar("T")
Json = dict[str, Any]


@dataclass
class Live:
    """A running sandbox."""

    base: str
    folder: Path
    http: httpx.AsyncClient
    handles: int = field(default=0)

    # --- hands

    async def slack(self, act: str, /, **body: object) -> Json:
        """Move a person's hands in Slack; see adapters/sandbox/slack/dev.py."""
        return await self._post(f"/dev/slack/{act}", body)

    async def command(self, person: str, line: str, room: str = "care-escalation") -> None:
        """Type `/care <line>`."""
        done = await self.slack(
            "command", **{"as": person}, channel=ROOMS[room], command="/care", text=line
        )
        assert done["acked"], (line, done)

    async def write(self, network: str, handle: str, text: str, /, **more: object) -> Json:
        """Write as a customer; see adapters/sandbox/{x,network}/hands.py."""
        return await self.network(network, "write", **{"as": handle}, text=text, **more)

    async def network(self, name: str, act: str, /, **body: object) -> Json:
        """Move a hand on a network: a customer's, or a colleague's in its own app."""
        return await self._post(f"/dev/{name}/{act}", body)

    async def turn(self, **change: object) -> None:
        """Turn business time: `advance_s`, or `to`."""
        await self._post("/dev/clock", change)

    def handle(self) -> str:
        """Return a customer whom nobody has met."""
        self.handles += 1
        return f"customer_{self.handles}"

    async def ticket(
        self,
        network: str = "x",
        text: str = "Where is my parcel?",
        handle: str = "",
        **more: object,
    ) -> int:
        """Let a new customer write, and return their ticket once its card is in its room."""
        handle = handle or self.handle()
        await self.write(network, handle, text, **more)
        sql = (
            "SELECT t.id FROM ticket t JOIN customer c ON c.id = t.customer"
            " JOIN delivery d ON d.ticket = t.id AND d.what = 'card' AND d.shown > 0"
            " WHERE c.handle = ?"
        )
        (found,) = await self.until(lambda: self.rows(sql, handle))
        return int(found["id"])

    # --- eyes

    async def now(self) -> datetime:
        """Return business time, where the sandbox's people live."""
        answer = await self.http.get(f"{self.base}/dev/clock")
        return datetime.fromisoformat(answer.json()["now"]).astimezone(ZoneInfo("Asia/Tokyo"))

    async def seen_on(self, network: str) -> Json:
        """Return what is to be seen on a network."""
        seen: Json = (await self.http.get(f"{self.base}/dev/{network}/state")).json()
        return seen

    def rows(self, sql: str, *values: object) -> list[Json]:
        """Read the service's database."""
        path = self.folder / "var/sandbox/chatops.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(sql, values)]

    def row(self, ticket: int) -> Json:
        """Return a ticket as it is stored."""
        (row,) = self.rows("SELECT * FROM ticket WHERE id = ?", ticket)
        return row

    def log(self, ticket: int) -> list[Json]:
        """Return a ticket's log, the oldest first; bodies are read."""
        sql = "SELECT at, agent, rule, name, body FROM entry WHERE ticket = ? ORDER BY id"
        return [{**row, "body": json.loads(row["body"])} for row in self.rows(sql, ticket)]

    def agents(self) -> dict[str, int]:
        """Return the agents' ids by their Slack ids."""
        return {row["external_id"]: row["agent"] for row in self.rows("SELECT * FROM identity")}

    def card_ts(self, ticket: int, room: str) -> str:
        """Return where a ticket's card stands in a room."""
        sql = """SELECT external_id FROM delivery WHERE what = 'card' AND ticket = ? AND "to" = ?"""
        (row,) = self.rows(sql, ticket, room)
        return str(row["external_id"])

    def is_current(self, ticket: int, room: str) -> bool:
        """Tell whether a ticket's card and thread in a room show all that has happened."""
        sql = """SELECT count(*) AS lags FROM delivery WHERE ticket = ? AND "to" = ? AND
            state != 'withdrawn' AND (shown < wanted OR state != 'sent')"""
        (row,) = self.rows(sql, ticket, room)
        return not row["lags"]

    def customer(self, ticket: int) -> str:
        """Return the handle of a ticket's customer."""
        sql = "SELECT handle FROM customer c JOIN ticket t ON t.customer = c.id WHERE t.id = ?"
        (row,) = self.rows(sql, ticket)
        return str(row["handle"])

    async def pushes(self, person: str) -> list[Json]:
        """Return what a person's phone has shown."""
        answer = await self.http.get(f"{self.base}/dev/slack/state", params={"as": person})
        found: list[Json] = answer.json()["notifications"]
        return found

    async def messages(self, person: str, room: str) -> list[Json]:
        """Return what a person sees in a room, threads included."""
        asked = {"as": person, "room": ROOMS[room]}
        answer = await self.http.get(f"{self.base}/dev/slack/state", params=asked)
        (found,) = [r for r in answer.json()["rooms"] if r["name"] == room]
        messages: list[Json] = found["messages"]
        return messages

    async def until(self, look: Callable[[], T | Awaitable[T]]) -> T:
        """Look again and again until what is seen is true, and return it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                seen = look()
                seen = await seen if isinstance(seen, Awaitable) else seen
                if seen:
                    return seen
                await asyncio.sleep(0.05)  # the database tells nobody that it has changed

    async def _post(self, path: str, body: object) -> Json:
        answer = await self.http.post(f"{self.base}{path}", json=body)
        assert answer.is_success, (path, answer.text)
        done: Json = answer.json()
        return done


@asynccontextmanager
async def running(folder: Path, config: Path | None = None, *more: str) -> AsyncIterator[Live]:
    """Run the sandbox in `folder`, quiet and in a hurry; its logs must tell of no fault of ours.

    As for whoever only runs it, there is no package but those of requirements.lock; PostgreSQL comes
    in one that is not among them.

    `config` is its app.yaml, by default without Teams: what is Slack's is tried faster alone. `more`
    are the sandbox's own options.
    """
    config = config or written(folder)
    paths = [ROOT] if "--database=postgres" in more else [ROOT / "tests/lean", ROOT]
    (port,) = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatops", "sandbox", "--no-traffic"),
        *(f"--port={port}", f"--speed={SPEED}", *more),
        f"--config={config}",
        cwd=folder,
        env={**unmeasured(), "PYTHONPATH": os.pathsep.join(map(str, paths))},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(STARTING):
        while "sandbox is ready" not in said:
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
    try:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            yield Live(f"http://127.0.0.1:{port}", folder, http)
        for path in (folder / "var/sandbox").glob("serve*.log"):
            log = path.read_text(encoding="utf-8")
            assert "Traceback" not in log, log
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = await process.communicate()
    assert process.returncode == 0, rest.decode()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium. Without it CI fails, and a run elsewhere says that it skipped."""
    if shutil.which(CHROMIUM) is None:
        sentence = f"skipped: nothing was pressed in a browser, for there is no {CHROMIUM}"
        pytest.fail(sentence) if os.getenv("CI") else pytest.skip(sentence)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()
