"""Who asks to be forgotten, what is theirs, and by what they are found elsewhere. Only reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from chatops.oblivion import NOBODY, Traces
from chatops.ports import What
from chatops.tokens import name_key
from storage.instant import micros
from storage.statement import Db, Statement, first, param
from storage.tables import CONVERSATION, CUSTOMER, DELIVERY, MESSAGE, RAW_BODY, TICKET

#: Rows that are read at a time.
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A customer's account on one channel."""

    id: int
    channel: str
    external_id: str
    handle: str
    name: str

    @property
    def is_forgotten(self) -> bool:
        return self.external_id == gone(self.id)


@dataclass(frozen=True, slots=True)
class Theirs:
    """What is a person's own."""

    tickets: tuple[int, ...]
    conversations: tuple[int, ...]
    messages: tuple[int, ...]
    typed_notes: tuple[int, ...]  #: tickets with notes that colleagues typed in a chat's thread
    asked_about: tuple[int, ...]  #: tickets in whose threads a line may stand that has no known id
    traces: Traces


def called(db: Db, channel: str, name: str) -> list[Person]:
    """Return the customers of a channel with that external id or, behind an @, that handle.

    An id of a source among several may be written without the source.
    """
    by_id = [] if name.startswith("@") else db.all(_BY_ID, channel=channel, external_id=name)
    if not by_id and not name.startswith("@"):
        ending = "%:" + name.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        rows = db.all(_BY_BARE_ID, channel=channel, ending=ending)
        by_id = [row for row in rows if _bare(row[2]) == name]
    key = name_key(name)
    rows = by_id or (db.all(_BY_HANDLE, channel=channel, key=key) if key else [])
    return [Person(*row) for row in rows]


def of_ticket(db: Db, ticket: int) -> Person | None:
    row = db.one(_OF_TICKET, ticket=ticket)
    return None if row is None else Person(*row)


def person(db: Db, id: int) -> Person | None:
    row = db.one(_PERSON, id=id)
    return None if row is None else Person(*row)


def persons(db: Db, after: int) -> list[Person]:
    """Return a page of all customers, by id."""
    return [Person(*row) for row in db.all(_PERSONS, after=after, limit=PAGE)]


def theirs(db: Db, who: Person) -> Theirs:
    """Return what is one customer's, and by what they are found elsewhere."""
    tickets = [id for (id,) in db.all(_TICKETS, customer=who.id)]
    spoken = [id for (id,) in db.all(_CONVERSATIONS, customer=who.id)]
    rows = {row[0]: row for id in tickets for row in db.all(_OF_TICKETS, ticket=id)}
    rows |= {row[0]: row for id in spoken for row in db.all(_OF_CONVERSATIONS, conversation=id)}
    inbound = [row for row in rows.values() if row[2] == "inbound"]
    accounts = frozenset({who.external_id, _bare(who.external_id)})
    traces = Traces(
        names=frozenset({who.handle, who.name} - {NOBODY, ""}),
        ids=accounts.union(row[3] for row in inbound if row[3]),
        words=frozenset(row[4] for row in inbound if row[4]),
        accounts=accounts,
    )
    typed = sorted({row[1] for row in rows.values() if row[2] == "note" and row[5] and row[1]})
    asked = [id for id in tickets if db.one(_ASKED_ABOUT, ticket=id) is not None]
    return Theirs(
        tuple(tickets), tuple(spoken), tuple(sorted(rows)), tuple(typed), tuple(asked), traces
    )


def unread_about(db: Db, traces: Traces) -> int:
    """Return how many bodies that are not read yet are about the person."""
    bodies = [body for (body,) in db.all(_UNREAD)]
    return sum(traces.found_in(bytes(body)) is not None for body in bodies)


def was_there(db: Db, who: Person, before: datetime) -> bool:
    """Tell whether a customer was here before that time: who has come only since is somebody new.

    Of whom no ticket is left, nobody can tell; they were.
    """
    row = db.one(_OLDEST_TICKET, customer=who.id)
    return row is None or row[0] < micros(before)


def _bare(external_id: str) -> str:
    """Return an id as bodies hold it: a webhook's customers are kept as `source:id`."""
    source, _, bare = external_id.partition(":")
    return bare or source


def gone(id: int) -> str:
    """Return what stands where a person was known by an id."""
    return f"forgotten:{id}"


_c, _m, _d = CUSTOMER.c, MESSAGE.c, DELIVERY.c
_person = select(_c.id, _c.channel, _c.external_id, _c.handle, _c.name)
_PERSON: Final = Statement(_person.where(_c.id == param("id")))
_PERSONS: Final = Statement(
    first(_person.where(_c.id > param("after")).order_by(_c.id), param("limit"))
)
_on_channel = _person.where(_c.channel == param("channel"))
_BY_ID: Final = Statement(_on_channel.where(_c.external_id == param("external_id")))
_BY_BARE_ID: Final = Statement(
    _on_channel.where(_c.external_id.like(param("ending"), escape="!")).order_by(_c.id)
)
_BY_HANDLE: Final = Statement(
    _person.where(_c.handle_key == param("key"), _c.channel == param("channel")).order_by(_c.id)
)
_OF_TICKET: Final = Statement(
    _person.join(TICKET, TICKET.c.customer == _c.id).where(TICKET.c.id == param("ticket"))
)
_TICKETS: Final = Statement(
    select(TICKET.c.id).where(TICKET.c.customer == param("customer")).order_by(TICKET.c.id)
)
_CONVERSATIONS: Final = Statement(
    select(CONVERSATION.c.id).where(CONVERSATION.c.customer == param("customer"))
)
_message = select(_m.id, _m.ticket, _m.direction, _m.external_id, _m.text, _m.origin)
_OF_TICKETS: Final = Statement(_message.where(_m.ticket == param("ticket")))
_OF_CONVERSATIONS: Final = Statement(_message.where(_m.conversation == param("conversation")))

_ASKED_ABOUT: Final = Statement(
    first(select(_d.id).where(_d.ticket == param("ticket"), _d.what == What.QUESTION.value))
)
_UNREAD: Final = Statement(
    select(RAW_BODY.c.body).where(RAW_BODY.c.state != "read", RAW_BODY.c.state == "unread")
)
_OLDEST_TICKET: Final = Statement(
    first(
        select(TICKET.c.opened_at)
        .where(TICKET.c.customer == param("customer"))
        .order_by(TICKET.c.opened_at)
    )
)
