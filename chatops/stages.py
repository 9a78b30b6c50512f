"""Carries out what is due of a ticket's escalation chain. Used by `due` alone, in its transaction."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chatops.act import Act
from chatops.chain import Due, Stage, due
from chatops.event import (
    ChainEnded,
    ChainStop,
    ChainStopped,
    Escalated,
    Event,
    Moved,
    Prioritized,
    Priority,
    StageReached,
)
from chatops.ledger import apply
from chatops.policy import Policy, Queue, Role
from chatops.ports import Tx
from chatops.scene import Agent
from chatops.ticket import Refusal, Ticket

#: From the lowest on.
_LEVELS: Final = tuple(reversed(Priority))


def carry_out(tx: Tx, policy: Policy, id: int, act: Act) -> bool:
    """Take a ticket up its chain; False if, locked, it turns out that nothing is due."""
    ticket = tx.ticket(id)
    if ticket is None or (climb := ticket.climb) is None:
        return False
    if climb.next_at is None or climb.next_at > act.now:
        return False
    queue = policy.queue_of(ticket.queue, ticket.account)
    if queue.chain is None:
        events: list[Event] = [ChainStopped(ChainStop.REMOVED)]
    else:
        found = due(queue.chain, queue.calendar, climb, act.now)
        passed = [_reached(queue, each, superseded=True) for each in found[:-1]]
        events = [*passed, *_newest(ticket, queue, found[-1], tx.agents())]
    if isinstance(after := apply(tx, policy, ticket, events, replace(act, rule="chain")), Refusal):
        raise AssertionError(f"ticket {id}: {after.said.id} stops its chain")
    return True


def _reached(queue: Queue, each: Due, *, superseded: bool = False) -> StageReached:
    """Return the stage as app.yaml has it now."""
    assert queue.chain is not None  # noqa: S101 - something of it is due
    stage = queue.chain.stages[each.stage - 1]
    return StageReached(
        each.stage,
        each.round,
        len(queue.chain.stages),
        each.planned_at,
        each.next_at or each.planned_at,
        superseded,
        on_shift=stage.call_shift,
        target=stage.target,
        queue=stage.queue,
        priority=stage.priority,
    )


def _newest(ticket: Ticket, queue: Queue, newest: Due, agents: Sequence[Agent]) -> list[Event]:
    """Return the events of what is carried out."""
    assert queue.chain is not None  # noqa: S101 - something of it is due
    if newest.next_at is None:
        return [ChainEnded(newest.planned_at, len(queue.chain.stages), newest.round)]
    stage = queue.chain.stages[newest.stage - 1]
    owner = next((each.id for each in agents if each.name == stage.owner), None)
    called = tuple(each.id for each in agents if _is_called(stage, queue, each))
    reached = replace(_reached(queue, newest), called=called, owner=owner)
    if stage.target is not None:
        to = queue.escalation[stage.target]
        # its card first: the stage's line goes into that thread too
        return [Escalated(to.name, to.room, agent=None, message=None), reached]
    if stage.queue is not None and stage.queue != ticket.queue:
        holder = next((each for each in agents if each.id == ticket.assignee), None)
        keeps = holder is not None and holder.may(Role.AGENT, stage.queue)
        return [reached, Moved(stage.queue, agent=None, keeps_assignee=keeps)]
    if stage.priority is not None and _LEVELS.index(stage.priority) > _LEVELS.index(
        ticket.priority
    ):
        return [reached, Prioritized(stage.priority, agent=None)]
    return [reached]


def _is_called(stage: Stage, queue: Queue, agent: Agent) -> bool:
    if stage.target is not None:
        return agent.name in queue.escalation[stage.target].people
    if stage.call_shift:
        return agent.on and agent.may(Role.AGENT, queue.name)
    return agent.name in stage.call
