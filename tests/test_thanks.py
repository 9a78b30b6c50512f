"""Which messages only thank. The examples are ours."""

import pytest

from chatops.arrival.thanks import is_thanks


@pytest.mark.parametrize(
    "said",
    [
        "Thanks!",
        "@acme_help Thank you so much, Sarah 😊",
        "ok",
        "No worries, thanks again",
        "Ｔｈａｎｋｓ",
        "That’s brilliant, you’re a legend, cheers",
        "ありがとうございます！",
        "迅速なご対応ありがとうございました。",
        "山田さん、ありがとうございます",
        "了解です👍",
        "無事に届きました。大変助かりました",
    ],
)
def test_thanks_alone_asks_for_nothing(said: str) -> None:
    assert is_thanks(said, answer_to="Your parcel is on its way.")
    assert is_thanks(said, answer_to=None)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "👍",
        "Hello there",
        "Thanks, but it is still broken",
        "Thanks for nothing",
        "Thanks. When will it come?",
        "Thanks, my number is 4471",
        "thanks, parcel coat shoes tent lamp",
        "Could you tell me, thank you",
        "教えてもらえると助かります",
        "ツインルームで大丈夫です",
        "ありがとうございます。ところで返金はいつですか",
        "ありがとうございます。まだ届きません",
        "ありがとう、寝袋と大型テントの注文内容を変更",
        "届きました",
    ],
)
def test_what_may_want_something_is_no_mere_thanks(said: str) -> None:
    assert not is_thanks(said, answer_to=None)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Did the new link work?", "Yes, thank you"),
        ("新しいリンクは使えましたでしょうか", "ありがとうございます"),
        ("Please send us a message with your number", "Done, thanks!"),
        ("ご注文番号をお送りください", "送信しました。ありがとうございます"),
        ("ログをご確認ください", "確認しました。ありがとうございます"),
    ],
)
def test_an_answer_to_a_question_or_a_request_is_no_mere_thanks(asked: str, said: str) -> None:
    assert not is_thanks(said, answer_to=asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Please let us know if anything else comes up.", "Thank you very much"),
        ("お待ちください", "了解しました"),
    ],
)
def test_thanks_for_a_request_that_it_does_not_answer_is_thanks(asked: str, said: str) -> None:
    assert is_thanks(said, answer_to=asked)
