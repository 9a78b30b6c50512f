"""move."""

from dataclasses import replace

import pytest

from chatops.call import Draft
from chatops.card import Choice, TextBox
from chatops.event import Moved, Noted
from chatops.text import text
from chatops.ticket import Refusal
from commands.move import Move, form, move
from tests.scenes import AOI, BEN, MAYA, OTHER_QUEUE, QUEUE, call, policy, scene, ticket


@pytest.mark.parametrize("word", ["global", "GLOBAL", "ｇｌｏｂａｌ"])
def test_a_queue_is_found_by_its_name(word: str) -> None:
    unclaimed = [Moved("global", AOI.id, keeps_assignee=False)]
    assert move(Move(queue=word), scene(), call("move")) == unclaimed


@pytest.mark.parametrize(("assignee", "keeps"), [(BEN.id, False), (MAYA.id, True)])
def test_the_assignee_is_kept_where_they_may_work(assignee: int, keeps: bool) -> None:
    here = scene(ticket=ticket(assignee=assignee))
    assert move(Move(queue="global"), here, call("move")) == [Moved("global", AOI.id, keeps)]


def test_a_note_follows_to_the_new_rooms() -> None:
    acts = move(Move(queue="global", note="He is in Paris"), scene(), call("move"))
    assert not isinstance(acts, Refusal)
    _, note = acts
    assert isinstance(note, Draft)
    assert (note.text, note.event(7)) == ("He is in Paris", Noted(7, AOI.id))


def test_an_unknown_queue_gets_the_nearest_one_or_all() -> None:
    near = text("unknown-queue-near", name="globl", near="global")
    assert move(Move(queue="globl"), scene(), call("move")) == Refusal(near, field="queue")
    known = (text("words", words="japan"), text("words", words="global"))
    refused = Refusal(text("unknown-queue", name="xyzzy", known=known), field="queue")
    assert move(Move(queue="xyzzy"), scene(), call("move")) == refused


def test_the_form_offers_the_other_queues() -> None:
    more = {"japan": QUEUE, "global": OTHER_QUEUE, "vip": replace(QUEUE, name="vip")}
    asked = call("move", policy=policy(queues=more))
    choice, note = form({"queue": "vip"}, scene(), asked).parts
    assert isinstance(choice, Choice)
    assert isinstance(note, TextBox)
    assert ([name for name, _ in choice.options], choice.initial) == (["global", "vip"], "vip")
    assert note.optional
