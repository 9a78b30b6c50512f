"""escalate."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from chatops.call import Draft
from chatops.card import Choice, Paragraph, TextBox
from chatops.chain import Chain, Stage
from chatops.event import Escalated
from chatops.text import text
from chatops.ticket import Refusal
from commands.escalate import Escalate, escalate, form
from tests.scenes import AOI, OTHER_QUEUE, QUEUE, call, scene

FOR: Final = timedelta(minutes=5)


def test_the_reason_is_a_note_that_both_rooms_get() -> None:
    args = Escalate(target="specialists", reason="A leak")
    (draft,) = escalate(args, scene(), call("escalate"))  # type: ignore[misc]
    assert isinstance(draft, Draft)
    assert draft.text == "A leak"
    assert draft.event(5) == Escalated("specialists", "care-second", AOI.id, 5)


def test_an_unknown_target_is_refused_with_those_that_exist() -> None:
    known = (text("words", words="specialists"),)
    refused = Refusal(text("unknown-target", target="board", known=known), field="target")
    assert escalate(Escalate(target="board", reason="x"), scene(), call("escalate")) == refused


def test_a_reason_must_be_given() -> None:
    refused = Refusal(text("nothing-written"), field="reason")
    args = Escalate(target="specialists", reason=" ")
    assert escalate(args, scene(), call("escalate")) == refused


def test_the_form_offers_the_queue_s_targets() -> None:
    target, reason = form({"reason": "A leak"}, scene(), call("escalate")).parts
    assert isinstance(target, Choice)
    assert target.initial == "specialists"
    assert isinstance(reason, TextBox)
    assert reason.initial == "A leak"


def test_a_target_that_the_chain_reaches_names_its_stage() -> None:
    chain = Chain((Stage(FOR, call=("maya",)), Stage(FOR, target="specialists")))
    target, _ = form({}, scene(queue=replace(QUEUE, chain=chain)), call("escalate")).parts
    named = text("target-at-stage", target="specialists", stage=2, of=2)
    assert isinstance(target, Choice)
    assert target.options == (("specialists", named),)


def test_a_queue_without_targets_says_so() -> None:
    nobody, _ = form({}, scene(queue=OTHER_QUEUE), call("escalate")).parts
    assert nobody == Paragraph(text("no-targets", queue="global"))
