"""list."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from chatops.arrival.terms import Terms
from chatops.call import Answer, Done, Origin
from chatops.cards.list_card import list_card
from chatops.channel import Echo
from chatops.event import ClockKind
from chatops.policy import Role, RoutingRule
from chatops.ports import MOST_COUNTED
from chatops.sla import SlaPolicy
from chatops.text import Summons, text
from chatops.ticket import Refusal
from tests.commands.conftest import PEOPLE, Team, beside, in_words
from tests.scenes import NOW, call


@pytest.mark.anyio
async def test_unclaimed_tickets_can_be_claimed_from_the_list(team: Team) -> None:
    await team.wrote("Jo", "Where is it? " * 20)
    await team.wrote("Kim", "Hello", at=NOW - timedelta(hours=2))
    answer = await team.ask("aoi", "list", "unclaimed")
    assert isinstance(answer, Answer)
    assert [(b.command, b.ticket) for b in beside(answer.card)] == [("claim", 2), ("claim", 1)]
    said = (await team.shown("aoi", "一覧", "未担当")).splitlines()
    assert said[0] == "Unclaimed tickets: 2"
    assert said[1] == "#2 · Kim · mention · nobody · ⚠ late: due Thu 1 Oct 14:30"
    assert said[3] == "#1 · Jo · mention · nobody · due Thu 1 Oct 16:30"
    assert said[4].endswith("…")


@pytest.mark.anyio
async def test_a_line_says_what_is_due_first_of_all_that_is_promised(team: Team) -> None:
    hour = 3600
    promised = {ClockKind.NEXT_RESPONSE: hour // 2, ClockKind.RESOLUTION: 8 * hour}
    team.desk.policy = replace(team.desk.policy, sla=(SlaPolicy("all", targets=promised),))
    ours = {"account": "aozora", "thread_key": "thread of Jo", "private": False}
    asked, answered = NOW - timedelta(hours=2), NOW - timedelta(hours=1, minutes=50)
    await team.wrote("Jo", "Where is it?", at=asked)
    await team.desk.receive([Echo(external_id="e1", text="Here.", at=answered, **ours)])
    due = "#1 · Jo · mention · nobody · due Fri 2 Oct 12:30"
    assert due in await team.shown("aoi", "list", "unclaimed")
    await team.wrote("Jo", "Where?", at=NOW - timedelta(hours=1))
    late = "#1 · Jo · mention · nobody · ⚠ late: due Thu 1 Oct 15:00"
    assert late in await team.shown("aoi", "list", "unclaimed")


@pytest.mark.anyio
async def test_mine_are_those_i_have(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "claim", "1")
    said = await team.shown("aoi", "list")
    assert said.startswith("Your tickets: 1\n#1 · Jo")
    answer = await team.ask("aoi", "list", "mine")
    assert isinstance(answer, Answer)
    assert [(b.command, b.ticket) for b in beside(answer.card)] == [("show", 1)]
    nobodys = await team.ask("maya", "list", "mine")
    assert isinstance(nobodys, Answer)
    assert (answer.empty, nobodys.empty) == (False, True)


@pytest.mark.anyio
async def test_mine_are_the_snoozed_ones_too_after_the_open_and_until_when(team: Team) -> None:
    for who in ("Jo", "Kim", "Lee", "Max"):
        await team.wrote(who, "")
    for number in (1, 2, 3):
        await team.ask("aoi", "claim", str(number))
    await team.ask("aoi", "snooze", "1 1h")
    await team.ask("aoi", "snooze", "2 customer")
    await team.ask("maya", "claim", "4")
    await team.ask("maya", "snooze", "4 1h")
    due = "mention · 伊藤 葵 · due Thu 1 Oct 16:30"
    assert await team.shown("aoi", "list") == (
        "Your tickets: 3\n"
        f"#3 · Lee · {due}\n"
        f"#1 · Jo · {due} · snoozed until Thu 1 Oct 16:30\n"
        f"#2 · Kim · {due} · snoozed until the customer answers"
    )
    assert (await team.shown("aoi", "list", "snoozed")).startswith("Snoozed tickets: 3")
    await team.ask("aoi", "on")
    held = Done(text("now-off-holding", count=3, prefix=Summons("care")))
    assert await team.ask("aoi", "off") == held


@pytest.mark.anyio
async def test_a_colleague_s_are_listed_by_any_of_their_names(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "claim", "1")
    await team.ask("maya", "claim", "2")
    for line in ("aoi", "@aoi", "伊藤", "伊藤さん", "伊藤 葵", "aoi mine", "aoi 1"):
        said = await team.shown("maya", "list", line)
        assert said.startswith("Open and snoozed tickets: 1 (伊藤 葵)\n#1 · Jo"), line
    assert "#2 · Kim" in await team.shown("aoi", "list", "Maya Lind 1")
    assert (await team.shown("aoi", "一覧", "スヌーズ中 maya")) == (
        "Snoozed tickets: 0 (Maya Lind)\nNothing is put aside."
    )
    assert "#1" not in await team.shown("gus", "list", "aoi")  # who may not see the queue


@pytest.mark.anyio
async def test_a_tag_finds_its_tickets_together(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    await team.wrote("Kim", "Hello")
    await team.wrote("Lee", "Hello")
    await team.ask("aoi", "tag", "1 refund")
    await team.ask("aoi", "tag", "2 Refund 返金")
    await team.ask("aoi", "claim", "2")
    said = await team.shown("aoi", "list", "#ＲＥＦＵＮＤ")
    assert said.startswith("Open and snoozed tickets: 2 (#refund)\n#1 · Jo")
    assert "#2 · Kim" in said
    assert (await team.shown("aoi", "list", "mine #refund")).startswith("Your tickets: 1 (#refund)")
    assert "#2 · Kim" in await team.shown("aoi", "list", "＃返金")


@pytest.mark.anyio
async def test_late_are_those_that_still_owe_their_first_response(team: Team) -> None:
    await team.wrote("Jo", "Hello", at=NOW - timedelta(hours=3))
    await team.wrote("Kim", "Hello")
    for word in ("late", "期限超過"):
        said = await team.shown("aoi", "list", word)
        assert said.startswith("Late tickets: 1\n#1 · Jo"), word


@pytest.mark.anyio
async def test_the_pages_of_a_narrowed_list_stay_narrow(team: Team) -> None:
    for number in range(12):
        await team.wrote(f"Jo{number}", "Hello")
        await team.ask("aoi", "tag", f"{number + 1} vip")
    first = await team.ask("aoi", "list", "unclaimed #vip")
    assert isinstance(first, Answer)
    (following,) = first.card.buttons
    assert following.args == (("which", "unclaimed"), ("of", "#vip"), ("page", "2"))
    second = await team.ask("aoi", "list", fields=dict(following.args), origin=Origin.BUTTON)
    assert isinstance(second, Answer)
    assert in_words(second.card).startswith("Unclaimed tickets: 12 (#vip)")


@pytest.mark.anyio
async def test_a_word_that_is_no_list_and_nobody_is_refused(team: Team) -> None:
    unknown = text("unknown-colleague", name="xyzzy")
    assert await team.ask("aoi", "list", "xyzzy") == Refusal(unknown, field="of")
    near = text("unknown-colleague-near", name="aio", near="aoi")
    assert await team.ask("aoi", "list", "aio") == Refusal(near, field="of")
    whole = text("quiet-is-whole", of="#vip", prefix=Summons("care"))
    assert await team.ask("aoi", "list", "quiet #vip") == Refusal(whole, field="of")


@pytest.mark.anyio
async def test_snoozed_escalated_and_unread(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "escalate", "2 specialists It leaks")
    await team.ask("aoi", "read", "2")
    assert "#2 · Kim" in await team.shown("aoi", "list", "escalated")
    assert "#1 · Jo" in await team.shown("aoi", "list", "unread")
    await team.ask("aoi", "snooze", "1 1h")
    assert "Snoozed tickets: 1\n#1 · Jo" in await team.shown("aoi", "list", "snoozed")


@pytest.mark.anyio
async def test_a_long_list_has_pages(team: Team) -> None:
    for number in range(12):
        await team.wrote(f"Jo{number}", "Hello", at=NOW - timedelta(days=2))
    first = await team.ask("aoi", "list", "unclaimed")
    assert isinstance(first, Answer)
    said = in_words(first.card)
    assert said.startswith("Unclaimed tickets: 12\n#1 ")
    assert "nothing due" in said
    assert said.endswith("Page 1 of 2")
    (following,) = first.card.buttons
    assert following.args == (("which", "unclaimed"), ("page", "2"))
    second = await team.ask("aoi", "list", fields=dict(following.args), origin=Origin.BUTTON)
    assert isinstance(second, Answer)
    assert in_words(second.card).count("#1") == 2  # 11 and 12
    assert [button.args[1] for button in second.card.buttons] == [("page", "1")]


@pytest.mark.anyio
async def test_page_that_is_gone_shows_the_last_one(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    assert await team.shown("aoi", "list", "unclaimed 7") == await team.shown(
        "aoi", "list", "unclaimed"
    )
    refused = await team.ask("aoi", "list", "mine 0")
    assert isinstance(refused, Refusal)


@pytest.mark.anyio
async def test_empty_list_says_what_that_means(team: Team) -> None:
    said = await team.shown("aoi", "list")
    assert said == "Your tickets: 0\nNothing is yours. “list unclaimed” shows what waits."


@pytest.mark.anyio
async def test_who_may_only_look_is_offered_the_details(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    answer = await team.ask("ken", "list", "unclaimed")
    assert isinstance(answer, Answer)
    assert [b.command for b in beside(answer.card)] == ["show"]


@pytest.mark.anyio
async def test_quiet_tickets_name_their_rule_and_can_be_opened(team: Team) -> None:
    rule = RoutingRule("coupons", words=Terms(("coupon",)), quiet=True)
    team.desk.policy = replace(team.desk.policy, routing=(rule,), sample=0)
    await team.wrote("Jo", "Any coupon today?")
    answer = await team.ask("aoi", "list", "quiet")
    assert isinstance(answer, Answer)
    assert in_words(answer.card) == (
        "On the quiet list: 1\n"
        "#1 · Jo · mention · rule coupons · Thu 1 Oct 15:30\n"
        "> Any coupon today?"
    )
    (opens,) = beside(answer.card)
    assert (opens.command, opens.ticket) == ("reopen", 1)
    assert await team.ask("aoi", "reopen", "1") == Done(text("done-reopen", ticket=1))
    assert "On the quiet list: 0" in await team.shown("aoi", "list", "返信不要")
    assert "#1 · Jo" in await team.shown("aoi", "list", "unclaimed")


def test_what_storage_does_not_count_is_no_exact_number() -> None:
    card = list_card("quiet", (), MOST_COUNTED, 1, (), call("list"))
    assert in_words(card).startswith("On the quiet list: 1,000+\n")


@pytest.mark.anyio
async def test_it_shows_only_queues_that_one_may_see(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    assert (await team.shown("gus", "list", "unclaimed")).startswith("Unclaimed tickets: 0")
    assert await team.ask("eve", "list") == Refusal(text("no-role"))


@pytest.mark.anyio
async def test_a_priority_that_stands_out_is_said(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "priority", "1 urgent")
    lines = (await team.shown("aoi", "list", "unclaimed")).splitlines()
    assert [line.endswith(" · ‼ Urgent") for line in lines if line.startswith("#")] == [True, False]


@pytest.mark.anyio
async def test_tickets_of_a_queue_that_app_yaml_names_no_more_are_seen_by_who_works_everywhere(
    team: Team,
) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("maya", "move", "2 global")
    await team.wrote("Lee", "Hello")
    await team.ask("maya", "move", "3 global")
    await team.ask("maya", "close", "3 spam")
    roles = {"aoi": {"japan": Role.LEAD}, "maya": {"japan": Role.LEAD, "*": Role.LEAD}}
    people = {name: replace(PEOPLE[name], roles=roles[name]) for name in roles}
    queues = {"japan": team.desk.policy.queues["japan"]}
    with capture_logs() as logs:
        await team.desk.adopt(replace(team.desk.policy, queues=queues, people=people))
    (warned,) = [each["said"] for each in logs if each["event"] == "desk.queue_gone"]
    assert warned == (
        "app.yaml has no queue global, where so many tickets are not closed: 1. Put it back; or who "
        'works in every queue (roles: "*") lists them by /care report tickets open queue global, and '
        "moves each by /care move 42 and the new queue"
    )
    team.clock.now += timedelta(minutes=1)
    for who, count, rows in (("maya", 2, ["global", "japan"]), ("aoi", 1, ["japan"])):
        listed = await team.shown(who, "list", "unclaimed")
        assert listed.startswith(f"Unclaimed tickets: {count}\n")
        said = (await team.shown(who, "report", "by queue")).splitlines()
        assert [line.split(" | ")[0] for line in said if " | " in line] == ["Queue", *rows]
    opened = await team.shown("maya", "report", "tickets open queue global")
    assert opened.startswith("Open now: 1\n")
    digest = await team.shown("maya", "digest", "closes")
    assert "global | 1 | 1 | 1\n" in digest
    await team.ask("maya", "move", "2 japan")
    assert (await team.shown("aoi", "list", "unclaimed")).startswith("Unclaimed tickets: 2\n")
    with capture_logs() as logs:
        await team.desk.adopt(team.desk.policy)
    assert [each for each in logs if each["event"] == "desk.queue_gone"] == []
