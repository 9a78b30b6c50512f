"""What a chain says: on the card, in the thread, in the log and at its end, in both languages."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scenes import AOI, BEN, MAYA, NOW, POLICY, QUEUE, policy, scene, ticket

from chatops.card import Card, Paragraph
from chatops.cards.chain_words import climb_words
from chatops.cards.event_line import event_line
from chatops.cards.log_words import say_event
from chatops.cards.stage_card import chain_end_card, stage_line
from chatops.cards.ticket_card import ticket_card
from chatops.chain import Chain, Stage
from chatops.event import (
    ChainEnded,
    ChainEntered,
    ChainStop,
    ChainStopped,
    Escalated,
    Priority,
    StageReached,
)
from chatops.plain import card_in_words
from chatops.policy import Person
from chatops.scene import Scene
from chatops.text import LANGUAGES, Text, Words
from chatops.ticket import Climb, Status

WORDS = Words()
ZONE = ZoneInfo("Asia/Tokyo")
SOON = NOW + timedelta(minutes=15)

CHAIN = Chain(
    (
        Stage(timedelta(minutes=15), call=("maya", "gone"), owner="maya"),
        Stage(timedelta(minutes=15), call_shift=True),
        Stage(timedelta(minutes=15), target="specialists"),
        Stage(timedelta(minutes=15), priority=Priority.URGENT),
        Stage(timedelta(minutes=15), queue="global"),
    ),
    rounds=2,
)
PEOPLE = {"maya": Person("maya", "Maya Lind", None, {}, {})}


def climbing(stage: int, round: int = 1, at: datetime | None = SOON, **more: Any) -> Scene:
    given = {"queue": replace(QUEUE, chain=CHAIN), "policy": policy(people=PEOPLE), **more}
    return scene(ticket=ticket(climb=Climb(stage, round, at)), **given)


def say(said: Text, language: str = "en") -> str:
    return WORDS.say(said, language, ZONE)


def words(card: Card, language: str) -> list[str]:
    return [line for line in card_in_words(card, WORDS, language, ZONE).splitlines() if line]


@pytest.mark.parametrize(
    ("here", "en", "ja"),
    [
        (
            climbing(0),
            ["Escalation begins Thu 1 Oct 15:45: calls Maya Lind, gone"],
            ["エスカレーション開始：10月1日(木) 15:45 Maya Lindさん、goneさんを呼び出し"],
        ),
        (
            climbing(1),
            [
                "Escalation: stage 1 of 5. Next Thu 1 Oct 15:45: calls who is on shift",
                "Maya Lind sees to this stage",
            ],
            [
                "エスカレーション：段階1/5。次は10月1日(木) 15:45 勤務中の人を呼び出し",
                "この段階の責任者：Maya Lindさん",
            ],
        ),
        (
            climbing(2, 2),
            ["Escalation: stage 2 of 5, round 2. Next Thu 1 Oct 15:45: goes to specialists"],
            [
                (
                    "エスカレーション：段階2/5（2巡目）。次は10月1日(木) 15:45 "
                    "specialistsへエスカレーション"
                )
            ],
        ),
        (
            climbing(3),
            ["Escalation: stage 3 of 5. Next Thu 1 Oct 15:45: priority ‼ Urgent"],
            ["エスカレーション：段階3/5。次は10月1日(木) 15:45 優先度を‼ 緊急に変更"],
        ),
        (
            climbing(4),
            ["Escalation: stage 4 of 5. Next Thu 1 Oct 15:45: moves to the queue global"],
            ["エスカレーション：段階4/5。次は10月1日(木) 15:45 キュー global へ移動"],
        ),
        (
            climbing(6, 2),  # app.yaml had more stages when it was reached
            [
                (
                    "Escalation: stage 6 of 6, round 2. Next Thu 1 Oct 15:45: "
                    "the rooms are told that nobody has taken it"
                )
            ],
            [
                (
                    "エスカレーション：段階6/6（2巡目）。次は10月1日(木) 15:45 "
                    "対応者がいないことをルームに通知"
                )
            ],
        ),
        (
            climbing(5, 2, None),
            ["⚠ The escalation has ended after all 5 stages, and this still waits"],
            ["⚠ エスカレーションの全5段階が終わりましたが、まだ対応待ちです"],
        ),
        (climbing(1, queue=QUEUE), [], []),
        (scene(), [], []),
    ],
)
def test_the_card_says_where_the_ticket_stands(here: Scene, en: list[str], ja: list[str]) -> None:
    said = {each: [say(one, each) for one in climb_words(here)] for each in LANGUAGES}
    assert said == {"en": en, "ja": ja}
    shown = [block.said for block in ticket_card(here).blocks if isinstance(block, Paragraph)]
    assert [each for each in shown if each.id.startswith("aside-chain")] == [*climb_words(here)]


def reached(**more: Any) -> StageReached:
    return StageReached(2, 1, 5, NOW, SOON, **more)


@pytest.mark.parametrize(
    ("event", "en", "ja"),
    [
        (reached(called=(BEN.id, MAYA.id)), "calls #2, #3", "#2さん、#3さんを呼び出し"),
        (
            reached(called=(BEN.id,), on_shift=True),
            "calls who is on shift: #2",
            "勤務中の#2さんを呼び出し",
        ),
        (
            reached(on_shift=True),
            "would call who is on shift, but nobody is",
            "勤務中の人を呼び出そうとしましたが、誰もいません",
        ),
        (reached(target="specialists"), "goes to specialists", "specialistsへエスカレーション"),
        (reached(queue="global"), "moves to the queue global", "キュー global へ移動"),
        (reached(priority=Priority.HIGH), "priority ❗ High", "優先度を❗ 高に変更"),
    ],
)
def test_a_stage_says_in_the_thread_what_it_does(event: StageReached, en: str, ja: str) -> None:
    line = stage_line(climbing(2), event, NOW, "care-japan")
    assert words(line, "en") == [f"⚠ This still waits. Escalation, stage 2 of 5: {en}"]
    assert words(line, "ja") == [f"⚠ まだ対応待ちです。エスカレーション段階2/5：{ja}"]
    assert (say(say_event(event)), say(say_event(event), "ja")) == (
        f"escalation, stage 2 of 5: {en}",
        f"エスカレーション段階2/5：{ja}",
    )


def test_people_of_a_target_are_called_in_its_room_alone() -> None:
    event = reached(target="specialists", called=(MAYA.id,))
    assert words(stage_line(climbing(3), event, NOW, "care-second"), "en")[1:] == ["For #3"]
    assert words(stage_line(climbing(3), event, NOW, "care-japan"), "en")[1:] == []


def test_its_owner_is_called_and_what_is_late_says_so() -> None:
    line = stage_line(climbing(2), reached(owner=AOI.id), NOW + timedelta(minutes=6), "care-japan")
    assert words(line, "en")[1:] == [
        "#1, please see to this stage.",
        "Late by 6 min: this was to come Thu 1 Oct 15:30.",
    ]
    assert words(line, "ja")[1] == "#1さん、この段階の対応をお願いします。"


@pytest.mark.parametrize(
    ("target", "called"),
    [("specialists", ["#3", "#2"]), ("lawyers", [])],
    ids=["a stage goes there", "none does"],
)
def test_who_escalates_by_hand_calls_the_owner_of_that_stage_too(
    target: str, called: list[str]
) -> None:
    stages = (Stage(timedelta(minutes=15), target="specialists", owner="ben"),)
    here = scene(queue=replace(QUEUE, chain=Chain(stages)))
    line = event_line(here, Escalated(target, "care-second", AOI.id, None), AOI.id, "care-second")
    said = words(line, "en")[0]
    assert sorted(each for each in ("#3", "#2") if each in said) == sorted(called)


ENDED = ChainEnded(NOW, 5, 2)


def test_the_end_is_told_with_what_can_be_done() -> None:
    card = chain_end_card(climbing(5, 2, None), "https://example.org/card", ENDED, NOW, (MAYA.id,))
    assert words(card, "en") == [
        "⚠ The escalation has ended: #42",
        (
            "#42 (https://example.org/card) in japan has gone up all its stages (5, rounds: 2) and "
            "still waits. Nothing more follows by itself."
        ),
        "For #3",
        "Customer: Jo",
        "Assignee: nobody",
    ]
    assert [button.command for button in card.buttons] == ["claim", "assign", "escalate"]
    assert words(card, "ja")[:2] == [
        "⚠ エスカレーション終了：#42",
        (
            "japan の #42 (https://example.org/card) は全5段階（2巡）のエスカレーションを終えましたが、"
            "まだ対応待ちです。これ以降の自動の連絡はありません。"
        ),
    ]


def test_the_end_calls_nobody_where_there_is_nobody_and_comes_late_with_a_word() -> None:
    late = NOW + timedelta(hours=1)
    card = chain_end_card(climbing(5, 2, None), None, ENDED, late, ())
    said = words(card, "en")
    assert [line for line in said if line.startswith(("For", "Late"))] == [
        "Late by 1 h: this was to come Thu 1 Oct 15:30."
    ]
    assert said[1].startswith("#42 in japan has")


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({"assignee": BEN.id}, ["assign", "escalate"]),
        ({"status": Status.CLOSED}, []),
    ],
)
def test_the_end_offers_what_is_left_to_do(changes: dict[str, Any], offered: list[str]) -> None:
    card = chain_end_card(scene(ticket=ticket(**changes)), None, ENDED, NOW, ())
    assert [button.command for button in card.buttons] == offered


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (ChainEntered(0, 1, SOON), "escalation to begin Thu 1 Oct 15:45"),
        (ChainEntered(2, 1, SOON), "entered the escalation at stage 2"),
        (
            replace(reached(), superseded=True),
            "escalation, stage 2 of 5: passed over for what was due later",
        ),
        (ENDED, "the escalation has ended, and nobody has taken it"),
        *(
            (ChainStopped(why), f"escalation over: {how}")
            for why, how in (
                (ChainStop.CLAIM, "somebody has it"),
                (ChainStop.REPLY, "answered"),
                (ChainStop.CLOSE, "closed"),
                (ChainStop.MOVED, "moved"),
                (ChainStop.REMOVED, "app.yaml has none any more"),
            )
        ),
    ],
)
def test_the_log_says_what_became_of_it(event: Any, said: str) -> None:
    assert say(say_event(event)) == said
    assert say(say_event(event), "ja")


def test_a_priority_that_the_chain_raised_says_so() -> None:
    raised = scene(ticket=ticket(priority=Priority.URGENT, why=("why-chain",)), policy=POLICY)
    said = words(ticket_card(raised), "en")
    assert "Priority: ‼ Urgent: raised by the escalation" in said
