"""All clocks folded anew from the log: whether the rows say what the log does, and put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from chatops.app import opened
from chatops.clocks import rebuild
from chatops.config import Config
from chatops.ports import Tx
from chatops.sla import SlaTerms
from storage.alone import alone


@dataclass(frozen=True, slots=True)
class Refolded:
    tickets: int
    others: int  #: tickets whose clocks were other than their log makes them


#: Tickets whose clocks are folded in one transaction.
_FOLDED: Final = 100


async def refold(config: Config, *, write: bool) -> Refolded:
    """Fold all clocks anew from the log, compare, and write those that differ if `write` says so.

    Raises:
        StorageError: a process, which is named, serves the database.
    """
    with alone(config.database, "clocks"):
        async with opened(config) as service:
            terms, work = service.desk.policy.terms, service.storage.work
            last, tickets, others = 0, 0, 0
            while ids := await work.transact(partial(_page, last)):
                others += await work.transact(partial(_refold, terms, ids, write=write))
                last, tickets = ids[-1], tickets + len(ids)
            return Refolded(tickets, others)


def _page(last: int, tx: Tx) -> Sequence[int]:
    return tx.tickets_after(last, _FOLDED)


def _refold(terms: SlaTerms, ids: Sequence[int], tx: Tx, *, write: bool) -> int:
    return sum(rebuild(tx, terms, id, write=write) for id in ids)
