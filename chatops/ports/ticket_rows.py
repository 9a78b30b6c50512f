"""Of one transaction: tickets, who writes in them, what was said, the log and its clocks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from chatops.channel import Author
from chatops.event import Event, ReplyState
from chatops.ports.rows import (
    Burst,
    Conversation,
    Found,
    NewMessage,
    PastEntry,
    Record,
    TicketFilter,
)
from chatops.scene import Line
from chatops.sla import Clock, Clocks, SlaTerms
from chatops.ticket import Ticket


class TicketRows(Protocol):
    """What a transaction may do to tickets and to all that belongs to them."""

    def store_raw(
        self, channel: str, account: str, body: bytes, now: datetime, *, read: bool = False
    ) -> int:
        """Store a body; it is `read` if what it holds is taken in with it."""
        ...

    def raw_read(self, id: int, error: str | None = None) -> None:
        """Mark a raw body as read, or as unreadable with the reason (no customer's words)."""
        ...

    def customer(self, channel: str, author: Author) -> int:
        """Return the customer's id; a new name, handle or follower count is kept."""
        ...

    def lock_authors(self, authors: Collection[str]) -> None:
        """Keep others from taking in several of these authors' messages, until the end."""
        ...

    def conversation(self, account: str, thread_key: str, customer: int) -> Conversation:
        """Return the conversation, made if need be, and lock it."""
        ...

    def lock_conversation(self, id: int) -> Conversation: ...

    def point(self, conversation: int, ticket: int) -> None:
        """Make `ticket` the conversation's current one."""
        ...

    def crowding(
        self, account: str, thread_key: str, queue: str, since: datetime, most: int
    ) -> tuple[bool, int]:
        """Tell whether the thread has a burst in the queue that had a ticket since, and how many of
        the thread's newest `most` tickets were opened in the queue since.

        Those on the quiet list do not count.
        """
        ...

    def join_burst(
        self,
        account: str,
        thread_key: str,
        queue: str,
        since: datetime,
        at: datetime,
        message: int,
        earlier: int,
    ) -> int:
        """Return the thread's burst, which has a ticket more at `at`.

        Where its newest one is from before `since`, or there is none, one begins with the message;
        `earlier` tickets have cards of their own. Two processes at once join the same.
        """
        ...

    def burst(self, id: int) -> Burst | None: ...

    def thread_conversations(self, account: str, thread_key: str) -> Sequence[Conversation]: ...

    def find_message(self, account: str, external_id: str, *, locked: bool = False) -> Found | None:
        """Return a stored message; `locked`, it stays as it is until this transaction ends."""
        ...

    def last_words(self, ticket: int) -> str | None:
        """Return the newest words of ours that the ticket's customer has got."""
        ...

    def sending(self, conversation: int) -> Sequence[Found]:
        """Return the conversation's replies that are sending or in doubt, oldest first."""
        ...

    def find_marked(self, account: str, marker: str) -> Found | None: ...

    def add_message(self, message: NewMessage) -> int | None:
        """Store a message; None if (account, external id) is there already."""
        ...

    def place_message(self, id: int, ticket: int) -> None:
        """Give a stored message its ticket."""
        ...

    def edit_message(self, id: int, text: str | None, at: datetime) -> bool:
        """Keep a message's new words, None if they are as before; `at` is the platform's time of the edit.

        False if its words are from a later edit, or the same one.
        """
        ...

    def fill_message(self, id: int, message: NewMessage) -> None:
        """Give a row that an edit made before its message what the message brings."""
        ...

    def delete_message(self, id: int) -> None: ...

    def asked_since(self, ticket: int, since: datetime | None) -> datetime | None:
        """Return when the customer first wrote in a ticket after `since`, of what is there still.

        Mere thanks ask for nothing. `since` is None: ever.
        """
        ...

    def reply_is(
        self,
        id: int,
        state: ReplyState | None,
        *,
        external_id: str | None = None,
        url: str | None = None,
        at: datetime | None = None,
        failure: str | None = None,
    ) -> None:
        """Put a reply into a state; what is None stays as it was, but an old failure goes."""
        ...

    def answer(self, reply: int, candidates: Sequence[str], *, anew: bool) -> str | None:
        """Return which of the customer's messages, by the network's ids, a reply goes out as answer to.

        It is chosen once, the last of the candidates, so that a reply of unknown fate is looked up
        and repeated as what it was, whatever was written meanwhile. `anew`: it may be chosen again
        where it is no candidate any more, because it was deleted.
        """
        ...

    def ticket(self, id: int) -> Ticket | None:
        """Return the ticket, locked."""
        ...

    def add_ticket(self, ticket: Ticket) -> int:
        """Insert a ticket whose id is 0 and return the id it got."""
        ...

    def save_ticket(self, ticket: Ticket) -> None:
        """Write the ticket, and want its cards at its revision."""
        ...

    def log(
        self,
        ticket: int,
        event: Event,
        at: datetime,
        agent: int | None,
        rule: str | None,
        chat: str | None = None,
        terms: str | None = None,
    ) -> int:
        """Append to the ticket's log; the entry's id.

        `chat` is where the agent asked for it, `terms` the version of what was promised then.
        """
        ...

    def clocks(self, ticket: int) -> Clocks:
        """Return all clocks of a ticket."""
        ...

    def save_clock(self, ticket: int, clock: Clock) -> None: ...

    def drop_clocks(self, ticket: int, keep: Clocks) -> None:
        """Delete a ticket's clocks but those kinds and cycles."""
        ...

    def keep_terms(self, terms: SlaTerms) -> None:
        """Keep what was promised, so that the log can be folded by it; once for each version."""
        ...

    def terms(self, version: str) -> SlaTerms | None: ...

    def history(self, ticket: int) -> Sequence[PastEntry]:
        """Return the ticket's log, oldest first, with what its clocks go by."""
        ...

    def tickets_after(self, id: int, limit: int) -> Sequence[int]:
        """Return ids of tickets above `id`, lowest first."""
        ...

    def running_after(self, id: int, limit: int) -> Sequence[int]:
        """Return ids of tickets above `id` that have an open clock, lowest first."""
        ...

    def record(self, ticket: int) -> Record | None: ...

    def find(self, wanted: TicketFilter) -> Sequence[int]:
        """Return the tickets that a filter lets through, by id."""
        ...

    def line(self, message: int) -> Line | None:
        """Return one message, of whichever ticket."""
        ...

    def hide_message(self, id: int, *, hidden: bool) -> None: ...

    def said_to(self, customer: int, key: str, since: datetime) -> int:
        """Return how many replies of that key the customer has got, or is about to get, since."""
        ...

    def said_under(self, account: str, thread_key: str, key: str) -> int:
        """Return how many replies of that key stand, or are about to, in a network's thread."""
        ...

    def invited(self, account: str, customer: int, since: datetime) -> int | None:
        """Return the customer's newest ticket on the account with an invitation since.

        Where that one was merged, it is the one that it went into.
        """
        ...

    def waiting_for(self, account: str, customer: int) -> Sequence[int]:
        """Return the customer's tickets on the account that wait for a direct message, lowest first."""
        ...

    def alike(self, customer: int, since: datetime) -> Sequence[int]:
        """Return unclosed tickets since of others with this handle or name, on other channels.

        Those are left out of whom a person said that it is somebody else (LinkDismissed).
        """
        ...

    def consent(self, one: int, other: int, agent: int, now: datetime) -> bool:
        """Record that two customers are one person, who agreed; False if it is recorded."""
        ...

    def withdraw(self, customer: int) -> None:
        """Forget every consent that links this customer to another."""
        ...
