"""transcript."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from chatops.call import Answer
from chatops.card import File
from chatops.cards.transcript import transcript
from chatops.event import Kind, ReplyState
from chatops.meant import help_line
from chatops.plain import file_in_bytes
from chatops.ports import Record
from chatops.scene import Direction, Line
from chatops.text import Summons, text
from chatops.ticket import Refusal
from tests.commands.conftest import WORDS, Team
from tests.scenes import AOI, NOW, call, line, scene, ticket


async def file_of(team: Team, name: str, said: str) -> tuple[Answer, str]:
    answer = await team.ask(name, "transcript", said)
    assert isinstance(answer, Answer)
    assert answer.file is not None
    return answer, in_lines(answer.file, "en")


def in_lines(file: File, language: str) -> str:
    return file_in_bytes(file, WORDS, language).decode("utf-8-sig").replace("\r\n", "\n")


@pytest.mark.anyio
async def test_it_holds_the_head_and_every_message(team: Team) -> None:
    await team.wrote("Jo", "My parcel\nis not here")
    await team.ask("aoi", "claim", "1")
    await team.ask("aoi", "note", "1 A difficult one")
    team.clock.now += timedelta(minutes=5)
    await team.ask("aoi", "reply", "1 It is on its way")
    answer, said = await file_of(team, "maya", "1")
    assert answer.file is not None
    assert answer.file.name == "ticket-1.txt"
    assert answer.about == 1
    assert said == (
        "Transcript of #1\n"
        "Channel: X mention, public\n"
        "Customer: Jo (@jo)\n"
        "Queue: japan\n"
        "Status: Open\n"
        "Opened: 2026-10-01 15:30\n"
        "Worked by: 伊藤 葵\n"
        "Times in: Asia/Tokyo\n"
        "Written: 2026-10-01 15:35\n"
        "\n"
        "[2026-10-01 15:30] Customer Jo (public)\n"
        "My parcel\n"
        "is not here\n"
        "\n"
        "[2026-10-01 15:35] Agent 伊藤 葵 (public, not sent yet)\n"
        "It is on its way\n"
    )


@pytest.mark.anyio
async def test_notes_stand_in_it_only_where_they_are_wanted(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    await team.ask("aoi", "note", "1 A difficult one")
    _, without = await file_of(team, "aoi", "1")
    assert "A difficult one" not in without
    for said in ("1 notes", "1 メモ付き"):
        _, noted = await file_of(team, "aoi", said)
        assert noted.endswith(
            "[2026-10-01 15:30] Note by 伊藤 葵 (not seen by the customer)\nA difficult one\n"
        )


@pytest.mark.anyio
async def test_a_long_conversation_is_there_whole(team: Team) -> None:
    for number in range(30):
        await team.wrote("Jo", f"Message no. {number}", at=NOW + timedelta(minutes=number))
    answer, said = await file_of(team, "aoi", "1")
    assert [f"Message no. {number}" for number in range(30)] == [
        each for each in said.splitlines() if each.startswith("Message")
    ]
    assert answer.card.push == text("transcript-given", ticket=1, name="ticket-1.txt", count=30)


@pytest.mark.anyio
async def test_who_was_given_one_is_logged(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    with capture_logs() as told:
        await file_of(team, "aoi", "1")
    aoi = await team.agent("aoi")
    assert {
        "event": "desk.file_given",
        "file": "ticket-1.txt",
        "agent": aoi.id,
        "log_level": "info",
    } in told
    record = await team.storage.reader.ticket(1)
    assert record is not None
    assert record.read_by == (aoi.id,)


@pytest.mark.anyio
async def test_only_who_may_see_the_ticket_gets_it(team: Team) -> None:
    await team.wrote("Jo", "Between us", kind=Kind.DM, private=True)
    assert await team.ask("gus", "transcript", "1") == Refusal(text("unknown-ticket", ticket=1))
    assert await team.ask("aoi", "transcript", "9") == Refusal(text("unknown-ticket", ticket=9))
    assert await team.ask("aoi", "transcript") == Refusal(
        text("which-ticket", line=help_line("transcript", Summons("care")))
    )
    answer, said = await file_of(team, "aoi", "1")
    assert answer.private == (1,)
    assert "Customer Jo (private)" in said


def one(*lines: Line, **changes: object) -> str:
    """Return the transcript, in Japanese, of a ticket with these messages."""
    now = scene(ticket=ticket(**changes), lines=lines)
    record = Record(now.ticket, now.customer, lines, None, (), {7: "thread"})
    asked = call("transcript", "", room=None)
    return in_lines(transcript(record, lines, (), (AOI,), asked), "ja")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ReplyState.SENT, "（公開）"),
        (ReplyState.FAILED, "（公開、送信失敗：お客様には届いていません）"),
        (ReplyState.WITHDRAWN, "（公開、取り消し：お客様には届いていません）"),
        (ReplyState.IN_DOUBT, "（公開、到着は未確認）"),
    ],
)
def test_what_became_of_a_reply_is_said(state: ReplyState, said: str) -> None:
    reply = line(101, "Words", direction=Direction.OUTBOUND, agent=AOI.id, state=state)
    assert f"[2026-10-01 15:20] 担当者 伊藤 葵さん{said}\nWords\n" in one(line(), reply)


def test_edited_hidden_deleted_and_outside() -> None:
    said = one(
        line(1, "Now", edited=True, hidden=True),
        line(2, "Gone", deleted=True),
        line(3, "Elsewhere", direction=Direction.OUTBOUND),
        line(4, "By one who left", direction=Direction.OUTBOUND, agent=77),
    )
    assert "お客様 Jo（公開、編集済み、チャネル上で非表示）\nNow\n" in said
    assert "お客様 Jo（公開）\n（削除済み）\n" in said
    assert "Gone" not in said
    assert "当社（xの画面から直接）（公開）\nElsewhere\n" in said
    assert "担当者 #77さん（公開）" in said


def test_closed_and_merged_ones_say_so_and_an_empty_one_too() -> None:
    closed = replace(ticket(), merged=(43, 44))
    said = one(merged=closed.merged, closed_at=NOW)
    assert "クローズ：2026-10-01 15:30\n" in said
    assert "対応者：なし\n" in said
    assert "統合したチケット：#43、#44\n" in said
    assert said.endswith("\nメッセージはありません。\n")
