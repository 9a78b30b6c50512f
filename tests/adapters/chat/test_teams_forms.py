"""Forms as dialogs: every form of the product, and what people fill in back as fields."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import scenes
from hypothesis import given
from hypothesis import strategies as st
from slack_world import reply_form, words
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from teams_lint import elements, faults, shown, size

import commands
from adapters.chat._voice import clean
from adapters.chat.teams import forms
from adapters.chat.teams.adaptive import CONTENT_TYPE, LONGEST_MESSAGE
from adapters.chat.teams.forms import Asked, Sent
from adapters.chat.teams.inputs import OPTIONS
from adapters.chat.teams.writing import Voice, Voices
from chatops.arguments import form_for
from chatops.call import Looks, OnTicket, OnTickets, Registry, Runs
from chatops.card import Button, Card, Choice, Facts, Form, Paragraph, Quote, Table, TextBox
from chatops.cards.reply_form import LISTED
from chatops.channel import Can
from chatops.errors import Unreadable
from chatops.policy import CannedReply, Macro
from chatops.text import LANGUAGES, Text, Words, text

REGISTRY: Final = Registry.of(commands)

ASKED: Final = Asked(
    "reply", 42, {"seen": "7"}, "19:a@thread.tacv2", "1700", frozenset({"b", "a"}), "1700"
)


@pytest.fixture(scope="module")
def say(tmp_path_factory: pytest.TempPathFactory) -> Words:
    return words(Path(tmp_path_factory.mktemp("words")))


@pytest.fixture(scope="module")
def voice(say: Words) -> Voice:
    return Voices(say).of("en", "Asia/Tokyo", {})


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def said(words: str) -> Text:
    return text("t-words", words=words)


def body(task: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a dialog shows, after it has been found whole and small enough."""
    assert task.keys() == {"title", "height", "width", "card"}
    assert task["card"]["contentType"] == CONTENT_TYPE
    assert faults(task["card"]["content"]) == []
    assert size(task) <= LONGEST_MESSAGE
    shown_in_it: list[dict[str, Any]] = task["card"]["content"]["body"]
    return shown_in_it


def inputs(task: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a dialog's inputs by the fields' names."""
    found = (each for each in body(task) if each["type"].startswith("Input."))
    return {each["id"].rpartition(":")[0]: each for each in found}


def pressed(
    task: dict[str, Any], filled: Mapping[str, str] | None = None, *, button: int = 0
) -> dict[str, Any]:
    """Return what Teams sends when somebody fills in fields and presses a dialog's button."""
    stands = {each["id"]: each.get("value", "") for each in inputs(task).values()}
    for name, value in (filled or {}).items():
        stands[inputs(task)[name]["id"]] = value
    return {**task["card"]["content"]["actions"][button]["data"], **stands}


# --- the product's own forms

#: A ticket on which everything can be done, and a queue that has something of all.
SCENE: Final = scenes.scene(
    ticket=scenes.ticket(links=(40,)),
    near={40: scenes.ticket(id=40)},
    policy=scenes.policy(macros={"sorry": Macro("sorry", ("close spam", "tag late"))}),
    traits=replace(
        scenes.TRAITS, can=scenes.TRAITS.can | Can.HIDE | Can.DELETE_THEIRS | Can.DELETE_OURS
    ),
    lines=(
        scenes.line(said="Where <at>is</at> *my* parcel?", external_id="1"),
        scenes.line(101, "https://evil.example", external_id="2", hidden=True),
    ),
)


def form_of(name: str, fields: Mapping[str, str] | None = None) -> Form | None:
    """Return the form that a command of the product brings, if it has one."""
    command = REGISTRY.get(name)
    assert command is not None
    call = scenes.call(name, agent=scenes.MAYA)
    match command.handler:
        case OnTicket(_, form) | Runs(_, form) if form is not None:
            return form(fields or {}, SCENE, call)
        case OnTickets(_, _, form) | Looks(_, form) if form is not None:
            return form(fields or {}, call, SCENE.agents)
        case OnTicket() | Runs() if any(
            f.is_required() for f in command.args.model_fields.values()
        ):
            return form_for(command, fields or {}, SCENE, call)
        case _:
            return None


FORMS: Final = [each.name for each in REGISTRY if form_of(each.name) is not None]


def the_form(name: str, fields: Mapping[str, str] | None = None) -> Form:
    form = form_of(name, fields)
    assert form is not None
    return form


def a_value(part: TextBox | Choice) -> str:
    return part.options[-1][0] if isinstance(part, Choice) else "words <at>x</at> *y*"


def test_there_are_the_forms_of_the_product() -> None:
    assert {"reply", "snooze", "close", "escalate", "note", "assign", "move"} <= {*FORMS}
    assert len(FORMS) >= 18


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMS)
def test_form(say: Words, picture: SnapshotAssertion, name: str, language: str) -> None:
    form = the_form(name)
    task = forms.dialog(form, Asked(name, 42), Voices(say).of(language, "Asia/Tokyo", {}))
    asked = [part.name for part in form.parts if isinstance(part, TextBox | Choice)]
    assert list(inputs(task)) == asked
    assert task == picture


@pytest.mark.parametrize("name", FORMS)
def test_what_is_filled_in_comes_back_as_fields(voice: Voice, name: str) -> None:
    form = the_form(name)
    asked = Asked(form.command, form.ticket, form.hidden, "19:a@thread.tacv2", "1700")
    parts = [part for part in form.parts if isinstance(part, TextBox | Choice)]
    filled = {part.name: a_value(part) for part in parts}
    sent = forms.sent(pressed(forms.dialog(form, asked, voice), filled))
    assert (sent.asked, sent.fields, sent.anew, sent.missing) == (asked, filled, False, {})


@pytest.mark.parametrize("name", FORMS)
def test_form_with_typing_that_changes_it_has_a_second_button(voice: Voice, name: str) -> None:
    form = the_form(name)
    live = [part for part in form.parts if isinstance(part, TextBox | Choice) and part.live]
    task = forms.dialog(form, Asked(name, 42), voice)
    actions = task["card"]["content"]["actions"]
    assert [each["title"] for each in actions[1:]] == (["Update the form"] if live else [])
    demanded = [each for each in inputs(task).values() if each.get("isRequired")]
    assert not (live and demanded)


# --- typing, sending, showing again


def test_form_is_made_anew_with_what_was_typed(voice: Voice) -> None:
    task = forms.dialog(reply_form(), ASKED, voice)
    sent = forms.sent(pressed(task, {"text": "hello"}, button=1))
    assert (sent.anew, sent.fields) == (True, {"text": "hello", "then": "nothing"})
    again = forms.dialog(reply_form(sent.fields), sent.asked, voice, typed=sent.typed)
    assert inputs(again)["text"]["value"] == "hello"
    assert "5 of 280" in shown(body(again))


def test_canned_text_takes_the_place_of_what_was_typed(voice: Voice) -> None:
    task = forms.dialog(the_form("reply"), Asked("reply", 42), voice)
    sent = forms.sent(pressed(task, {"text": "hm", "canned": "en/on its way"}, button=1))
    form = the_form("reply", sent.fields)
    again = forms.dialog(form, sent.asked.again(form), voice, typed=sent.typed)
    assert inputs(again)["text"]["value"] == "Hello Jo, {it} is on its way. Maya Lind"
    assert inputs(again)["canned"]["value"] == "en/on its way"
    once_more = forms.sent(pressed(again, {"text": "Hello Jo"}))
    assert once_more.fields["text"] == "Hello Jo"
    assert once_more.asked.hidden["filled"] == "en/on its way"


def test_field_that_was_emptied_stays_empty_when_the_form_is_shown_again(voice: Voice) -> None:
    form = reply_form({"text": "hello"})
    sent = forms.sent(pressed(forms.dialog(form, ASKED, voice), {"text": ""}))
    again = forms.dialog(form, ASKED, voice, typed=sent.typed)
    assert "value" not in inputs(again)["text"]


def test_empty_field_is_said_of_a_live_form_and_demanded_of_any_other(voice: Voice) -> None:
    task = forms.dialog(reply_form(), ASKED, voice)
    sent = forms.sent(pressed(task))
    assert sent.missing == {"text": text("teams-required")}
    again = forms.dialog(reply_form(), ASKED, voice, errors=sent.missing)
    assert shown(body(again)[2]) == "⚠ \nPlease fill this in."
    filled = forms.dialog(reply_form({"text": "x"}), ASKED, voice, errors=sent.missing)
    assert "Please fill this in." not in shown(body(filled))
    until = inputs(forms.dialog(the_form("snooze"), Asked("snooze", 42), voice))
    assert (until["until"]["isRequired"], until["until"]["errorMessage"]) == (
        True,
        "Please fill this in.",
    )
    assert "isRequired" not in until["reason"]


def test_fault_of_a_field_stands_below_it(voice: Voice) -> None:
    task = forms.dialog(reply_form(), ASKED, voice, errors={"text": said("too long by 3 *")})
    _, box, fault, count, _, _ = body(task)
    assert box["id"] == "text:0"
    assert fault["inlines"] == [
        {"type": "TextRun", "text": words, "weight": "Bolder", "color": "Attention"}
        for words in ("⚠ ", "too long by 3 *")
    ]
    assert shown(count) == "0 of 280"


def test_what_is_said_at_a_field_is_not_said_again_below_it(voice: Voice) -> None:
    counted = text("t-count", count=0)
    task = forms.dialog(reply_form(), ASKED, voice, errors={"text": counted})
    assert shown(body(task)).count("0 of 280") == 1


def test_refusal_or_question_stands_on_top(voice: Voice) -> None:
    task = forms.dialog(reply_form(), ASKED, voice, said("it holds a phone number"))
    assert shown(body(task)[0]) == "⚠ \nit holds a phone number"


def test_what_is_hidden_and_where_it_was_asked_comes_back(voice: Voice) -> None:
    sent = forms.sent(pressed(forms.dialog(reply_form(), ASKED, voice)))
    assert sent.asked == ASKED
    form = reply_form()
    assert sent.asked.again(form, frozenset({"c"})) == replace(ASKED, confirmed=frozenset({"c"}))


@pytest.mark.parametrize(
    "data", [{}, {"asked": None}, {"asked": {"c": 1}}, {"asked": {"c": "x", "t": "42"}}, {"c": "x"}]
)
def test_what_is_no_dialog_of_ours_is_unreadable(data: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        forms.sent(data)


def test_what_else_comes_with_a_submission_is_no_field() -> None:
    data = {
        "asked": {"c": "x"},
        "msteams": {},
        "need": "x",
        "anew": "yes",
        "text:0": 7,
        "a:1": None,
    }
    assert forms.sent(data) == Sent(Asked("x"), {"text:0": "7"})


@given(st.text())
def test_typed_words_come_back_and_stand_as_they_are(voice: Voice, words: str) -> None:
    sent = forms.sent(pressed(forms.dialog(reply_form(), ASKED, voice), {"text": words}))
    assert sent.fields.get("text", "") == words
    again = forms.dialog(reply_form(), ASKED, voice, typed=sent.typed)
    assert inputs(again)["text"].get("value", "") == clean(words)


# --- choices


def choosing(count: int, initial: str | None = None, **more: Any) -> Form:
    options = tuple((f"v{n}", said(f"option {n}")) for n in range(count))
    part = Choice("one", said("One"), options, initial, **more)
    return Form("macro", 42, said("Choose"), said("Go"), (part,))


@pytest.mark.parametrize(("count", "style"), [(1, "compact"), (10, "compact"), (11, "filtered")])
def test_longer_choice_is_narrowed_by_typing(voice: Voice, count: int, style: str) -> None:
    choice = inputs(forms.dialog(choosing(count, "v0"), ASKED, voice))["one"]
    assert (choice["style"], len(choice["choices"]), choice["value"]) == (style, count, "v0")
    assert "choices.data" not in choice


@pytest.mark.parametrize(
    "form", [choosing(OPTIONS + 1, "v100"), choosing(30, "v29", searched=True)]
)
def test_choice_of_too_many_is_searched_and_lists_what_is_chosen_first(
    voice: Voice, form: Form
) -> None:
    choice = inputs(forms.dialog(form, ASKED, voice))["one"]
    assert choice["value"] == choice["choices"][0]["value"] == str(form.parts[0].initial)  # type: ignore[union-attr]
    assert len(choice["choices"]) == 21
    query = choice["choices.data"]
    assert (query["type"], query["count"]) == ("Data.Query", OPTIONS)
    assert forms.searched(query["dataset"]) == ("one", ASKED)


def test_choice_without_options_asks_for_them(voice: Voice) -> None:
    choice = inputs(forms.dialog(choosing(0), ASKED, voice))["one"]
    assert (choice["choices"], "choices.data" in choice, "value" in choice) == ([], True, False)


def test_options_that_take_too_much_are_searched(voice: Voice) -> None:
    options = tuple((f"v{n}", said("葵" * 90)) for n in range(90))
    part = Choice("one", said("One"), options)
    form = Form("macro", 42, said("Choose"), said("Go"), (part, replace(part, name="two")))
    assert len(inputs(forms.dialog(form, ASKED, voice))["two"]["choices"]) == 20


def test_many_canned_replies_are_searched(voice: Voice) -> None:
    replies = tuple(CannedReply(f"reply {n}", "en", f"Text {n}") for n in range(LISTED + 1))
    scene = replace(SCENE, queue=replace(SCENE.queue, canned=replies))
    command = REGISTRY.get("reply")
    assert command is not None
    assert isinstance(command.handler, OnTicket)
    assert command.handler.form is not None
    form = command.handler.form({}, scene, scenes.call("reply"))
    assert "choices.data" in inputs(forms.dialog(form, ASKED, voice))["canned"]


@pytest.mark.parametrize("dataset", ["", "one", "one {", "one {}", 'one {"c":1}', "one [1]"])
def test_what_is_no_dataset_of_ours_is_unreadable(dataset: str) -> None:
    with pytest.raises(Unreadable):
        forms.searched(dataset)


# --- what is too long


@pytest.mark.parametrize("word", ["漢", "😀", "a ", "<at>"])
def test_longest_form_fits_and_leaves_out_the_oldest_of_what_it_tells(
    voice: Voice, word: str
) -> None:
    told = tuple(
        part for n in range(40) for part in (Paragraph(said(f"no. {n}")), Quote(word * 900))
    )
    box = TextBox("text", said("Reply"), multiline=True, initial="漢" * 5_000, live=True)
    form = Form("reply", 42, said("Reply"), said("Send"), (*told, box, Paragraph(said("count"))))
    task = forms.dialog(form, ASKED, voice, said("⚠ " * 100))
    assert list(inputs(task)) == ["text"]
    assert len(inputs(task)["text"]["value"]) == 4_000
    assert shown(body(task)[-2]) == "count"


def test_input_takes_no_more_than_its_field(voice: Voice) -> None:
    parts = (TextBox("a", said("A"), longest=200), TextBox("b", said("B"), longest=9_000))
    form = Form("search", None, said("Search"), said("Go"), parts)
    longest = [each["maxLength"] for each in inputs(forms.dialog(form, ASKED, voice)).values()]
    assert longest == [200, 4_000]


# --- dialogs that only tell


def test_notice_shows_a_card_and_its_presses_come_back_as_submissions(voice: Voice) -> None:
    card = Card(
        push=said("list"),
        title=said("Your tickets"),
        blocks=(
            Paragraph(said("#42"), button=Button("show", text("t-claim"), ticket=42)),
            Facts(((said("a"), said("b")),)),
            Table((said("a"), said("b")), ((said("c"), said("1")),)),
        ),
        buttons=(
            Button("reply", text("t-send"), (("page", "2"),)),
            Button("open", said("On X"), url="https://x.example/1"),
        ),
    )
    task = forms.notice(card, voice, lambda _button: True)
    body(task)
    assert (task["title"], task["height"], task["width"]) == ("Care", "medium", "medium")
    found = [each for each in elements(task["card"]["content"]) if "Action." in each["type"]]
    assert [each["type"] for each in found] == ["Action.Submit", "Action.Submit", "Action.OpenUrl"]
    assert [each.get("data") for each in found] == [
        {"c": "show", "t": 42},
        {"c": "reply", "a": {"page": "2"}},
        None,
    ]
