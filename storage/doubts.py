"""Posts of unknown fate about which people are asked, and the finished cards that ask."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, case, func, null, select, update

from chatops.ports import Unsure, Urgency, What
from storage.instant import micros
from storage.part import Part
from storage.statement import Statement, param
from storage.tables import DELIVERY, UNRESOLVED
from storage.taking import is_asked


class Doubts(Part):
    def unsure(self, id: int) -> Unsure | None:
        if (row := self._db.one(_UNSURE, id=id)) is None:
            return None
        id, what, to, marker, ticket, message, undo = row
        return Unsure(id, What(what), to, marker, ticket, message, bool(undo))

    def is_seen(self, id: int) -> None:
        self._db.run(_IS_SEEN, id=id)

    def post_again(self, id: int, marker: str, due_at: datetime) -> None:
        self._db.run(_POST_AGAIN, id=id, marker=marker, due_at=micros(due_at))

    def finished(self, marker: str) -> str | None:
        row = self._db.one(_FINISHED, marker=marker)
        return None if row is None else row[0]

    def reword(self, marker: str, body: str, due_at: datetime) -> None:
        self._db.run(_REWORD, marker=marker, body=body, due_at=micros(due_at))


_d = DELIVERY.c
_its = (_d.id == param("id"), _d.state.in_(UNRESOLVED), is_asked(DELIVERY))
_UNSURE: Final = Statement(
    select(_d.id, _d.what, _d.to, _d.marker, _d.ticket, _d.message, _d.undo)
    .where(*_its)
    .with_for_update()
)
_known = {"attempts": 0, "error": null(), "owner": null()}
_IS_SEEN: Final = Statement(
    update(DELIVERY)
    .where(*_its)
    .values(_known | {"state": "sent", "rank": int(Urgency.UPDATE), "shown": _d.wanted})
)
_POST_AGAIN: Final = Statement(
    update(DELIVERY)
    .where(*_its)
    .values(
        _known
        | {
            "state": "pending",
            "rank": _d.urgency,
            "marker": param("marker"),
            "external_id": null(),
            "shown": 0,
            "taken_at": null(),
            "due_at": param("due_at"),
        }
    )
)
_FINISHED: Final = Statement(select(_d.body).where(_d.marker == param("marker")))
_REWORD: Final = Statement(
    update(DELIVERY)
    .where(_d.marker == param("marker"))
    .values(
        body=param("body"),
        wanted=_d.wanted + 1,
        due_at=case(
            (_d.state == "sent", func.coalesce(_d.due_at, param("due_at", BigInteger))),
            else_=_d.due_at,
        ),
    )
)
