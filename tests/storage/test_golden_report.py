"""A golden report: a small log of which every figure is worked out by hand, on both databases.

In care, in a window of 1000 s (in seconds after its start):

- a: answered at 120 (30 s of work), closed at 200 by 3, never reopened;
- b: answered late at 400, closed at 500 by 3, reopened by its customer at 600, answered, closed at 700;
- c: closed as spam at 300 by 4 without a reply; reopened by 4 at 350 (a slip), closed at 800;
- d: closed at 900 without a reply, reopened by another agent 30 s later, which is no return;
- e: waits since -50, late since 50; f: waits since 10, due at 990, which no tick has noted.
"""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from stored import NOW, given, s, said

from chatops.behind import Behind, Figure, Lateness, Mark
from chatops.calendar import Calendar
from chatops.cards.leads import number
from chatops.cards.report_facts import Counted, report_facts
from chatops.counting import Counting
from chatops.event import (
    AnsweredOutside,
    Claimed,
    Closed,
    CloseReason,
    CustomerWrote,
    Escalated,
    Kind,
    Priority,
    ReopenCause,
    Reopened,
    ReplyRequested,
    ReplySent,
)
from chatops.handling import Escalation
from chatops.measures import Close, Kept, Measures, Response, first_closes
from chatops.periods import Period
from chatops.policy import IdleRule
from chatops.ports import Tx
from chatops.report import EVERY, Only, Reached
from chatops.scene import Direction
from chatops.sla import Clock, ClockKind, Outcome
from chatops.sla.clock import Stretch, Why
from chatops.splits import Count, Happened
from chatops.text import Text, Value, text
from chatops.ticket import Status
from storage import Storage
from tests.scenes import POLICY

pytestmark = pytest.mark.anyio

START, END = s(0), s(1000)
ALWAYS = Calendar.always("UTC")
CARE = ["care"]
UTC = ZoneInfo("UTC")
#: A claim is asked about after ten minutes.
IDLING = replace(
    POLICY,
    queues={
        "care": replace(
            POLICY.queues["japan"],
            name="care",
            calendar=ALWAYS,
            idle_claim=IdleRule(timedelta(minutes=10), timedelta(hours=1)),
        )
    },
)
FIRST = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 300, NOW, s(300))
RESOLUTION = replace(FIRST, kind=ClockKind.RESOLUTION, target_s=600, due_at=s(600))
NEXT = replace(FIRST, kind=ClockKind.NEXT_RESPONSE, started_at=s(600), due_at=s(900))


def shut(tx: Tx, ticket: int, at: float, agent: int = 3, why: str = "resolved") -> None:
    tx.log(ticket, Closed(CloseReason(why), agent), s(at), agent, None)


def reopen(tx: Tx, ticket: int, at: float, agent: int | None = None) -> None:
    cause = ReopenCause.CUSTOMER if agent is None else ReopenCause.AGENT
    tx.log(ticket, Reopened(cause, agent), s(at), agent, None)


def met(clock: Clock, at: float, elapsed_s: int) -> Clock:
    return replace(clock, stopped_at=s(at), outcome=Outcome.MET, elapsed_s=elapsed_s)


def late(clock: Clock, at: float, elapsed_s: int) -> Clock:
    ended = met(clock, at, elapsed_s)
    return replace(ended, outcome=Outcome.MET_LATE, breached_at=clock.due_at)


def a_log(tx: Tx) -> tuple[int, int, int, int]:
    a, b, c, d = (given(tx, name, status=Status.CLOSED).id for name in "abcd")
    tx.log(a, CustomerWrote(0), s(4.9), None, None)
    tx.log(a, CustomerWrote(0), s(60), None, None)
    tx.log(a, ReplySent(1, 3, s(120)), s(121), 3, None)
    tx.save_clock(a, met(FIRST, 120, 30))
    shut(tx, a, 200)
    tx.save_clock(a, met(RESOLUTION, 200, 150))
    tx.log(b, AnsweredOutside(2, s(400)), s(401), None, None)
    tx.save_clock(b, late(FIRST, 400, 390))
    shut(tx, b, 500)
    reopen(tx, b, 600)
    tx.log(b, ReplySent(3, 3, s(650)), s(651), 3, None)
    tx.save_clock(b, met(NEXT, 650, 50))
    shut(tx, b, 700)
    past = (Stretch(NOW, s(500), 480, Why.RAN), Stretch(s(500), s(600), 0, Why.CLOSED))
    tx.save_clock(b, replace(met(RESOLUTION, 700, 580), due_at=s(700), past=past))
    shut(tx, c, 300, 4, "spam")
    reopen(tx, c, 350, 4)
    shut(tx, c, 800, 4, "spam")
    waived = replace(FIRST, stopped_at=s(300), outcome=Outcome.WAIVED)
    tx.save_clock(c, waived)
    tx.save_clock(c, replace(RESOLUTION, stopped_at=s(800), outcome=Outcome.WAIVED))
    shut(tx, d, 900, 3, "no_reply_needed")
    reopen(tx, d, 930, 4)
    e = given(tx, "e", at=s(-50)).id
    tx.save_clock(e, replace(FIRST, started_at=s(-50), due_at=s(50), breached_at=s(50)))
    tx.save_clock(given(tx, "f", at=s(10)).id, replace(FIRST, started_at=s(10), due_at=s(990)))
    return a, b, c, d


def around(tx: Tx) -> None:
    """What no figure of the window may count."""
    other = given(tx, "other", queue="sales", status=Status.CLOSED).id
    tx.save_clock(other, met(FIRST, 120, 30))
    shut(tx, other, 200)
    quiet = given(tx, "quiet", status=Status.CLOSED, quiet=True).id
    shut(tx, quiet, 200)
    before = given(tx, "before", status=Status.CLOSED, at=s(-500)).id
    tx.save_clock(before, met(replace(FIRST, started_at=s(-500), due_at=s(-100)), -200, 30))
    shut(tx, before, -1)
    after = given(tx, "after", status=Status.CLOSED, at=s(1000)).id
    tx.save_clock(after, replace(FIRST, started_at=s(1000), due_at=s(1300)))
    shut(tx, after, 1000)


async def test_the_rows_of_a_period(storage: Storage) -> None:
    a, b, c, d = await storage.work.transact(a_log)
    await storage.work.transact(around)
    found = await storage.reader.measures(CARE, START, END)
    resolved, spam = CloseReason.RESOLVED, CloseReason.SPAM
    by_time = sorted(found.closes, key=lambda close: close.at)
    assert replace(found, closes=by_time, responses=sorted(found.responses, key=str)) == Measures(
        responses=[
            Response(ClockKind.FIRST_RESPONSE, 30, 120, a, s(120)),
            Response(ClockKind.FIRST_RESPONSE, 390, 400, b, s(400)),
            Response(ClockKind.NEXT_RESPONSE, 50, 50, b, s(650)),
        ],
        # c's first close was a slip, so that its second one is the first as well
        closes=[
            Close(a, 3, resolved, s(200), 1, None, None, 150, 200, "care", NOW),
            Close(c, 4, spam, s(300), 0, s(350), 4, None, None, "care", NOW),
            Close(b, 3, resolved, s(500), 1, s(600), None, 480, 500, "care", NOW),
            Close(b, 3, resolved, s(700), 2, None, None, 580, 700, "care", None),
            Close(c, 4, spam, s(800), 0, None, None, None, None, "care", NOW),
            Close(d, 3, CloseReason.NO_REPLY_NEEDED, s(900), 0, s(930), 4, None, None, "care", NOW),
        ],
        kept={
            # met a; late b, late and running e, running past due f; waived c
            ClockKind.FIRST_RESPONSE: Kept(met=1, breached=3, waived=1),
            ClockKind.NEXT_RESPONSE: Kept(met=1),
            ClockKind.RESOLUTION: Kept(met=2, waived=1),
            ClockKind.CEILING: Kept(),
            ClockKind.CLAIM: Kept(),
        },
        breached=2,  # b and e: a breach that nobody has noted yet is not one of the log
    )
    none = dict.fromkeys((kind for kind in ClockKind if not kind.is_watch), Kept())
    assert await storage.reader.measures([], START, END) == Measures([], [], none)


async def test_a_clock_met_before_the_period_in_which_it_was_due(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        early = given(tx, "early", at=s(-900)).id
        tx.save_clock(early, met(replace(FIRST, started_at=s(-900)), -800, 100))
        closed = given(tx, "closed", at=s(-900)).id
        waived = replace(FIRST, stopped_at=s(-800), outcome=Outcome.WAIVED)
        tx.save_clock(closed, replace(waived, started_at=s(-900)))
        long_ago = s(-timedelta(days=32).total_seconds())
        ended = replace(FIRST, started_at=long_ago, stopped_at=long_ago, outcome=Outcome.MET)
        tx.save_clock(given(tx, "long ago").id, ended)
        past = given(tx, "late before", at=s(-900)).id
        tx.save_clock(past, late(replace(FIRST, started_at=s(-900), due_at=s(-800)), 10, 910))

    await storage.work.transact(run)
    kept = (await storage.reader.measures(CARE, START, END)).kept
    assert kept[ClockKind.FIRST_RESPONSE] == Kept(met=1, breached=1, waived=1)


async def test_every_figure_of_the_golden_log(storage: Storage) -> None:
    await storage.work.transact(a_log)
    await storage.work.transact(around)
    counting = Counting(storage.reader, IDLING, CARE, UTC)
    counts = await storage.reader.counts(CARE, START, END)
    measures = await storage.reader.measures(CARE, START, END)
    now = Counted(
        counts,
        0,
        measures,
        is_provisional=True,
        handled=await storage.reader.handled(CARE, START, END),
        handling=await storage.reader.handling(CARE, START, END),
        first_resolutions=[
            ALWAYS.elapsed(each.first_of, each.at)
            for each in first_closes(measures.closes)
            if each.first_of is not None
        ],
        backlog=await counting.backlog(END),
        reached=await storage.reader.reached(CARE, START, END),
    )
    nothing = Counted(await storage.reader.counts([], START, END))
    facts = dict(report_facts(now, nothing))

    def said(id: str) -> Value:
        args = dict(facts[text(id)].args)
        return args.get("now", facts[text(id)])

    def share(percent: float, part: int, whole: int) -> Text:
        return text("report-share", percent=percent, part=part, whole=whole)

    def median(seconds: float, count: int) -> Text:
        return text("report-median", median=timedelta(seconds=seconds), count=count)

    assert {label.id: said(label.id) for label in facts} == {
        "report-new": text("number", count=5),  # a, b, c, d, f: c's reason stands in its log alone
        "report-closed": text("number", count=5),  # six, of which one was a slip
        "report-closed-tickets": text("number", count=4),
        "report-handled": text("number", count=4),  # a, b, c, d
        # e and f
        "report-open": text("report-open-of", open=2, unclaimed=2, unread=2, idle=0),
        "report-snoozed": text("number", count=0),
        "report-due-today": text("number", count=2),
        "report-age": text("report-ages", one=2, three=0, seven=0, older=0),
        "report-first-response": median(210, 2),  # between 30 and 390
        "report-waiting": text("report-waiting-since", count=2, since=s(-50)),
        "report-calendar": text(
            "report-within",
            median=median(260, 2),  # between 120 and 400
            five=text("report-percent", percent=50.0),
            thirty=text("report-percent", percent=100.0),
            sixty=text("report-percent", percent=100.0),
        ),
        "report-next-response": median(50, 1),
        "report-first-resolution": median(650, 4),  # a 200, b 500, c after its slip 800, d 900
        # a 150, b at its last close 580; by the calendar 200 and 700
        "report-resolution": text(
            "report-took", worked=median(365, 2), calendar=timedelta(seconds=450)
        ),
        "report-kept-first_response": text("report-waived", share=share(25.0, 1, 4), waived=1),
        "report-kept-next_response": share(100.0, 1, 1),
        "report-kept-resolution": text("report-waived", share=share(100.0, 2, 2), waived=1),
        "report-breached": text("number", count=2),
        # b came back once, of five closes
        "report-reopened": text(
            "report-reopens",
            share=text("report-provisional", share=share(20.0, 1, 5)),
            mean=0.25,  # of a, b, c and d
        ),
        # a with one reply, b with two
        "report-one-touch": text("report-provisional", share=share(50.0, 1, 2)),
        "report-no-reply": text(
            "report-by-reason",
            share=share(40.0, 2, 5),
            reasons=tuple(
                text("labelled", label=text(f"close-{why}"), value=text("number", count=1))
                for why in ("no_reply_needed", "spam")
            ),
        ),
        # of a, whose log alone tells it
        "report-reached": text(
            "listing",
            items=(text("labelled", label=text("words", words="x"), value=median(4, 1)),),
        ),
    }


async def test_what_happened_by_who_where_and_when(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        a_log(tx)
        around(tx)
        tagged = given(tx, "g", at=s(40), tags=("refund", "angry"), status=Status.CLOSED).id
        tx.log(tagged, ReplySent(8, 4, s(60)), s(61), 4, None)
        tx.log(tagged, ReplySent(9, 3, s(90)), s(91), 3, None)
        tx.save_clock(tagged, met(FIRST, 60, 20))
        given(tx, "spam", at=s(50), status=Status.CLOSED, close_reason=CloseReason.SPAM)

    await storage.work.transact(run)
    of = ("care", "x", "mention")
    tags = ("refund", "angry")

    def order(row: Happened) -> str:
        return f"{row.what} {row.at} {row.tags} {row.agent}"

    found = await storage.reader.happened(CARE, START, END)
    assert sorted(found, key=order) == sorted(
        [
            *(Happened(Count.NEW, NOW, *of) for _ in "abcd"),
            Happened(Count.NEW, s(10), *of),
            Happened(Count.NEW, s(40), *of, tags),
            Happened(Count.ANSWERED, s(60), *of, tags, 4, 20),
            Happened(Count.ANSWERED, s(120), *of, (), 3, 30),
            Happened(Count.ANSWERED, s(400), *of, (), None, 390),  # on the network itself
            Happened(Count.WAITING, s(-50), *of),  # e and f, whom nobody has
            Happened(Count.WAITING, s(10), *of),
            Happened(Count.CLOSED, s(200), *of, (), 3),
            Happened(Count.CLOSED, s(500), *of, (), 3),
            Happened(Count.CLOSED, s(700), *of, (), 3),
            Happened(Count.CLOSED, s(800), *of, (), 4),
            Happened(Count.CLOSED, s(900), *of, (), 3),
        ],
        key=order,
    )
    assert await storage.reader.happened([], START, END) == []


def more(tx: Tx) -> None:
    """What the golden log lacks, so that every figure counts something.

    - p: claimed by 3 at 15, answered at 76, escalated by 3 and by a chain, its ceiling kept; asked into
      direct messages at 76, where its customer wrote after a minute; 3 was written to at 100 and has
      done nothing since;
    - q: on the quiet list; z: snoozed, waits for a day and more; asked at 100, and given up.
    """
    ticket = given(tx, "p", assignee=3, read_by=(3,), idle_since=s(100), tags=("vip",))
    p = ticket.id
    tx.log(p, Claimed(3), s(15), 3, None)
    tx.log(p, ReplyRequested(9, 3, repeated=True), s(70), 3, None)
    tx.log(p, ReplySent(9, 3, s(75)), s(76), 3, None)
    tx.log(p, Escalated("legal", "room", 3, 7), s(80), 3, None)
    tx.log(p, Escalated("experts", "room", None, None), s(90), None, "chain")
    tx.save_clock(p, met(replace(FIRST, kind=ClockKind.CEILING), 75, 75))
    asked = replace(FIRST, kind=ClockKind.DM_HANDOVER, due_at=s(86_476), started_at=s(76))
    tx.save_clock(p, met(asked, 136, 60))
    tx.log(p, CustomerWrote(10, thanks=False), s(99), None, None)
    tx.log(p, CustomerWrote(11, thanks=True), s(100), None, None)
    for key, until in (("en/on its way", 110), ("en/sorry", 111), (None, 112), ("en/sorry", 1000)):
        reply = said(
            tx,
            ticket,
            direction=Direction.OUTBOUND,
            agent=3,
            marker=f"until {until}",
            said=key,
        )
        tx.log(p, ReplySent(reply, 3, s(until)), s(until), 3, None)
    thankful = given(tx, "thankful", at=s(-100), status=Status.CLOSED).id
    for at in (-1, 0, 999, 1000):
        tx.log(thankful, CustomerWrote(12, thanks=True), s(at), None, None)
    given(tx, "q", at=s(5), status=Status.CLOSED, quiet=True, rule="praise")
    long_ago = s(-90_000)
    tomorrow = s(86_400)
    z = given(tx, "z", at=long_ago, status=Status.SNOOZED, assignee=3, snoozed_until=tomorrow).id
    tx.save_clock(z, replace(FIRST, started_at=long_ago, due_at=s(990)))
    lapsed = replace(asked, started_at=s(100), stopped_at=s(200), outcome=Outcome.LAPSED)
    tx.save_clock(z, lapsed)


#: By hand: the figures of the golden log and of what it lacked.
NUMBERS = {
    Figure.NEW: 6,  # a, b, c, d, f, p
    Figure.CLOSED: 5,
    Figure.AS_RESOLVED: 3,  # a, b twice
    Figure.AS_NO_REPLY_NEEDED: 1,  # d
    Figure.AS_SPAM: 1,  # c, at 800
    Figure.AS_DUPLICATE: 0,
    Figure.HANDLED: 5,  # a, b, c, d, p
    Figure.OPEN: 3,  # e, f, p
    Figure.UNCLAIMED: 2,  # e, f
    Figure.UNREAD: 2,  # e, f
    Figure.IDLE: 1,  # p
    Figure.SNOOZED: 1,  # z
    Figure.DUE_TODAY: 3,  # e, f, z
    Figure.FIRST: 2,  # a, b
    Figure.WAITING: 3,  # e, f, z
    Figure.UNANSWERED: 1,  # z
    Figure.PICK_UP: 1,  # p
    Figure.NEXT: 1,  # b
    Figure.FIRST_RESOLUTION: 4,  # a, b, c, d
    Figure.RESOLUTION: 2,  # a, b
    Figure.KEPT_FIRST: 6,  # a; late b, e, f, z; waived c
    Figure.KEPT_NEXT: 1,
    Figure.KEPT_RESOLUTION: 3,  # a, b; waived c
    Figure.KEPT_CEILING: 1,  # p
    Figure.KEPT_CLAIM: 0,
    Figure.LATE: 2,  # b, e
    Figure.ESCALATED: 1,  # p, twice
    Figure.REOPENED: 1,  # b
    Figure.ONE_TOUCH: 1,  # a
    Figure.NO_REPLY: 2,  # c, d
    Figure.INVITED: 2,  # p, z
    Figure.INVITED_SOON: 1,  # p
    Figure.ABANDONED: 1,  # z
    Figure.THANKS: 3,  # p, and two of another ticket
    Figure.QUIET: 1,  # q
    Figure.CANNED: 2,  # p
    Figure.REPEATED: 1,  # p
    Figure.REACHED: 2,  # a, p
}
#: And of agent 3: what they did, and of what is owed or open the tickets that are theirs: p and z.
OF_3 = dict.fromkeys(Figure, 0) | {
    Figure.CLOSED: 4,  # a, b twice, d
    Figure.AS_RESOLVED: 3,
    Figure.AS_NO_REPLY_NEEDED: 1,
    Figure.HANDLED: 4,  # a, b, d, p
    Figure.OPEN: 1,
    Figure.IDLE: 1,
    Figure.SNOOZED: 1,
    Figure.DUE_TODAY: 1,
    Figure.FIRST: 1,  # a: b's was given on the network itself
    Figure.WAITING: 1,
    Figure.UNANSWERED: 1,
    Figure.PICK_UP: 1,
    Figure.NEXT: 1,
    Figure.FIRST_RESOLUTION: 3,  # a, b, d
    Figure.RESOLUTION: 2,
    Figure.KEPT_FIRST: 1,
    Figure.KEPT_CEILING: 1,
    Figure.ESCALATED: 1,
    Figure.REOPENED: 1,
    Figure.ONE_TOUCH: 1,
    Figure.NO_REPLY: 1,  # d
    Figure.INVITED: 2,
    Figure.INVITED_SOON: 1,
    Figure.ABANDONED: 1,
    Figure.CANNED: 2,
    Figure.REPEATED: 1,
}
#: Of what bears the tag: p alone.
OF_VIP = (
    dict.fromkeys(Figure, 0)
    | dict.fromkeys(
        (
            *(Figure.NEW, Figure.HANDLED, Figure.OPEN, Figure.IDLE, Figure.PICK_UP),
            *(Figure.KEPT_CEILING, Figure.ESCALATED, Figure.THANKS, Figure.INVITED),
            *(Figure.INVITED_SOON, Figure.REPEATED, Figure.REACHED),
        ),
        1,
    )
    | {Figure.CANNED: 2}
)
NONE = dict.fromkeys(Figure, 0)


CASES: list[tuple[list[str], Only, dict[Figure, int]]] = [
    (CARE, EVERY, NUMBERS),
    (CARE, Only("x", Kind.MENTION, "en", Priority.NORMAL), NUMBERS),
    (CARE, Only(agent=3), OF_3),
    (CARE, Only(tag="vip"), OF_VIP),
    (CARE, Only(tag="vip", channel="line"), NONE),
    (CARE, Only(priority=Priority.URGENT), NONE),
    ([], EVERY, NONE),
]


async def test_every_number_leads_to_as_many_tickets(storage: Storage) -> None:
    for run in (a_log, around, more):
        await storage.work.transact(run)
    day = START.date()
    period = Period(day, day, START, END, UTC)
    for queues, only, numbers in CASES:
        counting = Counting(storage.reader, IDLING, queues, UTC, only)
        counted = await counting.counted(period, END)
        counted = replace(counted, backlog=await counting.backlog(END))
        assert {figure: number(figure, counted) for figure in Figure} == numbers, only
        listed = {figure: len(await counting.behind(figure, START, END)) for figure in Figure}
        assert listed == numbers, only


async def test_what_was_written_before_its_account_was_connected_took_no_time(
    storage: Storage,
) -> None:
    def run(tx: Tx) -> int:
        tx.log(given(tx, "a").id, CustomerWrote(1, counts_from=s(500)), s(600), None, None)
        after = given(tx, "b").id
        tx.log(after, CustomerWrote(2), s(600), None, None)
        tx.log(after, CustomerWrote(3, counts_from=s(500)), s(700), None, None)
        return after

    after = await storage.work.transact(run)
    assert await storage.reader.reached(CARE, START, END) == [Reached(after, "x", NOW, 600)]


async def test_of_all_replies_the_canned_ones_are_told(storage: Storage) -> None:
    await storage.work.transact(a_log)
    await storage.work.transact(more)
    handling = await storage.reader.handling(CARE, START, END)
    # a's, b's and four of p's; what was said on the network itself is none from here
    assert (handling.canned, handling.replies) == (2, 6)
    of_4 = await storage.reader.handling(CARE, START, END, Only(agent=4))
    assert (of_4.canned, of_4.replies) == (0, 0)


async def test_what_was_late_leads_and_waits_longest_leads(storage: Storage) -> None:
    a, b, c, _ = await storage.work.transact(a_log)
    await storage.work.transact(more)
    counting = Counting(storage.reader, POLICY, CARE, UTC)
    kept = await counting.behind(Figure.KEPT_FIRST, START, END)
    assert [row.why for row in kept] == [*[Mark.LATE] * 4, Mark.MET, Mark.WAIVED]
    assert kept[2] == Behind(b, s(400), Mark.LATE)
    assert kept[4:] == [
        Behind(a, s(120), Mark.MET),
        Behind(c, s(300), Mark.WAIVED),
    ]
    waiting = await counting.behind(Figure.WAITING, START, END)
    assert [row.at for row in waiting] == [s(-90_000), s(-50), s(10)]
    assert await counting.behind(Figure.FIRST, START, END) == [
        Behind(b, s(400), 390),
        Behind(a, s(120), 30),
    ]
    late = await counting.behind(Figure.LATE, START, END)
    assert [(row.at, row.why) for row in late] == [
        (s(300), Lateness(ClockKind.FIRST_RESPONSE, s(400))),
        (s(50), Lateness(ClockKind.FIRST_RESPONSE)),
    ]
    (escalated,) = await counting.behind(Figure.ESCALATED, START, END)
    assert escalated.why == Escalation(escalated.ticket, s(90), "experts", 2, None, None)
