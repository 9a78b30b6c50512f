"""Cards as Adaptive Cards: every shape, linted, sized, and deaf to what customers write in them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import chart_scene
import pytest
import scenes
from chart_scene import chart
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from slack_world import words
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from teams_lint import elements, faults, shown, size

from adapters.chat._voice import clean
from adapters.chat.teams import adaptive
from adapters.chat.teams.actions import PRIMARY
from adapters.chat.teams.adaptive import LONGEST_MESSAGE
from adapters.chat.teams.writing import Voice, Voices, escape, is_plain, runs_of
from adapters.sandbox.teams import DOCUMENTED
from adapters.sandbox.teams.cards import faults_in
from chatops.card import Button, Card, Facts, Paragraph, Quote, Shape, Style, Table
from chatops.cards.list_card import list_card
from chatops.cards.report_card import quiet_card
from chatops.cards.report_charts import MOST_STEPS, Shown, figures_blocks
from chatops.cards.thread_card import alert_card, message_line
from chatops.cards.ticket_card import left_card, ticket_card
from chatops.event import CloseReason, SnoozeReason
from chatops.ports import Listed
from chatops.scene import Agent
from chatops.splits import Group
from chatops.text import LANGUAGES, Link, Mention, Text, Words, text
from chatops.ticket import Status

NASTY: Final = (
    "<at>Aoi</at> **bold** _it_ [click](https://evil.example) https://evil.example www.evil.example "
    "<b>x</b> &lt; {{DATE(2026-10-01T00:00:00Z)}} \u202egnp.exe\x07 \ufdd01\ufdd3 `code`\n- item\n1. one"
)

PEOPLE: Final = (
    Agent(1, "aoi", "Aoi", "ja", {}, identities={"teams": "guid-aoi"}),
    Agent(2, "ben", "Ben Carter", None, {}, identities={"teams": "guid-ben"}),
    Agent(3, "cleo", "*Cleo* <b>", None, {}, identities={"slack": "UCLEO"}),
)

#: Presses that open a dialog, as the adapter tells them apart.
FORMS: Final = frozenset({"reply", "snooze", "close", "escalate", "note", "assign"})


def opens(button: Button) -> bool:
    return button.command in FORMS


def voice_of(say: Words, language: str, people: tuple[Agent, ...] = PEOPLE) -> Voice:
    return Voices(say).of(language, "Asia/Tokyo", {agent.id: agent for agent in people})


@pytest.fixture(scope="module")
def say(tmp_path_factory: pytest.TempPathFactory) -> Words:
    return words(Path(tmp_path_factory.mktemp("words")))


@pytest.fixture(scope="module")
def voice(say: Words) -> Voice:
    return voice_of(say, "en")


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def said(words: str) -> Text:
    return text("t-words", words=words)


def made(card: Card, voice: Voice) -> dict[str, Any]:
    """Return the card's content, after it has been found whole and small enough."""
    message = adaptive.message(card, voice, opens)
    content: dict[str, Any] = message["attachments"][0]["content"]
    assert faults(content) == []
    assert size(message) <= LONGEST_MESSAGE
    return content


STATES: Final[dict[str, dict[str, object]]] = {
    "open": {},
    "snoozed": {
        "status": Status.SNOOZED,
        "snooze_reason": SnoozeReason.LATER,
        "snoozed_until": scenes.NOW + timedelta(hours=1),
    },
    "waiting": {"status": Status.SNOOZED, "snooze_reason": SnoozeReason.WAITING_CUSTOMER},
    "closed": {
        "status": Status.CLOSED,
        "close_reason": CloseReason.RESOLVED,
        "closed_at": scenes.NOW,
    },
}
CLOCK: Final = scenes.begun(3600, scenes.NOW - timedelta(minutes=10))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("claimed", [False, True], ids=["unclaimed", "claimed"])
@pytest.mark.parametrize("state", STATES)
def test_ticket(
    say: Words, picture: SnapshotAssertion, state: str, claimed: bool, language: str
) -> None:
    ticket = scenes.ticket(assignee=2 if claimed else None, **STATES[state])
    card = ticket_card(scenes.scene(ticket=ticket, clock=CLOCK))
    message = adaptive.message(card, voice_of(say, language), opens, reads_threads=False)
    assert faults(message["attachments"][0]["content"]) == []
    assert size(message) <= LONGEST_MESSAGE
    assert message == picture


def listed() -> Card:
    tickets = [scenes.ticket(id=40 + n, assignee=n % 2 or None) for n in range(3)]
    return list_card(
        "mine",
        [Listed(each, scenes.CUSTOMER, f"Where is parcel {each.id}?", None) for each in tickets],
        len(tickets),
        1,
        scenes.scene().agents,
        scenes.call("list"),
    )


def report(count: int = 3) -> Card:
    rows = tuple((said(f"葵 {n}"), said(str(n * 7)), said(f"{n} min")) for n in range(count))
    head = (text("t-agent"), text("t-closed"), text("t-median"))
    return Card(push=said("report"), blocks=(Table(head, rows),))


def everything() -> Card:
    """A card with all that cards hold."""
    return Card(
        push=text("t-title", ticket=42, customer="Mina"),
        title=text("t-title", ticket=42, customer=NASTY),
        blocks=(
            Paragraph(text("t-by", who=Mention(1), where=Link("https://example.org/a_(b)", "<b>"))),
            Paragraph(text("t-by", who=Mention(3), where=NASTY)),
            Paragraph(text("t-by", who=Mention(2), where=NASTY), small=True),
            Paragraph(said("with a button"), button=Button("claim", text("t-claim"), ticket=7)),
            Quote(NASTY),
            Quote("Long. " * 150),
            Facts(((text("t-label"), said(NASTY)), (text("t-label"), said("")))),
            Facts(((text("t-label"), said("Mina & Co")), (said("a"), said("1 h 15 min")))),
            Facts(((text("t-label"), text("t-due", due=datetime(2026, 10, 1, 3, tzinfo=UTC))),)),
            Table((text("t-label"), said("")), ((said("x"), said("A link " * 8)),)),
        ),
        buttons=(
            Button("claim", text("t-claim"), style=Style.PRIMARY),
            Button("reply", text("t-send")),
            Button("unmute", text("t-close"), style=Style.DANGER, args=(("reason", "spam"),)),
            Button("claim", text("t-close"), ticket=43),
            Button("show", said("On X"), url="https://x.example/1"),
        ),
        menu=(Button("read", text("t-claim")), Button("note", text("t-text"))),
        ticket=42,
    )


CARDS: Final = {
    "everything": everything(),
    "list": listed(),
    "report": report(),
    "quiet": quiet_card(date(2026, 10, 1), {"spam words": 12, "短い": 3}),
    "alert": alert_card(
        scenes.scene(clock=CLOCK, now=scenes.NOW + timedelta(hours=2)), "https://example.org/card"
    ),
    "message": message_line(
        scenes.scene(ticket=scenes.ticket(assignee=2)), scenes.line(), mention=True
    ),
    "left": left_card(scenes.scene(), 2, "https://example.org/card"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CARDS)
def test_card(say: Words, picture: SnapshotAssertion, name: str, language: str) -> None:
    assert made(CARDS[name], voice_of(say, language)) == picture


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts(say: Words, picture: SnapshotAssertion, language: str) -> None:
    charts = [chart(shape, series) for shape in Shape for series in (1, 2)]
    content = made(chart_scene.card(*charts), voice_of(say, language))
    assert faults_in(content, DOCUMENTED) == []
    assert content == picture


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("steps", [31, MOST_STEPS])
def test_the_longest_course_of_a_period_has_its_pictures(
    say: Words, language: str, steps: int
) -> None:
    points = [(text("day", day=date(2026, 12, n % 31 + 1)), GROUP) for n in range(steps)]
    blocks = figures_blocks(Shown("by_day", points, in_time=True))
    content = made(Card(push=said("report"), blocks=blocks), voice_of(say, language))
    flow, counts, fast, responses = content["body"]
    for drawn, told in ((flow, counts), (fast, responses)):
        assert (drawn["type"], told["type"]) == ("Chart.Line", "FactSet")
        assert [len(row["values"]) for row in drawn["data"]] == [steps, steps]
        assert len(told["facts"]) == steps


#: As many digits and words as a step may have.
GROUP: Final = Group(1234, 1234, [172_740] * 10)


# --- what is pressed


def test_press_is_executed_or_opens_a_dialog_or_leads_away(voice: Voice) -> None:
    claim, reply, unmute, other, away, read, note = made(everything(), voice)["actions"]
    assert claim == {
        "type": "Action.Execute",
        "verb": "claim",
        "data": {"c": "claim", "t": 42},
        "title": "Claim",
        "style": "positive",
    }
    assert reply == {
        "type": "Action.Submit",
        "data": {"msteams": {"type": "task/fetch"}, "c": "reply", "t": 42},
        "title": "Send",
    }
    assert unmute["data"] == {"c": "unmute", "t": 42, "a": {"reason": "spam"}}
    assert unmute["style"] == "destructive"
    assert (other["data"]["t"], other["tooltip"]) == (43, "Send and close: #43")
    assert away == {"type": "Action.OpenUrl", "url": "https://x.example/1", "title": "On X"}
    assert [each.get("mode") for each in (away, read, note)] == [None, "secondary", "secondary"]


def test_more_buttons_than_teams_shows_stand_behind(voice: Voice) -> None:
    card = Card(push=said("x"), buttons=(Button("claim", text("t-claim")),) * (PRIMARY + 2))
    modes = [each.get("mode") for each in made(card, voice)["actions"]]
    assert modes == [None] * PRIMARY + ["secondary"] * 2


def test_card_without_buttons_has_no_actions(voice: Voice) -> None:
    assert "actions" not in made(Card(push=said("x")), voice)


def test_question_repeats_the_call_with_a_yes(voice: Voice) -> None:
    carried = {"c": "close", "k": ["spam"], "t": 42, "l": "42 spam"}
    message = adaptive.question(said("Really?"), carried, voice)
    content = message["attachments"][0]["content"]
    assert faults(content) == []
    assert message["summary"] == "Really?"
    assert content["actions"] == [
        {"type": "Action.Execute", "verb": "close", "data": carried, "title": "Yes, go on"}
    ]


def test_yes_that_carries_too_much_is_not_offered(voice: Voice) -> None:
    message = adaptive.question(said("Really?"), {"c": "reply", "l": "漢" * 4_000}, voice)
    assert "actions" not in message["attachments"][0]["content"]


# --- the thread


def test_card_says_where_its_thread_is_not_read(voice: Voice) -> None:
    card = ticket_card(scenes.scene())
    read_there = shown(adaptive.message(card, voice, opens)["attachments"])
    unread = shown(adaptive.message(card, voice, opens, reads_threads=False)["attachments"])
    assert unread.removeprefix(read_there) == (
        "\nWhat you write in this thread without mentioning me is not recorded. "
        "A note goes by the button, or by mentioning me with “note” and your words."
    )


# --- how long it may be


@pytest.mark.parametrize("long", ["a", "漢", "👩‍👩‍👧‍👦", '"', "\\", "<at>x</at>", "{", "\n", "葵<"])
@pytest.mark.parametrize("count", [599, 601, 1_500, 30_000])
def test_longest_words_fit_whatever_they_are(voice: Voice, long: str, count: int) -> None:
    quoted = made(Card(push=said(long), blocks=(Quote(long * count), Quote(long * count))), voice)
    assert all(each["text"] for each in elements(quoted) if each["type"] == "TextRun")


def test_longest_ticket_fits(voice: Voice) -> None:
    lines = (scenes.line(said="漢" * 40_000), scenes.line(101, "😀" * 40_000))
    scene = scenes.scene(lines=lines, customer=replace(scenes.CUSTOMER, name="名" * 900))
    message = adaptive.message(ticket_card(scene), voice, opens, reads_threads=False)
    assert faults(message["attachments"][0]["content"]) == []
    assert size(message) <= LONGEST_MESSAGE


def test_quotation_of_a_glance_is_shown_whole(voice: Voice) -> None:
    (ground,) = made(Card(push=said("x"), blocks=(Quote("a" * 600),)), voice)["body"]
    assert ground == {
        "type": "Container",
        "style": "emphasis",
        "items": [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "a" * 600}]}],
    }


def test_longer_quotation_is_folded_and_a_press_shows_all(voice: Voice) -> None:
    quote = Quote("a" * 601)
    ground, again = made(Card(push=said("x"), blocks=(quote, quote)), voice)["body"]
    short, whole, more, less = ground["items"]
    assert short["inlines"] == [{"type": "TextRun", "text": "a" * 599 + "…"}]
    assert (whole["inlines"], whole["isVisible"]) == (
        [{"type": "TextRun", "text": "a" * 601}],
        False,
    )
    assert (more["actions"][0]["title"], less["isVisible"]) == ("Show all", False)
    assert less["actions"][0] == {
        "type": "Action.ToggleVisibility",
        "title": "Show less",
        "targetElements": ["short0", "whole0", "more0", "less0"],
    }
    assert [each["id"] for each in again["items"]] == ["short1", "whole1", "more1", "less1"]


def test_what_does_not_fit_is_said_to_stand_in_the_thread(voice: Voice) -> None:
    (ground,) = made(Card(push=said("x"), blocks=(Quote("漢" * 30_000),)), voice)["body"]
    assert shown(ground["items"][-1]) == "… continued in the thread"


def test_longest_table_is_cut_and_says_how_much_is_left(voice: Voice) -> None:
    body = made(report(3_000), voice)["body"]
    rows = len(body[0]["facts"])
    assert shown(body[1]) == f"… and {3_000 - rows:,} more rows"


def test_message_of_too_many_blocks_is_cut_and_says_so(voice: Voice) -> None:
    lines = (
        Paragraph(said("a line " * 20), button=Button("claim", text("t-claim"), ticket=1)),
    ) * 90
    body = made(Card(push=said("list"), blocks=lines), voice)["body"]
    assert len(body) > 30
    assert shown(body[-1]) == "… there is more, which does not fit here"


def test_push_is_short_enough_for_a_lock_screen(voice: Voice) -> None:
    message = adaptive.message(Card(push=said("a" * 500)), voice, opens)
    assert message["summary"] == "a" * 299 + "…"


# --- what fits a phone


def test_table_of_a_phones_width_stands_in_columns_with_facts_to_fall_back_on(voice: Voice) -> None:
    (table,) = made(report(1), voice)["body"]
    assert table["columns"] == [
        {"width": 5, "horizontalCellContentAlignment": "Left"},
        {"width": 6, "horizontalCellContentAlignment": "Right"},
        {"width": 6, "horizontalCellContentAlignment": "Right"},
    ]
    fact = {"title": "葵 0", "value": "Closed 0 · Median 0 min"}
    assert table["fallback"] == {"type": "FactSet", "facts": [fact]}


def test_table_that_markdown_would_read_falls_back_on_lines(voice: Voice) -> None:
    table = Table((text("t-label"), said("")), ((said("a_1_b"), said("2")),))
    (made_of,) = made(Card(push=said("x"), blocks=(table,)), voice)["body"]
    assert shown(made_of["fallback"]) == "a_1_b\n · \n2"


@pytest.mark.parametrize(
    "cell",
    [
        said("葵" * 13),
        said("a" * 26),
        said("▇" * 13),
        text("t-by", who=Mention(1), where="x"),
        text("t-words", words=Link("https://e.org", "e")),
    ],
)
def test_table_that_is_too_wide_or_calls_somebody_stands_in_lines(voice: Voice, cell: Text) -> None:
    table = Table((text("t-label"), text("t-closed")), ((cell, said("1 234 567")),))
    (lines,) = made(Card(push=said("x"), blocks=(table,)), voice)["body"]
    assert lines["type"] == "Container"
    assert shown(lines).endswith("\n · Closed \n1 234 567")


def test_empty_quotation_and_table_are_left_out(voice: Voice) -> None:
    parts = (Quote(" \n "), Table((said("h"),), ()), Paragraph(said("there")))
    assert shown(made(Card(push=said("x"), blocks=parts), voice)) == "there"


def test_card_that_shows_nothing_says_what_a_lock_screen_says(voice: Voice) -> None:
    assert shown(made(Card(push=said("hello")), voice)) == "hello"


# --- people


def test_who_is_called_is_mentioned_by_their_id(voice: Voice) -> None:
    both = text("t-by", who=Mention(1), where=Mention(2))
    content = made(Card(push=both, blocks=(Paragraph(both), Paragraph(both, small=True))), voice)
    assert content["body"][0] == {
        "type": "TextBlock",
        "text": "<at>Aoi</at> has it, see <at>Ben Carter</at>",
        "wrap": True,
    }
    assert content["msteams"]["entities"] == [
        {
            "type": "mention",
            "text": f"<at>{name}</at>",
            "mentioned": {"id": id, "name": name},
        }
        for name, id in (("Aoi", "guid-aoi"), ("Ben Carter", "guid-ben"))
    ]


def test_who_is_not_in_teams_is_named_and_not_called(voice: Voice) -> None:
    sentence = text("t-by", who=Mention(3), where=Mention(99))
    content = made(Card(push=sentence, blocks=(Paragraph(sentence),)), voice)
    assert shown(content) == "*Cleo* <b>\n has it, see \n#99"
    assert content["msteams"] == {"width": "full"}


def test_two_of_one_name_are_called_apart(say: Words) -> None:
    people = tuple(
        Agent(id, name, "_Aoi_ O'Hara", None, {}, identities={"teams": f"guid-{name}"})
        for id, name in ((1, "aoi"), (2, "aoi.2"))
    )
    sentence = text("t-by", who=Mention(1), where=Mention(2))
    voice = voice_of(say, "en", people)
    assert voice.markdown(sentence) == (
        "<at>Aoi O’Hara aoi 1</at> has it, see <at>Aoi O’Hara aoi.2 2</at>"
    )
    calls = voice.calls(voice.pieces(sentence))
    assert [call["mentioned"]["id"] for call in calls] == ["guid-aoi", "guid-aoi.2"]


def test_link_of_ours_opens_its_address(voice: Voice) -> None:
    sentence = text("t-words", words=Link("https://example.org/a_(b)", "#4[2]"))
    assert voice.runs(sentence) == [
        {
            "type": "TextRun",
            "text": "#4[2]",
            "selectAction": {"type": "Action.OpenUrl", "url": "https://example.org/a_(b)"},
        }
    ]
    assert voice.markdown(sentence) == r"[#4\[2\]](https://example.org/a_%28b%29)"


def test_title_names_people_and_leads_where_it_says(voice: Voice) -> None:
    sentence = text("t-by", who=Mention(1), where=Link("https://example.org", "#42"))
    (head,) = made(Card(push=said("x"), title=sentence), voice)["body"]
    assert shown(head) == "Aoi\n has it, see \n#42"
    assert {run["weight"] for run in head["inlines"]} == {"Bolder"}


def test_nothing_said_is_shown_as_nothing(voice: Voice) -> None:
    assert voice.markdown(said("")) == "–"
    assert voice.runs(said("")) == [{"type": "TextRun", "text": "–"}]
    assert voice.label(said(""), 10) == "–"


# --- what customers write

#: Reads Markdown as it is specified.
READER: Final = MarkdownIt("commonmark").enable(["strikethrough", "table"])

#: What clients make a link or a letter's address of, where no sign stands between.
UNASKED: Final = re.compile(r"://|www\.\w|[^\s\\]@\w|\w\.com", re.IGNORECASE)


def read(marked: str) -> tuple[str, set[str]]:
    """Return what a reader of Markdown shows, and the kinds of what it found in it."""
    lines: list[str] = []
    kinds: set[str] = set()
    for token in READER.parse(marked):
        kinds.add(token.type)
        for child in token.children or []:
            kinds.add(child.type)
            lines.append(child.content)
        if token.type == "paragraph_close":
            lines.append("\n")
    return "".join(lines).strip(), kinds


PLAIN_KINDS: Final = {"paragraph_open", "paragraph_close", "inline", "text"}

#: Words with much of what Markdown, Teams and phones would read.
HOSTILE: Final = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                "<at>Aoi</at>",
                "<AT>",
                "</at>",
                "**",
                "__",
                "~~",
                "`",
                "```",
                "[a](https://e.org)",
                "![",
                "](",
                "https://e.org",
                "http://",
                "www.e.org",
                "a@e.org",
                "evil.com",
                "- ",
                "+ ",
                "1. ",
                "2) ",
                "# ",
                "> ",
                "|",
                "---",
                "===",
                "\n",
                "    ",
                "\t",
                "&lt;",
                "&amp;",
                "&#42;",
                "\\",
                "<b>",
                "<!--",
                "{{DATE(2026-10-01T00:00:00Z)}}",
                "\u202e",
                "\u2066",
                "\ufdd01\ufdd3",
                "\ufdd1https://e.org\ufdd2x\ufdd3",
                "\uffff",
                "é",
                "漢字",
                "👩‍👩‍👧‍👦",
            ]
        ),
    ),
    max_size=30,
).map("".join)


def spaced(words: str) -> str:
    return " ".join(words.split())


@given(HOSTILE)
def test_foreign_words_in_markdown_are_read_as_they_were_written(words: str) -> None:
    kept = clean(words)
    text_read, kinds = read(escape(kept))
    assert kinds <= PLAIN_KINDS
    assert spaced(text_read) == spaced(kept)
    assert UNASKED.search(escape(kept)) is None


@given(HOSTILE)
def test_words_that_pass_as_plain_are_read_as_they_were_written(words: str) -> None:
    kept = clean(words)
    if is_plain(kept):
        text_read, kinds = read(kept)
        assert kinds <= PLAIN_KINDS
        assert spaced(text_read) == spaced(kept)
        assert UNASKED.search(kept) is None


@given(HOSTILE)
def test_foreign_words_in_runs_are_all_there_and_hold_no_sign(words: str) -> None:
    kept = clean(words)
    runs = runs_of(kept)
    assert "".join(run["text"] for run in runs) == kept
    for run in runs:
        assert run.keys() == {"type", "text"}
        assert "<at" not in run["text"].lower()
        assert "{{" not in run["text"]


@given(HOSTILE)
def test_customers_words_make_no_mention_no_link_and_no_formatting(
    voice: Voice, words: str
) -> None:
    card = Card(
        push=said(words),
        title=said(words),
        blocks=(
            Paragraph(text("t-by", who=Mention(1), where=words)),
            Paragraph(said(words), button=Button("claim", text("t-claim"))),
            Quote(words),
            Facts(((said(words), said(words)),)),
            Table((said("a"), said(words)), ((said(words), said(words)),)),
        ),
    )
    content = made(card, voice)
    assert [call["text"] for call in content["msteams"]["entities"]] == ["<at>Aoi</at>"]
    marked = [each["text"] for each in elements(content) if each["type"] == "TextBlock"]
    assert sum(each.count("<at>") for each in marked) == 1
    for each in marked:
        assert read(each.replace("<at>Aoi</at>", "Aoi"))[1] <= PLAIN_KINDS
    assert {each["type"] for each in elements(content)} & {"Action.OpenUrl"} == set()
