"""The blocks of app.yaml that belong to adapters: each chat, and each account of each channel.

An adapter gives one Settings model; what it checks is its own affair. Added here: which chats and
channels there are, the keys that the core reads of an account, and that a service in development
reaches nothing but stand-ins, since its clock may be turned.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from pydantic import BaseModel

from chatops.config.document import Faults, Place, Value
from chatops.config.fit import Fitter, Where, below
from chatops.config.names import no_such
from chatops.config.notation import is_loopback
from chatops.config.shape import AccountBlock
from chatops.policy import Account

#: Settings models by the name of a chat, or by that of a channel (for one account of it).
Models = Mapping[str, type[BaseModel]]


@runtime_checkable
class _Windowed(Protocol):
    """Settings by which app.yaml says for how long the account's network takes a reply."""

    @property
    def reply_window(self) -> timedelta | None: ...


@runtime_checkable
class _Named(Protocol):
    """Settings by which app.yaml may say what people call the account, of a channel that is no network."""

    @property
    def name(self) -> str | None: ...


#: An account's name stands in the address of its webhook: /in/{channel}/{account}.
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def chats(fitter: Fitter, models: Models) -> dict[str, BaseModel]:
    """Return the settings of each chat."""
    made: dict[str, BaseModel] = {}
    for name, block in fitter.names.blocks("chats").items():
        place = ("chats", name)
        if name not in models:
            fitter.faults.add(place, no_such("chats", name, models))
        elif (settings := _settings(fitter, models[name], block, below(place))) is not None:
            made[name] = settings
    return made


def accounts(fitter: Fitter, models: Models) -> dict[str, tuple[Account, BaseModel]]:
    """Return each account with its settings; names are one set over all channels."""
    made: dict[str, tuple[Account, BaseModel]] = {}
    for channel, block in fitter.names.blocks("channels").items():
        place = ("channels", channel)
        named = block.get("accounts") if isinstance(block, dict) else None
        if channel not in models:
            fitter.faults.add(place, no_such("channels", channel, models))
        elif not isinstance(block, dict) or not isinstance(named, dict) or not named:
            fitter.faults.add(place, "write accounts: here, and each account by name below it")
        else:
            shared = {key: value for key, value in block.items() if key != "accounts"}
            for name, own in named.items():
                _check_name(name, (*place, "accounts", name), made, fitter.faults)
                account = _account(fitter, channel, name, shared, own, models[channel])
                if account is not None:
                    made[name] = account
    return made


def keep_on_loopback(settings: BaseModel, faults: Faults, where: Where) -> None:
    """Note a fault for each address that leads elsewhere, the vendor's own by default included."""
    for name, value in settings:
        if isinstance(value, str) and re.match(r"(https?|wss?)://", value):
            if is_loopback(urlsplit(value).hostname or ""):
                continue
            key = type(settings).model_fields[name].alias or name
            said = "development reaches loopback only; write the address of a stand-in here"
            faults.add(where((key,)), said)


def _account(
    fitter: Fitter,
    channel: str,
    name: str,
    shared: Mapping[str, Value],
    own: Value,
    model: type[BaseModel],
) -> tuple[Account, BaseModel] | None:
    """Make one account of its own keys and, where it lacks them, those that all share."""
    mine = {} if own is None else own  # empty: what is shared may be enough
    if not isinstance(mine, dict):
        fitter.faults.add(("channels", channel, "accounts", name), "write keys and values here")
        return None

    def where(steps: Place) -> Place:
        """Blame the line that was written."""
        if steps and steps[0] in shared and steps[0] not in mine:
            return ("channels", channel, *steps)
        return ("channels", channel, "accounts", name, *steps)

    values, core = {**shared, **mine}, AccountBlock.model_fields
    # First, so that a slip in a core key is not compared with the channel's keys alone.
    fitter.check_keys({**core, **model.model_fields}, values, where)
    ours = {key: value for key, value in values.items() if key in core}
    theirs = {key: value for key, value in values.items() if key not in core}
    block = fitter.fit(AccountBlock, ours, where)
    settings = _settings(fitter, model, theirs, where)
    if block is None or settings is None:
        return None
    window = settings.reply_window if isinstance(settings, _Windowed) else None
    title = (settings.name or name) if isinstance(settings, _Named) else None
    account = Account(name, channel, block.queue, block.language, block.handle, window, title)
    return account, settings


def _settings(
    fitter: Fitter, model: type[BaseModel], value: Value, where: Where
) -> BaseModel | None:
    settings = fitter.fit(model, value, where)
    if settings is not None and fitter.development:
        keep_on_loopback(settings, fitter.faults, where)
    return settings


def _check_name(name: str, place: Place, taken: Mapping[str, object], faults: Faults) -> None:
    if not _ACCOUNT.fullmatch(name):
        faults.add(place, "an account's name is up to 40 plain letters, digits, - and _")
    if name in taken:
        faults.add(place, "another channel has an account of this name; rename one of them")
