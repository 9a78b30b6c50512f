"""Has pictures drawn in a process of its own: nothing of what draws is loaded where this is."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson

from adapters._drawing.picture import Picture, dump
from chatops.errors import CareError

#: Seconds for the pictures of one card. It takes about one and a half on an idle machine, most of it
#: to load; who asked waits meanwhile.
PATIENCE: Final = 20.0

_ROOT: Final = Path(__file__).parents[2]
_WORKER: Final = (sys.executable, "-m", f"{__package__}")


class Painter:
    """Draws the pictures of one card at a time, so that many who ask take no more than one core."""

    def __init__(self, worker: Sequence[str] = _WORKER, patience: float = PATIENCE) -> None:
        self._worker = worker
        self._patience = patience
        self._one = asyncio.Lock()

    async def draw(self, pictures: Sequence[Picture]) -> list[bytes]:
        """Return each picture as PNG.

        Raises:
            CareError: it could not be drawn, or not in time.
        """
        async with self._one:
            try:
                body = await asyncio.wait_for(self._answer(dump(pictures)), self._patience)
                return [b64decode(one) for one in orjson.loads(body)]
            except (TimeoutError, OSError, orjson.JSONDecodeError) as error:
                raise CareError(f"drawing: {type(error).__name__}") from error

    async def _answer(self, request: bytes) -> bytes:
        # it is told nothing of our environment, where the secrets are
        process = await asyncio.create_subprocess_exec(
            *self._worker, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=_ROOT, env={}
        )
        try:
            answer, _ = await process.communicate(request)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return answer
