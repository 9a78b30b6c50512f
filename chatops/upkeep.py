"""`python -m chatops backup`, `restore`, `pending`, `release`, `forget` and `copy`: the life of the data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from chatops.terminal import APP_YAML, ConfigPath, err, out, run, tell

if TYPE_CHECKING:
    from chatops.copying import Copied
    from chatops.forgetting import Plan
    from storage.backup import Backup

upkeep = typer.Typer()


@upkeep.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, which is not there yet.")],
    config: ConfigPath = APP_YAML,
) -> None:
    """Copy the database into one file, whole and checked; also beside a running service."""
    from chatops import app, keeping

    made = run(keeping.back_up(app.read_config(config), file))
    tell(f"{file}: {_said(made)}")


@upkeep.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.")],
    config: ConfigPath = APP_YAML,
) -> None:
    """Put a backup in the database's place; nothing goes out of it until `release`."""
    from chatops import app, keeping

    done = run(keeping.restore(app.read_config(config), file))
    tell(f"restored {_said(done.backup)}")
    if done.aside is not None:
        tell(f"the database that was there is kept as {done.aside}")
    if done.tokens:
        tell(f"kept from it: the tokens of {done.tokens} accounts")
    doubted = done.doubted
    tell(
        f"in doubt: {doubted.posts} posts to rooms and {doubted.looked_up} replies to customers, "
        f"which will be looked up; {doubted.asked} replies of which their agents are asked"
    )
    again = done.forgotten
    tell(
        f"forgotten again: {again.persons} customers who were forgotten after the backup "
        f"({again.listed} are on the lists of the forgotten)"
    )
    tell(f"{doubted.shown_again} cards will be brought up to date")
    tell("nothing goes out yet: start serve, look at `pending`, then `release`")


@upkeep.command()
def copy(
    to: Annotated[str, typer.Option("--to", help="postgresql://user@host/database, empty.")],
    config: ConfigPath = APP_YAML,
) -> None:
    """Copy the whole database into an empty one, row by row, and check it; go on where it was cut."""
    from chatops import app, copying

    async def work() -> "Copied":
        read = app.read_config(config)
        with err.status("copying") as shown:
            return await copying.copy(
                read, to, lambda table, rows: shown.update(f"{table}: {rows:,} rows")
            )

    done = run(work())
    for name, rows in done.rows.items():
        tell(f"{name}: {rows:,} rows, alike on both sides")
    tell(f"a ticket was made there as proof (#{done.proof}), and taken back")
    tell("now write that address as `database` in app.yaml, and never serve the old one again")


@upkeep.command()
def pending(config: ConfigPath = APP_YAML) -> None:
    """Show what waits to go out: how much to where, and each reply by its ticket."""
    from chatops import app, keeping

    waits = run(keeping.pending(app.read_config(config)))
    if waits.held_since is None:
        tell("nothing is held back: what waits goes out by itself")
    else:
        tell(
            f"nothing goes out: a backup of {waits.held_since:%Y-%m-%d %H:%M} UTC was restored; "
            "python -m chatops release lets it go"
        )
    table = Table("what", "where", "state", "how many")
    for each in waits.counts:
        table.add_row(each.what, each.to, each.state, f"{each.count:,}")
    out.print(table)
    for reply in waits.replies:
        asked = ": its agent is asked" if reply.asked and reply.state.value == "in doubt" else ""
        tell(f"ticket #{reply.ticket}: a reply to the customer, {reply.state.value}{asked}")


@upkeep.command()
def release(config: ConfigPath = APP_YAML) -> None:
    """Let what a restore held back go out; a service that runs begins with it by itself."""
    from chatops import app, keeping

    was_held = run(keeping.release(app.read_config(config)))
    tell("what waits goes out now" if was_held else "nothing was held back")


@upkeep.command()
def forget(
    customer: Annotated[
        str, typer.Argument(help="x:@handle, x:12345 (the network's id), or a ticket's number.")
    ],
    config: ConfigPath = APP_YAML,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a customer's words, name and handle everywhere; there is no way back."""
    from chatops import app, forgetting

    def agreed(plan: "Plan") -> bool:
        for each in plan.persons:
            tell(f"{each.channel}: {each.name} (@{each.handle}, {each.external_id})")
        tell(
            f"erased will be {plan.messages} messages of {plan.tickets} tickets, notes and replies "
            "included, every raw body and every post that names them, and their name in all else; "
            "tickets of theirs that are open are closed, and what waits for them is not sent"
        )
        return yes or typer.confirm("There is no way back. Forget them?")

    read = app.read_config(config)
    if run(forgetting.end(read)):
        tell(
            "a forgetting that was cut off is ended: nothing of it is left in the database's files"
        )
    done = run(forgetting.forget(read, customer, agreed))
    if done is None:
        tell("nothing was changed")
        raise typer.Exit(1)
    plan, erased = done
    tell(
        f"forgotten: {erased.messages} messages, {erased.bodies} raw bodies, {erased.posts} posts; "
        f"what is shown of {erased.tickets} tickets is edited when serve runs"
    )
    if plan.typed_notes:
        tickets = ", ".join(f"#{id}" for id in plan.typed_notes)
        tell(f"what colleagues typed in threads is theirs: look through {tickets}")
    if plan.asked_about:
        tickets = ", ".join(f"#{id}" for id in plan.asked_about)
        tell(f"a chat may show lines twice of which it told us no number: look through {tickets}")
    for copy in plan.copies:
        tell(f"still holds everything, delete it when you can: {copy}")
    tell("backups hold everything too: one that is restored forgets them again")


def _said(backup: "Backup") -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in backup.rows.items())
    return f"backup of {backup.made_at:%Y-%m-%d %H:%M:%S} UTC, schema {backup.schema}: {rows}"
