"""The shape of app.yaml, block by block: which keys there are, and how each value is written.

Each docstring below a field is its help in an editor (app.schema.json). Whether the names that
blocks use of one another exist is for `config` to check. The blocks of chats and accounts belong
to the adapters, which bring a Settings model each; only the keys that the core reads stand here.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import date, timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    WithJsonSchema,
)

from chatops import hours
from chatops.calendar import Window
from chatops.event import Occasion
from chatops.policy import Assignment, Role

#: The words that a canned reply may hold in braces; the reply form fills them in.
PLACEHOLDERS = ("{customer_name}", "{signature}")

#: In `roles`: every queue that has no line of its own.
EVERY_QUEUE = "*"

_MAKE_KEY = (
    "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)


def _written(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


def _zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(f'there is no time zone "{zone}"; write one such as Asia/Tokyo')
    return zone


def _role(name: object) -> Role:
    names = [role.name.lower() for role in Role]
    if name not in names:
        raise ValueError(f'there is no role "{name}"; roles are: {", ".join(names)}')
    return Role(names.index(str(name)) + 1)


def _between(least: str, most: str, units: str) -> AfterValidator:
    low, high = hours.span(least), hours.span(most)

    def check(value: timedelta) -> timedelta:
        if not low <= value <= high:
            raise ValueError(f"write a span from {least} to {most}, {units}")
        return value

    return AfterValidator(check)


def _keys(secret: SecretStr) -> SecretStr:
    """Fernet keys are 32 bytes in URL-safe base64 (cryptography's documentation of Fernet)."""
    for key in secret.get_secret_value().split(","):
        try:
            size = len(urlsafe_b64decode(key.strip().encode("ascii")))
        except ValueError:
            size = 0
        if size != 32:
            raise ValueError(f"this is not a Fernet key; make one with {_MAKE_KEY}")
    return secret


def _placeholders(text: str) -> str:
    for name in re.findall(r"\{[^{}]*\}", text):
        if name not in PLACEHOLDERS:
            known = ", ".join(PLACEHOLDERS)
            raise ValueError(f"there is no placeholder {name}; placeholders are: {known}")
    return text


def _proxy(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write the proxy as http://host:port")
    return url


def _database(url: str) -> str:
    if not re.fullmatch(r"sqlite:///[^?#]+", url):
        raise ValueError(
            "write sqlite:///var/chatops.db, or with a fourth slash for a whole path: "
            "sqlite:////srv/chatops.db"
        )
    return url


def is_loopback(host: str) -> bool:
    """Whether what listens or lies at `host` is reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Words = Annotated[str, Field(min_length=1, max_length=3000)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
#: A language that the service itself speaks (chatops.text.LANGUAGES).
Spoken = Literal["en", "ja"]
#: A language that customers write in, as BCP 47 has it.
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?$", examples=["ja"])]
Zone = Annotated[str, AfterValidator(_zone)]
Span = Annotated[
    timedelta,
    PlainValidator(hours.span),
    _written(r"^(?=\d)(\d{1,6}d)?(\d{1,6}h)?(\d{1,6}m)?(\d{1,6}s)?$", "60m"),
]
Shift = Annotated[
    Window,
    PlainValidator(hours.shift),
    _written(r"^\s*\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d\s*$", "9:00-17:30"),
]
Shifts = Annotated[tuple[Shift, ...], AfterValidator(hours.in_order)]
Weekdays = Annotated[
    hours.Days, PlainValidator(hours.weekdays), _written(r"^[A-Za-z, -]+$", "mon-fri")
]
Day = Annotated[date, PlainValidator(hours.day), _written(r"^\d{4}-\d\d-\d\d$", "2026-08-13")]
Dates = Annotated[
    tuple[date, ...],
    PlainValidator(hours.dates),
    _written(r"^\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?$", "2026-12-29..2027-01-03"),
]
Timetable = Annotated[
    hours.Timetable,
    PlainValidator(hours.timetable),
    _written(r"^\s*\d{1,2}:\d\d( +[A-Za-z, -]+)?$", "18:00 mon-fri"),
]
RoleName = Annotated[
    Role,
    PlainValidator(_role),
    WithJsonSchema({"type": "string", "enum": [role.name.lower() for role in Role]}),
]
Port = Annotated[int, Field(ge=1, le=65535)]


def _week(week: dict[hours.Days, tuple[Window, ...]]) -> dict[hours.Days, tuple[Window, ...]]:
    hours.by_weekday(week)
    return week


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Web(Block):
    """Where the service listens. The second port is for operators: /healthz, /readyz, /metrics."""

    host: str = "127.0.0.1"
    """Address for webhooks and for Slack over HTTP; 0.0.0.0 for all."""
    port: Port = 8300
    ops_host: str = "127.0.0.1"
    """Address of the operators' port; leave it on loopback unless a probe must reach it."""
    ops_port: Port = 8301


class Network(Block):
    """How the service reaches the outside."""

    proxy: Annotated[str, AfterValidator(_proxy)] | None = None
    """HTTPS proxy, as http://host:port."""
    ca: str | None = None
    """File with the company's certificate authorities in PEM, in place of the system's."""


class RoomBlock(Block):
    """A chat's channel in which cards live."""

    chat: str
    """Name of a chat under `chats`."""
    id: Name
    """The chat's own id of it: in Slack at the end of the channel's details, such as C0123."""
    language: Spoken | None = None
    zone: Zone | None = None


class Holidays(Block):
    """Days on which no shift begins."""

    country: str | None = None
    """ISO 3166 code, such as JP: its public holidays, as the `holidays` library knows them."""
    region: str | None = None
    """A state or prefecture with holidays of its own, such as CA for the country US."""
    own: tuple[Dates, ...] = ()
    """Days of your own, or ranges with both ends: "2026-12-29..2027-01-03"."""


class CalendarBlock(Block):
    """A team's working hours."""

    zone: Zone
    week: Annotated[dict[Weekdays, Shifts], AfterValidator(_week)] = Field(
        examples=[{"mon-fri": ["9:00-17:30"]}]
    )
    """Shifts by weekday; a night shift ("22:00-6:00") belongs to the day on which it begins."""
    holidays: Holidays = Holidays()
    special: dict[Day, Shifts] = {}
    """Shifts of single dates, before both `week` and `holidays`; [] is closed."""


class EscalationBlock(Block):
    """Where an escalated ticket goes, and who is mentioned there."""

    room: str
    people: tuple[str, ...] = ()


class Canned(Block):
    """A text that the reply form offers."""

    name: Name
    language: Language
    text: Annotated[Words, AfterValidator(_placeholders)]
    """May hold {customer_name} and {signature}."""


class Urgency(Block):
    """What raises the priority of a new ticket."""

    followers: Annotated[int, Field(ge=1)] | None = None
    """A customer with at least this many."""
    words: tuple[Name, ...] = ()
    """Any of these in the text, in either case and either width."""


class QueueBlock(Block):
    """Tickets that one team answers."""

    rooms: Annotated[tuple[str, ...], Field(min_length=1, examples=[["care-japan"]])]
    """Rooms that get a card; the first is the ticket's own."""
    managers_room: str
    """Room that hears of each breach."""
    calendar: str
    """Name under `calendars`, or always."""
    first_response: Annotated[Span, _between("1m", "720h", "of working time")]
    """Working time within which a customer gets the first human reply."""
    escalation: dict[Name, EscalationBlock] = {}
    canned: tuple[Canned, ...] = ()
    assignment: Assignment = Assignment.MANUAL
    """round_robin gives a new ticket to the next agent who is on."""
    announce: frozenset[Occasion] = frozenset(Occasion)
    """When a short line in the room links to a card."""
    mention_assignee: bool = True
    """Whether a customer's message mentions the assignee in the thread."""
    urgency: Urgency = Urgency()
    reopen_window: Annotated[Span, _between("0s", "365d", "of the calendar")] = timedelta(days=7)
    """For so long a customer's message reopens a closed ticket; later it opens a new one."""


class PersonBlock(Block):
    """Somebody who works here."""

    name: Name
    """Signs replies; customers see it."""
    language: Spoken | None = None
    """What the service says to this person alone; otherwise the room's."""
    ids: dict[str, Name]
    """The person's id in each chat, such as slack: U0123."""
    roles: dict[str, RoleName]
    """What the person may do in each queue; "*" is every queue without a line of its own."""


class AccountBlock(Block):
    """One of our accounts: what the core reads. The channel adds its own keys."""

    queue: str
    language: Language
    """Taken where a message's script does not tell its language."""
    handle: Name
    """The account's public name, without @."""


class DigestBlock(Block):
    """A command on a timer, posted in a room, at most once a local date."""

    name: Name
    at: Timetable
    """Local time and weekdays."""
    calendar: str
    """Gives the zone; on its closed days there is no digest."""
    run: Name
    """The command as an agent would type it, such as digest breaches."""
    in_: Annotated[str, Field(alias="in")]
    """Room that gets it."""


class Service(Block):
    """What holds for the whole service."""

    language: Spoken = "en"
    """Language of rooms that name none."""
    zone: Zone = "UTC"
    """Time zone of rooms that name none, and of reports."""
    key: Annotated[SecretStr, AfterValidator(_keys)]
    """Encrypts tokens at rest: Fernet keys with commas, the newest first."""
    database: Annotated[str, AfterValidator(_database)] = "sqlite:///var/chatops.db"
    """Three slashes: from where the service is started; four: a whole path."""
    development: bool = False
    """Allows stand-ins on loopback, and nothing but loopback, and a clock that can be turned."""
    prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,23}$")] = "care"
    """Name of the slash command: /care and /care-report."""
    undo: Annotated[Span, _between("1s", "10m", "long enough to press Undo")] = timedelta(
        seconds=10
    )
    """How long a reply waits for Undo."""
    web: Web = Web()
    network: Network = Network()


class Sections(Block):
    """Blocks by name, each read by itself, so that a fault in one hides none in another."""

    rooms: dict[Name, RoomBlock]
    calendars: dict[Name, CalendarBlock] = {}
    queues: dict[Name, QueueBlock]
    people: dict[Name, PersonBlock]
    digests: tuple[DigestBlock, ...] = ()


#: What adapters bring: the Settings model of each chat, and of one account of each channel.
Models = Mapping[str, type[BaseModel]]
#: A pydantic annotation, of which Python has no type.
Annotation = Any
