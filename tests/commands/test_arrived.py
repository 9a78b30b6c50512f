"""arrived."""

from chatops.event import (
    Closed,
    CloseReason,
    ReplySent,
    ReplyState,
    Then,
)
from chatops.text import text
from chatops.ticket import Refusal, Reply, Status
from commands.arrived import Arrived, arrived
from tests.scenes import AOI, BEN, NOW, call, scene, ticket

DOUBTED = Reply(101, BEN.id, Then.CLOSE, ReplyState.IN_DOUBT)
WAITING = Reply(102, BEN.id, Then.NOTHING, ReplyState.WAITING)


def test_the_reply_counts_as_its_author_s_and_what_was_to_follow_follows() -> None:
    doubted = scene(ticket=ticket(replies=(DOUBTED, WAITING)))
    expected = [ReplySent(101, BEN.id, NOW), Closed(CloseReason.RESOLVED, BEN.id)]
    assert AOI != BEN
    assert arrived(Arrived(message=101), doubted, call("arrived")) == expected
    assert arrived(Arrived(), doubted, call("arrived")) == expected


def test_on_a_closed_ticket_nothing_more_follows() -> None:
    closed = scene(ticket=ticket(replies=(DOUBTED,), status=Status.CLOSED))
    assert arrived(Arrived(), closed, call("arrived")) == [ReplySent(101, BEN.id, NOW)]


def test_a_reply_that_waits_has_not_arrived() -> None:
    refused = Refusal(text("reply-not-in-doubt", ticket=42))
    waiting = scene(ticket=ticket(replies=(WAITING,)))
    assert arrived(Arrived(message=102), waiting, call("arrived")) == refused
