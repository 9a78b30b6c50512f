"""One transaction, as the core asks for it: what a function that is given to `Work.transact` may do.

The function is plain and synchronous and may run more than once: ids and times are made outside and
passed in, it touches nothing but `tx`, and a conflict is an answer (None, False), never an exception.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chatops.policy import Person
from chatops.ports.outbox_rows import OutboxRows
from chatops.ports.rows import Look, Mark
from chatops.ports.ticket_rows import TicketRows
from chatops.rollup import Cell, Days
from chatops.scene import Agent


class Tx(TicketRows, OutboxRows, Protocol):
    """One transaction. Rows that are read here to be changed are locked until its end."""

    # acts

    def acted(self, key: str) -> bool:
        """Tell whether an act with that key is recorded."""
        ...

    def once(self, key: str, now: datetime) -> bool:
        """Record an act's key; False if it is there already."""
        ...

    def away_once(
        self, customer: int, account: str, opens_at: datetime, now: datetime, most: int
    ) -> bool:
        """Record that a customer is told by an account that nobody is there before `opens_at`.

        False if they were told so, or if `most` others were within the last hour.
        """
        ...

    # accounts

    def cut_off(self, account: str) -> bool:
        """Note that our access to an account was withdrawn.

        False if it is known, and was told, since the account was last connected.
        """
        ...

    def connected(self, account: str) -> datetime | None:
        """Return since when, in transport time, the account is ours; None if nobody noted it."""
        ...

    # people

    def keep_code(self, digest: str, agent: int, until: datetime) -> None:
        """Keep the digest of an agent's one-time code; an older one of the agent's ends."""
        ...

    def spend_code(self, digest: str, chat: str, external_id: str, now: datetime) -> int | None:
        """Give the code's agent this identity, and end the code; the agent, or None if it is none.

        An identity that app.yaml gives to somebody is given to nobody else: None too.
        """
        ...

    def link(self, chat: str, external_id: str, agent: int, email: str) -> bool:
        """Give an agent an identity by their e-mail address; False if it is somebody's already.

        Another that they have in this chat by an address ends.
        """
        ...

    def unlink(self, chat: str) -> int:
        """Take back every identity in a chat that was given by an address; how many."""
        ...

    def shift_due(self, agent: int, boundary: datetime) -> bool:
        """Record that a shift's boundary was acted upon; False if it was."""
        ...

    def agents(self) -> Sequence[Agent]: ...

    def know(self, people: Iterable[Person], now: datetime) -> None:
        """Bring the agent and identity rows up to app.yaml; who left keeps the row, without roles."""
        ...

    def shift(self, agent: int, now: datetime, *, on: bool) -> bool:
        """Note that the agent is on or off; False if nothing changed."""
        ...

    def next_on(self, queue: str, among: Sequence[int]) -> int | None:
        """Return whose turn it is of those agents, and move the queue's turn on."""
        ...

    # processes

    def enrol(self, name: str, seconds: float) -> int:
        """Enter a process, with a lease of so long on the database's clock; its number."""
        ...

    def renew(self, process: int, seconds: float) -> bool:
        """Prolong a lease; False if it has ended: what the process holds may be another's."""
        ...

    def retire(self, process: int) -> None:
        """End a process's lease."""
        ...

    def retire_others(self, process: int) -> None:
        """End every lease but this one's: who holds the database alone knows that none lives."""
        ...

    def strike_off(self) -> int:
        """Forget the processes whose lease has ended; how many."""
        ...

    def database_time(self) -> datetime | None:
        """Return the time on the database's clock; None where it has none of its own."""
        ...

    # what goes by age

    def drop_bodies(self, before: datetime, limit: int) -> int:
        """Drop raw bodies received before then, of those that were read; how many."""
        ...

    def drop_closed(self, before: datetime, limit: int) -> int:
        """Drop tickets closed before then, with all that is theirs; how many.

        One whose delivery or reply is unresolved stays. One that was merged goes with the ticket
        that it went into; customers go with their last ticket.
        """
        ...

    def drop_loose(self, before: datetime, limit: int) -> int:
        """Drop messages of no ticket from before then; how many."""
        ...

    def drop_logs(self, before: datetime, limit: int) -> int:
        """Drop keys of acts, the log of shifts, digests and other finished posts from before then.

        Returns the most rows of one of them: as many as `limit` means that there may be more.
        """
        ...

    # the roll-up

    def roll_up(self, days: Days, known: Mark | None, limit: int) -> Mark | None:
        """Fold so many entries more of the log; what to come back with, None where nothing is left.

        Called first in its transaction. Nothing is folded where another process folds, or where a
        transaction runs that may still write below `known`; of other days all is folded anew.
        """
        ...

    def newest_entry(self) -> int:
        """Return the greatest id of the log; 0 of an empty one."""
        ...

    def rolled_up(self, days: Days) -> tuple[int, Mapping[Cell, int]]:
        """Return up to which entry the roll-up is folded, and all of it; 0 of other days."""
        ...

    def counted(self, days: Days, until: int, after: int, last: int) -> Mapping[Cell, int]:
        """Return what the logs of the tickets above `after`, up to `last`, make up to an entry."""
        ...

    def replace_rollup(self, days: Days, until: int, made: Mapping[Cell, int]) -> None:
        """Put what the whole log makes up to an entry into the roll-up's place."""
        ...

    # time

    def publish_once(self, name: str, period: str, until: datetime) -> bool:
        """Record that the digest `name` of `period` (a local date) is made; False if it is.

        Its figures go up to `until`, where the next one begins.
        """
        ...

    def to_alert(self, now: datetime, limit: int) -> Sequence[int]:
        """Return tickets with a clock whose next alert is due, earliest first."""
        ...

    def alerted_in_calendar(self, since: datetime, until: datetime) -> Sequence[int]:
        """Return tickets that were alerted of in `[since, until)` and have an open clock by calendar time
        of which there was an alert.
        """
        ...

    def to_climb(self, now: datetime, limit: int) -> Sequence[int]:
        """Return open tickets of which a stage of their chain, or its end, is due; the longest due first."""
        ...

    def to_wake(self, now: datetime, limit: int) -> Sequence[int]: ...

    def left_open(self, now: datetime, limit: int) -> Sequence[int]:
        """Return tickets on which somebody's time to write a reply is over, the longest first."""
        ...

    def to_look_after(self, now: datetime, limit: int) -> Sequence[int]:
        """Return tickets whose claim is to be looked at by then, earliest first."""
        ...

    def looks_after(self, after: Look, limit: int) -> Sequence[Look]:
        """Return the looks at claims that are planned behind that one, in order."""
        ...

    def plan_claim(self, ticket: int, at: datetime | None) -> None:
        """Note when the ticket's claim is to be looked at; None: never."""
        ...

    def to_close_windows(self, now: datetime, limit: int) -> Sequence[int]:
        """Return tickets to which no reply is taken any more since then, longest first."""
        ...

    def plan_window(self, ticket: int, at: datetime | None) -> None:
        """Note from when on no reply to the ticket is taken any more; None: nobody need look."""
        ...

    def set_offset(self, seconds: float) -> None:
        """Turn business time (sandbox and tests)."""
        ...
