"""Work that outlives the request that began it.

A chat wants every request answered within a few seconds: Slack within three, and Bolt answers when a
listener returns. What takes longer goes on in its own task, and its result follows to the person.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

_log = structlog.get_logger(__name__)

PATIENCE: Final = 2.0  # seconds that a listener waits; the rest of Slack's three is for the way
_PARTING: Final = 10.0  # seconds that closing waits for work under way

T = TypeVar("T")


class Tasks:
    """The tasks under way. Nothing that was begun is cancelled by the request's end."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._running: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def in_time(self, task: asyncio.Task[T], patience: float | None = None) -> bool:
        """Wait for the task, at most so long; True if it is done, whatever came of it."""
        await asyncio.wait({task}, timeout=self._patience if patience is None else patience)
        if not task.done():
            task.add_done_callback(_log_failure)
        return task.done()

    async def close(self) -> None:
        """Let the work under way come to its end."""
        if self._running:
            await asyncio.wait(self._running, timeout=_PARTING)


def _log_failure(task: asyncio.Task[Any]) -> None:
    """Log what nobody awaits any more."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("chat.late_answer_failed", exc_info=error)
