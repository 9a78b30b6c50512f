"""sendnow."""

from chatops.event import ReplyHastened, ReplyState, Then
from chatops.ticket import Reply
from commands.sendnow import SendNow, send_now
from tests.scenes import AOI, call, scene, ticket

REPLIES = (
    Reply(101, AOI.id, Then.NOTHING, ReplyState.WAITING),
    Reply(102, AOI.id, Then.NOTHING, ReplyState.WAITING),
    Reply(103, AOI.id, Then.NOTHING, ReplyState.SENDING),
)
SCENE = scene(ticket=ticket(replies=REPLIES))


def test_the_button_means_its_own_reply() -> None:
    assert send_now(SendNow(message=101), SCENE, call("sendnow")) == [ReplyHastened(101)]


def test_typed_it_means_the_newest_that_waits() -> None:
    assert send_now(SendNow(), SCENE, call("sendnow")) == [ReplyHastened(102)]


def test_without_one_it_means_none() -> None:
    assert send_now(SendNow(), scene(), call("sendnow")) == [ReplyHastened(0)]
