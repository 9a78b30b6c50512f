"""One transaction, as the core asks for it: what a function that is given to `Work.transact` may do.

The function is plain and synchronous and may run more than once: ids and times are made outside and
passed in, it touches nothing but `tx`, and a conflict is an answer (None, False), never an exception.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chatops.channel import Author
from chatops.event import Event, ReplyState
from chatops.policy import Person
from chatops.ports.delivery import (
    Delivery,
    DeliveryState,
    NewDelivery,
    Spent,
    Trouble,
    Unresolved,
    Unsure,
)
from chatops.ports.rows import (
    Burst,
    Conversation,
    Found,
    Look,
    Mark,
    NewMessage,
    PastEntry,
    Record,
    TicketFilter,
)
from chatops.rollup import Cell, Days
from chatops.scene import Agent, Line
from chatops.sla import Clock, Clocks, SlaTerms
from chatops.ticket import Ticket


class Tx(Protocol):
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

    # intake
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

    def cut_off(self, account: str) -> bool:
        """Note that our access to an account was withdrawn.

        False if it is known, and was told, since the account was last connected.
        """
        ...

    def connected(self, account: str) -> datetime | None:
        """Return since when, in transport time, the account is ours; None if nobody noted it."""
        ...

    # tickets
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

    def leave_rooms(self, ticket: int, keep: Sequence[str], due_at: datetime) -> None:
        """Let the ticket's cards in all rooms but `keep` show no more than a link from `due_at` on.

        A card that is delivered again to a room that was left is a whole one again.
        """
        ...

    def divert(self, ticket: int, to: int) -> None:
        """Make `to` the current ticket of every conversation whose current one is `ticket`."""
        ...

    def restore(self, ticket: int, came_from: int) -> None:
        """Make `ticket` the current one again of its messages' conversations that `came_from` has.

        The one in which `came_from` itself began stays with it, and what a third ticket has by now
        with that one.
        """
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

    # outbox
    def rooms_of(self, ticket: int) -> Sequence[str]:
        """Return the rooms where the ticket has a card, the first one first."""
        ...

    def deliver(self, delivery: NewDelivery, due_at: datetime) -> bool:
        """Insert a delivery; False if (ticket, room) has its card or the marker is there already.

        A burst has one card a room too.

        A card in a room that was left is a whole one again, which counts as inserted.
        """
        ...

    def newest_alerts(self, room: str, limit: int) -> Sequence[datetime]:
        """Return the business times of a room's newest alerts, the newest first."""
        ...

    def waiting_body(self, lane: str) -> tuple[int, str] | None:
        """Return the number and the body of a finished card in a lane that nobody has tried to post."""
        ...

    def rewrite(self, delivery: int, body: str) -> None:
        """Give a finished card that waits another body."""
        ...

    def refresh_message(self, message: int, due_at: datetime) -> None:
        """Want the message's thread lines brought up to date."""
        ...

    def refresh_events(self, ticket: int, name: str, due_at: datetime) -> None:
        """Want the ticket's thread lines about events of this name brought up to date."""
        ...

    def recount(self, burst: int, due_at: datetime) -> None:
        """Want the burst's cards brought up to date at `due_at`, or sooner if they were to be."""
        ...

    def asked_in(self, ticket: int, name: str) -> Sequence[int]:
        """Return the entries of the ticket's log that are events of this name."""
        ...

    def release_reply(self, message: int, due_at: datetime) -> None:
        """Let a held, failed, in-doubt or pending reply go out at `due_at`."""
        ...

    def reply_arrived(self, message: int) -> None:
        """Put the reply's delivery into `sent`: the network has it, whatever our call said."""
        ...

    def begin_wait(self, message: int, due_at: datetime) -> None:
        """Let a held reply go out at `due_at`: its Undo line is visible. Any other is left alone."""
        ...

    def withhold_reply(self, message: int) -> None: ...
    def take(
        self, to: str, now: datetime, process: int, *, updates: bool, posts: bool
    ) -> Delivery | None:
        """Take the next delivery due at a destination, for a process; None if none is, or if the
        process's lease has ended.

        The most urgent and oldest first; never two of one lane out of order, but past a post about
        which people are asked; a thread line only once its card is there. A pending one is `sending` from now on, an update stays `sent`. No
        other process takes it until an outcome is written.
        """
        ...

    def take_with_ticket(self, to: str, now: datetime, process: int) -> Delivery | None:
        """Take the next post due at a destination as `take` does, and lock its ticket with it.

        What another has locked just now, the ticket or the post, is passed over: a ticket is locked
        before its deliveries wherever a person presses, and whoever began with these would stand in
        the way of Undo.
        """
        ...

    def delivered(self, job: Delivery, external_id: str | None, shown: int, now: datetime) -> bool:
        """Record that the far side shows revision `shown`.

        False if it is not ours any more: our lease ended, and another process took it.
        """
        ...

    def delivery_is(
        self,
        job: Delivery,
        state: DeliveryState,
        due_at: datetime | None,
        error: str | None = None,
        *,
        again: str | None = None,
        counts: bool = True,
    ) -> bool:
        """Put a delivery into a state; `again` is a new marker: its external id is dropped.

        Where `counts` is false, the attempt certainly had no effect and is not counted among the
        attempts; one that is pending again begins anew, `taken_at` too. False as with `delivered`.
        """
        ...

    def card_deleted(self, room: str, external_id: str, due_at: datetime) -> bool:
        """Want a card that somebody has deleted posted again; False if there is none with that id.

        So are a burst's card and a line. A card in a room that its ticket has left stays away.
        """
        ...

    def show_anew(self, id: int, due_at: datetime) -> None:
        """Want what is there shown once more: an update of ours may have come after another's.

        Who has it in hand just now cannot know either; it is shown again after that.
        """
        ...

    def in_hand(self, process: int) -> Sequence[int]:
        """Return the deliveries that the process has taken and written no outcome of."""
        ...

    def give_back(self, id: int, process: int) -> None:
        """Let a delivery of the process's that certainly was never sent be taken anew."""
        ...

    def free_abandoned(self, due_at: datetime) -> int:
        """Let what processes held whose lease has ended be taken; how many are in doubt.

        What such a one was sending is in doubt, and looked up from `due_at` on: never sent again
        unseen.
        """
        ...

    # posts of unknown fate about which people are asked: in doubt, and not to be taken
    def unsure(self, id: int) -> Unsure | None:
        """Return the post, locked; None if nobody is asked about it, or not any more."""
        ...

    def is_seen(self, id: int) -> None:
        """Take such a post as sent: a person sees it. Its external id stays unknown."""
        ...

    def post_again(self, id: int, marker: str, due_at: datetime) -> None:
        """Let such a post go out anew under another marker: a person sees that it is not there."""
        ...

    def finished(self, marker: str) -> str | None:
        """Return the finished card that goes out under a marker, as JSON."""
        ...

    def reword(self, marker: str, body: str, due_at: datetime) -> None:
        """Put another finished card in the place of the one under a marker; what shows it follows."""
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

    def spent(self, names: Sequence[str]) -> Mapping[str, Spent]:
        """Return how far at most six lawful rates are used up, and lock them."""
        ...

    def spend(self, name: str, spent: Spent) -> None:
        """Write how far a rate is used up; `spent` returned it in this transaction."""
        ...

    def publish_edition(self, source: str, now: datetime, *, again: bool = True) -> int:
        """Put an app.yaml in force, if it is not; the number of its edition.

        Without `again` one that was in force before is not put in force anew.
        """
        ...

    # troubles
    def stop(self, place: str, code: str | None, now: datetime) -> Trouble:
        """Note that nothing can be delivered there; what is known of it now, one try later.

        Where the far side said why, for the first time, it begins anew: `since` is now, `tries` 1.
        """
        ...

    def rest(self, place: str, until: datetime) -> None:
        """Let nothing be tried at a place in trouble before `until`."""
        ...

    def try_again(self, place: str, now: datetime, until: datetime) -> bool:
        """Take the one try that is due at a place in trouble; False if it rests, or another has it.

        No other has one before `until`.
        """
        ...

    def mended(self, place: str) -> Trouble | None:
        """Forget a trouble, and return it; None if it was none."""
        ...

    # after a restore
    def hold_back(self, since: datetime) -> None:
        """Let nothing go out until `let_go`; `since` is the time of the restored backup.

        What a process had in hand then is no living one's.
        """
        ...

    def let_go(self) -> bool:
        """Let everything go out again; False if nothing was held back."""
        ...

    def unresolved_replies(self) -> Sequence[Unresolved]: ...
    def doubt_reply(self, delivery: int, since: datetime, due_at: datetime | None) -> None:
        """Put a reply in doubt, perhaps sent since `since`; without `due_at` an agent is asked."""
        ...

    def doubt_posts(self, since: datetime, due_at: datetime) -> int:
        """Put in doubt whatever was on its way to rooms and persons; how many."""
        ...

    def show_again(self, due_at: datetime) -> int:
        """Want the cards of tickets that are not closed shown anew; how many."""
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
