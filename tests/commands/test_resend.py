"""resend."""

from chatops.event import ReplyRequeued, ReplyState, Then
from chatops.ticket import Reply
from commands.resend import Resend, resend
from tests.scenes import AOI, call, scene, ticket

REPLIES = (
    Reply(101, AOI.id, Then.NOTHING, ReplyState.IN_DOUBT),
    Reply(102, AOI.id, Then.NOTHING, ReplyState.IN_DOUBT),
    Reply(103, AOI.id, Then.NOTHING, ReplyState.SENDING),
)
SCENE = scene(ticket=ticket(replies=REPLIES))


def test_the_button_means_its_own_reply() -> None:
    assert resend(Resend(message=101), SCENE, call("resend")) == [ReplyRequeued(101, AOI.id)]


def test_typed_it_means_the_newest_that_is_in_doubt() -> None:
    assert resend(Resend(), SCENE, call("resend")) == [ReplyRequeued(102, AOI.id)]


def test_without_one_it_means_none() -> None:
    assert resend(Resend(), scene(), call("resend")) == [ReplyRequeued(0, AOI.id)]
