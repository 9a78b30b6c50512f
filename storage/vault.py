"""Accounts' tokens, encrypted at rest, their place in their streams, and their leases.

Tokens are one Fernet text (AES-128-CBC and HMAC-SHA256) under CHATOPS_KEY. The key may be several,
separated by commas: the first encrypts and all decrypt, so that a key can be changed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from chatops.clock import Clock
from chatops.errors import ConfigError
from chatops.follow import AT_ACCOUNT
from chatops.ports import AccountState
from storage.accounts import CUT_OFF, FORGET_TOLD, SAVE_CURSOR, note_connected, note_met
from storage.instant import instant, micros
from storage.runs import Runs
from storage.statement import Db, Statement, param
from storage.tables import ACCOUNT_CURSOR, ACCOUNT_STATE, LEASE
from storage.troubles import REST


class StoredVault:
    """Implements chatops.ports.Vault; every call that writes is one short transaction."""

    def __init__(self, work: Runs, reader: Runs, key: MultiFernet | None, clock: Clock) -> None:
        """Without a key the vault holds cursors and leases, but no tokens."""
        self._work = work
        self._reader = reader
        self._fernet = key
        self._clock = clock

    async def state(self, account: str) -> AccountState:
        """Return what is known of the account.

        Raises:
            ConfigError: its tokens were saved under a key that is not among CHATOPS_KEY.
        """

        def read(db: Db) -> tuple[bytes | None, datetime | None, bool, dict[str, str]]:
            cursors: dict[str, str] = dict(db.all(_CURSORS, account=account))
            if (row := db.one(_STATE, account=account)) is None:
                return None, None, False, cursors
            tokens, heard_at, revoked = row
            return tokens, instant(heard_at), bool(revoked), cursors

        tokens, heard_at, revoked, cursors = await self._reader.run(read)
        return AccountState(self._decrypted(account, tokens), cursors, heard_at, revoked)

    async def save_tokens(self, account: str, tokens: Mapping[str, str]) -> None:
        """Save the tokens; see the port.

        Raises:
            ConfigError: CHATOPS_KEY is not set.
        """
        if self._fernet is None:
            raise ConfigError(_NO_KEY)
        sealed = self._fernet.encrypt(orjson.dumps(dict(tokens)))

        def save(db: Db) -> None:
            before = db.one(_STATE, account=account)
            if before is None or before[0] is None:  # else they are only renewed
                note_connected(db, account, self._clock.transport())
            db.run(_SAVE_TOKENS, account=account, tokens=sealed)
            db.run(FORGET_TOLD, account=account)
            db.run(REST, place=f"{AT_ACCOUNT}{account}", until=micros(self._clock.transport()))

        await self._work.run(save)

    async def meet(self, account: str) -> None:
        def note(db: Db) -> None:
            if db.one(_STATE, account=account) is None:
                note_met(db, account, self._clock.transport())

        await self._work.run(note)

    async def save_cursor(self, account: str, name: str, value: str) -> None:
        await self._work.run(
            lambda db: db.run(SAVE_CURSOR, account=account, name=name, value=value)
        )

    async def heard(self, account: str, now: datetime) -> None:
        await self._work.run(lambda db: db.run(_HEARD, account=account, heard_at=micros(now)))

    async def revoked(self, account: str) -> None:
        await self._work.run(lambda db: db.run(CUT_OFF, account=account))

    async def lease(self, account: str, name: str, owner: str, seconds: float) -> bool:
        def take(db: Db) -> bool:
            # read in here: a transaction that waited must not lease the past
            now = self._clock.transport()
            until = now + timedelta(seconds=seconds)
            taken = db.run(
                _LEASE,
                account=account,
                name=name,
                owner=owner,
                until=micros(until),
                now=micros(now),
                absurd=micros(now + LONGEST),
            )
            return taken == 1

        return await self._work.run(take)

    async def release(self, account: str, name: str, owner: str) -> None:
        await self._work.run(lambda db: db.run(_RELEASE, account=account, name=name, owner=owner))

    def _decrypted(self, account: str, tokens: bytes | None) -> Mapping[str, str]:
        if tokens is None:
            return {}
        if self._fernet is None:
            raise ConfigError(_NO_KEY)
        try:
            return dict(orjson.loads(self._fernet.decrypt(tokens)))
        except InvalidToken as error:
            raise ConfigError(
                f"CHATOPS_KEY: the tokens of {account} were saved under another key: add that key "
                "after the new one, with a comma, or connect the account again"
            ) from error


def fernet(key: str) -> MultiFernet:
    """Return what encrypts under CHATOPS_KEY.

    Raises:
        ConfigError: it is no Fernet key, or not several with commas between.
    """
    try:
        return MultiFernet([Fernet(part.strip()) for part in key.split(",")])
    except ValueError as error:
        raise ConfigError(
            "CHATOPS_KEY: must be 32 random bytes in URL-safe base64, as "
            '`python -c "from cryptography.fernet import Fernet; '
            'print(Fernet.generate_key().decode())"` prints'
        ) from error


#: No lease is given for longer.
LONGEST: Final = timedelta(minutes=10)

_NO_KEY: Final = "CHATOPS_KEY: set it: accounts' tokens are kept only encrypted"

_s = ACCOUNT_STATE.c
_STATE: Final = Statement(
    select(_s.tokens, _s.heard_at, _s.revoked).where(_s.account == param("account"))
)
_CURSORS: Final = Statement(
    select(ACCOUNT_CURSOR.c.name, ACCOUNT_CURSOR.c.value).where(
        ACCOUNT_CURSOR.c.account == param("account")
    )
)
_SAVE_TOKENS: Final = Statement(
    insert(ACCOUNT_STATE)
    .values(account=param("account"), tokens=param("tokens"), revoked=False)
    .on_conflict_do_update(
        index_elements=["account"], set_={"tokens": param("tokens"), "revoked": False}
    )
)
_HEARD: Final = Statement(
    insert(ACCOUNT_STATE)
    .values(account=param("account"), heard_at=param("heard_at"), revoked=False)
    .on_conflict_do_update(index_elements=["account"], set_={"heard_at": param("heard_at")})
)
_LEASE: Final = Statement(
    insert(LEASE)
    .values(
        account=param("account"), name=param("name"), owner=param("owner"), until=param("until")
    )
    .on_conflict_do_update(
        index_elements=["account", "name"],
        set_={"owner": param("owner"), "until": param("until")},
        where=or_(
            LEASE.c.owner == param("owner"),
            LEASE.c.until <= param("now"),
            # none ends so late but by a clock that has been set back since
            LEASE.c.until > param("absurd"),
        ),
    )
)
_RELEASE: Final = Statement(
    delete(LEASE).where(
        LEASE.c.account == param("account"),
        LEASE.c.name == param("name"),
        LEASE.c.owner == param("owner"),
    )
)
