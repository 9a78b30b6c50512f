"""The question whether a post is there: what it says it was, what can be pressed, how it ends."""

from datetime import timedelta

import pytest

from chatops.card import Button, Card, Paragraph, Style
from chatops.cards.doubt_card import (
    ALERT,
    answered_card,
    event_in_doubt,
    message_in_doubt,
    post_in_doubt,
    question_card,
)
from chatops.event import Escalated
from chatops.scene import Direction, Line
from chatops.text import Text, text
from tests.scenes import NOW, line

THERE = Button("settle", text("button-there"), (("post", "17"), ("seen", "there")))
AGAIN = Button("settle", text("button-again"), (("post", "17"), ("seen", "again")))
TEAMS = text("chat-name-teams")


def test_question_of_a_ticket_says_which_and_when() -> None:
    what = text("doubt-of", ticket=42, what=ALERT)
    assert question_card(17, ALERT, "teams", NOW, 42) == Card(
        push=text("push-doubt"),
        blocks=(Paragraph(text("doubt-asked", what=what, chat=TEAMS, at=NOW)),),
        buttons=(THERE, AGAIN),
        ticket=42,
    )


def test_question_after_a_restore_is_of_no_ticket_and_says_since_when() -> None:
    assert question_card(17, ALERT, "teams", NOW, None, is_restored=True) == Card(
        push=text("push-doubt"),
        blocks=(Paragraph(text("doubt-asked-since", what=ALERT, chat=TEAMS, at=NOW)),),
        buttons=(THERE, AGAIN),
    )


def test_question_about_an_undo_line_carries_undo_itself() -> None:
    waits = timedelta(seconds=10)
    card = question_card(17, ALERT, "teams", NOW, 42, undo=(5, waits))
    assert card.blocks[1:] == (Paragraph(text("doubt-undo", seconds=waits), small=True),)
    of = (("message", "5"),)
    assert card.buttons == (
        THERE,
        AGAIN,
        Button("undo", text("button-undo"), of, Style.DANGER),
        Button("sendnow", text("button-sendnow"), of),
    )


@pytest.mark.parametrize(("is_there", "said"), [(True, "doubt-there"), (False, "doubt-again")])
def test_answer_names_who_looked_and_leaves_nothing_to_press(is_there: bool, said: str) -> None:
    asked = question_card(17, ALERT, "teams", NOW, 42)
    answered = answered_card(asked, "Ben", is_there=is_there)
    assert answered.blocks == (*asked.blocks, Paragraph(text(said, agent="Ben")))
    assert (answered.buttons, answered.ticket, answered.push) == ((), 42, asked.push)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (line(at=NOW), text("doubt-inbound", at=NOW)),
        (line(direction=Direction.NOTE, agent=2), text("doubt-note", agent="Ben")),
        (line(direction=Direction.OUTBOUND, agent=2), text("doubt-reply", agent="Ben")),
        (
            line(direction=Direction.OUTBOUND, at=NOW),
            text("doubt-outside", channel="X", at=NOW),
        ),
    ],
    ids=["customer's", "note", "reply", "from outside"],
)
def test_message_is_told_by_whose_it_is_without_its_words(message: Line, said: Text) -> None:
    assert message_in_doubt(message, "Ben", "X") == said


def test_other_posts_are_told_by_what_happened_and_by_their_title() -> None:
    escalated = Escalated("specialists", "care-second", 2, None)
    told = text("log-escalated", target="specialists")
    assert event_in_doubt(escalated) == text("doubt-event", what=told)
    assert post_in_doubt(Card(text("push-doubt"), title=ALERT)) == text("doubt-post", title=ALERT)
    assert post_in_doubt(Card(ALERT)) == text("doubt-post", title=ALERT)
