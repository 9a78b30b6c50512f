"""What a channel brings to the contract suite: its settings, its signed bodies, its far side."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from pydantic import BaseModel

from chatops.channel import Inbound, Outgoing
from chatops.policy import Account
from chatops.ports import Channel

FIXTURES = Path(__file__).parents[2] / "fixtures"


def body_of(channel: str, name: str) -> bytes:
    return (FIXTURES / channel / f"{name}.json").read_bytes()


def edited(body: bytes, change: Callable[[dict], object]) -> bytes:
    """Return a body with something changed in it."""
    whole = json.loads(body)
    change(whole)
    return json.dumps(whole).encode()


@dataclass
class Far:
    """A network's stand-in, with our account on it open."""

    channel: Channel
    http: httpx.AsyncClient
    fault: Callable[[str], None]  #: the next write goes wrong like this
    public: Outgoing
    private: Outgoing
    written: Callable[[], Sequence[str]]  #: what customers see of us, oldest first


@dataclass
class Case:
    account: Account
    settings: BaseModel
    sign: Callable[[bytes, datetime], Mapping[str, str]]
    expected: Mapping[str, Sequence[Inbound]]  #: by fixture
    batch: str
    ignored: Sequence[str]  #: fixtures of event kinds that are not for us
    wrong: Sequence[bytes]  #: JSON whose shape is not the network's
    now: datetime
    far: Callable[[], AbstractAsyncContextManager[Far]]
    signs_time: bool = False
    longest: Mapping[bool, str] = field(default_factory=dict)  #: by private: just at the limit
    one_more: str = "!"
