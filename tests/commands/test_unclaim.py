"""unclaim."""

from chatops.call import NoArgs
from chatops.event import Unclaimed
from commands.unclaim import unclaim
from tests.scenes import AOI, call, scene


def test_unclaim_gives_the_ticket_back() -> None:
    assert unclaim(NoArgs(), scene(), call("unclaim")) == [Unclaimed(AOI.id)]
