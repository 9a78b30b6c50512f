"""Whether an account of ours may still be used, whether the managers know, and since when it is ours."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from storage.part import Part
from storage.statement import Db, Statement, param
from storage.tables import ACCOUNT_CURSOR, ACCOUNT_STATE

#: The cursor that is there once the managers know that the account's access was withdrawn.
_REVOCATION: Final = "revocation"

#: The cursor that says when the account was connected, or first seen; none of one from before.
_CONNECTED: Final = "connected"


def note_connected(db: Db, account: str, now: datetime) -> None:
    """Note that an account is connected now."""
    db.run(SAVE_CURSOR, account=account, name=_CONNECTED, value=now.isoformat())


def note_met(db: Db, account: str, now: datetime) -> None:
    """Note that an account is seen now, if it never was."""
    db.run(_NOTE, account=account, name=_CONNECTED, value=now.isoformat())


class Accounts(Part):
    def connected(self, account: str) -> datetime | None:
        row = self._db.one(_CURSOR, account=account, name=_CONNECTED)
        return None if row is None else datetime.fromisoformat(row[0])

    def cut_off(self, account: str) -> bool:
        self._db.run(CUT_OFF, account=account)
        return self._db.run(_NOTE, account=account, name=_REVOCATION, value="told") == 1


CUT_OFF: Final = Statement(
    insert(ACCOUNT_STATE)
    .values(account=param("account"), revoked=True)
    .on_conflict_do_update(index_elements=["account"], set_={"revoked": True})
)
_cursor = insert(ACCOUNT_CURSOR).values(
    account=param("account"), name=param("name"), value=param("value")
)
_NOTE: Final = Statement(_cursor.on_conflict_do_nothing())
SAVE_CURSOR: Final = Statement(
    _cursor.on_conflict_do_update(
        index_elements=["account", "name"], set_={"value": param("value")}
    )
)
_CURSOR: Final = Statement(
    select(ACCOUNT_CURSOR.c.value).where(
        ACCOUNT_CURSOR.c.account == param("account"), ACCOUNT_CURSOR.c.name == param("name")
    )
)
#: The account is connected again: when it is cut off once more, that is news.
FORGET_TOLD: Final = Statement(
    delete(ACCOUNT_CURSOR).where(
        ACCOUNT_CURSOR.c.account == param("account"), ACCOUNT_CURSOR.c.name == _REVOCATION
    )
)
