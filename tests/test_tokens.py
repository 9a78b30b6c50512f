"""Tokens: what a text is found by, and what a query asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.tokens import MOST, Phrase, name_key, sought, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I was Refunded!", ["i", "was", "refunded"]),
        ("ＲＥＦＵＮＤ", ["refund"]),
        ("返金してください。", ["返金", "金し", "して", "てく", "くだ", "ださ", "さい", "い"]),
        ("ｺｰﾋｰ", ["コー", "ーヒ", "ヒー", "ー"]),
        ("人々", ["人々", "々"]),
        ("환불해 주세요", ["환불", "불해", "해", "주세", "세요", "요"]),
        ("注文42番", ["注文", "文", "42", "番"]),
        ("A社のTシャツ", ["a", "社の", "の", "t", "シャ", "ャツ", "ツ"]),
        ("Straße snake_case", ["strasse", "snake", "case"]),
        ("😀 -- 。", []),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert list(tokens(text)) == found


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("refund order", [Phrase(("refund",)), Phrase(("order",))]),
        ("refund REFUND", [Phrase(("refund",))]),
        ("返金", [Phrase(("返金",))]),
        ("返金して", [Phrase(("返金", "金し", "して"))]),
        ("5月", [Phrase(("5",)), Phrase(("月",), is_open=True)]),
        ('"a* NEAR(b OR -c^', [Phrase((word,)) for word in ("a", "near", "b", "or", "c")]),
        ("😀!?", []),
        ("", []),
    ],
)
def test_what_a_query_asks_for(query: str, asked: list[Phrase]) -> None:
    assert list(sought(query)) == asked


@pytest.mark.parametrize("query", ["返" * 5000, "ab " * 2000 + "cd", "返金 " + "x1 " * 2000])
def test_a_long_query_asks_for_no_more_than_anybody_remembers(query: str) -> None:
    assert sum(len(phrase.tokens) for phrase in sought(query)) <= MOST


def test_many_words_are_cut_at_the_limit() -> None:
    assert len(sought(" ".join(f"w{number}" for number in range(5000)))) == MOST


@given(st.text())
def test_a_text_is_found_by_itself(text: str) -> None:
    """Whatever a query asks for stands in a row among the tokens of the same text."""
    held = " ".join(["", *tokens(text), ""])
    for phrase in sought(text):
        assert " " + " ".join(phrase.tokens) + ("" if phrase.is_open else " ") in held


@given(st.text())
def test_no_token_leaves_quotes(text: str) -> None:
    """A query quotes its tokens; what is in one can neither end the quotes nor be two."""
    assert not {'"', " ", "\0", *"'*^:()+-"} & set("".join(tokens(text)))


@pytest.mark.parametrize(
    "name", ["@Tanaka_Taro", "＠ｔａｎａｋａ＿ｔａｒｏ", "tanaka_taro", " TANAKA_taro "]
)
def test_a_name_is_the_same_however_it_is_typed(name: str) -> None:
    assert name_key(name) == "tanaka_taro"


def test_a_name_that_says_nothing_is_nobodys() -> None:
    assert name_key(" @ ") == name_key("") == ""
