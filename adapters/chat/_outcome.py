"""What comes of asking the desk; its failures become a sentence for the person."""

from collections.abc import Awaitable
from typing import TypeVar

from chatops.errors import CareError, StorageError
from chatops.text import text
from chatops.ticket import Refusal

T = TypeVar("T")


async def outcome_of(asked: Awaitable[T]) -> T | Refusal:
    """Return the outcome; what went wrong on our side becomes a refusal that says so."""
    try:
        return await asked
    except CareError as error:
        return Refusal(error.said or text("chat-sorry"))
    except StorageError:
        return Refusal(text("chat-sorry"))
