"""How single values are written in app.yaml, as types that pydantic reads and editors know.

Each refuses with a sentence that says what to write instead. Spans, times and dates are `hours`';
which blocks hold which values is `shape`'s.
"""

import re
from base64 import urlsafe_b64decode
from datetime import date, time, timedelta
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    WithJsonSchema,
)

from chatops import hours
from chatops.arrival.terms import is_word
from chatops.calendar import Window
from chatops.config.document import Referred
from chatops.policy import Role
from chatops.tags import tag_of

#: The words that a canned reply may hold in braces (`reply_form.filled` fills them in).
PLACEHOLDERS = ("{customer_name}", "{signature}", "{ticket}", "{account}", "{today}")

#: Those that an away text may hold (`arrival.away.filled`).
AWAY_PLACEHOLDERS = ("{opens}", "{customer_name}", "{ticket}", "{account}")

_MAKE_KEY = (
    "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


def between(least: str, most: str, units: str) -> AfterValidator:
    """Hold a span within bounds, both included; `units` says of what kind of time."""
    low, high = hours.span(least), hours.span(most)

    def check(value: timedelta) -> timedelta:
        if not low <= value <= high:
            raise ValueError(f"write a span from {least} to {most}, {units}")
        return value

    return AfterValidator(check)


def is_loopback(host: str) -> bool:
    """Whether what is at `host` can be reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder, as `America`
        # of a place: the short name nearest to JST is MST, and Etc/GMT+9 is west of Greenwich
        known = sorted(available_timezones())
        places = [zone for zone in known if "/" in zone and not zone.startswith("Etc/")]
        near = get_close_matches(name, places, n=1) or ["Asia/Tokyo"]
        raise ValueError(f'there is no time zone "{name}"; write one such as {near[0]}') from error
    return name


def _role(name: object) -> Role:
    roles = {role.name.lower(): role for role in Role}
    if isinstance(name, str) and name in roles:
        return roles[name]
    raise ValueError(f"there is no such role; roles are: {', '.join(roles)}")


def _percent(share: object) -> float:
    """Read a share as people write it: `95 %`, `99.5%`."""
    found = re.fullmatch(r"(\d{1,3}(?:\.\d)?) ?%", share) if isinstance(share, str) else None
    if found is None or (percent := float(found[1])) > 100:
        raise ValueError("write a share of a hundred: 95 %")
    return percent


def _keys(secret: SecretStr) -> SecretStr:
    """Check Fernet keys: 32 bytes each, in URL-safe base64 (the Fernet spec, "Key Format")."""
    for key in secret.get_secret_value().split(","):
        try:
            size = len(urlsafe_b64decode(key.strip().encode("ascii")))
        except ValueError:  # not ASCII, or not base64
            size = 0
        if size != 32:
            raise ValueError(f"this holds no Fernet key; make one with {_MAKE_KEY}")
    return secret


def _placeholders(known: tuple[str, ...]) -> AfterValidator:
    """Refuse a text with other words in braces."""

    def check(text: str) -> str:
        for name in re.findall(r"\{[^{}]*\}", text):
            if name not in known:
                listed = ", ".join(known)
                raise ValueError(f"there is no placeholder {name}; placeholders are: {listed}")
        return text

    return AfterValidator(check)


def _tag(text: str) -> str:
    """Fold a tag as the command `tag` does, so that both name the same."""
    if text.startswith(("#", "＃")) or (tag := tag_of(text)) is None:
        raise ValueError("a tag is one word of up to 40 letters, digits, - and _")
    return tag


def _term(text: str) -> str:
    if not is_word(text):
        raise ValueError("there is nothing to look for; write a word")
    return text


def _proxy(url: object) -> object:
    if not isinstance(url, str):
        return url  # pydantic says what to write
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or half an IPv6 address
        whole = False
    if not whole:
        raise ValueError("write the proxy as http://host:port")
    if parts.password and not isinstance(url, Referred):
        raise ValueError("a password is never written here; write the whole URL as ${HTTPS_PROXY}")
    return url


def _matching(pattern: str, wanted: str) -> AfterValidator:
    """Hold text to a pattern, with a sentence in place of the pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(wanted)
        return text

    return AfterValidator(check)


def _written(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", "examples": [example]})


def _as_pattern(pattern: str, wanted: str, example: str) -> tuple[AfterValidator, WithJsonSchema]:
    return _matching(pattern, wanted), _written(pattern, example)


#: A short name for people.
Name = Annotated[str, Field(min_length=1, max_length=80)]
#: A share, from 0 % to 100 %.
Percent = Annotated[float, PlainValidator(_percent), _written(r"\d{1,3}(\.\d)? ?%", "95 %")]
#: A language that the service itself speaks (chatops.text.LANGUAGES).
Spoken = Literal["en", "ja"]
#: A language that customers write in, by its BCP 47 tag.
Language = Annotated[
    str,
    *_as_pattern(
        r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?", "write a language's code: en, ja, pt-BR", "ja"
    ),
]
Handle = Annotated[
    str, *_as_pattern(r"[^@\s]\S*", "write the handle without @ and spaces", "aozora_outdoor")
]
Email = Annotated[
    str, *_as_pattern(r"[^@\s]+@[^@\s]+", "write the address as aoi@example.com", "aoi@example.com")
]
#: Slack allows 32 characters to a slash command; the longest of ours adds `-report`.
Prefix = Annotated[
    str,
    *_as_pattern(
        r"[a-z][a-z0-9_-]{0,23}", "write up to 24 small letters, digits, - or _: care", "care"
    ),
]
Database = Annotated[
    str,
    *_as_pattern(
        r"sqlite:///[^?#]+|postgresql://\S+",
        "write sqlite:///var/chatops.db, sqlite:////srv/chatops.db for a whole path, "
        "or postgresql://user@host/database",
        "sqlite:///var/chatops.db",
    ),
]
Zone = Annotated[str, AfterValidator(_zone), Field(examples=["Asia/Tokyo"])]
Keys = Annotated[SecretStr, AfterValidator(_keys)]
_Words = Annotated[str, Field(min_length=1, max_length=3000)]
CannedText = Annotated[_Words, _placeholders(PLACEHOLDERS)]
AwayWords = Annotated[_Words, _placeholders(AWAY_PLACEHOLDERS)]
#: A command with what it is told; what it is to say may hold placeholders.
MacroLine = CannedText
#: In an editor's ECMAScript \w is ASCII alone, so the schema spells out the letters.
TagName = Annotated[str, AfterValidator(_tag), _written(r"[\p{L}\p{M}\p{N}_-]{1,40}", "press")]
#: What is looked for in a customer's text, as `chatops.arrival.terms` finds it.
Term = Annotated[Name, AfterValidator(_term)]
#: Checked before pydantic, which keeps of a reference only its text.
Proxy = Annotated[str, BeforeValidator(_proxy)]
#: Of this service, without a slash at its end.
Address = Annotated[
    str,
    *_as_pattern(
        r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~\-]+)*",
        "write the address as https://care.example.com, without a slash at its end",
        "https://care.example.com",
    ),
]
Port = Annotated[int, Field(ge=1, le=65535)]
Span = Annotated[
    timedelta,
    PlainValidator(hours.span),
    PlainSerializer(hours.written),  # settings are checked once more when they are put to use
    _written(r"(?=\d)(\d{1,6}d)?(\d{1,6}h)?(\d{1,6}m)?(\d{1,6}s)?", "60m"),
]
WorkingSpan = Annotated[
    timedelta,
    PlainValidator(hours.working_span),
    _written(r"(?=\d)(\d{1,6}h)?(\d{1,6}m)?(\d{1,6}s)?", "60m"),
]
Shift = Annotated[
    Window,
    PlainValidator(hours.shift),
    _written(r"\s*\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d\s*", "9:00-17:30"),
]
Shifts = Annotated[tuple[Shift, ...], AfterValidator(hours.in_order)]
Weekdays = Annotated[
    hours.Days, PlainValidator(hours.weekdays), _written(r"[A-Za-z, -]+", "mon-fri")
]
Day = Annotated[date, PlainValidator(hours.day), _written(r"\d{4}-\d\d-\d\d", "2026-08-13")]
Dates = Annotated[
    tuple[date, ...],
    PlainValidator(hours.dates),
    _written(r"\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?", "2026-12-29..2027-01-03"),
]
TimeOfDay = Annotated[
    time, PlainValidator(hours.time_of_day), _written(r"\s*\d{1,2}:\d\d\s*", "5:00")
]
Timetable = Annotated[
    hours.Timetable,
    PlainValidator(hours.timetable),
    _written(r"\s*\d{1,2}:\d\d( +[A-Za-z, -]+)?\s*", "18:00 mon-fri"),
]
RoleName = Annotated[
    Role,
    PlainValidator(_role),
    WithJsonSchema({"type": "string", "enum": [role.name.lower() for role in Role]}),
]
