"""Every error of the product. A refusal is no error: it is the value `ticket.Refusal`.

Exception
├── CareError            shown to the agent or the caller in their language
│   ├── Unauthentic      a signature or token that does not hold: 401, nothing stored
│   ├── Unreadable       a body that cannot be parsed: stored, counted, replayable
│   ├── Unsupported      what cannot be said to this network at all
│   ├── Rejected         the far side answered no, and will answer no again
│   │   ├── Gone         the message or thread addressed is not there any more
│   │   │   └── MarkerSpent  the message that a post's marker made was deleted since
│   │   └── Barred       the whole destination is closed to us until somebody mends it
│   ├── TryLater         the far side asks for patience; carries the seconds to wait
│   ├── Unreached        the call certainly had no effect: no connection, a 5xx before acceptance
│   └── InDoubt          the call may have had an effect: a time-out or a cut connection
├── ConfigError          app.yaml cannot be used: stops the start, names file, line, path and remedy
├── Overtaken            our lease is over, or nearly: the call was not made
├── Crossed              another process did the same, or to the same, meanwhile: look again
└── StorageError         the database refused or is full: nothing of the transaction was kept
    └── Uncertain        its connection broke in the commit: all of it was kept, or nothing

ConfigError and StorageError are not CareErrors, so that no border swallows them.
"""

from typing import Final

from chatops.text import Text

#: Seconds for which a far side's limit is believed at most: X's longest windows are of a day, and a
#: number that is none (milliseconds, a date) would keep us away for years.
LONGEST_LIMIT: Final = 86_400.0

#: The code by which a network says that these very words of ours stand there already.
DUPLICATE: Final = "duplicate"


class CareError(Exception):
    """Something an agent or an administrator can be told in a sentence."""

    def __init__(self, detail: str, said: Text | None = None) -> None:
        """`detail` goes to the log (ids only), `said` to the person; None gives a general line."""
        super().__init__(detail)
        self.said = said


class Unauthentic(CareError):
    """A signature, token or address that does not hold."""


class Unreadable(CareError):
    """An authentic body that this version cannot read."""


class Unsupported(CareError):
    """The network has no way to do this."""


class Rejected(CareError):
    """The far side refused; `code` is its own error word, for the log and for `doctor`."""

    def __init__(self, code: str, detail: str = "", said: Text | None = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else code, said)
        self.code = code


class Gone(Rejected):
    """The message or thread that was addressed does not exist any more (a deleted card)."""


class MarkerSpent(Gone):
    """This post was there already and was deleted since: it takes another marker to post it again."""


class Barred(Rejected):
    """The destination is closed to us: a room archived, the bot removed, a token revoked.

    `whole`: not one room alone, but the whole chat. `said` is what somebody must do.
    """

    def __init__(
        self, code: str, detail: str = "", said: Text | None = None, *, whole: bool = False
    ) -> None:
        super().__init__(code, detail, said)
        self.whole = whole


class TryLater(CareError):
    """A rate limit or maintenance: wait `seconds` and do the same again; nothing has happened."""

    def __init__(self, seconds: float, detail: str = "") -> None:
        super().__init__(detail or f"retry after {seconds:g} s")
        # in this order also of what is no number at all
        self.seconds = min(LONGEST_LIMIT, seconds)


class Unreached(CareError):
    """The call had no effect and may be repeated."""


class InDoubt(CareError):
    """Nobody here knows whether the call took effect: look it up before repeating it."""


class ConfigError(Exception):
    """app.yaml cannot be used. The message names file, line and path, and what to write instead."""


class Overtaken(Exception):
    """No call was made: what was to be sent may be another process's by now, or soon."""


class Crossed(Exception):
    """Another process committed what this transaction looked for in vain: the same act, or message."""


class StorageError(Exception):
    """The database could not keep a transaction (locked, full, gone); none of it was kept."""


class Uncertain(StorageError):
    """The connection broke while a transaction was committed: all of it was kept, or nothing."""
