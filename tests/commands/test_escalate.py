"""escalate."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from chatops.call import Draft
from chatops.card import Block, Choice, Field, Form, Paragraph, TextBox
from chatops.chain import Chain, Stage
from chatops.event import Escalated
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal
from commands.escalate import Escalate, escalate, form
from tests.scenes import AOI, OTHER_QUEUE, QUEUE, call, scene

FOR: Final = timedelta(minutes=5)


def parts(given: Mapping[str, str], told: Scene) -> tuple[Field | Block, ...]:
    asked = form(given, told, call("escalate"))
    assert isinstance(asked, Form), asked
    return asked.parts


def test_the_reason_is_a_note_that_both_rooms_get() -> None:
    args = Escalate(target="specialists", reason="A leak")
    (draft,) = escalate(args, scene(), call("escalate"))  # type: ignore[misc] # no refusal: acts
    assert isinstance(draft, Draft)
    assert draft.text == "A leak"
    assert draft.event(5) == Escalated("specialists", "care-second", AOI.id, 5)


def test_an_unknown_target_is_refused_with_those_that_exist() -> None:
    known = (text("words", words="specialists"),)
    refused = Refusal(text("unknown-target", name="board", known=known), field="target")
    assert escalate(Escalate(target="board", reason="x"), scene(), call("escalate")) == refused


def test_a_name_is_taken_as_people_write_it_and_a_slip_is_told_the_nearest() -> None:
    args = Escalate(target="Ｓpecialists", reason="A leak")
    (draft,) = escalate(args, scene(), call("escalate"))  # type: ignore[misc] # no refusal: acts
    assert isinstance(draft, Draft)
    assert draft.event(5) == Escalated("specialists", "care-second", AOI.id, 5)
    near = text("unknown-target-near", name="specialist", near="specialists")
    slip = Escalate(target="specialist", reason="A leak")
    assert escalate(slip, scene(), call("escalate")) == Refusal(near, field="target")


def test_an_unknown_target_is_refused_before_a_form_asks_why() -> None:
    chain = Chain((Stage(FOR, target="specialists"),))
    known = (text("target-at-stage", target="specialists", stage=1, of=1),)
    refused = Refusal(text("unknown-target", name="nowhere", known=known), field="target")
    told = scene(queue=replace(QUEUE, chain=chain))
    assert form({"target": "nowhere"}, told, call("escalate")) == refused
    assert escalate(Escalate(target="nowhere", reason="x"), told, call("escalate")) == refused


def test_a_reason_must_be_given() -> None:
    refused = Refusal(text("nothing-written"), field="reason")
    args = Escalate(target="specialists", reason=" ")
    assert escalate(args, scene(), call("escalate")) == refused


@pytest.mark.parametrize("given", [{}, {"target": "Specialists"}])
def test_the_form_offers_the_queue_s_targets(given: dict[str, str]) -> None:
    target, reason = parts({"reason": "A leak", **given}, scene())
    assert isinstance(target, Choice)
    assert target.initial == "specialists"
    assert isinstance(reason, TextBox)
    assert reason.initial == "A leak"


def test_a_target_that_the_chain_reaches_names_its_stage() -> None:
    chain = Chain((Stage(FOR, call=("maya",)), Stage(FOR, target="specialists")))
    target, _ = parts({}, scene(queue=replace(QUEUE, chain=chain)))
    named = text("target-at-stage", target="specialists", stage=2, of=2)
    assert isinstance(target, Choice)
    assert target.options == (("specialists", named),)


def test_a_queue_without_targets_says_so() -> None:
    said = text("no-targets", queue="global")
    for typed in ({}, {"target": "specialists"}):
        nobody, _ = parts(typed, scene(queue=OTHER_QUEUE))
        assert nobody == Paragraph(said)
    args = Escalate(target="specialists", reason="A leak")
    refused = Refusal(said, field="target")
    assert escalate(args, scene(queue=OTHER_QUEUE), call("escalate")) == refused
