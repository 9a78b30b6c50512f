"""Links the blocks of app.yaml by the names that they use of one another, into a `Policy`.

Where something is wrong a stand-in goes into the policy; it is never used, because the faults
stop the start.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from chatops import hours
from chatops.arrival.terms import Terms
from chatops.calendar import Calendar
from chatops.config import chains, promises, routes, texts
from chatops.config.away import away
from chatops.config.block import ALWAYS
from chatops.config.document import Place, Value
from chatops.config.fit import Fitter, below
from chatops.config.names import Refers
from chatops.config.queues import DmHandover, IdleClaim, QueueBlock
from chatops.config.shape import (
    CalendarBlock,
    DigestBlock,
    MacroBlock,
    PersonBlock,
    RoomBlock,
    Service,
)
from chatops.errors import ConfigError
from chatops.policy import (
    EVERY_QUEUE,
    INVITED,
    Account,
    AwayText,
    BurstRule,
    CannedReply,
    DigestPlan,
    EscalationTarget,
    IdleRule,
    Keep,
    LowStars,
    Macro,
    Person,
    Policy,
    Queue,
    Role,
    Room,
    UrgencyRules,
)
from chatops.sla import Handover
from chatops.targets import Targets


@dataclass(frozen=True, slots=True)
class Runs:
    """What the caller, who alone knows commands, finds wrong with a line that app.yaml runs."""

    digest: Callable[[DigestPlan, Policy], str | None]
    #: Of a line of a macro, in the queues where that may be used.
    macro: Callable[[str, Iterable[Queue], Policy], str | None]
    #: Of an away text, on the channels where the queue may say it.
    away: Callable[[AwayText, Queue, Policy], str | None]


def policy(
    fitter: Fitter,
    service: Service,
    accounts: Mapping[str, Account],
    digests: Value,
    routing: Value,
    sla: Value,
    today: date,
    runs: Runs,
    canned: texts.Source | None,
) -> Policy:
    """Make the policy; what says one thing twice, or leaves nobody working, is a fault."""
    calendars = _calendars(fitter, service, today)
    planned = list(_digests(fitter, digests, calendars))
    made = Policy(
        rooms=_rooms(fitter, service),
        queues=_queues(fitter, calendars, canned, today),
        people=_people(fitter, calendars, today, service.zone),
        accounts=accounts,
        digests={plan.name: plan for _, plan in planned},
        routing=routes.rules(fitter, routing, accounts, calendars),
        sla=promises.promises(fitter, sla, calendars),
        sample=service.quiet.sample,
        macros=_macros(fitter),
        prefix=service.prefix,
        undo_in=service.undo,
        zone=service.zone,
        day_starts=service.day_starts,
        targets=Targets(**dict(service.report.targets)),
        keep=Keep(service.keep.raw, service.keep.closed, service.keep.logs),
    )
    for place, plan in planned:
        if (said := runs.digest(plan, made)) is not None:
            fitter.faults.add((*place, "run"), said)
    for queue in made.queues.values():
        for number, each in enumerate(queue.away.texts if queue.away else ()):
            if (said := runs.away(each, queue, made)) is not None:
                where = ("queues", queue.name, "away", "texts", number, "text")
                fitter.faults.add(where, said)
    for macro in made.macros.values():
        used = [made.queues[name] for name in macro.queues or made.queues if name in made.queues]
        for number, line in enumerate(macro.lines):
            if (said := runs.macro(line, used, made)) is not None:
                fitter.faults.add(("macros", macro.name, "lines", number), said)
    return made


def _rooms(fitter: Fitter, service: Service) -> dict[str, Room]:
    rooms: dict[str, Room] = {}
    owner: dict[tuple[str, str], str] = {}
    for name, place, block in fitter.blocks("rooms", RoomBlock):
        first = owner.setdefault((block.chat, block.id), name)
        if first != name:
            said = f'the room "{first}" has this id; each needs its own'
            fitter.faults.add((*place, "id"), said)
        rooms[name] = Room(
            name,
            chat=block.chat,
            id=block.id,
            language=block.language or service.language,
            zone=block.zone or service.zone,
        )
    return rooms


def _calendars(fitter: Fitter, service: Service, today: date) -> Mapping[str, Calendar]:
    """Return the calendars by name; one with a fault is open always, so that others can use it."""
    always = Calendar.always(service.zone)
    calendars = dict.fromkeys(fitter.names.blocks("calendars"), always)
    if ALWAYS in calendars:
        said = f"{ALWAYS} is there without a block; give this calendar another name"
        fitter.faults.add(("calendars", ALWAYS), said)
    for name, place, block in fitter.blocks("calendars", CalendarBlock):
        if (made := _calendar(fitter, name, place, block, today)) is not None:
            calendars[name] = made
    return {**calendars, ALWAYS: always}


def _calendar(
    fitter: Fitter, name: str, place: Place, block: CalendarBlock, today: date
) -> Calendar | None:
    days, closed = block.holidays, set(chain.from_iterable(block.holidays.own))
    try:
        if days.country is not None:
            closed |= hours.public_holidays(days.country, days.region, today)
    except ValueError as error:
        fitter.faults.add((*place, "holidays"), str(error))
        return None
    try:
        return hours.calendar(name, block.zone, block.week, closed, block.special, today)
    except ValueError as error:
        fitter.faults.add(place, str(error))
        return None


def _queues(
    fitter: Fitter, calendars: Mapping[str, Calendar], source: texts.Source | None, today: date
) -> dict[str, Queue]:
    blocks = list(fitter.blocks("queues", QueueBlock))
    written = {name: _canned(fitter, block, place) for name, place, block in blocks}
    rows = [texts.Row(name, each) for name, canned in written.items() for each in canned]
    if source is not None:
        rows += _read(fitter, source, {row.key for row in rows})
    canned = texts.by_queue(rows, written)
    calendar = {name: calendars.get(b.calendar, calendars[ALWAYS]) for name, _, b in blocks}
    climbed = {
        name: chains.chain(
            fitter, (*place, "chain"), name, b.chain, b.escalation, calendar[name], today
        )
        for name, place, b in blocks
        if b.chain is not None
    }
    chains.check_rings(fitter, climbed)
    return {
        name: Queue(
            name,
            rooms=tuple(dict.fromkeys(block.rooms)),
            managers_rooms=tuple(dict.fromkeys(routes.several(block.managers_room))),
            calendar=calendar[name],
            first_response=block.first_response,
            escalation={
                target: EscalationTarget(target, to.room, to.people)
                for target, to in block.escalation.items()
            },
            canned=tuple(canned[name]),
            assignment=block.assignment,
            announce=block.announce,
            mention_assignee=block.mention_assignee,
            urgency=UrgencyRules(block.urgency.followers, Terms(block.urgency.words)),
            reopen_window=block.reopen_window,
            open_goal=block.open_goal,
            chain=climbed.get(name),
            burst=BurstRule(block.burst.tickets, block.burst.within) if block.burst else None,
            idle_claim=_idle_rule(block.idle_claim),
            low_stars=LowStars(block.low_stars.room, block.low_stars.at_most)
            if block.low_stars
            else None,
            away=away(fitter, (*place, "away"), block.away, block.calendar) if block.away else None,
            dm_handover=_handover(fitter, (*place, "dm_handover"), block.dm_handover),
        )
        for name, place, block in blocks
    }


def _idle_rule(block: IdleClaim | None) -> IdleRule | None:
    return None if block is None else IdleRule(block.ask_after, block.hand_back_after)


def _handover(fitter: Fitter, place: Place, block: DmHandover | None) -> Handover | None:
    if block is None:
        return None
    over_in = block.nudge_after + block.abandon_after
    if over_in > INVITED:
        said = (
            f"a direct message joins the ticket for {INVITED.days} days; "
            "write less, so that both are no more than that"
        )
        fitter.faults.add((*place, "abandon_after"), said)
    return Handover(int(block.nudge_after.total_seconds()), int(over_in.total_seconds()))


def _read(fitter: Fitter, source: texts.Source, taken: set[texts.Key]) -> list[texts.Row]:
    """Return the canned replies of the file that app.yaml names."""
    refers = Refers("queues", also=(EVERY_QUEUE,))
    try:
        return texts.read(source, lambda queue: fitter.names.wrong(queue, refers), taken)
    except ConfigError as error:
        fitter.faults.add_told(str(error))
    except OSError as error:
        said = f"{source.path} cannot be read: {error.strerror}"
        remedy = "put one there by: python -m chatops texts import FILE"
        fitter.faults.add(("canned_from",), f"{said}; {remedy}")
    return []


def _canned(fitter: Fitter, queue: QueueBlock, place: Place) -> tuple[CannedReply, ...]:
    seen: set[tuple[str, str]] = set()
    for number, block in enumerate(queue.canned):
        if (block.name, block.language) in seen:
            said = "another text has this name and language; give this one another name"
            fitter.faults.add((*place, "canned", number, "name"), said)
        seen.add((block.name, block.language))
    return tuple(
        CannedReply(block.name, block.language, block.text, block.invites) for block in queue.canned
    )


def _people(
    fitter: Fitter, calendars: Mapping[str, Calendar], today: date, zone: str
) -> dict[str, Person]:
    people: dict[str, Person] = {}
    owner: dict[tuple[str, str], str] = {}
    reached: dict[str, str] = {}
    for name, place, block in fitter.blocks("people", PersonBlock):
        if block.email is not None:
            first = reached.setdefault(block.email.casefold(), name)
            if first != name:
                said = f'"{first}" has this address; it must tell who somebody is'
                fitter.faults.add((*place, "email"), said)
        for identity in block.ids.items():
            first = owner.setdefault(identity, name)
            if first != name:
                said = f'"{first}" has this id; a person stands here once'
                fitter.faults.add((*place, "ids", identity[0]), said)
        roles = _roles(fitter, block.roles)
        shifts = (
            _calendar(fitter, name, (*place, "shifts"), block.shifts, today)
            if isinstance(block.shifts, CalendarBlock)
            else calendars.get(block.shifts or "")
        )
        quiet = block.quiet and Calendar(
            name, shifts.zone if shifts else zone, dict.fromkeys(range(7), (block.quiet,))
        )
        people[name] = Person(
            name, block.name, block.language, block.ids, roles, shifts, block.email, quiet
        )
    return people


def _macros(fitter: Fitter) -> dict[str, Macro]:
    return {
        name: Macro(name, block.lines, tuple(dict.fromkeys(block.queues)))
        for name, _, block in fitter.blocks("macros", MacroBlock)
    }


def _roles(fitter: Fitter, written: Mapping[str, Role]) -> dict[str, Role]:
    """Spread `*` over the queues without a line of their own; it stays for those that there were."""
    everywhere = written.get(EVERY_QUEUE)
    names = (*fitter.names.blocks("queues"), EVERY_QUEUE)
    held = {queue: written.get(queue, everywhere) for queue in names}
    return {queue: role for queue, role in held.items() if role is not None}


def _digests(
    fitter: Fitter, written: Value, calendars: Mapping[str, Calendar]
) -> Iterator[tuple[Place, DigestPlan]]:
    """Read the plans: one for each room of a digest, for what it shows depends on its room.

    The first room's goes by the digest's name; the others' are told apart by their rooms.
    """
    names: set[str] = set()
    for place, block in _digest_blocks(fitter, written):
        for room in dict.fromkeys(routes.several(block.into)):
            name = f"{block.name} @ {room}" if room != routes.several(block.into)[0] else block.name
            if name in names:
                said = "another digest has this name; each is posted once a day under its own"
                fitter.faults.add((*place, "name"), said)
            names.add(name)
            yield (
                place,
                DigestPlan(
                    name,
                    at=block.at.at,
                    days=block.at.days,
                    calendar=calendars.get(block.calendar, calendars[ALWAYS]),
                    run=block.run,
                    room=room,
                    when_empty=block.when_empty,
                ),
            )


def _digest_blocks(fitter: Fitter, written: Value) -> Iterator[tuple[Place, DigestBlock]]:
    if not isinstance(written, list):
        fitter.faults.add(("digests",), "write a list, each digest beginning with a dash")
        return
    for number, value in enumerate(written):
        place: Place = ("digests", number)
        if (block := fitter.fit(DigestBlock, value, below(place))) is not None:
            yield place, block
