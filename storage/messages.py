"""Intake: raw bodies and messages. Whatever changes a message's words keeps the search in step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Text, case, exists, func, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from chatops.event import ReplyState
from chatops.ports import Found, NewMessage
from storage import search
from storage.instant import instant, micros
from storage.part import Part
from storage.rows import found_of
from storage.statement import Param, Statement, first, made, param, there
from storage.tables import CONVERSATION, MESSAGE, RAW_BODY


class Messages(Part):
    def store_raw(
        self, channel: str, account: str, body: bytes, now: datetime, *, read: bool = False
    ) -> int:
        row = self._db.one(
            _STORE_RAW,
            channel=channel,
            account=account,
            body=body,
            received_at=micros(now),
            state="read" if read else "unread",
        )
        return made(row)

    def raw_read(self, id: int, error: str | None = None) -> None:
        if error is None:
            self._db.run(_RAW_READ, id=id)
        else:
            self._db.run(_RAW_UNREADABLE, id=id, error=error)

    def find_message(self, account: str, external_id: str, *, locked: bool = False) -> Found | None:
        statement = _LOCK_MESSAGE if locked else _FIND_MESSAGE
        row = self._db.one(statement, account=account, external_id=external_id)
        return None if row is None else found_of(row)

    def find_marked(self, account: str, marker: str) -> Found | None:
        row = self._db.one(_FIND_MARKED, account=account, marker=marker)
        return None if row is None else found_of(row)

    def sending(self, conversation: int) -> Sequence[Found]:
        return [found_of(row) for row in self._db.all(_SENDING, conversation=conversation)]

    def last_words(self, ticket: int) -> str | None:
        row = self._db.one(_LAST_WORDS, ticket=ticket)
        return None if row is None else str(row[0])

    def add_message(self, message: NewMessage) -> int | None:
        row = self._db.one(_ADD_MESSAGE, **_params(message))
        if row is None:
            return None
        id = made(row)
        if not message.deleted:
            search.keep(self._db, id, message.text)
        return id

    def fill_message(self, id: int, message: NewMessage) -> None:
        self._db.run(_FILL_MESSAGE, id=id, **_params(message))
        search.forget(self._db, id)
        if not message.deleted:
            search.keep(self._db, id, message.text)

    def place_message(self, id: int, ticket: int) -> None:
        self._db.run(_PLACE_MESSAGE, id=id, ticket=ticket)

    def edit_message(self, id: int, text: str | None, at: datetime) -> bool:
        if not self._db.run(_EDIT_MESSAGE, id=id, text=text, edited_at=micros(at)):
            return False
        if text is not None:
            search.forget(self._db, id)
            search.keep(self._db, id, text)
        return True

    def delete_message(self, id: int) -> None:
        """Forget the message's words, as the networks ask; the row stays as a tombstone."""
        self._db.run(_DELETE_MESSAGE, id=id)
        search.forget(self._db, id)

    def asked_since(self, ticket: int, since: datetime | None) -> datetime | None:
        after = -1 if since is None else micros(since)
        row = self._db.one(_ASKED_SINCE, ticket=ticket, since=after)
        return None if row is None else instant(row[0])

    def hide_message(self, id: int, *, hidden: bool) -> None:
        self._db.run(_HIDE_MESSAGE, id=id, hidden=hidden)

    def said_to(self, customer: int, key: str, since: datetime) -> int:
        (count,) = there(self._db.one(_SAID_TO, customer=customer, key=key, since=micros(since)))
        return int(count)

    def said_under(self, account: str, thread_key: str, key: str) -> int:
        (count,) = there(self._db.one(_SAID_UNDER, account=account, thread_key=thread_key, key=key))
        return int(count)

    def reply_is(
        self,
        id: int,
        state: ReplyState | None,
        *,
        external_id: str | None = None,
        url: str | None = None,
        at: datetime | None = None,
        failure: str | None = None,
    ) -> None:
        """Put a reply into a state; what is None stays as it was, but an old failure goes.

        If another row has the external id already (the network's echo was stored on its own), the
        reply goes without one.
        """
        self._db.run(
            _REPLY_IS,
            id=id,
            state=state and state.value,
            external_id=external_id,
            url=url,
            at=micros(at),
            failure=failure,
        )

    def answer(self, reply: int, candidates: Sequence[str], *, anew: bool) -> str | None:
        (chosen,) = there(self._db.one(_ANSWERED, id=reply))
        if chosen is None or (anew and chosen not in candidates):
            chosen = candidates[-1] if candidates else None
            self._db.run(_ANSWER, id=reply, parent=chosen)
        return None if chosen is None else str(chosen)


_STORE_RAW: Final = Statement(
    insert(RAW_BODY)
    .values(
        channel=param("channel"),
        account=param("account"),
        body=param("body"),
        received_at=param("received_at"),
        state=param("state"),
    )
    .returning(RAW_BODY.c.id)
)
_RAW_READ: Final = Statement(
    update(RAW_BODY).where(RAW_BODY.c.id == param("id")).values(state=literal("read"), error=null())
)
#: What another process has read meanwhile is read.
_RAW_UNREADABLE: Final = Statement(
    update(RAW_BODY)
    .where(RAW_BODY.c.id == param("id"), RAW_BODY.c.state != "read")
    .values(state=literal("unreadable"), error=param("error"))
)

_found = select(
    MESSAGE.c.id,
    MESSAGE.c.ticket,
    MESSAGE.c.conversation,
    MESSAGE.c.direction,
    MESSAGE.c.state,
    MESSAGE.c.text,
    MESSAGE.c.deleted,
    MESSAGE.c.edited_at,
)
_there = _found.where(
    MESSAGE.c.account == param("account"), MESSAGE.c.external_id == param("external_id")
)
_FIND_MESSAGE: Final = Statement(_there)
_LOCK_MESSAGE: Final = Statement(_there.with_for_update())
_FIND_MARKED: Final = Statement(
    _found.where(MESSAGE.c.account == param("account"), MESSAGE.c.marker == param("marker"))
)
_SENDING: Final = Statement(
    _found.where(
        MESSAGE.c.conversation == param("conversation"),
        MESSAGE.c.state.in_(["sending", "in doubt"]),
    ).order_by(MESSAGE.c.id)
)
_LAST_WORDS: Final = Statement(
    first(
        select(MESSAGE.c.text)
        .where(
            MESSAGE.c.ticket == param("ticket"),
            MESSAGE.c.direction == "outbound",
            or_(MESSAGE.c.state.is_(None), MESSAGE.c.state == "sent"),
        )
        .order_by(MESSAGE.c.id.desc())
    )
)
_brought = {
    column: param(column.name)
    for column in MESSAGE.c
    if column.name not in {"id", "failure", "hidden"}
}
_ADD_MESSAGE: Final = Statement(
    insert(MESSAGE)
    .values(_brought | {MESSAGE.c.hidden: False})
    .on_conflict_do_nothing()
    .returning(MESSAGE.c.id)
)
_FILL_MESSAGE: Final = Statement(
    update(MESSAGE).where(MESSAGE.c.id == param("id")).values(_brought)
)
_PLACE_MESSAGE: Final = Statement(
    update(MESSAGE).where(MESSAGE.c.id == param("id")).values(ticket=param("ticket"))
)
_EDIT_MESSAGE: Final = Statement(
    update(MESSAGE)
    .where(
        MESSAGE.c.id == param("id"),
        or_(MESSAGE.c.edited_at.is_(None), MESSAGE.c.edited_at < param("edited_at")),
    )
    .values(text=func.coalesce(param("text", Text), MESSAGE.c.text), edited_at=param("edited_at"))
)
_DELETE_MESSAGE: Final = Statement(
    update(MESSAGE)
    .where(MESSAGE.c.id == param("id"))
    .values(text="", parent_text=null(), deleted=True)
)
_ASKED_SINCE: Final = Statement(
    first(
        select(MESSAGE.c.at)
        .where(
            MESSAGE.c.ticket == param("ticket"),
            MESSAGE.c.direction == "inbound",
            MESSAGE.c.at > param("since"),
            MESSAGE.c.thanks.is_(False),
            MESSAGE.c.deleted.is_(False),
        )
        .order_by(MESSAGE.c.at)
    )
)

_ANSWERED: Final = Statement(select(MESSAGE.c.parent).where(MESSAGE.c.id == param("id")))
_ANSWER: Final = Statement(
    update(MESSAGE).where(MESSAGE.c.id == param("id")).values(parent=param("parent"))
)
_HIDE_MESSAGE: Final = Statement(
    update(MESSAGE).where(MESSAGE.c.id == param("id")).values(hidden=param("hidden"))
)

_said = (
    select(func.count())
    .select_from(CONVERSATION.join(MESSAGE, MESSAGE.c.conversation == CONVERSATION.c.id))
    .where(MESSAGE.c.said == param("key"), MESSAGE.c.state.not_in(["failed", "withdrawn"]))
)
_SAID_TO: Final = Statement(
    _said.where(CONVERSATION.c.customer == param("customer"), MESSAGE.c.at >= param("since"))
)
_SAID_UNDER: Final = Statement(
    _said.where(
        CONVERSATION.c.account == param("account"), CONVERSATION.c.thread_key == param("thread_key")
    )
)

_other = MESSAGE.alias("other")
_taken = exists().where(
    _other.c.account == MESSAGE.c.account,
    _other.c.external_id == param("external_id"),
    _other.c.id != MESSAGE.c.id,
)
_REPLY_IS: Final = Statement(
    update(MESSAGE)
    .where(MESSAGE.c.id == param("id"))
    .values(
        state=func.coalesce(param("state", Text), MESSAGE.c.state),
        failure=param("failure"),
        external_id=case(
            (or_(param("external_id", Text).is_(None), _taken), MESSAGE.c.external_id),
            else_=param("external_id"),
        ),
        url=func.coalesce(param("url", Text), MESSAGE.c.url),
        at=func.coalesce(param("at", BigInteger), MESSAGE.c.at),
    )
)


def _params(message: NewMessage) -> dict[str, Param]:
    return {
        "account": message.account,
        "external_id": message.external_id,
        "direction": message.direction.value,
        "text": message.text,
        "at": micros(message.at),
        "private": message.private,
        "kind": message.kind and message.kind.value,
        "conversation": message.conversation,
        "ticket": message.ticket,
        "agent": message.agent,
        "state": message.state and message.state.value,
        "marker": message.marker,
        "parent": message.parent,
        "parent_text": message.parent_text,
        "url": message.url,
        "thanks": message.thanks,
        "can_reply": message.can_reply,
        "edited_at": micros(message.edited_at),
        "deleted": message.deleted,
        "origin": message.origin,
        "said": message.said,
    }
