"""Links by which somebody opens a file that is made only then: for chats where a bot hands over none.

A link holds no figures: who asked, where, and for what. It is one Fernet text (AES-128-CBC and
HMAC-SHA256, github.com/fernet/spec) under keys drawn from CHATOPS_KEY by HKDF (RFC 5869), so that what
the vault has sealed is no link and a link opens nothing of the vault. Every process that has the key
can open it, and nothing is kept of it. It opens more than once: programs that look at links before
people do would else use it up. `Openings` sees to it that nobody has files made without end.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: For so long a link opens, in transport time.
VALID: Final = timedelta(minutes=10)

#: Where links lead, below the service's public address.
PATH: Final = "/files/"

#: So many files are made for one person while a link is valid: whoever asks for more is a program.
MOST: Final = 20

_USE: Final = b"chatops: links to files"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a file, where, and for what."""

    chat: str
    identity: str  #: the person's id in that chat
    room: str | None  #: our name of the room: its zone says which days are meant
    language: str
    command: str
    fields: Mapping[str, str]


class FileLinks:
    def __init__(self, keys: str, address: str | None) -> None:
        """`keys` are Fernet keys with commas between them; `address` is None where nobody can call."""
        self._seal = MultiFernet([_drawn(key.strip()) for key in keys.split(",")])
        self._address = address

    def link(self, asked: Asked, now: datetime) -> str | None:
        """Return the link, by transport time; None where the service has no public address."""
        if self._address is None:
            return None
        token = self._seal.encrypt_at_time(orjson.dumps(asdict(asked)), int(now.timestamp()))
        return f"{self._address}{PATH}{token.decode()}"

    def asked(self, token: str, now: datetime) -> Asked | None:
        """Return what a link's last part asks for; None if it is not ours or is over."""
        ttl, at = int(VALID.total_seconds()), int(now.timestamp())
        try:
            held = self._seal.decrypt_at_time(token.encode("ascii", "replace"), ttl, at)
            return Asked(**orjson.loads(held))
        except (InvalidToken, TypeError):  # the fields of another version, which has just gone
            return None


class Openings:
    """Who had how many files made of late, in this process.

    It goes by the person: a link can be written in many ways, and somebody may have many of them.
    Nothing is kept of whom nothing was made for while a link is valid.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], list[datetime]] = {}

    def take(self, asked: Asked, now: datetime) -> bool:
        """Count one that is to be made; False where the person has had MOST by transport time."""
        lately = {
            person: [at for at in times if now - at < VALID] for person, times in self._made.items()
        }
        self._made = {person: times for person, times in lately.items() if times}
        times = self._made.setdefault((asked.chat, asked.identity), [])
        if len(times) >= MOST:
            return False
        times.append(now)
        return True


def _drawn(key: str) -> Fernet:
    drawn = HKDF(SHA256(), length=32, salt=None, info=_USE).derive(urlsafe_b64decode(key))
    return Fernet(urlsafe_b64encode(drawn))
