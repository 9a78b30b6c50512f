"""Who acts, when and where: what one transaction's changes have in common."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID, uuid4, uuid5

from chatops.event import Alerted, Breached, ChainEnded
from chatops.ticket import Ticket


class Marks:
    """Markers for one transaction's deliveries: made from one UUID that was drawn outside it."""

    def __init__(self) -> None:
        self._seed = uuid4()
        self._numbers = count()
        self.replies: dict[int, str] = {}  #: by message: its delivery carries the same marker
        self.repeated: set[int] = (
            set()
        )  #: replies that were canned ones once more, over the question

    def begin(self) -> None:
        """Forget what an earlier run of the transaction noted: that one was not kept.

        No marker is given twice, for nobody knows whether it was.
        """
        self.replies.clear()
        self.repeated.clear()

    def __call__(self) -> str:
        return str(uuid5(self._seed, str(next(self._numbers))))


def again(marker: str) -> str:
    """Return the marker under which what was deleted is posted again: the same, however often asked.

    Under its own, the far side would take the second post for a repeat of the first.
    """
    return str(uuid5(UUID(marker), "again"))


@dataclass(frozen=True, slots=True)
class Gathered:
    """An alert that a room is to have, alone or in a list with others."""

    room: str
    ticket: Ticket
    event: Breached | Alerted | ChainEnded
    entry: int  #: of the log


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when and where.

    `now` is business time, `due` the transport time from which what follows may be delivered.
    """

    now: datetime
    due: datetime
    marks: Marks
    agent: int | None = None
    rule: str | None = None  #: the name of the rule, where no person acts
    chat: str | None = None  #: where the person asks for it
    room: str | None = None  #: the room where the person pressed
    typed_in: str | None = None  #: the room in whose thread a note was typed: it stands there
    gathered: "list[Gathered] | None" = None  #: alerts are put here instead, by who looks at many
    heard_at: datetime | None = None  #: when the customer wrote what is taken in
