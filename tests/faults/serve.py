"""`python -m tests.faults.serve`: the service as it is, in processes that kill themselves at a point.

It starts once, imports everything, and then forks a process for every line it reads: a start so
takes a tenth of the time. What a child runs is `chatops.app.serve`; only its ports are wrapped, from
outside. Some waits are shortened (`WAITS`), so that a look-up after a fault comes within seconds.
"""

import asyncio
import ctypes
import gc
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from chatops import app, clock, logs
from chatops.call import Done
from chatops.channel import Can
from tests.faults.fate import Fate, Kinds, Point, Watched

#: The waits that are shortened, by their names in the product: each where it is imported, too.
WAITS: Final[dict[str, Any]] = {
    "SETTLE": timedelta(seconds=2),  # 15 s: before a look-up; still longer than a call's time-out
    "BACKOFF": tuple(timedelta(seconds=s) for s in (0.25, 0.5, 1, 1, 2, 2, 2, 2)),  # 1 s to 5 min
    "NETWORK_BACKOFF": tuple(timedelta(seconds=s) for s in (0.25, 0.5, 1, 2, 2)),  # 2 s to 5 min
    "STALE": timedelta(seconds=2),  # 1 min: until an unread body is taken again
    "CALL": timedelta(seconds=1),  # 20 s: how long a call may take
    "LEASE": timedelta(seconds=5),  # 45 s: how long a dead process's work is its own
    "RENEW": timedelta(seconds=0.5),  # 5 s: how often a lease is prolonged
}
#: And a call's time-out: 10 s in the product.
TIMEOUT_S: Final = 1.0

#: What the service imports late, and a start need not wait for.
_LATE: Final = ("adapters.chat.slack.chat", "adapters.social.x.channel", "slack_bolt", "asyncpg")


@dataclass(frozen=True)
class Order:
    """One process to be started."""

    config: str
    log: str
    journal: str
    environment: dict[str, str] = field(default_factory=dict)
    die: str | None = None  #: a point, as `fate.Point` reads it
    signal: int = int(signal.SIGKILL)
    armed: bool = False  #: else SIGUSR1 arms it
    clock_s: float = 0.0  #: by how much the process's clock is wrong

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def serve(order: Order) -> None:
    """Serve until SIGTERM, as `python -m chatops serve` does."""
    _hasten()
    if order.clock_s:
        _set_wrong(timedelta(seconds=order.clock_s))
    point = Point.of(order.die) if order.die else None
    fate = Fate(point, Path(order.journal), signal.Signals(order.signal), order.armed)
    _watch(fate)
    logs.to_stderr()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
        loop.add_signal_handler(signal.SIGUSR1, partial(setattr, fate, "is_armed", True))
        await app.serve(app.read_config(Path(order.config)), asyncio.Event(), stop)

    asyncio.run(run())


def _hasten() -> None:
    for name, module in list(sys.modules.items()):
        if not name.startswith(("chatops", "adapters._call", "adapters.chat", "adapters.social")):
            continue
        for wait, shorter in WAITS.items():
            if hasattr(module, wait):
                is_seconds = isinstance(getattr(module, wait), float)  # the stream's lease on X
                setattr(module, wait, shorter.total_seconds() if is_seconds else shorter)
        if isinstance(getattr(module, "TIMEOUT", None), float):
            module.TIMEOUT = TIMEOUT_S
        elif name == "adapters._call":
            module.TIMEOUT = httpx.Timeout(TIMEOUT_S)

    app.Enrolment = partial(app.Enrolment, lease=WAITS["LEASE"])


def _set_wrong(by: timedelta) -> None:
    right = clock.SystemClock.machine

    def wrong(self: clock.SystemClock) -> datetime:
        return right(self) + by

    clock.SystemClock.machine = wrong


# --- the ports, seen through


def _watch(fate: Fate) -> None:
    opened, accept = app.opened, app.Inbox.accept

    @asynccontextmanager
    async def watched(config: Any) -> AsyncIterator[Any]:
        async with opened(config) as service:
            kinds = Kinds()
            _watch_work(service.storage.work, fate, kinds)
            _watch_desk(service.desk, fate)
            for chat in service.chats.values():
                _watch_chat(chat, fate, kinds)
            for channel in service.channels.values():
                _watch_channel(channel, fate)
            yield service

    async def accepted(inbox: Any, channel: Any, body: bytes) -> None:
        fate.before("accept")
        await accept(inbox, channel, body)
        fate.after("accept")

    app.opened = watched
    app.Inbox.accept = accepted


def _watch_work(work: Any, fate: Fate, kinds: Kinds) -> None:
    transact = work.transact

    async def watched(fn: Any, **how: Any) -> Any:
        steps: list[str] = []

        def run(tx: Any) -> Any:
            steps.clear()  # it may run more than once
            return fn(Watched(tx, fate, kinds, steps))

        result = await transact(run, **how)
        for step in steps:
            fate.after(step)
        return result

    work.transact = watched


def _watch_desk(desk: Any, fate: Fate) -> None:
    handle = desk.handle

    async def watched(call: Any) -> Any:
        fate.before("press")
        outcome = await handle(call)
        if isinstance(outcome, Done):
            fate.note("done", call.command, call.line or "")
        fate.after("press")
        return outcome

    desk.handle = watched


def _watch_chat(chat: Any, fate: Fate, kinds: Kinds) -> None:
    post, update, find = chat.post, chat.update, chat.find
    of = "" if chat.finds else f"{chat.name}:"

    async def posted(room: Any, card: Any, thread: Any, marker: str) -> Any:
        step = f"{of}post:{kinds.of(marker)}"
        fate.before(step)
        id = await post(room, card, thread, marker)
        fate.after(step)
        return id

    async def updated(*args: Any) -> None:
        fate.before(f"{of}update")
        await update(*args)
        fate.after(f"{of}update")

    async def found(*args: Any) -> Any:
        id = await find(*args)
        fate.note("looked-up", "there" if id else "absent")
        return id

    chat.post, chat.update, chat.find = posted, updated, found


def _watch_channel(channel: Any, fate: Fate) -> None:
    send, find = channel.send, channel.find

    async def sent(outgoing: Any) -> Any:
        if Can.REPEAT in channel.traits.can:
            fate.note("sending", outgoing.marker)
        fate.before("send")
        accepted = await send(outgoing)
        fate.after("send")
        return accepted

    async def found(*args: Any) -> Any:
        there = await find(*args)
        fate.note("looked-up", "there" if there else "absent")
        return there

    channel.send, channel.find = sent, found


# --- the nursery


def nursery(late: Sequence[str]) -> None:
    """Fork a process for every line, and tell of each that began and that ended."""
    for name in (*_LATE, *late):
        with suppress(ImportError):
            __import__(name)
    app.channel_models()
    app._spoken()
    gc.freeze()
    children: set[int] = set()
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    pending = b""
    while True:
        ready, _, _ = select.select([0, waking], [], [])
        if waking in ready:
            os.read(waking, 512)
            _reap(children)
        if 0 in ready:
            given = os.read(0, 65536)
            if not given:
                break
            *lines, pending = (pending + given).split(b"\n")
            for line in lines:
                child = _fork(Order(**json.loads(line)), (waking, woken))
                children.add(child)
                _tell(began=child)
    for child in children:
        os.kill(child, signal.SIGKILL)


def _reap(children: set[int]) -> None:
    with suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            children.discard(child)
            _tell(ended=child, code=os.waitstatus_to_exitcode(status))


def _tell(**said: int) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def _fork(order: Order, ours: tuple[int, int]) -> int:
    parent = os.getpid()
    if child := os.fork():
        return child
    code = 1
    try:
        _end_with(parent)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until it serves
        for file in ours:
            os.close(file)
        log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.update(order.environment)  # noqa: TID251 - the child's own, as a start gives it
        serve(order)
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may go on in the parent's place
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end_with(parent: int) -> None:
    """Die when the nursery does, where the system can see to it (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    nursery(sys.argv[1:])
