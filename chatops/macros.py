"""Whether a macro's lines can be done, found out before anybody runs it: for `check`. Pure.

Each line is read as a command line is, and tried on an imaginary ticket of each queue in which the
macro may be used. A refusal for the ticket's state is not a fault, for every ticket has another;
a refusal of an argument is one: it names what does not exist.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from chatops.call import Call, OnTicket, Origin, Registry
from chatops.channel import Can, Traits
from chatops.event import Kind, Priority
from chatops.line import Missing, named, nearest, read
from chatops.policy import Policy, Queue, Role
from chatops.scene import Agent, Customer, Direction, Line, Scene
from chatops.text import Words
from chatops.ticket import Refusal, Ticket

_WHEN: Final = datetime(2000, 1, 3, 9, tzinfo=UTC)

#: No ticket of anybody's: a number in a line is then never taken for it.
_ID: Final = -1

#: A network that takes everything: which one a ticket will be of is not known yet.
_TRAITS: Final = Traits("any", "any", ~Can(0), lambda _words, _private: 0, lambda _private: 1)


def unfit(
    line: str, queues: Iterable[Queue], policy: Policy, words: Words, registry: Registry
) -> str | None:
    """Say what is wrong with a macro's line and what to write instead; None if nothing is."""
    word, _, rest = line.partition(" ")
    command = named(word, registry, words)
    if command is None:
        near = nearest(word, registry, words)
        return f"{word} is no command" + (f"; did you mean {near}?" if near else "")
    handler = command.handler
    if not isinstance(handler, OnTicket):
        doing = sorted(each.name for each in registry if isinstance(each.handler, OnTicket))
        return f"{word} acts on no one ticket by itself; write one of: {', '.join(doing)}"
    for queue in queues:
        call = _call(command.name, rest, policy)
        told = read(command, call, words)
        if isinstance(told, Missing):
            refusal: Refusal | None = told.refusal
        elif isinstance(told, Refusal):
            refusal = told
        else:
            acts = handler.run(told.args, _scene(queue, policy), call)
            refusal = acts if isinstance(acts, Refusal) and acts.field is not None else None
        if refusal is not None:
            said = words.say(refusal.said, "en", ZoneInfo("UTC"))
            return f"in queue {queue.name}: {said}"
    return None


def _call(command: str, line: str, policy: Policy) -> Call:
    everywhere = dict.fromkeys(policy.queues, Role.ADMIN)
    return Call(
        key="macro",
        command=command,
        agent=Agent(0, "macro", "macro", None, everywhere),
        origin=Origin.SLASH,
        now=_WHEN,
        language="en",
        policy=policy,
        line=line,
        ticket=_ID,
    )


def _scene(queue: Queue, policy: Policy) -> Scene:
    """Return an imaginary ticket that was answered, so that it may be closed without a reason."""
    return Scene(
        ticket=Ticket(
            id=_ID,
            conversation=_ID,
            customer=_ID,
            account="any",
            channel="any",
            kind=Kind.MENTION,
            private=False,
            queue=queue.name,
            language="en",
            priority=Priority.NORMAL,
            why=(),
            can_reply=True,
            predecessor=None,
            opened_at=_WHEN,
            answered_at=_WHEN,
        ),
        queue=queue,
        account=policy.account_of("any", "any", queue.name),
        traits=_TRAITS,
        policy=policy,
        customer=Customer(_ID, "any", "any", "any", None),
        lines=(Line(_ID, Direction.INBOUND, "any", _WHEN, private=False),),
        clock=None,
        agents=tuple(
            Agent(number, person.name, person.public_name, person.language, person.roles, on=True)
            for number, person in enumerate(policy.people.values(), start=1)
        ),
        now=_WHEN,
    )
