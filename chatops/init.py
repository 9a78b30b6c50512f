"""`python -m chatops init`: asks its way to a first app.yaml that holds, with its secrets in files.

Each answer is tried in the place where it will stand, by the code that reads app.yaml, before the
next question is asked. Nothing is written before the last answer, and nothing that is there
already is written over: neither app.yaml nor a secret.
"""

import os
import re
import secrets as randomness
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet

from adapters.sandbox import world
from chatops.app import read_config
from chatops.draft import NETWORKS, Draft, written
from chatops.errors import ConfigError
from chatops.text import Words, text

#: Asks for one answer: the question, what Enter alone means, and whether typing is not to be seen.
Ask = Callable[[str, str, bool], str]
Tell = Callable[[str], None]

#: What is asked on each network, in this order, after language and network; the names are the draft's.
_TEAM: Final = (
    *("room", "managers_room", "person", "name", "member"),
    *("queue", "week", "hours", "country", "first_response"),
)
_QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "sandbox": ("zone", "database", "port", "sandbox", *_TEAM),
    "x": ("zone", "database", "port", "mode", *_TEAM, "account", "handle", "client_id"),
    "webhook": ("zone", "database", "port", "mode", *_TEAM, "account", "handle", "reply_url"),
}
#: What nobody can propose: it is the team's own. In the sandbox it is known.
_OWN: Final = frozenset(
    {"room", "managers_room", "person", "name", "member", "account", "handle", "client_id"}
)
#: Typed for nothing, where Enter alone would take the proposal.
NOTHING: Final = "-"

_UTC: Final = ZoneInfo("UTC")
LOOPBACK: Final = "127.0.0.1"
#: What editors complete app.yaml by.
SCHEMA: Final = Path(__file__).parents[1] / "app.schema.json"

#: The port at the end of an address.
_PORT: Final = re.compile(r":(\d+)/?$")
#: A fault's file and line, which stand in a folder that is gone again.
_WHERE: Final = re.compile(r"^.*?app\.yaml:\d+: ")


@dataclass(frozen=True, slots=True)
class Drawer:
    """The files that hold the secrets, one each, beside app.yaml."""

    folder: Path

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def put(self, values: Mapping[str, str]) -> None:
        """Write the secrets that are not there yet, for our own user alone.

        Raises:
            OSError: the folder or a file cannot be made.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, value in values.items():
            if not self.has(name):
                _write_new(self.folder / name, f"{value}\n", 0o600)


def init(output: Path, ask: Ask, tell: Tell, *, sandbox: bool, patient: bool) -> None:
    """Write app.yaml at `output`, and its secrets in a folder beside it.

    With `sandbox`, nothing is asked: the file fits the stand-ins of `python -m adapters.sandbox`.
    A `patient` init asks again after an answer that app.yaml does not take; one that reads from a
    file or a pipe stops there, for the next line answers the next question.

    Raises:
        ConfigError: there is a file already, it cannot be written, or an answer was refused.
    """
    whole_path = output.absolute()
    if os.path.lexists(whole_path):
        raise ConfigError(f"{output} is there already: write --output and another name")
    if not whole_path.parent.is_dir():
        raise ConfigError(f"there is no folder {whole_path.parent}: make it first")
    drawer = Drawer(whole_path.parent / "secrets")
    asking = _Asking(ask, tell, Draft(database=str(whole_path.parent / "var" / "chatops.db")))
    draft = asking.sandbox() if sandbox else asking.all(patient)
    made = _made(draft)
    kept = [name for name in draft.secrets() if drawer.has(name)]
    asked = [name for name in draft.secrets() if name not in {*made, *kept}]
    given = {name: asking.secret(name) for name in asked}
    schema = os.path.relpath(SCHEMA, whole_path.parent)
    try:
        drawer.put({name: value for name, value in {**made, **given}.items() if value})
        _write_new(whole_path, written(draft, drawer.folder, schema, asking.say), 0o644)
    except OSError as error:
        raise ConfigError(f"{whole_path}: cannot be written: {error.strerror}") from error
    tell(asking.say("init-written", file=str(output), folder=str(drawer.folder)))
    if kept:
        tell(asking.say("init-kept", names=", ".join(kept)))
    asking.tell_what_is_next(output)


class _Asking:
    """The draft as answered so far, in the words of its language."""

    def __init__(self, ask: Ask, tell: Tell, draft: Draft) -> None:
        self.draft = draft
        self._ask = ask
        self._tell = tell
        self._words = Words()

    def say(self, id: str, /, **values: str) -> str:
        return self._words.say(text(id, **values), self.draft.language, _UTC)

    def sandbox(self) -> Draft:
        """Ask nothing, and return what fits the stand-ins."""
        self.draft = _proposed(replace(self.draft, network="sandbox"))
        return self.draft

    def all(self, patient: bool) -> Draft:
        """Ask everything but the secrets, and return what was answered."""
        for name in ("language", "network"):
            self._one(name, patient)
        self.draft = _proposed(self.draft)
        for name in _QUESTIONS[self.draft.network]:
            self._one(name, patient)
        return self.draft

    def secret(self, name: str) -> str:
        """Return a secret; empty is left for later."""
        return self._ask(self._question(name), "", True).strip()

    def _one(self, name: str, patient: bool) -> None:
        """Ask until the answer holds, and keep it."""
        is_own = name in _OWN and self.draft.network != "sandbox"
        proposal = "" if is_own else str(getattr(self.draft, name))
        while True:
            answer = self._ask(self._question(name), proposal, False).strip()
            given: dict[str, str] = {name: "" if answer == NOTHING else answer}
            tried = replace(self.draft, **given)
            if not (refused := self._refused(tried)):
                self.draft = tried
                return
            if not patient:
                raise ConfigError(f"{self._question(name)}: {refused}")
            self._tell(refused)

    def _question(self, name: str) -> str:
        return self.say(f"init-ask-{name.replace('_', '-')}")

    def _refused(self, tried: Draft) -> str:
        """Return what the reader of app.yaml says about the draft with a new answer, if anything."""
        if tried.network not in NETWORKS:
            return self.say("init-networks", networks=", ".join(NETWORKS))
        with TemporaryDirectory() as folder:
            stub = Drawer(Path(folder) / "secrets")
            stub.put({**dict.fromkeys(tried.secrets(), "none"), **_made(tried)})
            path = Path(folder) / "app.yaml"
            try:
                path.write_text(written(tried, stub.folder, "", self.say), "utf-8")
                read_config(path)
            except UnicodeEncodeError:  # what was typed was no text in the terminal's encoding
                return self.say("init-no-text")
            except ConfigError as error:
                return _WHERE.sub("", str(error).splitlines()[0])
        return ""

    def tell_what_is_next(self, output: Path) -> None:
        """Check the file as it stands, say what it still lacks, and name the next commands."""
        try:
            read_config(output)
        except ConfigError as error:
            self._tell(self.say("init-left"))
            self._tell(str(error))
        else:
            self._tell(self.say("init-holds"))
        if self.draft.network == "sandbox":
            self._tell(self.say("init-stand-ins"))
            port = _PORT.search(self.draft.sandbox)
            self._tell(
                f"  python -m adapters.sandbox --port {port[1] if port else 80}"
                f" --serve-dev http://{LOOPBACK}:{self.draft.ops_port}"
            )
        self._tell(self.say("init-next"))
        second = "doctor" if self.draft.network == "webhook" else "connect x"
        for command in ("migrate", second, "serve"):
            self._tell(f"  python -m chatops {command} --config {output}")


def _proposed(draft: Draft) -> Draft:
    """Return a draft whose proposals fit the language and the network that it names."""
    if draft.language == "ja":
        draft = replace(draft, zone="Asia/Tokyo", country="JP")
    if draft.network != "sandbox":
        return draft
    person, room, managers_room = (
        (world.AOI, world.CARE_JAPAN, world.CARE_MANAGERS_JAPAN)
        if draft.language == "ja"
        else (world.BEN, world.CARE_GLOBAL, world.CARE_MANAGERS)
    )
    return replace(
        draft,
        room=room.id,
        managers_room=managers_room.id,
        person=person.name,
        name=person.real_name,
        member=person.id,
        # never closed: a clock can be seen to run whenever somebody tries it
        week="sun-sat",
        hours="0:00-24:00",
        country="",
        handle=world.X_BRAND.handle,
        client_id=world.X_APP.client_id,
    )


def _made(draft: Draft) -> dict[str, str]:
    """Return the secrets that nobody has to be asked for: new ones, and those of the stand-ins."""
    made = {
        "chatops_key": Fernet.generate_key().decode(),
        "webhook_secret": randomness.token_hex(),
    }
    if draft.network == "sandbox":
        made |= {
            "slack_bot_token": world.CARE_APP.bot_token,
            "slack_app_token": world.CARE_APP.app_token,
            "x_client_secret": str(world.X_APP.client_secret),
            "x_consumer_key": world.X_APP.consumer_key,
            "x_consumer_secret": world.X_APP.consumer_secret,
        }
    return {name: made[name] for name in draft.secrets() if name in made}


def _write_new(path: Path, whole: str, mode: int) -> None:
    """Write a file that is not there yet: whole, or not at all.

    Raises:
        FileExistsError: it is there.
    """
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.") as new:
        new.write(whole)
        new.flush()
        os.fsync(new.fileno())
        os.fchmod(new.fileno(), mode)
        os.link(new.name, path)  # a link, unlike a renaming, is refused where something is
