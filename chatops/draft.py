"""The first app.yaml, as `init` writes it: the answers so far, and the file that they make. Pure.

A draft is whole from the beginning: what was not asked yet has a value that app.yaml takes. So each
answer can be tried at once by whoever reads app.yaml, in the place where it will stand.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: The networks that `init` knows: stand-ins for all on this machine, X itself, a source of one's own.
NETWORKS: Final = ("sandbox", "x", "webhook")

#: Plain words need no quotes in YAML; a word that is a number, a null or a truth value is not plain.
_PLAIN: Final = re.compile(r"(?!(?i:true|false|null|yes|no|on|off)\b)[A-Za-z][\w./-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """What was answered, word for word, under the names of the questions."""

    language: str = "en"
    zone: str = "UTC"
    network: str = "x"
    database: str = "/srv/chatops.db"
    port: str = "8300"
    #: Where the stand-ins are; of the network sandbox alone.
    sandbox: str = "http://127.0.0.1:8080"
    mode: str = "socket"
    room: str = "C0123456789"
    managers_room: str = "C9876543210"
    person: str = "ben"
    name: str = "Ben"
    member: str = "U0123456789"
    queue: str = "care"
    week: str = "mon-fri"
    hours: str = "9:00-18:00"
    #: Whose public holidays are closed; empty is nobody's.
    country: str = ""
    first_response: str = "60m"
    account: str = "shop"
    handle: str = "shop"
    client_id: str = "none"
    #: Where a source takes replies; empty is nowhere.
    reply_url: str = ""

    @property
    def ops_port(self) -> str:
        """The operators' port: the one after the webhooks'."""
        port = self.port
        return str(int(port) + 1) if port.isascii() and port.isdecimal() else "8301"

    def secrets(self) -> tuple[str, ...]:
        """Return the names of the secrets that the file refers to, in its order."""
        slack = "slack_app_token" if self.mode == "socket" else "slack_signing_secret"
        theirs: Mapping[str, tuple[str, ...]] = {
            "sandbox": _X_SECRETS,
            "x": _X_SECRETS,
            "webhook": ("webhook_secret",),
        }
        return ("chatops_key", "slack_bot_token", slack, *theirs.get(self.network, ()))


_SQLITE: Final = "sqlite:///"
_X_SECRETS: Final = ("x_client_secret", "x_consumer_key", "x_consumer_secret")


def written(draft: Draft, secrets: Path, schema: str, say: Callable[[str], str]) -> str:
    """Return the file, which names the `schema` for editors; `say` gives its comments.

    Secrets are in files of `secrets`, a whole path.
    """
    lines = "\n\n".join("\n".join(block) for block in _blocks(draft, secrets, say))
    return f"# yaml-language-server: $schema={schema}\n\n{lines}\n"


def _blocks(draft: Draft, secrets: Path, say: Callable[[str], str]) -> Iterator[list[str]]:
    q = _quoted

    def about(part: str) -> str:
        return f"# {say(f'init-about-{part}')}"

    def secret(key: str, name: str) -> str:
        return f"{key}: {q(f'${{file:{secrets / name}}}')}"

    yield [
        about("file"),
        f"language: {q(draft.language)}",
        f"zone: {q(draft.zone)}",
        f"database: {q(f'{_SQLITE}{draft.database.removeprefix(_SQLITE)}')}",
    ]
    yield [about("key"), secret("key", "chatops_key")]
    if draft.network == "sandbox":
        yield [about("development"), "development: true"]
    yield [
        about("web"),
        "web:",
        f"  port: {_number(draft.port)}",
        f"  ops_port: {draft.ops_port}",
    ]
    yield [about("chats"), "chats:", "  slack:", *_indented(4, _slack(draft, secret))]
    yield [
        about("rooms"),
        "rooms:",
        f"  care: {{chat: slack, id: {q(draft.room)}}}",
        f"  care-managers: {{chat: slack, id: {q(draft.managers_room)}}}",
    ]
    yield [
        about("calendars"),
        "calendars:",
        "  office:",
        f"    zone: {q(draft.zone)}",
        "    week:",
        f"      {q(draft.week)}: [{q(draft.hours)}]",
        *([f"    holidays: {{country: {q(draft.country)}}}"] if draft.country else []),
    ]
    yield [
        about("queues"),
        "queues:",
        f"  {q(draft.queue)}:",
        "    rooms: [care]",
        "    managers_room: care-managers",
        "    calendar: office",
        f"    first_response: {q(draft.first_response)}",
    ]
    yield [
        about("people"),
        "people:",
        f"  {q(draft.person)}:",
        f"    name: {q(draft.name)}",
        f"    language: {q(draft.language)}",
        f"    ids: {{slack: {q(draft.member)}}}",
        '    roles: {"*": admin}',
    ]
    yield [about("channels"), "channels:", *_indented(2, _channel(draft, secret))]


def _slack(draft: Draft, secret: Callable[[str, str], str]) -> Iterator[str]:
    yield f"mode: {_quoted(draft.mode)}"
    yield secret("bot_token", "slack_bot_token")
    if draft.mode == "socket":
        yield secret("app_token", "slack_app_token")
    else:
        yield secret("signing_secret", "slack_signing_secret")
    if draft.network == "sandbox":
        yield f"api_url: {_quoted(f'{_bare(draft.sandbox)}/slack/api')}"


def _channel(draft: Draft, secret: Callable[[str, str], str]) -> Iterator[str]:
    """Yield the one account, on its network."""
    if draft.network == "webhook":
        yield "webhook:"
        yield from _indented(2, _account(draft))
        yield from _indented(6, [secret("secret", "webhook_secret")])
        if draft.reply_url:
            yield f"      reply_url: {_quoted(draft.reply_url)}"
        return
    yield "x:"
    yield f"  client_id: {_quoted(draft.client_id)}"
    yield from _indented(2, (secret(name.removeprefix("x_"), name) for name in _X_SECRETS))
    if draft.network == "sandbox":
        x = f"{_bare(draft.sandbox)}/x"
        yield "  redirect_uri: http://127.0.0.1/connected"
        yield f"  api: {_quoted(x)}"
        yield f"  authorize: {_quoted(f'{x}/i/oauth2/authorize')}"
        yield f"  site: {_quoted(x)}"
    yield from _indented(2, _account(draft))


def _account(draft: Draft) -> list[str]:
    return [
        "accounts:",
        f"  {_quoted(draft.account)}:",
        f"    queue: {_quoted(draft.queue)}",
        f"    language: {_quoted(draft.language)}",
        f"    handle: {_quoted(draft.handle)}",
    ]


def _indented(by: int, lines: Iterator[str] | list[str]) -> Iterator[str]:
    return (" " * by + line for line in lines)


def _bare(address: str) -> str:
    return address.rstrip("/")


def _quoted(answer: str) -> str:
    """Write an answer so that YAML reads it as the same text."""
    return answer if _PLAIN.fullmatch(answer) else json.dumps(answer, ensure_ascii=False)


def _number(answer: str) -> str:
    """Write an answer as a number if it is one; whoever reads app.yaml says if not."""
    return answer if answer.isascii() and answer.isdecimal() else _quoted(answer)
