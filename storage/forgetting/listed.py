"""Who was forgotten: digests that tell nobody, by which a restored backup forgets them again.

Beside them stands whether the database's files are still to be written anew without those words.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from storage.instant import micros
from storage.statement import Db, Statement, param
from storage.tables import FORGOTTEN, SETTING

#: The setting that is there from before anything is overwritten until the files are written anew.
UNSCRUBBED: Final = "unscrubbed"


def remember(db: Db, digest: str, at: datetime) -> None:
    """Keep the digest of somebody who is forgotten, and when they were so last."""
    db.run(_REMEMBER, digest=digest, at=micros(at))


def remembered(db: Db) -> list[tuple[str, int]]:
    """Return all digests, each with its time as it is stored."""
    return [(digest, at) for digest, at in db.all(_REMEMBERED)]


def overwritten(db: Db) -> None:
    """Note that words are overwritten from here on."""
    db.run(_OWE, name=UNSCRUBBED)


def is_scrubbed(db: Db) -> bool:
    """Tell whether no overwritten word is left between the rows, for all that we know."""
    return db.one(_OWED, name=UNSCRUBBED) is None


def scrubbed(db: Db) -> None:
    """Note that the files were written anew."""
    db.run(_SETTLE, name=UNSCRUBBED)


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
_OWE: Final = Statement(
    insert(SETTING).values(name=param("name"), value="").on_conflict_do_nothing()
)
_OWED: Final = Statement(select(SETTING.c.name).where(SETTING.c.name == param("name")))
_SETTLE: Final = Statement(delete(SETTING).where(SETTING.c.name == param("name")))
