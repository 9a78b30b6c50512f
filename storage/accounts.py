"""Whether an account of ours may still be used, and whether the managers know."""

from typing import Final

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from storage.part import Part
from storage.statement import Statement, param
from storage.tables import ACCOUNT_CURSOR, ACCOUNT_STATE

#: The cursor that is there once the managers know that the account's access was withdrawn.
_REVOCATION: Final = "revocation"


class Accounts(Part):
    def cut_off(self, account: str) -> bool:
        self._db.run(CUT_OFF, account=account)
        return self._db.run(_TELL, account=account) == 1


CUT_OFF: Final = Statement(
    insert(ACCOUNT_STATE)
    .values(account=param("account"), revoked=True)
    .on_conflict_do_update(index_elements=["account"], set_={"revoked": True})
)
_TELL: Final = Statement(
    insert(ACCOUNT_CURSOR)
    .values(account=param("account"), name=_REVOCATION, value="told")
    .on_conflict_do_nothing()
)
#: The account is connected again: when it is cut off once more, that is news.
FORGET_TOLD: Final = Statement(
    delete(ACCOUNT_CURSOR).where(
        ACCOUNT_CURSOR.c.account == param("account"), ACCOUNT_CURSOR.c.name == _REVOCATION
    )
)
