"""The command line: `python -m chatops`. Each command imports what it needs, so help is quick."""

import asyncio
import gc
import json
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from chatops.errors import ConfigError, StorageError
from chatops.terminal import APP_YAML, ConfigPath, err, out, tell, told
from chatops.terminal import run as run_to_end
from chatops.texts import texts
from chatops.upkeep import upkeep

if TYPE_CHECKING:
    from chatops.config import Config

cli = typer.Typer(
    name="chatops",
    help="Social customer care inside Slack: tickets as threaded cards.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
cli.add_typer(texts, name="texts")
cli.add_typer(upkeep)


class Language(StrEnum):
    EN = "en"
    JA = "ja"


class SlackMode(StrEnum):
    """How Slack reaches us, as in app.yaml; written here too, so that help loads no adapter."""

    SOCKET = "socket"
    HTTP = "http"


class Database(StrEnum):
    """What the sandbox's service keeps its data in."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


FURTHEST = timedelta(days=3660)


def _span(option: str, said: str) -> timedelta:
    """Read how far back an option reaches.

    Raises:
        ConfigError: it is no span, or a longer one than anything here has been kept.
    """
    from chatops.hours import span

    try:
        back = span(said)
    except ValueError as error:
        raise ConfigError(f"{option} {said}: {error}") from error
    if back > FURTHEST:
        raise ConfigError(f"{option} {said}: write at most {FURTHEST.days}d")
    return back


@cli.command()
def serve(config: ConfigPath = APP_YAML) -> None:
    """Run the service until ctrl-C; SIGHUP reads app.yaml anew."""
    # what is imported stays: collecting garbage among it took a fifth of the start
    gc.disable()
    from chatops import app, logs

    gc.freeze()
    gc.enable()
    logs.to_stderr()

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
        # until it listens there is nothing to be read anew, and nothing ends the process for it
        loop.add_signal_handler(signal.SIGHUP, lambda: None)
        await app.serve(
            app.read_config(config),
            asyncio.Event(),
            stop,
            lambda ask: loop.add_signal_handler(signal.SIGHUP, ask),
        )

    run_to_end(run())


@cli.command()
def init(
    output: Annotated[Path, typer.Option(help="The file to write.")] = APP_YAML,
    sandbox: Annotated[bool, typer.Option(help="Ask nothing: fit the sandbox.")] = False,
) -> None:
    """Write a first app.yaml by asking; what is there already stays as it is."""
    from chatops import init as first

    is_patient = sys.stdin.isatty()

    def ask(question: str, proposal: str, is_secret: bool) -> str:
        try:
            said: str = typer.prompt(
                question,
                default=proposal,
                show_default=bool(proposal),
                hide_input=is_secret and is_patient,
            )
        except (typer.Abort, UnicodeError) as error:
            raise ConfigError(f"nothing was written: no answer to “{question}”") from error
        if not is_patient:  # what comes by a pipe is on no screen yet
            typer.echo("" if is_secret else said)
        return said

    with told():
        first.init(output, ask, tell, sandbox=sandbox, patient=is_patient)


@cli.command()
def check(
    config: ConfigPath = APP_YAML,
    schema: Annotated[bool, typer.Option(help="Print the JSON schema for editors.")] = False,
    against: Annotated[
        str | None, typer.Option(help="Try the routing on the tickets of so long: 24h, 7d.")
    ] = None,
    clocks: Annotated[
        bool, typer.Option(help="Show what it would do to the due times of open tickets.")
    ] = True,
) -> None:
    """Check app.yaml as a whole; a fault names file, line, path and remedy."""
    from chatops import admin, app
    from chatops.trial_tables import counted, tables

    async def run() -> None:
        if schema:
            out.print_json(json.dumps(admin.schema()))
            return
        read = app.read_config(config)
        policy = read.policy
        counts = (
            counted(len(policy.queues), "queue"),
            counted(len(policy.rooms), "room"),
            counted(len(policy.accounts), "account"),
            counted(len(policy.people), "person", "people"),
            counted(len(policy.digests), "digest"),
        )
        out.print(f"{config}: good: {', '.join(counts)}", highlight=False)
        if clocks:
            for each in await _held_to(read):
                out.print(each, highlight=False)
        if against is not None:
            back = _span("--against", against)
            with err.status("reading tickets") as shown:
                trial = await admin.against(
                    read, back, lambda count: shown.update(counted(count, "ticket"))
                )
            for each in tables(trial, against):
                out.print(each, highlight=False)

    run_to_end(run())


async def _held_to(config: "Config") -> "Sequence[Table | str]":
    """Return what app.yaml would do to open tickets; it is good even if they cannot be read."""
    from chatops import former, trying
    from chatops.trial_tables import clock_tables

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("holding open clocks to it", total=None)
        try:
            trial = await trying.held_to(
                config, lambda done, total: bar.update(task, completed=done, total=total)
            )
            left = await trying.left_behind(config)
        except StorageError as error:
            return [f"Open clocks were not looked at: {error}"]
    warned = former.warnings(left, config.policy.prefix)
    return [*warned, *(clock_tables(trial, config.zone) if trial is not None else ())]


@cli.command()
def migrate(config: ConfigPath = APP_YAML) -> None:
    """Bring the database's schema to this version."""
    from chatops import admin, app

    async def run() -> None:
        before, after = admin.migrate(app.read_config(config))
        state = "was current" if before == after else f"was {before or 'empty'}"
        out.print(f"schema {after} ({state})", highlight=False)

    run_to_end(run())


@cli.command()
def doctor(config: ConfigPath = APP_YAML) -> None:
    """Try everything the service needs, and say what to do where something is wrong."""
    from chatops import admin, app

    async def run() -> bool:
        findings = await admin.examine(app.read_config(config))
        table = Table("", "what", "what to do", show_lines=False)
        for finding in findings:
            table.add_row("ok" if finding.ok else "!!", finding.what, finding.remedy or "")
        out.print(table)
        return all(finding.ok for finding in findings)

    if not run_to_end(run()):
        raise typer.Exit(1)


@cli.command()
def replay(
    config: ConfigPath = APP_YAML,
    since: Annotated[str, typer.Option(help="How far back: 24h, 7d.")] = "7d",
    unreadable: Annotated[bool, typer.Option(help="Only bodies that could not be read.")] = False,
) -> None:
    """Take stored raw bodies again; what is there already stays as it is. Sends nothing."""
    from chatops import admin, app

    async def run() -> None:
        back = _span("--since", since)
        read = app.read_config(config)
        counted = await admin.replay(read, back, unreadable=unreadable)
        out.print(f"{counted.read} bodies read, {counted.unreadable} cannot be read")

    run_to_end(run())


@cli.command()
def clocks(
    config: ConfigPath = APP_YAML,
    rebuild: Annotated[bool, typer.Option(help="Write those that differ.")] = False,
) -> None:
    """Fold every ticket's clocks anew from its log, and say how many differ."""
    from chatops import app, refolding

    async def run() -> None:
        found = await refolding.refold(app.read_config(config), write=rebuild)
        done = "were put right" if rebuild else "differ from their log"
        out.print(f"{found.tickets} tickets, the clocks of {found.others} {done}")

    run_to_end(run())


@cli.command()
def rollup(
    config: ConfigPath = APP_YAML,
    rebuild: Annotated[bool, typer.Option(help="Put what the log makes in its place.")] = False,
) -> None:
    """Count the reports' roll-up anew from the log, and say how many counts differ."""
    from chatops import app, refolding

    async def run() -> None:
        found = await refolding.recount(app.read_config(config), write=rebuild)
        done = "were put right" if rebuild else "differ from the log"
        out.print(f"{found.counts} counts by day, {found.others} {done}")

    run_to_end(run())


@cli.command()
def connect(
    channel: Annotated[str, typer.Argument(help="The channel, as in app.yaml: x.")],
    account: Annotated[
        str | None, typer.Argument(help="The account, if there are several.")
    ] = None,
    config: ConfigPath = APP_YAML,
) -> None:
    """Connect an account: leads through the network's own consent and stores its tokens."""
    from chatops import admin, app

    async def ask(question: str) -> str:
        return await asyncio.to_thread(out.input, f"{question} ")

    async def run() -> None:
        await admin.connect(app.read_config(config), channel, account, ask, tell)

    run_to_end(run())


@cli.command()
def report(
    config: ConfigPath = APP_YAML,
    line: Annotated[str, typer.Argument(help="As typed behind /care-report: today.")] = "today",
    lang: Annotated[Language, typer.Option(help="Of the words.")] = Language.EN,
) -> None:
    """Print the figures that /care-report shows."""
    from chatops import admin, app, logs

    logs.to_stderr()  # beside what is printed, which may go into a file

    async def run() -> None:
        said = await admin.report(app.read_config(config), line, lang)
        typer.echo(said, nl=isinstance(said, str))  # as it is: a line that is broken is another row

    run_to_end(run())


@cli.command("slack-manifest")
def slack_manifest(
    mode: Annotated[SlackMode, typer.Option(help="How Slack reaches us.")] = SlackMode.SOCKET,
    lang: Annotated[Language, typer.Option(help="Of the words.")] = Language.EN,
    prefix: Annotated[str, typer.Option(help="The slash command's name.")] = "care",
    url: Annotated[str | None, typer.Option(help="Your public address, for http.")] = None,
) -> None:
    """Print the app manifest to paste at api.slack.com/apps."""
    from chatops import admin

    async def run() -> None:
        out.print_json(json.dumps(admin.slack_manifest(mode, lang, prefix, url)))

    run_to_end(run())


@cli.command("teams-package")
def teams_package(
    url: Annotated[str, typer.Option(help="Your public address, https://….")],
    company: Annotated[str, typer.Option(help="Your company's name, as Teams shows it.")],
    config: ConfigPath = APP_YAML,
    output: Annotated[Path, typer.Option(help="Where to write it.")] = Path("care-teams.zip"),
    version: Annotated[str, typer.Option(help="To be raised with each upload.")] = "1.0.0",
    lang: Annotated[Language, typer.Option(help="Of the words.")] = Language.EN,
) -> None:
    """Write the app package to upload in the Teams admin center."""
    from chatops import admin, app

    async def run() -> None:
        made = admin.teams_package(app.read_config(config), url, company, version, lang)
        output.write_bytes(made)
        out.print(f"{output}: version {version}, {len(made):,} bytes")

    run_to_end(run())


@cli.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Where the page is.")] = 8080,
    replay: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Conversations to play, JSON lines."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Of the page.")] = Language.EN,
    traffic: Annotated[bool, typer.Option(help="Let make-believe customers write.")] = True,
    speed: Annotated[int, typer.Option(help="How many times Slack's pace to keep.")] = 1,
    config: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="An app.yaml in place of the sandbox's."),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=9, help="Run so many, shown on the page to be killed and started."),
    ] = None,
    database: Annotated[
        Database, typer.Option(help="What the service keeps its data in; postgres for several.")
    ] = Database.SQLITE,
) -> None:
    """Try everything on this machine: stand-ins for Slack and X, and a page to press it all."""
    from chatops.sandbox import CONFIG, run

    code = run_to_end(
        run(
            port=port,
            replay=replay,
            traffic=traffic,
            lang=lang,
            speed=speed,
            config=config or CONFIG,
            processes=processes,
            postgres=database is Database.POSTGRES,
        )
    )
    raise typer.Exit(code)


if __name__ == "__main__":
    cli()
