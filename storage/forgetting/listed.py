"""Who was forgotten: digests that tell nobody, by which a restored backup forgets them again."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from storage.instant import micros
from storage.statement import Db, Statement, param
from storage.tables import FORGOTTEN


def remember(db: Db, digest: str, at: datetime) -> None:
    """Keep the digest of somebody who is forgotten, and when they were so last."""
    db.run(_REMEMBER, digest=digest, at=micros(at))


def remembered(db: Db) -> list[tuple[str, int]]:
    """Return all digests, each with its time as it is stored."""
    return [(digest, at) for digest, at in db.all(_REMEMBERED)]


_digest = insert(FORGOTTEN).values(digest=param("digest"), at=param("at"))
_REMEMBER: Final = Statement(
    _digest.on_conflict_do_update(
        index_elements=["digest"],
        set_={"at": _digest.excluded.at},
        where=FORGOTTEN.c.at < _digest.excluded.at,
    )
)
_REMEMBERED: Final = Statement(
    select(FORGOTTEN.c.digest, FORGOTTEN.c.at).order_by(FORGOTTEN.c.digest)
)
