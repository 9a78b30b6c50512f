"""`GET /files/{token}`: what a link asks for, made afresh by what the person may see at that moment.

Whoever has no valid link learns nothing: one that is forged, garbled or over, and one whose person
may see it no more, are answered alike. Whoever has one gets no more files than a person opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from chatops.call import Answer, Origin
from chatops.card import File
from chatops.desk import Desk
from chatops.errors import StorageError
from chatops.file_links import PATH, VALID, Asked, FileLinks, Openings
from chatops.plain import file_in_bytes
from chatops.text import LANGUAGES, text

#: No store, of a browser or on the way, keeps it; and it is nothing but a file.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FileDoor:
    desk: Desk
    links: FileLinks
    openings: Openings = field(default_factory=Openings)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return (web.route("*", PATH + "{token}", self.open),)

    async def open(self, request: web.Request) -> web.Response:
        """Give the file, or one sentence in every language."""
        if request.method != "GET":
            return self._says("file-link-get-only", 405, {"Allow": "GET"})
        now = self.desk.clock.transport()
        asked = self.links.asked(request.match_info["token"], now)
        if asked is not None and not self.openings.take(asked, now):
            _log.warning("file.too-many", user=asked.identity)
            wait = str(int(VALID.total_seconds()))
            return self._says("file-link-often", 429, {"Retry-After": wait})
        try:
            file = await self._made(asked) if asked is not None else None
        except StorageError as error:
            _log.error("file.storage", error=str(error))
            return self._says("file-link-later", 503, {"Retry-After": "5"})
        if asked is None or file is None:
            _log.warning("file.refused", user=asked.identity if asked else None)
            return self._says("file-link-over", 404, {})
        return web.Response(
            body=file_in_bytes(file, self.desk.words, asked.language),
            content_type="text/csv",
            charset="utf-8",
            headers={**_HEADERS, "Content-Disposition": f'attachment; filename="{file.name}"'},
        )

    async def _made(self, asked: Asked) -> File | None:
        """Ask again for whom the link is; None if that gives them no file now."""
        agent = await self.desk.person(asked.chat, asked.identity)
        if agent is None:
            return None
        call = self.desk.call(
            key="",  # it only looks
            command=asked.command,
            agent=agent,
            origin=Origin.BUTTON,
            chat=asked.chat,
            identity=asked.identity,
            room=asked.room,
            fields=asked.fields,
            language=asked.language,
        )
        outcome = await self.desk.handle(call)
        file = outcome.file if isinstance(outcome, Answer) else None
        if file is not None:
            _log.info("file.opened", file=file.name, user=asked.identity, agent=agent.id)
        return file

    def _says(self, id: str, status: int, more: dict[str, str]) -> web.Response:
        zone = ZoneInfo("UTC")
        said = "".join(f"{self.desk.words.say(text(id), each, zone)}\n" for each in LANGUAGES)
        return web.Response(status=status, text=said, headers={**_HEADERS, **more})
