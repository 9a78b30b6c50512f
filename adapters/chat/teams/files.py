"""Files for one person. A bot hands over no file in Teams unasked, so its lines are shown.

(A file goes only into a personal chat, by a card that asks the person first whether they want it, and
into their OneDrive: learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4.)
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from adapters.chat.teams import adaptive
from adapters.chat.teams.connector import Connector
from adapters.chat.teams.opening import always
from adapters.chat.teams.writing import Voice
from chatops.card import Card, File, Paragraph, Quote
from chatops.plain import file_in_bytes
from chatops.text import Words, text

_PAGE: Final = 6_000  # characters in a message: in Japanese and twice they fit into 28 KB
_PAGES: Final = 4  # messages: with what stands around them, no more than Teams takes in a second


class Files:
    def __init__(self, connector: Connector, words: Words) -> None:
        self._connector = connector
        self._words = words

    async def give(self, person: str, file: File, card: Card, voice: Voice, language: str) -> None:
        """Show a person, by their object id, what a file holds, below the card.

        Raises:
            CareError: as `Connector` has them.
        """
        content = file_in_bytes(file, self._words, language).decode("utf-8-sig")
        pages = list(_pages(content.replace("\r\n", "\n")))
        chat = await self._connector.personal(person)
        await self._connector.say(chat, adaptive.message(card, voice, always))
        for page in pages[:_PAGES]:
            shown = Card(push=card.push, blocks=(Quote(page),))
            await self._connector.say(chat, adaptive.message(shown, voice, always))
        if len(pages) > _PAGES:
            cut = replace(
                card, title=None, blocks=(Paragraph(text("chat-cut")),), buttons=(), menu=()
            )
            await self._connector.say(chat, adaptive.message(cut, voice, always))


def _pages(content: str) -> Iterator[str]:
    """Cut a text between lines where that is possible."""
    page = ""
    for line in content.splitlines(keepends=True):
        if page and len(page) + len(line) > _PAGE:
            yield page
            page = ""
        page += line
        while len(page) > _PAGE:
            yield page[:_PAGE]
            page = page[_PAGE:]
    if page.strip():
        yield page
