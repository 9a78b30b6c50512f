"""Texts in Teams' two notations, so that nothing foreign is ever read as markup.

From the pieces of a sentence (`_voice`) follow runs of a RichTextBlock, in which nothing is parsed,
and Markdown for a TextBlock, which alone may hold a mention: Teams reads bold, italic, lists and
links in it (learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format).
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.chat import _voice
from adapters.chat._voice import HAND, NOTHING, Anchor, Person, Piece, clean
from chatops.scene import Agent
from chatops.text import Hand, Summons, Text, Words

JSON = dict[str, Any]

#: The chat's name in app.yaml.
CHAT: Final = "teams"

#: What the app is called in Teams: people mention it by this.
APP: Final = "Care"

#: What no run holds in one piece: a mention is found by its text wherever that stands, and
#: renderers of Adaptive Cards fill in `{{DATE(...)}}`.
_SEAM: Final = re.compile(r"(?<=<)(?=/?at)|(?<=\{)(?=\{)", re.IGNORECASE)

#: What Markdown reads anywhere, what clients make a link of unasked, and what opens a line.
_READ: Final = re.compile(
    r"[\\`*_\[\]~{]"
    r"|(?<=\S)@(?=\S)"
    r"|(?<=[^\s.])\.(?=[^\s.])"
    r"|:(?=//)|/(?=/)"
    r"|^[ \t]*(?:#+(?=\s|$)|[+-]|\d+[.)])",
    re.MULTILINE,
)
_ENTITIES: Final = {38: "&amp;", 60: "&lt;", 62: "&gt;"}
_INDENT: Final = re.compile(r"^[ \t]+", re.MULTILINE)
_UNSPEAKABLE: Final = re.compile(r"[^\w .’-]|_")  # in the name that a mention is found by


def escape(words: str) -> str:
    r"""Write words for a TextBlock: `\` before what Markdown reads, entities for `& < >`.

    A line break is an empty line there, and a line is never indented, which would be code.
    """
    return _in_lines(_escaped(words))


def _escaped(words: str) -> str:
    return _READ.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", words).translate(_ENTITIES)


def _in_lines(marked: str) -> str:
    kept = _INDENT.sub(lambda found: "\u00a0" * len(found[0]), marked)
    return kept.replace("\n", "\n\n")


def is_plain(words: str) -> bool:
    """Tell whether a TextBlock or a fact shows the words just as they are written."""
    return escape(words) == words


def run(words: str, style: JSON | None = None) -> JSON:
    """Return a run of a RichTextBlock."""
    return {"type": "TextRun", "text": words, **(style or {})}


def runs_of(words: str, style: JSON | None = None) -> list[JSON]:
    """Return words as runs: one, unless a sign in them must be cut in two to stay what it is."""
    return [run(part, style) for part in _SEAM.split(words)]


class Voice(_voice.Voice):
    """Says Texts in one language and zone, in Teams' notations."""

    chat = CHAT

    def __init__(
        self,
        words: Words,
        language: str,
        zone: ZoneInfo,
        agents: Mapping[int, Agent],
        hand: Hand = HAND,
    ) -> None:
        super().__init__(words, language, zone, agents, replace(hand, summons=_summons))
        self.language: Final = language
        self._calls = _calls(agents)

    def label(self, said: Text, longest: int) -> str:
        """Return words for a button, a title or an input's name, which nothing parses."""
        return self.plain(said, longest) or NOTHING

    def markdown(self, said: Text) -> str:
        """Return the sentence for a TextBlock; who is called in it stands in `calls`."""
        return self.marked(self._say(said))

    def runs(self, said: Text, style: JSON | None = None) -> list[JSON]:
        """Return the sentence for a RichTextBlock, in which people are named and not called."""
        return self.elements(self._say(said), style)

    def calls(self, found: tuple[Piece, ...]) -> list[JSON]:
        """Return the mentions of a sentence: what the card must hold beside its Markdown."""
        people = [piece.agent for piece in found if type(piece) is Person]
        return [self._calls[agent] for agent in people if agent in self._calls]

    def marked(self, found: tuple[Piece, ...]) -> str:
        """Return pieces as Markdown."""
        return _in_lines("".join([self._marked(piece) for piece in found])) or NOTHING

    def elements(self, found: tuple[Piece, ...], style: JSON | None = None) -> list[JSON]:
        """Return pieces as runs, in which nothing is parsed."""
        return [each for piece in found or (NOTHING,) for each in self._runs(piece, style)]

    def _marked(self, piece: Piece) -> str:
        match piece:
            case str():
                return _escaped(piece)
            case Person(agent):
                call = self._calls.get(agent)
                return str(call["text"]) if call else _escaped(clean(self.name(agent)))
            case Anchor(url, label):
                return f"[{_escaped(label)}]({_address(url)})"

    def _runs(self, piece: Piece, style: JSON | None) -> list[JSON]:
        match piece:
            case str():
                return runs_of(piece, style)
            case Person(agent):
                return runs_of(clean(self.name(agent)), style)
            case Anchor(url, label):
                opens = {"selectAction": {"type": "Action.OpenUrl", "url": url}}
                return [run(part, {**(style or {}), **opens}) for part in _SEAM.split(label)]


class Voices(_voice.Voices[Voice]):
    """Voices by language and zone, and by whether they name the zone."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, Voice)


def _summons(said: Summons) -> str:
    """Say how a command begins: a mention is heard everywhere, a slash or `!` not in every tenant."""
    return f"@{APP} " if said.in_thread else f"@{APP}"


def _calls(agents: Mapping[int, Agent]) -> dict[int, JSON]:
    """Return how each of our people who is in Teams is called.

    A mention is found by its text, so two of one name have the one of app.yaml behind it; and that
    text holds nothing which Markdown reads.
    """
    here = {id: agent for id, agent in agents.items() if (agent.identities or {}).get(CHAT)}
    names = {id: _spoken(agent.public_name) for id, agent in here.items()}
    alike = Counter(names.values())
    calls: dict[int, JSON] = {}
    for id, agent in here.items():
        name = names[id]
        if not name or alike[name] > 1:
            name = f"{name} {_spoken(agent.name)} {id}".strip()
        calls[id] = {
            "type": "mention",
            "text": f"<at>{name}</at>",
            "mentioned": {"id": (agent.identities or {})[CHAT], "name": name},
        }
    return calls


def _spoken(name: str) -> str:
    return " ".join(_UNSPEAKABLE.sub(" ", clean(name).replace("'", "’")).split())


def _address(url: str) -> str:
    """Return an address of ours that ends where we end it."""
    return url.translate({32: "%20", 40: "%28", 41: "%29", 60: "%3C", 62: "%3E", 92: "%5C"})
