"""Links the blocks of app.yaml by the names that they use of one another, into a `Policy`.

Where something is wrong a stand-in goes into the policy; it is never used, because the faults
stop the start.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import chain

from chatops import hours
from chatops.calendar import Calendar
from chatops.config.document import Place, Value
from chatops.config.fit import Fitter, below
from chatops.config.shape import (
    ALWAYS,
    EVERY_QUEUE,
    CalendarBlock,
    DigestBlock,
    PersonBlock,
    QueueBlock,
    RoomBlock,
    Service,
)
from chatops.policy import (
    Account,
    CannedReply,
    DigestPlan,
    EscalationTarget,
    Person,
    Policy,
    Queue,
    Role,
    Room,
    UrgencyRules,
)
from chatops.terms import Terms

#: Says what is wrong with the command that a digest runs, or None; only the caller knows commands.
Runs = Callable[[DigestPlan, Policy], str | None]


def policy(
    fitter: Fitter,
    service: Service,
    accounts: Mapping[str, Account],
    digests: Value,
    today: date,
    runs: Runs,
) -> Policy:
    """Make the policy; what says one thing twice, or leaves nobody working, is a fault."""
    calendars = _calendars(fitter, service, today)
    planned = list(_digests(fitter, digests, calendars))
    made = Policy(
        rooms=_rooms(fitter, service),
        queues=_queues(fitter, calendars),
        people=_people(fitter),
        accounts=accounts,
        digests={plan.name: plan for _, plan in planned},
        prefix=service.prefix,
        undo_in=service.undo,
    )
    for place, plan in planned:
        if (said := runs(plan, made)) is not None:
            fitter.faults.add((*place, "run"), said)
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
        days, closed = block.holidays, set(chain.from_iterable(block.holidays.own))
        try:
            if days.country is not None:
                closed |= hours.public_holidays(days.country, days.region, today)
        except ValueError as error:
            fitter.faults.add((*place, "holidays"), str(error))
            continue
        try:
            calendars[name] = hours.calendar(
                name, block.zone, block.week, closed, block.special, today
            )
        except ValueError as error:
            fitter.faults.add(place, str(error))
    return {**calendars, ALWAYS: always}


def _queues(fitter: Fitter, calendars: Mapping[str, Calendar]) -> dict[str, Queue]:
    return {
        name: Queue(
            name,
            rooms=tuple(dict.fromkeys(block.rooms)),
            managers_room=block.managers_room,
            calendar=calendars.get(block.calendar, calendars[ALWAYS]),
            first_response=block.first_response,
            escalation={
                target: EscalationTarget(target, to.room, to.people)
                for target, to in block.escalation.items()
            },
            canned=_canned(fitter, block, place),
            assignment=block.assignment,
            announce=block.announce,
            mention_assignee=block.mention_assignee,
            urgency=UrgencyRules(block.urgency.followers, Terms(block.urgency.words)),
            reopen_window=block.reopen_window,
        )
        for name, place, block in fitter.blocks("queues", QueueBlock)
    }


def _canned(fitter: Fitter, queue: QueueBlock, place: Place) -> tuple[CannedReply, ...]:
    seen: set[tuple[str, str]] = set()
    for number, block in enumerate(queue.canned):
        if (block.name, block.language) in seen:
            said = "another text has this name and language; give this one another name"
            fitter.faults.add((*place, "canned", number, "name"), said)
        seen.add((block.name, block.language))
    return tuple(CannedReply(block.name, block.language, block.text) for block in queue.canned)


def _people(fitter: Fitter) -> dict[str, Person]:
    people: dict[str, Person] = {}
    owner: dict[tuple[str, str], str] = {}
    for name, place, block in fitter.blocks("people", PersonBlock):
        for identity in block.ids.items():
            first = owner.setdefault(identity, name)
            if first != name:
                said = f'"{first}" has this id; a person stands here once'
                fitter.faults.add((*place, "ids", identity[0]), said)
        roles = _roles(fitter, block.roles)
        people[name] = Person(name, block.name, block.language, block.ids, roles)
    return people


def _roles(fitter: Fitter, written: Mapping[str, Role]) -> dict[str, Role]:
    """Spread `*` over the queues without a line of their own."""
    everywhere = written.get(EVERY_QUEUE)
    held = {queue: written.get(queue, everywhere) for queue in fitter.names.blocks("queues")}
    return {queue: role for queue, role in held.items() if role is not None}


def _digests(
    fitter: Fitter, written: Value, calendars: Mapping[str, Calendar]
) -> Iterator[tuple[Place, DigestPlan]]:
    names: set[str] = set()
    for place, block in _digest_blocks(fitter, written):
        if block.name in names:
            said = "another digest has this name; each is posted once a day under its own"
            fitter.faults.add((*place, "name"), said)
        names.add(block.name)
        yield (
            place,
            DigestPlan(
                block.name,
                at=block.at.at,
                days=block.at.days,
                calendar=calendars.get(block.calendar, calendars[ALWAYS]),
                run=block.run,
                room=block.into,
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
