"""The site that the measurements run on: ten rooms, ten queues, ten accounts, four agents.

Everything is as in a real app.yaml; the clouds are the sandbox's strict stand-ins on loopback.
"""

import asyncio
import hashlib
import hmac
import json
import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.fernet import Fernet

from adapters.sandbox.slack import App, Person, Room, SlackCloud, Workspace
from adapters.sandbox.slack.state import Message
from adapters.sandbox.teams import Channel, Organisation, Team, TeamsCloud
from adapters.sandbox.teams import Person as Colleague
from adapters.sandbox.teams.state import BOT
from adapters.sandbox.teams.state import Message as InTeams
from chatops import app, policy
from chatops.config import Config
from chatops.ports import Tx
from storage.migrate import upgrade

HOST: Final = "127.0.0.1"
ROOMS: Final = 10
MINUTE: Final = timedelta(minutes=1)
CHANNEL_SECRET: Final = "bench-channel-secret"
KEY: Final = Fernet.generate_key().decode()

CARE: Final = App(
    id="A01BENCH",
    name="Care",
    bot_id="B01BENCH",
    bot_user="U00CARE",
    bot_token="xoxb-bench",
    app_token="xapp-bench",
    signing_secret="bench-signing-secret",
)
AGENTS: Final = tuple(
    Person(f"U0{number}AGENT", f"agent{number}", f"Agent {number}") for number in range(1, 5)
)
_MEMBERS: Final = frozenset({CARE.bot_user, *(person.id for person in AGENTS)})
WORKSPACE: Final = Workspace(
    team_id="T01BENCH",
    domain="bench",
    name="Bench",
    app=CARE,
    people=(Person(CARE.bot_user, "care", "Care", is_bot=True), *AGENTS),
    rooms=tuple(Room(f"C{number:02}ROOM", f"room{number}", _MEMBERS) for number in range(ROOMS)),
)

CHANNEL: Final = "19:care@thread.tacv2"
ORGANISATION: Final = Organisation(
    tenant="b0b0b0b0-0000-4000-8000-000000000001",
    name="Bench",
    app_id="b0b0b0b0-0000-4000-8000-0000000000a1",
    secret="bench-teams-secret",
    people=tuple(
        Colleague(
            f"b0b0b0b0-0000-4000-8000-0000000000c{number}",
            f"29:agent{number}",
            f"Agent {number}",
            f"agent{number}@bench.test",
            "b0b0b0b0-0000-4000-8000-000000000001",
        )
        for number in range(1, 5)
    ),
    team=Team("19:general@thread.tacv2", "Bench", "b0b0b0b0-0000-4000-8000-0000000000d1"),
    channels=(
        Channel(CHANNEL, "Care"),
        *(Channel(f"19:hall{number}@thread.tacv2", f"Hall {number}") for number in range(ROOMS)),
    ),
)

_TEXTS: Final = (
    "My tent came with two left poles. Can you send me a right one before the weekend?",
    "The zip of my jacket broke on its second day and the shop in town says it is not theirs.",
    "ご注文したテントがまだ届きません。週末に使う予定なのですが、いつ届きますか？",
    "Is the blue backpack coming back in stock? I have been waiting for it since the spring.",
)


def account(number: int) -> str:
    return f"shop{number % ROOMS}"


def hall(number: int) -> str:
    """Return the room in Teams of the queue whose account and room in Slack have that number too."""
    return f"hall{number % ROOMS}"


def card_in_teams(ticket: int) -> str:
    """Return the id of a ticket's card in Teams."""
    return str(1_750_000_000_000 + ticket)


def config(
    folder: Path,
    slack_url: str,
    *,
    port: int = 8300,
    ops_port: int = 8301,
    fresh: bool = True,
    database: str | None = None,
    teams_url: str | None = None,
    halls: bool = False,
) -> Config:
    """Write app.yaml into `folder` and read it; the database is migrated if `fresh`.

    It is a file beside app.yaml, unless `database` is another's address. Where `teams_url` says
    where Teams is, people are there too; rooms are in Slack, and with `halls` each queue has one in
    Teams beside.
    """
    path = folder / "app.yaml"
    database = database or f"sqlite:///{folder.absolute() / 'care.db'}"
    # JSON is YAML
    written = _app_yaml(database, slack_url, port, ops_port)
    if teams_url is not None:
        written["chats"]["teams"] = _in_teams(teams_url)
        for agent, there in zip(AGENTS, ORGANISATION.people, strict=True):
            written["people"][agent.name]["ids"]["teams"] = there.id
    if halls:
        for number in range(ROOMS):
            channel = f"19:hall{number}@thread.tacv2"
            written["rooms"][hall(number)] = {"chat": "teams", "id": channel}
            written["queues"][f"queue{number}"]["rooms"].append(hall(number))
    path.write_text(json.dumps(written), encoding="utf-8")
    made = app.read_config(path, environment())
    if fresh:
        upgrade(made.database)
    return made


def environment() -> dict[str, str]:
    """Return what app.yaml refers to, on top of what a child process needs of ours."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},  # noqa: TID251 - children inherit it
        "BENCH_KEY": KEY,
        "BENCH_BOT_TOKEN": CARE.bot_token,
        "BENCH_SIGNING_SECRET": CARE.signing_secret,
        "BENCH_TEAMS_SECRET": ORGANISATION.secret,
        "BENCH_CHANNEL_TOKEN": "bench-channel-token",
        "BENCH_CHANNEL_SECRET": CHANNEL_SECRET,
    }


def mention(number: int, at: datetime, *, again: int = 0) -> bytes:
    """Return the webhook body of a new customer's post, or of their next one in its thread."""
    id = f"p{number}-{again}" if again else f"p{number}"
    post = {
        "id": id,
        "text": f"{_TEXTS[number % len(_TEXTS)]} (order {number})",
        "author": {
            "id": f"c{number}",
            "handle": f"customer{number}",
            "name": f"Customer {number}",
            "followers": number,
        },
        "thread": f"t{number}",
        "at": at.isoformat(),
    }
    return json.dumps({"events": [{"type": "post", "post": post}]}).encode()


async def seed(service: app.Service, count: int) -> None:
    """Open that many tickets, numbered from 1; their cards are in the outbox."""
    now = service.clock.transport()
    channels = service.channels
    bodies = [(channels[account(number)], mention(number, now)) for number in range(count)]
    # they share commits, and the writer keeps the order in which they were begun
    await asyncio.gather(*(service.desk.receive(channel.parse(body)) for channel, body in bodies))


async def fill(
    config: Config, cloud: SlackCloud, count: int, teams: TeamsCloud | None = None
) -> None:
    """Open that many tickets in the database of `config`, with their cards in the stand-ins."""
    async with app.opened(config) as service:
        now = service.clock.transport()
        await seed(service, count)
        for room in config.policy.rooms.values():

            def show(tx: Tx, room: policy.Room = room) -> None:
                process = tx.enrol("bench", MINUTE.total_seconds())
                while job := tx.take(room.name, now + MINUTE, process, updates=False, posts=True):
                    assert job.ticket is not None  # noqa: S101 - cards alone wait
                    if room.chat == "teams" and teams is not None:
                        id = card_in_teams(job.ticket)
                        teams.state.add(InTeams(id, room.id, BOT, 0.0))
                    else:
                        id = f"{job.ticket}.000000"
                        card = Message(room.id, id, CARE.bot_user, "a card", bot_id=CARE.bot_id)
                        cloud.state.add(card)
                    tx.delivered(job, id, job.wanted, now)

            await service.storage.work.transact(show)


def signed(body: bytes, at: int) -> dict[str, str]:
    """Return the headers of a webhook of the make-believe network, sent at `at` (Unix seconds)."""
    proof = hmac.new(CHANNEL_SECRET.encode(), b"%d.%b" % (at, body), hashlib.sha256).hexdigest()
    return {"X-Chirp-Signature": f"t={at},v1={proof}", "Content-Type": "application/json"}


def free_ports(count: int) -> Sequence[int]:
    """Return ports that nobody listens on just now."""
    probes = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _in_teams(url: str) -> dict[str, Any]:
    return {
        "app_id": ORGANISATION.app_id,
        "tenant": ORGANISATION.tenant,
        "secret": "${BENCH_TEAMS_SECRET}",
        "login": f"{url}/login",
        "metadata": f"{url}/metadata/.well-known/openidconfiguration",
        "connector": f"{url}/connector",
    }


def _app_yaml(database: str, slack_url: str, port: int, ops_port: int) -> dict[str, Any]:
    numbers = range(ROOMS)
    queue = {"managers_room": "room0", "calendar": "always", "first_response": "60m"}
    return {
        "language": "en",
        "zone": "Asia/Tokyo",
        "key": "${BENCH_KEY}",
        "database": database,
        "development": True,
        "web": {"host": HOST, "port": port, "ops_host": HOST, "ops_port": ops_port},
        "chats": {
            "slack": {
                "mode": "http",
                "bot_token": "${BENCH_BOT_TOKEN}",
                "signing_secret": "${BENCH_SIGNING_SECRET}",
                "api_url": f"{slack_url}/api/",
            }
        },
        "rooms": {f"room{n}": {"chat": "slack", "id": WORKSPACE.rooms[n].id} for n in numbers},
        "queues": {f"queue{n}": {**queue, "rooms": [f"room{n}"]} for n in numbers},
        "people": {
            person.name: {
                "name": person.real_name,
                "ids": {"slack": person.id},
                "roles": {"*": "agent"},
            }
            for person in AGENTS
        },
        "channels": {
            "sandbox": {
                "accounts": {
                    account(n): {
                        "queue": f"queue{n}",
                        "language": "en",
                        "handle": account(n),
                        "token": "${BENCH_CHANNEL_TOKEN}",
                        "secret": "${BENCH_CHANNEL_SECRET}",
                        "api": f"http://{HOST}:9/chirp/api",
                    }
                    for n in numbers
                }
            }
        },
    }
