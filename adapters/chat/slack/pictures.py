"""Pictures of figures: drawn and uploaded before the message that shows them, so that it alone can be in doubt.

Slack takes a file in steps (docs.slack.dev/messaging/working-with-files) and makes it ready in its own
time, which files.info tells by the file's kind; a message that comes sooner is refused. A picture that
is shared nowhere may stand in a message that we post (docs.slack.dev/reference/block-kit/composition-objects
/slack-file-object), and who may read that one sees it. In an ephemeral message nobody does
(node-slack-sdk#1790). Whatever fails here, the figures go out without a picture and say so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from adapters._drawing.painter import Painter
from adapters._drawing.picture import Kind, Picture, Row
from adapters.chat.slack import blocks
from adapters.chat.slack.files import bring
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import JSON, Voice
from chatops.card import Card, Chart, Paragraph
from chatops.errors import Barred, CareError, Gone, Rejected, Unreached
from chatops.text import text

_log = structlog.get_logger(__name__)

#: Seconds between the looks whether a picture is ready: it is known to take one or a few.
_PAUSES: Final = (0.2, 0.4, 0.8, 1.6, 3.2)


class Pictures:
    def __init__(self, web: Web, painter: Painter, pauses: Sequence[float] = _PAUSES) -> None:
        self._web = web
        self._painter = painter
        self._pauses = pauses

    async def of(self, card: Card, voice: Voice) -> Mapping[Chart, str]:
        """Return the files of the card's charts, ready to be shown; none where one fails."""
        charts = charts_of(card)
        if not charts:
            return {}
        try:
            drawn = await self._painter.draw([_picture(chart, voice) for chart in charts])
            files = [await bring(self._web, "report.png", content) for content in drawn]
            await self._web.act("files.completeUploadExternal", files=[{"id": id} for id in files])
            for id in files:
                await self._ready(id)
        except CareError as error:
            _log.warning("slack.no_picture", error=str(error))
            return {}
        return dict(zip(charts, files, strict=True))

    async def post(
        self, card: Card, voice: Voice, nonce: str, send: Callable[[JSON], Awaitable[JSON]]
    ) -> JSON:
        """Have `send` post a card with its pictures, and without them where Slack refuses that.

        Raises:
            CareError: as `send` has them.
        """
        if not charts_of(card):
            return await send(blocks.message(card, voice, nonce))
        if pictures := await self.of(card, voice):
            try:
                return await send(blocks.message(card, voice, nonce, pictures))
            except (Gone, Barred):
                raise
            except Rejected as error:  # for what it holds: so it certainly is not there
                _log.warning("slack.picture_refused", error=str(error))
        return await send(blocks.message(without_pictures(card), voice, nonce))

    async def _ready(self, id: str) -> None:
        """Wait until Slack knows what kind of file it is."""
        for pause in (0.0, *self._pauses):
            await asyncio.sleep(pause)
            known = await self._web.read("files.info", file=id)
            if known.get("file", {}).get("mimetype"):
                return
        raise Unreached(f"files.info: {id} is not ready")


def charts_of(card: Card) -> Sequence[Chart]:
    return [block for block in card.blocks if isinstance(block, Chart)]


def without_pictures(card: Card) -> Card:
    """Return the card as it is shown where its pictures could not be made."""
    left = Paragraph(text("chart-failed"), small=True)
    return replace(card, blocks=(*card.blocks, left))


def _picture(chart: Chart, voice: Voice) -> Picture:
    return Picture(
        voice.plain(chart.title),
        Kind(chart.shape.value),
        voice.plain(chart.unit),
        [voice.plain(label) for label in chart.labels],
        [Row(voice.plain(each.name), each.values) for each in chart.series],
    )
