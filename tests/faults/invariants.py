"""What must hold after every fault, looked at from outside: in the database and in the clouds' records.

Every inbound message is in exactly one ticket. Each card, line, alert and digest is in its room once,
and each shows the newest state. A thread's order is the events' order. Each reply to a customer is
there once, in its order, and none is in doubt: these networks have a key or a look-up. Each ticket equals the fold of its events.
In Teams, what people were asked about and said not to be there stands below what came meanwhile.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from itertools import pairwise
from typing import Final

from chatops.card import Paragraph
from chatops.card_json import load_card
from chatops.event import (
    Alerted,
    AlertLevel,
    Breached,
    ChainEnded,
    ChainEntered,
    Event,
    StageReached,
)
from chatops.follow import TO_PERSON
from chatops.step import fold
from chatops.ticket import Ticket
from storage.codec import decode
from storage.instant import instant
from storage.rows import ticket_of
from storage.tables import TICKET
from tests.faults import seen, shown
from tests.faults.database import Row
from tests.faults.process import ROOMS, Stage
from tests.faults.verdict import Sent, Verdict

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
_MESSAGES: Final = (
    "SELECT id, external_id, direction, text, ticket, state, agent FROM message ORDER BY id"
)
DELIVERIES: Final = """
    SELECT id, what, "to", marker, ticket, entry, state, wanted, shown, external_id, "left", error, burst, message, body
      FROM delivery ORDER BY id
"""
#: What a thread's card is of: its kind, its number, its room.
Root = tuple[str, int | None, str]

#: What is shown in a room, and in a thread of it.
_IN_ROOMS: Final = frozenset(
    {"card", "message", "event", "announce", "alert", "published", "burst", "line"}
)
_IN_THREADS: Final = frozenset({"message", "event", "line"})


async def judge(stage: Stage, told: Iterable[str], own: Iterable[str] = ()) -> Verdict:
    """Look at everything. `told`: external ids whose webhook was answered with 200, or that a stream
    brought; `own`: what our account has written without the service.
    """
    verdict = Verdict()
    tickets = [ticket_of(row) for row in await stage.rows(_TICKETS)]
    deliveries = [Sent(*row) for row in await stage.rows(DELIVERIES)]
    log: dict[int, list[tuple[int, int, Event]]] = defaultdict(list)
    for id, ticket, at, name, body in await stage.rows(_ENTRIES):
        log[ticket].append((id, at, decode(name, body)))
    messages = await stage.rows(_MESSAGES)
    await _inbound(stage, verdict, messages, set(told), {ticket.id for ticket in tickets})
    _replies(stage, verdict, messages, deliveries, set(own))
    words = {id: text for id, _, _, text, *_ in messages}
    _posts(stage, verdict, deliveries, words)
    shown.cards(stage, verdict, tickets, deliveries)
    earlier = dict(await stage.rows("SELECT id, earlier FROM burst"))
    shown.bursts(stage, verdict, earlier, tickets, deliveries)
    said = [(id, direction, text, state) for id, _, direction, text, _, state, _ in messages]
    shown.lines(stage, verdict, said, deliveries)
    _alerts(stage, verdict, tickets, log, deliveries)
    await _digests(stage, verdict, deliveries)
    _folds(verdict, tickets, log)
    journal = stage.journal()
    verdict.found = sum(line == ["looked-up", "there"] for line in journal)
    sends = Counter(line[1] for line in journal if line[0] == "sending")
    verdict.repeated = sum(times - 1 for times in sends.values())
    verdict.asked = sum(
        type(event).__name__ == "ReplyDoubted" for entries in log.values() for *_, event in entries
    ) + sum(each.what == "question" for each in deliveries)
    return verdict


async def _inbound(
    stage: Stage, verdict: Verdict, messages: list[Row], told: set[str], tickets: set[int]
) -> None:
    heard: list[tuple[str, int | None]] = [
        (external_id, ticket)
        for _, external_id, direction, _, ticket, *_ in messages
        if direction == "inbound"
    ]
    verdict.lost += [f"message {id}" for id in sorted(told - {id for id, _ in heard})]
    verdict.lost += [f"message {id} is in no ticket" for id, at in heard if at not in tickets]
    times = Counter(id for id, _ in heard)
    verdict.doubled += [f"message {id}" for id, count in times.items() if count > 1]
    unreadable = await stage.rows("SELECT id, error FROM raw_body WHERE state = 'unreadable'")
    verdict.lost += [f"body {id}: {error}" for id, error in unreadable]


def _replies(
    stage: Stage, verdict: Verdict, messages: list[Row], deliveries: list[Sent], own: set[str]
) -> None:
    there = Counter(text for text in stage.written() if text not in own)
    ours: Counter[str] = Counter()
    for _, id, direction, text, _, state, agent in messages:
        if direction != "outbound":
            continue
        ours[text] += 1
        if agent is None:
            verdict.doubled.append(f"{text!r} is taken for an answer from outside")
        elif state == "sent" and not (there[text] and id):
            verdict.lost.append(f"{text!r} is said to be sent")
        elif state in {"waiting", "sending", "failed", "in doubt"}:
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
        if each.what == "reply" and each.state != "sent"
    ]
    _in_order(stage, verdict, messages)


def _in_order(stage: Stage, verdict: Verdict, messages: list[Row]) -> None:
    """Each ticket's replies are on the network in the order in which they were written."""
    place = {text: (ticket, id) for id, _, _, text, ticket, _, agent in messages if agent}
    there: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for text in dict.fromkeys(stage.written()):
        if text in place:
            ticket, id = place[text]
            there[ticket].append((id, text))
    for replies in there.values():
        verdict.disorder += [
            f"{one!r} before {next!r}" for (a, one), (b, next) in pairwise(replies) if a > b
        ]


def _posts(
    stage: Stage, verdict: Verdict, deliveries: list[Sent], words: Mapping[int, str]
) -> None:
    """Compare what the rooms hold with what was to be posted; `words` are those of messages."""
    there_is = seen.in_all_chats(stage, verdict, deliveries, words)
    threads: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    roots = _roots(deliveries)
    for each in deliveries:
        if each.what not in _IN_ROOMS:
            continue
        there = there_is.pop(each.marker, [])
        said = f"{each.what} {each.id} to {each.to}"
        if each.what == "announce" and each.state == "withdrawn" and not there:
            continue  # it was no news any more
        if not there:
            verdict.lost.append(f"{said}, {each.state}: {each.error}")
            continue
        verdict.doubled += [f"{said}: {len(there)} times"] * (len(there) > 1)
        (post, *_) = there
        if post.channel != ROOMS.get(each.to, post.channel):
            verdict.untrue.append(f"{said} is in {post.channel}")
        if each.what in _IN_THREADS:
            if not (post.thread == roots.get(_root_of(each)) or post.is_orphan):
                verdict.untrue.append(f"{said} is under {post.thread}")
            # a burst's line that is in doubt keeps no other ticket's waiting
            order = 0 if each.what == "line" else each.id
            threads[post.channel, str(post.thread)] += [(post.id, order)] * (not post.is_late)
        if (each.state, each.shown) != ("sent", each.wanted):
            verdict.untrue.append(f"{said} shows {each.shown} of {each.wanted}, {each.state}")
    verdict.doubled += [f"post {marker} is nobody's" for marker in there_is]
    for (channel, thread), lines in threads.items():
        ids = [id for _, id in sorted(lines)]
        verdict.disorder += [
            f"{channel} {thread}: {one} before {next}" for one, next in pairwise(ids) if one > next
        ]


def _root_of(line: Sent) -> Root:
    of = ("burst", line.burst) if line.what == "line" else ("card", line.ticket)
    return (*of, line.to)


def _roots(deliveries: list[Sent]) -> dict[Root, str | None]:
    """Return the cards under which threads are, by what they are of."""
    of = {"card": lambda d: d.ticket, "burst": lambda d: d.burst}
    return {(d.what, of[d.what](d), d.to): d.external_id for d in deliveries if d.what in of}


def _alerts(
    stage: Stage,
    verdict: Verdict,
    tickets: list[Ticket],
    log: dict[int, list[tuple[int, int, Event]]],
    deliveries: list[Sent],
) -> None:
    """Each breach is told once in each of its queue's rooms and once to the managers; what comes
    before and after it once where it belongs; and each level of a clock is reached once for ever.
    Each stage of a chain is reached once, and told once in each thread; its end is told like a breach.
    """
    told = Counter(each.entry for each in deliveries if each.what == "alert")
    told.update(_listed(deliveries))
    missing: list[str] = []
    lines = Counter(each.entry for each in deliveries if each.what == "event")
    rooms = {ticket.id: len(stage.rooms_of(ticket.queue)) + 1 for ticket in tickets}
    for ticket, entries in log.items():
        reached: Counter[tuple[object, ...]] = Counter()
        chains = 0
        for id, _, event in entries:
            chains += isinstance(event, ChainEntered)
            if not isinstance(event, _TOLD):
                continue
            reached[_reached(event, chains)] += 1
            # of one that was passed over, a later one tells
            if not isinstance(event, ChainEnded) and event.superseded:
                continue
            more = told[id] + lines[id] - _tellings(event, rooms[ticket], in_thread=lines[id] > 0)
            missing += [f"ticket {ticket}: an alert of {id}"] * max(0, -more)
            verdict.doubled += [f"ticket {ticket}: an alert of {id}"] * max(0, more)
        verdict.doubled += [f"ticket {ticket}: {e}" for e, count in reached.items() if count > 1]
    # a list shows its first ones, and of the others how many they are
    verdict.lost += missing if len(missing) != _unlisted(deliveries) else []


_Told = Breached | Alerted | StageReached | ChainEnded
_TOLD: Final = (Breached, Alerted, StageReached, ChainEnded)


def _reached(event: _Told, chains: int) -> tuple[object, ...]:
    """What comes once for ever: a clock's level, or a stage or the end of a ticket's nth chain."""
    match event:
        case Alerted():
            return event.clock, event.cycle, event.level
        case Breached():
            return event.clock, event.cycle, AlertLevel.BREACH
        case StageReached():
            return chains, event.round, event.stage
        case ChainEnded():
            return chains, "end"


def _tellings(event: _Told, rooms: int, *, in_thread: bool) -> int:
    """How often it is told, where the ticket's queue and its managers have so many rooms in all."""
    match event:
        case Alerted(AlertLevel.DUE_SOON):
            return 1 if in_thread else rooms - 1
        case Alerted(unheard=False):
            return 1
        case StageReached():
            return rooms - 1
        case _:
            return rooms


def _listed(deliveries: list[Sent]) -> Iterator[int]:
    """The entries whose alerts came in a room's list; who rested is told of them again, alone."""
    for each in deliveries:
        if each.what == "published" and each.body and not each.to.startswith(TO_PERSON):
            for block in load_card(each.body).blocks:
                args = dict(block.said.args) if isinstance(block, Paragraph) else {}
                if isinstance(entry := args.get("entry"), int):
                    yield entry


def _unlisted(deliveries: list[Sent]) -> int:
    """How many alerts lists only counted, for they show no more than so many."""
    return sum(
        int(str(dict(block.said.args)["count"]))
        for each in deliveries
        if each.what == "published" and each.body and not each.to.startswith(TO_PERSON)
        for block in load_card(each.body).blocks
        if isinstance(block, Paragraph) and block.said.id == "alerts-more"
    )


async def digest_days(stage: Stage) -> dict[datetime, str]:
    """Each digest but the first of its name, by the moment where it goes on: where the last one ended."""
    runs = await stage.rows("SELECT name, period, at FROM digest_run ORDER BY name, period")
    return {
        instant(ended): f"{name} of {day}"
        for (before, _, ended), (name, day, _) in pairwise(runs)
        if name == before
    }


async def _digests(stage: Stage, verdict: Verdict, deliveries: list[Sent]) -> None:
    """Each digest of a day is one post; the very first, new in app.yaml, may be passed over."""
    days = await digest_days(stage)
    cards = [
        load_card(each.body)
        for each in deliveries
        if each.what == "published" and each.to == "managers" and each.body
    ]
    # an empty one is a line without a title
    heads = [card.title or card.push for card in cards]
    told = Counter(
        days.get(dict(head.args)["since"])
        for head in heads
        if head.id in {"breaches-title", "breaches-none"}
    )
    names = {day.partition(" of ")[0] for day in days.values()}
    verdict.lost += [f"the digest {day}" for day in days.values() if not told[day]]
    # of each name the first one goes on from nowhere
    most = {None: max(len(names), 1)}
    verdict.doubled += [
        f"the digest {day or 'of the first day'}"
        for day, count in told.items()
        if count > most.get(day, 1)
    ]


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
