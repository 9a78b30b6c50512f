"""A ticket of a burst: a line in the burst's thread until something gives it its own card. Pure."""

from dataclasses import replace
from typing import Final

from chatops.effect import CountBurst, Effect, GiveCard
from chatops.event import (
    Absorbed,
    Assigned,
    Breached,
    CardAsked,
    ChainEnded,
    Claimed,
    DeedFailed,
    DeedProposed,
    Escalated,
    Event,
    IdleAsked,
    Moved,
    Noted,
    Reopened,
    ReplyRequested,
    StageReached,
    Unmerged,
    Woken,
)
from chatops.ticket import Status, Ticket

#: What a line has no room for: it wants a card, a thread, and to be seen.
_CARDED: Final = (
    Absorbed
    | Breached
    | CardAsked
    | ChainEnded
    | Claimed
    | DeedFailed
    | DeedProposed
    | Escalated
    | IdleAsked
    | Moved
    | Noted
    | Reopened
    | ReplyRequested
    | StageReached
    | Unmerged
    | Woken
)


def bursting(
    before: Ticket, event: Event, after: Ticket, effects: tuple[Effect, ...]
) -> tuple[Ticket, tuple[Effect, ...]]:
    """Return what an event leaves, with what its burst makes of it."""
    if (burst := before.burst) is None:
        return after, effects
    if after.lined and _gives_card(event):
        # the card first: what else the event brings goes into its thread
        after, effects = replace(after, lined=False), (GiveCard(), *effects)
    if _counted(after) != _counted(before):
        effects = (*effects, CountBurst(burst))
    return after, effects


def _gives_card(event: Event) -> bool:
    """Tell whether a ticket gets its own card by this event.

    An assignment in turn gives none: every ticket of such a queue would have one.
    """
    if isinstance(event, Assigned):
        return event.by is not None
    return isinstance(event, _CARDED)


def _counted(ticket: Ticket) -> tuple[bool, bool, str]:
    """Return what a burst's figures are made of."""
    return ticket.status is Status.CLOSED, ticket.assignee is None, ticket.queue
