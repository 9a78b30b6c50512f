"""mine."""

from chatops.call import NoArgs
from chatops.event import Kept
from commands.mine import mine
from tests.scenes import AOI, call, scene


def test_who_says_so_keeps_the_ticket() -> None:
    assert mine(NoArgs(), scene(), call("mine")) == [Kept(AOI.id)]
