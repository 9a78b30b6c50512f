"""What is watched, in words: on the card, in its warnings, in the log and for who asks."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from scenes import AOI, BEN, NOW, POLICY, call, line, scene, ticket

from chatops.card import Card
from chatops.cards.event_line import event_line
from chatops.cards.log_words import say_event
from chatops.cards.reply_form import reply_form
from chatops.cards.thread_card import Alarm, alert_card
from chatops.cards.ticket_card import ticket_card
from chatops.cards.watch_words import handover_words
from chatops.cards.why_lines import why_lines
from chatops.event import (
    Alerted,
    AlertLevel,
    ClockKind,
    CloseReason,
    Event,
    HandoverAbandoned,
    HandoverOpened,
    ReplyRequested,
    WindowClosed,
)
from chatops.plain import card_in_words
from chatops.scene import Scene
from chatops.sla import Clock, Outcome
from chatops.sla.clock import start, stop, waive
from chatops.sla.terms import ALWAYS
from chatops.step import step
from chatops.text import Words, text
from chatops.ticket import Refusal, Status

WORDS = Words()
ZONE = ZoneInfo("Asia/Tokyo")
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
WINDOW = ClockKind.REPLY_WINDOW
#: Of what the customer wrote at 15:30 on Thursday.
OPEN = start(POLICY.terms.watch(WINDOW, 86_400), NOW)
WARNED = replace(OPEN, alerted=AlertLevel.DUE_SOON)
DUE_SOON = Alerted(AlertLevel.DUE_SOON, NOW + 18 * HOUR, WINDOW, 1)


def here(clock: Clock = OPEN, after: timedelta = HOUR, **changes: object) -> Scene:
    """A private ticket so long after the customer wrote."""
    now = ticket(private=True, reply_until=NOW + DAY, **changes)
    return scene(ticket=now, clocks=(clock,), now=NOW + after, lines=(line(private=True),))


def window(at: Scene, language: str) -> str:
    words = card_in_words(ticket_card(at), WORDS, language, ZONE).splitlines()
    head = WORDS.say(text("fact-clock-reply_window"), language, ZONE)
    (found,) = [each for each in words if each.startswith(head)]
    return found


@pytest.mark.parametrize(
    ("clock", "hours", "english", "japanese"),
    [
        (OPEN, 1, "Closes Fri 2 Oct 15:30", "10月2日(金) 15:30に終了"),
        (WARNED, 19, "⏳ Closes soon: Fri 2 Oct 15:30", "⏳ まもなく終了（10月2日(金) 15:30）"),
        (stop(WARNED, NOW + HOUR, ALWAYS), 19, "Closes Fri 2 Oct 15:30", "10月2日(金) 15:30に終了"),
        (WARNED, 25, "Closed Fri 2 Oct 15:30, until the customer writes again",
         "10月2日(金) 15:30に終了（お客様から届くと再開）"),
    ],
)  # fmt: skip
def test_the_card_says_what_stays_true_until_it_is_drawn_again(
    clock: Clock, hours: float, english: str, japanese: str
) -> None:
    at = here(clock, hours * HOUR)
    assert window(at, "en") == f"Reply window: {english}"
    assert window(at, "ja") == f"返信期間：{japanese}"
    # the clock that is due first is a promise
    assert "First response: No due time" in card_in_words(ticket_card(at), WORDS, "en", ZONE)


def test_a_closed_ticket_and_a_network_without_a_window_say_nothing_of_one() -> None:
    over = {"status": Status.CLOSED, "close_reason": CloseReason.RESOLVED, "closed_at": NOW}
    for at in (here(**over), scene()):
        assert "Reply window" not in card_in_words(ticket_card(at), WORDS, "en", ZONE)


@pytest.mark.parametrize(("seconds", "is_open"), [(0, True), (0.9, True), (1, False)])
def test_a_button_that_is_pressed_in_the_last_second_is_in_time(
    seconds: float, *, is_open: bool
) -> None:
    at = here(after=DAY + timedelta(seconds=seconds))
    (reply,) = [each for each in ticket_card(at).buttons if each.command == "reply"]
    assert (reply.label.id == "button-reply") is is_open
    outcome = step(at.ticket, ReplyRequested(1, AOI.id), at.now)
    assert isinstance(outcome, Refusal) is not is_open


def test_the_form_says_until_when_its_words_can_go() -> None:
    form = reply_form({}, here(), call("reply"))
    said = WORDS.say(form.parts[1].said, "en", ZONE)  # type: ignore[union-attr] # a paragraph
    assert said == "Reply window: Closes Fri 2 Oct 15:30"


@pytest.mark.parametrize(
    ("clock", "first", "last"),
    [
        (OPEN, "Closes Fri 2 Oct 15:30 (23 h left)", "= 1 h of 24 h"),
        (stop(OPEN, NOW + HOUR / 2, ALWAYS), "✓ Answered while it was open", "= 30 min of 24 h"),
        (waive(OPEN, NOW + HOUR / 2), "No reply was waited for any more", "= 30 min of 24 h"),
        (replace(OPEN, outcome=Outcome.LAPSED, stopped_at=OPEN.due_at),
         "Closed Fri 2 Oct 15:30 without a reply", "= 24 h of 24 h"),
    ],
)  # fmt: skip
def test_who_asks_is_told_how_it_stands_and_what_it_is_made_of(
    clock: Clock, first: str, last: str
) -> None:
    said = [WORDS.say(each, "en", ZONE) for each in why_lines(here(clock), clock)]
    assert (said[0], said[-1]) == (f"Reply window: {first}", last)
    assert said[1].endswith("(counts by day and night)")


def test_what_is_over_and_not_noted_yet_has_nothing_left() -> None:
    (first, *_) = why_lines(here(after=25 * HOUR), OPEN)
    assert WORDS.say(first, "en", ZONE) == "Reply window: Closes Fri 2 Oct 15:30"


@pytest.mark.parametrize("holder", [None, BEN.id])
def test_the_warning_says_what_follows(holder: int | None) -> None:
    at = here(WARNED, 18 * HOUR, assignee=holder)
    thread = card_in_words(event_line(at, DUE_SOON, None, "care-japan"), WORDS, "en", ZONE)
    said = (
        "⏳ The reply window closes Fri 2 Oct 15:30. "
        "After that no reply goes out until the customer writes again."
    )
    assert said in thread
    assert (f"#{BEN.id}" in thread) is (holder is not None)
    room = alerted(at)
    assert WORDS.say(room.push, "en", ZONE) == "Reply window closes soon: #42 in japan"
    told = card_in_words(room, WORDS, "en", ZONE)
    assert "#42 in japan can be answered until Fri 2 Oct 15:30." in told
    assert "Late by" not in card_in_words(
        alerted(replace(at, now=NOW + 25 * HOUR)), WORDS, "en", ZONE
    )


def alerted(at: Scene) -> Card:
    return alert_card(at, None, Alarm(WINDOW, AlertLevel.DUE_SOON))


# --- hand-overs into direct messages

HANDOVER = ClockKind.DM_HANDOVER
#: From the invitation at 15:30 on Thursday to Saturday.
INVITED = start(POLICY.terms.watch(HANDOVER, 2 * 86_400), NOW)
NUDGE = Alerted(AlertLevel.DUE_SOON, NOW + DAY, HANDOVER, 1)


def asked(clock: Clock = INVITED, **changes: object) -> Scene:
    """A public ticket a day after its customer was asked into direct messages."""
    return scene(ticket=ticket(**changes), clocks=(clock,), now=NOW + DAY)


LAPSED = replace(INVITED, outcome=Outcome.LAPSED, stopped_at=INVITED.due_at)
#: What the card says of it, and what who asks is told.
STANDS = [
    (INVITED,
     "Asked into direct messages Thu 1 Oct 15:30; none has come yet. Waited for until Sat 3 Oct 15:30.",
     "Asked for, waited for until Sat 3 Oct 15:30 (24 h left)"),
    (LAPSED,
     "Asked into direct messages Thu 1 Oct 15:30; none has come, and none is waited for any more.",
     "Abandoned Sat 3 Oct 15:30: the customer has written none"),
    (stop(INVITED, NOW + HOUR, ALWAYS), None, "✓ The customer has written one"),
    (waive(INVITED, NOW + HOUR), None, "None was waited for any more"),
]  # fmt: skip


@pytest.mark.parametrize(("clock", "aside", "first"), STANDS)
def test_a_hand_over_is_said_as_long_as_no_direct_message_has_come(
    clock: Clock, aside: str | None, first: str
) -> None:
    at = asked(clock)
    said = handover_words(at)
    assert (said and WORDS.say(said, "en", ZONE)) == aside
    words = card_in_words(ticket_card(at), WORDS, "en", ZONE)
    assert (aside is not None and aside in words) or "direct messages" not in words
    (head, *_) = why_lines(at, clock)
    assert WORDS.say(head, "en", ZONE) == f"Direct message: {first}"


def test_of_a_closed_ticket_or_one_in_private_it_is_not_said() -> None:
    over = {"status": Status.CLOSED, "close_reason": CloseReason.RESOLVED, "closed_at": NOW}
    assert [handover_words(asked(**each)) for each in (over, {"private": True})] == [None, None]
    assert handover_words(scene()) is None


def test_who_has_it_is_told_since_when_and_until_when() -> None:
    said = card_in_words(event_line(asked(), NUDGE, None, "care-japan"), WORDS, "en", ZONE)
    assert (
        "⏳ The customer was asked into direct messages at Thu 1 Oct 15:30 and has written none yet. "
        "Without one until Sat 3 Oct 15:30 it counts as abandoned." in said
    )
    room = alert_card(asked(), None, Alarm(HANDOVER, AlertLevel.DUE_SOON))
    assert WORDS.say(room.push, "en", ZONE) == "No direct message yet: #42 in japan"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (HandoverOpened(43, NOW),
         "The customer has written the direct message they were asked for. It went on in #43."),
        (HandoverAbandoned(NOW + 2 * DAY, 1),
         ("No direct message has come until Sat 3 Oct 15:30. It counts as abandoned, and nobody is "
          "reminded of it any more.")),
    ],
)  # fmt: skip
def test_the_thread_says_what_became_of_it(event: Event, said: str) -> None:
    assert said in card_in_words(event_line(asked(), event, None, "care-japan"), WORDS, "en", ZONE)


def test_the_log_says_what_was_watched() -> None:
    events = (
        DUE_SOON,
        WindowClosed(NOW),
        NUDGE,
        HandoverOpened(43, NOW),
        HandoverAbandoned(NOW, 1),
    )
    assert [WORDS.say(say_event(each), "en", ZONE) for each in events] == [
        "reply window closes soon",
        "reply window closed",
        "no direct message yet",
        "direct message written, in #43",
        "no direct message came",
    ]
