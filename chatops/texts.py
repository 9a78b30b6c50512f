"""`python -m chatops texts`: canned replies out of the service as CSV, and into it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chatops.errors import ConfigError
from chatops.terminal import APP_YAML, ConfigPath, err, tell, told

texts = typer.Typer(help="Canned replies as a CSV file.", no_args_is_help=True)


class Encoding(StrEnum):
    UTF_8 = "utf-8"
    CP932 = "cp932"  #: as Excel saves "CSV" in Japan


@texts.command("export")
def export(
    config: ConfigPath = APP_YAML,
    output: Annotated[Path | None, typer.Option(help="The file to write.", dir_okay=False)] = None,
) -> None:
    """Write the canned replies as CSV: those of the file that app.yaml names, else app.yaml's own."""
    from chatops import app
    from chatops.config import texts as csv

    with told():
        read = app.read_config(config)
        if read.canned_from is not None:
            rows = csv.read(csv.Source(read.canned_from), lambda _queue: None)
        else:
            rows = [
                csv.Row(queue.name, each)
                for queue in read.policy.queues.values()
                for each in queue.canned
            ]
        held = csv.written(rows)
        if output is None:
            typer.echo(held, nl=False)
            return
        _put(output, held)
        tell(f"{output}: {len(rows):,} texts")


@texts.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The CSV file.")],
    config: ConfigPath = APP_YAML,
    encoding: Annotated[Encoding, typer.Option(help="Of the file.")] = Encoding.UTF_8,
) -> None:
    """Check a CSV file whole, and put it in the place of the one that app.yaml names."""
    from chatops import app
    from chatops.config import texts as csv

    def count(rows: int) -> None:
        err.print(f"{rows:,} rows read", highlight=False)

    with told():
        read = app.read_config(config, canned=csv.Source(file, encoding, count))
        if read.canned_from is None:
            raise ConfigError(f"{config} names no file; write canned_from: texts/canned.csv there")
        # it was found good a moment ago, beside what app.yaml holds itself
        rows = csv.read(csv.Source(file, encoding), lambda _queue: None)
        _put(read.canned_from, csv.written(rows))
        tell(f"{read.canned_from}: {len(rows):,} texts; a running service takes them by SIGHUP")


def _put(path: Path, held: bytes) -> None:
    from chatops.config import texts as csv

    try:
        csv.put(path, held)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
