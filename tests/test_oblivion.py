"""What is about a person who asked to be forgotten, and what is left without them."""

import pytest

from chatops.oblivion import NOBODY, Traces, digest

MIA = Traces(
    names=frozenset({"mia_k", "@Mia Kane", "田中太郎", "x"}),
    ids=frozenset({"12345", "p7"}),
    words=frozenset({"Where is my  tent? I need it.", "ok"}),
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
        b'{"text": "Where is my tent?\\u2026"}',
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
    ],
)
def test_body_about_others_is_left(body: bytes) -> None:
    assert MIA.found_in(body) is None


def test_traces_of_several_accounts_are_one() -> None:
    both = MIA | Traces(names=frozenset({"mk"}), ids=frozenset({"9"}), words=frozenset({"more"}))
    assert both.named_in("by mk") is both.named_in("by mia_k") is True
    assert both.ids == {"12345", "p7", "9"}


def test_digest_depends_on_key_channel_and_id_and_tells_none_of_them() -> None:
    made = {digest(key, channel, id) for key in "ab" for channel in "xy" for id in "12"}
    assert len(made) == 8
    assert digest(" a ", "x", "1") == digest("a", "x", "1")
    assert "x" not in digest("a", "x", "1")
