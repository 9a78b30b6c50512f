"""The social networks: one module or package a channel, found by walking this package.

A channel's module offers `TRAITS`, `Settings` (one account's part of app.yaml) and `open_channel`.
Nothing lists them: a new file here is a new channel. A name that begins with an underscore is a
part that channels share, and no channel.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

import httpx
from pydantic import BaseModel

from chatops.channel import Traits
from chatops.clock import Clock
from chatops.policy import Account
from chatops.ports import Channel, Vault


class OpenChannel(Protocol):
    """How an account on a network is opened; it makes no call yet.

    `http` carries the company's proxy and CA. `development` lets addresses on loopback pass.

    Raises:
        ConfigError: an address in the settings may not be used.
    """

    def __call__(
        self,
        account: Account,
        settings: BaseModel,
        http: httpx.AsyncClient,
        vault: Vault,
        clock: Clock,
        development: bool,
    ) -> Channel: ...


class ChannelModule(Protocol):
    """What a channel's module offers."""

    TRAITS: Traits
    Settings: type[BaseModel]
    open_channel: OpenChannel


def channels() -> Mapping[str, ChannelModule]:
    """Return every channel by its name in app.yaml, which is its module's name."""
    found: dict[str, ChannelModule] = {}
    for module in iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        # A module is no type that mypy could check; the contract suite holds each to the protocol.
        opened = cast("ChannelModule", import_module(f"{__name__}.{module.name}"))
        if opened.TRAITS.name != module.name:
            raise RuntimeError(f"{module.name} calls itself {opened.TRAITS.name}")
        found[module.name] = opened
    return found
