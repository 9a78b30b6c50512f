"""digest: breaches since the last one, a day's closes: by hand and on a timer."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chatops.arrival.terms import Terms
from chatops.calendar import Calendar
from chatops.call import Answer, Origin
from chatops.cards.digest_card import Eyes, breaches_card, handover_card, thanks_card, week_card
from chatops.channel import Echo
from chatops.digest import Breach, Thanked, Week
from chatops.figures import LocalDay, day_of, zone_here, zone_of
from chatops.policy import Role, RoutingRule
from chatops.ports import Listed, Load, Tx
from chatops.report import Counts
from chatops.scene import Agent
from chatops.text import Summons, text
from chatops.ticket import Refusal, Status, Waiting
from tests.commands.conftest import Team, beside, in_words
from tests.scenes import AOI, CUSTOMER, NOW, POLICY, TOKYO, begun, call, digest_plan, policy, ticket


@pytest.mark.anyio
async def test_breaches_say_who_how_late_and_whether_still_open(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "claim", "1")
    team.clock.now += timedelta(minutes=90)
    await team.timer.tick()
    await team.ask("aoi", "close", "2 no reply needed")
    said = await team.shown("maya", "digest", "breaches")
    assert (
        said
        == """\
Targets missed since Thu 1 Oct 0:00
2 targets were missed; still open: 1
japan: 2 missed, 1 still open
Ticket | Target | Assignee | Late by | State
#1 | First response | 伊藤 葵 | 30 min | ⚠ still open
#2 | First response | nobody | 30 min | closed without it"""
    )


@pytest.mark.anyio
async def test_breaches_lead_to_why_they_are(team: Team) -> None:
    await three_that_were_late(team)
    answer = await team.ask("maya", "digest", "breaches")
    assert isinstance(answer, Answer)
    whys = [(button.command, button.ticket) for button in answer.card.menu]
    assert whys == [("why", 1), ("why", 2), ("why", 3)]
    explained = await team.shown("maya", "why", "1")
    assert explained.startswith("Why these due times: #1\n")


@pytest.mark.anyio
async def test_a_day_without_breaches_says_so(team: Team) -> None:
    said = await team.shown("maya", "ダイジェスト", "期限超過")
    assert said == "No target was missed since Thu 1 Oct 0:00, and nothing late is still open."


@pytest.mark.anyio
async def test_a_day_without_breaches_hides_nobody_who_waits_since_the_day_before(
    team: Team,
) -> None:
    await team.wrote("Jo", "Where is it?")
    team.clock.now += timedelta(hours=24)
    await team.timer.tick()
    said = await team.shown("maya", "digest", "breaches")
    assert (
        said
        == """\
Targets missed since Fri 2 Oct 0:00
Nothing new is late.
japan: 0 missed, 0 still open; from before and still open: 1
Ticket | Target | Assignee | Late by | State
#1 | First response | nobody | 8 h | ⚠ still open"""
    )


async def on_timer(team: Team, line: str, **changes: Any) -> Answer:
    """Let the timer ask for a digest, as chatops.schedule does, for the leads' room."""
    given = {"room": "care-leads", "since": None, **changes}
    timer = Agent(0, "timer", "timer", None, dict.fromkeys(POLICY.queues, Role.ADMIN))
    plan = digest_plan(run=f"digest {line}", calendar=TOKYO, room=given["room"])
    made = team.desk.call(key=str(given), command="digest", agent=timer, origin=Origin.TIMER)
    asked = replace(made, line=line, chat="slack", plan=plan, **given)
    answer = await team.desk.handle(asked)
    assert isinstance(answer, Answer), answer
    return answer


async def three_that_were_late(team: Team) -> datetime:
    """Jo is due at 16:30, Kim at 16:40, Lou (global) at 16:50; the digest before was at 16:35."""
    await team.wrote("Jo", "Where is it?")
    team.clock.now += timedelta(minutes=10)
    await team.wrote("Kim", "Hello")
    team.clock.now += timedelta(minutes=10)
    await team.wrote("Lou", "Hello")
    await team.ask("maya", "move", "3 global")
    await team.ask("aoi", "claim", "2")
    team.clock.now = NOW + timedelta(minutes=100)
    await team.timer.tick()
    return NOW + timedelta(minutes=65)


@pytest.mark.anyio
async def test_on_a_timer_it_goes_on_where_the_last_one_left_off(team: Team) -> None:
    since = await three_that_were_late(team)
    made = await on_timer(team, "breaches", since=since)
    assert (
        in_words(made.card)
        == """\
Targets missed since Thu 1 Oct 16:35
2 targets were missed; still open: 2
japan: 1 missed, 1 still open; from before and still open: 1
Ticket | Target | Assignee | Late by | State
#2 | First response | 伊藤 葵 | 30 min | ⚠ still open
#1 | First response | nobody | 40 min | ⚠ still open
global: 1 missed, 1 still open
Ticket | Target | Assignee | Late by | State
#3 | First response | nobody | 20 min | ⚠ still open"""
    )
    assert not made.empty


@pytest.mark.anyio
async def test_what_reached_us_late_and_was_answered_falls_between_no_two_digests(
    team: Team,
) -> None:
    """Jo wrote at 15:30, due at 16:30; we heard of it at 16:40, after the digest of 16:35."""
    since = NOW + timedelta(minutes=65)
    team.clock.now = NOW + timedelta(minutes=70)
    await team.wrote("Jo", "Where is it?", at=NOW)
    await team.timer.tick()
    await team.ask("aoi", "close", "1 resolved")
    team.clock.now = NOW + timedelta(minutes=100)
    made = await on_timer(team, "breaches", since=since)
    assert in_words(made.card).splitlines()[-1] == (
        "#1 | First response | nobody | 10 min | closed without it"
    )
    assert (await on_timer(team, "breaches", since=NOW + timedelta(minutes=99))).empty


@pytest.mark.anyio
async def test_what_was_heard_late_and_answered_on_the_network_is_told_once(team: Team) -> None:
    """Jo wrote at 15:30 and was answered there at 16:33; both reached us after the digest of 16:35."""
    digests = [NOW + timedelta(minutes=minutes) for minutes in (0, 65, 100, 130)]
    team.clock.now = digests[1]
    assert (await on_timer(team, "breaches", since=digests[0])).empty
    team.clock.now += timedelta(minutes=5)
    await team.wrote("Jo", "Where is it?", at=NOW)
    echo = Echo(
        "aozora", "e1", "thread of Jo", "It is on its way", NOW + timedelta(minutes=63), False
    )
    await team.desk.receive([echo])
    team.clock.now = digests[2]
    made = await on_timer(team, "breaches", since=digests[1])
    assert in_words(made.card).splitlines()[1:] == [
        "One target was missed; still open: 0",
        "japan: 1 missed, 0 still open",
        "Ticket | Target | Assignee | Late by | State",
        "#1 | First response | nobody | 3 min | done late",
    ]
    team.clock.now = digests[3]
    assert (await on_timer(team, "breaches", since=digests[2])).empty


@pytest.mark.anyio
async def test_a_team_s_own_room_sees_its_queues_and_no_names(team: Team) -> None:
    since = await three_that_were_late(team)
    made = await on_timer(team, "breaches", since=since, room="care-japan")
    assert (
        in_words(made.card)
        == """\
Targets missed since Thu 1 Oct 16:35
One target was missed; still open: 1
japan: 1 missed, 1 still open; from before and still open: 1
Ticket | Target | Late by | State
#2 | First response | 30 min | ⚠ still open
#1 | First response | 40 min | ⚠ still open"""
    )
    await team.ask("aoi", "close", "2 resolved")
    team.clock.now += timedelta(minutes=1)
    for room, named in (("care-japan", False), ("care-leads", True)):
        closes = in_words((await on_timer(team, "closes", room=room)).card)
        assert ("Agent | Closes" in closes) == named


@pytest.mark.anyio
async def test_nothing_late_is_one_line(team: Team) -> None:
    made = await on_timer(team, "breaches", since=NOW - timedelta(days=1))
    said = "No target was missed since Wed 30 Sep 15:30, and nothing late is still open."
    assert (in_words(made.card), made.empty) == (said, True)


async def two_who_thanked(team: Team) -> datetime:
    """Jo thanks before the digest before and after it, Lou (global) after it; Kim asks again."""
    for who in ("Jo", "Kim", "Lou"):
        await team.wrote(who, "Where is it?")
    await team.ask("maya", "move", "3 global")
    await team.ask("aoi", "claim", "1")
    for number in (1, 2, 3):
        await team.ask("maya", "close", f"{number} resolved")
    await team.wrote("Jo", "Thank you!")
    since = team.clock.now = NOW + timedelta(minutes=5)
    await team.wrote("Jo", "ありがとうございます")
    await team.wrote("Kim", "It is broken again")
    await team.wrote("Lou", "Thanks a lot")
    team.clock.now = NOW + timedelta(minutes=10)
    return since


@pytest.mark.anyio
async def test_thanks_that_nobody_was_called_for_are_listed(team: Team) -> None:
    since = await two_who_thanked(team)
    made = await on_timer(team, "thanks", since=since)
    assert (
        in_words(made.card)
        == """\
Thanks since Thu 1 Oct 15:35
2 messages only said thanks, on 2 tickets. By the rule of thanks nothing was reopened and no clock \
started. Reopen what was more than thanks.
japan: 1
🙏 #1, Thu 1 Oct 15:35: still closed (伊藤 葵)
global: 1
🙏 #3, Thu 1 Oct 15:35: still closed (nobody)"""
    )
    assert [(each.command, each.ticket) for each in beside(made.card)] == [("show", 1), ("show", 3)]
    assert not made.empty
    today = await team.shown("maya", "ダイジェスト", "お礼")
    assert today.startswith(
        "Thanks since Thu 1 Oct 0:00\n3 messages only said thanks, on 2 tickets."
    )


@pytest.mark.anyio
async def test_a_team_s_own_room_reads_of_its_thanks_and_no_names(team: Team) -> None:
    since = await two_who_thanked(team)
    made = await on_timer(team, "thanks", since=since, room="care-japan")
    assert in_words(made.card).splitlines()[2:] == [
        "japan: 1",
        "🙏 #1, Thu 1 Oct 15:35: still closed",
    ]


@pytest.mark.anyio
async def test_no_thanks_are_one_line(team: Team) -> None:
    made = await on_timer(team, "thanks", since=NOW - timedelta(days=1))
    said = "Nobody has only said thanks since Wed 30 Sep 15:30."
    assert (in_words(made.card), made.empty) == (said, True)


def test_many_thanks_say_how_many_there_are() -> None:
    rows = [Thanked(number, "japan", None, Status.SNOOZED, NOW) for number in range(21)]
    said = in_words(thanks_card(NOW, rows, Eyes(POLICY, (), False, NOW))).splitlines()
    assert (said[2], said[-2:]) == (
        "japan: 21",
        ["🙏 #19, Thu 1 Oct 15:30: snoozed", "The first 20 of 21."],
    )


def test_a_long_table_says_how_many_there_are() -> None:
    clock = replace(begun(3600, NOW), breached_at=NOW + timedelta(hours=1))
    rows = [Breach(number, "japan", 9, clock) for number in range(21)]
    card = breaches_card(NOW, rows, (), Eyes(POLICY, (), True, NOW + timedelta(hours=2)))
    said = in_words(card).splitlines()
    assert said[4] == "#0 | First response | #9 | 1 h | ⚠ still open"
    assert said[-1] == "The first 20 of 21."
    assert [button.ticket for button in card.menu] == list(range(20))


@pytest.mark.anyio
async def test_closes_may_be_counted_by_one_thing(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.ask("aoi", "close", "1 resolved")
    team.clock.now += timedelta(minutes=5)
    whole = await team.shown("maya", "digest", "closes")
    assert whole.splitlines()[1] == "1 closed against 1 new; 0 open at the end"
    assert "Reason | Closes | Share" in whole
    flow = "Queue | New | Closes | Open at the end\njapan | 1 | 1 | 0\nglobal | 0 | 0 | 0\n"
    assert flow in whole  # no goal, and no column of none
    only = await team.shown("maya", "digest", "closes by agent")
    assert "Agent | Closes | Share" in only
    assert "Reason" not in only


@pytest.mark.anyio
async def test_quiet_list_is_counted_by_rule(team: Team) -> None:
    quiet = [
        RoutingRule(name, words=Terms((word,)), quiet=True)
        for name, word in (("chatter", "lol"), ("giveaways", "giveaway"))
    ]
    team.desk.policy = replace(team.desk.policy, routing=tuple(quiet), sample=0)
    for number, said in enumerate(("lol", "a giveaway", "lol!", "Where is it?")):
        await team.wrote(f"Jo {number}", said)
    team.clock.now += timedelta(minutes=5)
    said = await team.shown("maya", "digest", "quiet")
    assert (
        said
        == """\
Quiet list on Thu 1 Oct
3 tickets were put on the quiet list. “list quiet” shows them.
Rule | Tickets | Share
chatter | 2 | ▇▇▇▇▇▁▁▁
giveaways | 1 | ▇▇▇▁▁▁▁▁"""
    )
    assert "Quiet list: 3" in await team.shown("maya", "report")
    assert "New: 1" in await team.shown("maya", "report")


@pytest.mark.anyio
async def test_a_day_on_which_nothing_was_quiet_says_so(team: Team) -> None:
    said = await team.shown("maya", "ダイジェスト", "返信不要")
    assert said == "Quiet list on Thu 1 Oct\nNo rule put anything on the quiet list."


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("quiet", "Quiet list on Thu 1 Oct\nNo rule put anything on the quiet list."),
        (
            "week",
            (
                "From Thu 24 Sep to Wed 30 Sep, and in the week before, nothing came, was done or was "
                "missed; 0 open at the end."
            ),
        ),
    ],
)
async def test_what_has_nothing_to_tell_may_stay_silent(team: Team, line: str, said: str) -> None:
    await team.wrote("Jo", "Where is it?")
    made = await on_timer(team, line)
    assert (in_words(made.card), made.empty) == (said, True)


@pytest.mark.anyio
async def test_it_is_for_leads(team: Team) -> None:
    assert await team.ask("aoi", "digest", "closes") == Refusal(text("no-role"))
    usage = text("usage", prefix=Summons("care"), line=text("usage-digest"))
    assert await team.ask("maya", "digest") == Refusal(usage)


@pytest.mark.anyio
async def test_closes_stand_against_what_came_in_and_the_goal(team: Team) -> None:
    """Four came (three Japan, one global), two of Japan were closed, one of these by mistake."""
    goals = {"japan": 1, "global": 0}
    queues = {
        name: replace(team.desk.policy.queues[name], open_goal=n) for name, n in goals.items()
    }
    team.desk.policy = replace(team.desk.policy, queues=queues)
    for who in ("Jo", "Kim", "Lou", "Max"):
        await team.wrote(who, "Where is it?")
    await team.ask("maya", "move", "4 global")
    await team.ask("aoi", "close", "1 resolved")
    await team.ask("aoi", "close", "2 resolved")
    await team.ask("aoi", "reopen", "2")
    team.clock.now += timedelta(minutes=5)
    today = (
        "Closes on Thu 1 Oct\n1 closed against 4 new; 3 open at the end\n"
        "Queue | New | Closes | Open at the end | Goal\n"
        "japan | 3 | 1 | 2 | ⚠ 1 above 1\n"
        "global | 1 | 0 | 1 | ⚠ 1 above 0\n"
        "Reason | Closes | Share\nresolved | 1 | ▇▇▇▇▇▇▇▇"
    )
    assert await team.shown("maya", "digest", "closes by reason") == today
    queues["global"] = replace(queues["global"], open_goal=None)
    team.desk.policy = replace(team.desk.policy, queues=queues)
    alone = await team.shown("maya", "digest", "closes by reason")
    assert alone == today.replace("⚠ 1 above 0", "–")
    queues["global"] = replace(queues["global"], open_goal=0)
    team.desk.policy = replace(team.desk.policy, queues=queues)
    team.clock.now += timedelta(days=1)
    await team.ask("aoi", "close", "3 resolved")
    await team.wrote("Nat", "Hello")
    # at the end of yesterday the third was open still, and the fifth not there
    assert await team.shown("maya", "digest", "closes yesterday by reason") == today


@pytest.mark.anyio
async def test_a_day_on_which_nothing_moved_is_one_line(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    team.clock.now += timedelta(days=1)
    made = await on_timer(team, "closes")
    said = "Nothing was opened or closed on Fri 2 Oct; 1 open at the end."
    assert (in_words(made.card), made.empty) == (said, True)


@pytest.mark.anyio
async def test_a_week_stands_against_the_week_before(team: Team) -> None:
    """Asked on Thu 8 Oct: of Thu 1 to Wed 7 Oct, against Thu 24 to Wed 30 Sep.

    Jo wrote at 15:30 and missed 16:30; Kim was closed. On Thu 8 Jo is closed: no matter for either.
    """
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "close", "2 resolved")
    team.clock.now += timedelta(days=7)
    await team.timer.tick()
    await team.ask("aoi", "close", "1 resolved")
    assert (
        await team.shown("maya", "digest", "week")
        == """\
Week from Thu 1 Oct to Wed 7 Oct
Figure | This week | Week before
New | 2 | 0
Closed | 1 | 0
Open at the end | 1 | 0
First response | none yet | none yet
Still waiting for an answer at the end | 1 | 0
Missed targets | 1 | 0"""
    )


@pytest.mark.anyio
async def test_a_hand_over_is_what_nobody_has_and_who_goes_off_holds(team: Team) -> None:
    """At 17:10 Aoi's shift has fifty minutes left; Maya, who works round the clock, stays."""
    people = team.desk.policy.people
    shifts = {"aoi": TOKYO, "maya": Calendar.always("Asia/Tokyo")}
    working = {name: replace(people[name], shifts=hours) for name, hours in shifts.items()}
    team.desk.policy = replace(team.desk.policy, people={**people, **working})
    assert (await on_timer(team, "handover")).empty
    for who in ("Jo", "Kim", "Lou", "Max"):
        await team.wrote(who, "Where is it?")
    await team.ask("aoi", "claim", "2")
    await team.ask("maya", "claim", "3")
    await team.ask("maya", "claim", "4")
    await team.ask("maya", "snooze", "4 2h")
    team.clock.now += timedelta(minutes=100)
    assert (
        in_words((await on_timer(team, "handover")).card)
        == """\
Hand-over, Thu 1 Oct 17:10
3 open, of which nobody has 1; 4 late; 1 snoozed
For the next shift: what nobody has, and what people hold who are off or go off within the hour.
Ticket | Assignee | Waiting for | Answer
#2 | 伊藤 葵 | us | ⚠ late: due Thu 1 Oct 16:30
#1 | nobody | us | ⚠ late: due Thu 1 Oct 16:30
Snoozed:
Ticket | Assignee | Until
#4 | Maya Lind | Thu 1 Oct 17:30"""
    )


@pytest.mark.anyio
async def test_a_hand_over_of_hundreds_counts_all_and_lists_the_first(team: Team) -> None:
    """Maya, who stays, holds 205; of nobody's 25 the first came before them and the rest after."""
    maya = await team.agent("maya")
    await team.wrote("Jo", "Where is it?")

    def run(tx: Tx) -> None:
        first = tx.ticket(1)
        assert first is not None
        for assignee, count in ((maya.id, 205), (None, 24)):
            for _ in range(count):
                tx.add_ticket(replace(first, id=0, assignee=assignee))

    await team.storage.work.transact(run)
    said = in_words((await on_timer(team, "handover")).card).splitlines()
    assert said[1] == ("230 open, of which nobody has 25; 0 late; 0 snoozed")
    assert [line.split(" |")[0] for line in said[4:24]] == [
        "#1",
        *(f"#{number}" for number in range(207, 226)),
    ]
    assert said[24:] == ["The first 20 of 25."]


def test_a_hand_over_says_what_waits_for_the_customer_and_has_no_clock() -> None:
    asleep = ticket(id=7, status=Status.SNOOZED, assignee=1)
    answered = ticket(id=8, assignee=1, waiting=Waiting.CUSTOMER)
    rows = [Listed(each, CUSTOMER, "", None) for each in (asleep, answered)]
    card = handover_card(
        [Load("japan", 1, 1, 1, 0)], rows[1:], rows[:1], [1], Eyes(POLICY, (AOI,), True, NOW)
    )
    said = in_words(card).splitlines()
    assert said[4] == "#8 | 伊藤 葵 | the customer | nothing due"
    assert said[-1] == "#7 | 伊藤 葵 | when the customer answers"
    only = handover_card([Load("japan", 1, 1, 0, 0)], (), (), [], Eyes(POLICY, (), True, NOW))
    assert len(only.blocks) == 1


def test_a_week_says_how_long_first_responses_took() -> None:
    day = NOW.date()
    counts = Counts(2, 0, [600, 1200], 0, None)
    card = week_card(Week(day, day, counts, 0, 0), Week(day, day, counts, 0, 0))
    assert "First response | median 15 min (n = 2) |" in in_words(card)


@pytest.mark.parametrize(
    ("zone", "at", "day", "start", "hours"),
    [
        ("Asia/Tokyo", "2026-10-01T19:59Z", "2026-10-01", "2026-09-30T20:00Z", 24),
        ("Asia/Tokyo", "2026-10-01T20:00Z", "2026-10-02", "2026-10-01T20:00Z", 24),
        ("America/New_York", "2026-03-08T08:59Z", "2026-03-07", "2026-03-07T10:00Z", 23),
        ("America/New_York", "2026-11-01T09:59Z", "2026-10-31", "2026-10-31T09:00Z", 25),
    ],
)
def test_a_day_starts_when_the_night_shift_ends(
    zone: str, at: str, day: str, start: str, hours: int
) -> None:
    """Asked within a day that starts at 5:00, and a day later for the whole of it."""
    plan = digest_plan(calendar=replace(TOKYO, zone=zone))
    now = datetime.fromisoformat(at)
    asked = call("digest", now=now, plan=plan, policy=policy(day_starts=time(5)))
    begins = datetime.fromisoformat(start)
    assert day_of(asked, ("japan",)) == LocalDay(date.fromisoformat(day), begins, now)
    after = replace(asked, now=now + timedelta(days=1))
    whole = day_of(after, ("japan",), days_ago=1)
    assert (whole.start, whole.end) == (begins, begins + timedelta(hours=hours))


def test_a_digest_s_day_is_its_calendar_s_wherever_its_room_is() -> None:
    plan = digest_plan()
    plan_zone = ZoneInfo(plan.calendar.zone)
    timer = call(
        "digest",
        "closes",
        origin=Origin.TIMER,
        room="care-leads",
        now=datetime(2026, 10, 1, 16, 30, tzinfo=UTC),
        plan=plan,
    )
    window = day_of(timer, ("japan",))
    assert window.day.isoformat() == "2026-10-01"
    assert window.start == datetime(2026, 9, 30, 23, tzinfo=UTC)
    assert window.end == timer.now
    unplanned = replace(timer, plan=None)
    assert day_of(unplanned, ("japan",)).day.isoformat() == "2026-10-02"
    # a report that it posts leads to tickets there, by the days of who presses
    assert zone_here(timer, ("japan",)) == zone_of(unplanned, ("japan",)) != plan_zone
    assert zone_of(timer, ("japan",)) == plan_zone
    assert day_of(call("digest", now=NOW), ("japan",), days_ago=1).end == NOW.replace(
        day=30, month=9, hour=15, minute=0
    )
