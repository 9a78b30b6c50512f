"""Telling a customer who writes while a queue is closed when somebody is back: once a closed time.

The time is the calendar's own next opening, by which clocks go too. It is said by a rule: nobody has
answered by it, and no clock stops. It is not said where it would be of no use or do harm: to thanks,
to what is quiet, in a thread of many, to what reached us an hour late, shortly before the opening,
and where one of us has answered since the queue closed, or is writing. In public it is said only
where app.yaml wants it, and only to a post that begins its own thread: however many write under one,
the network sees no storm.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from chatops.act import Act
from chatops.arrival.gate import Gate, Heard
from chatops.calendar import Calendar, NoWorkingTime
from chatops.call import Draft
from chatops.channel import Can, Traits
from chatops.event import AwayRequested, Kind
from chatops.ledger import AWAY, apply
from chatops.policy import Account, AwayRule, AwayText, Queue
from chatops.ports import Tx
from chatops.text import say_opening
from chatops.ticket import Status, Ticket

#: What reaches us so long after it was written is of before an interruption: people answer it.
STALE: Final = timedelta(hours=1)

#: So near before the opening a text would cross with the answer.
SOON: Final = timedelta(minutes=15)

#: A name, and a day, that are long as such go.
_NAME: Final = 50
_FAR: Final = datetime(2026, 9, 30, 12, tzinfo=UTC)
_WEEKS: Final = timedelta(weeks=2)

_PLACE: Final = re.compile(r"\{(customer_name|ticket|account|opens)\}")

_log = structlog.get_logger(__name__)


def tell_away(tx: Tx, gate: Gate, ticket: Ticket, heard: Heard, act: Act) -> None:
    """Let the customer be told, in this very transaction, if they are to be."""
    queue = gate.policy.queue_of(ticket.queue, ticket.account)
    rule, calendar = queue.away, queue.calendar
    if rule is None or not _is_for(rule, ticket, heard, act.now):
        return
    opens_at = back_at(calendar, heard.at, act.now)
    if opens_at is None or _is_answered(calendar, ticket, act.now):
        return
    account = gate.policy.accounts[heard.message.account]
    words = _words(gate, rule, account, ticket, heard, (calendar, opens_at), act.now)
    if words is None:
        return
    if tx.away_once(heard.customer, account.name, opens_at, act.now, rule.most):
        said = Draft(words, lambda message: AwayRequested(message, opens_at))
        apply(tx, gate.policy, ticket, [said], replace(act, rule=AWAY, heard_at=None))


def back_at(calendar: Calendar, heard_at: datetime, now: datetime) -> datetime | None:
    """Return when somebody is back; None where that is not to be promised.

    The customer has to have written in the closed time that it still is.
    """
    if now - heard_at > STALE or calendar.is_open(heard_at) or calendar.is_open(now):
        return None
    try:
        opens_at = calendar.next_opening(now)
    except NoWorkingTime:
        return None
    is_same = calendar.elapsed(heard_at, now) == 0
    return opens_at if is_same and opens_at - now >= SOON else None


def _is_for(rule: AwayRule, ticket: Ticket, heard: Heard, now: datetime) -> bool:
    """Tell whether a message is one to which this may be said."""
    message = heard.message
    begins = message.kind is Kind.MENTION and message.parent is None
    return (
        (message.private or (rule.public and begins and ticket.burst is None))
        and not heard.thanks
        and not ticket.quiet
        and ticket.status is not Status.CLOSED
        and ticket.can_reply
        and message.can_reply
        and not (ticket.writer is not None and ticket.writer.until > now)
        # one of us has just written: it waits for Undo, say
        and all(reply.agent is None for reply in ticket.replies)
    )


def _is_answered(calendar: Calendar, ticket: Ticket, now: datetime) -> bool:
    """Tell whether one of us has answered since the queue closed: then somebody is there."""
    answered_at = ticket.answered_at
    return answered_at is not None and calendar.elapsed(answered_at, now) == 0


def _words(
    gate: Gate,
    rule: AwayRule,
    account: Account,
    ticket: Ticket,
    heard: Heard,
    back: tuple[Calendar, datetime],
    now: datetime,
) -> str | None:
    """Return what is said; None where no text fits the customer's language, or the network."""
    chosen = rule.text_for(account.channel, (ticket.language, account.language))
    traits = gate.traits[account.channel]
    private = heard.message.private
    can = Can.REPLY_PRIVATE if private else Can.REPLY_PUBLIC
    if chosen is None or can not in traits.can:
        return None
    calendar, opens_at = back
    values = {
        "customer_name": heard.message.author.name,
        "ticket": str(ticket.id),
        "account": account.handle,
        "opens": say_opening(opens_at, now, chosen.language, calendar.zone),
    }
    words = filled(chosen.text, values)
    if traits.measure(words, private) > traits.limit(private):
        _log.warning("away.too_long", ticket=ticket.id, channel=account.channel)
        return None
    return words


def unfit(
    said: AwayText, queue: Queue, accounts: Iterable[Account], traits: Mapping[str, Traits]
) -> str | None:
    """Say on which channel a text would be too long: with a long name and day, in private."""
    for account in accounts:
        if account.channel not in traits or (
            said.channels and account.channel not in said.channels
        ):
            continue
        values = {
            "customer_name": "x" * _NAME,
            "ticket": "9" * 7,
            "account": account.handle,
            "opens": say_opening(_FAR, _FAR - _WEEKS, said.language, queue.calendar.zone),
        }
        limit, words = traits[account.channel], filled(said.text, values)
        for private in (True, *((False,) if queue.away and queue.away.public else ())):
            used, most = limit.measure(words, private), limit.limit(private)
            if used > most:
                return f"it may come to {used} characters, and {account.channel} takes {most}"
    return None


def filled(words: str, values: dict[str, str]) -> str:
    """Return a text with its places filled, in one pass: a customer's braces stay as they are."""
    return _PLACE.sub(lambda place: values[place[1]], words)
