"""The hands over HTTP: plain JSON under /dev/teams, on loopback only, for the page.

    GET  state?as=GUID         everything on that person's screen
    GET  changes?since=N       answers once the version is above N, or after a while all the same
    POST say                   as, channel (or "personal"), text, root?, mention?
    POST command               as, channel, text, root?: a slash command
    POST execute               as, channel, id, action, inputs? -> {message, card}
    POST fetch                 as, channel, id, action, inputs? -> {dialog, message}
    POST submit                as, dialog, action, inputs? -> {closed, message}
    POST search                as, dialog, dataset, value, inputs? -> {choices}
    POST close                 as, dialog
    POST delete                as, channel, id
    POST install, uninstall    as
    POST fault                 the fields of `faults.Fault`; or clear

What cannot be done is 400 `{"error": ...}`.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import asdict

from aiohttp import web

from adapters.sandbox.control import Control, routes
from adapters.sandbox.teams.dialogs import Dialogs
from adapters.sandbox.teams.faults import Fault, Faults
from adapters.sandbox.teams.hands import Hands
from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.state import State
from adapters.sandbox.teams.window import seen_by

#: Seconds that a long poll waits for a change.
_POLL = 25.0


class Dev:
    """The page's routes."""

    def __init__(self, state: State, hands: Hands, dialogs: Dialogs, faults: Faults) -> None:
        self._state = state
        self._hands = hands
        self._dialogs = dialogs
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        table: Mapping[tuple[str, str], Control] = {
            ("GET", "state"): self._see,
            ("GET", "changes"): self._changes,
            ("POST", "say"): self._say,
            ("POST", "command"): self._command,
            ("POST", "execute"): self._execute,
            ("POST", "fetch"): self._fetch,
            ("POST", "submit"): self._submit,
            ("POST", "search"): self._search,
            ("POST", "close"): self._close,
            ("POST", "delete"): self._delete,
            ("POST", "install"): self._install,
            ("POST", "uninstall"): self._uninstall,
            ("POST", "fault"): self._fault,
        }
        return routes("/dev/teams", table)

    async def _see(self, asked: JSON) -> JSON:
        if asked["as"] not in self._state.people:
            raise ValueError(f"nobody here is {asked['as']}")
        return seen_by(self._state, asked["as"])

    async def _changes(self, asked: JSON) -> JSON:
        since = int(asked.get("since", -1))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._state.wait_beyond(since), _POLL)
        return {"version": self._state.version}

    async def _say(self, asked: JSON) -> JSON:
        written = await self._hands.say(
            asked["as"],
            asked["channel"],
            asked["text"],
            asked.get("root"),
            mention=asked.get("mention") is True,
        )
        return {"id": written}

    async def _command(self, asked: JSON) -> JSON:
        written = await self._hands.command(
            asked["as"], asked["channel"], asked["text"], asked.get("root")
        )
        return {"id": written}

    async def _execute(self, asked: JSON) -> JSON:
        pressed = await self._hands.execute(
            asked["as"], asked["channel"], asked["id"], asked["action"], asked.get("inputs")
        )
        return asdict(pressed)

    async def _fetch(self, asked: JSON) -> JSON:
        fetched = await self._dialogs.fetch(
            asked["as"], asked["channel"], asked["id"], asked["action"], asked.get("inputs")
        )
        return asdict(fetched)

    async def _submit(self, asked: JSON) -> JSON:
        submitted = await self._dialogs.submit(
            asked["as"], asked["dialog"], asked["action"], asked.get("inputs")
        )
        return asdict(submitted)

    async def _search(self, asked: JSON) -> JSON:
        choices = await self._dialogs.search(
            asked["as"], asked["dialog"], asked["dataset"], asked["value"], asked.get("inputs")
        )
        return {"choices": choices}

    async def _close(self, asked: JSON) -> JSON:
        self._dialogs.close(asked["as"], asked["dialog"])
        return {}

    async def _delete(self, asked: JSON) -> JSON:
        await self._hands.delete(asked["as"], asked["channel"], asked["id"])
        return {}

    async def _install(self, asked: JSON) -> JSON:
        await self._hands.install(asked["as"])
        return {}

    async def _uninstall(self, asked: JSON) -> JSON:
        await self._hands.uninstall(asked["as"])
        return {}

    async def _fault(self, asked: JSON) -> JSON:
        """Switch a fault on; `{"clear": true}` takes all away."""
        if asked.pop("clear", False):
            self._faults.clear()
        else:
            self._faults.add(Fault(**asked))
        return {}
