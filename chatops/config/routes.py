"""The rules of `routing` in app.yaml: their keys, and the core's values made of them.

A rule that can never match is a fault and no warning: whoever wrote it expects something of it, and
an order that swallows it shows nowhere else.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Final, TypeVar

from pydantic import Field

from chatops.arrival.language import KNOWN
from chatops.arrival.terms import Terms
from chatops.calendar import Calendar
from chatops.config.block import ALWAYS, Block, Several, ToChannel, ToQueue
from chatops.config.document import Place, Value
from chatops.config.fit import Fitter, below
from chatops.config.names import Refers
from chatops.config.notation import Language, Name, TagName, Term
from chatops.event import Kind, Priority
from chatops.policy import Account, RoutingRule

T = TypeVar("T")

_NOT: Final = "not "


class WhenBlock(Block):
    """The conditions of a rule: all that are given must hold, and none is every message."""

    channel: Several[ToChannel] = ()
    """Network, or a list of them."""
    account: Several[Name] = ()
    """Name of an account of ours, or a list of them."""
    kind: Several[Kind] = ()
    """What the message is on its network, or a list of what it may be."""
    language: Several[Language] = ()
    """Language of the message, or a list of them."""
    words: tuple[Term, ...] = ()
    """Any of these words in the text; how their boundaries are found: routing.md."""
    followers: Annotated[int, Field(ge=1)] | None = None
    """At least so many followers."""
    stars: Several[Annotated[int, Field(ge=1, le=5)]] = ()
    """How many stars a review has, or a list of how many it may have."""
    hours: Name | None = Field(default=None, examples=["not tokyo"])
    """Name of a calendar that is open when the message comes; `not` before it: that is closed."""


class RoutingBlock(Block):
    """A rule for new tickets. The first that matches decides, and no other is asked."""

    name: Name = Field(examples=["press"])
    """Stands in the log, on the card and in counts."""
    when: WhenBlock = WhenBlock()
    """What must hold; without it the rule takes every message."""
    queue: ToQueue | None = None
    """Queue that gets the ticket; otherwise the account's."""
    priority: Priority | None = None
    """Priority from which the queue's own reasons count upwards; otherwise normal."""
    tags: Annotated[tuple[TagName, ...], Field(max_length=20)] = ()
    """Tags of the ticket."""
    quiet: bool = False
    """Whether it needs no answer: no card and no clock, but counted, and sampled."""


class Quiet(Block):
    """What rules put on the quiet list."""

    sample: Annotated[int, Field(ge=0)] = 20
    """One of so many is shown all the same, with the tag `sample`; 0 is none, 1 all."""


def rules(
    fitter: Fitter,
    written: Value,
    accounts: Mapping[str, Account],
    calendars: Mapping[str, Calendar],
) -> tuple[RoutingRule, ...]:
    """Return the rules that fit, in their order."""
    made: list[RoutingRule] = []
    for place, block in _blocks(fitter, written):
        rule = _rule(fitter, (*place, "when"), block, accounts, calendars)
        if any(rule.name == other.name for other in made):
            said = "another rule has this name; cards, logs and counts tell rules by it"
            fitter.faults.add((*place, "name"), said)
        before = next((other for other in made if _takes_all(other, rule, accounts)), None)
        if before is not None:
            said = f'this rule never matches: "{before.name}" above takes all of it; put it before'
            fitter.faults.add(place, said)
        made.append(rule)
    return tuple(made)


def _blocks(fitter: Fitter, written: Value) -> Iterator[tuple[Place, RoutingBlock]]:
    if not isinstance(written, list):
        fitter.faults.add(("routing",), "write a list, each rule beginning with a dash")
        return
    for number, value in enumerate(written):
        place: Place = ("routing", number)
        if (block := fitter.fit(RoutingBlock, value, below(place))) is not None:
            yield place, block


def _rule(
    fitter: Fitter,
    place: Place,
    block: RoutingBlock,
    accounts: Mapping[str, Account],
    calendars: Mapping[str, Calendar],
) -> RoutingRule:
    when = block.when
    _check_accounts(fitter, place, several(when.account), accounts)
    _check_languages(fitter, place, several(when.language), accounts)
    calendar, is_open = _hours(fitter, place, when, calendars)
    return RoutingRule(
        name=block.name,
        channels=several(when.channel),
        accounts=several(when.account),
        kinds=several(when.kind),
        languages=several(when.language),
        words=Terms(when.words),
        followers=when.followers,
        stars=several(when.stars),
        calendar=calendar,
        is_open=is_open,
        queue=block.queue,
        priority=block.priority,
        tags=tuple(dict.fromkeys(block.tags)),
        quiet=block.quiet,
    )


def several(said: T | tuple[T, ...]) -> tuple[T, ...]:
    """Return what was written alone or as a list, as a list."""
    return said if isinstance(said, tuple) else (said,)


def _check_accounts(
    fitter: Fitter, place: Place, named: tuple[str, ...], accounts: Mapping[str, Account]
) -> None:
    for name in named:
        # a channel with a fault brings no accounts, and nobody can know which it would have
        if name not in accounts and accounts:
            _tell(fitter, (*place, "account"), f'there is no account "{name}"', name, accounts)


def _check_languages(
    fitter: Fitter, place: Place, named: tuple[str, ...], accounts: Mapping[str, Account]
) -> None:
    known = {*KNOWN, *(account.language for account in accounts.values())}
    for code in named:
        if code not in known:
            said = f'no message is ever taken to be in "{code}"'
            _tell(fitter, (*place, "language"), said, code, sorted(known))


def _tell(
    fitter: Fitter, place: Place, said: str, name: str, known: Mapping[str, object] | list[str]
) -> None:
    near = get_close_matches(name, known, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
    fitter.faults.add(place, f"{said}; {remedy}")


def _hours(
    fitter: Fitter, place: Place, when: WhenBlock, calendars: Mapping[str, Calendar]
) -> tuple[Calendar | None, bool]:
    """Return the calendar of `tokyo` or `not tokyo`, and whether it is to be open."""
    if when.hours is None:
        return None, True
    name = when.hours.removeprefix(_NOT)
    is_open = name == when.hours
    said = fitter.names.wrong(name, Refers("calendars", also=(ALWAYS,)))
    if said is None and name == ALWAYS and not is_open:
        said = f"{ALWAYS} never closes, so this rule never matches; leave it out"
    if said is not None:
        fitter.faults.add((*place, "hours"), said)
        return None, True
    return calendars[name], is_open


def _takes_all(first: RoutingRule, later: RoutingRule, accounts: Mapping[str, Account]) -> bool:
    """Tell whether whatever `later` lets through is let through by `first` already."""
    channels = later.channels or tuple(
        accounts[name].channel for name in later.accounts if name in accounts
    )
    return (
        _within(channels, first.channels)
        and _within(later.accounts, first.accounts)
        and _within(later.kinds, first.kinds)
        and _within(later.languages, first.languages)
        and _within(later.words.words, first.words.words)
        and _within(later.stars, first.stars)
        and (first.followers is None or (later.followers or 0) >= first.followers)
        and (
            first.calendar is None
            or (first.calendar, first.is_open) == (later.calendar, later.is_open)
        )
    )


def _within(later: tuple[T, ...], first: tuple[T, ...]) -> bool:
    """Tell whether one list of choices lies within another; none is every choice."""
    return not first or (bool(later) and set(later) <= set(first))
