"""handover: whose tickets go to whom. What becomes of them is in `tests/test_doing.py`."""

from dataclasses import replace

import pytest

from chatops.call import Draft
from chatops.card import Choice
from chatops.event import Assigned, Noted, Unclaimed
from chatops.policy import Person
from chatops.ports import TicketFilter
from chatops.text import text
from chatops.ticket import Refusal
from commands.handover import Handover, form, handover, pick
from tests.scenes import AOI, BEN, MAYA, NOW, TOKYO, VIEWER, agent, call, policy, scene

TEAM = (AOI, BEN, MAYA, VIEWER)
LEFT = agent(9, "old", "Old Hand", roles={})


def test_one_s_own_tickets_are_picked_as_far_as_one_may_see_them() -> None:
    picked = pick(Handover(to="ben"), call("handover"), TEAM)
    assert picked == TicketFilter(("japan",), assignee=AOI.id)


def test_a_lead_picks_somebody_else_s_even_who_has_left() -> None:
    asked = call("handover", agent=MAYA)
    picked = pick(Handover(whose="aoi", to="ben"), asked, TEAM)
    assert picked == TicketFilter(("japan", "global"), assignee=AOI.id)
    gone = pick(Handover(whose="old", to="room"), asked, (*TEAM, LEFT))
    assert gone == TicketFilter(("japan", "global"), assignee=LEFT.id)
    one = pick(Handover(whose="aoi", queue="ＧＬＯＢＡＬ", to="ben"), asked, TEAM)
    assert one == TicketFilter(("global",), assignee=AOI.id)


def test_a_queue_that_one_may_not_see_is_none() -> None:
    refused = pick(Handover(queue="global", to="ben"), call("handover"), TEAM)
    known = (text("words", words="japan"),)
    unknown = text("unknown-queue", name="global", known=known)
    assert refused == Refusal(unknown, field="queue")


def test_it_is_asked_once_before_somebody_who_is_off_gets_tickets() -> None:
    away = replace(BEN, on=False, away=True)
    asked = pick(Handover(to="ben"), call("handover"), (AOI, away))
    assert asked == Refusal(text("ask-handover-off", name="Ben Carter"), asks="away-ben")
    sure = call("handover", confirmed=frozenset({"away-ben"}))
    assert isinstance(pick(Handover(to="ben"), sure, (AOI, away)), TicketFilter)
    shifts = Person("ben", "Ben Carter", "en", {}, {}, shifts=TOKYO)
    policed = call("handover", policy=policy(people={"ben": shifts}))
    until = TOKYO.next_opening(TOKYO.closes_at(NOW) or NOW)
    said = text("ask-handover-off-until", name="Ben Carter", until=until)
    assert pick(Handover(to="ben"), policed, (AOI, away)) == Refusal(said, asks="away-ben")


@pytest.mark.parametrize(
    ("args", "why", "field"),
    [
        (Handover(whose="xyzzy", to="ben"), "unknown-person", "whose"),
        (Handover(to="xyzzy"), "unknown-person", "to"),
        (Handover(to="ken"), "unknown-person-near", "to"),  # he may only look
        (Handover(to="aoi"), "handover-to-owner", "to"),
        (Handover(whose="ben", to="ben"), "handover-to-owner", "to"),
    ],
)
def test_who_is_nobody_gets_nothing(args: Handover, why: str, field: str) -> None:
    refused = pick(args, call("handover"), TEAM)
    assert isinstance(refused, Refusal)
    assert (refused.said.id, refused.field) == (why, field)


def test_a_ticket_goes_to_a_colleague_or_back_to_the_room() -> None:
    to_ben = handover(Handover(to="ben"), scene(agents=TEAM), call("handover"))
    assert to_ben == [Assigned(BEN.id, AOI.id)]
    back = handover(Handover(to="room"), scene(agents=TEAM), call("handover"))
    assert back == [Unclaimed(AOI.id)]


def test_the_note_comes_first() -> None:
    acts = handover(Handover(to="ben", note="All wait"), scene(agents=TEAM), call("handover"))
    assert not isinstance(acts, Refusal)
    note, handed = acts
    assert isinstance(note, Draft)
    assert (note.text, note.event(7)) == ("All wait", Noted(7, AOI.id))
    assert handed == Assigned(BEN.id, AOI.id)


def test_only_a_lead_hands_over_what_is_another_s() -> None:
    args = Handover(whose="ben", to="room")
    refused = text("not-allowed", role=text("role-lead"), queue="japan")
    assert handover(args, scene(), call("handover")) == Refusal(refused, field="whose")
    assert handover(args, scene(), call("handover", agent=MAYA)) == [Unclaimed(MAYA.id)]


def test_who_may_not_work_the_queue_gets_nothing_of_it() -> None:
    gus = agent(7, "gus", "Gus", roles={"global": AOI.roles["japan"]})
    refused = text("cannot-work", name="Gus", queue="japan")
    args = Handover(to="gus")
    assert handover(args, scene(agents=(*TEAM, gus)), call("handover")) == Refusal(refused, "to")


@pytest.mark.parametrize("args", [Handover(to="xyzzy"), Handover(whose="xyzzy", to="ben")])
def test_names_are_read_again_for_each_ticket(args: Handover) -> None:
    assert isinstance(handover(args, scene(), call("handover")), Refusal)


def test_the_form_asks_a_lead_whose_tickets_are_meant() -> None:
    to, _ = form({}, call("handover"), TEAM).parts
    assert isinstance(to, Choice)
    assert [name for name, _ in to.options] == ["room", "ben", "maya"]
    whose, to, queue, _ = form({"whose": "aoi"}, call("handover", agent=MAYA), TEAM).parts
    assert isinstance(whose, Choice)
    assert isinstance(to, Choice)
    assert isinstance(queue, Choice)
    assert ([name for name, _ in queue.options], queue.optional) == (["japan", "global"], True)
    assert ([name for name, _ in whose.options], whose.initial) == (["ben", "maya", "aoi"], "aoi")
    assert [name for name, _ in to.options] == ["room", "ben", "maya", "aoi"]
