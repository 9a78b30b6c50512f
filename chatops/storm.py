"""Many alerts for one room at once become one message that lists them, by due time.

Each of them stands in its ticket's log before, whether it comes alone or in a list. Used by `due`,
and by `rested` for its lines.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from chatops.act import Act, Gathered
from chatops.alerting import awake, called, put, told_as
from chatops.card import Button, Card, Paragraph
from chatops.card_json import dump_card, load_card
from chatops.cards.clock_words import clock_named
from chatops.event import Alerted, AlertLevel, Breached, ChainEnded, ClockKind
from chatops.policy import Policy
from chatops.ports import NewDelivery, Tx, Urgency, What
from chatops.scene import Agent
from chatops.text import Mention, Text, Value, text

#: More alerts than that for one room within `WITHIN` become a list (SLA.md §3).
MOST: Final = 3
WITHIN: Final = timedelta(minutes=1)

#: Lines of a list; a message of Slack holds fifty blocks.
SHOWN: Final = 20

_LINES: Final = frozenset(
    {"alerts-due-soon", "alerts-breach", "alerts-repeat", "alerts-chain-ended"}
    | {f"alerts-due-soon-{kind.value}" for kind in ClockKind if kind.is_watch}
)


def put_together(tx: Tx, policy: Policy, gathered: Sequence[Gathered], act: Act) -> None:
    """Put alerts into their rooms, each alone or, where they are many, in one list a room."""
    for room in dict.fromkeys(one.room for one in gathered):
        here = [one for one in gathered if one.room == room]
        recent = [at for at in tx.newest_alerts(room, MOST) if at > act.now - WITHIN]
        if (waiting := tx.waiting_body(_lane(room))) is not None:
            number, body = waiting
            tx.rewrite(number, dump_card(_list(tx, policy, here, load_card(body), act.now)))
        elif _is_many(here, len(recent)):
            # after some that came alone, a list waits for what the same minute brings still
            rest = max((at + WITHIN - act.now for at in recent), default=timedelta())
            body = dump_card(_list(tx, policy, here, None, act.now))
            marker = act.marks()
            told = NewDelivery(What.PUBLISHED, room, _lane(room), Urgency.ALERT, marker, body=body)
            tx.deliver(told, act.due + rest)
        else:
            for one in here:
                put(tx, one, act)


def _lane(room: str) -> str:
    return f"alerts:{room}"


def _is_many(here: Sequence[Gathered], recent: int) -> bool:
    """Tell whether they are a list: too many in a minute, or several that came overnight."""
    overnight = [one for one in here if isinstance(one.event, Breached) and one.event.planned_at]
    return len(here) + recent > MOST or len(overnight) > 1


def _list(
    tx: Tx, policy: Policy, here: Sequence[Gathered], before: Card | None, now: datetime
) -> Card:
    """Return the list of alerts, behind those of a list that has not gone out yet."""
    agents = tx.agents()
    said, count = list(_said(before)), len(here)
    lines = [each for each in said if each.said.id in _LINES]
    if before is not None and before.title is not None:
        count += int(str(dict(before.title.args)["count"]))
    lines += [line(one, due, agents) for due, one in by_due(tx, here)]
    blocks = lines[:SHOWN]
    if count > len(blocks):
        more = text("alerts-more", count=count - len(blocks), prefix=policy.summons)
        blocks.append(Paragraph(more, small=True))
    if people := _people(policy, here, agents, said, now):
        blocks.append(Paragraph(text("alert-for", people=people)))
    title = text("alerts-title", count=count)
    return Card(push=title, title=title, blocks=tuple(blocks))


def _said(before: Card | None) -> Iterable[Paragraph]:
    blocks = () if before is None else before.blocks
    return (each for each in blocks if isinstance(each, Paragraph))


def by_due(tx: Tx, here: Sequence[Gathered]) -> Sequence[tuple[datetime, Gathered]]:
    """Return alerts with what they are of due at, in that order."""
    return sorted(_due(tx, here), key=_first)


def _due(tx: Tx, here: Sequence[Gathered]) -> Iterable[tuple[datetime, Gathered]]:
    for one in here:
        if isinstance(one.event, ChainEnded):
            yield one.event.planned_at, one
            continue
        clock = tx.clocks(one.ticket.id)[one.event.clock, one.event.cycle]
        yield clock.breached_at or clock.due_at or clock.started_at, one


def _first(pair: tuple[datetime, Gathered]) -> datetime:
    return pair[0]


def line(one: Gathered, due: datetime, agents: Sequence[Agent]) -> Paragraph:
    """Return the line of a list that says of an alert what its message would."""
    holder = next((each for each in agents if each.id == one.ticket.assignee), None)
    named = text("nobody") if holder is None else text("by-agent", agent=holder.public_name)
    words: dict[str, Value] = {
        "ticket": one.ticket.id,
        "queue": one.ticket.queue,
        "due": due,
        "holder": named,
        "entry": one.entry,  # for who asks which alert this line is
    }
    if not isinstance(one.event, ChainEnded):
        words["clock"] = clock_named(one.event.clock)
    said = text(f"alerts-{_level(one.event)}", **words)
    return Paragraph(said, button=Button("show", text("button-show"), ticket=one.ticket.id))


def _level(event: Breached | Alerted | ChainEnded) -> str:
    match event:
        case Breached():
            return "breach"
        case ChainEnded():
            return "chain-ended"
        case Alerted(AlertLevel.DUE_SOON, _, kind):
            return f"due-soon-{kind.value}" if kind.is_watch else "due-soon"
        case Alerted():
            return "breach" if told_as(event) is AlertLevel.BREACH else "repeat"


def _people(
    policy: Policy,
    here: Sequence[Gathered],
    agents: Sequence[Agent],
    said: Sequence[Paragraph],
    now: datetime,
) -> tuple[Text, ...]:
    """Return who is called: those of before, and whom these alerts call, each once."""
    people: dict[Text, None] = {}
    for each in said:
        if each.said.id == "alert-for":
            before = dict(each.said.args)["people"]
            people |= dict.fromkeys(before if isinstance(before, tuple) else ())
    for one in here:
        queue = policy.queue_of(one.ticket.queue, one.ticket.account)
        may = awake(agents, policy, one.ticket, one.event, now)
        for id in called(may, queue, one.room, one.event):
            people[text("by-agent", agent=Mention(id))] = None
    return tuple(people)
