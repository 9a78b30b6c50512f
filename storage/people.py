"""Agents, their shifts, and whose turn it is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chatops.policy import Person
from chatops.scene import Agent
from storage.instant import micros
from storage.part import Part
from storage.rows import roles_json, roles_of
from storage.statement import Db, Statement, made, param, there
from storage.tables import AGENT, IDENTITY, SHIFT, TURN


def agents(db: Db) -> Sequence[Agent]:
    """Return everybody who works or worked here, by id."""
    known: dict[int, dict[str, str]] = defaultdict(dict)
    for agent, chat, external_id in db.all(_IDENTITIES):
        known[agent][chat] = external_id
    return [
        Agent(id, name, public_name, language, roles_of(roles), bool(on), known.get(id, {}))
        for id, name, public_name, language, roles, on in db.all(_AGENTS)
    ]


class People(Part):
    def agents(self) -> Sequence[Agent]:
        return agents(self._db)

    def know(self, people: Iterable[Person], now: datetime) -> None:
        """Bring agents and identities up to app.yaml.

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
        self._db.run(_FORGET_IDENTITIES)
        for person in everyone:
            for chat, external_id in person.identities.items():
                self._db.run(
                    _IDENTIFY, chat=chat, external_id=external_id, agent=known[person.name]
                )
        for agent in agents(self._db):
            if agent.name not in known and (agent.roles or agent.on):
                self._db.run(_LEAVE, id=agent.id)
                self.shift(agent.id, now, on=False)

    def shift(self, agent: int, now: datetime, *, on: bool) -> bool:
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


_AGENTS: Final = Statement(
    select(
        AGENT.c.id,
        AGENT.c.name,
        AGENT.c.public_name,
        AGENT.c.language,
        AGENT.c.roles,
        AGENT.c.on_shift,
    ).order_by(AGENT.c.id)
)
_IDENTITIES: Final = Statement(
    select(IDENTITY.c.agent, IDENTITY.c.chat, IDENTITY.c.external_id).order_by(
        IDENTITY.c.chat, IDENTITY.c.external_id
    )
)
_person = insert(AGENT).values(
    name=param("name"),
    public_name=param("public_name"),
    language=param("language"),
    roles=param("roles"),
    on_shift=False,
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
_FORGET_IDENTITIES: Final = Statement(delete(IDENTITY))
_identity = insert(IDENTITY).values(
    chat=param("chat"), external_id=param("external_id"), agent=param("agent")
)
_IDENTIFY: Final = Statement(
    _identity.on_conflict_do_update(
        index_elements=["chat", "external_id"], set_={"agent": _identity.excluded.agent}
    )
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
