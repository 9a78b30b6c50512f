"""The only writer: it hears what people ask and networks bring, and saves what comes of it.

`handle(call)` runs a command, `receive(inbound)` takes in what a network brought, `transact` saves
what `timer` does as time passes. Each is one transaction. Who may do a thing is decided here, under
the ticket's lock, from the ticket and the person. Nothing is sent from here: what must follow is
saved, and `outbox` delivers it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import structlog
from pydantic import BaseModel

from chatops.act import Act, Marks
from chatops.arrival import intake
from chatops.arrival.gate import Gate
from chatops.arrival.lag import Lags
from chatops.asking import form_of, loose_form, unknown
from chatops.call import (
    Answer,
    Call,
    Command,
    Done,
    LookHandler,
    Looks,
    OnPost,
    OnSelf,
    OnTicket,
    OnTickets,
    Origin,
    Outcome,
    PostHandler,
    Registry,
    Runs,
    SelfHandler,
)
from chatops.card import Form
from chatops.channel import Can, Inbound, Traits, as_known
from chatops.clock import Clock
from chatops.doing import Stage, on_many, on_one
from chatops.doubts import settle
from chatops.errors import Crossed, Uncertain
from chatops.event import Event, Read, WritingBegan, WritingEnded
from chatops.file_links import Asked, FileLinks
from chatops.follow import post
from chatops.former import left_in, warnings, with_former
from chatops.ledger import apply
from chatops.line import Missing, named, read
from chatops.line import Read as Told
from chatops.meant import which_ticket
from chatops.policy import Account, Policy, Role
from chatops.ports import Reader, Record, Tx, Work
from chatops.scene import Agent, Scene
from chatops.selves import new_code, on_self
from chatops.text import Words, text
from chatops.ticket import Refusal, Ticket

T = TypeVar("T")

_log = structlog.get_logger(__name__)

#: How long an open reply form holds the soft lock, if its closing is never heard of.
LOCK: Final = timedelta(minutes=10)

#: How often a transaction of unknown fate is tried again.
_AGAIN: Final = 2

#: Of a ticket whose neighbours nobody asked for.
_ALONE: Final[Mapping[int, Ticket]] = {}

_NO_TRAITS: Final = Traits("", "", Can(0), lambda words, _private: len(words), lambda _private: 0)


def _nobody() -> None:
    """Tell nobody: no other process serves this database."""


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
        links: FileLinks | None = None,
    ) -> None:
        """`links` is None where nobody opens any."""
        self.policy = policy
        self.registry = registry
        self.words = words
        self.clock = clock
        self.traits = traits  #: of the channels, by name
        self.taken: Counter[str] = Counter()  #: what became of customers' messages, by `Taken`
        self.lags = Lags()  #: how long they took to reach us
        self.changed = asyncio.Event()  #: set after each commit that may have work for the outbox
        self.on_change: Callable[[], None] = _nobody  #: called then, for the other processes
        self.repeated = 0  #: canned replies that were sent once more, over the question
        self._work = work
        self._reader = reader
        self._links = links

    async def adopt(self, policy: Policy) -> None:
        """Put a policy in force for every call, message and card from now on.

        Raises:
            StorageError: its people could not be stored, and the policy before is in force still.
        """
        people, now = list(policy.people.values()), self.clock.business()
        await self._work.transact(lambda tx: tx.know(people, now))
        self.policy = await with_former(policy, self._reader)
        left = await left_in(self.policy, self._reader, now)
        for said in warnings(left, policy.prefix):
            _log.warning("desk.queue_gone", said=said)

    # --- people and calls

    async def person(self, chat: str, id: str) -> Agent | None:
        """Return the agent with that id in that chat; None is a stranger."""
        for agent in await self._reader.agents():
            if (agent.identities or {}).get(chat) == id or (chat, id) in agent.also:
                return agent
        return None

    async def link(self, chat: str, id: str, addresses: Sequence[str]) -> Agent | None:
        """Give an id in a chat to the person of app.yaml who has one of its owner's e-mail addresses.

        The caller knows that the addresses are that person's. None if nobody has them, several have,
        or app.yaml says itself who they are in that chat.
        """
        person = self.policy.person_by_email(chat, addresses)
        if person is None or (email := person.email) is None:
            return None
        name = person.name

        def run(tx: Tx) -> bool:
            agent = next((each.id for each in tx.agents() if each.name == name), None)
            return agent is not None and tx.link(chat, id, agent, email)

        await self._work.transact(run)
        return await self.person(chat, id)

    async def unlink(self, chat: str) -> int:
        """Know nobody in a chat by an e-mail address any more; how many were."""
        return await self._work.transact(lambda tx: tx.unlink(chat))

    def call(
        self,
        *,
        key: str,
        command: str,
        agent: Agent,
        origin: Origin,
        chat: str | None = None,
        identity: str | None = None,
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
            identity=identity,
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
            return unknown(call, self._stage)
        understood = read(command, call, self.words)
        if isinstance(understood, Refusal):
            return understood
        call = replace(call, command=command.name, ticket=understood.ticket or call.ticket)
        if isinstance(command.handler, OnTicket | Runs):
            return await self._for_ticket(command, understood, call)
        if isinstance(understood, Missing):
            loose = await loose_form(command, call, understood.fields, self._reader)
            return loose or understood.refusal
        match command.handler:
            case Looks(run):
                return await self._look(run, understood.args, call)
            case OnTickets():
                return await self._act(command, understood.args, call)
            case OnSelf(run):
                return await self._on_self(command, run, understood.args, call)
            case OnPost(run):
                return await self._on_post(run, understood.args, call)

    async def form(self, call: Call) -> Form | Refusal:
        """Make a form anew while the person types; nothing is written."""
        command = self.registry.get(call.command)
        if command is None:
            return unknown(call, self._stage)
        if call.ticket is None:
            loose = await loose_form(command, call, call.fields, self._reader)
            return loose or unknown(call, self._stage)
        return await form_of(command, call, call.fields, self._stage, self._reader)

    async def left(self, call: Call) -> None:
        """Note that a form was closed unsent: its soft lock ends."""
        if (ticket := call.ticket) is not None:
            await self.transact(
                lambda tx, act: self._if_open(tx, ticket, [WritingEnded(call.agent.id)], act), call
            )

    # --- what networks bring

    async def receive(
        self, inbound: Sequence[Inbound], noted: Callable[[Tx], None] | None = None
    ) -> None:
        """Take in what one body held; in the same transaction it is `noted` that it was read."""
        gate = Gate(self.policy, self.traits, self.clock.offset)

        def run(tx: Tx, act: Act) -> Sequence[intake.Came]:
            came = intake.receive(tx, gate, inbound, act)
            if noted is not None:
                noted(tx)
            return came

        for each in await self.transact(run):
            self.taken[each.what.value] += 1
            if each.took is not None:
                self.lags.note(each.channel, each.took)

    async def deleted(self, chat: str, room: str, message: str) -> None:
        """Bring back a card that somebody has deleted by hand; both ids are the chat's."""
        if (known := self.policy.room_by_id(chat, room)) is None:
            return
        if await self.transact(lambda tx, act: tx.card_deleted(known.name, message, act.due)):
            _log.info("desk.card_deleted", room=known.name)

    # --- saving

    async def transact(self, run: Callable[[Tx, Act], T], call: Call | None = None) -> T:
        """Run what writes, in one transaction, and tell all processes that there may be work.

        It is the act of a call, or of nobody at this moment.

        Raises:
            StorageError: nothing was kept; the same may be run again.
        """
        act = Act(now=self.clock.business(), due=self.clock.transport(), marks=Marks())
        if call is not None:
            act = replace(
                act,
                now=call.now,
                agent=call.agent.id,
                chat=call.chat,
                room=call.room,
                typed_in=call.room if call.origin is Origin.THREAD else None,
            )

        def anew(tx: Tx) -> T:
            act.marks.begin()
            return run(tx, act)

        result = await self._surely(anew)
        self.repeated += len(act.marks.repeated)
        self.changed.set()
        self.on_change()
        return result

    # --- scenes

    def scene(
        self,
        record: Record,
        agents: Sequence[Agent],
        now: datetime,
        near: Mapping[int, Ticket] = _ALONE,
    ) -> Scene:
        """Put a ticket's rows together with the policy in force."""
        ticket = record.ticket
        queue = self.policy.queue_of(ticket.queue, ticket.account)
        account = self.policy.account_of(ticket.account, ticket.channel, queue.name)
        return Scene(
            ticket=ticket,
            queue=queue,
            account=account,
            traits=self.traits_of(account, ticket.channel),
            policy=self.policy,
            customer=record.customer,
            lines=record.lines,
            clock=record.clock,
            agents=tuple(agents),
            now=now,
            others=record.others,
            clocks=record.clocks,
            near=near,
        )

    def traits_of(self, account: Account, channel: str) -> Traits:
        """Return what an account's channel can; nothing where this version does not know the channel."""
        return as_known(self.traits.get(channel, _NO_TRAITS), account)

    # --- inside

    @property
    def _stage(self) -> Stage:
        return Stage(self.policy, self.registry, self.words, self.scene)

    async def _for_ticket(self, command: Command, told: Told | Missing, call: Call) -> Outcome:
        """Do what a ticket's command asks, or ask for what it lacks."""
        if call.ticket is None:
            return which_ticket(call)
        if isinstance(told, Missing):
            return await self._ask(command, call, told.fields)
        outcome = await self._act(command, told.args, call)
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
        if outcome.file is not None:
            _log.info("desk.file_given", file=outcome.file.name, agent=call.agent.id)
            outcome = replace(outcome, link=self._link(outcome, call))
        if outcome.about is not None:
            await self._mark_read(outcome.about, call)
        if outcome.in_room and (room := call.room) is not None:
            await self.transact(
                lambda tx, act: tx.once(call.key, call.now) and post(tx, room, outcome.card, act)
            )
            return Done(text("posted-here"))
        return outcome

    def _link(self, answer: Answer, call: Call) -> str | None:
        """Return what opens an answer's file for the asker, if it can be made again."""
        if self._links is None or answer.again is None or not (call.chat and call.identity):
            return None
        asked = Asked(
            call.chat, call.identity, call.room, call.language, call.command, answer.again
        )
        return self._links.link(asked, self.clock.transport())

    async def _mark_read(self, id: int, call: Call) -> None:
        """Note that the person has seen the ticket, if they work there and had not."""
        agent = call.agent
        ticket = await self._reader.ticket(id)
        if ticket is None or agent.id in ticket.read_by or not call.may(Role.AGENT, ticket):
            return
        await self.transact(lambda tx, act: self._if_open(tx, id, [Read(agent.id)], act), call)

    async def _act(self, command: Command, args: BaseModel, call: Call) -> Outcome:
        """Do what a command asks of one ticket or of many, in one transaction."""
        stage = self._stage
        do = on_many if isinstance(command.handler, OnTickets) else on_one
        return await self.transact(lambda tx, act: do(tx, stage, command, args, call, act), call)

    async def _on_self(
        self, command: Command, run: SelfHandler[Any], args: BaseModel, call: Call
    ) -> Outcome:
        known = any(role >= command.role for role in call.agent.roles.values())
        if not known and not command.for_strangers:
            return Refusal(text("no-role"))
        event = run(args, call)
        if isinstance(event, Refusal):
            return event
        code = new_code()
        return await self.transact(lambda tx, act: on_self(tx, event, call, act, code), call)

    async def _on_post(self, run: PostHandler[Any], args: BaseModel, call: Call) -> Outcome:
        told = run(args, call)
        if isinstance(told, Refusal):
            return told
        return await self.transact(lambda tx, act: settle(tx, self.policy, told, call, act), call)

    async def _ask(self, command: Command, call: Call, fields: Mapping[str, str]) -> Outcome:
        """Answer with the form of what is missing; opening it reads, and a reply form locks."""
        assert call.ticket is not None  # noqa: S101 - handle refused it else
        form = await form_of(command, call, fields, self._stage, self._reader)
        if isinstance(form, Form) and form.locks:
            began = WritingBegan(call.agent.id, call.now + LOCK, call.chat)
            id = call.ticket
            await self.transact(lambda tx, act: self._if_open(tx, id, [began], act), call)
        elif isinstance(form, Form):
            await self._mark_read(call.ticket, call)
        return form

    def _if_open(self, tx: Tx, id: int, events: Sequence[Event], act: Act) -> None:
        """Apply events that a rule or a closing form brings; refused means overtaken."""
        if (ticket := tx.ticket(id)) is not None:
            apply(tx, self.policy, ticket, events, act)

    async def _surely(self, run: Callable[[Tx], T]) -> T:
        """Run a transaction; once more where it is unknown whether it was kept, or was crossed.

        What has a key is done once, and what time and networks bring is there or is not: so the
        second run finds what the first one did.
        """
        for _ in range(_AGAIN):
            with suppress(Crossed, Uncertain):
                return await self._work.transact(run)
        return await self._work.transact(run)
