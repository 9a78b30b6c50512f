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


async def test_a_shift_changes_once(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.know([ITO], NOW))
    (ito,) = await storage.reader.agents()

    def run(tx: Tx) -> list[bool]:
        return [tx.shift(ito.id, NOW, on=on) for on in (True, True, False, False)]

    assert await storage.work.transact(run) == [True, False, True, False]


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
