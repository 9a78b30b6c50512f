"""Giving one person a file: announced, uploaded, and shared in their direct messages with the app.

These are Slack's three steps (docs.slack.dev/messaging/working-with-files); nobody sees the file
before the last one. A file that was uploaded and not shared is dropped by Slack.
"""

from collections.abc import Iterator
from typing import Final

import aiohttp

from adapters.chat._voice import clean
from adapters.chat.slack.blocks import cut_marked
from adapters.chat.slack.direct import Direct
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import Voice, escape
from chatops.card import Block, Card, Chart, Facts, File, Paragraph, Quote, Table
from chatops.errors import Rejected, Unreached
from chatops.plain import file_in_bytes
from chatops.text import Words

_LONGEST: Final = 3_000  # characters beside a file; Slack names no bound, a section's is as good


class Files:
    def __init__(self, web: Web, direct: Direct, words: Words) -> None:
        self._web = web
        self._direct = direct
        self._words = words

    async def give(self, person: str, file: File, card: Card, voice: Voice, language: str) -> None:
        """Give a person, by their Slack id, a file with the card's words beside it.

        Raises:
            Rejected, Barred, TryLater, Unreached
        """
        content = file_in_bytes(file, self._words, language)
        channel = await self._direct.channel(person)
        id = await bring(self._web, file.name, content)
        await self._web.act(
            "files.completeUploadExternal",
            files=[{"id": id, "title": file.name}],
            channel_id=channel,
            initial_comment=in_lines(card, voice),
        )


async def bring(web: Web, name: str, content: bytes) -> str:
    """Announce a file, upload its bytes, and return its id; it is not there before it is completed.

    Raises:
        Rejected, Barred, TryLater: Slack does not want it, or not now.
        Unreached: Slack cannot be reached, fails, or does not say where the bytes may go.
    """
    announced = await web.read("files.getUploadURLExternal", filename=name, length=len(content))
    try:
        url, id = str(announced["upload_url"]), str(announced["file_id"])
    except KeyError as error:
        raise Unreached(f"files.getUploadURLExternal: no {error.args[0]}") from error
    await _upload(web, url, content)
    return id


async def _upload(web: Web, url: str, content: bytes) -> None:
    """Send the bytes where Slack said; the address is good for this once and needs no token.

    Raises:
        Rejected: Slack does not want them.
        Unreached: Slack cannot be reached, or fails; nobody has seen the file.
    """
    client = web.client
    assert client.session is not None  # noqa: S101 - the chat is running
    sending = client.session.post(url, data=content, proxy=client.proxy, ssl=client.ssl or True)
    try:
        async with sending as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreached(f"upload: {type(error).__name__}") from error
    if status >= 500:
        raise Unreached(f"upload: HTTP {status}")
    if status != 200:
        raise Rejected(f"http_{status}", "upload")


def in_lines(card: Card, voice: Voice) -> str:
    """Return a card as mrkdwn in lines: what stands beside a file has no blocks."""
    lines = [voice.mrkdwn(card.title)] if card.title else []
    for block in card.blocks:
        lines.extend(_lines(block, voice))
    said = "\n".join(lines) or voice.mrkdwn(card.push)
    return said if len(said) <= _LONGEST else cut_marked(voice.plain(card.push))


def _lines(block: Block, voice: Voice) -> Iterator[str]:
    match block:
        case Paragraph(said):
            yield voice.mrkdwn(said)
        case Quote(quoted):
            yield from (f">{escape(line)}" for line in clean(quoted).splitlines())
        case Facts(pairs):
            yield from (f"{voice.heading(label)}{voice.mrkdwn(value)}" for label, value in pairs)
        case Table(_, rows):
            yield from (" · ".join(map(voice.mrkdwn, row)) for row in rows)
        case Chart():
            pass  # its table is there
