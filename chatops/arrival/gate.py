"""What every inbound is weighed against, and how what the network says is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chatops.act import Act
from chatops.arrival.language import language_of
from chatops.arrival.routing import Facts, Routed, route
from chatops.channel import Message, Traits
from chatops.event import CustomerWrote, Event
from chatops.ledger import apply
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.ticket import Refusal, Ticket

#: What comes so soon after it was written was not written before its account was connected, or hardly
#: so; of that nobody asks, for it is nearly everything.
_PROMPT: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Gate:
    """What every inbound is weighed against: policy, the channels' traits, the turn of the clock."""

    policy: Policy
    traits: Mapping[str, Traits]
    offset: timedelta  #: business time minus transport time

    def business(self, at: datetime, now: datetime) -> datetime:
        """Return a platform's time as business time, never later than now (SLA.md rule 13)."""
        return min(at + self.offset, now)

    def reply_until(self, message: Message, at: datetime) -> datetime | None:
        """Return the last second in which the network takes a reply to what was written `at`.

        None: it takes one for ever, as far as we know.
        """
        account = self.policy.accounts[message.account]
        traits = self.traits[account.channel]
        window = account.reply_window or traits.reply_window
        if window is None or not (message.private or traits.windows_in_public):
            return None
        return (at + window).replace(microsecond=0)

    def counts_from(self, tx: Tx, account: str, at: datetime, now: datetime) -> datetime | None:
        """Return when an account was connected, of what was written `at`, before that (SLA.md rule 13)."""
        if now - at <= _PROMPT or (connected := tx.connected(account)) is None:
            return None
        since = self.business(connected, now)
        return since if since > at else None

    def facts(self, heard: "Heard") -> Facts:
        """Return what routing may know of a message."""
        message = heard.message
        account = self.policy.accounts[message.account]
        language = language_of(heard.text, account.language)
        return Facts(heard.text, message.kind, language, message.author.followers, message.stars)

    def route(self, heard: "Heard", facts: Facts) -> Routed:
        """Say what the rules in force make of a message."""
        return route(self.policy, self.policy.accounts[heard.message.account], facts, heard.at)

    def apply(self, tx: Tx, ticket: Ticket, events: Sequence[Event], act: Act) -> Ticket:
        """Apply what the network says has happened; no rule of ours can refuse it."""
        outcome = apply(tx, self.policy, ticket, events, act)
        if isinstance(outcome, Refusal):
            raise AssertionError(f"ticket {ticket.id} refused {events}: {outcome.said.id}")
        return outcome


@dataclass(frozen=True, slots=True)
class Heard:
    """A customer's message that has been stored."""

    message: Message
    id: int
    text: str  #: its newest words: an edit may have come before it
    at: datetime  #: business time
    customer: int
    conversation: int
    thanks: bool  #: it only thanks
    reply_until: datetime | None = None  #: the last second in which its network takes a reply
    counts_from: datetime | None = None  #: when its account was connected, if that was later

    @property
    def wrote(self) -> CustomerWrote:
        """Return what has happened to the ticket by it."""
        can_reply = self.message.can_reply
        return CustomerWrote(self.id, self.thanks, can_reply, self.reply_until, self.counts_from)
