"""Texts in Slack's three notations, so that nothing foreign is ever read as markup.

From the pieces of a sentence (`_voice`) follow rich text (blocks: nothing in it is parsed), plain
words (headers, buttons, modals) and mrkdwn (the `text` of a message and small print, where `& < >`
are escaped, which is what Slack asks for: docs.slack.dev/messaging/formatting).
"""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.chat import _voice
from adapters.chat._voice import HAND, NOTHING, Anchor, Person, Piece
from chatops.scene import Agent
from chatops.text import Hand, Text, Words, text

JSON = dict[str, Any]

#: The chat's name in app.yaml.
CHAT: Final = "slack"


def escape(words: str) -> str:
    """Write words for mrkdwn: with these three escaped, no mention or link can be made of them."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(words: str) -> JSON:
    """Return a plain text object; `:smile:` stays what was written."""
    return {"type": "plain_text", "text": words, "emoji": False}


class Voice(_voice.Voice):
    """Says Texts in one language and zone, in Slack's notations.

    The text objects of labels are shared by all messages, which nobody changes.
    """

    chat = CHAT

    def __init__(
        self,
        words: Words,
        language: str,
        zone: ZoneInfo,
        agents: Mapping[int, Agent],
        hand: Hand = HAND,
    ) -> None:
        super().__init__(words, language, zone, agents, hand)
        self._labels: dict[tuple[str, int], JSON] = {}  #: of sentences without values
        self._headings: dict[str, str] = {}  #: of sentences without values

    def label(self, said: Text, longest: int) -> JSON:
        """Return a text object for a button, a title or an input's name."""
        if said.args:
            return plain(self.plain(said, longest) or NOTHING)
        known = self._labels.get((said.id, longest))
        if known is None:
            known = self._labels[said.id, longest] = plain(self.plain(said, longest) or NOTHING)
        return known

    def heading(self, said: Text) -> str:
        """Return a sentence in bold before what it heads, as mrkdwn."""
        if said.args:
            return self._heading(said)
        known = self._headings.get(said.id)
        if known is None:
            known = self._headings[said.id] = self._heading(said)
        return known

    def _heading(self, said: Text) -> str:
        return f"*{self.mrkdwn(text('label', label=said))}* "

    def marked(self, found: tuple[Piece, ...]) -> str:
        """Return pieces as mrkdwn."""
        if len(found) == 1 and type(found[0]) is str:
            return escape(found[0])
        return "".join([self._marked(piece) for piece in found])

    def elements(self, found: tuple[Piece, ...], style: JSON | None = None) -> list[JSON]:
        """Return pieces as elements of a rich text section, in which nothing is parsed."""
        if style is None and len(found) == 1 and type(found[0]) is str:
            return [{"type": "text", "text": found[0]}]
        return [self._element(piece, style) for piece in found or (NOTHING,)]

    def mrkdwn(self, said: Text) -> str:
        return self.marked(self._say(said))

    def rich(self, said: Text, style: JSON | None = None) -> list[JSON]:
        return self.elements(self._say(said), style)

    def _marked(self, piece: Piece) -> str:
        match piece:
            case str():
                return escape(piece)
            case Person(agent):
                user = self.user(agent)
                return f"<@{user}>" if user else escape(self.name(agent))
            case Anchor(url, label):
                # Slack ends the address at the first bar.
                return f"<{escape(url).replace('|', '%7C')}|{escape(label)}>"

    def _element(self, piece: Piece, style: JSON | None) -> JSON:
        element: JSON
        match piece:
            case str():
                element = {"type": "text", "text": piece}
            case Person(agent):
                user = self.user(agent)
                element = (
                    {"type": "user", "user_id": user}
                    if user
                    else {"type": "text", "text": self.name(agent)}
                )
            case Anchor(url, label):
                element = {"type": "link", "url": url, "text": label}
        if style:
            element["style"] = style
        return element


class Voices(_voice.Voices[Voice]):
    """Voices by language and zone, and by whether they name the zone."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, Voice)
