"""Agents, their shifts, and whose turn it is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, null, select, update
from sqlalchemy.dialects.postgresql import insert

from chatops.policy import Person
from chatops.scene import Agent
from storage.instant import micros
from storage.part import Part
from storage.rows import roles_json, roles_of
from storage.statement import Db, Statement, made, param, there
from storage.tables import AGENT, CODE, IDENTITY, SHIFT, TURN


def agents(db: Db) -> Sequence[Agent]:
    """Return everybody who works or worked here, by id."""
    known: dict[int, dict[str, str]] = defaultdict(dict)
    also: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for agent, chat, external_id in db.all(_IDENTITIES):
        if chat in known[agent]:
            also[agent].append((chat, external_id))
        else:
            known[agent][chat] = external_id
    return [
        Agent(
            id,
            name,
            public_name,
            language,
            roles_of(roles),
            bool(on),
            known.get(id, {}),
            tuple(also.get(id, ())),
            away=bool(keeps_shifts) and not on,
        )
        for id, name, public_name, language, roles, on, keeps_shifts in db.all(_AGENTS)
    ]


class People(Part):
    def agents(self) -> Sequence[Agent]:
        return agents(self._db)

    def know(self, people: Iterable[Person], now: datetime) -> None:
        """Bring agents and identities up to app.yaml; identities given by a code stay.

        One that was linked by an e-mail address stays as long as app.yaml has that address.

        Who left keeps the row, for the log names it, but has no roles, no identity and no shift.
        """
        everyone = list(people)
        known = {
            person.name: made(
                self._db.one(
                    _KNOW,
                    name=person.name,
                    public_name=person.public_name,
                    language=person.language,
                    roles=roles_json(person.roles),
                )
            )
            for person in everyone
        }
        self._db.run(_FORGET_NAMED)
        addresses = {known[person.name]: person.email for person in everyone}
        for chat, external_id, agent, email in self._db.all(_LINKED):
            if folded_email(addresses.get(agent)) != email:
                self._db.run(_UNLINK, chat=chat, external_id=external_id)
        for person in everyone:
            for chat, external_id in person.identities.items():
                self._db.run(
                    _IDENTIFY, chat=chat, external_id=external_id, agent=known[person.name]
                )
        for agent in agents(self._db):
            if agent.name not in known:
                self._db.run(_FORGET_IDENTITIES, agent=agent.id)
                self._db.run(_FORGET_CODE, agent=agent.id)
                self._db.run(_LEAVE, id=agent.id)
                self.shift(agent.id, now, on=False)

    def keep_code(self, digest: str, agent: int, until: datetime) -> None:
        self._db.run(_KEEP_CODE, agent=agent, digest=digest, until=micros(until))

    def spend_code(self, digest: str, chat: str, external_id: str, now: datetime) -> int | None:
        row = self._db.one(_CODE_OF, digest=digest, now=micros(now))
        if row is None:
            return None
        (agent,) = row
        if self._db.run(_GIVE, chat=chat, external_id=external_id, agent=agent) == 0:
            return None
        self._db.run(_FORGET_CODE, agent=agent)
        return int(agent)

    def link(self, chat: str, external_id: str, agent: int, email: str) -> bool:
        self._db.run(_UNLINK_OTHERS, chat=chat, external_id=external_id, agent=agent)
        row = self._db.one(
            _LINK, chat=chat, external_id=external_id, agent=agent, email=folded_email(email)
        )
        return row is not None

    def unlink(self, chat: str) -> int:
        return self._db.run(_UNLINK_ALL, chat=chat)

    def shift(self, agent: int, now: datetime, *, on: bool) -> bool:
        self._db.run(_KEEPS_SHIFTS, id=agent)
        if self._db.run(_SHIFT, id=agent, on_shift=on) == 0:
            return False
        self._db.run(_LOG_SHIFT, agent=agent, at=micros(now), on_shift=on)
        return True

    def next_on(self, queue: str, among: Sequence[int]) -> int | None:
        """Return the first id after the last turn's, or the lowest: a ring by id.

        Who comes on or goes off in between changes nobody else's place.
        """
        if not among:
            return None
        self._db.run(_FIRST_TURN, queue=queue)
        (last,) = there(self._db.one(_LAST_TURN, queue=queue))
        turn = min((agent for agent in among if agent > last), default=min(among))
        self._db.run(_TAKE_TURN, queue=queue, agent=turn)
        return turn


def folded_email(email: str | None) -> str | None:
    return None if email is None else email.casefold()


def _identified(*, given: bool) -> Statement:
    row = insert(IDENTITY).values(
        chat=param("chat"), external_id=param("external_id"), agent=param("agent"), given=given
    )
    return Statement(
        row.on_conflict_do_update(
            index_elements=["chat", "external_id"],
            set_={"agent": row.excluded.agent, "given": given, "email": null()},
            where=IDENTITY.c.given.is_(True) if given else None,
        )
    )


_AGENTS: Final = Statement(
    select(
        AGENT.c.id,
        AGENT.c.name,
        AGENT.c.public_name,
        AGENT.c.language,
        AGENT.c.roles,
        AGENT.c.on_shift,
        AGENT.c.keeps_shifts,
    ).order_by(AGENT.c.id)
)
_IDENTITIES: Final = Statement(
    # those that app.yaml names first: by them a person is called
    select(IDENTITY.c.agent, IDENTITY.c.chat, IDENTITY.c.external_id).order_by(
        IDENTITY.c.given, IDENTITY.c.chat, IDENTITY.c.external_id
    )
)
_person = insert(AGENT).values(
    name=param("name"),
    public_name=param("public_name"),
    language=param("language"),
    roles=param("roles"),
    on_shift=False,
    keeps_shifts=False,
)
_KNOW: Final = Statement(
    _person.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "public_name": _person.excluded.public_name,
            "language": _person.excluded.language,
            "roles": _person.excluded.roles,
        },
    ).returning(AGENT.c.id)
)
_LEAVE: Final = Statement(update(AGENT).where(AGENT.c.id == param("id")).values(roles="{}"))
_FORGET_NAMED: Final = Statement(delete(IDENTITY).where(IDENTITY.c.given.is_(False)))
_FORGET_IDENTITIES: Final = Statement(delete(IDENTITY).where(IDENTITY.c.agent == param("agent")))
_IDENTIFY: Final = _identified(given=False)
#: An identity that app.yaml gives to somebody stays theirs, whoever knows a code.
_GIVE: Final = _identified(given=True)
_by_email = IDENTITY.c.email.is_not(None)
_LINKED: Final = Statement(
    select(IDENTITY.c.chat, IDENTITY.c.external_id, IDENTITY.c.agent, IDENTITY.c.email).where(
        _by_email
    )
)
_UNLINK: Final = Statement(
    delete(IDENTITY).where(
        IDENTITY.c.chat == param("chat"), IDENTITY.c.external_id == param("external_id"), _by_email
    )
)
#: An address is one account's at a time: it has come to another's.
_UNLINK_OTHERS: Final = Statement(
    delete(IDENTITY).where(
        IDENTITY.c.chat == param("chat"),
        IDENTITY.c.agent == param("agent"),
        IDENTITY.c.external_id != param("external_id"),
        _by_email,
    )
)
_UNLINK_ALL: Final = Statement(delete(IDENTITY).where(IDENTITY.c.chat == param("chat"), _by_email))
_LINK: Final = Statement(
    insert(IDENTITY)
    .values(
        chat=param("chat"),
        external_id=param("external_id"),
        agent=param("agent"),
        given=True,
        email=param("email"),
    )
    .on_conflict_do_nothing()
    .returning(IDENTITY.c.agent)
)
_code = insert(CODE).values(agent=param("agent"), digest=param("digest"), until=param("until"))
_KEEP_CODE: Final = Statement(
    _code.on_conflict_do_update(
        index_elements=["agent"],
        set_={"digest": _code.excluded.digest, "until": _code.excluded.until},
    )
)
_CODE_OF: Final = Statement(
    select(CODE.c.agent)
    .where(CODE.c.digest == param("digest"), CODE.c.until > param("now"))
    .with_for_update()
)
_FORGET_CODE: Final = Statement(delete(CODE).where(CODE.c.agent == param("agent")))
_KEEPS_SHIFTS: Final = Statement(
    update(AGENT)
    .where(AGENT.c.id == param("id"), AGENT.c.keeps_shifts.is_(False))
    .values(keeps_shifts=True)
)
_SHIFT: Final = Statement(
    update(AGENT)
    .where(AGENT.c.id == param("id"), AGENT.c.on_shift != param("on_shift"))
    .values(on_shift=param("on_shift"))
)
_LOG_SHIFT: Final = Statement(
    insert(SHIFT).values(agent=param("agent"), at=param("at"), on_shift=param("on_shift"))
)
_FIRST_TURN: Final = Statement(
    insert(TURN).values(queue=param("queue"), agent=0).on_conflict_do_nothing()
)
_LAST_TURN: Final = Statement(
    select(TURN.c.agent).where(TURN.c.queue == param("queue")).with_for_update()
)
_TAKE_TURN: Final = Statement(
    update(TURN).where(TURN.c.queue == param("queue")).values(agent=param("agent"))
)
