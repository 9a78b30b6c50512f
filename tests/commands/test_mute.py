"""mute and unmute."""

from chatops.call import NoArgs
from chatops.event import Muted, Unmuted
from commands.mute import mute
from commands.unmute import unmute
from tests.scenes import AOI, call, scene


def test_it_is_the_asker_who_is_called_no_more_and_again() -> None:
    assert mute(NoArgs(), scene(), call("mute")) == [Muted(AOI.id)]
    assert unmute(NoArgs(), scene(), call("unmute")) == [Unmuted(AOI.id)]
