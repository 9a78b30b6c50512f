"""Search: the tokens of every message in a full-text index, and the tickets that a query finds.

The index is FTS5 over our own tokens (chatops.tokens), because none of SQLite's tokenizers finds two
letters of Japanese. A query reaches it as quoted tokens alone: nothing that people type is syntax.

It is read from the newest message on, a page at a time, until enough tickets are found; so a common
word costs no more than a rare one. A word that is everywhere but in the asker's queues would be
read to its end: past `LOOKED_AT` messages the search says that there may be more.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    column,
    delete,
    func,
    literal_column,
    select,
    table,
    union,
)
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import Hit
from chatops.tokens import Phrase, name_key, sought, tokens
from storage import records
from storage.instant import instant
from storage.statement import Db, Param, Statement, first, param
from storage.tables import CUSTOMER, MESSAGE, TICKET

#: Of every ticket that is wanted so many matching messages are read first, then so many at a time;
#: at most so many in all.
FIRST: Final = 3
PAGE: Final = 500
LOOKED_AT: Final = 20_000

#: How a ticket is called by its number; no id has more digits.
_NUMBER: Final = re.compile(r"#?(\d{1,18})")

#: A Latin letter and the marks that stand on it, taken apart.
_MARKS: Final = re.compile(r"([A-Za-z])[\u0300-\u036f]+")

#: A word that is not so often among so many newest messages is rare (on PostgreSQL).
NEWEST: Final = 5_000

_PAST_ALL: Final = 2**63 - 1


def keep(db: Db, message: int, text: str) -> None:
    """Let the message be found by this text; what it was found by before must be forgotten."""
    words = " ".join(tokens(text))
    db.run(_KEEP, rowid=message, tokens=words, unaccented=_unaccented(words))


def forget(db: Db, message: int) -> None:
    """Let the message not be found any more."""
    db.run(_FORGET, rowid=message)


def search(db: Db, said: str, queues: Sequence[str], limit: int) -> tuple[Sequence[Hit], bool]:
    """Return at most `limit` tickets of the queues, and whether there are more.

    A ticket's number finds it, and stands first. The rest are those of the customers who have
    exactly this handle or name, and those with a message that holds all the words: newest first.
    """
    if not queues:
        return [], False
    allowed: dict[str, Param] = {f"queue{number}": queue for number, queue in enumerate(queues)}
    by_name, *by_words = _statements(len(queues))
    #: By ticket: the message that it is shown by, 0 where it has none.
    found: dict[int, int] = {}
    if key := name_key(said):
        for (ticket,) in db.all(by_name, key=key, limit=limit + 1, **allowed):
            found[ticket] = _newest(db, ticket)
    is_cut = False
    if phrases := sought(said):
        wanted: dict[str, Param] = {"fts": _for_fts5(phrases), "ts": _for_tsquery(phrases)}
        matches, is_cut = _matching(db, by_words, wanted | allowed, limit + 1)
        found |= matches
    order = sorted(found, key=lambda ticket: found[ticket], reverse=True)
    if (numbered := _numbered(db, said, queues)) is not None:
        found.setdefault(numbered, _newest(db, numbered))
        order = [numbered, *(ticket for ticket in order if ticket != numbered)]
    hits = [_hit(db, ticket, found[ticket]) for ticket in islice(order, limit)]
    return hits, is_cut or len(order) > limit


def _numbered(db: Db, said: str, queues: Sequence[str]) -> int | None:
    called = _NUMBER.fullmatch(unicodedata.normalize("NFKC", said).strip())
    ticket = records.ticket(db, int(called[1])) if called else None
    return ticket.id if ticket is not None and ticket.queue in queues else None


def _newest(db: Db, ticket: int) -> int:
    row = db.one(_NEWEST, ticket=ticket)
    return int(row[0]) if row else 0


def _matching(
    db: Db, by_words: Sequence[Statement], wanted: dict[str, Param], enough: int
) -> tuple[dict[int, int], bool]:
    """Return `enough` tickets with their newest match, and whether it gave up before the end."""
    among_newest, common, rare = by_words
    found: dict[int, int] = {}
    before, size, looked_at = _PAST_ALL, FIRST * enough, 0
    newest = db.all(among_newest, before=before, page=size, **wanted)
    page = common if len(newest) == size else rare
    while looked_at < LOOKED_AT:
        rows = db.all(page, before=before, page=size, **wanted)
        for message, ticket in rows:
            if ticket is not None and len(found) < enough:
                found.setdefault(ticket, message)
        if len(rows) < size or len(found) == enough:
            return found, False
        looked_at += size
        before, size = rows[-1][0], PAGE
    return found, True


def _for_fts5(phrases: Iterable[Phrase]) -> str:
    """Return the query in FTS5's language; a token is letters and digits, and cannot leave quotes."""
    return " AND ".join(
        f'"{" ".join(phrase.tokens)}"{" *" if phrase.is_open else ""}' for phrase in phrases
    )


def _for_tsquery(phrases: Iterable[Phrase]) -> str:
    """Return the query in PostgreSQL's language."""
    return " & ".join(
        " <-> ".join(f"'{_unaccented(token)}'" for token in phrase.tokens)
        + (":*" if phrase.is_open else "")
        for phrase in phrases
    )


def _unaccented(text: str) -> str:
    """Return a text without the marks on its Latin letters, as FTS5 takes them off by itself."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _MARKS.sub(r"\1", apart))


def _hit(db: Db, ticket: int, message: int) -> Hit:
    found = records.ticket(db, ticket)
    assert found is not None  # noqa: S101 - found in this very transaction
    row = db.one(_WORDS_OF, message=message)
    excerpt, at = (row[0], instant(row[1])) if row else ("", found.opened_at)
    return Hit(found, records.customer(db, found.customer), excerpt, at)


@lru_cache(maxsize=64)
def _statements(queues: int) -> tuple[Statement, Statement, Statement, Statement]:
    """Return what finds tickets by their customer, and what reads a page of matches.

    SQLite's index gives the newest first. PostgreSQL's gives all matches in no order: it is read for
    a rare word; for a common one the messages are, from the newest on. Which it is shows among the
    newest, for PostgreSQL itself guesses badly.
    """
    in_queues = TICKET.c.queue.in_([param(f"queue{number}") for number in range(queues)])
    called = union(*(select(CUSTOMER.c.id).where(CUSTOMER.c[key] == param("key")) for key in _KEYS))
    # without the first condition the queue's index would be read to its end
    theirs = select(TICKET.c.id).where(TICKET.c.customer.in_(called), in_queues)
    by_name = Statement(first(theirs.order_by(TICKET.c.id.desc()), param("limit")))
    matches = select(_WORDS.c.rowid).where(_MATCHES, _WORDS.c.rowid < param("before"))
    matches_ts = select(_WORDS.c.rowid).where(_MATCHES_TS, _WORDS.c.rowid < param("before"))
    newest = select(func.max(_WORDS.c.rowid) - NEWEST).scalar_subquery()
    # planned by itself, without a thought to how few are wanted
    all_ts = matches_ts.offset(0).subquery()
    page = _page_of(matches, in_queues)
    return (
        by_name,
        Statement(
            select(MESSAGE.c.id, MESSAGE.c.ticket).where(MESSAGE.c.id == 0),  # none
            _page_of(matches_ts.where(_WORDS.c.rowid > newest), in_queues),
        ),
        Statement(page, _page_of(matches_ts, in_queues)),
        Statement(page, _page_of(select(all_ts.c.rowid), in_queues)),
    )


def _page_of(matches: Select[Any], in_queues: ColumnElement[bool]) -> Select[Any]:
    newest_first = matches.order_by(matches.selected_columns.rowid.desc())
    page = first(newest_first, param("page")).subquery()
    return (
        select(page.c.rowid, TICKET.c.id)
        .select_from(
            page.join(MESSAGE, MESSAGE.c.id == page.c.rowid).outerjoin(
                TICKET, and_(TICKET.c.id == MESSAGE.c.ticket, in_queues)
            )
        )
        .order_by(page.c.rowid.desc())
    )


_KEYS: Final = ("handle_key", "name_key")

#: The table of migration 0002; a row's number is its message's. Its own name among its columns
#: stands for all of a row.
_WORDS: Final = table(
    "message_words", column("rowid", BigInteger), column("tokens", Text), column("message_words")
)
_MATCHES: Final = _WORDS.c.message_words.op("MATCH")(param("fts"))
_CONFIGURATION: Final[ColumnElement[Any]] = literal_column("'message_words'::regconfig")
_MATCHES_TS: Final = _WORDS.c.tokens.op("@@")(func.to_tsquery(_CONFIGURATION, param("ts", Text)))
_KEEP: Final = Statement(
    insert(_WORDS).values(rowid=param("rowid"), tokens=param("tokens")),
    insert(_WORDS).values(
        rowid=param("rowid"), tokens=func.to_tsvector(_CONFIGURATION, param("unaccented", Text))
    ),
)
_FORGET: Final = Statement(delete(_WORDS).where(_WORDS.c.rowid == param("rowid")))
_NEWEST: Final = Statement(
    first(
        select(MESSAGE.c.id)
        .where(
            MESSAGE.c.ticket == param("ticket"),
            MESSAGE.c.direction == "inbound",
            MESSAGE.c.deleted.is_(False),
        )
        .order_by(MESSAGE.c.id.desc())
    )
)
_WORDS_OF: Final = Statement(
    select(MESSAGE.c.text, MESSAGE.c.at).where(MESSAGE.c.id == param("message"))
)
