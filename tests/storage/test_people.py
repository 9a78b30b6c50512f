"""Agents as app.yaml has them, shifts, and turns."""

import pytest
from stored import NOW, s

from chatops.policy import Person, Role
from chatops.ports import Tx
from chatops.scene import Agent
from storage import Storage

pytestmark = pytest.mark.anyio

ITO = Person("ito", "K. Ito", "ja", {"slack": "U1"}, {"care": Role.LEAD, "sales": Role.VIEWER})
ANNA = Person("anna", "Anna", None, {"slack": "U2"}, {"care": Role.AGENT})


async def test_people_are_known_as_app_yaml_has_them(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    ito, anna = await storage.reader.agents()
    roles = {"care": Role.LEAD, "sales": Role.VIEWER}
    assert ito == Agent(ito.id, "ito", "K. Ito", "ja", roles, on=False, identities={"slack": "U1"})
    assert ito.may(Role.LEAD, "care")
    assert not ito.may(Role.AGENT, "sales")
    assert anna.name == "anna"
    assert await storage.work.transact(lambda tx: tx.agents()) == [ito, anna]


async def test_a_change_of_app_yaml_keeps_the_rows(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    ito, _ = await storage.reader.agents()
    await storage.work.transact(lambda tx: tx.shift(ito.id, NOW, on=True))
    # Ito's id in the chat has become another person's
    moved = Person("ito", "Ito", "en", {"slack": "U9", "teams": "T1"}, {"care": Role.ADMIN})
    taken = Person("anna", "Anna", None, {"slack": "U1"}, {"care": Role.AGENT})
    await storage.work.transact(lambda tx: tx.know([moved, taken], NOW))
    after, anna = await storage.reader.agents()
    assert after == Agent(
        ito.id,
        "ito",
        "Ito",
        "en",
        {"care": Role.ADMIN},
        on=True,
        identities={"slack": "U9", "teams": "T1"},
    )
    assert anna.identities == {"slack": "U1"}


async def test_who_left_keeps_the_row_without_roles_identity_or_shift(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    ito, _ = await storage.reader.agents()
    await storage.work.transact(lambda tx: tx.shift(ito.id, NOW, on=True))
    for _ in range(2):  # the second start finds them gone already
        await storage.work.transact(lambda tx: tx.know([ANNA], s(1)))
        left, anna = await storage.reader.agents()
        assert left == Agent(ito.id, "ito", "K. Ito", "ja", {}, on=False, identities={}, away=True)
        assert anna.roles == {"care": Role.AGENT}


async def test_a_code_gives_one_identity_once(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    ito, anna = await storage.reader.agents()

    def run(tx: Tx) -> list[int | None]:
        tx.keep_code("d1", ito.id, s(60))
        tx.keep_code("d2", ito.id, s(60))  # which ends the first
        tx.keep_code("d3", anna.id, s(60))
        return [
            tx.spend_code("d1", "teams", "T1", s(1)),
            tx.spend_code("d2", "slack", "U2", s(1)),  # app.yaml says that this is Anna
            tx.spend_code("d2", "teams", "T1", s(1)),
            tx.spend_code("d2", "teams", "T2", s(1)),
            tx.spend_code("d3", "teams", "T3", s(60)),
            tx.spend_code("d3", "slack", "U8", s(59)),
        ]

    spent = await storage.work.transact(run)
    assert spent == [None, None, ito.id, None, None, anna.id]
    ito, anna = await storage.reader.agents()
    assert (ito.identities, ito.also) == ({"slack": "U1", "teams": "T1"}, ())
    # by the one of app.yaml a person is called, whatever the others are
    assert (anna.identities, anna.also) == ({"slack": "U2"}, (("slack", "U8"),))


async def test_an_identity_that_was_given_may_be_given_on(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    ito, anna = await storage.reader.agents()

    def run(tx: Tx) -> None:
        for agent in (ito.id, anna.id):
            tx.keep_code("d", agent, s(60))
            assert tx.spend_code("d", "teams", "T1", NOW) == agent

    await storage.work.transact(run)
    ito, anna = await storage.reader.agents()
    assert (ito.identities, anna.identities) == ({"slack": "U1"}, {"slack": "U2", "teams": "T1"})


async def test_an_identity_given_by_a_code_survives_app_yaml_unless_it_says_otherwise(
    storage: Storage,
) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    ito, _ = await storage.reader.agents()

    def give(tx: Tx) -> None:
        for chat in ("teams", "sandbox"):
            tx.keep_code("d", ito.id, s(60))
            assert tx.spend_code("d", chat, "T1", NOW) == ito.id

    await storage.work.transact(give)
    named = Person("anna", "Anna", None, {"teams": "T1"}, {"care": Role.AGENT})
    await storage.work.transact(lambda tx: tx.know([ITO, named], NOW))
    ito, anna = await storage.reader.agents()
    assert ito.identities == {"slack": "U1", "sandbox": "T1"}
    assert anna.identities == {"teams": "T1"}


async def test_who_left_has_no_identity_and_no_code_left(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO], NOW))
    (ito,) = await storage.reader.agents()

    def leave(tx: Tx) -> int | None:
        tx.keep_code("d1", ito.id, s(60))
        tx.spend_code("d1", "teams", "T1", NOW)
        tx.keep_code("d2", ito.id, s(60))
        tx.know([ANNA], s(1))
        return tx.spend_code("d2", "teams", "T2", s(2))

    assert await storage.work.transact(leave) is None
    left, _ = await storage.reader.agents()
    assert (left.identities, left.also) == ({}, ())


async def test_an_address_links_one_account_until_app_yaml_has_it_no_more(storage: Storage) -> None:
    mailed = Person("anna", "Anna", None, {}, {"care": Role.AGENT}, email="Anna@aozora.test")
    await storage.work.transact(lambda tx: tx.know([ITO, mailed], NOW))
    _, anna = await storage.reader.agents()

    def link(tx: Tx) -> list[bool]:
        return [
            tx.link("slack", "U1", anna.id, "Anna@aozora.test"),  # app.yaml says that this is Ito
            tx.link("teams", "T1", anna.id, "Anna@aozora.test"),
            tx.link("teams", "T2", anna.id, "anna@aozora.test"),  # the address is another's now
        ]

    assert await storage.work.transact(link) == [False, True, True]
    await storage.work.transact(lambda tx: tx.know([ITO, mailed], NOW))
    assert [(each.identities, each.also) for each in await storage.reader.agents()] == [
        ({"slack": "U1"}, ()),
        ({"teams": "T2"}, ()),
    ]
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    assert (await storage.reader.agents())[1].identities == {"slack": "U2"}


async def test_links_by_address_are_taken_back_together(storage: Storage) -> None:
    mailed = Person("anna", "Anna", None, {}, {"care": Role.AGENT}, email="anna@aozora.test")
    await storage.work.transact(lambda tx: tx.know([ITO, mailed], NOW))
    ito, anna = await storage.reader.agents()

    def run(tx: Tx) -> list[int]:
        tx.link("teams", "T1", anna.id, "anna@aozora.test")
        tx.keep_code("d", ito.id, s(60))
        tx.spend_code("d", "teams", "T2", NOW)
        return [tx.unlink("slack"), tx.unlink("teams"), tx.unlink("teams")]

    assert await storage.work.transact(run) == [0, 1, 0]
    assert (await storage.reader.agents())[0].identities == {"slack": "U1", "teams": "T2"}


async def test_a_shifts_boundary_is_due_once(storage: Storage) -> None:
    def run(tx: Tx) -> list[bool]:
        return [tx.shift_due(agent, at) for agent, at in ((1, NOW), (1, NOW), (2, NOW), (1, s(1)))]

    assert await storage.work.transact(run) == [True, False, True, True]


async def test_a_shift_changes_once(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO], NOW))
    (ito,) = await storage.reader.agents()

    def run(tx: Tx) -> list[bool]:
        return [tx.shift(ito.id, NOW, on=on) for on in (True, True, False, False)]

    assert await storage.work.transact(run) == [True, False, True, False]


async def test_away_is_who_said_on_or_off_once_and_is_off(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO, ANNA], NOW))
    ito, anna = await storage.reader.agents()
    assert (ito.away, anna.away) == (False, False)
    states = []
    for on in (False, True, False):
        await storage.work.transact(lambda tx, on=on: tx.shift(ito.id, NOW, on=on))  # type: ignore[misc]
        states.append((await storage.reader.agents())[0].away)
    assert states == [True, False, True]
    assert not (await storage.reader.agents())[1].away


async def test_turns_go_round_whoever_is_on(storage: Storage) -> None:
    def run(tx: Tx) -> list[int | None]:
        return [
            *(tx.next_on("care", [3, 1, 2]) for _ in range(4)),
            tx.next_on("sales", [3, 1, 2]),  # each queue has its own
            tx.next_on("care", [3, 1]),  # 1 was last, 2 has gone off
            tx.next_on("care", [1, 2, 4]),
            tx.next_on("care", []),
        ]

    assert await storage.work.transact(run) == [1, 2, 3, 1, 1, 3, 4, None]
