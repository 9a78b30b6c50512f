"""Customers: who they are on a channel, and who elsewhere may be the same person."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Text, delete, func, literal, or_, select, union, union_all
from sqlalchemy.dialects.postgresql import insert

from chatops.channel import Author
from chatops.event import ClockKind, LinkDismissed
from chatops.ports import Profile
from chatops.ticket import Status
from chatops.tokens import name_key
from storage import codec, records
from storage.instant import instant, micros
from storage.part import Part
from storage.statement import Db, Statement, first, made, param, there
from storage.tables import CLOCK, CONSENT, CUSTOMER, ENTRY, TICKET

#: Namesakes' tickets that are worth a look; more of them are namesakes, not one person.
ALIKE: Final = 20


def profiles(db: Db, customer: int) -> Sequence[Profile]:
    """Return the customer and whom consent links to them, directly or through another; by id."""
    found = {customer: _profile(db, customer)}
    unasked = [customer]
    while unasked:
        for other, agent, at in db.all(_CONSENTED, customer=unasked.pop()):
            if other not in found:
                found[other] = _profile(db, other, agent, instant(at))
                unasked.append(other)
    return [found[id] for id in sorted(found)]


class Customers(Part):
    def customer(self, channel: str, author: Author) -> int:
        return made(
            self._db.one(
                _KEEP_CUSTOMER,
                channel=channel,
                external_id=author.external_id,
                handle=author.handle,
                name=author.name,
                followers=author.followers,
                handle_key=name_key(author.handle),
                name_key=name_key(author.name),
            )
        )

    def lock_authors(self, authors: Collection[str]) -> None:
        for author in sorted(authors):
            self._db.one(_LOCK_AUTHOR, author=author)

    def invited(self, account: str, customer: int, since: datetime) -> int | None:
        row = self._db.one(_INVITED, account=account, customer=customer, since=micros(since))
        return None if row is None else int(row[0])

    def waiting_for(self, account: str, customer: int) -> Sequence[int]:
        return [id for (id,) in self._db.all(_WAITING_FOR, account=account, customer=customer)]

    def alike(self, customer: int, since: datetime) -> Sequence[int]:
        rows = self._db.all(_ALIKE, customer=customer, since=micros(since))
        return [ticket for ticket, other in rows if not self._are_apart(customer, other)]

    def _are_apart(self, one: int, other: int) -> bool:
        """Tell whether somebody said, on a ticket of either's, that they are two persons."""
        return other in self._told_apart(one) or one in self._told_apart(other)

    def _told_apart(self, customer: int) -> set[int]:
        bodies = self._db.all(_DISMISSALS, name=LinkDismissed.__name__, customer=customer)
        tickets = {codec.read(LinkDismissed, body).other for (body,) in bodies}
        # a ticket that was kept no longer tells nothing
        rows = (self._db.one(_CUSTOMER_OF, ticket=ticket) for ticket in tickets)
        return {row[0] for row in rows if row is not None}

    def consent(self, one: int, other: int, agent: int, now: datetime) -> bool:
        lower, higher = sorted((one, other))
        if lower == higher:  # a person is one person without any consent
            return False
        return self._db.run(_CONSENT, one=lower, other=higher, agent=agent, at=micros(now)) == 1

    def withdraw(self, customer: int) -> None:
        self._db.run(_WITHDRAW, customer=customer)


def _profile(
    db: Db, customer: int, agent: int | None = None, at: datetime | None = None
) -> Profile:
    (channel,) = there(db.one(_CHANNEL, customer=customer))
    return Profile(records.customer(db, customer), channel, agent, at)


_customer = insert(CUSTOMER).values(
    channel=param("channel"),
    external_id=param("external_id"),
    handle=param("handle"),
    name=param("name"),
    followers=param("followers"),
    handle_key=param("handle_key"),
    name_key=param("name_key"),
)
_KEEP_CUSTOMER: Final = Statement(
    _customer.on_conflict_do_update(
        index_elements=["channel", "external_id"],
        set_={
            "handle": _customer.excluded.handle,
            "name": _customer.excluded.name,
            "handle_key": _customer.excluded.handle_key,
            "name_key": _customer.excluded.name_key,
            "followers": func.coalesce(_customer.excluded.followers, CUSTOMER.c.followers),
        },
    ).returning(CUSTOMER.c.id)
)

#: By a number made of the name: the row may not be there yet. SQLite has one writer.
_LOCK_AUTHOR: Final = Statement(
    select(literal(1)),
    select(func.pg_advisory_xact_lock(func.hashtextextended(param("author", Text), literal(0)))),
)
_CHANNEL: Final = Statement(select(CUSTOMER.c.channel).where(CUSTOMER.c.id == param("customer")))
_INVITED: Final = Statement(
    first(
        # in a merged ticket nothing goes on: its messages are taken in where it went
        select(func.coalesce(TICKET.c.merged_into, TICKET.c.id))
        .where(
            TICKET.c.customer == param("customer"),
            TICKET.c.account == param("account"),
            TICKET.c.invited_at >= param("since"),
        )
        .order_by(TICKET.c.invited_at.desc(), TICKET.c.id.desc())
    )
)
_WAITING_FOR: Final = Statement(
    select(TICKET.c.id)
    .select_from(TICKET.join(CLOCK, CLOCK.c.ticket == TICKET.c.id))
    .where(
        TICKET.c.customer == param("customer"),
        TICKET.c.account == param("account"),
        CLOCK.c.kind == ClockKind.DM_HANDOVER.value,
        CLOCK.c.outcome.is_(None),
    )
    .order_by(TICKET.c.id)
)
_self = CUSTOMER.alias("self")
_named_alike = [
    select(CUSTOMER.c.id)
    .select_from(_self.join(CUSTOMER, CUSTOMER.c[key] == _self.c[key]))
    .where(
        _self.c.id == param("customer"),
        CUSTOMER.c[key] != "",
        CUSTOMER.c.channel != _self.c.channel,
    )
    for key in ("handle_key", "name_key")
]
_ALIKE: Final = Statement(
    first(
        select(TICKET.c.id, TICKET.c.customer)
        .where(
            TICKET.c.customer.in_(union(*_named_alike)),
            TICKET.c.opened_at >= param("since"),
            TICKET.c.status != Status.CLOSED.value,
        )
        .order_by(TICKET.c.id.desc()),
        ALIKE,
    )
)
_DISMISSALS: Final = Statement(
    select(ENTRY.c.body)
    .select_from(TICKET.join(ENTRY, ENTRY.c.ticket == TICKET.c.id))
    .where(TICKET.c.customer == param("customer"), ENTRY.c.name == param("name"))
)
_CUSTOMER_OF: Final = Statement(select(TICKET.c.customer).where(TICKET.c.id == param("ticket")))
_CONSENT: Final = Statement(
    insert(CONSENT)
    .values(one=param("one"), other=param("other"), agent=param("agent"), at=param("at"))
    .on_conflict_do_nothing()
)
_WITHDRAW: Final = Statement(
    delete(CONSENT).where(
        or_(CONSENT.c.one == param("customer"), CONSENT.c.other == param("customer"))
    )
)
_CONSENTED: Final = Statement(
    union_all(
        select(CONSENT.c.other, CONSENT.c.agent, CONSENT.c.at).where(
            CONSENT.c.one == param("customer")
        ),
        select(CONSENT.c.one, CONSENT.c.agent, CONSENT.c.at).where(
            CONSENT.c.other == param("customer")
        ),
    )
)
