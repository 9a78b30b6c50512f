"""undo."""

from chatops.event import ReplyState, ReplyWithdrawn, Then
from chatops.ticket import Reply
from commands.undo import Undo, undo
from tests.scenes import AOI, call, scene, ticket

REPLIES = (
    Reply(101, AOI.id, Then.NOTHING, ReplyState.WAITING),
    Reply(102, AOI.id, Then.NOTHING, ReplyState.WAITING),
    Reply(103, AOI.id, Then.NOTHING, ReplyState.SENDING),
)
SCENE = scene(ticket=ticket(replies=REPLIES))


def test_the_button_means_its_own_reply() -> None:
    assert undo(Undo(message=101), SCENE, call("undo")) == [ReplyWithdrawn(101)]


def test_typed_it_means_the_newest_that_waits() -> None:
    assert undo(Undo(), SCENE, call("undo")) == [ReplyWithdrawn(102)]


def test_without_one_it_means_none() -> None:
    assert undo(Undo(), scene(), call("undo")) == [ReplyWithdrawn(0)]
