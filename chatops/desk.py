"""The only writer: it hears what people ask and networks bring, and saves what comes of it.

`handle(call)` runs a command, `receive(inbound)` takes in what a network brought, `publish` puts a
finished card into a room once, `tick(now)` does what time brings. Each is one transaction. Who may
do a thing is decided here, under the ticket's lock, from the ticket and the person. Nothing is sent
from here: what must follow is saved, and `outbox` delivers it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import structlog
from pydantic import BaseModel

from chatops import intake, sla
from chatops.call import (
    Call,
    Command,
    Done,
    LookHandler,
    Looks,
    OnSelf,
    OnTicket,
    Origin,
    Outcome,
    Registry,
    WentOn,
)
from chatops.card import Card, Form
from chatops.channel import Can, Inbound, Traits
from chatops.clock import Clock
from chatops.event import Breached, Event, Read, WakeCause, Woken, WritingBegan, WritingEnded
from chatops.ledger import Act, Marks, apply, post
from chatops.line import Missing, form_for, named, nearest, read
from chatops.line import Read as Told
from chatops.policy import Policy, Role
from chatops.ports import Reader, Record, Tx, Work
from chatops.scene import Agent, Scene
from chatops.text import Text, Words, text
from chatops.ticket import Refusal, Ticket

T = TypeVar("T")

_log = structlog.get_logger(__name__)

#: How long an open reply form holds the soft lock, if its closing is never heard of.
LOCK: Final = timedelta(minutes=10)

#: How many due clocks and snoozes one tick takes at a time.
SWEEP: Final = 200

_NO_TRAITS: Final = Traits("", "", Can(0), lambda words, _private: len(words), lambda _private: 0)


class Desk:
    """The writer. One object a process; any number of processes may have one."""

    def __init__(
        self,
        work: Work,
        reader: Reader,
        policy: Policy,
        registry: Registry,
        traits: Mapping[str, Traits],
        clock: Clock,
        words: Words,
    ) -> None:
        self.policy = policy
        self.registry = registry
        self.words = words
        self.clock = clock
        self.traits = traits  #: of the channels, by name
        self.changed = asyncio.Event()  #: set after each commit that may have work for the outbox
        self._work = work
        self._reader = reader

    # --- people and calls

    async def person(self, chat: str, id: str) -> Agent | None:
        """Return the agent with that id in that chat; None is a stranger."""
        for agent in await self._reader.agents():
            if agent.identities and agent.identities.get(chat) == id:
                return agent
        return None

    def call(
        self,
        *,
        key: str,
        command: str,
        agent: Agent,
        origin: Origin,
        chat: str | None = None,
        room: str | None = None,
        ticket: int | None = None,
        line: str | None = None,
        fields: Mapping[str, str] | None = None,
        seen: int | None = None,
        confirmed: frozenset[str] = frozenset(),
        language: str | None = None,
    ) -> Call:
        """Make a Call at this moment under the policy in force."""
        return Call(
            key=key,
            command=command,
            agent=agent,
            origin=origin,
            now=self.clock.business(),
            language=language or agent.language or "en",
            policy=self.policy,
            channels=self.traits,
            line=line,
            fields=fields or {},
            ticket=ticket,
            chat=chat,
            room=room,
            seen=seen,
            confirmed=confirmed,
        )

    async def handle(self, call: Call) -> Outcome:
        """Do what a call asks, or answer with a form for what it lacks, or refuse.

        Raises:
            StorageError: nothing was kept; the same call may come again.
        """
        command = named(call.command, self.registry, self.words)
        if command is None:
            return self._unknown(call)
        understood = read(command, call, self.words)
        if isinstance(understood, Refusal):
            return understood
        call = replace(call, command=command.name, ticket=understood.ticket or call.ticket)
        if isinstance(command.handler, OnTicket):
            return await self._for_ticket(command, understood, call)
        if isinstance(understood, Missing):
            return understood.refusal
        match command.handler:
            case Looks(run):
                return await self._look(run, understood.args, call)
            case OnSelf(run):
                return await self._on_self(command, run(understood.args, call), call)

    async def form(self, call: Call) -> Form | Refusal:
        """Make a form anew while the person types; nothing is written."""
        command = self.registry.get(call.command)
        if command is None or call.ticket is None:
            return self._unknown(call)
        return await self._form(command, call.ticket, call, call.fields)

    async def left(self, call: Call) -> None:
        """Note that a form was closed unsent: its soft lock ends."""
        if (ticket := call.ticket) is not None:
            await self._transact(
                lambda tx, act: self._if_open(tx, ticket, [WritingEnded(call.agent.id)], act),
                call.agent.id,
            )

    # --- what networks bring

    async def receive(
        self, inbound: Sequence[Inbound], noted: Callable[[Tx], None] | None = None
    ) -> None:
        """Take in what one body held; in the same transaction it is `noted` that it was read."""
        gate = intake.Gate(self.policy, self.traits, self.clock.offset)

        def run(tx: Tx, act: Act) -> None:
            intake.receive(tx, gate, inbound, act)
            if noted is not None:
                noted(tx)

        await self._transact(run)

    # --- what time brings

    async def tick(self) -> int:
        """Mark clocks that passed their due second and wake what is due; return how many."""

        def run(tx: Tx, act: Act) -> int:
            late = [id for id in tx.breached(act.now, SWEEP) if self._breach(tx, id, act)]
            due = tx.to_wake(act.now, SWEEP)
            for id in due:
                self._if_open(tx, id, [Woken(WakeCause.TIME)], replace(act, rule="snooze"))
            return len(late) + len(due)

        return await self._transact(run)

    async def publish(self, name: str, period: str, room: str, card: Card) -> bool:
        """Post a finished card into a room, once for ever per (name, period); False if it was."""

        def run(tx: Tx, act: Act) -> bool:
            return tx.publish_once(name, period, act.now) and post(tx, room, card, act)

        return await self._transact(run)

    async def pass_over(self, name: str, period: str) -> None:
        """Record that (name, period) is not to be published."""
        await self._transact(lambda tx, act: tx.publish_once(name, period, act.now))

    # --- scenes

    def scene(self, record: Record, agents: Sequence[Agent], now: datetime) -> Scene:
        """Put a ticket's rows together with the policy in force."""
        ticket = record.ticket
        queue = self.policy.queue_of(ticket.queue, ticket.account)
        return Scene(
            ticket=ticket,
            queue=queue,
            account=self.policy.account_of(ticket.account, ticket.channel, queue.name),
            traits=self.traits.get(ticket.channel, _NO_TRAITS),
            policy=self.policy,
            customer=record.customer,
            lines=record.lines,
            clock=record.clock,
            agents=tuple(agents),
            now=now,
            others=record.others,
        )

    # --- inside

    async def _for_ticket(self, command: Command, told: Told | Missing, call: Call) -> Outcome:
        """Do what a ticket's command asks, or ask for what it lacks."""
        if call.ticket is None:
            return Refusal(text("which-ticket", command=command.name, prefix=self.policy.prefix))
        if isinstance(told, Missing):
            return await self._ask(command, call, told.fields)
        outcome = await self._on_ticket(command, call.ticket, told.args, call)
        if isinstance(outcome, Refusal) and outcome.field and not told.args.model_fields_set:
            return await self._ask(command, call, {})  # the ticket's state wants an argument
        return outcome

    async def _look(self, run: LookHandler[Any], args: BaseModel, call: Call) -> Outcome:
        """Answer what only looks; who is shown a ticket's details has read it."""
        outcome = await run(args, call, self._reader)
        if isinstance(outcome, Refusal):
            return outcome
        if outcome.private:
            _log.info("desk.looked", tickets=outcome.private, agent=call.agent.id)
        if outcome.about is not None:
            await self._mark_read(outcome.about, call)
        if outcome.in_room and (room := call.room) is not None:
            await self._transact(
                lambda tx, act: tx.once(call.key, call.now) and post(tx, room, outcome.card, act)
            )
            return Done(text("posted-here"))
        return outcome

    async def _mark_read(self, id: int, call: Call) -> None:
        """Note that the person has seen the ticket, if they work there and had not."""
        agent = call.agent
        record = await self._reader.ticket(id)
        if record is None or agent.id in record.read_by or not agent.may(Role.AGENT, record.queue):
            return
        await self._transact(lambda tx, act: self._if_open(tx, id, [Read(agent.id)], act), agent.id)

    async def _on_ticket(self, command: Command, id: int, args: BaseModel, call: Call) -> Outcome:
        handler = command.handler
        assert isinstance(handler, OnTicket)  # noqa: S101 - handle matched it

        def run(tx: Tx, act: Act) -> Outcome:
            if isinstance(ticket := self._allowed(tx.ticket(id), command, call), Refusal):
                return ticket
            if tx.acted(call.key):
                return Done()
            record = tx.record(id)
            assert record is not None  # noqa: S101 - the ticket is there and locked
            acts = handler.run(args, self.scene(record, tx.agents(), call.now), call)
            if isinstance(acts, Refusal):
                return acts
            after = apply(tx, self.policy, ticket, acts, act)
            if isinstance(after, Refusal):
                return after
            tx.once(call.key, call.now)
            return Done(_done(command, after, call))

        return await self._transact(run, call.agent.id, call)

    def _allowed(self, ticket: Ticket | None, command: Command, call: Call) -> Ticket | Refusal:
        """Return the ticket if the person may do this to it.

        To whom may not even see the queue, the ticket does not exist.
        """
        if ticket is None or not call.agent.may(Role.VIEWER, ticket.queue):
            return _unknown_ticket(call.ticket or 0)
        if not call.agent.may(command.role, ticket.queue):
            role = text(f"role-{command.role.name.lower()}")
            return Refusal(text("not-allowed", role=role, queue=ticket.queue))
        return ticket

    async def _on_self(self, command: Command, event: object, call: Call) -> Outcome:
        if not any(role >= command.role for role in call.agent.roles.values()):
            return Refusal(text("no-role"))
        on = isinstance(event, WentOn)

        def run(tx: Tx, act: Act) -> bool:
            return tx.shift(call.agent.id, act.now, on=on)

        changed = await self._transact(run, call.agent.id)
        state = "on" if on else "off"
        return Done(text(f"now-{state}" if changed else f"already-{state}"))

    async def _ask(self, command: Command, call: Call, fields: Mapping[str, str]) -> Outcome:
        """Answer with the form of what is missing; opening it reads, and a reply form locks."""
        assert call.ticket is not None  # noqa: S101 - handle refused it else
        form = await self._form(command, call.ticket, call, fields)
        if isinstance(form, Form) and form.locks:
            began = WritingBegan(call.agent.id, call.now + LOCK)
            id = call.ticket
            await self._transact(lambda tx, act: self._if_open(tx, id, [began], act), call.agent.id)
        elif isinstance(form, Form):
            await self._mark_read(call.ticket, call)
        return form

    async def _form(
        self, command: Command, id: int, call: Call, fields: Mapping[str, str]
    ) -> Form | Refusal:
        record = await self._reader.record(id)
        if record is None:
            return _unknown_ticket(id)
        if isinstance(allowed := self._allowed(record.ticket, command, call), Refusal):
            return allowed
        scene = self.scene(record, await self._reader.agents(), call.now)
        handler = command.handler
        if isinstance(handler, OnTicket) and handler.form is not None:
            return handler.form(fields, scene, call)
        return form_for(command, fields, scene, call)

    def _breach(self, tx: Tx, id: int, act: Act) -> bool:
        """Mark a ticket whose clock is past due; False if, locked, it turns out not to be."""
        ticket, clock = tx.ticket(id), tx.clock(id)
        if ticket is None or clock is None or sla.breach(clock, act.now) is clock:
            return False
        rule = replace(act, rule=clock.kind.value)
        apply(tx, self.policy, ticket, [Breached(clock.due_at)], rule)
        return True

    def _if_open(self, tx: Tx, id: int, events: Sequence[Event], act: Act) -> None:
        """Apply events that a rule or a closing form brings; refused means overtaken."""
        if (ticket := tx.ticket(id)) is not None:
            apply(tx, self.policy, ticket, events, act)

    def _unknown(self, call: Call) -> Refusal:
        near = nearest(call.command, self.registry, self.words)
        if near is None:
            return Refusal(text("unknown-command", word=call.command, prefix=self.policy.prefix))
        return Refusal(
            text("did-you-mean", word=call.command, near=near, prefix=self.policy.prefix)
        )

    async def _transact(
        self, run: Callable[[Tx, Act], T], agent: int | None = None, call: Call | None = None
    ) -> T:
        thread = call.room if call is not None and call.origin is Origin.THREAD else None
        act = Act(
            now=call.now if call is not None else self.clock.business(),
            due=self.clock.transport(),
            marks=Marks(),
            agent=agent,
            room=call.room if call is not None else None,
            typed_in=thread,
        )
        result = await self._work.transact(lambda tx: run(tx, act))
        self.changed.set()
        return result


def _unknown_ticket(id: int) -> Refusal:
    return Refusal(text("unknown-ticket", ticket=id))


def _done(command: Command, ticket: Ticket, call: Call) -> Text | None:
    """Say what a slash command did; a press is answered by the card that changes under it."""
    if call.origin is not Origin.SLASH:
        return None
    return text(f"done-{command.name}", ticket=ticket.id)
