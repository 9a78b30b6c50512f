"""reopen."""

from chatops.call import NoArgs
from chatops.event import ReopenCause, Reopened
from commands.reopen import reopen
from tests.scenes import AOI, call, scene


def test_reopen_opens_a_closed_ticket() -> None:
    assert reopen(NoArgs(), scene(), call("reopen")) == [Reopened(ReopenCause.AGENT, AOI.id)]
