"""Words with the boundaries that each script has."""

import pytest

from chatops.arrival.terms import Terms, fold, is_word

FOUND = [
    # Latin: whole words, whatever their case and width
    ("refund", "I want a REFUND.", True),
    ("refund", "ＲＥＦＵＮＤ please", True),
    ("refund", "refunds", False),
    ("refund", "nonrefund", False),
    ("refund", "refund2", False),
    ("refund", "my_refund", False),
    ("refund", "#refund", True),
    ("refund", "返金refundしてください", True),
    ("straße", "STRASSE 5", True),
    ("don't", "I don’t know", True),
    ("customer care", "Customer\n  care!", True),
    ("возврат", "Возврат, пожалуйста", True),
    ("возврат", "возврата", False),
    # katakana: the whole run
    ("イク", "バイク", False),
    ("イク", "ﾊﾞｲｸ", False),
    ("リフレ", "リフレッシュ", False),
    ("リフレ", "リフレー", False),
    ("リフレ", "リフレに行く", True),
    ("バイク", "マウンテン・ﾊﾞｲｸが届かない", True),
    ("キャンセル", "キャンセルしたい", True),
    ("キャンセル", "キャンセルポリシー", False),
    ("キャンセル料", "キャンセル料は？", True),
    ("キャンセル料", "ノーキャンセル料", False),
    # kanji, hangul, hiragana: anywhere
    ("返金", "返金してください", True),
    ("けが", "子どもがけがをしました", True),
    ("人", "人気", True),
    ("환불", "환불을 원해요", True),
    ("คืนเงิน", "ขอคืนเงินด้วย", True),
    # digits: the whole number
    ("404", "error 404!", True),
    ("404", "404エラー", True),
    ("404", "１４０４", False),
    ("404", "4041", False),
    ("404", "1,404 yen", False),
    ("404", "404.5", False),
    ("404", "It says 404.", True),
    # signs
    ("😡", "so slow😡😡", True),
    ("C++", "I like C++!", True),
    # stars
    ("refund*", "refunded twice", True),
    ("refund*", "nonrefundable", False),
    ("*fund", "refund", True),
    ("*キャンセル*", "ノーキャンセルポリシー", True),
    # what a pattern would mean
    ("a.c", "abc", False),
    ("(", "(", True),
]


@pytest.mark.parametrize(("word", "text", "found"), FOUND)
def test_word_is_found_within_its_boundaries(word: str, text: str, found: bool) -> None:
    assert Terms((word,)).found_in(fold(text)) is found


def test_any_word_is_enough_and_the_second_place_counts() -> None:
    terms = Terms(("refund", "イク"))
    assert terms.found_in(fold("refunds and a refund"))
    assert terms.found_in(fold("バイクでイク"))
    assert not terms.found_in(fold("バイクと refunds"))


def test_no_words_are_found_nowhere() -> None:
    assert not Terms()
    assert not Terms().found_in(fold("anything"))


def test_equal_words_are_equal_terms() -> None:
    assert Terms(("a", "b")) == Terms(("a", "b"))
    assert len({Terms(("a",)), Terms(("a",))}) == 1


@pytest.mark.parametrize("word", ["", " ", "　", "*", "* *"])
def test_nothing_is_no_word(word: str) -> None:
    assert not is_word(word)
    with pytest.raises(ValueError, match="no words"):
        Terms((word,))


def test_pattern_finds_what_found_in_finds() -> None:
    terms = Terms(("refund", "イク"))
    assert terms.pattern.search(fold("a refund"))
    assert not terms.pattern.search(fold("バイク"))
