"""What is about a person who asked to be forgotten, and what is left without them."""

import pytest

from chatops.card import Button, Card, Paragraph, Quote
from chatops.card_json import dump_card
from chatops.oblivion import NOBODY, Traces, digest
from chatops.text import Link, text

MIA = Traces(
    names=frozenset({"mia_k", "@Mia Kane", "田中太郎", "x"}),
    ids=frozenset({"12345", "p7"}),
    words=frozenset(
        {"Where is my  tent? I need it.", "ok", "I sent a message about my ticket number"}
    ),
    accounts=frozenset({"12345"}),
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("as @mia_k said", f"as @{NOBODY} said"),
        ("MIA_K!", f"{NOBODY}!"),
        ("dear Mia Kane,", f"dear {NOBODY},"),
        ("田中太郎さんから", f"{NOBODY}さんから"),
        ("mia_kane is another, and x is too short", None),
        ("", None),
    ],
)
def test_names_are_taken_out_whole(text: str, left: str | None) -> None:
    assert MIA.named_in(text) is (left is not None)
    assert MIA.without(text) == (left or text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("RT: Where is my tent?\n I need it. Me too", f"RT: {NOBODY} Me too"),
        ("Where is my tent?", "Where is my tent?"),  # as others ask too
        ("ok", "ok"),
        ("o\u0308k", "o\u0308k"),  # and in letters as they were written
    ],
)
def test_long_texts_of_theirs_are_taken_out_too(text: str, left: str) -> None:
    assert MIA.without(text) == left


def test_nothing_names_anybody_where_no_name_is_known() -> None:
    assert not Traces().named_in("mia_k")
    assert not MIA.named_in(None)


@pytest.mark.parametrize(
    "body",
    [
        b'{"user": {"id": 12345}}',
        b'{"12345": true}',
        b'{"thread": "dm-12345"}',
        b'{"id": "p7"}',
        b'["from @mia_k"]',
        b'{"text": "Where is my tent? I need\\u2026"}',
        b'{"text": "\\u2026a message about my ticket number"}',
        b'{"type": "sent", "customer": "p7"}',
        b'{"mentions": ["12345"], "user_ids": ["p7"]}',
        b'{"text": "RT: Where is my tent? I need it. Me too"}',
        b'{"name": "\\u7530\\u4e2d\\u592a\\u90ce"}',
        "not JSON, by mia_k",
        b"\xff\xfe mia_k",
    ],
)
def test_body_about_the_person_is_found_however_it_is_written(body: bytes | str) -> None:
    assert MIA.found_in(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": 123456, "p": "p77"}',
        b'{"text": "ok", "a": [null, 1.5, false]}',
        b"p7 of others",
        b"",
        # words that they used stand in everybody's bodies, as keys above all
        b'{"message": "button", "ticket number": "message", "text": "Where is my"}',
        b'{"text": "I sent a message"}',
        b'{"text": "Where is\\u2026"}',
        b'{"mia_k": true, "@Mia Kane": 1}',
        # a number is an id only where it is called so
        b'{"price": 12345, "page": "p7"}',
        # and a short one is an order's too, in words and by itself
        b'{"text": "Order 12345 is late", "order": "12345", "ref": "A-12345", "tel": "0-12345-6"}',
        b'{"id": "9123459", "price_id": 123450}',
    ],
)
def test_body_about_others_is_left(body: bytes) -> None:
    assert MIA.found_in(body) is None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"text": "see x.com/i/user/1790000000000000001"}', True),
        (b'{"text": "17900000000000000012 and 2179000000000000000"}', False),
        (b'{"text": "order u-4711"}', True),
        (b'{"text": "order u-47110"}', False),
    ],
)
def test_long_id_and_one_with_letters_are_found_among_words(body: bytes, *, found: bool) -> None:
    ids = frozenset({"1790000000000000001", "u-4711"})
    assert (Traces(ids=ids).found_in(body) is not None) is found


def test_traces_of_several_accounts_are_one() -> None:
    both = MIA | Traces(names=frozenset({"mk"}), ids=frozenset({"9"}), words=frozenset({"more"}))
    assert both.named_in("by mk") is both.named_in("by mia_k") is True
    assert both.ids == {"12345", "p7", "9"}


def test_digest_depends_on_key_channel_and_id_and_tells_none_of_them() -> None:
    made = {digest(key, channel, id) for key in "ab" for channel in "xy" for id in "12"}
    assert len(made) == 8
    assert digest(" a ", "x", "1") == digest("a", "x", "1")
    assert "x" not in digest("a", "x", "1")


def test_of_a_body_only_the_events_about_the_person_are_told() -> None:
    body = b"""{"events": [
        {"id": "theirs", "author": {"id": "12345"}},
        {"id": "leo1", "author": {"id": "leo"}, "quoted": ["other"]}
    ], "for": "aozora"}"""
    assert MIA.found_in(body) == frozenset({"id", "author", "theirs", "12345"})
    whole = b'{"events": [{"id": "e1"}], "user": {"id": "12345"}}'
    assert MIA.found_in(whole) == frozenset({"events", "id", "e1", "user", "12345"})


def test_id_of_a_thread_is_theirs_where_it_is_made_of_one_of_theirs() -> None:
    ids = ("p7", "dm-12345", "mia_k/3", "p77", "123456", None)
    assert [MIA.identify(id) for id in ids] == [True, True, True, False, False, False]


def test_id_of_others_names_them_by_name_or_by_an_id_that_is_no_orders() -> None:
    who = MIA | Traces(ids=frozenset({"1790"}), accounts=frozenset({"u-4711"}))
    ids = ("mia_k/3", "t/Mia Kane", "dm-u-4711", "dm-12345", "12345", "p7", "1790", "u-47110", None)
    assert [who.named_by(id) for id in ids] == [True, True, True, *[False] * 6]


LATE = text("words", words="Mia Kane is late")


@pytest.mark.parametrize(
    ("card", "found"),
    [
        (Card(LATE), True),
        (Card(text("words"), blocks=(Paragraph(text("outer", inner=LATE)),)), True),
        (Card(text("words"), blocks=(Quote("Where is my tent? I need it."),)), True),
        (
            Card(text("words"), blocks=(Paragraph(text("a", to=Link("https://x/mia_k", "b"))),)),
            True,
        ),
        (Card(text("a"), buttons=(Button("go", text("b"), url="https://x.com/mia_k/1"),)), True),
        # our own words are nobody's: sentences, commands, the names of values
        (Card(text("mia_k", mia_k="nobody"), buttons=(Button("mia_k", text("mia_k")),)), False),
        (Card(text("ticket", words="a ticket number", number=12345)), False),
    ],
)
def test_card_is_about_whom_its_foreign_words_name_or_quote(card: Card, *, found: bool) -> None:
    assert MIA.found_in_card(dump_card(card)) is found
