"""What a command does to tickets, inside one transaction: allowed, asked, applied, all or nothing.

Used by `desk` alone. Who may do a thing is decided here, from the locked ticket and the person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from chatops import repetition
from chatops.act import Act
from chatops.arguments import tickets_named
from chatops.call import (
    Acts,
    Call,
    Command,
    Done,
    Draft,
    Elsewhere,
    OnTicket,
    OnTickets,
    Origin,
    Outcome,
    Registry,
    Runs,
)
from chatops.errors import Crossed
from chatops.event import Event, ReplyRequested
from chatops.ledger import apply_all, foresee
from chatops.line import Read, named, read
from chatops.meant import unknown_ticket
from chatops.policy import Policy, Role
from chatops.ports import Record, Tx
from chatops.scene import Agent, Scene
from chatops.text import Text, Words, text
from chatops.ticket import Refusal, Ticket

#: How many tickets one command may change at once.
MOST: Final = 200

#: Refusals that say that all is as it should be.
_SO_ALREADY: Final = frozenset(
    {"already-yours", "already-assigned", "already-tagged", "not-tagged", "already-priority"}
    | {"already-in-queue", "already-muted", "already-read", "already-linked"}
)

#: A ticket and what is to happen to it.
Part = tuple[Ticket, Sequence[Event | Draft]]


@dataclass(frozen=True, slots=True)
class Stage:
    """What every act is played on."""

    policy: Policy
    registry: Registry
    words: Words
    #: Puts a ticket's rows together; the last argument is `Scene.near`.
    scene: Callable[[Record, Sequence[Agent], datetime, Mapping[int, Ticket]], Scene]


def on_one(
    tx: Tx, stage: Stage, command: Command, args: BaseModel, call: Call, act: Act
) -> Outcome:
    """Do what a command of one ticket asks."""
    id = call.ticket or 0
    locked = {each: tx.ticket(each) for each in sorted({id, *tickets_named(args)})}
    if isinstance(ticket := allowed(locked[id], command, call), Refusal):
        return ticket
    if tx.acted(call.key):
        return Done()
    parts = _parts(tx, stage, command, args, call, ticket, tx.agents())
    if isinstance(parts, Refusal):
        return parts
    after = apply_all(tx, stage.policy, parts, act)
    if isinstance(after, Refusal):
        return after
    note_done(tx, call)
    return Done(_done(command, call, ticket=ticket.id))


def note_done(tx: Tx, call: Call) -> None:
    """Note the key of an act that was done, so that the same call is no second one.

    Raises:
        Crossed: the same call came to two processes at once, and the other was quicker.
    """
    if not tx.once(call.key, call.now):
        raise Crossed(call.key)


def on_many(
    tx: Tx, stage: Stage, command: Command, args: BaseModel, call: Call, act: Act
) -> Outcome:
    """Do what a command asks of each ticket that it picks."""
    outcome = _on_many(tx, stage, command, args, call, act)
    # the same call may have been done in another process while this one waited for its tickets
    return Done() if isinstance(outcome, Refusal) and tx.acted(call.key) else outcome


def _on_many(
    tx: Tx, stage: Stage, command: Command, args: BaseModel, call: Call, act: Act
) -> Outcome:
    handler = command.handler
    assert isinstance(handler, OnTickets)  # noqa: S101 - desk matched it
    if tx.acted(call.key):
        return Done()
    agents = tx.agents()
    wanted = handler.pick(args, call, agents)
    if isinstance(wanted, Refusal):
        return wanted
    ids = sorted(tx.find(replace(wanted, limit=MOST + 1)))
    if not ids:
        return Refusal(text(f"none-to-{command.name}"))
    if len(ids) > MOST:
        return Refusal(text("too-many-tickets", most=MOST))
    together: list[Part] = []
    refused: dict[int, Refusal] = {}
    for id in ids:
        mine = replace(call, ticket=id)
        ticket = allowed(tx.ticket(id), command, mine)
        parts = (
            ticket
            if isinstance(ticket, Refusal)
            else _parts(tx, stage, command, args, mine, ticket, agents)
        )
        if isinstance(parts, Refusal):
            refused[id] = parts
        else:
            together += parts
    if refused:
        return _all_refused(command, refused, call)
    after = apply_all(tx, stage.policy, together, act)
    if isinstance(after, Refusal):
        return after
    note_done(tx, call)
    return Done(text(f"done-{command.name}", count=len(ids)))


def _all_refused(command: Command, refused: Mapping[int, Refusal], call: Call) -> Refusal:
    """Say which tickets of many are refused, why the first one is, and how to leave them out."""
    first = next(iter(refused.values()))
    tickets = tuple(text("ticket", ticket=id) for id in refused)
    prefix = call.policy.summons
    said = text(f"refused-{command.name}", tickets=tickets, why=first.said, prefix=prefix)
    return replace(first, said=said)


def allowed(ticket: Ticket | None, command: Command, call: Call) -> Ticket | Refusal:
    """Return the ticket if the person may do this to it.

    To whom may not even see the queue, the ticket does not exist.
    """
    if ticket is None or not call.may(Role.VIEWER, ticket):
        return unknown_ticket(call.ticket or 0)
    return _may(ticket, command, call)


def _may(ticket: Ticket, command: Command, call: Call) -> Ticket | Refusal:
    if not call.may(command.role, ticket):
        role = text(f"role-{command.role.name.lower()}")
        return Refusal(text("not-allowed", role=role, queue=ticket.queue))
    return ticket


def _parts(
    tx: Tx,
    stage: Stage,
    command: Command,
    args: BaseModel,
    call: Call,
    ticket: Ticket,
    agents: Sequence[Agent],
) -> list[Part] | Refusal:
    """Return what happens to the ticket, and to others in the same breath."""
    record = tx.record(ticket.id)
    assert record is not None  # noqa: S101 - the ticket is there and locked
    near = _near(tx, ticket, tickets_named(args), call)
    scene = stage.scene(record, agents, call.now, near)
    acts = _acts(stage, command, args, scene, call)
    if isinstance(acts, Refusal):
        return acts
    for each in acts:
        if isinstance(each, Draft) and (asked := repetition.question(tx, record, each.said, call)):
            return asked
    parts: dict[int, Part] = {ticket.id: (ticket, [])}
    for each in acts:
        if not isinstance(each, Elsewhere):
            parts[ticket.id] = (ticket, [*parts[ticket.id][1], each])
            continue
        if isinstance(other := _may(near[each.ticket], command, call), Refusal):
            return other
        before = parts.get(other.id, (other, []))[1]
        parts[other.id] = (other, [*before, each.event])
    return list(parts.values())


def _near(tx: Tx, ticket: Ticket, named: set[int], call: Call) -> dict[int, Ticket]:
    """Return the tickets that are named, linked or merged, as far as the person may see them."""
    into = () if ticket.merged_into is None else (ticket.merged_into,)
    near = {}
    for id in sorted({*named, *ticket.links, *ticket.merged, *into}):
        found = tx.ticket(id)
        if found is not None and call.may(Role.VIEWER, found):
            near[id] = found
    return near


def _acts(stage: Stage, command: Command, args: BaseModel, scene: Scene, call: Call) -> Acts:
    handler = command.handler
    if isinstance(handler, OnTicket | OnTickets):
        return handler.run(args, scene, call)
    assert isinstance(handler, Runs)  # noqa: S101 - no other handler acts on a ticket
    lines = handler.run(args, scene, call)
    if isinstance(lines, Refusal):
        return lines
    together: list[Event | Draft | Elsewhere] = []
    for line in lines:
        acts = _line(stage, line, scene, call)
        if isinstance(acts, Refusal):
            # a question stays a question: the whole macro is done again once it is answered
            said = acts.said if acts.asks else text("macro-refused", line=line, why=acts.said)
            return replace(acts, said=said, field=None)
        after = foresee(scene.ticket, [a for a in acts if not isinstance(a, Elsewhere)], call.now)
        if isinstance(after, Refusal):
            if after.said.id in _SO_ALREADY:
                continue  # the step is to bring about what is so
            return Refusal(text("macro-refused", line=line, why=after.said))
        together += map(_of_macro, acts)
        queue = stage.policy.queue_of(after.queue, after.account)
        scene = replace(scene, ticket=after, queue=queue)
    return together


def _of_macro(act: Event | Draft | Elsewhere) -> Event | Draft | Elsewhere:
    """Mark the words of a reply as written beforehand; what is a canned reply has its own key."""
    if isinstance(act, Draft) and act.said is None and isinstance(act.event(0), ReplyRequested):
        return replace(act, said=repetition.OF_MACRO)
    return act


def _line(stage: Stage, line: str, scene: Scene, call: Call) -> Acts:
    """Return what one line of a macro does to the ticket that the lines before it left."""
    word, _, rest = line.partition(" ")
    command = named(word, stage.registry, stage.words)
    if command is None:
        return Refusal(text("unknown-command", word=word, prefix=stage.policy.summons))
    if not isinstance(command.handler, OnTicket):
        return Refusal(text("not-in-macros", word=word))
    typed = replace(call, command=command.name, line=rest, fields={}, origin=Origin.SLASH)
    told = read(command, typed, stage.words)
    if not isinstance(told, Read):
        return told if isinstance(told, Refusal) else told.refusal
    if isinstance(may := _may(scene.ticket, command, call), Refusal):
        return may
    return command.handler.run(told.args, scene, typed)


def _done(command: Command, call: Call, ticket: int) -> Text | None:
    """Say what a slash command did; a press is answered by the card that changes under it."""
    if call.origin is not Origin.SLASH:
        return None
    return text(f"done-{command.name}", ticket=ticket)
