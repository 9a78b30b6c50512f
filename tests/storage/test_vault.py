"""Tokens at rest, cursors, leases."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from stored import KEY, NOW, Turned, of_sqlite, s

from chatops.errors import ConfigError
from chatops.ports import AccountState
from storage import Storage, open_storage

pytestmark = pytest.mark.anyio

NOTHING = AccountState(tokens={}, cursors={}, heard_at=None)


async def test_an_account_of_which_nothing_is_known(storage: Storage) -> None:
    assert await storage.vault.state("acme_x") == NOTHING


@of_sqlite
async def test_tokens_are_kept_encrypted(storage: Storage, path: Path) -> None:
    tokens = {"access": "tell nobody", "refresh": "me neither"}
    await storage.vault.save_tokens("acme_x", {"access": "old"})
    await storage.vault.save_tokens("acme_x", tokens)
    assert (await storage.vault.state("acme_x")).tokens == tokens
    with sqlite3.connect(path) as db:
        ((kept,),) = db.execute("SELECT tokens FROM account_state").fetchall()
    assert b"nobody" not in kept
    assert Fernet(KEY).decrypt(kept)


async def test_what_is_heard_and_read_is_kept(storage: Storage) -> None:
    await storage.vault.heard("acme_x", NOW)
    await storage.vault.heard("acme_x", s(5))
    await storage.vault.save_cursor("acme_x", "mentions", "10")
    await storage.vault.save_cursor("acme_x", "mentions", "11")
    await storage.vault.save_cursor("acme_x", "messages", "7")
    await storage.vault.save_cursor("other", "mentions", "99")
    assert await storage.vault.state("acme_x") == AccountState(
        {}, {"mentions": "11", "messages": "7"}, s(5)
    )


async def test_an_account_is_ours_since_it_was_connected_or_first_seen(
    storage: Storage, clock: Turned
) -> None:
    vault = storage.vault

    async def connected(account: str) -> datetime | None:
        return await storage.work.transact(lambda tx: tx.connected(account))

    await vault.heard("older", NOW)  # as every account was of which nothing is noted
    for account in ("acme_x", "acme_line", "older"):
        assert await connected(account) is None
        await vault.meet(account)
    clock.now = s(10)
    for account in ("acme_x", "acme_line", "older"):
        await vault.meet(account)
    assert [await connected(each) for each in ("acme_x", "acme_line", "older")] == [NOW, NOW, None]
    await vault.save_tokens("acme_x", {"access": "a"})
    clock.now = s(20)
    await vault.save_tokens("acme_x", {"access": "renewed"})
    assert await connected("acme_x") == s(10)


async def test_new_tokens_end_a_revocation(storage: Storage) -> None:
    await storage.vault.revoked("acme_x")
    await storage.vault.revoked("acme_x")
    assert (await storage.vault.state("acme_x")).revoked
    await storage.vault.save_tokens("acme_x", {"access": "a"})
    assert not (await storage.vault.state("acme_x")).revoked


@of_sqlite
async def test_a_key_is_changed_by_putting_the_new_one_first(storage: Storage, path: Path) -> None:
    await storage.vault.save_tokens("acme_x", {"access": "a"})
    new, url = Fernet.generate_key().decode(), f"sqlite:///{path}"
    both = open_storage(url, f"{new}, {KEY}")
    assert (await both.vault.state("acme_x")).tokens == {"access": "a"}
    await both.vault.save_tokens("acme_x", {"access": "b"})
    await both.close()
    with pytest.raises(ConfigError, match="acme_x were saved under another key"):
        await storage.vault.state("acme_x")
    alone = open_storage(url, new)
    assert (await alone.vault.state("acme_x")).tokens == {"access": "b"}
    await alone.close()


@of_sqlite
async def test_without_a_key_there_are_no_tokens(storage: Storage, path: Path) -> None:
    keyless = open_storage(f"sqlite:///{path}", None)
    assert await keyless.vault.state("acme_x") == NOTHING
    with pytest.raises(ConfigError, match="set it"):
        await keyless.vault.save_tokens("acme_x", {"access": "a"})
    await storage.vault.save_tokens("acme_x", {"access": "a"})
    with pytest.raises(ConfigError, match="set it"):
        await keyless.vault.state("acme_x")
    await keyless.close()


@pytest.mark.parametrize("key", ["", "short", f"{KEY},"], ids=["none", "short", "one too few"])
def test_a_key_must_be_one(path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match="32 random bytes"):
        open_storage(f"sqlite:///{path}", key)
    assert not path.exists()


async def test_one_owner_holds_a_lease_until_it_ends(storage: Storage, clock: Turned) -> None:
    async def lease(owner: str, name: str = "stream") -> bool:
        return await storage.vault.lease("acme_x", name, owner, 30)

    assert await lease("a")
    assert not await lease("b")
    assert await lease("b", "refresh")  # each name is a lease of its own
    clock.now = s(20)
    assert await lease("a")  # prolonged, to 50
    clock.now = s(49)
    assert not await lease("b")
    clock.now = s(50)
    assert await lease("b")
    await storage.vault.release("acme_x", "stream", "a")  # not its own any more
    assert not await lease("a")
    await storage.vault.release("acme_x", "stream", "b")
    assert await lease("a")


async def test_a_lease_by_a_clock_that_was_an_hour_ahead_holds_nobody_up(
    storage: Storage, clock: Turned
) -> None:
    clock.now = s(3600)
    assert await storage.vault.lease("acme_x", "stream", "a", 30)
    clock.now = s(0)
    assert await storage.vault.lease("acme_x", "stream", "b", 30)
    assert not await storage.vault.lease("acme_x", "stream", "a", 30)
