"""wake."""

from chatops.call import NoArgs
from chatops.event import WakeCause, Woken
from commands.wake import wake
from tests.scenes import call, scene


def test_wake_ends_a_snooze() -> None:
    assert wake(NoArgs(), scene(), call("wake")) == [Woken(WakeCause.AGENT)]
