"""Which customers have been told that nobody is there, so that each is once a closed time."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from storage.instant import micros
from storage.part import Part
from storage.statement import Statement, first, param, there
from storage.tables import AWAY

_HOUR: Final = timedelta(hours=1)


class Away(Part):
    def away_once(
        self, customer: int, account: str, opens_at: datetime, now: datetime, most: int
    ) -> bool:
        """Record that a customer is told; False if they were, or too many others of late."""
        since = micros(now - _HOUR)
        (told,) = there(self._db.one(_TOLD_SINCE, account=account, since=since, most=most))
        if told >= most:
            return False
        made = self._db.run(
            _TELL, customer=customer, account=account, opens_at=micros(opens_at), at=micros(now)
        )
        return made == 1


_a = AWAY.c
_newest = first(
    select(literal_column("1")).where(_a.account == param("account"), _a.at > param("since")),
    param("most"),
)
_TOLD_SINCE: Final = Statement(select(func.count()).select_from(_newest.subquery()))
_TELL: Final = Statement(
    insert(AWAY)
    .values(
        customer=param("customer"),
        account=param("account"),
        opens_at=param("opens_at"),
        at=param("at"),
    )
    .on_conflict_do_nothing()
)
