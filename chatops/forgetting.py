"""Forgetting a person: their words, names and handles, everywhere, and for good.

The order matters, so that a run that was cut off can be begun anew and ends the same: who is forgotten
is written down first; their own messages, by which they are found elsewhere, are overwritten when
nothing is left to be found, and the customer's own row last. What is changed of others is shown anew
by the same transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from chatops.act import Act, Marks
from chatops.app import Service, opened
from chatops.arrival.inbox import Inbox
from chatops.card import Card, Paragraph
from chatops.card_json import dump_card
from chatops.config import Config
from chatops.errors import CareError, ConfigError, StorageError
from chatops.event import CustomerForgotten, Event, ReplyFailed, ReplyState, ReplyWithdrawn
from chatops.forgotten_list import digests, newest, read_lists, write_list
from chatops.ledger import apply
from chatops.oblivion import Traces
from chatops.ports import Tx
from chatops.text import text
from chatops.ticket import Ticket
from storage import is_postgres
from storage.alone import alone
from storage.backup import discard, restoring
from storage.forgetting import erasing, listed, whom
from storage.forgetting.whom import Person, Theirs
from storage.instant import instant
from storage.sqlite import scrub
from storage.statement import Db

T = TypeVar("T")

#: The last id of a page of rows, None after the last one; and how many of them were changed.
_Page = tuple[int | None, int]

#: Who is named in a ticket's log for what forgetting does to it, and why its replies did not go.
RULE: Final = "forget"
_CODE: Final = "forgotten"

_POST: Final = Card(push=text("post-forgotten"), blocks=(Paragraph(text("post-forgotten")),))


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom it would concern, and what is theirs."""

    persons: tuple[Person, ...]
    tickets: int
    messages: int
    typed_notes: tuple[
        int, ...
    ]  #: tickets with notes that stand in a thread as colleagues typed them
    asked_about: tuple[
        int, ...
    ]  #: tickets in whose threads a line may stand that cannot be changed: its id is unknown
    copies: tuple[Path, ...]  #: older databases beside this one, which still hold everything


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased."""

    messages: int
    tickets: int
    bodies: int
    posts: int


async def forget(
    config: Config, said: str, agreed: Callable[[Plan], bool]
) -> tuple[Plan, Forgotten] | None:
    """Forget a customer, if what would be done is `agreed` to; None if it is not.

    Who consent says is the same person is forgotten too.

    Raises:
        ConfigError: nobody is called so, or several are.
        CareError: messages of theirs were received and could not be read yet.
        StorageError: a process serves the database, or it cannot be written or written anew: `end`
            does what is left.
    """
    with alone(config.database, "forget") as path:
        async with opened(config) as service:
            persons = await _persons(service, said)
            await _read_what_waits(service)
            everything = [await _run(service, partial(whom.theirs, who=each)) for each in persons]
            plan = Plan(
                persons=tuple(persons),
                tickets=sum(len(each.tickets) for each in everything),
                messages=sum(len(each.messages) for each in everything),
                typed_notes=tuple(sorted({id for each in everything for id in each.typed_notes})),
                asked_about=tuple(sorted({id for each in everything for id in each.asked_about})),
                copies=tuple(sorted(path.parent.glob(f"{path.name}.before-*"))),
            )
            traces = _together(everything)
            if await _run(service, lambda db: whom.unread_about(db, traces)):
                raise CareError(
                    "messages of theirs were received and could not be read yet: start serve, "
                    "look at its log until chatops_unread_bodies is 0, and forget again"
                )
            if not agreed(plan):
                return None
            now = service.clock.transport()
            for each in persons:
                latest = digests(config, each)[0]
                await _run(service, partial(listed.remember, digest=latest, at=now))
            write_list(path, await _run(service, listed.remembered))
            await _run(service, listed.overwritten)
            done = await erase(service, persons)
        await _scrub(config, path)
    return plan, done


async def end(config: Config) -> bool:
    """End a forgetting that was cut off when all was overwritten; False if none was.

    Who it was is known to nobody any more, but their words may stand between the rows yet.

    Raises:
        StorageError: as of `forget`.
    """
    with alone(config.database, "forget") as path:
        async with opened(config) as service:
            if await _run(service, listed.is_scrubbed):
                return False
        await _scrub(config, path)
    return True


async def _scrub(config: Config, path: Path) -> None:
    """Leave nothing in the database's files of what was overwritten."""
    discard(restoring(path))
    try:
        if is_postgres(config.database):
            from storage.postgres import scrub_tables  # noqa: PLC0415 - as in open_storage

            await scrub_tables(config.database)
        else:
            scrub(path)
    except StorageError as error:
        raise StorageError(
            f"{error}; all of theirs is overwritten, but may stand between the rows of the database's "
            "files yet: mend that, and run forget again"
        ) from error
    async with opened(config) as service:
        await _run(service, listed.scrubbed)


async def erase(service: Service, persons: Sequence[Person]) -> Forgotten:
    """Overwrite all that is of these persons or about them."""
    everything = [await _run(service, partial(whom.theirs, who=each)) for each in persons]
    traces, due = _together(everything), service.clock.transport()
    tickets = sorted({ticket for each in everything for ticket in each.tickets})
    for ticket in tickets:
        await _close(service, ticket)
    messages = [message for each in everything for message in each.messages]
    others: set[int] = set()

    def shown_anew(page: Callable[..., tuple[int | None, set[int]]]) -> Callable[..., _Page]:
        def run(db: Db, after: int) -> _Page:
            last, changed = page(db, traces, after)
            for ticket in sorted(changed):
                erasing.show_again(db, ticket, due)
            others.update(changed)
            return last, len(changed)

        return run

    await _pages(service, shown_anew(erasing.redact_messages))
    bodies = await _pages(service, partial(erasing.remove_bodies, traces=traces))
    card = dump_card(_POST)
    posts = await _pages(
        service, partial(erasing.redact_posts, traces=traces, card=card, due_at=due)
    )
    for at in range(0, len(messages), whom.PAGE):
        page = messages[at : at + whom.PAGE]
        await _run(service, partial(erasing.erase_messages, messages=page))
    # their ids too are in traces, by which all of the above was found
    await _pages(service, shown_anew(erasing.rename_messages))
    for table in erasing.THREADED:
        await _pages(service, partial(erasing.rename_threads, table=table, traces=traces))
    # who they were, and that all is shown anew, in one: nothing is shown in between
    await _run(
        service, partial(_erase_persons, persons=persons, traces=traces, tickets=tickets, at=due)
    )
    return Forgotten(len(messages), len(others.union(tickets)), bodies, posts)


@dataclass(frozen=True, slots=True)
class Again:
    """What a restored backup was made to forget."""

    listed: int  #: how many are known to have been forgotten, by whatever lists there are
    persons: int  #: whom of them it held


async def forget_again(config: Config, beside: Path, others: Iterable[tuple[str, int]]) -> Again:
    """Forget in a restored database whom it knows and who was forgotten since.

    Who came back after they were forgotten is somebody new, and stays. `beside` is the database in
    whose folder the lists are kept; `others` is a list that was kept elsewhere.
    """
    async with opened(config) as service:
        known = newest(read_lists(beside), [*others, *await _run(service, listed.remembered)])
        found: list[Person] = []
        after = 0
        while page := await _run(service, partial(whom.persons, after=after)):
            after = page[-1].id
            for each in page:
                at = max((known.get(one, 0) for one in digests(config, each)), default=0)
                # tickets are opened on the business clock
                before = instant(at) + service.clock.offset
                if at and await _run(service, partial(whom.was_there, who=each, before=before)):
                    found.append(each)
        for one, at in known.items():
            await _run(service, partial(listed.remember, digest=one, at=instant(at)))
        if found:
            await erase(service, found)
        write_list(beside, sorted(known.items()))
    return Again(len(known), len(found))


# --- whom


async def _persons(service: Service, said: str) -> list[Person]:
    """Return the customer that is meant, and whom consent links to them."""
    number = said.removeprefix("#")
    channel, _, name = said.partition(":")
    if number.isdecimal():
        whose = await _run(service, partial(whom.of_ticket, ticket=int(number)))
        found = [] if whose is None else [whose]
    elif name:
        found = await _run(service, partial(whom.called, channel=channel, name=name))
    else:
        raise ConfigError(f"{said}: {_HOW}")
    if not found:
        raise ConfigError(f"{said}: there is no such customer; {_HOW}")
    if len(found) > 1:
        ids = ", ".join(f"{each.channel}:{each.external_id}" for each in found)
        raise ConfigError(f"{said}: several are called so; write one of: {ids}")
    if found[0].is_forgotten:
        raise ConfigError(f"{said}: the customer is forgotten already")
    linked = await service.storage.reader.profiles(found[0].id)
    persons = [await _run(service, partial(whom.person, id=p.customer.id)) for p in linked]
    return [each for each in persons if each is not None and not each.is_forgotten]


_HOW: Final = (
    "write the number of one of their tickets, or the channel with a handle (x:@handle) or with "
    "the network's id (x:12345)"
)


async def _read_what_waits(service: Service) -> None:
    """Take in what a crash left unread, as `serve` does when it starts."""
    storage = service.storage
    inbox = Inbox(
        service.desk,
        storage.work,
        storage.reader,
        storage.vault,
        service.clock,
        service.channels,
    )
    await inbox.read(*await storage.reader.unread_raw(whom.PAGE))


# --- what is done


async def _close(service: Service, ticket: int) -> None:
    """End a ticket: nobody is there any more who could be answered."""
    policy, clock = service.desk.policy, service.clock
    act = Act(now=clock.business(), due=clock.transport(), marks=Marks(), rule=RULE)
    log = await service.storage.reader.entries(ticket)

    def run(tx: Tx) -> None:
        found = tx.ticket(ticket)
        if found is not None:
            apply(tx, policy, found, [*_ended(found), CustomerForgotten()], act)

    if not any(isinstance(entry.event, CustomerForgotten) for entry in log):
        await service.storage.work.transact(run)
    await _run(service, partial(erasing.withdraw_replies, ticket=ticket))


def _ended(ticket: Ticket) -> list[Event]:
    """Return what ends the replies that are not resolved."""
    return [
        ReplyWithdrawn(reply.message)
        if reply.state is ReplyState.WAITING
        else ReplyFailed(reply.message, _CODE)
        for reply in ticket.replies
    ]


def _erase_persons(
    db: Db, persons: Iterable[Person], traces: Traces, tickets: Iterable[int], at: datetime
) -> None:
    for each in persons:
        erasing.erase_person(db, each, traces)
    for ticket in tickets:
        erasing.show_again(db, ticket, at)
    erasing.show_bursts_again(db, at)


async def _pages(service: Service, page: Callable[..., _Page]) -> int:
    """Go through a table by its ids; how many rows were changed."""
    after: int | None = 0
    changed = 0
    while after is not None:
        after, more = await _run(service, partial(page, after=after))
        changed += more
    return changed


async def _run(service: Service, fn: Callable[[Db], T]) -> T:
    return await service.storage.work.run(fn)


def _together(everything: Iterable[Theirs]) -> Traces:
    traces = Traces()
    for each in everything:
        traces |= each.traces
    return traces
