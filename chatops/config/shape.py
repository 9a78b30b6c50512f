"""The shape of app.yaml, block by block: which keys there are, and what each is for.

Each docstring below a field is its help in an editor (app.schema.json), and each example is what
a message offers where the key is missing. Whether the names that blocks use of one another exist
is checked by `fit`, which reads the references here. The keys of chats and channels belong to the
adapters, which bring a Settings model each; only the keys that the core reads stand here. The rules
of routing stand in `routes`, those of `sla` in `promises`, those of a queue in `queues`.
"""

from datetime import time, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    JsonValue,
    Tag,
)

from chatops import hours
from chatops.calendar import Window
from chatops.config.block import (
    Block,
    Several,
    ToCalendar,
    ToChat,
    ToQueue,
    ToQueueOrEvery,
    ToRoom,
    ToShifts,
    some,
)
from chatops.config.notation import (
    Address,
    Database,
    Dates,
    Day,
    Email,
    Handle,
    Keys,
    Language,
    MacroLine,
    Name,
    Percent,
    Port,
    Prefix,
    Proxy,
    RoleName,
    Shift,
    Shifts,
    Span,
    Spoken,
    TimeOfDay,
    Timetable,
    Weekdays,
    WorkingSpan,
    Zone,
    between,
)
from chatops.config.promises import SlaBlock
from chatops.config.queues import QueueBlock
from chatops.config.routes import Quiet, RoutingBlock
from chatops.policy import WhenEmpty


class Web(Block):
    """Where the service listens. The second port is for operators: /healthz, /readyz, /metrics."""

    host: Name = "127.0.0.1"
    """Address for webhooks and for Slack over HTTP; 0.0.0.0 is every address of the machine."""
    port: Port = 8300
    """Port for webhooks and for Slack over HTTP."""
    address: Address | None = None
    """How the world reaches `port`, as https://care.example.com: links to files in Teams lead there."""
    ops_host: Name = "127.0.0.1"
    """Address of the operators' port; leave it on loopback unless a probe must reach it."""
    ops_port: Port = 8301
    """Port for /healthz, /readyz and /metrics."""


class Network(Block):
    """How the service reaches the outside."""

    proxy: Proxy | None = None
    """HTTPS proxy, as http://host:port; one with a password is written as a reference."""
    ca: Name | None = None
    """File of the company's certificate authorities (PEM), in place of the system's."""


class KeepBlock(Block):
    """For how long things are kept; null is for ever. What is older goes by itself, bit by bit."""

    raw: Annotated[Span, between("1d", "3660d", "or null")] | None = timedelta(days=30)
    """Bodies from networks, once they were read; what could not be read stays."""
    closed: Annotated[Span, between("30d", "3660d", "or null")] | None = None
    """Closed tickets, with messages, log, clocks and deliveries; a customer goes with the last. No less
    than any queue's `reopen_window`, nor than `raw`."""
    logs: Annotated[Span, between("30d", "3660d", "or null")] | None = None
    """Keys of acts, the log of shifts, who was told an away text, digests and other finished posts."""


_Target = Annotated[WorkingSpan, between("1m", "720h", "of working time")]
_Most = Annotated[int, Field(ge=0)]


class TargetsBlock(Block):
    """What figures of reports are held against; a figure without a target stands alone."""

    first_response: _Target | None = None
    """The median of first responses, in working time, at most."""
    next_response: _Target | None = None
    """The median of next responses, at most."""
    pick_up: _Target | None = None
    """The median from an assignment to that agent's first reply, at most."""
    resolution: _Target | None = None
    """The median of total resolutions, at most."""
    compliance: Percent | None = None
    """So many of the clocks of each kind in time, at least: 95 %."""
    reopened: Percent | None = None
    """So many of the closes followed by a reopening within 7 days, at most."""
    one_touch: Percent | None = None
    """So many of the closed tickets settled with one reply, at least."""
    escalated: Percent | None = None
    """Tickets escalated against new ones, at most."""
    open: _Most | None = None
    """So many tickets open, snoozed ones apart, at most."""
    unanswered: _Most | None = None
    """So many tickets never answered for over 24 hours, at most."""


class ReportBlock(Block):
    """How reports are read."""

    targets: TargetsBlock = TargetsBlock()
    """What their figures are held against."""


class RoomBlock(Block):
    """A chat's channel in which cards live."""

    chat: ToChat = Field(examples=["slack"])
    """Name of a chat under `chats`."""
    id: Name = Field(examples=["C0123456789"])
    """The chat's own id of it; Slack shows it at the end of the channel's details."""
    language: Spoken | None = None
    """Language of its cards; otherwise that of the service."""
    zone: Zone | None = None
    """Time zone of its cards, which name it where their queue works in another; otherwise the service’s."""


class Holidays(Block):
    """Days on which no shift begins."""

    country: Name | None = None
    """ISO 3166 code, such as JP: its public holidays, as the `holidays` library knows them."""
    region: Name | None = None
    """A state or province with holidays of its own, such as CA within US."""
    own: tuple[Dates, ...] = ()
    """Days of your own, or ranges with both ends: "2026-12-29..2027-01-03"."""


def _week(week: dict[hours.Days, tuple[Window, ...]]) -> dict[hours.Days, tuple[Window, ...]]:
    hours.by_weekday(week)
    return week


class CalendarBlock(Block):
    """A team's working hours."""

    zone: Zone = Field(examples=["Asia/Tokyo"])
    """Time zone in which the hours are written."""
    week: Annotated[dict[Weekdays, Shifts], AfterValidator(_week)] = Field(
        examples=[{"mon-fri": ["9:00-17:30"]}]
    )
    """Shifts by weekday; a night shift ("22:00-6:00") belongs to the day on which it begins."""
    holidays: Holidays = Holidays()
    """Days on which no shift begins."""
    special: dict[Day, Shifts] = Field(default={})
    """Shifts of single dates, before both `week` and `holidays`; [] is closed."""


#: When somebody works: the name of a calendar, or a calendar of one's own, written out.
ShiftsOf = Annotated[
    Annotated[ToShifts, Tag("[name]")] | Annotated[CalendarBlock, Tag("[block]")],
    Discriminator(lambda value: "[name]" if isinstance(value, str) else "[block]"),
]


class PersonBlock(Block):
    """Somebody who works here."""

    name: Name = Field(examples=["Maya Lind"])
    """Signs replies; customers see it."""
    language: Spoken | None = None
    """Language of what the service says to this person alone; otherwise the room's."""
    ids: dict[ToChat, Name] = Field(examples=[{"slack": "U0123456789"}])
    """The person's id in each chat."""
    email: Email | None = None
    """Their address at work; a chat where that is switched on knows them by it, if `ids` has none."""
    roles: dict[ToQueueOrEvery, RoleName] = Field(examples=[{"japan": "agent"}])
    """What the person may do in each queue; "*" is every queue without a line of its own."""
    shifts: ShiftsOf | None = Field(None, examples=["tokyo"])
    """When the person works: the name of a calendar, or zone and week as a calendar has them."""
    quiet: Shift | None = Field(None, examples=["22:00-7:00"])
    """Hours in which no clock of calendar time calls the person but of an urgent ticket, in the zone of
    their shifts, otherwise the service's."""


class MacroBlock(Block):
    """Commands that are done as one, on one ticket."""

    queues: tuple[ToQueue, ...] = ()
    """Queues in which it may be used; otherwise every queue."""
    lines: Annotated[tuple[MacroLine, ...], Field(min_length=1, max_length=20)] = Field(
        examples=[["note Refunded by hand", "close resolved"]]
    )
    """Commands as an agent would type them, without the ticket."""


class AccountBlock(Block):
    """One of our accounts on a channel; the channel's own keys stand beside these."""

    queue: ToQueue = Field(examples=["japan"])
    """Queue that gets its tickets."""
    language: Language = Field(examples=["ja"])
    """Taken where a message's script does not tell its language."""
    handle: Handle = Field(examples=["aozora_outdoor"])
    """The account's public name, without @."""


class DigestBlock(Block):
    """A command on a timer, posted in a room once a local date."""

    name: Name = Field(examples=["evening"])
    """Names the digest for good: it is what makes a day's post happen once."""
    at: Timetable = Field(examples=["18:00 mon-fri"])
    """Local time and weekdays."""
    calendar: ToCalendar = Field(examples=["tokyo"])
    """Gives the zone; on its closed days there is no digest."""
    run: Name = Field(examples=["digest breaches"])
    """The command, as an agent would type it."""
    into: Annotated[Several[ToRoom], AfterValidator(some)] = Field(
        alias="in", examples=["care-managers"]
    )
    """Room that gets it; a list where its readers are in more than one."""
    when_empty: WhenEmpty = WhenEmpty.SAY
    """What it does with nothing to tell: say so in one line, or stay silent."""


class Service(Block):
    """What holds for the whole service."""

    language: Spoken = "en"
    """Language of rooms that name none."""
    zone: Zone = "UTC"
    """Time zone of rooms that name none, and of reports."""
    day_starts: TimeOfDay = Field(time.min, json_schema_extra={"default": "0:00"})
    """When the day of reports and digests begins: later than midnight for night shifts, as "5:00"."""
    key: Keys
    """Encrypts tokens at rest: Fernet keys with commas between them, the newest first."""
    database: Database = "sqlite:///var/chatops.db"
    """A file: three slashes from where the service is started, four for a whole path. Or PostgreSQL."""
    development: bool = False
    """Allows stand-ins, on loopback only, and a clock that can be turned."""
    prefix: Prefix = "care"
    """Name of the slash command: /care, and with it /care-report."""
    undo: Annotated[Span, between("1s", "10m", "for pressing Undo")] = timedelta(seconds=10)
    """How long a reply waits for Undo."""
    web: Web = Web()
    """Where the service listens."""
    network: Network = Network()
    """How the service reaches the outside."""
    keep: KeepBlock = Field(default_factory=KeepBlock)
    """For how long things are kept."""
    quiet: Quiet = Quiet()
    """What rules put on the quiet list."""
    report: ReportBlock = ReportBlock()
    """How /care-report and its like are read."""
    canned_from: Name | None = Field(None, examples=["texts/canned.csv"])
    """A CSV file of canned replies, from where app.yaml is: columns queue, language, name, text,
    and invites if wanted."""


class File(Service):
    """The whole file."""

    chats: dict[Name, JsonValue] = Field(examples=[{"slack": {"mode": "socket"}}])
    """Chat platforms, by name."""
    rooms: dict[Name, RoomBlock] = Field(examples=[{"care": {"chat": "slack", "id": "C0123"}}])
    """Rooms in which cards live, by a name of your own."""
    calendars: dict[Name, CalendarBlock] = Field(default={})
    """Working hours, by a name of your own."""
    queues: dict[Name, QueueBlock] = Field(examples=[{"care": {"rooms": ["care"]}}])
    """Who answers what, and by when, by a name of your own."""
    people: dict[Name, PersonBlock] = Field(examples=[{"maya": {"name": "Maya Lind"}}])
    """Who works here, by a name of your own."""
    channels: dict[Name, JsonValue] = Field(examples=[{"x": {"accounts": {}}}])
    """Networks, by name, with our accounts on each."""
    macros: dict[Name, MacroBlock] = Field(default={})
    """Commands that are done as one, by a name of your own."""
    routing: tuple[RoutingBlock, ...] = ()
    """Where new tickets go: ordered rules, of which the first that matches decides."""
    sla: tuple[SlaBlock, ...] = ()
    """What tickets are promised: ordered policies, of which the first that takes a ticket decides."""
    digests: tuple[DigestBlock, ...] = ()
    """Commands on a timer."""
