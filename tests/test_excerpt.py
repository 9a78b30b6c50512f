"""The part of a text that shows why it was found."""

import pytest

from chatops.cards.excerpt import LONGEST, around, has_letters, is_too_short


@pytest.mark.parametrize(
    ("said", "letters", "short"),
    [
        ("refund", True, False),
        ("返金", True, False),
        ("返", True, True),
        ("7", True, False),
        ("＃７", True, False),
        ("a b c", True, True),
        ("a bc", True, False),
        ("🎉 !", False, True),
        ("", False, True),
    ],
)
def test_what_can_be_looked_for(said: str, letters: bool, short: bool) -> None:
    assert has_letters(said) is letters
    assert is_too_short(said) is short


def test_short_text_is_one_whole_line() -> None:
    assert around("Please\n  refund me", "refund") == "Please refund me"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("refund", "refund"),
        ("ＲＥＦＵＮＤ", "refund"),
        ("refund", "ＲＥＦＵＮＤ"),
        ("refunded", "refunds"),
        ("返金", "返金"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("Straße", "strasse"),
        ("second", "nowhere second"),
    ],
)
def test_cut_text_shows_the_found_word(word: str, said: str) -> None:
    shown = around(f"{'before ' * 40}{word}{' after' * 40}", said)
    assert word in shown
    assert (shown[0], shown[-1]) == ("…", "…")
    assert len(shown) == LONGEST + 2


def test_word_near_the_end_keeps_what_stands_before_it() -> None:
    shown = around(f"{'before ' * 40}refund", "refund")
    assert shown.endswith("before refund")
    assert len(shown) == LONGEST + 1


def test_text_found_by_its_customer_shows_its_beginning() -> None:
    shown = around("Hello there. " * 30, "@jo")
    assert shown.startswith("Hello there.")
    assert shown.endswith("…")
