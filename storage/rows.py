"""Rows into the core's values and back: one place for each table that desk reads whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson

from chatops.event import (
    CloseReason,
    Deed,
    Kind,
    Occasion,
    Priority,
    ReplyState,
    SnoozeReason,
    Then,
)
from chatops.policy import Role
from chatops.ports import Delivery, DeliveryState, Found, What
from chatops.scene import Customer, Direction, Line
from chatops.ticket import Climb, OpenDeed, Reply, Status, Ticket, Waiting, Writer
from storage.instant import instant, micros
from storage.statement import Param, Row


def ticket_params(ticket: Ticket) -> dict[str, Param]:
    """Return a ticket's columns but its id, by name."""
    writer, climb = ticket.writer, ticket.climb
    return {
        "conversation": ticket.conversation,
        "customer": ticket.customer,
        "account": ticket.account,
        "channel": ticket.channel,
        "kind": ticket.kind.value,
        "private": ticket.private,
        "queue": ticket.queue,
        "language": ticket.language,
        "priority": ticket.priority.value,
        "why": _dumps(ticket.why),
        "can_reply": ticket.can_reply,
        "predecessor": ticket.predecessor,
        "opened_at": micros(ticket.opened_at),
        "revision": ticket.revision,
        "status": ticket.status.value,
        "waiting": ticket.waiting.value,
        "assignee": ticket.assignee,
        "read_by": "".join(f",{agent}" for agent in ticket.read_by) + ",",
        "level": ticket.level,
        "escalated_to": ticket.escalated_to,
        "snooze_reason": ticket.snooze_reason and ticket.snooze_reason.value,
        "snoozed_until": micros(ticket.snoozed_until),
        "close_reason": ticket.close_reason and ticket.close_reason.value,
        "closed_at": micros(ticket.closed_at),
        "thanked": ticket.thanked,
        "answered_at": micros(ticket.answered_at),
        "writer": writer.agent if writer else None,
        "writing_until": micros(writer.until) if writer else None,
        "replies": _dumps(
            [
                (r.message, r.agent, r.then, r.state, r.overtaken, micros(r.until))
                for r in ticket.replies
            ]
        ),
        "rule": ticket.rule,
        "tags": _dumps(ticket.tags),
        "quiet": ticket.quiet,
        "prioritized_by": ticket.prioritized_by,
        "prioritized_note": ticket.prioritized_note,
        "muted": _dumps(ticket.muted),
        "links": _dumps(ticket.links),
        "merged_into": ticket.merged_into,
        "merged": _dumps(ticket.merged),
        "invited_at": micros(ticket.invited_at),
        "deeds": _dumps([(d.message, d.deed, d.agent, d.proposed) for d in ticket.deeds]),
        "burst": ticket.burst,
        "lined": ticket.lined,
        "writing_in": writer.chat if writer else None,
        "chain_stage": climb.stage if climb else None,
        "chain_round": climb.round if climb else None,
        "chain_at": micros(climb.next_at) if climb else None,
        "idle_since": micros(ticket.idle_since),
        "hand_back_at": micros(ticket.hand_back_at),
        "stars": ticket.stars,
        "shared_stars": ticket.shared_stars,
        "reply_until": micros(ticket.reply_until),
    }


def ticket_of(row: Row) -> Ticket:
    """Return the ticket of a whole row of `ticket`."""
    (
        id,
        conversation,
        customer,
        account,
        channel,
        kind,
        private,
        queue,
        language,
        priority,
        why,
        can_reply,
        predecessor,
        opened_at,
        revision,
        status,
        waiting,
        assignee,
        read_by,
        level,
        escalated_to,
        snooze_reason,
        snoozed_until,
        close_reason,
        closed_at,
        thanked,
        answered_at,
        writer,
        writing_until,
        replies,
        rule,
        tags,
        quiet,
        prioritized_by,
        prioritized_note,
        muted,
        links,
        merged_into,
        merged,
        invited_at,
        deeds,
        burst,
        lined,
        writing_in,
        chain_stage,
        chain_round,
        chain_at,
        idle_since,
        hand_back_at,
        _look_at,
        stars,
        shared_stars,
        reply_until,
        _window_at,
    ) = row
    return Ticket(
        id=id,
        conversation=conversation,
        customer=customer,
        account=account,
        channel=channel,
        kind=Kind(kind),
        private=bool(private),
        queue=queue,
        language=language,
        priority=Priority(priority),
        why=_loads(why),
        can_reply=bool(can_reply),
        predecessor=predecessor,
        opened_at=instant(opened_at),
        revision=revision,
        status=Status(status),
        waiting=Waiting(waiting),
        assignee=assignee,
        read_by=tuple(int(agent) for agent in read_by.split(",") if agent),
        level=level,
        escalated_to=escalated_to,
        snooze_reason=snooze_reason and SnoozeReason(snooze_reason),
        snoozed_until=instant(snoozed_until),
        close_reason=close_reason and CloseReason(close_reason),
        closed_at=instant(closed_at),
        thanked=bool(thanked),
        answered_at=instant(answered_at),
        writer=None if writer is None else Writer(writer, instant(writing_until), writing_in),
        replies=tuple(_reply(values) for values in _loads(replies)),
        rule=rule,
        tags=_loads(tags),
        quiet=bool(quiet),
        prioritized_by=prioritized_by,
        prioritized_note=prioritized_note,
        muted=_loads(muted),
        links=_loads(links),
        merged_into=merged_into,
        merged=_loads(merged),
        invited_at=instant(invited_at),
        deeds=tuple(_deed(values) for values in _loads(deeds)),
        burst=burst,
        lined=bool(lined),
        climb=None if chain_stage is None else Climb(chain_stage, chain_round, instant(chain_at)),
        idle_since=instant(idle_since),
        hand_back_at=instant(hand_back_at),
        stars=stars,
        shared_stars=shared_stars,
        reply_until=instant(reply_until),
    )


def customer_of(row: Row) -> Customer:
    """Return the customer of (id, external id, handle, name, followers)."""
    return Customer(*row)


def found_of(row: Row) -> Found:
    """Return the message of a row that storage.messages selects."""
    id, ticket, conversation, direction, state, text, deleted, edited_at = row
    return Found(
        id,
        ticket,
        conversation,
        Direction(direction),
        state and ReplyState(state),
        text,
        bool(deleted),
        instant(edited_at),
    )


def line_of(row: Row) -> Line:
    """Return the line of a row that storage.records selects."""
    id, direction, text, at, private, agent, state, failure, send_at, external_id = row[:10]
    url, parent_text, thanks, can_reply, edited_at, deleted, hidden, conversation = row[10:]
    return Line(
        id,
        Direction(direction),
        text,
        instant(at),
        bool(private),
        agent,
        state and ReplyState(state),
        failure,
        _send_at(state, send_at),
        external_id,
        url,
        parent_text,
        bool(thanks),
        bool(can_reply),
        edited_at is not None,
        bool(deleted),
        bool(hidden),
        conversation,
    )


def delivery_of(row: Row, thread: str | None, *, left: bool) -> Delivery:
    """Return the delivery of a row that storage.taking selects."""
    id, what, to, state, marker, wanted, attempts, taken_at, ticket, message = row[:10]
    entry, occasion, mention, body, undo, external_id, deed, process, burst = row[10:]
    return Delivery(
        id,
        What(what),
        to,
        DeliveryState(state),
        marker,
        wanted,
        attempts,
        instant(taken_at),
        ticket,
        message,
        entry,
        occasion and Occasion(occasion),
        bool(mention),
        body,
        bool(undo),
        external_id,
        thread,
        deed and Deed(deed),
        left,
        process,
        burst,
    )


def roles_json(roles: Mapping[str, Role]) -> str:
    """Return the roles as `agent.roles` holds them."""
    return _dumps({queue: int(role) for queue, role in sorted(roles.items())})


@lru_cache(maxsize=4096)  # every press reads all agents, and roles change with app.yaml
def roles_of(text: str) -> Mapping[str, Role]:
    """Return the roles by queue."""
    return MappingProxyType({queue: Role(role) for queue, role in orjson.loads(text).items()})


def _reply(values: Sequence[Any]) -> Reply:
    message, agent, then, state, overtaken, *until = values  # none, before schema 0012
    ends = instant(until[0] if until else None)
    return Reply(message, agent, Then(then), ReplyState(state), overtaken, ends)


def _deed(values: tuple[int, str, int, bool]) -> OpenDeed:
    message, deed, agent, proposed = values
    return OpenDeed(message, Deed(deed), agent, proposed)


def _send_at(state: str | None, due_at: int | None) -> datetime | None:
    return instant(due_at) if state == ReplyState.WAITING else None


def _loads(text: str) -> tuple[Any, ...]:
    """Return the elements of a JSON list; most are empty, and every press reads several."""
    return () if text == "[]" else tuple(orjson.loads(text))


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode() if value else ("{}" if isinstance(value, dict) else "[]")
