"""What a network is asked to do with a message: hide it, show it again, delete it.

Repeating it is safe, so that what is in doubt is simply asked again, until the network answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from chatops.act import Act, Marks
from chatops.clock import Clock
from chatops.delivery.patience import FAULTS, Calling, Keep, network_rest
from chatops.desk import Desk
from chatops.errors import (
    Barred,
    InDoubt,
    Overtaken,
    Rejected,
    TryLater,
    Unreached,
    Unsupported,
)
from chatops.event import Deed, DeedDone, DeedFailed
from chatops.ledger import apply
from chatops.ports import Channel, Delivery, DeliveryState, Tx
from chatops.ticket import Ticket

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A deed that was taken, and the network's id of its message."""

    delivery: Delivery
    account: str
    deed: Deed
    external_id: str


class Deeds:
    """Asks networks; `keep` writes their answers."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        channels: Mapping[str, Channel],
        keep: Keep,
        calling: Calling,
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._channels = channels
        self._keep = keep
        self._calling = calling

    def begin(self, tx: Tx, delivery: Delivery) -> Asked | None:
        """Return what is to be done; None if nobody asks for it any more."""
        ticket = tx.ticket(delivery.ticket) if delivery.ticket is not None else None
        line = tx.line(delivery.message) if delivery.message is not None else None
        deed = delivery.deed
        if ticket and line and line.external_id and deed and ticket.deed(line.id, deed):
            return Asked(delivery, ticket.account, deed, line.external_id)
        tx.delivery_is(delivery, DeliveryState.WITHDRAWN, None)
        return None

    async def do(self, asked: Asked) -> str:
        """Ask the network; return the outcome's name.

        Raises:
            Overtaken: the network was not asked, and the deed may be another process's by now.
            TryLater: the network limits this account; the deed waits and is saved so.
            Barred: the account is closed to us; the deed waits until it is mended.
        """
        try:
            async with self._calling(asked.delivery.process):
                await self._channels[asked.account].do(asked.deed, asked.external_id)
        except Overtaken:
            raise
        except TryLater as error:
            await self._again(asked, timedelta(seconds=error.seconds), str(error), counts=False)
            raise
        except (Unreached, InDoubt) as error:
            await self._again(asked, network_rest(asked.delivery.attempts), str(error))
            return "deed_unreached"
        except Unsupported as error:
            return await self._failed(asked, "unsupported", str(error))
        except Barred as error:
            await self._again(asked, timedelta(), str(error), counts=False)
            raise
        except Rejected as error:
            return await self._failed(asked, error.code, str(error))
        except Exception:  # noqa: BLE001 - the account outlives a fault in one deed
            _log.exception("deed.fault", delivery=asked.delivery.id)
            if asked.delivery.attempts >= FAULTS:
                return await self._failed(asked, "fault", "a fault of ours; see the log")
            await self._again(asked, network_rest(asked.delivery.attempts), "fault")
            return "deed_fault"
        return await self._done(asked)

    async def _done(self, asked: Asked) -> str:
        job = asked.delivery

        def run(tx: Tx) -> None:
            ticket = tx.ticket(job.ticket or 0)  # before its delivery, as Undo does
            if tx.delivered(job, None, job.wanted, self._clock.transport()):
                self._tell(tx, ticket, DeedDone(job.message or 0, asked.deed))

        await self._keep(run)
        return "deed_done"

    async def _failed(self, asked: Asked, code: str, detail: str) -> str:
        job = asked.delivery
        _log.warning("deed.failed", delivery=job.id, code=code)

        def run(tx: Tx) -> None:
            ticket = tx.ticket(job.ticket or 0)
            if tx.delivery_is(job, DeliveryState.FAILED, None, detail):
                self._tell(tx, ticket, DeedFailed(job.message or 0, asked.deed, code))

        await self._keep(run)
        return "deed_failed"

    async def _again(
        self, asked: Asked, span: timedelta, error: str, *, counts: bool = True
    ) -> None:
        due = self._clock.transport() + span
        await self._keep(
            lambda tx: tx.delivery_is(
                asked.delivery, DeliveryState.PENDING, due, error, counts=counts
            )
        )

    def _tell(self, tx: Tx, ticket: Ticket | None, event: DeedDone | DeedFailed) -> None:
        """Write the network's answer into the ticket's log."""
        if ticket is not None:
            now, due = self._clock.business(), self._clock.transport()
            apply(tx, self._desk.policy, ticket, [event], Act(now, due, Marks(), rule="outbox"))
