"""What the company has decided, as frozen values that `config` makes from app.yaml.

Names are keys of app.yaml. Spans are timedeltas; `zone` is an IANA name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import IntEnum, StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from chatops.arrival.terms import Terms
from chatops.calendar import Calendar
from chatops.chain import Chain
from chatops.event import Kind, Occasion, Priority
from chatops.sla import Handover, QueueTerms, SlaPolicy, SlaTerms
from chatops.targets import NO_TARGETS, Targets
from chatops.text import Summons

#: In `roles`: every queue that has no line of its own.
EVERY_QUEUE: Final = "*"

#: An invitation into direct messages is believed to be what a person answers for so long.
INVITED: Final = timedelta(days=7)


class Role(IntEnum):
    """What a person may do in a queue; each role may do what the ones before it may."""

    VIEWER = 1
    AGENT = 2
    LEAD = 3
    MANAGER = 4
    ADMIN = 5


class WhenEmpty(StrEnum):
    """What a digest that has nothing to tell does."""

    SAY = "say"  #: so, in one line
    SILENT = "silent"


class Assignment(StrEnum):
    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"  #: the next agent who is on, in turn


@dataclass(frozen=True, slots=True)
class Room:
    """A chat's channel where cards live; `id` is the chat's own id of it."""

    name: str
    chat: str
    id: str
    language: str
    zone: str

    @property
    def zoneinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here. `identities` maps a chat's name to the person's id there."""

    name: str
    public_name: str  #: signs replies; never the chat name
    language: str | None
    identities: Mapping[str, str]
    roles: Mapping[str, Role]  #: by queue, and of EVERY_QUEUE that there was or will be
    shifts: Calendar | None = None  #: when the person works, if app.yaml says so
    email: str | None = None  #: at work; some chats may know the person by it
    quiet: Calendar | None = None  #: open when calendar time is to leave the person alone


@dataclass(frozen=True, slots=True)
class EscalationTarget:
    name: str
    room: str
    people: tuple[str, ...]  #: names of persons who are mentioned there


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A text offered in the reply form; `{customer_name}` and `{signature}` are filled in."""

    name: str
    language: str
    text: str
    invites: bool = False  #: it asks the customer into direct messages, which then join the ticket


@dataclass(frozen=True, slots=True)
class Macro:
    """Command lines that are done as one, as a person would type them without the ticket."""

    name: str
    lines: tuple[str, ...]
    queues: tuple[str, ...] = ()  #: where it may be used; none: everywhere


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """What sends a new ticket elsewhere than its account's queue; the first that matches decides.

    An empty condition lets everything through; all that are given must hold.
    """

    name: str
    channels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    languages: tuple[str, ...] = ()
    words: Terms = field(default_factory=Terms)
    followers: int | None = None  #: at least so many
    stars: tuple[int, ...] = ()  #: of a review, one of these
    calendar: Calendar | None = None
    is_open: bool = True  #: with `calendar`: it is open, or closed, when the message comes
    queue: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    quiet: bool = False  #: onto the quiet list


@dataclass(frozen=True, slots=True)
class UrgencyRules:
    """What raises a new ticket's priority; each reason is shown on the card."""

    followers: int | None = None
    words: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class BurstRule:
    """When tickets of one thread become a burst: so many within so long, and one more."""

    tickets: int = 10
    within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class IdleRule:
    """When a claim under which nothing happens is asked about, and handed back: working time."""

    ask_after: timedelta
    hand_back_after: timedelta  #: from the question on


@dataclass(frozen=True, slots=True)
class AwayText:
    """What a customer is told in one language; see `arrival.away` for what stands in braces."""

    language: str
    text: str
    channels: tuple[str, ...] = ()  #: none: every one


@dataclass(frozen=True, slots=True)
class AwayRule:
    """What customers are told while the queue's calendar is closed, each once a closed time."""

    texts: tuple[AwayText, ...]
    public: bool = False  #: also under a post that begins its own thread
    most: int = 100  #: so many customers an hour at the most, by an account

    def text_for(self, channel: str, languages: Iterable[str]) -> AwayText | None:
        """Return the text in the first of the languages that has one for the channel.

        A country stands in a language for the writers of app.yaml alone: no script tells it.
        """
        for language in languages:
            for each in self.texts:
                is_theirs = each.language.partition("-")[0] == language.partition("-")[0]
                if is_theirs and (not each.channels or channel in each.channels):
                    return each
        return None


@dataclass(frozen=True, slots=True)
class LowStars:
    """Which room is told of a review with few stars."""

    room: str
    at_most: int = 2


@dataclass(frozen=True, slots=True)
class Queue:
    name: str
    rooms: tuple[str, ...]  #: the first is the ticket's first room
    managers_rooms: tuple[str, ...]  #: one in each chat that its managers are in, say
    calendar: Calendar
    first_response: timedelta  #: of business time
    escalation: Mapping[str, EscalationTarget]
    canned: tuple[CannedReply, ...] = ()
    assignment: Assignment = Assignment.MANUAL
    announce: frozenset[Occasion] = frozenset(Occasion)
    mention_assignee: bool = True
    urgency: UrgencyRules = field(default_factory=UrgencyRules)
    reopen_window: timedelta = timedelta(days=7)
    burst: BurstRule | None = field(default_factory=BurstRule)  #: None: each has a card of its own
    open_goal: int | None = None  #: so many open at the end of a day, at the most
    chain: Chain | None = None  #: whom a ticket that nobody takes goes up to
    idle_claim: IdleRule | None = None  #: None: a claim is for as long as its owner wants
    away: AwayRule | None = None  #: None: who writes while it is closed hears nothing
    low_stars: LowStars | None = None  #: None: few stars are told to nobody
    dm_handover: Handover | None = None  #: None: invitations are not watched

    @property
    def places(self) -> frozenset[str]:
        """Every room in which something of the queue may be shown."""
        targets = (target.room for target in self.escalation.values())
        stars = () if self.low_stars is None else (self.low_stars.room,)
        return frozenset({*self.rooms, *self.managers_rooms, *targets, *stars})


@dataclass(frozen=True, slots=True)
class Account:
    """Ours on a channel."""

    name: str
    channel: str
    queue: str
    language: str  #: taken where a text's script does not tell
    handle: str
    #: As chatops.channel.Traits, where its channel lets app.yaml say so.
    reply_window: timedelta | None = None
    #: What people call it, where its channel's own title would tell them nothing: a forum, a shop.
    title: str | None = None


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """A command on a timer: at `at` local time on `days` (0 = Monday) of the calendar's open days."""

    name: str
    at: time
    days: tuple[int, ...]
    calendar: Calendar
    run: str
    room: str
    when_empty: WhenEmpty = WhenEmpty.SAY


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long things are kept; None is for ever."""

    raw: timedelta | None = timedelta(days=30)  #: bodies from networks that were read
    closed: timedelta | None = None  #: closed tickets, with all that is theirs
    logs: timedelta | None = None  #: keys of acts, the log of shifts, digests and other posts


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole of app.yaml that the core decides by."""

    rooms: Mapping[str, Room]
    queues: Mapping[str, Queue]
    people: Mapping[str, Person]
    accounts: Mapping[str, Account]
    digests: Mapping[str, DigestPlan]
    routing: tuple[RoutingRule, ...] = ()
    sample: int = 20  #: one of so many quiet messages is shown all the same; 0: none
    macros: Mapping[str, Macro] = field(default_factory=dict)
    prefix: str = "care"  #: the slash command's name
    undo_in: timedelta = timedelta(seconds=10)
    zone: str = "UTC"  #: of rooms that name none, and of the roll-up's days
    day_starts: time = time.min  #: when the local day of reports and digests begins
    keep: Keep = Keep()
    targets: Targets = NO_TARGETS  #: beside a report's figures
    sla: tuple[SlaPolicy, ...] = ()  #: in their order: the first that takes a ticket decides
    #: Queues that app.yaml names no more, and in which there are tickets.
    former: tuple[str, ...] = field(default=(), compare=False)
    #: What clocks go by, of all this.
    terms: SlaTerms = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        queues = {
            name: QueueTerms(
                queue.calendar, int(queue.first_response.total_seconds()), queue.dm_handover
            )
            for name, queue in self.queues.items()
        }
        homes = {name: account.queue for name, account in self.accounts.items()}
        object.__setattr__(self, "terms", SlaTerms(queues, homes, self.sla))

    @property
    def summons(self) -> Summons:
        """What a typed command begins with, as sentences tell people."""
        return Summons(self.prefix)

    def queue_of(self, name: str, account: str) -> Queue:
        """Return the queue, or where tickets of a queue that app.yaml no longer has belong."""
        if (queue := self.queues.get(name)) is not None:
            return queue
        home = self.accounts.get(account)
        return self.queues[home.queue] if home else next(iter(self.queues.values()))

    def queues_at(self, room: str) -> Sequence[Queue]:
        """Return the queues that use a room; all of them for one that no queue names (a digest's)."""
        using = [queue for queue in self.queues.values() if room in queue.places]
        return using or [*self.queues.values()]

    def spans_chats(self, queue: Queue) -> bool:
        """Tell whether a queue is worked in more than one chat: then it is worth a word in which."""
        return len({self.rooms[room].chat for room in queue.rooms}) > 1

    def account_of(self, name: str, channel: str, queue: str) -> Account:
        """Return the account; one that app.yaml no longer has is known by its name alone."""
        return self.accounts.get(name) or Account(name, channel, queue, "en", name)

    def room_by_id(self, chat: str, id: str) -> Room | None:
        """Return the room that has this id in that chat."""
        return next((r for r in self.rooms.values() if r.chat == chat and r.id == id), None)

    def room_of(
        self, name: str, person: str, ids: Mapping[str, str], chats: Iterable[str]
    ) -> Room | None:
        """Return a person's direct messages as a room called `name`, in the first chat they use.

        `ids` are theirs by chat, of app.yaml or come by since. The room speaks their language, and
        tells times in the zone of their shifts, else of a room.
        """
        known = self.people.get(person)
        for chat in chats:
            if known is None or (id := ids.get(chat)) is None:
                continue
            home = next((room for room in self.rooms.values() if room.chat == chat), None)
            language = known.language or (home.language if home else "en")
            zone = known.shifts.zone if known.shifts else (home.zone if home else "UTC")
            return Room(name, chat, id, language, zone)
        return None

    def asked_at(self, chat: str, id: str | None, name: str, ids: Mapping[str, str]) -> Room | None:
        """Return whose language and zone hold where a person asks something in a chat.

        It is the room of that id, else the person's direct messages, else any room of ours there.
        """
        known = self.room_by_id(chat, id) if id is not None else None
        ours = (room for room in self.rooms.values() if room.chat == chat)
        return known or self.room_of("", name, ids, (chat,)) or next(ours, None)

    def person_by_identity(self, chat: str, id: str) -> Person | None:
        """Return the person who has this id in that chat."""
        return next((p for p in self.people.values() if p.identities.get(chat) == id), None)

    def person_by_email(self, chat: str, addresses: Iterable[str]) -> Person | None:
        """Return the one person with one of these addresses whom app.yaml gives no id in that chat."""
        wanted = {address.casefold() for address in addresses}
        found = [p for p in self.people.values() if p.email and p.email.casefold() in wanted]
        alone = found[0] if len(found) == 1 else None
        return alone if alone is not None and chat not in alone.identities else None
