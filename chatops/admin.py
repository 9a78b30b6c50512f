"""What an administrator does from the command line beside a running service, or before it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from adapters import chat as chat_adapters
from adapters.chat.slack import manifest
from adapters.chat.slack.settings import Mode
from adapters.chat.teams import package
from adapters.chat.teams.settings import Settings as Teams
from chatops.app import TIMEOUT, channel_models, opened, schema_remedy
from chatops.arrival.inbox import Inbox
from chatops.call import Answer, Origin
from chatops.channel import Finding
from chatops.config import Config
from chatops.config import schema as schemas
from chatops.dry_run import Trial
from chatops.errors import CareError, ConfigError, StorageError
from chatops.former import with_former
from chatops.metrics import RELOAD_FAILED
from chatops.plain import card_in_words, file_in_bytes
from chatops.policy import EVERY_QUEUE, Role
from chatops.scene import Agent
from chatops.text import Words, text
from chatops.ticket import Refusal
from storage import SCHEMA, named
from storage import migrate as migrations
from storage.alone import alone

Ask = Callable[[str], Awaitable[str]]
Tell = Callable[[str], None]

#: How many tickets are read at a time: a query takes a few milliseconds.
PAGE: Final = 1000


def schema() -> dict[str, Any]:
    """Return the JSON schema of app.yaml for editors."""
    return schemas.schema(chat_adapters.chats(), channel_models())


def migrate(config: Config) -> tuple[str | None, str | None]:
    """Bring the schema up to this version; return the revisions before and after.

    Raises:
        StorageError: a process, which is named, serves the database; or it cannot be migrated.
    """
    with alone(config.database, "migrate"):
        before = migrations.current(config.database)
        migrations.upgrade(config.database)
        return before, migrations.current(config.database)


def slack_manifest(mode: str, lang: str, prefix: str, url: str | None) -> dict[str, Any]:
    """Return the app manifest for api.slack.com/apps.

    Raises:
        ConfigError: the mode is unknown, or wants an address.
    """
    try:
        return manifest.manifest(Mode(mode), lang, prefix, url)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def teams_package(config: Config, url: str, company: str, version: str, lang: str) -> bytes:
    """Return the app's zip file for the Teams admin center, as app.yaml describes the app.

    Raises:
        ConfigError: app.yaml has no Teams, or Microsoft's schema refuses what would be written.
    """
    settings = config.chats.get("teams")
    if not isinstance(settings, Teams):
        raise ConfigError(
            f"{config.path}: there is no chats.teams: docs/teams.md says what it needs"
        )
    app = package.App(
        settings.app_id, url, company, version, settings.reads_threads, settings.targeted
    )
    try:
        return package.package(app, lang, config.policy.prefix, Words())
    except ValueError as error:
        raise ConfigError(f"Teams would refuse the package: {error}") from error


async def connect(config: Config, channel: str, account: str | None, ask: Ask, tell: Tell) -> None:
    """Lead through the network's consent for one account.

    Raises:
        ConfigError: there is no such account, or the channel needs no connecting.
    """
    names = [name for name, (each, _) in config.accounts.items() if each.channel == channel]
    chosen = account or (names[0] if len(names) == 1 else None)
    if chosen not in names:
        known = ", ".join(names) or "none"
        raise ConfigError(f"which account on {channel}? app.yaml has: {known}")
    try:
        module = import_module(f"adapters.social.{channel}.connect")
    except ModuleNotFoundError as error:
        raise ConfigError(f"{channel} needs no connecting: its keys stand in app.yaml") from error
    async with opened(config) as service:
        ours, settings = config.accounts[chosen]
        await module.connect(
            ours, settings, service.http, service.storage.vault, service.clock, ask=ask, tell=tell
        )


async def examine(config: Config) -> list[Finding]:
    """Try database, schema, chats and accounts; say what to do about each that fails."""
    findings = [Finding(True, f"{config.path}: every reference holds", "")]
    try:
        async with opened(config) as service:
            health = await service.storage.reader.health(service.clock.transport())
            findings += _database(config, health.schema)
            if service.storage.exposed():
                said = "other users of this machine may read the database: customers' words"
                findings.append(
                    Finding(False, said, "chmod go= on the file and on those beside it")
                )
            if health.held_since is not None:
                said = f"nothing goes out: a backup of {health.held_since:%Y-%m-%d %H:%M} UTC was restored"
                remedy = "look at python -m chatops pending, then: python -m chatops release"
                findings.append(Finding(False, said, remedy))
            if health.unreadable_raw:
                remedy = "look at the log; stop serve, then: python -m chatops replay --unreadable"
                said = f"{health.unreadable_raw} bodies could not be read"
                findings.append(Finding(False, said, remedy))
            if health.failed or health.in_doubt:
                said = f"deliveries: {health.failed} refused for good, {health.in_doubt} in doubt"
                findings.append(Finding(False, said, "the cards and threads concerned say why"))
            for trouble in health.stopped:
                said = f"{trouble.place} is closed to us since {trouble.since:%Y-%m-%d %H:%M} UTC"
                remedy = (
                    "mend what is said of it below; it is tried again by itself within five "
                    "minutes, and what waits there follows"
                )
                findings.append(Finding(False, f"{said}: {trouble.code}", remedy))
            now = service.clock.transport()
            chats: Mapping[str, Any] = service.chats
            channels: Mapping[str, Any] = service.channels
            asked = [_diagnosed(name, chat.diagnose(now)) for name, chat in chats.items()]
            asked += [_diagnosed(name, channel.diagnose()) for name, channel in channels.items()]
            for found in await asyncio.gather(*asked):
                findings += found
    except (CareError, ConfigError, StorageError) as error:
        findings.append(Finding(False, str(error), "mend this first"))
    findings += await _in_force(config)
    return [replace(finding, remedy="") if finding.ok else finding for finding in findings]


async def _in_force(config: Config) -> list[Finding]:
    """Ask the service, where it runs, whether it has taken up the app.yaml that is there."""
    host = "127.0.0.1" if config.web.ops_host == "0.0.0.0" else config.web.ops_host  # noqa: S104
    url = httpx.URL(scheme="http", host=host, port=config.web.ops_port, path="/metrics")
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
            told = (await http.get(url)).text
    except httpx.HTTPError:
        return []  # it does not run, or runs elsewhere: then nothing here is in force
    gauge = re.search(rf"^{RELOAD_FAILED} (\S+)$", told, re.MULTILINE)
    if gauge is None or float(gauge[1]) == 0:
        return []
    said = f"{config.path}: the service refused it at the last reload and runs with an older one"
    remedy = "mend what the log's reload.refused names; then: systemctl reload chatops"
    return [Finding(False, said, remedy)]


async def _diagnosed(name: str, asked: Awaitable[list[Finding]]) -> list[Finding]:
    """Return the findings of a chat or an account, under its name.

    One that cannot answer is a finding too, and keeps no other from its turn.
    """
    try:
        found = await asked
    except CareError as error:
        found = [Finding(False, str(error), "try again; then look at the network and the secrets")]
    except StorageError as error:
        found = [Finding(False, str(error), "mend the database first")]
    return [replace(finding, what=f"{name}: {finding.what}") for finding in found]


def _database(config: Config, found: str | None) -> list[Finding]:
    said = f"{named(config.database)}: schema {found or 'not there'}, this version wants {SCHEMA}"
    return [Finding(found == SCHEMA, said, schema_remedy(found))]


@dataclass(frozen=True, slots=True)
class Replayed:
    read: int
    unreadable: int


async def replay(config: Config, span: timedelta, *, unreadable: bool) -> Replayed:
    """Take stored raw bodies again, oldest first; a message that is there already is dropped.

    Raises:
        StorageError: a process, which is named, serves the database.
    """
    with alone(config.database, "replay"):
        return await _replay(config, span, unreadable=unreadable)


async def _replay(config: Config, span: timedelta, *, unreadable: bool) -> Replayed:
    async with opened(config) as service:
        storage, clock = service.storage, service.clock
        inbox = Inbox(
            service.desk, storage.work, storage.reader, storage.vault, clock, service.channels
        )
        bodies = await storage.reader.raw(clock.transport() - span, unreadable=unreadable)
        for body in bodies:
            await inbox.read(body)
    return Replayed(len(bodies) - inbox.unreadable, inbox.unreadable)


async def against(config: Config, span: timedelta, told: Callable[[int], None]) -> Trial:
    """Try app.yaml's routing on the tickets opened within `span`; only reads.

    `told` hears after each page how many tickets have been looked at.

    Raises:
        ConfigError: the database is not there, or not this version's.
    """
    async with opened(config) as service:
        reader, now = service.storage.reader, service.clock.business()
        schema = (await reader.health(service.clock.transport())).schema
        if schema != SCHEMA:
            said = f"{named(config.database)}: the schema is {schema or 'not there'}"
            raise ConfigError(f"{said}, this version wants {SCHEMA}: {schema_remedy(schema)}")
        trial, after = Trial(config.policy), 0
        while page := await reader.arrivals(now - span, after, PAGE):
            for arrival in page:
                trial.add(arrival)
            after = page[-1].ticket
            told(trial.tickets)
    return trial


async def report(config: Config, line: str, language: str) -> str | bytes:
    """Return the figures of /care-report as plain words, and a file as its bytes.

    Raises:
        CareError: the line is not one that the command takes.
    """
    async with opened(config) as service:
        service.desk.policy = await with_former(config.policy, service.storage.reader)
        call = service.desk.call(
            key="report",
            command="care-report",
            agent=administrator(),
            origin=Origin.SLASH,
            line=line,
            language=language,
        )
        outcome = await service.desk.handle(replace(call, now=service.clock.business()))
        zone = ZoneInfo(config.zone)
        if isinstance(outcome, Answer) and outcome.file is not None:
            return file_in_bytes(outcome.file, service.words, language)
        if isinstance(outcome, Answer):
            return card_in_words(outcome.card, service.words, language, zone)
        said = outcome.said if isinstance(outcome, Refusal) else text("nothing-to-show")
        raise CareError(service.words.say(said, language, zone))


def administrator() -> Agent:
    """Return who speaks at the command line: whoever can read the database may see every queue."""
    return Agent(0, "admin", "admin", None, {EVERY_QUEUE: Role.ADMIN})
