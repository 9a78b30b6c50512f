"""What the blocks of app.yaml are made of: their base, and how they name one another."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from chatops.config.names import Refers
from chatops.policy import EVERY_QUEUE

#: In `calendar`: the calendar that never closes, which needs no block.
ALWAYS = "always"

ToCalendar = Annotated[str, Refers("calendars", also=(ALWAYS,))]
ToShifts = Annotated[str, Refers("calendars")]
ToChat = Annotated[str, Refers("chats")]
ToPerson = Annotated[str, Refers("people")]
ToQueue = Annotated[str, Refers("queues")]
ToQueueOrEvery = Annotated[str, Refers("queues", also=(EVERY_QUEUE,))]
ToRoom = Annotated[str, Refers("rooms")]
ToChannel = Annotated[str, Refers("channels")]

T = TypeVar("T")

#: A value alone, or a list of them.
Several = Annotated[
    Annotated[T, Tag("[name]")] | Annotated[tuple[T, ...], Tag("[block]")],
    Discriminator(lambda value: "[block]" if isinstance(value, list | tuple) else "[name]"),
]


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def some(rooms: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Take one name, or a list that holds one at least."""
    if not rooms:
        raise ValueError("write at least one")
    return rooms
