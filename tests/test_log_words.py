"""The log of a ticket in words."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from chatops.cards.log_words import say_log
from chatops.event import (
    Absorbed,
    Alerted,
    AlertLevel,
    BreachKnown,
    Claimed,
    ClockKind,
    CustomerWrote,
    Deed,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Event,
    IdleAsked,
    Invited,
    Joined,
    Kept,
    LinkDismissed,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Muted,
    Prioritized,
    Priority,
    ReplyFailed,
    SendingBegan,
    Separated,
    Tagged,
    Unlinked,
    Unmerged,
    Unmuted,
    Untagged,
    WakeCause,
    Woken,
    WritingBegan,
)
from chatops.ports import Entry
from chatops.text import LANGUAGES, Mention, Text, Words, text
from tests.scenes import NOW

WORDS = Words()
ENTRY = Entry(id=1, ticket=42, at=NOW, agent=1, rule=None, event=Claimed(1))


def said(entry: Entry, most: int = 9) -> list[object]:
    return [dict(line.args)["what"] for line in say_log([entry], most)]


def test_the_newest_entries_are_told_oldest_first() -> None:
    later = replace(ENTRY, id=2, event=ReplyFailed(5, "post-gone"), agent=None, rule="outbox")
    who = text("by-agent", agent=Mention(1))
    assert say_log([ENTRY, later], 9) == [
        text("log-line", at=NOW, who=who, what=text("log-claimed")),
        text(
            "log-line",
            at=NOW,
            who=text("log-rule-outbox"),
            what=text("log-reply-failed", code="post-gone"),
        ),
    ]
    assert len(say_log([ENTRY, later], 1)) == 1


def test_where_it_was_done_is_told_where_that_is_known_and_wanted() -> None:
    there = replace(ENTRY, chat="teams")
    in_teams = text(
        "log-line-in",
        at=NOW,
        who=text("by-agent", agent=Mention(1)),
        chat=text("chat-name-teams"),
        what=text("log-claimed"),
    )
    assert say_log([there], 9, tells_chat=True) == [in_teams]
    assert [line.id for line in say_log([ENTRY], 9, tells_chat=True)] == ["log-line"]
    assert [line.id for line in say_log([there], 9)] == ["log-line"]


def test_a_customer_s_own_doing_is_the_customer_s() -> None:
    entry = replace(ENTRY, agent=None, event=Woken(WakeCause.CUSTOMER))
    (line,) = say_log([entry], 9)
    assert dict(line.args)["who"] == text("log-by-customer")


def test_passing_steps_are_left_out() -> None:
    assert said(replace(ENTRY, event=WritingBegan(1, NOW))) == []
    assert said(replace(ENTRY, event=SendingBegan(5))) == []
    passed_over = Alerted(AlertLevel.REPEAT, NOW, ClockKind.RESOLUTION, 1, superseded=True)
    assert said(replace(ENTRY, event=passed_over)) == []


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Moved("global", 1, keeps_assignee=True), "moved to global"),
        (Tagged("vip", 1), "tag vip"),
        (Untagged("vip", 1), "tag vip taken away"),
        (Prioritized(Priority.HIGH, 1), "priority: ❗ High"),
        (CustomerWrote(5), "a message came"),
        (CustomerWrote(5, thanks=True), "only thanks came: nothing was reopened"),
        (Muted(1), "muted"),
        (Alerted(AlertLevel.DUE_SOON, NOW, ClockKind.RESOLUTION, 1), "due soon: Resolution"),
        (Alerted(AlertLevel.REPEAT, NOW, ClockKind.RESOLUTION, 1), "still late: Resolution"),
        (BreachKnown(1), "known to be late"),
        (IdleAsked(1, NOW, NOW), "asked whether it is still theirs"),
        (Kept(1), "kept"),
        (Unmuted(1), "unmuted"),
        (Linked(43, 1), "linked to #43"),
        (Unlinked(43, 1), "no longer linked to #43"),
        (LinkSuggested(43), "may belong to #43"),
        (LinkDismissed(43, 1), "not the same customer as in #43"),
        (Merged(43, 1), "merged into #43"),
        (Absorbed(43, 1), "#43 merged into this"),
        (Unmerged(1), "merge undone"),
        (Separated(43, 1), "#43 on its own again"),
        (Joined(8, private=True, can_reply=True), "went on in another conversation"),
        (Invited(1), "customer asked into direct messages"),
        (DeedProposed(5, Deed.DELETE, 1), "deletion proposed"),
        (DeedDropped(5, Deed.DELETE, 1), "deletion turned down"),
        (DeedRequested(5, Deed.HIDE, 1), "hiding asked of the network"),
        (DeedDone(5, Deed.UNHIDE), "showing again done"),
        (DeedFailed(5, Deed.HIDE, "gone"), "hiding failed: gone"),
    ],
)
def test_every_event_of_belonging_and_moderation_has_its_words(event: Event, words: str) -> None:
    (what,) = said(replace(ENTRY, event=event))
    assert isinstance(what, Text)
    assert WORDS.say(what, "en", ZoneInfo("UTC")) == words


def test_every_rule_of_ours_is_said_in_words_of_its_own() -> None:
    """No two alike, and none as if it were one of app.yaml."""
    rules = ("account", "channel_hop", "first_response", "off_shift", "outbox", "round_robin")
    for language in LANGUAGES:
        told = set()
        for rule in (*rules, "snooze", "idle_claim"):
            (line,) = say_log([replace(ENTRY, agent=None, rule=rule)], 9)
            who = dict(line.args)["who"]
            assert who == text(f"log-rule-{rule}")
            told.add(WORDS.say(who, language, ZoneInfo("UTC")))
        assert len(told) == len(rules) + 2
        assert not told & {"a rule", "A rule", "自動ルール"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_is_named(language: str) -> None:
    """One of app.yaml by its name, one of ours by what it is."""
    for rule, named in (("vip first", "vip first"), ("round_robin", "")):
        (line,) = say_log([replace(ENTRY, agent=None, rule=rule)], 9)
        who = dict(line.args)["who"]
        assert isinstance(who, Text)
        assert named in WORDS.say(who, language, ZoneInfo("UTC"))
