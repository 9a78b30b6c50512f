"""What is watched on a ticket comes to its end, though nobody promised anything."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The customer's network takes no free reply any more, until they write again."""

    until: datetime  #: its last second


Watching = WindowClosed
