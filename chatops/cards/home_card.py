"""App Home: what a person has, what nobody has, what is due; for leads, how queues and accounts are.

Pure. A page holds ten tickets of each part at most, so that whatever stands in a queue, it is a
fixed number of blocks: Slack's Home takes a hundred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chatops.call import Call
from chatops.card import Block, Button, Card, Facts, Paragraph
from chatops.cards.list_card import page_line, pages_of, public_names, ticket_lines, turning
from chatops.figures import queues_for
from chatops.policy import Account, Role
from chatops.ports import AccountSign, Health, Listed, Load
from chatops.scene import Agent
from chatops.text import Text, text

_LIST: Final = Button("list", text("button-list-mine"), (("which", "mine"),))

#: Queues and accounts that a lead is shown.
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the tickets that a person should see; `name` is in the ids of its sentences."""

    name: str
    listed: Sequence[Listed]
    total: int
    snoozed: int = 0  #: what is besides, for the list to show


@dataclass(frozen=True, slots=True)
class Lead:
    """What a lead sees besides: the queues that they lead, and the accounts that feed these."""

    queues: Sequence[str]
    loads: Sequence[Load]
    accounts: Sequence[Account]
    signs: Mapping[str, AccountSign]
    health: Health


def home_card(
    parts: Sequence[Part], page: int, agents: Sequence[Agent], lead: Lead | None, call: Call
) -> Card:
    """Return a page of a person's App Home; what a lead sees besides stands on the first."""
    names = public_names(agents)
    pages = last_page(parts)
    works_here = bool(queues_for(call, Role.AGENT))
    blocks: list[Block] = [_shift(call, agents)] if page == 1 and works_here else []
    for part in parts:
        if page > 1 and not part.listed:
            continue
        blocks.append(Facts(((text(f"home-{part.name}"), text("number", count=part.total)),)))
        blocks += ticket_lines(part.listed, names, call)
        if not part.listed:
            blocks.append(Paragraph(text(f"home-no-{part.name}"), small=True))
        if part.snoozed:
            blocks.append(Paragraph(text("home-snoozed", count=part.snoozed), button=_LIST))
    if lead is not None and page == 1:
        blocks += _lead(lead, call)
    if pages > 1:
        blocks.append(page_line(page, pages))
    title = text("home-title")
    return Card(
        push=title,
        title=title,
        blocks=tuple(blocks),
        buttons=(
            *turning("home", page, pages),
            Button("search", text("button-search")),
            Button("tour", text("button-tour")),
            Button("help", text("button-help")),
        ),
    )


def last_page(parts: Sequence[Part]) -> int:
    """Return how many pages the longest part has."""
    return max(pages_of(part.total) for part in parts)


def _shift(call: Call, agents: Sequence[Agent]) -> Paragraph:
    """Say whether the person is on shift; the button changes it."""
    is_on = any(agent.id == call.agent.id and agent.on for agent in agents)
    if is_on:
        return Paragraph(text("home-is-on"), button=Button("off", text("button-off")))
    return Paragraph(text("home-is-off"), button=Button("on", text("button-on")))


def _lead(lead: Lead, call: Call) -> list[Block]:
    queues = tuple((_words(queue), _state(queue, lead.loads)) for queue in lead.queues[:_MOST])
    accounts = tuple(
        (
            text(
                "home-account",
                account=account.handle,
                channel=call.title_of(account.channel, account.name),
            ),
            _sign(lead.signs.get(account.name)),
        )
        for account in lead.accounts[:_MOST]
    )
    blocks: list[Block] = [Paragraph(text("home-queues")), Facts(queues)]
    if accounts:
        blocks += [Paragraph(text("home-accounts")), Facts(accounts)]
    blocks.append(Paragraph(_health(lead.health), small=True))
    return blocks


def _state(queue: str, loads: Sequence[Load]) -> Text:
    theirs = [load for load in loads if load.queue == queue]
    return text(
        "home-state",
        open=sum(load.open for load in theirs),
        unclaimed=sum(load.open for load in theirs if load.assignee is None),
        late=sum(load.late for load in theirs),
        snoozed=sum(load.snoozed for load in theirs),
    )


def _sign(sign: AccountSign | None) -> Text:
    if sign is not None and sign.revoked:
        return text("home-revoked")
    if sign is None or sign.heard_at is None:
        return text("home-unheard")
    return text("home-heard", at=sign.heard_at)


def _health(health: Health) -> Text:
    """Say what an administrator should look at, by `doctor`; or that there is nothing."""
    wrong = (health.failed, health.in_doubt, health.unreadable_raw)
    if not any(wrong):
        return text("home-healthy")
    failed, in_doubt, unreadable = wrong
    return text("home-unhealthy", failed=failed, doubt=in_doubt, unreadable=unreadable)


def _words(words: str) -> Text:
    return text("words", words=words)
