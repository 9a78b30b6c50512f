"""Of one transaction: what is to be posted, sent and shown, and how far that has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chatops.ports.delivery import (
    Delivery,
    DeliveryState,
    NewDelivery,
    Spent,
    Trouble,
    Unresolved,
    Unsure,
)


class OutboxRows(Protocol):
    """What a transaction may do to deliveries, and to the places that they go to."""

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

    # the pace of calls, and editions of app.yaml

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
