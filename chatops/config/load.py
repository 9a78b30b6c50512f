"""app.yaml -> `Config`: read whole, checked whole, and every fault told at once.

A fault names file, line, path and what to write instead. Adapters give their Settings models as
arguments; this module imports none of them, and is the only reader of the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from chatops.config import document, link, settings, texts
from chatops.config.document import Faults
from chatops.config.fit import Fitter, below
from chatops.config.link import Runs
from chatops.config.names import Names
from chatops.config.notation import is_loopback
from chatops.config.settings import Models
from chatops.config.shape import File, Network, Service, Web
from chatops.policy import Account, Policy


@dataclass(frozen=True, slots=True)
class Config:
    """All that app.yaml says. Secrets show as stars when printed."""

    path: Path
    policy: Policy
    #: A chat's own settings, an instance of the model that its adapter gave.
    chats: Mapping[str, BaseModel]
    #: Each account with its channel's settings for it.
    accounts: Mapping[str, tuple[Account, BaseModel]]
    database: str
    #: Fernet keys with commas between them, the newest first.
    key: SecretStr
    #: Of what names none itself, such as reports.
    language: str
    zone: str
    web: Web
    network: Network = field(repr=False)  # a proxy's address may hold a password
    #: The CSV file of canned replies.
    canned_from: Path | None
    development: bool


def environ() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ  # noqa: TID251 - the one reader of the environment


def load(
    path: Path,
    environ: Mapping[str, str],
    chats: Models,
    channels: Models,
    runs: Runs,
    *,
    today: date,
    canned: texts.Source | None = None,
) -> Config:
    """Read and check `path`; public holidays are those of the years around `today`.

    `runs` says what is wrong with a digest's or a macro's commands; `canned` is read in the place of
    the CSV file that app.yaml names.

    Raises ConfigError with one line for every fault.
    """
    faults = Faults(str(path))
    file = document.read(path, environ, faults)
    if not isinstance(file, dict):
        faults.stop("write keys and values; app.yaml of the source tree is a working example")
    written = {key: value for key, value in file.items() if key in Service.model_fields}
    fitter = Fitter(Names(file, faults), faults, development=written.get("development") is True)
    fitter.check_keys(File.model_fields, file, below(()))
    service = fitter.fit(Service, written, below(()))
    talking = settings.chats(fitter, chats)
    accounts = settings.accounts(fitter, channels)
    # Where the head of the file does not fit, its defaults serve to check the rest.
    head = service or Service.model_construct()
    named = path.parent / head.canned_from if head.canned_from is not None else None
    policy = link.policy(
        fitter,
        head,
        {name: account for name, (account, _) in accounts.items()},
        file.get("digests", []),
        file.get("routing", []),
        file.get("sla", []),
        today,
        runs,
        canned or (None if named is None else texts.Source(named)),
    )
    if service is not None:
        _check_network(service, faults)
        _check_keep(service, policy, faults)
    faults.raise_any()
    assert service is not None  # noqa: S101 - one that does not fit has just been raised
    return Config(
        path=path,
        policy=policy,
        chats=talking,
        accounts=accounts,
        database=service.database,
        key=service.key,
        language=service.language,
        zone=service.zone,
        web=service.web,
        network=service.network,
        canned_from=named,
        development=service.development,
    )


def _check_keep(service: Service, policy: Policy, faults: Faults) -> None:
    raw, closed = service.keep.raw, service.keep.closed
    if closed is not None and (raw is None or raw > closed):
        said = (
            "bodies are kept longer than tickets, and replay would open those anew; "
            "write no more than closed has"
        )
        faults.add(("keep", "raw"), said)
    longest = max(policy.queues.values(), key=lambda queue: queue.reopen_window, default=None)
    if closed is not None and longest is not None and longest.reopen_window > closed:
        days = -(-longest.reopen_window // timedelta(days=1))
        said = (
            f"closed tickets would go while a customer's message still reopens them; write at least "
            f"{days}d, or a shorter reopen_window for queues.{longest.name}"
        )
        faults.add(("keep", "closed"), said)


def _check_network(service: Service, faults: Faults) -> None:
    web, ca = service.web, service.network.ca
    if (web.host, web.port) == (web.ops_host, web.ops_port):
        faults.add(("web", "ops_port"), "port has this number too; write another")
    if ca is not None and not Path(ca).is_file():
        faults.add(("network", "ca"), f'there is no file "{ca}"; write the path of a PEM file')
    if web.address is not None and not (
        web.address.startswith("https:")
        or (service.development and is_loopback(urlsplit(web.address).hostname or ""))
    ):
        faults.add(("web", "address"), "what is opened there is for one person; write https://...")
    if service.development:
        for key, host in (("host", web.host), ("ops_host", web.ops_host)):
            if not is_loopback(host):
                faults.add(("web", key), "development listens on loopback only; write 127.0.0.1")
        settings.keep_on_loopback(service.network, faults, below(("network",)))
