"""report tickets: what stands behind a number, and reports of a part of the work."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from adapters.chat.slack.buttons import elements
from adapters.chat.slack.writing import Voices
from chatops.behind import Behind, Figure, Lateness, Mark, tickets_csv
from chatops.call import Answer, Origin, Outcome
from chatops.card import Button, Card, File
from chatops.cards.behind_card import Said, behind_card
from chatops.cards.leads import MOST_CARRIED, Leads, leads
from chatops.cards.report_facts import Counted
from chatops.event import ClockKind, CloseReason
from chatops.handling import Escalation
from chatops.report import Counts
from chatops.text import Text, text
from chatops.ticket import Refusal
from tests.commands.conftest import WORDS, Team, beside, in_words
from tests.scenes import NOW, POLICY, call

pytestmark = pytest.mark.anyio


async def a_day(team: Team) -> None:
    """Three came, two of which were closed, one by each; a fourth of another queue waits."""
    for who in ("Jo", "Kim", "Lee"):
        await team.wrote(who, "Where is it?")
    await team.ask("aoi", "close", "1 resolved")
    await team.ask("maya", "close", "2 duplicate")
    await team.wrote("Mo", "Hello?")
    await team.ask("maya", "move", "4 global")
    team.clock.now += timedelta(minutes=90)
    await team.timer.tick()


async def press(team: Team, who: str, button: Button, **changes: Any) -> Outcome:
    return await team.ask(
        who, button.command, fields=dict(button.args), origin=Origin.BUTTON, **changes
    )


def card_of(answer: Outcome) -> Card:
    assert isinstance(answer, Answer), answer
    return answer.card


def said(words: Text) -> str:
    return WORDS.say(words, "en", POLICY.rooms["care-japan"].zoneinfo)


async def test_every_number_is_a_button_that_lists_its_tickets(team: Team) -> None:
    await a_day(team)
    card = card_of(await team.ask("maya", "report", "today"))
    assert [said(button.label) for button in (*card.buttons, *card.menu)] == [
        "Late: 2",
        "Still waiting: 2",
        "New: 4",
        "Closed: 2",
        "Tickets handled: 2",
        "Open now: 2",
        "Due today: 2",
        "First resolution: 2",
        "First response in time: 4",
        "Closed without a reply: 2",
        "Ingest lag: 4",
    ]
    assert card.more == text("report-more")
    for button in (*card.buttons, *card.menu):
        listed = card_of(await press(team, "maya", button))
        assert listed.title is not None
        assert said(listed.title) == said(button.label)
        assert len(beside(listed)) == int(said(button.label).split(": ")[1])


async def test_the_list_of_a_whole_leads_to_those_of_its_parts(team: Team) -> None:
    await a_day(team)
    report = card_of(await team.ask("maya", "report", "today queue japan"))
    found = {}
    for button in report.menu:
        whole = card_of(await press(team, "maya", button))
        assert whole.more == (text("behind-parts") if whole.menu else None)
        for part in whole.menu:
            listed = card_of(await press(team, "maya", part))
            assert listed.title is not None
            found[said(part.label)] = said(listed.title), in_words(listed).splitlines()[1][-12:]
    assert found == {
        "Closed as resolved": ("Closed as resolved: 1", "Queue: japan"),
        "Closed as no reply needed": ("Closed as no reply needed: 0", "Queue: japan"),
        "Closed as spam": ("Closed as spam: 0", "Queue: japan"),
        "Closed as duplicate": ("Closed as duplicate: 1", "Queue: japan"),
        "Unclaimed": ("Unclaimed: 1", "Queue: japan"),
        "Read by nobody": ("Read by nobody: 1", "Queue: japan"),
        "Claimed but idle": ("Claimed but idle: 0", "Queue: japan"),
    }


async def test_the_list_says_why_each_ticket_counts(team: Team) -> None:
    await a_day(team)
    assert (
        await team.shown("maya", "report", "today tickets in time queue japan")
        == """\
First response in time: 3
Thu 1 Oct 0:00 to Thu 1 Oct 17:00, Queue: japan
#3 · Lee · mention · nobody · ⚠ late: due Thu 1 Oct 16:30
⚠ late, Thu 1 Oct 16:30
> Where is it?
#1 · Jo · mention · nobody · nothing due
waived, Thu 1 Oct 15:30
> Where is it?
#2 · Kim · mention · nobody · nothing due
waived, Thu 1 Oct 15:30
> Where is it?"""
    )
    by_reason = (await team.shown("maya", "report", "チケット 返信なし")).splitlines()
    assert by_reason[3] == "closed as resolved, Thu 1 Oct 15:30"
    for line in (
        "tickets closed as duplicate",
        "チケット 重複でクローズ",
        "チケット クローズ 重複",
    ):
        as_one = (await team.shown("maya", "report", line)).splitlines()
        assert (as_one[0], as_one[3]) == (
            "Closed as duplicate: 1",
            "closed as duplicate, Thu 1 Oct 15:30",
        )
    none = (await team.shown("maya", "report", "tickets abandoned")).splitlines()
    assert none[0] == "Abandoned: no direct message came: 0"
    late = (await team.shown("maya", "report", "tickets late queue japan")).splitlines()
    assert late[3] == "⚠ First response late since Thu 1 Oct 16:30"
    await team.ask("aoi", "close", "3 resolved")
    late = (await team.shown("maya", "report", "tickets late queue japan")).splitlines()
    assert late[3] == "⚠ First response late from Thu 1 Oct 16:30 to Thu 1 Oct 17:00"
    assert await team.shown("maya", "report", "today tickets open channel x tag vip") == (
        "Open now: 0\nas of Thu 1 Oct 17:00, Channel: X, Tag: #vip\nThere is no ticket behind it."
    )


async def test_an_escalated_ticket_is_listed_with_its_reason(team: Team) -> None:
    await a_day(team)
    await team.ask("maya", "escalate", "3 specialists she is a journalist")
    team.clock.now += timedelta(minutes=1)
    listed = (await team.shown("maya", "report", "tickets escalated")).splitlines()
    assert listed[3:] == [
        "to specialists, level 1, by Maya Lind, Thu 1 Oct 17:00",
        "> Where is it?",
        "> she is a journalist",
    ]


async def test_a_figure_is_of_the_time_that_its_report_was_of(team: Team) -> None:
    await a_day(team)
    card = card_of(await team.ask("maya", "report", "today"))
    new = next(each for each in card.menu if ("tickets", "new") in each.args)
    await team.wrote("Ida", "Hello?")
    team.clock.now += timedelta(days=1)
    listed = card_of(await press(team, "maya", new, room=None))  # where another zone may hold
    assert listed.title == text("behind-title", figure=text("report-new"), count=4)
    # what a button says is not believed: a time to come ends now, and a long one is a report's
    args = {**dict(new.args), "until": "99999999999"}
    forged = card_of(
        await press(team, "maya", Button("report", text("report-new"), tuple(args.items())))
    )
    assert forged.title == text("behind-title", figure=text("report-new"), count=5)
    args |= {"since": "0"}
    forged = card_of(
        await press(team, "maya", Button("report", text("report-new"), tuple(args.items())))
    )
    assert forged.title == text("behind-title", figure=text("report-new"), count=0)


@pytest.mark.parametrize("seconds", ["-1", "999999999999", "soon"])
async def test_what_is_no_time_is_refused(team: Team, seconds: str) -> None:
    fields = {"tickets": "new", "since": seconds, "until": "1790000000"}
    refused = await team.ask("maya", "report", fields=fields)
    assert isinstance(refused, Refusal)
    assert refused.said.id == "word-not-taken"


async def test_the_lines_of_a_table_lead_to_their_tickets(team: Team) -> None:
    await a_day(team)
    for line, labels in (
        (
            "by queue",
            [
                *("japan · New: 3", "japan · Closed: 2", "japan · Still waiting: 1"),
                *("global · New: 1", "global · Still waiting: 1"),
            ],
        ),
        (
            "by agent",
            [
                *("伊藤 葵 · Tickets handled: 1", "伊藤 葵 · Closed: 1"),
                *("Maya Lind · Tickets handled: 1", "Maya Lind · Closed: 1"),
            ],
        ),
        ("by channel queue japan", ["X · New: 3", "X · Closed: 2", "X · Still waiting: 1"]),
        ("by kind queue global", ["mention · New: 1", "mention · Still waiting: 1"]),
        ("by day", ["Thu 1 Oct · New: 4", "Thu 1 Oct · Closed: 2"]),
        ("by tag", []),
        ("by hour", []),
    ):
        card = card_of(await team.ask("maya", "report", line))
        assert [said(button.label) for button in card.menu] == labels, line
        for button in card.menu:
            listed = card_of(await press(team, "maya", button))
            assert len(beside(listed)) == int(said(button.label).split(": ")[1]), line


async def test_who_presses_sees_their_own_queues_alone(team: Team) -> None:
    await a_day(team)
    card = card_of(await team.ask("maya", "report", "today"))
    new = next(each for each in card.menu if ("tickets", "new") in each.args)
    assert (await team.ask("eve", "report", fields=dict(new.args))) == Refusal(text("no-role"))
    theirs = card_of(await press(team, "gus", new))
    assert theirs.title == text("behind-title", figure=text("report-new"), count=1)


async def test_under_a_report_in_a_room_the_numbers_are_that_room_s(team: Team) -> None:
    await a_day(team)
    answer = await team.ask("maya", "report", "tickets new in room", room="care-japan")
    assert isinstance(answer, Answer)
    assert not answer.in_room
    assert answer.card.title == text("behind-title", figure=text("report-new"), count=3)


async def test_a_long_list_comes_in_pages(team: Team) -> None:
    for number in range(12):
        await team.wrote(f"C{number}", "Hello?")
    team.clock.now += timedelta(minutes=1)
    first = card_of(await team.ask("maya", "report", "tickets new"))
    assert len(beside(first)) == 10
    (further,) = first.buttons
    second = card_of(await press(team, "maya", further))
    assert len(beside(second)) == 2
    assert "Page 2 of 2" in in_words(second)
    assert second.title == text("behind-title", figure=text("report-new"), count=12)
    last = card_of(await team.ask("maya", "report", "tickets new page 7"))
    assert last.blocks == card_of(await team.ask("maya", "report", "tickets new page 2")).blocks


async def test_a_ticket_that_counts_more_than_once_is_listed_once(team: Team) -> None:
    await team.wrote("Jo", "Hello?")
    for _ in range(2):
        await team.ask("aoi", "close", "1 resolved")
        team.clock.now += timedelta(minutes=5)
        await team.ask("aoi", "reopen", "1")
    listed = (await team.shown("maya", "report", "tickets closed")).splitlines()
    assert listed[0] == "Closed: 2 (in one ticket)"
    assert listed[3] == "closed as resolved, Thu 1 Oct 15:35, closed as resolved, Thu 1 Oct 15:30"


async def test_tickets_as_a_spreadsheet(team: Team) -> None:
    await a_day(team)
    answer = await team.ask("maya", "report", "tickets in time queue japan csv")
    assert isinstance(answer, Answer)
    assert answer.file == File(
        "report-kept_first.csv",
        (
            "ticket,at,working_s,what",
            '3,2026-10-01 16:30:00,,"late"',
            '1,2026-10-01 15:30:00,,"waived"',
            '2,2026-10-01 15:30:00,,"waived"',
        ),
        "Asia/Tokyo",
    )
    # what is no working time is not called so
    for figure, head in (("lag", "calendar_s"), ("pick-up", "working_s")):
        answer = await team.ask("maya", "report", f"tickets {figure} csv")
        assert isinstance(answer, Answer)
        assert answer.file is not None
        assert answer.file.lines[0] == f"ticket,at,{head},what"


def test_a_spreadsheet_has_a_span_or_a_word_for_why_a_ticket_counts() -> None:
    escalation = Escalation(1, NOW, "legal", 1, None)
    reasons = (None, 60, Mark.LATE, Lateness(ClockKind.CEILING), CloseReason.SPAM, escalation)
    rows = [Behind(1, NOW, why) for why in reasons]
    _, *lines = tickets_csv(Figure.LATE, rows, ZoneInfo("UTC"))
    cells = [line.split(",", 2)[2] for line in lines]
    assert cells == [',""', '60,""', ',"late"', ',"ceiling"', ',"spam"', ',"legal"']


@pytest.mark.parametrize(
    "line",
    [
        "tickets in time queue japan csv",
        "7d by queue channel x csv",
        "by hour csv in room",
        "this week by kind csv",
    ],
)
async def test_what_a_link_asks_for_is_the_same_file(team: Team, line: str) -> None:
    await a_day(team)
    given = await team.ask("maya", "report", line)
    assert isinstance(given, Answer)
    assert given.file is not None
    assert given.again is not None
    opened = await team.ask("maya", "report", fields=given.again, origin=Origin.BUTTON)
    assert isinstance(opened, Answer)
    assert opened.file == given.file


async def test_a_list_and_a_table_are_not_one_answer(team: Team) -> None:
    refused = Refusal(text("report-one-thing"), field="by")
    assert await team.ask("maya", "report", "tickets late by queue") == refused


async def test_reports_are_narrowed_in_any_order(team: Team) -> None:
    await a_day(team)
    for line in (
        "queue global today",
        "today queue:global",
        "今日 キュー global",
        "キュー：global",
    ):
        shown = (await team.shown("maya", "report", line)).splitlines()
        assert shown[2:4] == ["Queue: global", "New: 1 (before: 0)"], line
    line = "priority 通常 7d kind メンション channel X language en queue japan"
    shown = await team.shown("maya", "report", line)
    assert (
        "Queue: japan, Channel: X, Kind: mention, Language: English, Priority: Normal\nNew: 3"
        in shown
    )
    assert "New: 0 (before: 0)" in await team.shown("maya", "report", "kind dm")
    table = (await team.shown("maya", "report", "by queue queue global")).splitlines()
    assert table[1:] == [
        "Queue: global",
        "2026-10-01 so far, compared with 2026-09-30 up to the same time",
        "[New and closed by queue]",
        "Queue | New | Closed | First response | Still waiting",
        "global | 1 (+1) | 0 | none yet | 1 (+1)",
        "Still waiting: 1, the oldest since Thu 1 Oct 15:30",
        "The menu leads to the tickets of the first lines; any others by name, as in “tickets closed tag vip”.",
    ]


async def test_an_agent_s_figures_are_for_leads_and_for_the_agent(team: Team) -> None:
    await a_day(team)
    shown = (await team.shown("maya", "report", "agent aoi")).splitlines()
    assert shown[2:6] == [
        "Agent: 伊藤 葵",
        "New: 0 (before: 0)",
        "Closed: 1 (before: 0)",
        "Tickets handled: 1 (before: 0)",
    ]
    assert "Closed: 1" in await team.shown("aoi", "report", "agent 伊藤さん")
    refused = Refusal(text("report-no-names"), field="agent")
    assert await team.ask("aoi", "report", "agent maya") == refused
    assert await team.ask("maya", "report", "agent aoi in room", room="care-japan") == refused


@pytest.mark.parametrize(
    ("line", "id", "field", "known"),
    [
        ("queue legal", "unknown-queue", "queue", "japan, global"),
        ("channel fax", "unknown-channel", "channel", "X"),
        ("agent zzz", "unknown-agent", "agent", "aoi, maya, ken, eve, gus"),
        ("kind fax", "unknown-kind", "kind", "mention, reply, quote, dm, hashtag, review"),
        ("priority whatever", "unknown-priority", "priority", "urgent, high, normal, low"),
    ],
)
async def test_what_there_is_not_is_refused_with_what_there_is(
    team: Team, line: str, id: str, field: str, known: str
) -> None:
    refused = await team.ask("maya", "report", line)
    assert isinstance(refused, Refusal)
    assert (refused.said.id, refused.field) == (id, field)
    assert f"Choose one of: {known}." in said(refused.said)


async def test_what_is_no_language_or_tag_is_refused(team: Team) -> None:
    refused = await team.ask("maya", "report", "language klingon")
    assert isinstance(refused, Refusal)
    assert refused.field == "language"
    unfit = Refusal(text("report-tag-unfit", tag="a/b"), field="tag")
    assert await team.ask("maya", "report", "tag a/b") == unfit
    usage = await team.ask("maya", "report", "tickets nonsense")
    assert isinstance(usage, Refusal)
    assert dict(usage.said.args)["word"] == "nonsense"


FULL = Counted(Counts(2, 0, [], 1, None))


async def test_what_an_entry_cannot_carry_is_told_to_be_typed() -> None:
    short = (("since", "1"), ("until", "2"))
    assert [button.args for button in leads(FULL, short).menu] == [(("tickets", "new"), *short)]
    (line,) = leads(FULL, (("tag", "x" * 120),)).said
    assert leads(FULL, (("tag", "x" * 120),)) == Leads(said=(line,))
    assert line.said == text("report-leads-typed")
    assert leads(Counted(Counts(0, 0, [], 0, None)), short) == Leads()


async def test_the_fullest_entry_fits_slack_s_menu() -> None:
    """Slack refuses an option whose value is longer; what is too long is not offered."""
    for length in range(1, 140):
        told = (("since", "1790000000"), ("until", "1790000000"), ("tag", "あ" * length))
        found = leads(FULL, told)
        voice = Voices(WORDS).of("en", "UTC", {})
        made = elements(found.buttons, found.menu, None, voice)
        menus = [each for each in made if each["type"] == "static_select"]
        assert bool(menus) == bool(found.menu)
        for menu in menus:
            shared = orjson.loads(menu["action_id"].removeprefix("menu/report:"))
            (option,) = menu["options"]
            told_alone = orjson.loads(option["value"]).get("a", {})
            assert (shared | told_alone).items() == dict(found.menu[0].args).items()
            assert len(option["value"]) <= MOST_CARRIED


async def test_the_parts_of_a_list_are_offered_where_slack_s_menu_carries_them(team: Team) -> None:
    await a_day(team)
    listed = await team.storage.reader.those([1])
    rows = [Behind(1, NOW, CloseReason.RESOLVED)]
    for length, parts in ((1, 4), (240, 0)):
        told = (("tickets", "closed"), ("tag", "あ" * length))
        card = behind_card(
            Said(Figure.CLOSED, NOW, NOW, (), told, 1), rows, listed, {}, [], call("report")
        )
        (menu,) = elements((), card.menu, None, Voices(WORDS).of("ja", "UTC", {})) or [{}]
        assert len(menu.get("options", [])) == parts


def _named(card: Card, label: str) -> Button:
    (button,) = [each for each in card.menu if said(each.label) == label]
    return button


async def test_a_report_of_a_day_that_is_over_says_what_was_open_then(team: Team) -> None:
    await a_day(team)
    team.clock.now += timedelta(minutes=40)
    await team.wrote("Max", "Hello?")  # due on the next morning
    team.clock.now += timedelta(days=1) - timedelta(minutes=40)
    await team.ask("maya", "claim", "3")
    await team.ask("maya", "close", "4 resolved")
    card = card_of(await team.ask("maya", "report", "yesterday"))
    assert in_words(card).splitlines()[5:8] == [
        "Open at the end: 3 (unclaimed 3, read by nobody 2, claimed but idle 0)",
        "Snoozed at the end: 0",
        "Due on Fri 2 Oct: 1",  # of the room's zone, as the report's own day is
    ]
    whole = card_of(await press(team, "maya", _named(card, "Open at the end: 3")))
    for button, title in (
        (_named(card, "Open at the end: 3"), "Open at the end: 3"),
        (_named(whole, "Unclaimed"), "Unclaimed: 3"),
        (_named(whole, "Read by nobody"), "Read by nobody: 2"),
        (_named(card, "Due on Fri 2 Oct: 1"), "Due on Fri 2 Oct: 1"),
    ):
        listed = card_of(await press(team, "maya", button))
        assert listed.title is not None
        assert said(listed.title) == title
        assert "as of Fri 2 Oct 0:00" in in_words(listed)
        assert len(beside(listed)) == int(title[-1])
    team.clock.now += timedelta(minutes=1)
    today = await team.shown("maya", "report", "today")
    assert "Open now: 2 (unclaimed 1, read by nobody 1, claimed but idle 0)" in today
