"""close."""

from chatops.card import Choice
from chatops.event import Closed, CloseReason
from chatops.text import text
from chatops.ticket import Refusal
from commands.close import Close, close, form
from tests.scenes import AOI, NOW, call, scene, ticket


def test_a_reason_closes() -> None:
    spam = Close(reason=CloseReason.SPAM)
    assert close(spam, scene(), call("close")) == [Closed(CloseReason.SPAM, AOI.id)]


def test_after_a_reply_one_press_closes_as_resolved() -> None:
    answered = scene(ticket=ticket(answered_at=NOW))
    assert close(Close(), answered, call("close")) == [Closed(CloseReason.RESOLVED, AOI.id)]


def test_before_a_reply_the_reason_must_be_said() -> None:
    asked = Refusal(text("close-needs-reason", ticket=42), field="reason")
    assert close(Close(), scene(), call("close")) == asked


def test_the_form_demands_the_reason() -> None:
    (reason,) = form({"reason": "spam"}, scene(), call("close")).parts
    assert isinstance(reason, Choice)
    assert (reason.name, reason.initial, reason.optional) == ("reason", "spam", False)
    assert [value for value, _ in reason.options] == [each.value for each in CloseReason]
