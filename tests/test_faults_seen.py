"""What stands wrongly in Teams is seen: posts without a mark, known by ids and by words."""

from dataclasses import replace

from adapters.sandbox import world
from adapters.sandbox.teams import TeamsCloud
from adapters.sandbox.teams.state import BOT, Message
from tests.faults.hall import HALL, HALL_ID, Hall
from tests.faults.seen import Post, in_teams
from tests.faults.verdict import Sent, Verdict

LINE = Sent(
    id=2,
    what="message",
    to=HALL,
    marker="line",
    ticket=1,
    entry=None,
    state="sent",
    wanted=1,
    shown=1,
    external_id="2@1",
    left=False,
    error=None,
    burst=None,
    message=7,
    body=None,
)
CARD = replace(LINE, id=1, what="card", marker="card", external_id="1", message=None)
WORDS = {7: "question 7", 8: "question 8"}
IN_PLACE = {"card": [Post(HALL_ID, "1", None)], "line": [Post(HALL_ID, "2", "1")]}


def hall() -> Hall:
    """A room with a ticket's card and a line under it."""
    there = Hall(TeamsCloud(world.ORGANISATION))
    put(there, "1")
    put(there, "2", "question 7", root="1")
    return there


def put(there: Hall, id: str, text: str = "#1", root: str | None = None) -> None:
    there.cloud.state.add(Message(id, HALL_ID, BOT, 0.0, text, root))


def seen(there: Hall, *sent: Sent) -> tuple[dict[str, list[Post]], list[str]]:
    verdict = Verdict()
    return in_teams(there, verdict, list(sent), WORDS), verdict.doubled


def test_what_stands_as_it_should_is_found_and_nothing_else() -> None:
    assert seen(hall(), CARD, LINE) == (IN_PLACE, [])


def test_second_copies_of_a_card_and_of_a_line_are_nobodys() -> None:
    there = hall()
    put(there, "3")
    put(there, "4", "question 7", root="1")
    assert seen(there, CARD, LINE) == (
        IN_PLACE,
        [
            'a post of nobody\'s in hall: ["","#1",[]]',
            'a post of nobody\'s in hall: ["","question 7",[]]',
        ],
    )


def test_line_that_is_not_there_is_not_found() -> None:
    there = hall()
    there.cloud.state.messages[HALL_ID]["2"].deleted = True
    assert seen(there, CARD, LINE) == ({"card": IN_PLACE["card"]}, [])


def test_line_whose_id_nobody_knows_is_found_by_its_words_once_somebody_has_seen_it() -> None:
    there, unknown = hall(), replace(LINE, external_id=None)
    assert seen(there, CARD, unknown) == (
        {"card": IN_PLACE["card"]},
        ['a post of nobody\'s in hall: ["","question 7",[]]'],
    )
    there.settled[LINE.id] = "there"
    assert seen(there, CARD, unknown) == (IN_PLACE, [])
    assert seen(there, CARD, replace(unknown, message=8))[0] == {"card": IN_PLACE["card"]}


def test_line_that_was_posted_again_upon_an_answer_is_late() -> None:
    there = hall()
    there.settled[LINE.id] = "again"
    assert seen(there, CARD, LINE) == (
        {**IN_PLACE, "line": [Post(HALL_ID, "2", "1", is_late=True)]},
        [],
    )
