"""tag."""

import pytest

from chatops.card import Paragraph, TextBox
from chatops.event import Tagged, Untagged
from chatops.text import text
from chatops.ticket import Refusal
from commands.tag import MOST, Tag, form, tag
from tests.scenes import AOI, call, scene, ticket

BY = AOI.id


@pytest.mark.parametrize(
    ("said", "acts"),
    [
        ("vip", [Tagged("vip", BY)]),
        ("vip vip", [Tagged("vip", BY)]),
        ("VIP #Refund", [Tagged("vip", BY), Tagged("refund", BY)]),
        ("ＶＩＰ、返金", None),
        ("ＶＩＰ 返金", [Tagged("vip", BY), Tagged("返金", BY)]),
        ("vip,refund", [Tagged("vip", BY), Tagged("refund", BY)]),
        ("-old", [Untagged("old", BY)]),
        ("－ＯＬＤ vip", [Untagged("old", BY), Tagged("vip", BY)]),
        ("\u2212old", [Untagged("old", BY)]),
        ("-old old", [Untagged("old", BY), Tagged("old", BY)]),
        ("second-visit", [Tagged("second-visit", BY)]),
        ("Straße", [Tagged("strasse", BY)]),
        ("a" * 40, [Tagged("a" * 40, BY)]),
        ("old vip", [Tagged("vip", BY)]),
    ],
)
def test_words_are_added_and_with_a_minus_taken_away(said: str, acts: list[object] | None) -> None:
    outcome = tag(Tag(tags=said), scene(ticket=ticket(tags=("old",))), call("tag"))
    if acts is None:
        assert isinstance(outcome, Refusal)
    else:
        assert outcome == acts


@pytest.mark.parametrize("said", ["!", "a" * 41, "-", "--", "#", "a.b", "🎉"])
def test_what_is_no_word_is_refused(said: str) -> None:
    refused = Refusal(text("odd-tag", tag=said), field="tags")
    assert tag(Tag(tags=f"vip {said}"), scene(), call("tag")) == refused


def test_a_ticket_has_so_many_tags_at_most() -> None:
    many = tuple(f"t{n}" for n in range(MOST))
    here = scene(ticket=ticket(tags=many))
    refused = Refusal(text("too-many-tags", most=MOST), field="tags")
    assert tag(Tag(tags="one-more"), here, call("tag")) == refused
    instead = [Untagged("t0", BY), Tagged("one-more", BY)]
    assert tag(Tag(tags="-t0 one-more"), here, call("tag")) == instead


def test_what_is_as_it_was_said_stays_so() -> None:
    assert tag(Tag(tags="vip -old"), scene(ticket=ticket(tags=("vip",))), call("tag")) == []


def test_the_form_shows_the_tags_there_are() -> None:
    now, asked = form({}, scene(ticket=ticket(tags=("vip",))), call("tag")).parts
    assert now == Paragraph(text("tags-now", tags=(text("words", words="vip"),)), small=True)
    assert isinstance(asked, TextBox)
    assert len(form({}, scene(), call("tag")).parts) == 1
