"""How what is a person's, or names them, is overwritten wherever it stands, and shown anew.

Whole tables are read by their ids, a page and a transaction at a time: a person is forgotten rarely,
and with the service stopped. Everything may be done twice, so that it can be begun anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Table,
    Text,
    and_,
    case,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from chatops.oblivion import NOBODY, Traces
from chatops.ports import What
from storage import search
from storage.forgetting.whom import PAGE, Person, gone
from storage.instant import micros
from storage.statement import Db, Statement, first, param
from storage.tables import (
    AWAY,
    BURST,
    CONSENT,
    CONVERSATION,
    CUSTOMER,
    DELIVERY,
    FINISHED,
    MESSAGE,
    RAW_BODY,
)

#: What is called after the thread that it is in.
THREADED: Final = (BURST, CONVERSATION)


def withdraw_replies(db: Db, ticket: int) -> None:
    """Let no reply of a ticket go out any more, whatever its state, and drop what networks said of it."""
    db.run(_WITHDRAW, ticket=ticket)
    db.run(_DROP_ERRORS, ticket=ticket)


def erase_messages(db: Db, messages: Sequence[int]) -> None:
    """Overwrite messages whole; their rows stay, so that a repeat is dropped."""
    for id in messages:
        db.run(_ERASE, id=id)
        search.forget(db, id)


def redact_messages(db: Db, traces: Traces, after: int) -> tuple[int | None, set[int]]:
    """Take the person out of a page of messages: its last id, None after the last; and whose they are.

    Those are the tickets of the messages that were changed.
    """
    rows, changed = db.all(_MESSAGES, after=after, limit=PAGE), set[int]()
    for id, ticket, text, parent, parent_text in rows:
        quotes = parent_text and (
            parent in traces.ids or traces.without(parent_text) != parent_text
        )
        if quotes:
            db.run(_UNQUOTE, id=id)
        less = traces.without(text)
        if named := less != text:
            db.run(_REWRITE, id=id, text=less)
            search.forget(db, id)
            search.keep(db, id, less)
        if (quotes or named) and ticket is not None:
            changed.add(ticket)
    return (rows[-1][0] if rows else None), changed


def remove_bodies(db: Db, traces: Traces, after: int) -> tuple[int | None, int]:
    """Remove the raw bodies of a page that are about the person: the last id, and how many.

    An edit that came before its message has no author: it is known by its body.
    """
    rows, removed = db.all(_BODIES, after=after, limit=PAGE), 0
    for id, account, body in rows:
        if (leaves := traces.found_in(bytes(body))) is None:
            continue
        for leaf in leaves:
            for (message,) in db.all(_LOOSE, account=account, external_id=leaf):
                erase_messages(db, [message])
        db.run(_REMOVE_BODY, id=id)
        removed += 1
    return (rows[-1][0] if rows else None), removed


def redact_posts(
    db: Db, traces: Traces, after: int, card: str, due_at: datetime
) -> tuple[int | None, int]:
    """Put `card` in the place of each finished post of a page that is about the person."""
    rows, redacted = db.all(_POSTS, after=after, limit=PAGE), 0
    for id, body in rows:
        if traces.found_in_card(body):
            db.run(_REDACT_POST, id=id, body=card, due_at=micros(due_at))
            redacted += 1
    return (rows[-1][0] if rows else None), redacted


def rename_threads(db: Db, traces: Traces, after: int, table: Table) -> tuple[int | None, int]:
    """Overwrite the threads of a page of bursts or conversations that are called after the person."""
    rows, renamed = db.all(_THREADS[table], after=after, limit=PAGE), 0
    for id, key in rows:
        if traces.named_by(key):
            db.run(_RENAME[table], id=id, key=gone(id))
            renamed += 1
    return (rows[-1][0] if rows else None), renamed


def rename_messages(db: Db, traces: Traces, after: int) -> tuple[int | None, set[int]]:
    """Overwrite the ids and addresses of a page of messages that say who the person is.

    Returns as `redact_messages` does. A message whose id is overwritten is new when it comes again.
    """
    rows, changed = db.all(_IDS, after=after, limit=PAGE), set[int]()
    for id, ticket, external_id, parent, url in rows:
        if not any(traces.named_by(each) for each in (external_id, parent, url)):
            continue
        db.run(
            _RENAME_MESSAGE,
            id=id,
            external_id=gone(id) if traces.named_by(external_id) else external_id,
            parent=gone(id) if traces.named_by(parent) else parent,
            url=None if traces.named_by(url) else url,
        )
        if ticket is not None:
            changed.add(ticket)
    return (rows[-1][0] if rows else None), changed


def show_bursts_again(db: Db, due_at: datetime) -> None:
    """Want the cards of all bursts brought up to date: one may quote the person's post."""
    db.run(_SHOW_BURSTS, due_at=micros(due_at))


def show_again(db: Db, ticket: int, due_at: datetime) -> None:
    """Want everything that is shown of a ticket, in all rooms, brought up to date."""
    db.run(_SHOW_AGAIN, ticket=ticket, due_at=micros(due_at))


def erase_person(db: Db, who: Person, traces: Traces) -> None:
    """Overwrite who somebody was; the row stays, for its tickets."""
    for id, key in db.all(_KEYS, customer=who.id):
        if traces.identify(key):
            db.run(_RENAME[CONVERSATION], id=id, key=gone(id))
    db.run(_UNLINK, customer=who.id)
    db.run(_UNTELL, customer=who.id)
    db.run(_ERASE_PERSON, id=who.id, external_id=gone(who.id), name=NOBODY)


_c, _m, _d = CUSTOMER.c, MESSAGE.c, DELIVERY.c
_WITHDRAW: Final = Statement(
    update(DELIVERY)
    .where(
        _d.ticket == param("ticket"),
        _d.what.in_([What.REPLY.value, What.DEED.value]),
        _d.state.not_in(["sent", "failed", "withdrawn"]),
    )
    .values(state="withdrawn", due_at=null(), owner=null())
)
_DROP_ERRORS: Final = Statement(
    update(DELIVERY).where(_d.ticket == param("ticket"), _d.error.is_not(None)).values(error=null())
)
_ERASE: Final = Statement(
    update(MESSAGE)
    .where(_m.id == param("id"))
    .values(text="", parent_text=null(), url=null(), said=null(), deleted=True)
)
_MESSAGES: Final = Statement(
    first(
        select(_m.id, _m.ticket, _m.text, _m.parent, _m.parent_text)
        .where(_m.id > param("after"))
        .order_by(_m.id),
        param("limit"),
    )
)
_UNQUOTE: Final = Statement(update(MESSAGE).where(_m.id == param("id")).values(parent_text=null()))
_REWRITE: Final = Statement(update(MESSAGE).where(_m.id == param("id")).values(text=param("text")))
_LOOSE: Final = Statement(
    select(_m.id).where(
        _m.account == param("account"),
        _m.external_id == param("external_id"),
        _m.ticket.is_(None),
        _m.conversation.is_(None),
        _m.direction == "inbound",
    )
)

_body = select(RAW_BODY.c.id, RAW_BODY.c.account, RAW_BODY.c.body)
_BODIES: Final = Statement(
    first(_body.where(RAW_BODY.c.id > param("after")).order_by(RAW_BODY.c.id), param("limit"))
)
_REMOVE_BODY: Final = Statement(delete(RAW_BODY).where(RAW_BODY.c.id == param("id")))

_POSTS: Final = Statement(
    first(
        select(_d.id, _d.body)
        .where(_d.id > param("after"), _d.what.in_(FINISHED), _d.body.is_not(None))
        .order_by(_d.id),
        param("limit"),
    )
)
#: What is there is shown anew; what waits keeps its time.
_anew = {
    "shown": case((_d.state == "sent", literal(-1)), else_=_d.shown),
    "due_at": case(
        (_d.state == "sent", func.coalesce(_d.due_at, param("due_at", BigInteger))), else_=_d.due_at
    ),
}
_REDACT_POST: Final = Statement(
    update(DELIVERY).where(_d.id == param("id")).values({**_anew, "body": param("body")})
)
_SHOW_AGAIN: Final = Statement(
    update(DELIVERY)
    .where(
        _d.ticket == param("ticket"),
        # an announcement holds a number only, and would be news again
        _d.what.not_in([What.REPLY.value, What.DEED.value, What.ANNOUNCE.value]),
        _d.external_id.is_not(None),
    )
    .values(_anew)
)

_SHOW_BURSTS: Final = Statement(
    update(DELIVERY).where(_d.what == "burst", _d.external_id.is_not(None)).values(_anew)
)
_THREADS: Final = {
    each: Statement(
        first(
            select(each.c.id, each.c.thread_key)
            .where(each.c.id > param("after"))
            .order_by(each.c.id),
            param("limit"),
        )
    )
    for each in THREADED
}
_RENAME: Final = {
    each: Statement(update(each).where(each.c.id == param("id")).values(thread_key=param("key")))
    for each in THREADED
}
_IDS: Final = Statement(
    first(
        select(_m.id, _m.ticket, _m.external_id, _m.parent, _m.url)
        .where(_m.id > param("after"))
        .order_by(_m.id),
        param("limit"),
    )
)
_RENAME_MESSAGE: Final = Statement(
    update(MESSAGE)
    .where(_m.id == param("id"))
    .values({each: param(each.name, Text) for each in (_m.external_id, _m.parent, _m.url)})
)

_KEYS: Final = Statement(
    select(CONVERSATION.c.id, CONVERSATION.c.thread_key).where(
        CONVERSATION.c.customer == param("customer")
    )
)
_UNLINK: Final = Statement(
    delete(CONSENT).where(
        or_(CONSENT.c.one == param("customer"), CONSENT.c.other == param("customer"))
    )
)
_UNTELL: Final = Statement(delete(AWAY).where(AWAY.c.customer == param("customer")))
_ERASE_PERSON: Final = Statement(
    update(CUSTOMER)
    .where(and_(_c.id == param("id")))
    .values(
        external_id=param("external_id"),
        handle=param("name"),
        name=param("name"),
        followers=null(),
        handle_key="",
        name_key="",
    )
)
