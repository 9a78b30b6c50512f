"""Conversations: what a network threads by, and the ticket that each is about now."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import exists, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import Conversation
from storage.part import Part
from storage.statement import Db, Param, Statement, first, param, there
from storage.tables import CONVERSATION, CUSTOMER, MESSAGE


def ticket_in(db: Db, account: str, thread_key: str, author: str) -> int | None:
    row = db.one(_TICKET_IN, account=account, thread_key=thread_key, author=author)
    return None if row is None else row[0]


class Conversations(Part):
    def conversation(self, account: str, thread_key: str, customer: int) -> Conversation:
        key: dict[str, Param] = {"account": account, "thread_key": thread_key, "customer": customer}
        row = self._db.one(_FIND_CONVERSATION, **key)
        if row is None:
            row = self._db.one(_ADD_CONVERSATION, **key)
        # another process made it between the two: it is there now
        row = row or self._db.one(_FIND_CONVERSATION, **key)
        return Conversation(*there(row))

    def lock_conversation(self, id: int) -> Conversation:
        return Conversation(*there(self._db.one(_LOCK_CONVERSATION, id=id)))

    def point(self, conversation: int, ticket: int) -> None:
        self._db.run(_POINT, id=conversation, ticket=ticket)

    def thread_conversations(self, account: str, thread_key: str) -> Sequence[Conversation]:
        rows = self._db.all(_IN_THREAD, account=account, thread_key=thread_key)
        return [Conversation(*row) for row in rows]

    def divert(self, ticket: int, to: int) -> None:
        self._db.run(_DIVERT, ticket=ticket, to=to)

    def restore(self, ticket: int, came_from: int) -> None:
        self._db.run(_RESTORE, ticket=ticket, came_from=came_from)


_conversation = select(CONVERSATION.c.id, CONVERSATION.c.ticket)
_in_thread = _conversation.where(
    CONVERSATION.c.account == param("account"), CONVERSATION.c.thread_key == param("thread_key")
)
_found = _in_thread.where(CONVERSATION.c.customer == param("customer")).with_for_update()
_found_first = _found.cte("found")
_given = ("account", "thread_key", "customer")
_added = (
    insert(CONVERSATION)
    .from_select(
        _given,
        select(*(param(name, type(CONVERSATION.c[name].type)) for name in _given)).where(
            ~exists().select_from(_found_first)
        ),
    )
    .on_conflict_do_nothing()
    .returning(CONVERSATION.c.id, CONVERSATION.c.ticket)
    .cte("added")
)
#: PostgreSQL, which is a round trip away, adds it in the same breath.
_FIND_CONVERSATION: Final = Statement(
    _found, union_all(select(_found_first), select(_added)).add_cte(_found_first, _added)
)
_TICKET_IN: Final = Statement(
    select(CONVERSATION.c.ticket)
    .join(CUSTOMER, CUSTOMER.c.id == CONVERSATION.c.customer)
    .where(
        CONVERSATION.c.account == param("account"),
        CONVERSATION.c.thread_key == param("thread_key"),
        CUSTOMER.c.external_id == param("author"),
    )
)
_ADD_CONVERSATION: Final = Statement(
    insert(CONVERSATION)
    .values(account=param("account"), thread_key=param("thread_key"), customer=param("customer"))
    .on_conflict_do_nothing()
    .returning(CONVERSATION.c.id, CONVERSATION.c.ticket)
)
_LOCK_CONVERSATION: Final = Statement(
    _conversation.where(CONVERSATION.c.id == param("id")).with_for_update()
)
_POINT: Final = Statement(
    update(CONVERSATION).where(CONVERSATION.c.id == param("id")).values(ticket=param("ticket"))
)
_IN_THREAD: Final = Statement(_in_thread.order_by(CONVERSATION.c.id))
_DIVERT: Final = Statement(
    update(CONVERSATION).where(CONVERSATION.c.ticket == param("ticket")).values(ticket=param("to"))
)
_its_own = select(MESSAGE.c.conversation).where(
    MESSAGE.c.ticket == param("ticket"), MESSAGE.c.conversation.is_not(None)
)
_began_in = first(
    select(MESSAGE.c.conversation)
    .where(MESSAGE.c.ticket == param("came_from"), MESSAGE.c.conversation.is_not(None))
    .order_by(MESSAGE.c.id)
)
_RESTORE: Final = Statement(
    update(CONVERSATION)
    .where(
        CONVERSATION.c.id.in_(_its_own),
        CONVERSATION.c.id.not_in(_began_in),
        CONVERSATION.c.ticket == param("came_from"),
    )
    .values(ticket=param("ticket"))
)
