"""Who writes while a queue is closed is told once when somebody is back, and nothing else changes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from care import GLOBAL, NOON, POLICY, TRAITS_OF, WORDS, Care, Hours, cared_for, wrote
from test_joining import happened
from town import Town, shows, town_around

from adapters.sandbox.faults import Fault
from chatops.arrival.away import back_at, unfit
from chatops.arrival.terms import Terms
from chatops.calendar import Calendar, Window
from chatops.card import Paragraph
from chatops.cards.doubt_card import message_in_doubt
from chatops.cards.reply_form import reply_form
from chatops.cards.thread_card import message_line
from chatops.cards.transcript import transcript
from chatops.effect import PostMessage, RefreshMessage, SendToCustomer
from chatops.event import (
    AnsweredOutside,
    AwayRequested,
    AwaySent,
    Event,
    Kind,
    ReplyFailed,
    ReplySent,
    ReplyState,
    ReplyWithdrawn,
    Then,
)
from chatops.oblivion import Traces
from chatops.plain import card_in_words
from chatops.policy import AwayRule, AwayText, Policy, RoutingRule
from chatops.ports import Record
from chatops.replying import accepted
from chatops.scene import Direction, Line
from chatops.step import afterwards, fold, step
from chatops.text import Text, say_opening, text
from chatops.ticket import Refusal, Reply, Status, Waiting
from storage.forgetting.erasing import erase_person
from storage.forgetting.whom import Person
from tests.scenes import call, line, scene
from tests.scenes import ticket as a_ticket

pytestmark = pytest.mark.anyio

ZONE: Final = ZoneInfo("Asia/Tokyo")

#: From two in the afternoon: at noon, when tests begin, it is closed.
CLOSED: Final = Calendar(
    "afternoons", "Asia/Tokyo", {day: (Window(14 * 60, 18 * 60),) for day in range(5)}
)
OPENS: Final = NOON + timedelta(hours=2)
RULE: Final = AwayRule(
    (
        AwayText("en", "Hello {customer_name}, we are back on {opens}. #{ticket}", ("mute",)),
        AwayText("en", "{customer_name}: back on {opens} (@{account})"),
        AwayText("ja", "{opens}に再開します。"),
    )
)
SAID: Final = "Mia: back on Monday 14:00 (@aozora)"


def closed(rule: AwayRule = RULE, **changes: Any) -> Policy:
    queue = replace(GLOBAL, **{"calendar": CLOSED, "away": rule, **changes})
    return replace(POLICY, queues={**POLICY.queues, "global": queue})


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, closed()) as one:
        yield one


def dm(text: str = "Where is my tent?", **given: Any) -> Any:
    return wrote(text, **{"kind": Kind.DM, "private": True, "thread": "dm-mia", **given})


def said(care: Care) -> list[str]:
    """What a rule has said, whatever became of it."""
    asked = "SELECT text FROM message WHERE direction = 'outbound' AND agent IS NULL ORDER BY id"
    return [text for (text,) in care.sql(asked)]


# --- from a message to the outbox


@pytest.mark.databases
async def test_who_writes_while_it_is_closed_is_told_once_and_no_clock_stops(care: Care) -> None:
    ticket = await care.opens(dm())
    message = care.sql("SELECT max(id) FROM message")[0][0]
    assert said(care) == [SAID]
    assert AwayRequested(message, OPENS) in await care.log(ticket)
    assert care.due("reply", "message") == [
        ("message", "care-global", "pending"),
        ("reply", "account:aozora", "pending"),
    ]
    record = await care.record(ticket)
    assert (record.ticket.waiting, record.ticket.answered_at) == (Waiting.US, None)
    assert record.clock is not None
    assert (record.clock.outcome, record.clock.due_at) == (None, OPENS + timedelta(hours=1))
    entries = await care.storage.reader.entries(ticket)
    (by,) = [each for each in entries if isinstance(each.event, AwayRequested)]
    assert (by.agent, by.rule) == (None, "away")
    # not again: neither for another message nor in another conversation, nor for a repeat
    again = dm("Hello?")
    await care.hears(again, dm("And my stove?", thread="dm-other"))
    await care.hears(again)
    assert said(care) == [SAID]
    # the next night is another closed time, and another customer another one
    care.hours.jump(timedelta(hours=7))
    await care.hears(dm("Good evening", at=care.hours.transport()), dm("Hi", who="leo"))
    assert said(care)[1:] == [
        "Mia: back on Tuesday 14:00 (@aozora)",
        "Leo: back on Tuesday 14:00 (@aozora)",
    ]
    log = [(event, NOON) for event in await care.log(ticket)]
    assert fold(ticket, log).replies == (await care.ticket(ticket)).replies


@pytest.mark.parametrize(
    "given",
    [
        {"private": False, "kind": Kind.MENTION},
        {"at": NOON - timedelta(minutes=61)},
        {"can_reply": False},
        {"text": "giveaway: who wins?"},
        {"account": "aozora_ja"},
    ],
    ids=["public", "an hour late", "no answer taken", "quiet", "a queue without"],
)
async def test_where_it_is_of_no_use_or_does_harm_nothing_is_said(
    care: Care, given: dict[str, Any]
) -> None:
    quiet = RoutingRule("giveaways", words=Terms(("giveaway",)), quiet=True)
    await care.desk.adopt(replace(closed(), routing=(quiet,), sample=0))
    await care.hears(dm(**given))
    assert said(care) == []
    assert care.count("away") == 0


async def test_a_sample_of_the_quiet_list_is_told_nothing_and_what_comes_back_from_it_is(
    care: Care,
) -> None:
    quiet = RoutingRule("all", quiet=True)
    await care.desk.adopt(replace(closed(), routing=(quiet,), sample=1))
    await care.hears(dm())
    assert said(care) == []
    await care.desk.adopt(replace(closed(), routing=(quiet,), sample=0))
    await care.hears(dm(who="leo", thread="dm-leo"))
    await care.desk.adopt(closed())
    await care.hears(dm("It broke", who="leo", thread="dm-leo"))
    assert said(care) == ["Leo: back on Monday 14:00 (@aozora)"]


async def test_thanks_and_who_is_being_answered_are_told_nothing(care: Care) -> None:
    await care.desk.adopt(closed(calendar=GLOBAL.calendar))
    ticket = await care.opens(dm())
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await care.desk.adopt(closed())
    await care.hears(dm("Thank you!"))
    assert said(care) == []
    # somebody writes already
    await care.did("ben", "reopen", ticket)
    await care.does("ben", "reply", ticket)
    await care.hears(dm("One more thing"))
    assert said(care) == []
    # somebody has answered since it closed
    call = care.call("ben", "reply", ticket)
    await care.desk.left(call)
    reply = await care.replies("ben", ticket)

    def arrives(tx: Any) -> None:
        found = tx.ticket(ticket)
        tx.save_ticket(replace(found, answered_at=NOON, replies=()))

    await care.storage.work.transact(arrives)
    await care.hears(dm("Are you there?"))
    assert said(care) == []
    assert reply


async def test_in_public_only_a_post_that_begins_its_thread_is_answered(care: Care) -> None:
    await care.desk.adopt(closed(replace(RULE, public=True)))
    post = wrote(who="mia")
    await care.hears(post)
    await care.hears(
        wrote(who="leo", kind=Kind.REPLY, thread=post.thread_key, parent=post.external_id),
        wrote(who="kai", kind=Kind.HASHTAG),
        wrote(who="zoe", kind=Kind.MENTION, parent="theirs"),
    )
    assert said(care) == [SAID]


async def test_no_more_than_so_many_are_told_within_an_hour(care: Care) -> None:
    await care.desk.adopt(closed(replace(RULE, most=2)))
    await care.hears(*(dm(who=f"c{n}", thread=f"dm-{n}") for n in range(4)))
    assert len(said(care)) == 2
    care.hours.jump(timedelta(minutes=61))
    await care.hears(*(dm(who=f"d{n}", thread=f"dm-d{n}", at=NOON) for n in range(3)))
    assert len(said(care)) == 4


async def test_language_and_channel_choose_the_text_and_none_is_said_that_does_not_fit(
    care: Care,
) -> None:
    await care.hears(
        dm("テントはどこですか", who="mia"),
        dm("Where?", who="leo", account="quiet", thread="a"),
        dm("Где палатка?", who="kai", thread="b"),
    )
    assert said(care) == [
        "6月1日(月) 14:00に再開します。",
        "Hello Leo, we are back on Monday 14:00. #2",
        "Kai: back on Monday 14:00 (@aozora)",
    ]
    long = AwayText("en", "x" * 9000)
    await care.desk.adopt(closed(AwayRule((long, AwayText("fr", "Bonjour")))))
    await care.hears(dm(who="zoe", thread="c"), dm("도와주세요", who="min", thread="d"))
    assert len(said(care)) == 3


@pytest.mark.databases
async def test_who_is_forgotten_leaves_nothing_that_says_when_they_wrote(care: Care) -> None:
    await care.opens(dm())
    (customer,) = care.sql("SELECT customer FROM away")[0]
    whose = care.sql("SELECT id, channel, external_id, handle, name FROM customer")
    assert [row[0] for row in whose] == [customer]
    gone = Person(*whose[0])
    await care.storage.work.run(lambda db: erase_person(db, gone, Traces()))
    assert care.count("away") == 0


@pytest.mark.databases
async def test_with_the_logs_goes_who_was_told(care: Care) -> None:
    await care.opens(dm())
    for before, left in ((NOON, 1), (NOON + timedelta(seconds=1), 0)):
        await care.storage.work.transact(lambda tx, at=before: tx.drop_logs(at, 10))
        assert care.count("away") == left


async def test_who_is_just_being_answered_is_told_nothing(care: Care) -> None:
    await care.desk.adopt(closed(calendar=GLOBAL.calendar))
    ticket = await care.opens(dm())
    await care.desk.adopt(closed())
    await care.replies("ben", ticket)
    await care.hears(dm("One more thing"))
    assert said(care) == []


# --- to the customer


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Town]:
    async with town_around(tmp_path, empty_database, hours, closed()) as one:
        yield one


async def told(town: Town, text: str = "Where is my tent?") -> int:
    """A customer has written to us on Chirp, and the card is there."""
    town.chirp.hands.message(town.chirp.hands.person("mia"), text)
    await town.quiet()
    return int(town.sql("SELECT max(id) FROM ticket")[0][0])


async def test_it_arrives_by_the_outbox_and_the_thread_says_that_a_rule_said_it(
    town: Town,
) -> None:
    ticket = await told(town)
    await town.until(town.answered)
    await town.quiet()
    assert [each.endswith("back on Monday 14:00 (@aozora)") for each in town.answered()] == [True]
    (line,) = await town.thread(ticket)
    assert "✓ Automatic, away text sent (private)" in shows(line)
    assert "Undo" not in shows(line)
    after = await town.ticket(ticket)
    assert (after.replies, after.waiting, after.answered_at) == ((), Waiting.US, None)
    (sent,) = [event for event in await town.log(ticket) if isinstance(event, AwaySent)]
    entries = await town.storage.reader.entries(ticket)
    assert [each.rule for each in entries if each.event == sent] == ["away"]
    record = await town.record(ticket)
    assert record.clock is not None
    assert record.clock.outcome is None


async def test_a_call_that_is_cut_off_is_repeated_under_its_key_and_said_once(town: Town) -> None:
    town.chirp.hands.fault(Fault("reset_after", path="/messages"))
    ticket = await told(town)

    async def arrived() -> bool:
        return any(isinstance(each, AwaySent) for each in await town.log(ticket))

    await town.until(arrived, step=5)
    await town.quiet()
    assert len(town.answered()) == 1
    assert [type(each) for each in await town.log(ticket)].count(AwaySent) == 1


async def test_what_could_not_be_sent_before_the_opening_is_not_sent_after_it(town: Town) -> None:
    town.chirp.hands.fault(Fault("429", path="/messages", retry_after=60))
    town.chirp.hands.message(town.chirp.hands.person("mia"), "Where is my tent?")
    limited = "SELECT ticket FROM entry WHERE name = 'ReplyRequeued'"
    await town.until(lambda: town.sql(limited), step=0)
    ((ticket,),) = town.sql(limited)
    town.hours.jump(timedelta(hours=3))
    await town.until(lambda: town.due("reply")[0][2] == "withdrawn", step=5)
    await town.quiet()
    assert town.answered() == []
    assert (await town.ticket(ticket)).replies == ()
    assert [type(event) for event in await town.log(ticket)].count(ReplyWithdrawn) == 1
    assert "was not sent" in shows((await town.thread(ticket))[-1])


@pytest.mark.parametrize("how", ["closed", "answered", "being answered"])
async def test_what_waits_is_taken_back_where_somebody_is_there_before(
    town: Town, how: str
) -> None:
    town.chirp.hands.fault(Fault("429", path="/messages", retry_after=60))
    town.chirp.hands.message(town.chirp.hands.person("mia"), "Where is my tent?")
    limited = "SELECT ticket, (SELECT max(id) FROM message) FROM entry WHERE name = 'ReplyRequeued'"
    await town.until(lambda: town.sql(limited), step=0)
    ((ticket, message),) = town.sql(limited)
    match how:
        case "closed":
            await town.did("ben", "close", ticket, fields={"reason": "resolved"})
        case "answered":
            await happened(town, ticket, AnsweredOutside(message, town.hours.business()))
        case _:
            await town.replies("ben", ticket)
    await town.until(lambda: town.due("reply")[0][2] == "withdrawn", step=5)
    assert [type(each) for each in await town.log(ticket)].count(ReplyWithdrawn) == 1
    assert not any("back on" in each for each in town.answered())


# --- pure


def test_back_at_promises_only_what_helps() -> None:
    lunch = Calendar(
        "lunch", "UTC", {day: (Window(540, 720), Window(780, 1080)) for day in range(5)}
    )
    day = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday

    def at(hour: float) -> datetime:
        return day + timedelta(hours=hour)

    for heard, now, opens in (
        (12.5, 12.6, at(13)),
        (12.5, 12.75, at(13)),
        (12.5, 12.76, None),  # within minutes of the opening
        (11.9, 12.1, None),  # written while it was open
        (12.9, 13.1, None),  # it has opened since
        (17.9, 18.5, None),
        (18.0, 19.0, at(33)),
        (18.0, 19.1, None),  # an hour late
        (18 + 4 * 24, 18.5 + 4 * 24, at(9 + 7 * 24)),
    ):
        assert back_at(lunch, at(heard), at(now)) == opens, (heard, now)
    # a shift that lies between the two: another closed time
    short = replace(lunch, week={0: (Window(540, 560), Window(900, 960))})
    assert back_at(short, at(8.9), at(9.5)) is None
    last = replace(lunch, week={}, special={day.date(): (Window(540, 720),)})
    assert back_at(last, at(20), at(20)) is None


def test_the_opening_is_told_as_people_of_a_language_write_it() -> None:
    monday, zone = datetime(2026, 6, 1, 0, tzinfo=UTC), "Asia/Tokyo"
    for days, language, words in (
        (0, "en", "Monday 9:00"),
        (6, "en", "Sunday 9:00"),
        (7, "en", "Monday, June 8 9:00"),
        (7, "en-GB", "Monday, 8 June 9:00"),
        (1, "ja", "6月2日(火) 9:00"),
        (1, "fr", "mardi 9:00"),
        (8, "de", "Dienstag, 9. Juni 9:00"),
        (8, "pt-BR", "terça-feira, 9 de junho 9:00"),
    ):
        assert say_opening(monday + timedelta(days=days), monday, language, zone) == words


def test_a_text_that_may_become_too_long_for_a_channel_is_told_with_it() -> None:
    counted = {"measure": lambda words, _private: len(words), "limit": lambda _private: 100}
    traits = {name: replace(each, **counted) for name, each in TRAITS_OF.items()}
    accounts = list(POLICY.accounts.values())
    queue = closed().queues["global"]
    fits = AwayText("en", "{customer_name} {opens}")
    assert unfit(fits, queue, accounts, traits) is None
    assert unfit(AwayText("en", "x" * 101, ("nowhere",)), queue, accounts, traits) is None
    assert unfit(AwayText("en", "x" * 101), queue, accounts, traits) == (
        "it may come to 101 characters, and sandbox takes 100"
    )
    narrow = {"mute": replace(traits["mute"], limit=lambda private: 100 if private else 10)}
    assert unfit(fits, queue, accounts, narrow) is None
    assert unfit(fits, replace(queue, away=replace(RULE, public=True)), accounts, narrow)


WAITS = Reply(11, None, Then.NOTHING, ReplyState.WAITING, until=OPENS)


def test_what_a_rule_says_is_no_reply_of_anybody() -> None:
    before = a_ticket(revision=2)
    asked = AwayRequested(11, OPENS)
    after, effects = outcome(before, asked)
    assert after == replace(before, revision=3, replies=(WAITS,))
    assert effects == (PostMessage(11), SendToCustomer(11))
    sent, effects = outcome(after, AwaySent(11, NOON))
    assert sent == replace(before, revision=4)
    assert effects == (RefreshMessage(11),)
    assert outcome(after, ReplyFailed(11, "gone"))[0].replies == ()
    for ticket, event, refused in (
        (replace(before, status=Status.CLOSED), asked, "is-closed"),
        (replace(before, can_reply=False), asked, "cannot-reply-here"),
        (before, AwaySent(11, NOON), "reply-not-waiting"),
    ):
        refusal = step(ticket, event, NOON)
        assert isinstance(refusal, Refusal)
        assert refusal.said.id == refused
    assert accepted(WAITS, NOON) == AwaySent(11, NOON)
    assert accepted(replace(WAITS, agent=7), NOON) == ReplySent(11, 7, NOON)
    assert afterwards(replace(WAITS, then=Then.CLOSE)) == ()


def by_rule(state: ReplyState | None, **changes: Any) -> Line:
    usual = {"direction": Direction.OUTBOUND, "private": True, "state": state, "url": None}
    return line(101, "Back on Monday", **(usual | changes))


def test_thread_says_what_became_of_it_and_offers_what_is_left() -> None:
    of = scene()
    for state, said, buttons in (
        (ReplyState.WAITING, "Automatic, away text (private): goes out next", ["undo"]),
        (ReplyState.SENDING, "Automatic, away text (private): going out now", []),
        (ReplyState.FAILED, "✗ Automatic: the away text (private) failed", []),
        (ReplyState.IN_DOUBT, "⚠ Automatic: we cannot tell whether", ["arrived", "resend"]),
        (ReplyState.WITHDRAWN, "Automatic: the away text (private) was not sent", []),
    ):
        made = message_line(of, by_rule(state, failure="not-found"), mention=True)
        assert said in card_in_words(made, WORDS, "en", ZONE)
        assert [each.command for each in made.buttons] == buttons
    outside = message_line(of, by_rule(None), mention=False)
    assert "Answered on X itself" in card_in_words(outside, WORDS, "en", ZONE)


def test_nobody_is_named_as_its_author_anywhere() -> None:
    sent = by_rule(ReplyState.SENT)
    assert message_in_doubt(sent, "", "X") == text("doubt-away", at=sent.at)
    of = scene(lines=(line(), sent))
    form = reply_form({}, of, call("reply", seen=100))
    assert Paragraph(text("line-by-rule", at=sent.at), small=True) in form.parts
    record = Record(of.ticket, of.customer, of.lines, None, (), {})
    written = transcript(record, of.lines, (), of.agents, call("transcript")).lines
    who = [
        dict(each.args)["who"]
        for each in written
        if isinstance(each, Text) and each.id == "transcript-line"
    ]
    assert who == [
        text("transcript-customer", customer=of.customer.name),
        text("transcript-by-rule"),
    ]


def outcome(before: Any, event: Event) -> Any:
    made = step(before, event, NOON)
    assert not isinstance(made, Refusal), made
    return made
