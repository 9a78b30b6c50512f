"""The sandbox's app.yaml and its clouds behind real HTTP, for what an administrator does."""

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web
from cryptography.fernet import Fernet

from adapters.sandbox import world
from adapters.sandbox.loopback import ADDRESS
from adapters.sandbox.server import Sandbox
from chatops import admin
from chatops.app import opened, read_config
from chatops.config import Config
from tests.calling import client
from tests.slack_only import written

ROOT: Final = Path(__file__).parents[1]
APP_YAML: Final = ROOT / "adapters" / "sandbox" / "app.yaml"


@dataclass(frozen=True)
class Shop:
    """A folder with a database that is not yet made, and clouds that answer."""

    url: str
    database: Path
    environment: dict[str, str]
    sandbox: Sandbox

    @property
    def config(self) -> Config:
        return read_config(written(self.database.parent), self.environment)

    async def connect(self) -> list[str]:
        """Agree in the browser to what X asks; what was told meanwhile."""
        said: list[str] = []

        async def agree(_question: str) -> str:
            return await self.agreed("\n".join(said))

        await admin.connect(self.config, "x", None, agree, said.append)
        return said

    async def agreed(self, said: str) -> str:
        """Open the page that was named and agree; the address that X sends the browser to."""
        found = re.search(r"\S+/oauth2/authorize\S+", said)
        assert found is not None, said
        async with client() as http:
            return str((await http.get(found[0])).headers["location"])

    async def store(self, *bodies: bytes) -> None:
        """Store raw bodies as Chirp's webhook leaves them."""
        async with opened(self.config) as service:
            now = service.clock.transport()
            for body in bodies:
                await service.storage.work.transact(
                    lambda tx, body=body: tx.store_raw("sandbox", "aozora", body, now)  # type: ignore[misc]
                )


@asynccontextmanager
async def shop_in(folder: Path) -> AsyncIterator[Shop]:
    listening = socket.create_server((ADDRESS, 0))
    port = listening.getsockname()[1]
    sandbox = Sandbox(port)
    runner = web.AppRunner(sandbox.app, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    url = f"http://{ADDRESS}:{port}"
    environment = {
        "CHATOPS_KEY": Fernet.generate_key().decode(),
        "SANDBOX_URL": url,
        "SANDBOX_DATABASE": f"sqlite:///{folder}/care.db",
        "SANDBOX_SERVE_PORT": "1",
        "SANDBOX_OPS_PORT": "2",
        "SANDBOX_UNDO": "10s",
        "SANDBOX_SPEED": "1",
        "SLACK_BOT_TOKEN": world.CARE_APP.bot_token,
        "SLACK_APP_TOKEN": world.CARE_APP.app_token,
        "TEAMS_SECRET": world.ORGANISATION.secret,
        "X_CLIENT_SECRET": str(world.X_APP.client_secret),
        "X_CONSUMER_KEY": world.X_APP.consumer_key,
        "X_CONSUMER_SECRET": world.X_APP.consumer_secret,
        "CHIRP_TOKEN": world.CHIRP_TOKEN,
        "CHIRP_SECRET": world.CHIRP_SECRET,
        "SHOP_SECRET": world.SHOP_SECRET,
    }
    try:
        yield Shop(url, folder / "care.db", environment, sandbox)
    finally:
        await runner.cleanup()
