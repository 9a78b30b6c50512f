"""What is done to messages on the network."""

from dataclasses import dataclass

from chatops.event.kinds import Deed


@dataclass(frozen=True, slots=True)
class DeedProposed:
    """Somebody asks for a deed that a second person must confirm."""

    message: int
    deed: Deed
    agent: int


@dataclass(frozen=True, slots=True)
class DeedDropped:
    """A proposal was taken back or turned down."""

    message: int
    deed: Deed
    agent: int


@dataclass(frozen=True, slots=True)
class DeedRequested:
    """The network is to be asked; for what needs two, by the second person."""

    message: int
    deed: Deed
    agent: int


@dataclass(frozen=True, slots=True)
class DeedDone:
    """The network has done it."""

    message: int
    deed: Deed


@dataclass(frozen=True, slots=True)
class DeedFailed:
    message: int
    deed: Deed
    code: str  #: the network's own error word


#: What is done to messages on the network.
Moderating = DeedProposed | DeedDropped | DeedRequested | DeedDone | DeedFailed
