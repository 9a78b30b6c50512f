"""X's way to count, at its edges."""

import pytest

from adapters.social.x.length import measure, plain, warn
from chatops.text import text


@pytest.mark.parametrize(
    ("words", "weight"),
    [
        ("", 0),
        ("hello", 5),
        ("こんにちは", 10),
        ("한국어", 6),
        ("e\u0301", 1),  # NFC makes one character of it
        ("👨‍👩‍👧", 2),
        ("https://example.com/" + "a" * 300, 23),
        ("see example.com", 27),
        ("@mika_climbs hi", 15),
    ],
)
def test_a_post_is_weighed(words, weight):
    assert measure(words, private=False) == weight


def test_a_message_is_counted_plainly():
    assert measure("こんにちは https://example.com", private=True) == 25


def test_a_link_in_a_public_reply_costs_more():
    assert warn("see example.com", private=False) == text(
        "x-link-costs", with_link=0.20, without=0.01
    )
    assert warn("see example.com", private=True) is None
    assert warn("see example dot com", private=False) is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("see example.com/a, ok", "see https://example.com/a, ok"),
        ("see http://example.com", "see http://example.com/"),
        (" two  spaces\n", "two spaces"),
        ("e\u0301", "é"),
    ],
)
def test_what_x_makes_of_a_text_compares_as_the_same(ours, theirs):
    assert plain(ours) == plain(theirs)
