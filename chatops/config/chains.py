"""The escalation chain of a queue in app.yaml: its keys, and the core's value made of them."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from chatops.calendar import Calendar, NoWorkingTime
from chatops.chain import Chain, Stage, Starts
from chatops.config.block import Block, Several, ToPerson
from chatops.config.document import Place
from chatops.config.fit import Fitter
from chatops.config.notation import Name, WorkingSpan, between
from chatops.config.routes import several
from chatops.event import ChainStop, Priority

#: As many times at most a chain is gone up again, as Grafana OnCall has it.
_REPEATS: Final = 5

_Wait = Annotated[WorkingSpan, between("1m", "720h", "of working time")]


class StageBlock(Block):
    """One step up. Besides `wait` and `owner`, one of the keys says what it does."""

    wait: _Wait = Field(examples=["15m"])
    """Working time after the stage before, or after the chain's beginning."""
    call: Several[ToPerson] = ()
    """Person, or a list of them, who is called in the ticket's thread."""
    call_shift: bool = False
    """Calls who is on shift then."""
    escalate: Name | None = Field(None, examples=["specialists"])
    """A target under the queue's `escalation`, which gets a card; or another queue, which gets the ticket."""
    priority: Priority | None = None
    """Raises the ticket's priority to this; one that is higher stays."""
    owner: ToPerson | None = None
    """Person who is to see to this stage: called with it, and named on the card."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> "StageBlock":
        given = (self.call != (), self.call_shift, self.escalate, self.priority)
        if sum(map(bool, given)) != 1:
            raise ValueError("write one of call, call_shift, escalate and priority in each stage")
        return self


class ChainBlock(Block):
    """Whom a ticket goes up to, stage by stage, while nobody takes it."""

    starts: Starts = Starts.LATE
    """What begins it: a clock that is late, or the ticket itself when it is opened or comes back."""
    stops: tuple[Literal["claim", "reply", "close"], ...] = ("claim", "reply")
    """What stops it; a close always does."""
    stages: Annotated[tuple[StageBlock, ...], Field(min_length=1, max_length=20)] = Field(
        examples=[[{"wait": "15m", "call_shift": True}]]
    )
    """The stages, in order."""
    repeat: Annotated[int, Field(ge=0, le=_REPEATS)] = 0
    """How many times all of it comes again."""
    end: _Wait = timedelta(minutes=30)
    """Working time after the last stage at which the rooms are told that nobody has taken the ticket."""


def chain(
    fitter: Fitter,
    place: Place,
    queue: str,
    block: ChainBlock,
    targets: Collection[str],
    calendar: Calendar,
    today: date,
) -> Chain:
    """Return the chain of a queue; what leads nowhere, or never comes, is a fault."""
    queues = fitter.names.blocks("queues")
    stages = []
    for number, stage in enumerate(block.stages):
        to, at = stage.escalate, (*place, "stages", number, "escalate")
        moves = to in queues and to not in {*targets, queue}
        if to is not None and to not in targets:
            if not moves:
                known = ", ".join(sorted({*targets, *queues} - {queue})) or "none yet"
                said = f'there is no other queue and no target "{to}" here; there are: {known}'
                fitter.faults.add(at, said)
            elif number + 1 < len(block.stages) or block.repeat:
                said = f"{to} gets the ticket, and its own chain goes on; make this the last stage"
                fitter.faults.add(at, f"{said}, without repeat")
        stages.append(_stage(stage, moves=moves))
    made = Chain(
        tuple(stages),
        block.starts,
        frozenset({ChainStop.CLOSE, *map(ChainStop, block.stops)}),
        1 + block.repeat,
        block.end,
    )
    try:
        calendar.add(datetime.combine(today, time.min, UTC), int(_whole(made).total_seconds()))
    except NoWorkingTime:
        said = f"the calendar {calendar.name} has not so much working time; shorten the waits"
        fitter.faults.add((*place, "stages"), said)
    return made


def check_rings(fitter: Fitter, chains: Mapping[str, Chain]) -> None:
    """Note each chain that would bring a ticket back to where it came from."""
    for name in chains:
        way = [name]
        while (to := _moves_to(chains.get(way[-1]))) is not None:
            if to == name:
                said = (
                    f"this never ends: {' gives to '.join((*way, name))}; end one of them elsewhere"
                )
                fitter.faults.add(("queues", name, "chain"), said)
            if to in way:
                break
            way.append(to)


def _stage(stage: StageBlock, *, moves: bool) -> Stage:
    return Stage(
        stage.wait,
        several(stage.call),
        stage.call_shift,
        None if moves else stage.escalate,
        stage.escalate if moves else None,
        stage.priority,
        stage.owner,
    )


def _whole(chain: Chain) -> timedelta:
    return chain.end_in + chain.rounds * sum((each.wait for each in chain.stages), timedelta())


def _moves_to(chain: Chain | None) -> str | None:
    return chain.stages[-1].queue if chain is not None else None
