"""report: the day in figures."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from chatops.call import Answer, Done, Origin, Outcome
from chatops.card import File
from chatops.card_json import load_card
from chatops.cards.report_facts import Counted, report_facts
from chatops.event import ReplySent
from chatops.handling import Escalation, Handling
from chatops.policy import EscalationTarget, Role
from chatops.ports import Tx
from chatops.report import Counts
from chatops.scene import Agent
from chatops.targets import Targets
from chatops.text import Summons, Text, text
from chatops.ticket import Refusal
from tests.commands.conftest import Team, in_words
from tests.scenes import NOW, POLICY, TOKYO, digest_plan

DAY_HEAD = "day,new,closed,first_responses,first_response_median_s,first_response_p90_s"
OF_AGENT = (
    "new",
    "closed",
    "first_responses",
    "first_response_median_s",
    "first_response_p90_s",
    "still_waiting",
    "handled",
    "pick_ups",
    "pick_up_median_s",
    "pick_up_p90_s",
)
AGENT_HEAD = ",".join(("agent", *OF_AGENT, *(f"{column}_before" for column in OF_AGENT)))


async def a_day(team: Team) -> None:
    """Three came, two of which were closed, one by each."""
    for who in ("Jo", "Kim", "Lee"):
        await team.wrote(who, "Where is it?")
    await team.ask("aoi", "close", "1 resolved")
    await team.ask("maya", "close", "2 duplicate")
    team.clock.now += timedelta(minutes=90)
    await team.timer.tick()


@pytest.mark.anyio
async def test_the_day_in_figures(team: Team) -> None:
    await a_day(team)
    said = await team.shown("maya", "care-report", "today")
    assert (
        said
        == """\
Customer care on Thu 1 Oct
2026-10-01 so far, compared with 2026-09-30 up to the same time
New: 3 (before: 0)
Closed: 2 (before: 0)
Tickets handled: 2 (before: 0)
Open now: 1 (unclaimed 1, read by nobody 1, claimed but idle 0)
Snoozed now: 0
Due today: 1
Open and snoozed, by age: under 1 day 1, under 3 days 0, under 7 days 0, older 0
First response: none yet (before: none yet)
Still waiting: 1, the oldest since Thu 1 Oct 15:30 (before: 0)
First resolution: median 0 min (n = 2) (before: none yet)
First response in time: 0 % (0 of 1), waived: 2 (before: none yet)
Late: 1 (before: 0)
Reopened within 7 days: 0 % (0 of 2), provisional; 0 a ticket (before: none yet)
Settled with one reply: none yet (before: none yet)
Closed without a reply: 100 % (2 of 2): duplicate: 1, resolved: 1 (before: none yet)
Ingest lag: X: median 0 min (n = 3) (before: none yet)
[New and closed by hour]
Hour | New | Closed
15:00 | 3 | 2
Agent | Closes | Share
Maya Lind | 1 | ▇▇▇▇▁▁▁▁
伊藤 葵 | 1 | ▇▇▇▇▁▁▁▁
Channel | Closes | Share
X | 2 | ▇▇▇▇▇▇▇▇
Reason | Closes | Share
duplicate | 1 | ▇▇▇▇▁▁▁▁
resolved | 1 | ▇▇▇▇▁▁▁▁
Every number leads to its tickets: choose it below, or ask for it by name, as in “tickets late”."""
    )


@pytest.mark.anyio
async def test_figures_are_held_against_targets(team: Team) -> None:
    await a_day(team)
    targets = Targets(compliance=95.0, open=1)
    team.desk.policy = replace(team.desk.policy, targets=targets)
    said = await team.shown("maya", "report", "today")
    assert "claimed but idle 0); target at most 1: ✓ met\n" in said
    assert (
        "First response in time: 0 % (0 of 1), waived: 2 (before: none yet); "
        "target at least 95 %: ⚠ missed\n" in said
    )


@pytest.mark.anyio
async def test_an_agent_sees_their_own_figures_alone(team: Team) -> None:
    await a_day(team)
    said = await team.shown("aoi", "report")
    assert "伊藤 葵 | 1" in said
    assert "Maya Lind | 1" not in said


async def posted(team: Team, who: str, line: str, room: str) -> str:
    """Ask for figures in a room; what is posted there."""
    told = await team.ask(who, "report", line, room=room)
    assert told == Done(text("posted-here"))
    now = team.clock.transport()

    def newest(tx: Tx) -> str:
        """What else is due there goes before it."""
        while (
            job := tx.take(room, now, tx.enrol("test", 60), updates=True, posts=True)
        ) is not None:
            tx.delivered(job, "1.0", job.wanted, now)
            if job.body is not None:
                return job.body
        raise AssertionError("nothing is posted")

    return in_words(load_card(await team.storage.work.transact(newest)))


@pytest.mark.anyio
async def test_in_a_team_s_room_nobody_is_named(team: Team) -> None:
    await a_day(team)
    assert "Agent" not in await posted(team, "maya", "today in room", "care-japan")
    assert "Agent" in await posted(team, "maya", "in room", "care-leads")


@pytest.mark.anyio
async def test_where_specialists_are_called_nobody_is_named_unless_leads_read_there(
    team: Team,
) -> None:
    await a_day(team)
    called = {"specialists": EscalationTarget("specialists", "care-leads", ())}
    queue = replace(team.desk.policy.queues["japan"], escalation=called)
    queues = {**team.desk.policy.queues, "japan": queue}
    team.desk.policy = replace(team.desk.policy, queues=queues)
    assert "Agent" not in await posted(team, "maya", "in room", "care-leads")
    plan = digest_plan(room="care-leads")
    team.desk.policy = replace(team.desk.policy, digests={plan.name: plan})
    assert "Agent" in await posted(team, "maya", "today in room", "care-leads")


@pytest.mark.anyio
async def test_a_room_is_shown_its_own_queues_alone(team: Team) -> None:
    await a_day(team)
    assert "New: 0" in await posted(team, "maya", "in room", "care-second")


@pytest.mark.anyio
async def test_who_works_in_no_queue_of_a_room_posts_no_other_s_figures_there(team: Team) -> None:
    refused = Refusal(text("no-role"))
    assert await team.ask("gus", "report", "in room", room="care-japan") == refused


async def on_timer(team: Team, line: str, room: str) -> Outcome:
    """Let the timer ask for figures, as chatops.schedule does."""
    timer = Agent(0, "timer", "timer", None, dict.fromkeys(POLICY.queues, Role.ADMIN))
    plan = digest_plan(run=f"report {line}", calendar=TOKYO, room=room)
    made = team.desk.call(key=f"{line} {room}", command="report", agent=timer, origin=Origin.TIMER)
    return await team.desk.handle(replace(made, line=line, chat="slack", plan=plan, room=room))


@pytest.mark.anyio
@pytest.mark.parametrize("line", ["today", "today in room"])
async def test_on_a_timer_a_team_s_room_reads_of_its_own_queues_and_of_nobody(
    team: Team, line: str
) -> None:
    await a_day(team)
    for room, new, named in (
        ("care-japan", 3, False),
        ("care-second", 0, False),
        ("care-leads", 3, True),
    ):
        made = await on_timer(team, line, room)
        assert isinstance(made, Answer)
        said = in_words(made.card)
        assert (f"New: {new}" in said, "Agent" in said) == (True, named), room
        assert not made.in_room  # the schedule posts it, once


@pytest.mark.anyio
async def test_a_timer_posts_nothing_that_is_for_one_person(team: Team) -> None:
    names = Refusal(text("report-no-names"))
    assert await on_timer(team, "today by agent", "care-japan") == names
    alone = Refusal(text("report-alone"))
    for line in ("today csv", "today tickets late"):
        assert await on_timer(team, line, "care-leads") == alone


@pytest.mark.anyio
async def test_yesterday_is_a_day_too(team: Team) -> None:
    await a_day(team)
    team.clock.now += timedelta(days=1)
    said = await team.shown("maya", "report", "昨日", room=None)
    assert said.startswith(
        "Customer care on Thu 1 Oct\n2026-10-01, compared with 2026-09-30\nNew: 3 (before: 0)\n"
    )


@pytest.mark.anyio
async def test_days_are_held_against_those_before(team: Team) -> None:
    await a_day(team)
    team.clock.now += timedelta(days=7)
    said = await team.shown("maya", "report", "2026-10-02 .. 2026-10-08", room=None)
    assert said.startswith(
        "Customer care, Fri 2 Oct to Thu 8 Oct\n"
        "2026-10-02..2026-10-08 so far, compared with 2026-09-25..2026-10-01 up to the same time\n"
        "New: 0 (before: 3)\n"
    )


@pytest.mark.anyio
async def test_before_the_first_ticket_there_is_nothing(team: Team) -> None:
    assert "New: 0" in await team.shown("maya", "report", "2026-09")  # nor has there been any
    await a_day(team)
    too_early = Refusal(text("report-too-early", first="2026-10-01"))
    assert await team.ask("maya", "report", "2026-09") == too_early
    reversed_ = text("report-reversed", first="2026-10-01", last="2026-09-01")
    assert await team.ask("maya", "report", "2026-10-01..2026-09-01") == Refusal(reversed_)


@pytest.mark.anyio
async def test_the_first_ticket_of_a_night_is_of_the_day_before(team: Team) -> None:
    team.desk.policy = replace(team.desk.policy, day_starts=time(5))
    await team.wrote("Jo", "Where is it?", at=NOW - timedelta(hours=12))  # 3:30 at night
    too_early = Refusal(text("report-too-early", first="2026-09-30"))
    assert await team.ask("maya", "report", "2026-08") == too_early
    assert "New: 1" in await team.shown("maya", "report", "2026-09-30")


@pytest.mark.anyio
async def test_what_is_no_period_is_told_how_to_write_one(team: Team) -> None:
    usage = text("usage", prefix=Summons("care"), line=text("usage-report"))
    said = text("word-not-taken", word="sideways", usage=usage)
    assert await team.ask("maya", "report", "sideways in room") == Refusal(said, field="period")


@pytest.mark.anyio
async def test_figures_by_person_are_for_leads(team: Team) -> None:
    await a_day(team)
    assert (
        await team.shown("maya", "report", "7d by agent")
        == """\
Customer care, Fri 25 Sep to Thu 1 Oct
2026-09-25..2026-10-01 so far, compared with 2026-09-18..2026-09-24 up to the same time
[Closed by agent]
Agent | Handled | Closed | First response | Still waiting
伊藤 葵 | 1 (+1) | 1 (+1) | none yet | 0
Maya Lind | 1 (+1) | 1 (+1) | none yet | 0
Still waiting: 1, the oldest since Thu 1 Oct 15:30
The menu leads to the tickets of the first lines; any others by name, as in “tickets closed tag vip”."""
    )
    assert "Maya" not in await team.shown("aoi", "report", "by agent")
    refused = Refusal(text("report-no-names"))
    assert await team.ask("maya", "report", "by agent in room", room="care-japan") == refused
    assert "Maya" in await posted(team, "maya", "by agent in room", "care-leads")


async def replied(team: Team, ticket: int, agent: int) -> None:
    """Let a reply arrive on the network now."""

    def run(tx: Tx) -> None:
        now = team.clock.now
        tx.log(ticket, ReplySent(1, agent, now), now, agent, "after_reply")

    await team.storage.work.transact(run)


@pytest.mark.anyio
async def test_who_picks_tickets_up_and_how_soon(team: Team) -> None:
    await a_day(team)
    aoi, maya = [(await team.agent(name)).id for name in ("aoi", "maya")]
    await team.ask("maya", "assign", "3 aoi")
    team.clock.now += timedelta(minutes=20)
    await replied(team, 3, aoi)
    await replied(team, 3, maya)
    team.clock.now += timedelta(minutes=1)
    by_agent = (await team.shown("maya", "report", "today by agent")).splitlines()
    assert by_agent[3:] == [
        "Agent | Handled | Closed | First response | Still waiting",
        # closed one, answered another, whose clock this log leaves running
        "伊藤 葵 | 2 (+2) | 1 (+1) | none yet | 1 (+1)",
        "Maya Lind | 2 (+2) | 1 (+1) | none yet | 0",
        "Agent | Pick-up, from assignment to reply",
        "伊藤 葵 | median 20 min (n = 1)",
        "Still waiting: 1, the oldest since Thu 1 Oct 15:30",
        "The menu leads to the tickets of the first lines; any others by name, as in “tickets closed tag vip”.",
    ]
    assert "Maya" not in await team.shown("aoi", "report", "today by agent")
    said = await team.shown("maya", "report", "today")
    assert "Tickets handled: 3 (before: 0)\n" in said
    assert "Pick-up, from assignment to reply: median 20 min (n = 1) (before: none yet)\n" in said
    assert "First resolution: median 0 min (n = 2) (before: none yet)\n" in said


@pytest.mark.anyio
async def test_escalations_are_held_against_what_came(team: Team) -> None:
    await a_day(team)
    assert await team.ask("maya", "escalate", "3 specialists she is a journalist") == Done(
        text("done-escalate", ticket=3)
    )
    team.clock.now += timedelta(minutes=1)
    said = await team.shown("maya", "report", "today")
    assert (
        "Escalated, of new: 33.3 % (1 of 3): specialists: 1; level 1: 1; by hand 1, by a chain 0 (before: 0)"
        in said
    )


def test_escalations_where_nothing_was_new() -> None:
    found = Handling(escalations=[Escalation(1, NOW, "legal", 2, None)])
    nothing = Counted(Counts(0, 0, [], 0, None))
    facts = dict(report_facts(replace(nothing, handling=found), nothing))
    one, none = text("number", count=1), text("number", count=0)
    said = text(
        "report-escalations",
        share=one,
        targets=(text("labelled", label=text("words", words="legal"), value=one),),
        levels=(text("report-level", level=2, count=1),),
        hands=0,
        chains=1,
    )
    assert facts[text("report-escalated")] == text("report-both", now=said, before=none)
    facts = dict(report_facts(nothing, replace(nothing, handling=found)))
    assert facts[text("report-escalated")] == text("report-both", now=none, before=one)


@pytest.mark.anyio
async def test_figures_by_where_what_and_when(team: Team) -> None:
    await a_day(team)
    for line, head, row in (
        ("by channel", "Channel", "X"),
        ("by queue", "Queue", "japan"),
        ("種類別", "Kind", "mention"),
        ("by tag", "Tag", "no tag"),
    ):
        said = (await team.shown("maya", "report", line)).splitlines()
        heads = f"{head} | New | Closed | First response | Still waiting"
        assert said[3:5] == [heads, f"{row} | 3 (+3) | 2 (+2) | none yet | 1 (+1)"]
    said = (await team.shown("maya", "report", "by hour")).splitlines()
    waiting = "Still waiting: 1, the oldest since Thu 1 Oct 15:30"
    assert said[3:] == ["Hour | New | Closed", "15:00 | 3 (+3) | 2 (+2)", waiting]
    said = (await team.shown("maya", "report", "by day")).splitlines()
    assert said[1:4] == [
        "[New, closed and open by day]",
        "Day | New | Closed | Open at end",
        "Thu 1 Oct | 3 | 2 | 1",
    ]


@pytest.mark.anyio
async def test_lines_are_held_against_the_day_before_and_against_targets(team: Team) -> None:
    """On the day before one came and was closed by each; on the day itself only Aoi closed."""
    await a_day(team)
    team.clock.now += timedelta(days=1)
    await team.wrote("Mo", "Hello?")
    await team.ask("maya", "move", "4 global")
    await team.ask("aoi", "close", "3 resolved")
    team.clock.now += timedelta(minutes=90)
    team.desk.policy = replace(
        team.desk.policy, targets=Targets(pick_up=timedelta(minutes=30), compliance=95.0)
    )
    by_queue = (await team.shown("maya", "report", "by queue")).splitlines()
    assert by_queue[1:6] == [
        "2026-10-02 so far, compared with 2026-10-01 up to the same time",
        "[New and closed by queue]",
        "Queue | New | Closed | First response | Still waiting",
        "global | 1 (+1) | 0 | none yet | 1 (+1)",
        "japan | 0 (−3) | 1 (−1) | none yet | 0 (−1)",
    ]
    by_agent = (await team.shown("maya", "report", "by agent")).splitlines()
    assert by_agent[4:7] == [
        "伊藤 葵 | 1 | 1 | none yet | 0",
        "Maya Lind | 0 (−1) | 0 (−1) | none yet | 0",
        "✓ met, ⚠ missed the target: Pick-up, from assignment to reply: at most 30 min",
    ]
    csv = await team.ask("maya", "report", "by queue csv")
    assert isinstance(csv, Answer)
    assert csv.file is not None
    assert csv.file.lines[1:] == (
        '"global",1,0,0,,,1,0,0,0,,,0',
        '"japan",0,1,0,,,0,3,2,0,,,1',
    )
    by_hour = await team.ask("maya", "report", "by hour csv")
    assert isinstance(by_hour, Answer)
    assert by_hour.file is not None
    # in their order, and without a gap
    assert by_hour.file.lines[1:] == (
        '"15",0,0,0,,,3,2,0,,',
        '"16",0,0,0,,,0,0,0,,',
        '"17",1,1,0,,,0,0,0,,',
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("room", "queues"),
    [("care-japan", ["japan"]), ("care-second", ["global"]), ("care-leads", ["global", "japan"])],
)
async def test_a_spreadsheet_in_a_room_is_of_the_queues_that_it_shows(
    team: Team, room: str, queues: list[str]
) -> None:
    accounts = team.desk.policy.accounts
    abroad = replace(accounts["aozora"], name="abroad", queue="global")
    team.desk.policy = replace(team.desk.policy, accounts={**accounts, "abroad": abroad})
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Where is it?", account="abroad")
    team.clock.now += timedelta(minutes=1)
    answer = await team.ask("maya", "report", "this week csv by queue in room", room=room)
    assert isinstance(answer, Answer)
    assert answer.file is not None
    assert [line.split(",")[0] for line in answer.file.lines[1:]] == [f'"{q}"' for q in queues]
    name = "report-2026-09-28_2026-10-01-queue.csv"
    assert (answer.in_room, answer.card.push) == (False, text("report-file-alone", name=name))
    alone = await team.ask("maya", "report", "this week csv by queue", room=room)
    assert isinstance(alone, Answer)
    assert alone.file is not None
    assert [line.split(",")[0] for line in alone.file.lines[1:]] == ['"global"', '"japan"']
    assert alone.card.push == text("report-file", name=name)


@pytest.mark.anyio
async def test_a_spreadsheet_is_given_to_its_asker_alone(team: Team) -> None:
    await a_day(team)
    answer = await team.ask("maya", "report", "7d by agent csv in room")
    assert isinstance(answer, Answer)
    assert not answer.in_room
    assert answer.file == File(
        "report-2026-09-25_2026-10-01-agent.csv",
        (
            AGENT_HEAD,
            '"伊藤 葵",0,1,0,,,0,1,0,,,0,0,0,,,0,0,0,,',
            '"Maya Lind",0,1,0,,,0,1,0,,,0,0,0,,,0,0,0,,',
        ),
        "Asia/Tokyo",
    )
    by_day = await team.ask("maya", "report", "csv")
    assert isinstance(by_day, Answer)
    assert by_day.file is not None
    assert by_day.file.lines == (
        f"{DAY_HEAD},open_at_end",
        '"2026-10-01",3,2,0,,,1',
    )


@pytest.mark.anyio
async def test_without_a_queue_there_are_no_figures(team: Team) -> None:
    assert await team.ask("eve", "report") == Refusal(text("no-role"))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ([60, 180], text("report-median", median=timedelta(seconds=120), count=2)),
        (
            [60] * 10,
            text(
                "report-spread",
                median=timedelta(seconds=60),
                p90=timedelta(seconds=60),
                count=10,
            ),
        ),
    ],
)
def test_the_90th_percentile_needs_ten_values(seconds: list[int], said: Text) -> None:
    counted = Counted(Counts(0, 0, seconds, 0, None))
    values = dict(report_facts(counted, counted))
    assert values[text("report-first-response")] == text("report-both", now=said, before=said)
    none = text("number", count=0)
    assert values[text("report-waiting")] == text("report-both", now=none, before=none)


def test_repeated_canned_replies_are_shown_where_there_are_any() -> None:
    def labels(*repeated: int) -> list[str]:
        now, before = (Counted(Counts(0, 0, [], 0, None, each)) for each in repeated)
        return [label.id for label, _ in report_facts(now, before)]

    assert "report-repeated" in labels(3, 0)
    assert "report-repeated" in labels(0, 3)
    assert "report-repeated" not in labels(0, 0)


def test_the_quiet_list_is_shown_where_there_is_one() -> None:
    nothing = Counts(0, 0, [], 0, None)
    facts = dict(report_facts(Counted(nothing, quiet=2), Counted(nothing)))
    two, none = text("number", count=2), text("number", count=0)
    assert facts[text("report-quiet")] == text("report-both", now=two, before=none)
    none_yet = report_facts(Counted(nothing), Counted(nothing))
    assert text("report-quiet") not in dict(none_yet)
