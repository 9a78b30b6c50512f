"""What of alerts stands in the outbox: how many a room had of late, and a list that waits for more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from storage.instant import instant
from storage.part import Part
from storage.statement import Statement, first, param
from storage.tables import DELIVERY, ENTRY, UNRESOLVED


class Alerts(Part):
    def newest_alerts(self, room: str, limit: int) -> Sequence[datetime]:
        return [instant(at) for (at,) in self._db.all(_NEWEST, to=room, limit=limit)]

    def waiting_body(self, lane: str) -> tuple[int, str] | None:
        row = self._db.one(_WAITING, lane=lane)
        return None if row is None else (row[0], row[1])

    def rewrite(self, delivery: int, body: str) -> None:
        self._db.run(_REWRITE, id=delivery, body=body)


_d = DELIVERY.c
_NEWEST: Final = Statement(
    first(
        select(ENTRY.c.at)
        .select_from(DELIVERY.join(ENTRY, ENTRY.c.id == _d.entry))
        .where(_d.what == "alert", _d.to == param("to"))
        .order_by(_d.id.desc()),
        param("limit"),
    )
)
_WAITING: Final = Statement(
    select(_d.id, _d.body)
    # the first condition is that of the index
    .where(_d.state.in_(UNRESOLVED), _d.lane == param("lane"), _d.state == "pending")
    .where(_d.attempts == 0, _d.body.is_not(None))
    .order_by(_d.id)
    .with_for_update()
)
_REWRITE: Final = Statement(update(DELIVERY).where(_d.id == param("id")).values(body=param("body")))
