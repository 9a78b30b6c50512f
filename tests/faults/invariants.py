"""What must hold after every fault, looked at from outside: in the database and in the clouds' records.

Every inbound message is in exactly one ticket. Each card, line, alert and digest is in its room once,
and each card shows the newest state. A thread's order is the events' order. Each reply to a customer
is there once, or in doubt. Each ticket equals the fold of its events.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Final

from adapters.sandbox.slack.state import Message
from chatops.event import Breached, Event
from chatops.step import fold
from chatops.ticket import Status, Ticket
from storage.codec import decode
from storage.instant import instant
from storage.rows import ticket_of
from storage.tables import TICKET
from tests.faults.process import ROOMS, Stage

#: What is still to be done: nothing unread, nothing due or under way, no reply on its way. What a
#: person has been asked about is theirs.
OWED: Final = """
    SELECT (SELECT count(*) FROM raw_body WHERE state = 'unread')
         + (SELECT count(*) FROM delivery WHERE due_at IS NOT NULL
             OR state IN ('sending', 'pending', 'held'))
"""
_COLUMNS: Final = ", ".join(f'"{column.name}"' for column in TICKET.c)
_TICKETS: Final = f"SELECT {_COLUMNS} FROM ticket ORDER BY id"  # noqa: S608
_ENTRIES: Final = "SELECT id, ticket, at, name, body FROM entry ORDER BY id"
_MESSAGES: Final = "SELECT external_id, direction, text, ticket, state, agent FROM message"
_DELIVERIES: Final = """
    SELECT id, what, "to", marker, ticket, entry, state, wanted, shown, external_id, "left", error, burst
      FROM delivery ORDER BY id
"""
#: What is shown in a room, and in a thread of it.
_IN_ROOMS: Final = frozenset(
    {"card", "message", "event", "announce", "alert", "published", "burst", "line"}
)
_IN_THREADS: Final = frozenset({"message", "event", "line"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A row of the outbox."""

    id: int
    what: str
    to: str
    marker: str
    ticket: int | None
    entry: int | None
    state: str
    wanted: int
    shown: int
    external_id: str | None
    left: bool
    error: str | None
    burst: int | None


@dataclass
class Verdict:
    """What was found broken, in words, and what the service did about its doubts."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)  #: an old card, a ticket that is not its log's
    found: int = 0
    repeated: int = 0
    asked: int = 0

    @property
    def broken(self) -> list[str]:
        return [
            f"{name}: {each}"
            for name in ("lost", "doubled", "disorder", "untrue")
            for each in getattr(self, name)
        ]

    def since(self, before: "Verdict") -> "Verdict":
        """Return what has come since another; what was broken then is not told twice."""
        told = {
            name: list((Counter(getattr(self, name)) - Counter(getattr(before, name))).elements())
            for name in ("lost", "doubled", "disorder", "untrue")
        }
        counted = {
            name: getattr(self, name) - getattr(before, name)
            for name in ("found", "repeated", "asked")
        }
        return Verdict(**told, **counted)


async def judge(stage: Stage, told: Iterable[str], own: Iterable[str] = ()) -> Verdict:
    """Look at everything. `told`: external ids whose webhook was answered with 200, or that a stream
    brought; `own`: what our account has written without the service.
    """
    verdict = Verdict()
    tickets = [ticket_of(row) for row in await stage.rows(_TICKETS)]
    deliveries = [Sent(*row) for row in await stage.rows(_DELIVERIES)]
    log: dict[int, list[tuple[int, int, Event]]] = defaultdict(list)
    for id, ticket, at, name, body in await stage.rows(_ENTRIES):
        log[ticket].append((id, at, decode(name, body)))
    await _inbound(stage, verdict, set(told), {ticket.id for ticket in tickets})
    await _replies(stage, verdict, deliveries, set(own))
    _posts(stage, verdict, deliveries)
    _cards(stage, verdict, tickets, deliveries)
    _alerts(verdict, log, deliveries)
    await _digests(stage, verdict, deliveries)
    _folds(verdict, tickets, log)
    journal = stage.journal()
    verdict.found = sum(line == ["looked-up", "there"] for line in journal)
    sends = Counter(line[1] for line in journal if line[0] == "sending")
    verdict.repeated = sum(times - 1 for times in sends.values())
    verdict.asked = sum(
        type(event).__name__ == "ReplyDoubted" for entries in log.values() for *_, event in entries
    )
    return verdict


async def _inbound(stage: Stage, verdict: Verdict, told: set[str], tickets: set[int]) -> None:
    heard: list[tuple[str, int | None]] = [
        (external_id, ticket)
        for external_id, direction, _, ticket, *_ in await stage.rows(_MESSAGES)
        if direction == "inbound"
    ]
    verdict.lost += [f"message {id}" for id in sorted(told - {id for id, _ in heard})]
    verdict.lost += [f"message {id} is in no ticket" for id, at in heard if at not in tickets]
    times = Counter(id for id, _ in heard)
    verdict.doubled += [f"message {id}" for id, count in times.items() if count > 1]
    unreadable = await stage.rows("SELECT id, error FROM raw_body WHERE state = 'unreadable'")
    verdict.lost += [f"body {id}: {error}" for id, error in unreadable]


async def _replies(stage: Stage, verdict: Verdict, deliveries: list[Sent], own: set[str]) -> None:
    there = Counter(text for text in stage.written() if text not in own)
    ours: Counter[str] = Counter()
    for id, direction, text, _, state, agent in await stage.rows(_MESSAGES):
        if direction != "outbound":
            continue
        ours[text] += 1
        if agent is None:
            verdict.doubled.append(f"{text!r} is taken for an answer from outside")
        elif state == "sent" and not (there[text] and id):
            verdict.lost.append(f"{text!r} is said to be sent")
        elif state in {"waiting", "sending", "failed"}:
            verdict.lost.append(f"{text!r} is {state}")
    promised = {" ".join(line[3:]) for line in stage.journal() if line[:2] == ["done", "reply"]}
    verdict.lost += [f"{text!r} was taken on" for text in sorted(promised - set(ours))]
    verdict.doubled += [
        f"{text!r}: {n} times" for text, n in there.items() if n > max(1, ours[text])
    ]
    verdict.doubled += [f"{text!r} is nobody's" for text in there if not ours[text]]
    verdict.lost += [
        f"reply {each.id} is {each.state}: {each.error}"
        for each in deliveries
        if each.what == "reply" and each.state not in {"sent", "in doubt"}
    ]


def _posts(stage: Stage, verdict: Verdict, deliveries: list[Sent]) -> None:
    """Compare what the rooms hold with what was to be posted."""
    seen = _marked(stage, verdict)
    roots = {
        (d.ticket, d.burst if d.what == "burst" else None, d.to): d.external_id
        for d in deliveries
        if d.what in {"card", "burst"}
    }
    threads: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for each in deliveries:
        if each.what not in _IN_ROOMS:
            continue
        there = seen.pop(each.marker, [])
        said = f"{each.what} {each.id} to {each.to}"
        if each.what == "announce" and each.state == "withdrawn" and not there:
            continue  # it was no news any more
        if not there:
            verdict.lost.append(f"{said}, {each.state}: {each.error}")
            continue
        verdict.doubled += [f"{said}: {len(there)} times"] * (len(there) > 1)
        (message, *_) = there
        if message.channel != ROOMS.get(each.to, message.channel):
            verdict.untrue.append(f"{said} is in {message.channel}")
        if each.what in _IN_THREADS:
            of = (None, each.burst) if each.what == "line" else (each.ticket, None)
            if not _is_under(stage, message, roots.get((*of, each.to))):
                verdict.untrue.append(f"{said} is under {message.thread_ts}")
            if each.what != "line":  # one in doubt keeps no other ticket's waiting
                threads[message.channel, str(message.thread_ts)].append((message.ts, each.id))
        if (each.state, each.shown) != ("sent", each.wanted):
            verdict.untrue.append(f"{said} shows {each.shown} of {each.wanted}, {each.state}")
    verdict.doubled += [f"post {marker} is nobody's" for marker in seen]
    for (channel, thread), lines in threads.items():
        ids = [id for _, id in sorted(lines)]
        verdict.disorder += [
            f"{channel} {thread}: {one} before {next}" for one, next in pairwise(ids) if one > next
        ]


def _marked(stage: Stage, verdict: Verdict) -> dict[str, list[Message]]:
    """The app's messages in all rooms, by the mark that they bear."""
    rooms = {id: name for name, id in ROOMS.items()}
    seen: dict[str, list[Message]] = defaultdict(list)
    for channel, messages in stage.slack.state.messages.items():
        for message in messages.values():
            if message.bot_id is None or message.ephemeral_to or message.deleted:
                continue
            payload = (message.metadata or {}).get("event_payload", {})
            if (marker := payload.get("marker")) is not None:
                seen[marker].append(message)
            elif channel in rooms:
                verdict.doubled.append(f"a post without a mark in {rooms[channel]}")
    return seen


def _is_under(stage: Stage, message: Message, root: str | None) -> bool:
    """Whether a line is under its card, or under one that somebody has deleted since."""
    under = stage.slack.state.messages[message.channel].get(str(message.thread_ts))
    return message.thread_ts == root or (under is not None and under.deleted)


def _cards(stage: Stage, verdict: Verdict, tickets: list[Ticket], deliveries: list[Sent]) -> None:
    cards = {(d.ticket, d.to): d for d in deliveries if d.what == "card"}
    lines = Counter((d.ticket, d.to) for d in deliveries if d.what == "line")
    verdict.doubled += [f"ticket {key}: its line" for key, count in lines.items() if count > 1]
    for ticket in tickets:
        card = cards.get((ticket.id, ticket.queue))
        if card is None:
            if not (ticket.quiet or lines[ticket.id, ticket.queue]):
                verdict.lost.append(f"ticket {ticket.id} has no card in {ticket.queue}")
            continue
        message = stage.slack.state.message(ROOMS[ticket.queue], str(card.external_id))
        if message is None:
            verdict.lost.append(f"ticket {ticket.id}: its card in {ticket.queue}")
            continue
        shown = str(message.blocks)
        offers = {name: f'"c":"{name}"' in shown for name in ("claim", "reopen", "close")}
        wanted = {
            "claim": ticket.status is Status.OPEN and ticket.assignee is None,
            "reopen": ticket.status is Status.CLOSED,
            "close": ticket.status is not Status.CLOSED,
        }
        if offers != wanted or card.wanted != ticket.revision:
            verdict.untrue.append(
                f"ticket {ticket.id} is {ticket.status} at {ticket.revision}, assigned to "
                f"{ticket.assignee}; its card at {card.shown} offers {offers}"
            )


def _alerts(
    verdict: Verdict, log: dict[int, list[tuple[int, int, Event]]], deliveries: list[Sent]
) -> None:
    """Each breach is told once in its queue's room and once to the managers."""
    told = Counter(each.entry for each in deliveries if each.what == "alert")
    for ticket, entries in log.items():
        breaches = {id: event for id, _, event in entries if isinstance(event, Breached)}
        for id in breaches:
            verdict.lost += [f"ticket {ticket}: an alert of {id}"] * max(0, 2 - told[id])
            verdict.doubled += [f"ticket {ticket}: an alert of {id}"] * max(0, told[id] - 2)
        # a reopened ticket has a clock of its own again, with a due time of its own
        times = Counter(breaches.values())
        verdict.doubled += [f"ticket {ticket}: {e}" for e, count in times.items() if count > 1]


async def _digests(stage: Stage, verdict: Verdict, deliveries: list[Sent]) -> None:
    """Each day's digest is one post; the very first, new in app.yaml, may be passed over."""
    ((days,),) = await stage.rows("SELECT count(*) FROM digest_run WHERE name = 'breaches'")
    posts = sum(each.what == "published" and each.to == "managers" for each in deliveries)
    verdict.lost += ["a digest"] * max(0, days - 1 - posts)
    verdict.doubled += ["a digest"] * max(0, posts - days)


def _folds(
    verdict: Verdict, tickets: list[Ticket], log: dict[int, list[tuple[int, int, Event]]]
) -> None:
    for ticket in tickets:
        try:
            made = fold(ticket.id, [(event, instant(at)) for _, at, event in log[ticket.id]])
        except ValueError as error:
            verdict.untrue.append(str(error))
            continue
        verdict.untrue += [
            f"ticket {ticket.id}: {one.name} is {getattr(ticket, one.name)}, its log says "
            f"{getattr(made, one.name)}"
            for one in fields(Ticket)
            if getattr(ticket, one.name) != getattr(made, one.name)
        ]
