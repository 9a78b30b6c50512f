"""The webhook's page: its client, its examples and its settings, as a source would use them."""

import asyncio
import json
import re
import sqlite3
import sys
import urllib.error
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from aiohttp import web
from cryptography.fernet import Fernet
from social.case import body_of
from social.kept import Clock
from social.webhook_case import CASE, SECRET, Forum, far, outgoing, settings, sign

from adapters.sandbox.loopback import serving
from adapters.social import webhook
from chatops.sandbox import free_ports
from storage import migrate
from tests.calling import client

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "webhook.md").read_text("utf-8")
BATCH = body_of("webhook", "batch")
OTHER = "another-secret-of-thirty-two-chars"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def defined(number: int) -> dict:
    """Run a Python block of the page; what it defines."""
    names: dict = {}
    exec(compile(blocks("python")[number], "docs/webhook.md", "exec"), names)  # noqa: S102
    return names


def test_the_pages_events_are_read():
    *events, _reply, _accepted = map(json.loads, blocks("json"))
    kinds = [
        type(each)
        for each in webhook.WebhookChannel("forum", CASE.settings, None, Clock()).parse(
            json.dumps({"events": events}).encode()
        )
    ]
    assert [kind.__name__ for kind in kinds] == ["Message", "Edited", "Deleted", "Echo"]


async def test_the_pages_reply_is_what_a_source_gets():
    *_, reply, _accepted = map(json.loads, blocks("json"))
    forum = Forum()
    async with far(forum) as peer:
        await peer.channel.send(peer.public)
    (got,) = forum.posts.values()
    assert {**reply, "key": got["key"], "text": got["text"]} == got


async def test_the_pages_answer_is_an_acceptance():
    accepted = json.loads(blocks("json")[-1])

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(accepted)

    app = web.Application()
    app.router.add_post("/care", answer)
    async with serving(app) as base, client() as http:
        source = webhook.WebhookChannel("forum", settings(f"{base}/care"), http, Clock())
        sent = await source.send(outgoing("Sorry", private=False))
    assert sent.external_id == accepted["id"]


def test_the_pages_check_of_a_signature_holds():
    is_ours = defined(1)["is_ours"]
    at = datetime.now(UTC)  # noqa: TID251 - the page's own clock is the real one
    given = sign(BATCH, at)["x-chatops-signature"]
    assert is_ours(SECRET, given, BATCH)
    assert not is_ours(OTHER, given, BATCH)
    assert not is_ours(SECRET, given, BATCH + b" ")
    stale = sign(BATCH, at - timedelta(minutes=6))["x-chatops-signature"]
    assert not is_ours(SECRET, stale, BATCH)
    assert not is_ours(SECRET, "", BATCH)


def test_the_pages_client_has_ten_lines():
    code = [line for line in blocks("python")[0].splitlines() if line.strip()]
    assert len(code) <= 10


def prepared(folder: Path) -> Mapping[str, str]:
    """Write the sandbox's app.yaml with the page's part; return the environment it refers to."""
    whole = yaml.safe_load((ROOT / "adapters" / "sandbox" / "app.yaml").read_text("utf-8"))
    del whole["routing"], whole["canned_from"]  # they name other accounts, and a file beside it
    whole["channels"] = yaml.safe_load(blocks("yaml")[0])["channels"]
    written = yaml.safe_dump(whole)
    (folder / "app.yaml").write_text(written, "utf-8")
    migrate.upgrade(f"sqlite:///{folder}/care.db")
    port, ops_port, nobody = free_ports(3)
    return {
        **dict.fromkeys(re.findall(r"\$\{(\w+)\}", written), "none"),
        "PYTHONPATH": str(ROOT),
        "CHATOPS_KEY": Fernet.generate_key().decode(),
        "SANDBOX_URL": f"http://127.0.0.1:{nobody}",
        "SANDBOX_DATABASE": "sqlite:///care.db",
        "SANDBOX_SERVE_PORT": str(port),
        "SANDBOX_OPS_PORT": str(ops_port),
        "SANDBOX_UNDO": "10s",
        "SANDBOX_SPEED": "1",
        "FORUM_SECRET": SECRET,
        "FORUM_REPLY_URL": f"http://127.0.0.1:{nobody}/care",
    }


async def test_the_pages_client_and_settings_open_a_ticket_in_the_real_service(tmp_path):
    environment = prepared(tmp_path)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatops", "serve"),
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = []
    tell, event = defined(0)["tell"], json.loads(blocks("json")[0])
    at = f"http://127.0.0.1:{environment['SANDBOX_SERVE_PORT']}/in/webhook/forum"
    try:
        async with asyncio.timeout(60):
            async for line in process.stdout:
                said.append(line.decode())
                if '"serve.ready"' in said[-1]:
                    break
            assert '"serve.ready"' in said[-1], "".join(said)
            for _ in range(2):  # the second time it is there already
                await asyncio.to_thread(tell, at, SECRET, event)
            with pytest.raises(urllib.error.HTTPError, match="401") as refused:
                await asyncio.to_thread(tell, at, OTHER, event)
            refused.value.close()
            while (found := tickets(tmp_path / "care.db")) is None:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
            process.terminate()
            await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert found == [("forum", "webhook", "mention", event["text"], event["url"])], "".join(said)


def tickets(path: Path) -> list[tuple[str, ...]] | None:
    """The tickets and their messages, once both bodies are read."""
    database = sqlite3.connect(path)
    try:
        (unread,) = database.execute(
            "SELECT 2 - count(*) FROM raw_body WHERE state = 'read'"
        ).fetchone()
        asked = """SELECT ticket.account, channel, ticket.kind, text, url
                   FROM ticket JOIN message ON message.ticket = ticket.id"""
        return None if unread else database.execute(asked).fetchall()
    finally:
        database.close()
