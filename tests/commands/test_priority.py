"""priority."""

from chatops.call import Draft
from chatops.event import Prioritized
from chatops.event import Priority as Level
from chatops.ticket import Refusal
from commands.priority import Priority, priority
from tests.scenes import AOI, call, scene


def test_a_level_is_set() -> None:
    high = Priority(priority=Level.HIGH, reason=" ")
    assert priority(high, scene(), call("priority")) == [Prioritized(Level.HIGH, AOI.id)]


def test_the_reason_is_a_note() -> None:
    args = Priority(priority=Level.HIGH, reason="A journalist")
    acts = priority(args, scene(), call("priority"))
    assert not isinstance(acts, Refusal)
    (note,) = acts
    assert isinstance(note, Draft)
    assert (note.text, note.event(7)) == ("A journalist", Prioritized(Level.HIGH, AOI.id, 7))
