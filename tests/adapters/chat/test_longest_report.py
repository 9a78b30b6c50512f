"""A month's report with every figure and target, every agent and every lead, as both chats show it.

A row of a table may be left out, and a line says so; no figure and no lead is.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import orjson
import pytest

from adapters.chat.slack import blocks
from adapters.chat.slack.writing import Voices
from adapters.chat.teams import adaptive
from adapters.chat.teams import writing as teams_writing
from chatops.card import Card, Facts
from chatops.cards.leads import LED_TO, Leads, leads
from chatops.cards.report_card import By, Figures, report_card
from chatops.cards.report_charts import course_blocks
from chatops.cards.report_facts import Counted, report_facts
from chatops.course import course
from chatops.event import ClockKind, CloseReason
from chatops.handling import Escalation, Handling, PickUp
from chatops.levels import levels
from chatops.measures import Close, Invitation, Kept, Measures, Response
from chatops.periods import Period, period_of
from chatops.report import CloseRow, Counts, Reached
from chatops.scene import Agent
from chatops.splits import Count, Happened
from chatops.targets import Targets
from chatops.text import Words, text
from chatops.ticket import Status
from chatops.unclosed import Backlog, Unclosed
from tests.scenes import NOW, TRAITS

WORDS: Final = Words()
TOKYO: Final = ZoneInfo("Asia/Tokyo")
MANY: Final = 20
AGENTS: Final = tuple(Agent(n, f"a{n}", f"佐藤 健太郎{n}", None, {}) for n in range(1, 13))
TARGET: Final = timedelta(minutes=30)
TARGETS: Final = Targets(TARGET, TARGET, TARGET, TARGET, 95.0, 5.0, 60.0, 5.0, 50, 0)
COUNTED: Final = Counted(
    Counts(4_321, 2_345, [6_000] * MANY, 123, NOW, repeated=45),
    quiet=1_234,
    measures=Measures(
        responses=[
            Response(kind, 6_000, 7_000, 1, NOW)
            for kind in (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)
            for _ in range(MANY)
        ],
        closes=[
            Close(n, 3, reason, NOW, n // 2 % 2, back, resolution_s=6_000)
            for n, back in enumerate((None, NOW + timedelta(hours=1)) * MANY)
            for reason in CloseReason
        ],
        kept={kind: Kept(1_234, 567, 89) for kind in ClockKind if not kind.is_watch},
        breached=1_234,
        invitations=[
            Invitation(n, NOW, opened_s, is_abandoned=opened_s is None)
            for n, opened_s in enumerate((6_000, None) * MANY)
        ],
    ),
    is_provisional=True,
    handled=4_321,
    handling=Handling(
        [PickUp(1, "japan", 3, NOW, NOW)] * MANY,
        [Escalation(n, NOW, f"specialists {n % 3}", 1 + n % 3, None) for n in range(MANY)],
        123,
        replies=2_345,
        canned=1_234,
    ),
    pick_ups=[6_000] * MANY,
    first_resolutions=[6_000] * MANY,
    thanks=345,
    reached=[Reached(n, name, NOW, 60) for name in ("x", "line", "facebook") for n in range(MANY)],
    backlog=Backlog(
        NOW,
        (NOW, NOW + timedelta(days=1)),
        rows=[
            Unclosed(n, "japan", "x", NOW - timedelta(days=n % 9), status, due=(NOW,))
            for n, status in enumerate((Status.OPEN, Status.SNOOZED) * 1_234)
        ],
        idle_claims=frozenset(range(1_234)),
    ),
)


def month() -> Period:
    found = period_of("31d", NOW, TOKYO)
    assert isinstance(found, Period)
    return found


@pytest.fixture(scope="module")
def card() -> Card:
    period = month()
    rows = [
        Happened(what, period.start + timedelta(days=day, hours=9), "japan", "x", "dm", (), 3, 600)
        for day in range(31)
        for what in Count
        for _ in range(12)
    ]
    went = course_blocks(course(rows, period, levels([period.start] * 300, [])))
    facts = Facts(report_facts(COUNTED, COUNTED, TARGETS, {"x": TRAITS}))
    closes = [CloseRow(a.id, "x", reason.value, 1_234) for a in AGENTS for reason in CloseReason]
    figures = Figures(period.first, COUNTED.counts, closes, {"x": TRAITS}, AGENTS)
    made = report_card(period, (facts, *went), figures, list(By), None)
    to = lead()
    blocks_ = (*made.blocks, *to.said)
    return replace(made, blocks=blocks_, buttons=to.buttons, menu=to.menu, more=text("report-more"))


def lead() -> Leads:
    return leads(COUNTED, (("since", "1790000000"), ("until", "1790000000"), ("queue", "japan")))


def people() -> Mapping[int, Agent]:
    return {agent.id: agent for agent in AGENTS}


def test_it_has_every_figure_that_is_no_part_of_another() -> None:
    to = lead()
    shown = {dict(button.args)["tickets"] for button in (*to.buttons, *to.menu)}
    assert shown == set(LED_TO)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_slack_shows_all_of_it(card: Card, language: str) -> None:
    voice = Voices(WORDS).of(language, "Asia/Tokyo", people())
    made = blocks.message(card, voice, "n0")["blocks"]
    assert len(made) <= blocks.MESSAGE.blocks
    whole = orjson.dumps(made).decode()
    assert len(whole) <= blocks.LONGEST_MESSAGE, len(whole)
    assert voice.plain(text("chat-cut")) not in whole
    assert voice.plain(text("report-leads")) in whole
    select = made[-1]["elements"][-1]
    assert select["placeholder"]["text"] == voice.plain(text("report-more"))
    assert len(select["options"]) == len(LED_TO) - 2


@pytest.mark.parametrize("language", ["en", "ja"])
def test_teams_shows_all_of_it(card: Card, language: str) -> None:
    voice = teams_writing.Voices(WORDS).of(language, "Asia/Tokyo", people())
    sent = adaptive.message(card, voice, lambda _: False)
    whole = orjson.dumps(sent).decode()
    assert len(whole.encode()) <= adaptive.LONGEST_MESSAGE
    assert voice.plain(text("chat-cut")) not in whole
    assert voice.plain(text("report-leads")) in whole
    actions = sent["attachments"][0]["content"]["actions"]
    assert [each["data"]["a"]["tickets"] for each in actions] == [
        dict(button.args)["tickets"] for button in (*card.buttons, *card.menu)
    ]
