"""assign."""

import pytest

from chatops.card import Choice
from chatops.event import Assigned
from chatops.text import text
from chatops.ticket import Refusal
from commands.assign import Assign, assign, form
from tests.scenes import AOI, BEN, agent, call, scene


@pytest.mark.parametrize("who", ["ben", "@ben", "BEN", "＠ben", "Ben Carter", "carter", "benさん"])
def test_a_colleague_is_found_by_name(who: str) -> None:
    assert assign(Assign(who=who), scene(), call("assign")) == [Assigned(BEN.id, by=AOI.id)]


@pytest.mark.parametrize("who", ["伊藤 葵", "伊藤葵", "伊藤さん"])
def test_a_japanese_name_may_be_written_together(who: str) -> None:
    assert assign(Assign(who=who), scene(), call("assign")) == [Assigned(AOI.id, by=AOI.id)]


def test_an_unknown_name_gets_the_nearest_one() -> None:
    near = text("unknown-person-near", name="bem", near="ben")
    assert assign(Assign(who="bem"), scene(), call("assign")) == Refusal(near, field="who")
    refused = Refusal(text("unknown-person", name="xyzzy"), field="who")
    assert assign(Assign(who="xyzzy"), scene(), call("assign")) == refused


def test_who_may_only_look_is_given_nothing() -> None:
    refused = assign(Assign(who="ken"), scene(), call("assign"))
    assert isinstance(refused, Refusal)


def test_a_name_of_two_people_is_refused_with_both() -> None:
    namesake = agent(8, "adams", "Ben Adams")
    carter = agent(2, "carter", "Ben Carter")
    refused = assign(Assign(who="Ben"), scene(agents=(carter, namesake)), call("assign"))
    people = (text("words", words="adams"), text("words", words="carter"))
    assert refused == Refusal(text("several-people", name="Ben", people=people), field="who")


def test_a_key_is_one_person_s_even_where_others_are_called_so() -> None:
    namesake = agent(8, "adams", "Ben Adams")
    args = Assign(who="@ben")
    assert assign(args, scene(agents=(BEN, namesake)), call("assign")) == [
        Assigned(BEN.id, by=AOI.id)
    ]


def test_the_form_offers_who_works_the_queue_first_who_is_on() -> None:
    (choice,) = form({"who": "aoi"}, scene(), call("assign")).parts
    assert isinstance(choice, Choice)
    assert [name for name, _ in choice.options] == ["ben", "maya", "aoi"]
    assert choice.options[0][1] == text("agent-on", name="Ben Carter")
    assert choice.options[1][1] == text("agent-off", name="Maya Lind")
    assert choice.initial == "aoi"
