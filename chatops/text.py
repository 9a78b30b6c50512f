"""Words for people: a `Text` names a sentence and its values; `Words` says it in a language.

Everything a person reads passes here. The core makes Texts and never strings; a chat adapter turns
them into words at its border, in the room's or the person's language, and brings its own way to
write a person or a customer's words (`Hand`), so that nothing a customer wrote can become markup.
The sentences stand in `locale/<language>.ftl` (Project Fluent) and are read once, by `app`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from fluent.runtime import FluentBundle, FluentResource

LANGUAGES: Final = ("en", "ja")
LOCALE: Final = Path(__file__).parent / "locale"

_DAY: Final = {"en": "EEE d MMM", "ja": "M月d日(EEE)"}
_CLOCK: Final = "H:mm"
_WEEK: Final = 7  # days from which on a weekday could be either
_ID: Final = re.compile(r"^([a-zA-Z][\w-]*) *=", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mention:
    """One of our people, by agent id; the hand that writes knows their name or their link."""

    agent: int


@dataclass(frozen=True, slots=True)
class Summons:
    """What a typed command begins with, by the name that app.yaml gives the slash command.

    The hand that writes knows how its chat hears one, and how it does in a ticket's thread.
    """

    prefix: str
    in_thread: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link with a label; `url` was made by us, never by a customer."""

    url: str
    label: "Text | str"


class Text(NamedTuple):
    """A sentence by its id in the .ftl files, with its values.

    A named tuple: what was said is remembered by its Text, and these are compared most quickly.
    """

    id: str
    args: "tuple[tuple[str, Value], ...]" = ()


#: What a sentence may hold. A `str` is foreign words (a customer's, an agent's): always escaped.
#: A datetime is an instant, a date a day, a timedelta a length of time.
Value = str | int | float | date | timedelta | Mention | Summons | Link | Text | tuple[Text, ...]


def text(id: str, /, **args: Value) -> Text:
    """Return the sentence `id` with its values, in the order of their names."""
    return Text(id, tuple(sorted(args.items()))) if args else _bare(id)


@cache
def _bare(id: str) -> Text:
    """Return a sentence without values: labels return on every card, and are one object each."""
    return Text(id)


@dataclass(frozen=True, slots=True)
class Hand:
    """How one chat writes: foreign words, a person, how one calls us, a link, an instant.

    The default is plain text, and calls us as Slack does.
    """

    foreign: Callable[[str], str] = str
    person: Callable[[Mention], str] = lambda mention: f"#{mention.agent}"
    summons: Callable[[Summons], str] = lambda said: "!" if said.in_thread else f"/{said.prefix}"
    link: Callable[[str, str], str] = lambda url, label: f"{label} ({url})"
    time: Callable[[datetime, str, ZoneInfo], str] = lambda *at: say_time(*at)  # noqa: PLW0108 - below


PLAIN: Final = Hand()


class Words:
    """The sentences of all languages, read once from the .ftl files.

    An installation that speaks one language does not wait for the others at its start.

    Raises:
        KeyError: for a sentence that a language lacks; a test keeps both files alike.
    """

    def __init__(self, locale: Path = LOCALE) -> None:
        sources = {lang: (locale / f"{lang}.ftl").read_text(encoding="utf-8") for lang in LANGUAGES}
        self._ids = {lang: frozenset(_ID.findall(source)) for lang, source in sources.items()}
        self._sources = sources

    def ids(self, language: str) -> frozenset[str]:
        """Return the sentence ids of one language (for the tests that compare them)."""
        return self._ids[language]

    def has(self, id: str, language: str = "en") -> bool:
        return _bundle(language, self._sources[language]).has_message(id)

    def say(self, said: Text, language: str, zone: ZoneInfo, hand: Hand = PLAIN) -> str:
        """Return the sentence in `language`, times in `zone`, foreign words as `hand` writes them."""
        bundle = _bundle(language, self._sources[language])
        message = bundle.get_message(said.id)
        if message.value is None:
            raise KeyError(said.id)
        args = {name: self._value(value, language, zone, hand) for name, value in said.args}
        words, faults = bundle.format_pattern(message.value, args)
        if faults:
            raise KeyError(f"{said.id}: {faults[0]}")
        return str(words)

    def _value(self, value: Value, language: str, zone: ZoneInfo, hand: Hand) -> str | int | float:
        match value:
            case Text():
                return self.say(value, language, zone, hand)
            case Mention():
                return hand.person(value)
            case Summons():
                return hand.summons(value)
            case Link(url, label):
                said = label if isinstance(label, str) else self.say(label, language, zone)
                return hand.link(url, said)
            case datetime():
                return hand.time(value, language, zone)
            case date():
                return say_day(value, language)
            case timedelta():
                return self._span(value, language, zone)
            case tuple():
                return self._listing(value, language, zone, hand)
            case str():
                return hand.foreign(value)
            case _:
                return value

    def _listing(self, many: Iterable[Text], language: str, zone: ZoneInfo, hand: Hand) -> str:
        comma = "、" if language == "ja" else ", "
        return comma.join(self.say(one, language, zone, hand) for one in many)

    def _span(self, span: timedelta, language: str, zone: ZoneInfo) -> str:
        """Say a length of time by its two largest units, rounded down to the minute; none is 0."""
        seconds = abs(int(span.total_seconds()))
        days, rest = divmod(seconds, 86_400)
        hours, rest = divmod(rest, 3_600)
        minutes, left = divmod(rest, 60)
        if days and hours:
            said = text("span-days", days=days, hours=hours)
        elif days:
            said = text("span-whole-days", days=days)
        elif hours and minutes:
            said = text("span-hours", hours=hours, minutes=minutes)
        elif hours:
            said = text("span-whole-hours", hours=hours)
        elif minutes or not left:
            said = text("span-minutes", minutes=minutes)
        else:
            said = text("span-seconds", seconds=left)
        return self.say(said, language, zone)


@cache
def ids_in_order() -> tuple[str, ...]:
    """Return the sentence ids as they stand in en.ftl, whose order is that of `help`."""
    return tuple(_ID.findall((LOCALE / "en.ftl").read_text(encoding="utf-8")))


def say_time(at: datetime, language: str, zone: ZoneInfo) -> str:
    """Return an instant as people of that language write it: `Fri 3 Oct 9:00`, `10月3日(金) 9:00`."""
    local = at.astimezone(zone)
    clock = format_datetime(local, _CLOCK, tzinfo=zone, locale=language)
    return f"{say_day(local.date(), language)} {clock}"


def say_zoned_time(at: datetime, language: str, zone: ZoneInfo) -> str:
    """Return an instant with its zone: `Fri 3 Oct 1:00 BST`; one without letters is `UTC+08`."""
    short = at.astimezone(zone).tzname() or zone.key
    named = short if short[0].isalpha() else f"UTC{short}"
    return f"{say_time(at, language, zone)} {named}"


def say_opening(at: datetime, now: datetime, language: str, zone: str) -> str:
    """Return when somebody is there again, in any language that has words for days.

    `Monday 9:00` within the next six days, later with its date; Japanese has the date always:
    `10月5日(月) 9:00`.
    """
    there = ZoneInfo(zone)
    local, locale = at.astimezone(there), Locale.parse(language, sep="-")
    clock = format_datetime(local, _CLOCK, tzinfo=there, locale=locale)
    days = (local.date() - now.astimezone(there).date()).days
    if locale.language == "ja":
        day = format_date(local, _DAY["ja"], locale=locale)
    elif days < _WEEK:
        day = format_date(local, "EEEE", locale=locale)
    else:
        weekday = format_date(local, "EEEE", locale=locale)
        day = f"{weekday}, {format_skeleton('MMMMd', local, locale=locale)}"
    return f"{day} {clock}"


def say_day(day: date, language: str) -> str:
    """Return a day as people of that language write it: `Fri 3 Oct`, `10月3日(金)`."""
    return format_date(day, _DAY[language], locale=language)


@cache
def _bundle(language: str, source: str) -> FluentBundle:
    """Parse sentences, which takes a fifth of a second, when the language is first spoken."""
    bundle = FluentBundle([language], use_isolating=False)
    bundle.add_resource(FluentResource(source))
    return bundle
