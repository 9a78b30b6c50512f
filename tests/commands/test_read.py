"""read."""

from chatops.call import NoArgs
from chatops.event import Read
from commands.read import read
from tests.scenes import AOI, call, scene


def test_read_marks_the_ticket_as_read() -> None:
    assert read(NoArgs(), scene(), call("read")) == [Read(AOI.id)]
