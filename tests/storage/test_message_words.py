"""Search: what is found, by whom, and that nothing typed is syntax."""

from dataclasses import replace
from itertools import count

import pytest
from stored import NOW, given, s, said

from chatops.channel import Author
from chatops.ports import NewMessage, Tx
from chatops.scene import Direction
from chatops.ticket import Status
from storage import Storage, search

pytestmark = pytest.mark.anyio

_numbers = count(1)


async def put(storage: Storage, *texts: str, **fields: object) -> int:
    """Open a ticket of a new customer with these messages."""

    def run(tx: Tx) -> int:
        ticket = given(tx, f"c{next(_numbers)}", **fields)
        for text in texts:
            said(tx, ticket, text)
        return ticket.id

    return await storage.work.transact(run)


async def found(
    storage: Storage, query: str, queues: tuple[str, ...] = ("care",), limit: int = 10
) -> list[int]:
    hits, _ = await storage.reader.search(query, queues, limit)
    return [hit.ticket.id for hit in hits]


async def test_two_letters_of_japanese_are_found(storage: Storage) -> None:
    ticket = await put(storage, "先日の注文を返金してください。")
    await put(storage, "返品と送金について")
    for query in ("返金", "返金して", "金し", "注文 返金", "してください", "返金してください"):
        assert await found(storage, query) == [ticket], query
    assert await found(storage, "注文を返品") == []


async def test_one_letter_of_japanese_is_found_wherever_it_stands(storage: Storage) -> None:
    ticket = await put(storage, "5月に御A社の第3回へ")
    for query in ("5月", "A社", "第3", "3回", "御"):
        assert await found(storage, query) == [ticket], query


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("refund", "I was REFUNDED twice"),
        ("ＲＥＦＵＮＤ", "a refund, please"),
        ("refunds", "ｒｅｆｕｎｄ"),
        ("cafe", "the Café is shut"),
        ("コーヒー", "ｺｰﾋｰが冷たい"),
        ("strasse", "Lange Straße 4"),
    ],
)
async def test_a_word_is_found_however_it_is_written(
    storage: Storage, query: str, text: str
) -> None:
    ticket = await put(storage, text)
    assert await found(storage, query) == [ticket]


async def test_all_the_words_must_stand_in_one_message(storage: Storage) -> None:
    both = await put(storage, "the zip of my jacket")
    await put(storage, "the zip", "my jacket")
    assert await found(storage, "jacket zip") == [both]


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '"tent',
        'tent" OR "pole',
        "tent*",
        "tent NEAR(pole)",
        "tent AND pole",
        "tokens:tent",
        "^tent",
        "{tokens}: tent",
        "-tent",
        "(tent",
        "tent' OR 1=1 --",
        "tent\0pole",
    ],
)
async def test_what_is_typed_is_no_syntax(storage: Storage, query: str) -> None:
    """Each is nothing but its words: AND, NEAR and 1 stand in no message here."""
    await put(storage, "pole")
    alone = await put(storage, "tent")
    words = query.lower()
    wants_more = any(word in words for word in ("pole", "tokens", "1"))
    assert await found(storage, query) == ([] if wants_more or query == '"' else [alone])


@pytest.mark.parametrize("query", ["", "   ", "😀🎉", "!?…。"])
async def test_signs_alone_find_nothing(storage: Storage, query: str) -> None:
    await put(storage, "tent 😀🎉 !?…。")
    assert await storage.reader.search(query, ["care"], 10) == ([], False)


@pytest.mark.parametrize("query", ["返" * 5000, "tent " * 1000, "x1 y2 " * 900])
async def test_a_query_without_end_is_answered(storage: Storage, query: str) -> None:
    ticket = await put(storage, "tent", "返" * 40)
    assert await found(storage, query) in ([ticket], [])


async def test_edits_deletions_and_late_words_are_followed(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[int, int, int]:
        ticket = given(tx)
        return ticket.id, said(tx, ticket, "tent"), said(tx, ticket, "", external_id="m2")

    ticket, first, second = await storage.work.transact(run)
    await storage.work.transact(lambda tx: tx.edit_message(first, "pole", NOW))
    assert await found(storage, "tent") == []
    assert await found(storage, "pole") == [ticket]
    late = NewMessage("acme_x", Direction.INBOUND, "peg", NOW, private=False, ticket=ticket)
    await storage.work.transact(lambda tx: tx.fill_message(second, late))
    assert await found(storage, "peg") == [ticket]
    await storage.work.transact(lambda tx: tx.fill_message(second, replace(late, deleted=True)))
    await storage.work.transact(lambda tx: tx.delete_message(first))
    assert await found(storage, "peg") == await found(storage, "pole") == []


async def test_a_tombstone_is_not_found(storage: Storage) -> None:
    await storage.work.transact(lambda tx: said(tx, given(tx), "tent", deleted=True))
    assert await found(storage, "tent") == []


async def test_notes_and_replies_are_found_too(storage: Storage) -> None:
    def run(tx: Tx) -> int:
        ticket = given(tx)
        said(tx, ticket, "asked the warehouse", direction=Direction.NOTE)
        said(tx, ticket, "a new one is under way", direction=Direction.OUTBOUND)
        return ticket.id

    ticket = await storage.work.transact(run)
    assert await found(storage, "warehouse") == await found(storage, "under way") == [ticket]


async def test_the_newest_match_leads_and_is_shown(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        old, new = given(tx, "c1"), given(tx, "c2")
        said(tx, old, "tent one")
        said(tx, new, "tent two")
        said(tx, old, "tent three", at=s(5))
        said(tx, old, "x" * 300 + " pole")
        return [old.id, new.id]

    old, new = await storage.work.transact(run)
    hits, more = await storage.reader.search("tent", ["care"], 10)
    assert [(hit.ticket.id, hit.excerpt, hit.at) for hit in hits] == [
        (old, "tent three", s(5)),
        (new, "tent two", NOW),
    ]
    assert (hits[0].customer.handle, more) == ("@c1", False)
    assert hits[0].ticket == await storage.reader.ticket(old)
    (hit,), more = await storage.reader.search("tent", ["care"], 1)
    assert (hit.ticket.id, more) == (old, True)
    (hit,), _ = await storage.reader.search("pole", ["care"], 1)
    assert hit.excerpt == "x" * 300 + " pole"  # whole: the match may stand at its end


async def test_only_the_askers_queues_are_searched(storage: Storage) -> None:
    care = await put(storage, "tent")
    sales = await put(storage, "tent", queue="sales", status=Status.CLOSED)
    assert await found(storage, "tent") == [care]
    assert await found(storage, "tent", ("sales", "care")) == [sales, care]
    assert await found(storage, "tent", ()) == []
    assert await found(storage, f"#{sales}") == []


@pytest.mark.parametrize("typed", ["#{}", "{}", " ＃{} "])
async def test_a_ticket_is_found_by_its_number_first(storage: Storage, typed: str) -> None:
    numbered = await put(storage, "tent")
    quoting = await put(storage, f"what of order {numbered}?")
    assert await found(storage, typed.format(numbered)) == [numbered, quoting]
    said_by_itself = await put(storage, f"{numbered + 2}")
    assert await found(storage, typed.format(said_by_itself)) == [said_by_itself]


async def test_a_number_past_all_is_no_number(storage: Storage) -> None:
    assert await found(storage, "9" * 18) == await found(storage, "9" * 40) == []


@pytest.mark.parametrize("typed", ["@Tanaka_Taro", "tanaka_taro", "田中　太郎", "田中 太郎"])
async def test_a_customer_is_found_by_handle_or_name(storage: Storage, typed: str) -> None:
    def run(tx: Tx) -> list[int]:
        ids = [given(tx, "c1", f"t{n}", at=s(n)).id for n in range(3)]
        tx.customer("x", Author("c1", "Tanaka_Taro", "田中 太郎"))
        said(tx, given(tx, "c2"), "太郎")
        return ids

    ids = await storage.work.transact(run)
    hits, more = await storage.reader.search(typed, ["care"], 10)
    assert {hit.ticket.id for hit in hits} == set(ids)
    assert ([hit.excerpt for hit in hits], more) == (["", "", ""], False)
    assert {hit.at for hit in hits} == {s(0), s(1), s(2)}
    _, more = await storage.reader.search(typed, ["care"], 2)
    assert more


async def test_a_name_within_a_name_is_not_enough(storage: Storage) -> None:
    await storage.work.transact(lambda tx: given(tx, "tanaka_taro"))
    assert await found(storage, "tanaka") == []


async def test_a_page_outside_the_queues_is_passed_over(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is looked at is bounded, and then it is said that there may be more."""
    mine = await put(storage, "tent")
    for _ in range(5):
        await put(storage, "tent", queue="sales")
    monkeypatch.setattr(search, "FIRST", 1)
    monkeypatch.setattr(search, "PAGE", 2)
    assert await storage.reader.search("tent", ["other"], 1) == ([], False)
    hits, more = await storage.reader.search("tent", ["care"], 1)
    assert ([hit.ticket.id for hit in hits], more) == ([mine], False)
    monkeypatch.setattr(search, "LOOKED_AT", 4)
    assert await storage.reader.search("tent", ["care"], 1) == ([], True)
