"""close."""

from chatops.call import Elsewhere
from chatops.card import Choice
from chatops.event import Closed, CloseReason
from chatops.policy import Role
from chatops.text import text
from chatops.ticket import Refusal, Status
from commands.close import Close, Scope, close, form
from tests.scenes import AOI, NOW, agent, call, scene, ticket

#: 43 is open; 44 is closed; 45 belongs to a queue that Aoi may only look at; 46 she may not see.
LINKED = {
    43: ticket(id=43),
    44: ticket(id=44, status=Status.CLOSED),
    45: ticket(id=45, queue="global"),
}
ANSWERED = scene(ticket=ticket(answered_at=NOW, links=(43, 44, 45, 46)), near=LINKED)
LOOKER = agent(roles={"japan": Role.AGENT, "global": Role.VIEWER})


def test_a_reason_closes() -> None:
    spam = Close(reason=CloseReason.SPAM)
    assert close(spam, scene(), call("close")) == [Closed(CloseReason.SPAM, AOI.id)]


def test_after_a_reply_one_press_closes_as_resolved() -> None:
    answered = scene(ticket=ticket(answered_at=NOW))
    assert close(Close(), answered, call("close")) == [Closed(CloseReason.RESOLVED, AOI.id)]


def test_before_a_reply_the_reason_must_be_said() -> None:
    asked = Refusal(text("close-needs-reason", ticket=42), field="reason")
    assert close(Close(), scene(), call("close")) == asked


def test_one_press_asks_where_linked_tickets_are_open() -> None:
    asked = Refusal(text("close-linked-too", ticket=42), field="scope")
    assert close(Close(), ANSWERED, call("close", agent=LOOKER)) == asked


def test_linked_tickets_that_one_may_work_are_closed_too() -> None:
    args = Close(reason=CloseReason.DUPLICATE, scope=Scope.WITH_LINKED)
    closed = Closed(CloseReason.DUPLICATE, AOI.id)
    acts = close(args, ANSWERED, call("close", agent=LOOKER))
    assert acts == [closed, Elsewhere(43, closed)]


def test_they_stay_open_where_nobody_said_so() -> None:
    for args in (Close(reason=CloseReason.SPAM), Close(scope=Scope.ALONE)):
        acts = close(args, ANSWERED, call("close", agent=LOOKER))
        assert acts == [Closed(args.reason or CloseReason.RESOLVED, AOI.id)]


def test_the_form_demands_the_reason() -> None:
    (reason,) = form({"reason": "spam"}, scene(), call("close")).parts
    assert isinstance(reason, Choice)
    assert (reason.name, reason.initial, reason.optional) == ("reason", "spam", False)
    assert [value for value, _ in reason.options] == [each.value for each in CloseReason]


def test_the_form_offers_to_close_the_linked_ones() -> None:
    reason, scope = form({}, ANSWERED, call("close", agent=LOOKER)).parts
    assert isinstance(reason, Choice)
    assert isinstance(scope, Choice)
    assert (reason.initial, scope.initial) == ("resolved", "alone")
    too = text("close-with_linked", tickets=(text("ticket", ticket=43),))
    assert scope.options == (("alone", text("close-alone")), ("with_linked", too))
