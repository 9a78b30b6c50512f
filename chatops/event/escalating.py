"""A ticket goes up its queue's escalation chain, stage by stage, until somebody takes it."""

from dataclasses import dataclass
from datetime import datetime

from chatops.event.kinds import ChainStop, Priority


@dataclass(frozen=True, slots=True)
class ChainEntered:
    """The chain begins, or a person has escalated by hand to where one of its stages does."""

    stage: int  #: the stage after which it goes on; 0: before the first
    round: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class StageReached:
    """A stage was due: what app.yaml said of it then, and who was called by it."""

    stage: int
    round: int
    of: int  #: so many stages the chain had
    planned_at: datetime
    next_at: datetime  #: when what follows is due, the next stage or the end
    superseded: bool = False  #: a later stage was due as well, and that alone is carried out
    called: tuple[int, ...] = ()  #: agents
    on_shift: bool = False  #: it calls who is on shift, perhaps nobody
    target: str | None = None  #: a name under `escalation` in app.yaml
    queue: str | None = None  #: where the ticket is moved to
    priority: Priority | None = None
    owner: int | None = None  #: the agent who is to see to this stage


@dataclass(frozen=True, slots=True)
class ChainStopped:
    """Somebody took the ticket, or there is nothing left to go up."""

    why: ChainStop


@dataclass(frozen=True, slots=True)
class ChainEnded:
    """The last stage of the last round has passed, and nobody took the ticket."""

    planned_at: datetime
    of: int  #: so many stages the chain had
    round: int


Escalating = ChainEntered | StageReached | ChainStopped | ChainEnded
