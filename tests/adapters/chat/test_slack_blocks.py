"""Cards as Block Kit: every shape, checked by the stand-in's validator and by the vendor's models."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import chart_scene
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_world import AGENTS, words
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from adapters.chat._voice import clean
from adapters.chat.slack import blocks
from adapters.chat.slack.writing import Voice, Voices, escape
from adapters.sandbox.slack.blocks import faults_in_message
from adapters.sandbox.slack.limits import DOCUMENTED
from chatops.card import Button, Card, Facts, Paragraph, Quote, Style, Table
from chatops.text import Link, Mention, Text, text

NASTY = "<!channel> <@UAOI> *bold* `code` <https://evil.example|click> & :tada: \u202egnp.exe\x07"


@pytest.fixture
def voices(tmp_path: Path) -> Voices:
    return Voices(words(tmp_path))


def voice(voices: Voices, language: str = "en") -> Voice:
    return voices.of(language, "Asia/Tokyo", {agent.id: agent for agent in AGENTS})


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def said(words: str) -> Text:
    return text("t-words", words=words)


def test_message_of_too_many_blocks_is_cut_and_says_so(voices: Voices) -> None:
    card = Card(
        said("list"), blocks=(Paragraph(said("a line")),) * 60, buttons=(Button("x", said("y")),)
    )
    made = blocks.blocks(card, voice(voices), "n")
    assert faults_in_message(made, DOCUMENTED) == []
    assert len(made) == 50
    assert "there is more" in str(made[-2])


def ticket_card(words: str = "Where is my tent? I ordered it on 1 October.") -> Card:
    """A card with everything that cards hold."""
    return Card(
        push=text("t-title", ticket=42, customer="Mina"),
        title=text("t-title", ticket=42, customer=NASTY),
        blocks=(
            Paragraph(
                text("t-by", who=Mention(1), where=Link("https://example.org/?a=1|2", "here <b>"))
            ),
            Quote(words),
            Facts(
                (
                    (text("t-label"), said("_mina_ & *co*")),
                    (text("t-label"), said("1 h 15 min")),
                    (text("t-label"), text("t-due", due=datetime(2026, 10, 1, 3, tzinfo=UTC))),
                    (text("t-label"), said("")),
                )
            ),
            Paragraph(said("small & simple"), small=True),
            Paragraph(text("t-by", who=Mention(5), where=Mention(2)), small=True),
        ),
        buttons=(
            Button("claim", text("t-claim"), style=Style.PRIMARY),
            Button("reply", text("t-send")),
            Button("close", text("t-close"), style=Style.DANGER, args=(("reason", "spam"),)),
            Button("close", text("t-close"), ticket=43),
            Button("show", text("t-words", words="On X"), url="https://x.example/1"),
        ),
        menu=(Button("read", text("t-claim")), Button("note", text("t-text"))),
        ticket=42,
    )


def report_card(count: int = 3) -> Card:
    rows = tuple((said(f"葵 {n}"), said(str(n * 7)), said(f"{n} min")) for n in range(count))
    return Card(
        push=said("report"),
        blocks=(Table((text("t-agent"), text("t-closed"), text("t-median")), rows),),
    )


def list_card() -> Card:
    link = Link("https://aozora.slack.com/archives/C1/p1", "#42")
    row = (text("t-words", words="x"), text("t-by", who=Mention(1), where=link))
    return Card(push=said("list"), blocks=(Table((text("t-label"), said("")), (row, row)),))


def check(made: list[dict[str, Any]]) -> None:
    assert faults_in_message(made, DOCUMENTED) == []
    parsed = Block.parse_all(made)
    assert all(parsed)
    for block in parsed:
        block.to_dict()
    assert len(json.dumps(made, ensure_ascii=False, separators=(",", ":"))) < 12_000


CARDS = {"ticket": ticket_card(), "report": report_card(), "list": list_card()}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", CARDS)
def test_card(voices: Voices, picture: SnapshotAssertion, name: str, language: str) -> None:
    made = blocks.message(CARDS[name], voice(voices, language), "n0")
    check(made["blocks"])
    assert made == picture


@pytest.mark.parametrize("language", ["en", "ja"])
def test_chart(voices: Voices, picture: SnapshotAssertion, language: str) -> None:
    shown = chart_scene.card(chart_scene.CHART)
    pictures = {chart_scene.CHART: "F1"}
    made = blocks.message(shown, voice(voices, language), "n0", pictures)
    check(made["blocks"])
    assert made == picture
    _, *table = made["blocks"]
    assert blocks.blocks(shown, voice(voices, language), "n0") == table


@pytest.mark.parametrize(
    "long", ["a" * 50_000, "<" * 50_000, "漢" * 50_000, "\n" * 9 + '"' * 50_000]
)
def test_longest_words_are_cut_and_the_card_says_so(voices: Voices, long: str) -> None:
    made = blocks.blocks(ticket_card(long), voice(voices), "n0")
    check(made)
    assert "continued in the thread" in str(made)


def test_many_long_words_are_cut_further(voices: Voices) -> None:
    card = Card(push=said("x"), blocks=(Quote('"' * 3_000), Quote("漢" * 3_000)) * 4)
    made = blocks.blocks(card, voice(voices), "n0")
    check(made)
    assert str(made).count("continued in the thread") == 8


def test_title_with_a_person_is_no_header(voices: Voices) -> None:
    card = Card(push=said("x"), title=text("t-by", who=Mention(1), where="here"))
    (title,) = blocks.blocks(card, voice(voices), "n0")
    check([title])
    assert title["elements"][0]["elements"][0] == {
        "type": "user",
        "user_id": "UAOI",
        "style": {"bold": True},
    }


def test_people_and_links_in_plain_words_are_their_names(voices: Voices) -> None:
    sentence = text("t-by", who=Mention(1), where=Link("https://example.org", "the thread"))
    assert voice(voices).plain(sentence) == "葵 has it, see the thread"
    assert voice(voices).mrkdwn(sentence) == "<@UAOI> has it, see <https://example.org|the thread>"
    assert voice(voices).plain(text("t-by", who=Mention(99), where="x")) == "#99 has it, see x"


def test_sentence_too_long_for_small_print_or_fluent_is_cut(voices: Voices) -> None:
    card = Card(push=said("x"), blocks=(Paragraph(said("a" * 5_000), small=True),))
    check(blocks.blocks(card, voice(voices), "n0"))


def test_longest_table_is_cut_and_says_how_much_is_left(voices: Voices) -> None:
    made = blocks.blocks(report_card(3_000), voice(voices), "n0")
    check(made)
    assert "more rows" in str(made)


def test_push_is_escaped_and_short_enough_for_an_update(voices: Voices) -> None:
    push = blocks.push(Card(push=said(NASTY)), voice(voices))
    assert push == (
        "&lt;!channel&gt; &lt;@UAOI&gt; *bold* `code` &lt;https://evil.example|click&gt; &amp; "
        ":tada: gnp.exe"
    )
    for long in ("<" * 9_000, "a" * 9_000):
        assert len(blocks.push(Card(push=said(long)), voice(voices))) < 3_000


def test_customers_words_are_only_ever_text(voices: Voices) -> None:
    made = blocks.blocks(Card(push=said(""), blocks=(Quote(NASTY),)), voice(voices), "n0")
    ((quote,),) = [block["elements"] for block in made]
    assert quote == {
        "type": "rich_text_quote",
        "elements": [{"type": "text", "text": clean(NASTY)}],
    }


@given(st.text())
def test_foreign_words_keep_all_that_can_be_seen(words: str) -> None:
    kept = clean(words)
    assert clean(kept) == kept
    assert escape(kept).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == kept
    assert [c for c in words if c.isprintable() and ord(c) not in range(0xFDD0, 0xFDF0)] == [
        c for c in kept if c.isprintable()
    ]


def test_signs_in_foreign_words_make_no_mention(voices: Voices) -> None:
    forged = "\ufdd01\ufdd3 \ufdd1https://evil.example\ufdd2click\ufdd3"
    assert voice(voices).pieces(said(forged)) == ("1 https://evil.exampleclick",)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (said("Mina & Ken"), "Mina &amp; Ken"),
        (said("<!channel>"), "&lt;!channel&gt;"),
        (said("due 6:26"), "due 6:26"),
        (said(""), "–"),
        (text("t-by", who=Mention(1), where="here"), "<@UAOI> has it, see here"),
    ],
)
def test_facts_stand_in_two_columns(voices: Voices, value: Text, shown: str) -> None:
    pairs = ((text("t-label"), value),) * 10
    (made,) = blocks.blocks(Card(push=said("x"), blocks=(Facts(pairs),)), voice(voices), "n0")
    check([made])
    field = {"type": "mrkdwn", "text": f"*Customer:* {shown}", "verbatim": True}
    assert made == {"type": "section", "fields": [field] * 10}


@pytest.mark.parametrize(
    "value", ["_mina_", "*co*", "a~b", "`x`", ":tada:", "> said", "line\n> two", "a" * 899 + "_"]
)
def test_facts_that_mrkdwn_would_change_stand_one_in_a_line(voices: Voices, value: str) -> None:
    pairs = ((text("t-label"), said("Mina")), (text("t-label"), said(value)))
    (made,) = blocks.blocks(Card(push=said("x"), blocks=(Facts(pairs),)), voice(voices), "n0")
    check([made])
    assert made["elements"][0]["elements"][-1] == {"type": "text", "text": value}


def test_facts_are_headed_each_by_its_own_name(voices: Voices) -> None:
    """A queue, a colleague: a heading that holds a value is not the one before."""
    facts = Facts(((said("Ben"), said("3 open")), (said("Aoi"), said("1 open"))))
    (made,) = blocks.blocks(Card(push=said("x"), blocks=(facts,)), voice(voices), "n0")
    assert [field["text"] for field in made["fields"]] == ["*Ben:* 3 open", "*Aoi:* 1 open"]


def test_names_that_mrkdwn_would_change_head_a_line_each(voices: Voices) -> None:
    facts = Facts(((said("_Ben_"), said("3 open")),))
    (made,) = blocks.blocks(Card(push=said("x"), blocks=(facts,)), voice(voices), "n0")
    check([made])
    assert made["elements"][0]["elements"][0]["text"] == "_Ben_  "


def test_more_facts_than_a_section_holds_stand_one_in_a_line(voices: Voices) -> None:
    pairs = ((text("t-label"), said("Mina")),) * 11
    (made,) = blocks.blocks(Card(push=said("x"), blocks=(Facts(pairs),)), voice(voices), "n0")
    check([made])
    assert made["type"] == "rich_text"


def test_empty_quotation_is_left_out(voices: Voices) -> None:
    card = Card(push=said("x"), blocks=(Quote("  "), Table((said("h"),), ())))
    assert blocks.blocks(card, voice(voices), "n0") == []


def test_button_that_carries_too_much_is_a_fault_of_ours(voices: Voices) -> None:
    button = Button("reply", text("t-send"), args=(("text", "a" * 2_001),))
    with pytest.raises(ValueError, match="arguments take"):
        blocks.blocks(Card(push=said("x"), buttons=(button,)), voice(voices), "n0")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (said("#1 · *Jo* <!here>"), {"type": "plain_text", "text": "#1 · *Jo* <!here>"}),
        (text("t-by", who=Mention(1), where="<b>"), {"type": "mrkdwn"}),
    ],
)
def test_line_with_a_button_is_a_section(
    voices: Voices, line: Text, shown: dict[str, object]
) -> None:
    button = Button("claim", text("t-claim"), ticket=7)
    card = Card(push=said("x"), blocks=(Paragraph(line, button=button), Paragraph(line)))
    made = blocks.message(card, voice(voices), "n")
    assert faults_in_message(made["blocks"], DOCUMENTED) == []
    section, _ = made["blocks"]
    assert section["accessory"]["value"] == '{"c":"claim","t":7}'
    assert section["text"].items() >= shown.items()
    assert "<!here>" not in section["text"]["text"] or section["text"]["type"] == "plain_text"
