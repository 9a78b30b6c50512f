"""Which language a text is in."""

import pytest

from chatops.arrival.language import KNOWN, language_of


@pytest.mark.parametrize(
    ("said", "account", "language"),
    [
        ("荷物がまだ届きません", "en", "ja"),
        ("ｱﾘｶﾞﾄｳ", "en", "ja"),
        ("iPhoneのSafariで開けない", "en", "ja"),
        ("了解", "ja", "ja"),
        ("了解", "zh", "zh"),
        ("了解", "en", "zh"),
        ("你好，我的订单还没到", "ja", "zh"),
        ("Where is my order?", "ja", "en"),
        ("Wo bleibt mein Paket?", "de", "de"),
        ("my 抹茶 kit never came", "en", "en"),
        (r"¯\_(ツ)_/¯ it broke again", "en", "en"),
        ("주문이 아직 안 왔어요", "en", "ko"),
        ("أين طلبي", "en", "ar"),
        ("איפה ההזמנה", "en", "he"),
        ("ของยังไม่มา", "en", "th"),
        ("मेरा सामान कहाँ है", "en", "hi"),
        ("Πού είναι το δέμα", "en", "el"),
        ("Где мой заказ", "en", "ru"),
        ("Де моє замовлення", "uk", "uk"),
        ("👍 12:30", "ja", "ja"),
        ("@acme_help https://x.example/abc #help", "ja", "ja"),
        ("@acme_help まだですか https://x.example/a-long-address", "en", "ja"),
        ("ᏣᎳᎩ", "ja", "ja"),
        ("", "fr", "fr"),
    ],
)
def test_script_and_account_tell_the_language(said: str, account: str, language: str) -> None:
    assert language_of(said, account) == language
    assert language in KNOWN
