"""What the outbox makes of Teams: root posts, threads, updates, links; cards that were deleted."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from care import NOON
from teams_world import BEN, CARE, CHANNEL, ID, TEAMS, TENANT, World, shown, world

from adapters.chat.teams.chat import LIMITS
from adapters.sandbox.teams import DOCUMENTED, Fault
from chatops import policy
from chatops.card import Card, Paragraph
from chatops.channel import Finding
from chatops.delivery.pace import Bucket
from chatops.errors import Barred, Gone, TryLater, Unreached, Unsupported
from chatops.text import Mention, text

pytestmark = pytest.mark.anyio

HOME = TEAMS.rooms["care-global"]
TO_BEN = policy.Room("person:1", "teams", BEN, "en", "Asia/Tokyo")
SAID = text("chat-done")
DONE = Card(push=SAID, blocks=(Paragraph(SAID),))
MORE = Card(push=text("chat-more"), blocks=(Paragraph(text("chat-more")),))


@pytest.fixture
async def here(tmp_path: Path, empty_database: Path | str) -> AsyncIterator[World]:
    async with world(tmp_path, empty_database) as one:
        yield one


async def test_ticket_is_one_root_post_with_its_conversation_in_the_thread(here: World) -> None:
    ticket, card = await here.card(thread="t-1", who="mia")
    await here.opens(thread="t-1", who="mia", text="Are you there?")
    await here.did("ben", "note", ticket, fields={"text": "Asked the carrier."})
    await here.quiet()
    assert [each.id for each in here.seen()] == [card]
    assert any("Asked the carrier." in line for line in here.thread(card))
    assert any("Are you there?" in line for line in here.thread(card))


async def test_post_and_line_are_changed_by_their_ids(here: World) -> None:
    root = await here.chat.post(HOME, DONE, None, "m1")
    line = await here.chat.post(HOME, DONE, root, "m2")
    assert line.endswith(f"@{root}")
    below = await here.chat.post(HOME, DONE, line, "m3")
    assert below.endswith(f"@{root}")
    await here.chat.update(HOME, root, MORE)
    await here.chat.update(HOME, line, MORE)
    assert [shown(each) for each in here.seen()] == ["More"]
    assert here.thread(root) == ["More", "Done."]


async def test_what_is_for_one_person_goes_into_their_chat(here: World) -> None:
    id = await here.chat.post(TO_BEN, DONE, None, "m1")
    await here.chat.update(TO_BEN, id, MORE)
    assert [shown(each) for each in here.alone("ben")] == ["More"]
    assert here.seen() == []
    assert await here.chat.url(TO_BEN, id) is None


async def test_link_leads_to_the_message_in_its_team_and_thread(here: World) -> None:
    group = here.cloud.state.organisation.team.group
    start = "https://teams.microsoft.com/l/message/19%3Acare-global%40thread.tacv2"
    end = f"tenantId={TENANT}&groupId={group}&parentMessageId=17&createdTime"
    assert await here.chat.url(HOME, "17") == f"{start}/17?{end}=17"
    assert await here.chat.url(HOME, "18@17") == f"{start}/18?{end}=18"


async def test_deleted_card_comes_back_with_the_next_change(here: World) -> None:
    ticket, card = await here.card()
    await here.cloud.hands.delete(BEN, CARE, card)
    await here.did("ben", "claim", ticket)
    await here.quiet()
    (again,) = here.seen()
    assert again.id != card
    assert "Ben" in shown(again)
    assert await here.storage.reader.card_of(ticket, "care-global") == again.id


async def test_card_of_unknown_fate_is_posted_again_and_the_older_deleted_when_pressed(
    here: World,
) -> None:
    here.cloud.fault(Fault("reset_after", "create"))
    ticket, card = await here.card()
    older, newer = here.seen()
    assert newer.id == card
    await here.presses("ben", "claim", older.id)
    await here.quiet()
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
    assert [each.id for each in here.seen()] == [card]
    assert "Ben" in shown(here.seen()[0])


async def test_older_card_goes_though_what_it_offers_is_refused(here: World) -> None:
    here.cloud.fault(Fault("reset_after", "create"))
    ticket, card = await here.card()
    older, _ = here.seen()
    await here.did("aoi", "claim", ticket)
    await here.quiet()
    assert "伊藤" in str((await here.presses("ben", "claim", older.id)).message)
    await here.until(lambda: [each.id for each in here.seen()] == [card])


async def test_older_card_stays_where_somebody_presses_who_may_not_see_the_ticket(
    here: World,
) -> None:
    here.cloud.fault(Fault("reset_after", "create"))
    _, card = await here.card()
    older, _ = here.seen()
    await here.presses("kim", "claim", older.id)
    await here.quiet()
    assert [each.id for each in here.seen()] == [older.id, card]


async def test_pressed_card_and_alert_stay(here: World) -> None:
    ticket, card = await here.card()
    await here.passes(timedelta(hours=2).total_seconds())
    await here.timer.tick()
    await here.quiet()
    managers = CHANNEL["care-managers"]
    (alert,) = here.seen(managers)
    await here.presses("ken", "claim", alert.id, managers)
    await here.quiet()
    assert (await here.ticket(ticket)).assignee == here.agents["ken"].id
    assert [each.id for each in here.seen(managers)] == [alert.id]
    assert card in [each.id for each in here.seen()]


async def test_card_that_mentions_somebody_who_is_not_there_names_them(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database) as here:
        channel = here.cloud.state.channels[CARE]
        few = frozenset({ID["ben"], ID["maya"]})
        here.cloud.state.channels[CARE] = replace(channel, members=few)
        said = text("words", words=Mention(here.agents["aoi"].id))
        card = Card(push=SAID, blocks=(Paragraph(said),))
        id = await here.chat.post(HOME, card, None, "m1")
        await here.chat.update(HOME, id, card)
        (message,) = here.seen()
        assert "伊藤" in shown(message)
        assert "<at>" not in shown(message)


async def test_nothing_is_looked_up(here: World) -> None:
    now = here.hours.transport()
    assert here.chat.finds is False
    with pytest.raises(Unsupported):
        await here.chat.find(HOME, None, "m1", now, now)


@pytest.mark.parametrize(
    ("status", "error"), [(429, TryLater), (412, TryLater), (403, Barred), (404, Barred)]
)
async def test_refusals_keep_their_meaning(
    here: World, status: int, error: type[Exception]
) -> None:
    here.cloud.fault(Fault("status", "create", status=status, retry_after=7))
    with pytest.raises(error):
        await here.chat.post(HOME, DONE, None, "m1")
    root = await here.chat.post(HOME, DONE, None, "m2")
    await here.cloud.hands.delete(BEN, CARE, root)
    with pytest.raises(Gone):
        await here.chat.update(HOME, root, MORE)


async def test_nothing_is_posted_before_the_app_is_in_a_team(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database, installed=False) as here:
        with pytest.raises(Unreached):
            await here.chat.post(HOME, DONE, None, "m1")


async def test_flood_of_tickets_keeps_to_teams_pace(here: World) -> None:
    began = here.hours.transport()
    for _ in range(25):
        await here.opens()
    await here.quiet()
    assert len(here.seen()) == 25
    # five at once, and sixty in half a minute at most; how much at most is tests/test_pace.py's
    assert here.hours.transport() - began > timedelta(seconds=10)
    assert {call.outcome for call in here.cloud.calls if call.name == "create"} == {"ok"}


def test_flood_in_a_room_fills_half_a_minute_and_overflows_none_of_teams_windows() -> None:
    buckets = [Bucket(cap) for cap in LIMITS.room]
    began = now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    made: list[float] = []
    while len(made) < 2000:
        now = max(bucket.ready_at(now) for bucket in buckets)
        buckets = [bucket.after_call(now) for bucket in buckets]
        made.append((now - began).total_seconds())
    for seconds, most in ((1, 7), (2, 8), (30, 60), (3600, 1800)):
        assert all(made[n + most] - made[n] > seconds for n in range(len(made) - most)), seconds
    assert made[59] == pytest.approx(30, abs=0.001)
    assert made[299] <= 180
    tenant = LIMITS.posts, LIMITS.updates
    assert sum(cap.calls / cap.seconds + cap.burst for cap in tenant) <= DOCUMENTED.value("app_1s")


async def test_doctor_tries_token_secret_and_rooms(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database) as here:
        now = here.hours.transport()
        del here.cloud.state.channels[CHANNEL["care-leads"]]
        findings = await here.chat.diagnose(now)
        assert [each.ok for each in findings] == [True, True, True, True, True, False, True]
        assert findings[1] == Finding(True, f"the app has a token in tenant {TENANT}")
        assert "care-leads" in findings[5].what


@pytest.mark.parametrize(
    ("days", "ok", "says"),
    [
        (400, True, "holds until"),
        (60, True, "ends in 60 days"),
        (14, False, "ends in 14 days"),
        (-1, False, "ended on"),
    ],
)
async def test_doctor_warns_before_the_secret_ends(
    tmp_path: Path, empty_database: Path | str, days: int, ok: bool, says: str
) -> None:
    ends = (NOON + timedelta(days=days)).date()
    async with world(tmp_path, empty_database, secret_ends=ends) as here:
        first, *_ = await here.chat.diagnose(here.hours.transport())
        assert (first.ok, says in first.what) == (ok, True)


@pytest.mark.parametrize(
    ("status", "says"), [(400, "gives the app no token"), (502, "cannot be reached")]
)
async def test_doctor_says_that_the_login_refuses_or_is_away(
    here: World, status: int, says: str
) -> None:
    here.cloud.fault(Fault("status", "token", status=status, times=10_000))
    await here.passes(timedelta(hours=2).total_seconds())
    findings = await here.chat.diagnose(here.hours.transport())
    assert says in findings[-1].what
