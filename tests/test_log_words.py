"""The log of a ticket in words."""

from dataclasses import replace

from chatops.event import Claimed, ReplyFailed, SendingBegan, WakeCause, Woken, WritingBegan
from chatops.log_words import say_log
from chatops.ports import Entry
from chatops.text import Mention, text
from tests.scenes import NOW

ENTRY = Entry(id=1, ticket=42, at=NOW, agent=1, rule=None, event=Claimed(1))


def said(entry: Entry, most: int = 9) -> list[object]:
    return [dict(line.args)["what"] for line in say_log([entry], most)]


def test_the_newest_entries_are_told_oldest_first() -> None:
    later = replace(ENTRY, id=2, event=ReplyFailed(5, "post-gone"), agent=None, rule="outbox")
    who = text("agent", agent=Mention(1))
    assert say_log([ENTRY, later], 9) == [
        text("log-line", at=NOW, who=who, what=text("log-claimed")),
        text(
            "log-line", at=NOW, who=text("by-rule"), what=text("log-reply-failed", code="post-gone")
        ),
    ]
    assert len(say_log([ENTRY, later], 1)) == 1


def test_a_customer_s_own_doing_is_the_customer_s() -> None:
    entry = replace(ENTRY, agent=None, event=Woken(WakeCause.CUSTOMER))
    (line,) = say_log([entry], 9)
    assert dict(line.args)["who"] == text("log-by-customer")


def test_passing_steps_are_left_out() -> None:
    assert said(replace(ENTRY, event=WritingBegan(1, NOW))) == []
    assert said(replace(ENTRY, event=SendingBegan(5))) == []
