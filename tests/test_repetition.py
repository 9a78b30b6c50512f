"""The guard against sending everybody the same words, on real storage with the real commands."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from care import Care, refused, wrote
from prometheus_client import generate_latest

from chatops.act import Act
from chatops.call import Done, Origin
from chatops.errors import Crossed
from chatops.event import ReplyRequested
from chatops.metrics import Metrics
from chatops.ports import Tx
from chatops.ticket import Refusal
from tests.faults.database import Sqlite
from tests.faults.process import PATIENCE, staged

pytestmark = pytest.mark.anyio

#: The canned reply `Thanks` of the queue `global`, as it goes to Mia from Ben.
TO_MIA = "Hello Mia, thank you. Ben"
ASKS = "repeat-en/Thanks"


async def requested(care: Care, ticket: int) -> list[ReplyRequested]:
    return [each for each in await care.log(ticket) if isinstance(each, ReplyRequested)]


async def test_the_same_words_to_the_same_person_within_30_days_are_asked_about(
    care: Care,
) -> None:
    await care.replies("ben", await care.opens(who="mia"), TO_MIA)
    care.hours.jump(timedelta(days=29))
    again = await care.opens(who="mia")
    asked = await care.does("maya", "reply", again, fields={"text": "Hello Mia, thank you. Maya"})
    assert isinstance(asked, Refusal)
    assert (asked.said.id, asked.asks) == ("ask-repeat-person", ASKS)
    assert dict(asked.said.args) == {"canned": "Thanks", "days": 30}
    assert await requested(care, again) == []
    care.hours.jump(timedelta(days=2))
    await care.replies("ben", again, TO_MIA)


async def test_words_are_the_same_whatever_the_white_space_between_them(care: Care) -> None:
    await care.replies("ben", await care.opens(who="mia"), TO_MIA)
    again = await care.opens(who="mia")
    spaced = await care.does(
        "ben", "reply", again, fields={"text": " Hello Mia,\n\nthank you. Ben"}
    )
    assert refused(spaced) == "ask-repeat-person"


async def test_a_changed_text_and_another_person_are_not_asked_about(care: Care) -> None:
    await care.replies("ben", await care.opens(who="mia"), TO_MIA)
    again, other = await care.opens(who="mia"), await care.opens(who="leo")
    await care.replies("ben", again, "Hello Mia, thank you for the photo. Ben")
    await care.replies("ben", other, "Hello Leo, thank you. Ben")
    assert [each.repeated for each in await requested(care, again)] == [False]


async def test_what_was_withdrawn_was_never_said(care: Care) -> None:
    ticket = await care.opens(who="mia")
    message = await care.replies("ben", ticket, TO_MIA)
    await care.did("ben", "undo", ticket, fields={"message": str(message)})
    await care.replies("ben", ticket, TO_MIA)


@pytest.mark.parametrize("origin", [Origin.FORM, Origin.SLASH, Origin.THREAD])
async def test_a_yes_lets_it_through_and_is_counted(care: Care, origin: Origin) -> None:
    await care.replies("ben", await care.opens(who="mia"), TO_MIA)
    again = await care.opens(who="mia")
    said = {"fields": {"text": TO_MIA}} if origin is Origin.FORM else {"line": TO_MIA}
    asked = await care.does("ben", "reply", again, origin=origin, **said)
    assert refused(asked) == "ask-repeat-person"
    other = frozenset({"repeat-en/Sorry", "personal-data"})
    still = await care.does("ben", "reply", again, origin=origin, confirmed=other, **said)
    assert refused(still) == "ask-repeat-person"
    yes = frozenset({ASKS})
    done = await care.does("ben", "reply", again, origin=origin, confirmed=yes, **said)
    assert isinstance(done, Done)
    assert [each.repeated for each in await requested(care, again)] == [True]
    metrics = Metrics(care.storage.reader, care.hours, dict, dict, lambda: care.desk.repeated)
    assert "chatops_replies_repeated_total 1.0" in generate_latest(metrics.registry).decode()


async def test_what_a_transaction_that_was_not_kept_repeated_is_not_counted(care: Care) -> None:
    runs: list[str] = []

    def run(_tx: Tx, act: Act) -> None:
        act.marks.repeated.add(len(runs))  # numbers that were given once are not given again
        runs.append(act.marks())
        if len(runs) == 1:
            raise Crossed("aozora m1")

    await care.desk.transact(run)
    assert (care.desk.repeated, len(set(runs))) == (1, 2)


async def test_a_yes_to_a_text_that_was_changed_after_all_is_no_repeat(care: Care) -> None:
    await care.replies("ben", await care.opens(who="mia"), TO_MIA)
    again = await care.opens(who="mia")
    yes = frozenset({ASKS})
    await care.did("ben", "reply", again, fields={"text": "Hello again, Mia!"}, confirmed=yes)
    assert [each.repeated for each in await requested(care, again)] == [False]
    assert care.desk.repeated == 0


async def test_the_third_under_one_post_is_asked_about(care: Care) -> None:
    for name in ("mia", "leo"):
        ticket = await care.opens(who=name, thread="post")
        await care.replies("ben", ticket, f"Hello {name.title()}, thank you. Ben")
    third = await care.opens(who="zoe", thread="post")
    asked = await care.does("ben", "reply", third, fields={"text": "Hello Zoe, thank you. Ben"})
    assert isinstance(asked, Refusal)
    assert asked.said.id == "ask-repeat-post"
    assert dict(asked.said.args) == {"canned": "Thanks", "count": 2}
    elsewhere = await care.opens(who="ada", thread="another post")
    await care.replies("ben", elsewhere, "Hello Ada, thank you. Ben")


async def test_direct_messages_stand_under_no_post(care: Care) -> None:
    for name in ("mia", "leo", "zoe"):
        message = wrote(who=name, thread="inbox", private=True)
        await care.replies(
            "ben", await care.opens(message), f"Hello {name.title()}, thank you. Ben"
        )


@pytest.mark.xdist_group("processes")
async def test_in_slack_the_question_comes_with_a_yes_that_sends_it(
    tmp_path: Path, empty_database: Path
) -> None:
    canned = '{ name: お礼, language: ja, text: "{customer_name}さん、ありがとうございます。{signature}" }'
    async with staged(tmp_path, Sqlite(tmp_path, empty_database)) as stage:
        app_yaml = stage.folder / "app.yaml"
        told = app_yaml.read_text("utf-8")
        text = told.replace("first_response: 60m", f"first_response: 60m\n    canned: [{canned}]")
        app_yaml.write_text(text, "utf-8")
        await stage.start()
        for question in ("Where is my tent?", "And my lamp?"):
            await stage.tell_until_taken("north", stage.writes(question, "mia"))
        await stage.until("SELECT count(*) FROM ticket", [(2,)])
        name = (await stage.rows("SELECT name FROM customer"))[0][0]
        words = f"{name}さん、ありがとうございます。Ben"
        hands, room = stage.slack.hands, stage.slack.state.in_room
        await hands.command("U01BEN", "C01GLOBAL", "/care", f"reply 1 {words}")
        await stage.until("SELECT count(*) FROM message WHERE state = 'sent'", [(1,)])
        await hands.command("U01BEN", "C01GLOBAL", "/care", f"reply 2 {words}")

        def asked() -> list[str]:
            return [m.ts for m in room("C01GLOBAL") if m.ephemeral_to and "お礼" in m.text]

        async with asyncio.timeout(PATIENCE):
            while not asked():  # noqa: ASYNC110 - what is waited for is in Slack
                await asyncio.sleep(0.05)
        assert stage.written() == [words]
        await hands.press("U01BEN", "do:reply", channel="C01GLOBAL", ts=asked()[0])
        await stage.until("SELECT count(*) FROM message WHERE state = 'sent'", [(2,)])
        assert stage.written() == [words, words]
        await stage.until(
            """SELECT count(*) FROM entry WHERE body LIKE '%"repeated":true%'""", [(1,)]
        )
        metrics = await stage.http.get(f"http://127.0.0.1:{stage.ops_port}/metrics")
        assert "chatops_replies_repeated_total 1.0" in metrics.text
