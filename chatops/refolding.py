"""Clocks and roll-up made anew from the log: whether the rows say what the log does, and put right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from chatops.app import opened
from chatops.clocks import rebuild
from chatops.config import Config
from chatops.ports import Tx, Work
from chatops.rollup import Cell, Days
from chatops.sla import SlaTerms
from storage.alone import alone


@dataclass(frozen=True, slots=True)
class Refolded:
    tickets: int
    others: int  #: tickets whose clocks were other than their log makes them


@dataclass(frozen=True, slots=True)
class Recounted:
    counts: int  #: that the log makes
    others: int  #: of them and of the roll-up's, those that are not alike


#: Tickets whose clocks are folded in one transaction, and whose log is counted in one.
_FOLDED: Final = 100
_COUNTED: Final = 1000


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


async def recount(config: Config, *, write: bool) -> Recounted:
    """Count the roll-up anew from the log as far as it is folded, and compare.

    `write` counts the whole log, and puts that in the roll-up's place.

    Raises:
        StorageError: a process, which is named, serves the database.
    """
    with alone(config.database, "rollup"):
        async with opened(config) as service:
            policy, work = service.desk.policy, service.storage.work
            days = Days(policy.zone, policy.day_starts)
            until, stands = await work.transact(lambda tx: tx.rolled_up(days))
            if write:
                until = await work.transact(lambda tx: tx.newest_entry())
            made = await counted_anew(work, days, until)
            if write:
                await work.transact(lambda tx: tx.replace_rollup(days, until, made))
            others = sum(made.get(cell) != stands.get(cell) for cell in made.keys() | stands.keys())
            return Recounted(len(made), others)


async def counted_anew(work: Work, days: Days, until: int) -> Counter[Cell]:
    """Return the roll-up that the whole log makes up to an entry."""
    made: Counter[Cell] = Counter()
    last = 0
    while ids := await work.transact(partial(_page, last, most=_COUNTED)):
        made.update(await work.transact(partial(_counted, days, until, last, ids[-1])))
        last = ids[-1]
    return made


def _counted(days: Days, until: int, after: int, last: int, tx: Tx) -> Mapping[Cell, int]:
    return tx.counted(days, until, after, last)


def _page(last: int, tx: Tx, *, most: int = _FOLDED) -> Sequence[int]:
    return tx.tickets_after(last, most)


def _refold(terms: SlaTerms, ids: Sequence[int], tx: Tx, *, write: bool) -> int:
    return sum(rebuild(tx, terms, id, write=write) for id in ids)
