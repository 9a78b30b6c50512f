"""The composition root: the only module that knows adapters, commands and storage together."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from time import monotonic
from typing import Final

import httpx
import structlog
from aiohttp import web
from pydantic import BaseModel

import commands
from adapters import chat as chat_adapters
from adapters import social as social_adapters
from chatops import internal, macros, schedule
from chatops.arrival import away
from chatops.arrival.inbox import Inbox
from chatops.call import Registry
from chatops.channel import Can, Traits
from chatops.clock import SystemClock
from chatops.config import Config, Runs, Source, environ, load
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.outbox import Outbox
from chatops.desk import Desk
from chatops.editions import Editions
from chatops.errors import ConfigError, StorageError
from chatops.file_door import FileDoor
from chatops.file_links import FileLinks
from chatops.metrics import Metrics
from chatops.ports import Channel, Chat
from chatops.reload import Reload
from chatops.retention import Retention
from chatops.rolling import Rolling
from chatops.schedule import Schedule
from chatops.text import Words
from chatops.timer import Timer
from chatops.web import ops_app, public_app
from storage import NEWER, SCHEMA, Storage, is_newer, named, open_storage
from storage.carry import BACKUP, copying

#: Every outside call has a time-out; adapters set shorter ones of their own.
TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)

#: How long a stop waits for calls that are under way.
GRACE: Final = 20.0  # seconds

#: How long each of the two servers waits, after that, for requests that are still being answered.
ANSWERS: Final = 3.0  # seconds

_log = structlog.get_logger(__name__)


def read_config(
    path: Path, environment: Mapping[str, str] | None = None, canned: Source | None = None
) -> Config:
    """Read app.yaml with the Settings models of all adapters; None means our own environment.

    `canned` is read in the place of the file of canned replies that app.yaml names.

    Raises:
        ConfigError: naming each fault with file, line, path and what to write instead.
    """
    today = SystemClock().transport().date()
    words, registry = _spoken()
    runs = Runs(
        lambda plan, policy: schedule.unfit(plan, policy, words, registry),
        lambda line, queues, policy: macros.unfit(line, queues, policy, words, registry),
        lambda said, queue, policy: away.unfit(said, queue, policy.accounts.values(), _traits()),
    )
    return load(
        path,
        environment or environ(),
        chat_adapters.chats(),
        channel_models(),
        runs,
        today=today,
        canned=canned,
    )


def _load(path: Path, canned: Source | None) -> Config:
    return read_config(path, canned=canned)


@cache
def _spoken() -> tuple[Words, Registry]:
    """Return the words and the commands, which are the same as long as the process lives."""
    return Words(), Registry.of(commands)


def _traits() -> dict[str, Traits]:
    """Return the unchanging facts of every channel."""
    theirs = {name: module.TRAITS for name, module in social_adapters.channels().items()}
    return {**theirs, internal.NAME: internal.TRAITS}


def channel_models() -> dict[str, type[BaseModel]]:
    """Return the Settings model of every channel, for one account of it."""
    theirs = {name: module.Settings for name, module in social_adapters.channels().items()}
    return {**theirs, internal.NAME: internal.Settings}


@dataclass(frozen=True, slots=True)
class Service:
    """What a process has opened; commands of the command line use the parts that they need."""

    config: Config
    clock: SystemClock
    words: Words
    storage: Storage
    http: httpx.AsyncClient
    desk: Desk
    channels: Mapping[str, Channel]
    chats: Mapping[str, Chat]
    registry: Registry


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[Service]:
    """Open everything that app.yaml names; nothing listens or delivers yet."""
    async with AsyncExitStack() as stack:
        clock = SystemClock()
        storage = open_storage(config.database, config.key.get_secret_value(), clock)
        stack.push_async_callback(storage.close)
        clock.offset = timedelta(seconds=await storage.reader.offset())
        tls = _tls(config)
        http = await stack.enter_async_context(
            httpx.AsyncClient(
                timeout=TIMEOUT, proxy=config.network.proxy, verify=tls, trust_env=False
            )
        )
        modules = social_adapters.channels()
        channels: dict[str, Channel] = {}
        for name, (account, settings) in config.accounts.items():
            if account.channel == internal.NAME:
                continue  # it speaks through the chats, which come last
            channel = modules[account.channel].open_channel(
                account, settings, http, storage.vault, clock, config.development
            )
            stack.push_async_callback(channel.close)
            channels[name] = channel
        words, registry = _spoken()
        traits = _traits()
        desk = Desk(
            storage.work,
            storage.reader,
            config.policy,
            registry,
            traits,
            clock,
            words,
            _links(config),
        )
        chats: dict[str, Chat] = {
            name: chat_adapters.opener(name)(
                settings,
                desk,
                storage.reader,
                storage.vault,
                words,
                config.development,
                proxy=config.network.proxy,
                tls=tls,
            )
            for name, settings in config.chats.items()
        }
        for name, (account, _) in config.accounts.items():
            if account.channel == internal.NAME:
                channels[name] = internal.Internal(account, chats, clock)
        yield Service(config, clock, words, storage, http, desk, channels, chats, registry)


async def serve(
    config: Config,
    ready: asyncio.Event,
    stop: asyncio.Event,
    on_reload: Callable[[Callable[[], None]], None] = lambda _ask: None,
) -> None:
    """Run the service until `stop` is set; `ready` is set once it listens.

    `on_reload` is given what asks for app.yaml to be read anew.

    Raises:
        ConfigError: the database's schema is not this version's.
        StorageError: another process serves this database.
    """
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(opened(config))
        storage, desk = service.storage, service.desk
        storage.work.hold()
        await _check_schema(service)
        for account in config.accounts:
            await storage.vault.meet(account)
        enrolment = Enrolment(storage.work, service.clock, service.clock.correct)
        await enrolment.begin()
        stack.push_async_callback(_retire, enrolment)
        await desk.adopt(config.policy)
        editions = None
        if storage.work.shared:
            editions = Editions(storage.work, storage.reader, service.clock, _load)
            await editions.announce(config, again=False)
        reload = Reload(config, desk, partial(read_config, config.path), editions)
        if editions is not None:
            await reload.follow(editions)

        inbox = Inbox(
            desk, storage.work, storage.reader, storage.vault, service.clock, service.channels
        )
        outbox = Outbox(
            desk,
            storage.work,
            storage.reader,
            service.clock,
            service.chats,
            service.channels,
            enrolment,
        )
        ticking = Schedule(
            desk,
            Timer(desk, storage.reader),
            storage.reader,
            service.clock,
            inbox.sweep,
            enrolment,
            Retention(desk, storage.work, service.clock).sweep,
            Rolling(desk, storage.work).fold,
        )
        metrics = Metrics(
            storage.reader,
            service.clock,
            lambda: outbox.progress,
            lambda: {"received": inbox.received, "unreadable": inbox.unreadable},
            lambda: desk.repeated,
            lambda: desk.taken,
            lambda: reload.failed,
            desk.lags,
        )

        async def faults() -> Mapping[str, str]:
            schema = (await metrics.refresh()).schema
            found = {}
            if schema != SCHEMA:
                wants = f"{schema}, this version wants {SCHEMA}"
                found["schema"] = f"{wants}: {schema_remedy(schema)}"
            told = {"database": storage.work.trouble(), "clock": enrolment.fault()}
            return found | {name: fault for name, fault in told.items() if fault is not None}

        routes = [route for chat in service.chats.values() for route in chat.routes()]
        routes += FileDoor(desk, _links(config)).routes()
        await _listen(
            stack,
            public_app(inbox, service.channels, service.clock, routes),
            config.web.host,
            config.web.port,
        )
        ops = ops_app(
            faults,
            metrics.registry,
            storage.work,
            service.clock,
            development=config.development,
            held=lambda: metrics.held_since,
        )
        await _listen(stack, ops, config.web.ops_host, config.web.ops_port)

        # chats open before anything is delivered, and close after the last delivery
        for chat in service.chats.values():
            await stack.enter_async_context(chat.running())
        delivering = asyncio.create_task(outbox.run())
        farewell = Farewell()
        stack.push_async_callback(_let_finish, outbox, delivering, farewell)
        running = [asyncio.create_task(part.run()) for part in (inbox, reload, enrolment)]
        if storage.bell is not None:
            desk.on_change = storage.bell.ring
            running.append(asyncio.create_task(storage.bell.listen(desk.changed.set)))
        running += [
            asyncio.create_task(channel.listen(partial(inbox.accept, channel)))
            for channel in service.channels.values()
            if Can.LISTEN in channel.traits.can
        ]
        stack.push_async_callback(_wind_down, running, farewell)
        on_reload(reload.asked.set)
        ticking.start()
        stack.push_async_callback(_stop_ticking, ticking, farewell)
        _log.info("serve.ready", host=config.web.host, port=config.web.port)
        ready.set()
        await _until(stop, [delivering, *running])


def _links(config: Config) -> FileLinks:
    return FileLinks(config.key.get_secret_value(), config.web.address)


async def _until(stop: asyncio.Event, running: list[asyncio.Task[None]]) -> None:
    """Wait for the stop; a part that ends by itself has failed, and so has the service."""
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([waiting, *running], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in done - {waiting}:
        task.result()


class Farewell:
    """The time in which all parts of the service have to end together; it runs from the first asking."""

    def __init__(self, seconds: float = GRACE) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def left(self) -> float:
        """Return the seconds that are left."""
        if self._until is None:
            self._until = monotonic() + self._seconds
        return max(0.0, self._until - monotonic())


async def _let_finish(outbox: Outbox, delivering: asyncio.Task[None], farewell: Farewell) -> None:
    """Let the calls that are under way end, and their outcomes be written."""
    outbox.end()
    await asyncio.wait([delivering], timeout=farewell.left())
    delivering.cancel()
    await asyncio.wait([delivering])


async def _retire(enrolment: Enrolment) -> None:
    """Leave what is in hand to others, or to the next start: it finds the same."""
    with suppress(StorageError):
        await enrolment.end()


async def _stop_ticking(ticking: Schedule, farewell: Farewell) -> None:
    await ticking.stop(farewell.left())


async def _wind_down(running: list[asyncio.Task[None]], farewell: Farewell) -> None:
    for task in running:
        task.cancel()
    await asyncio.wait(running, timeout=farewell.left())


async def _check_schema(service: Service) -> None:
    schema = (await service.storage.reader.health(service.clock.transport())).schema
    if schema != SCHEMA:
        raise ConfigError(
            f"{named(service.config.database)}: the schema is {schema or 'not there'}, this version "
            f"wants {SCHEMA}: {schema_remedy(schema)}"
        )
    if (source := await service.storage.reader.run(copying)) is not None:
        remedy = (
            "make a new database, write its address as `database` in app.yaml, and run "
            "`python -m chatops restore` into that"
            if source == BACKUP
            else "run `python -m chatops copy` again"
        )
        raise ConfigError(
            f"{named(service.config.database)}: the copy of {source} into it is not finished: {remedy}"
        )


def schema_remedy(found: str | None) -> str:
    """Say what to do about a schema that is not this version's."""
    return NEWER if is_newer(found) else "run `python -m chatops migrate`"


async def _listen(stack: AsyncExitStack, app: web.Application, host: str, port: int) -> None:
    # a signature is of the bytes as they were sent, so none are inflated
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=ANSWERS, auto_decompress=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ConfigError(
            f"app.yaml: web: cannot listen on {host}:{port} ({error.strerror}): choose another "
            "port, or end what holds it"
        ) from error


def _tls(config: Config) -> ssl.SSLContext:
    """Return how certificates are checked: by the company's authorities where it has its own."""
    ca = config.network.ca
    return ssl.create_default_context(cafile=str(ca)) if ca else ssl.create_default_context()
