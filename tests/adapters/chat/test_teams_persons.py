"""Who may act in Teams: tenants, guests, strangers, roles; and what a forged card brings nobody."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from teams_world import BEN, CARE, ELSEWHERE, GUEST, ID, STRANGER, TEAMS, World, shown, world

from adapters.sandbox.teams import Fault
from chatops.card import Card, File, Paragraph
from chatops.file_links import MOST
from chatops.text import text
from tests.calling import client

pytestmark = pytest.mark.anyio

SAYS = {
    "lost": "I do not know you here",
    "robin": "Guests of this organization",
    "sam": "People of other organizations",
}


@pytest.fixture
async def here(tmp_path: Path, empty_database: Path | str) -> AsyncIterator[World]:
    async with world(tmp_path, empty_database) as one:
        yield one


@pytest.mark.parametrize("who", SAYS)
async def test_who_may_not_act_is_told_so_alone_and_nothing_changes(here: World, who: str) -> None:
    ticket, card = await here.card()
    before = await here.state(ticket)
    with capture_logs() as logs:
        pressed = await here.presses(who, "claim", card)
        opened = await here.opens_dialog(who, "reply", card)
    assert pressed.message is not None
    assert pressed.message.startswith(SAYS[who])
    assert opened.message == pressed.message
    assert await here.state(ticket) == before
    assert here.thread(card) == []
    refused = [each for each in logs if each["event"] == "teams.refused"]
    assert [each["user"] for each in refused] == [ID[who]] * 2


async def test_guests_and_another_tenant_act_where_app_yaml_lets_them(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database, guests=True, tenants=(ELSEWHERE,)) as here:
        for who, id in (("robin", GUEST), ("sam", STRANGER)):
            ticket, card = await here.card()
            await here.presses(who, "claim", card)
            holder = (await here.ticket(ticket)).assignee
            assert holder == here.agents[who].id, id


async def test_queue_without_a_role_is_refused_alone_and_logged(here: World) -> None:
    ticket, card = await here.card()
    before = await here.state(ticket)
    with capture_logs() as logs:
        pressed = await here.presses("kim", "claim", card)
    assert pressed.message
    assert await here.state(ticket) == before
    assert [each["ticket"] for each in logs if each["event"] == "teams.refused"] == [ticket]


async def test_forged_ticket_of_a_queue_without_a_role_is_refused(here: World) -> None:
    theirs, _ = await here.card("care-japan", account="aozora_ja")
    _, card = await here.card()
    before = await here.state(theirs)
    for who in ("vic",):
        data = {"c": "claim", "t": theirs, "role": "admin", "user": BEN, "agent": 1}
        body = await here.forged(who, "adaptiveCard/action", card, data)
        assert body["type"] == "application/vnd.microsoft.activity.message"
        assert body["value"]
        body = await here.forged(who, "task/fetch", card, {"c": "show", "t": theirs})
        assert body["task"]["type"] == "message"
    assert await here.state(theirs) == before


async def test_forged_ticket_that_there_is_not_and_forged_command_are_refused(
    here: World,
) -> None:
    ticket, card = await here.card()
    before = await here.state(ticket)
    for data in (
        {"c": "claim", "t": 999_999},
        {"c": "claim", "t": 10**30},
        {"c": "no such command", "t": ticket},
        {"c": "settle", "a": {"post": "1", "seen": "there"}},
    ):
        body = await here.forged("ben", "adaptiveCard/action", card, data)
        assert body["type"] == "application/vnd.microsoft.activity.message"
        assert body["value"]
    assert await here.state(ticket) == before


async def test_forged_submission_for_a_ticket_without_a_role_is_refused(here: World) -> None:
    theirs, _ = await here.card("care-japan", account="aozora_ja")
    _, card = await here.card()
    before = await here.state(theirs)
    data = {"asked": {"c": "note", "t": theirs}, "text:0": "let me in", "role": "admin"}
    body = await here.forged("vic", "task/submit", card, data)
    assert body["task"]["value"]
    assert await here.state(theirs) == before


async def test_who_somebody_is_is_asked_once_in_five_minutes(here: World) -> None:
    _, card = await here.card()
    for _ in range(3):
        await here.presses("ben", "read", card)
    assert here.outcomes("member") == ["ok"]


async def test_who_somebody_is_is_asked_anew_where_app_yaml_was_read_anew(here: World) -> None:
    _, card = await here.card()
    await here.presses("ben", "read", card)
    here.desk.policy = replace(here.desk.policy)
    await here.presses("ben", "read", card)
    assert here.outcomes("member") == ["ok", "ok"]


async def test_nobody_acts_while_nobody_can_say_who_it_is(here: World) -> None:
    ticket, card = await here.card()
    before = await here.state(ticket)
    here.cloud.fault(Fault("status", "member", status=502))
    pressed = await here.presses("ben", "claim", card)
    assert pressed.message is not None
    assert pressed.message.startswith("I cannot find out right now who you are")
    assert await here.state(ticket) == before
    await here.presses("ben", "claim", card)
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id


async def test_one_time_code_makes_a_stranger_somebody(here: World) -> None:
    ticket, card = await here.card()
    await here.cloud.hands.say(BEN, "personal", "identify")
    (told,) = here.alone("ben")
    code = re.search(r"identify ([0-9A-Z]{4}-[0-9A-Z]{4})", shown(told))
    assert code is not None
    await here.cloud.hands.say(ID["lost"], "personal", f"identify {code[1]}")
    await here.presses("lost", "claim", card)
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id


async def test_file_is_shown_in_the_personal_chat_and_its_asker_told_where(here: World) -> None:
    ticket, _ = await here.card(text="Where is my tent?")
    await here.cloud.hands.say(BEN, CARE, f"transcript {ticket}", mention=True)
    *pages, told = here.alone("ben")
    assert "Where is my tent?" in "".join(map(shown, pages))
    assert "is in our chat" in shown(told)


HOME = "https://care.example.com"
OF_QUEUE = (
    "new",
    "closed",
    "first_responses",
    "first_response_median_s",
    "first_response_p90_s",
    "still_waiting",
)
COUNTED, BEFORE = (",".join(each + of for each in OF_QUEUE) for of in ("", "_before"))


async def asked_for_csv(here: World, who: str = "ben", words: str = "csv") -> tuple[str, str]:
    """Ask for figures as a file; what is told alone, and the last part of the link below it."""
    await here.cloud.hands.say(ID[who], CARE, f"report {words}", mention=True)
    told = next(each for each in here.alone(who) if each.cards[0].get("actions"))
    (action,) = told.cards[0]["actions"]
    assert action["type"] == "Action.OpenUrl"
    assert action["url"].startswith(f"{HOME}/files/")
    return shown(told), action["url"].removeprefix(HOME)


async def test_csv_is_a_link_that_makes_the_file_by_its_asker_s_rights_of_then(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database, address=HOME) as here, client() as http:
        await here.card()
        told, path = await asked_for_csv(here, words="today by queue csv")
        assert "2026-06-01-queue.csv" in told
        assert "10 minutes" in told
        # the rooms are told nothing, and more came since
        assert here.private("ben") == []
        await here.card()
        with capture_logs() as logs:
            file = await http.get(here.served + path)
        assert (file.status_code, file.text) == (
            200,
            f'\ufeffqueue,{COUNTED},{BEFORE}\r\n"global",2,0,0,,,2,0,0,0,,,0\r\n',
        )
        named = 'attachment; filename="report-2026-06-01-queue.csv"'
        for header, value in (
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Disposition", named),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            assert file.headers[header] == value
        (opened,) = [each for each in logs if each["event"] == "file.opened"]
        assert (opened["user"], opened["agent"]) == (BEN, here.agents["ben"].id)

        over = await http.get(f"{here.served}/files/{'x' * 200}")
        assert over.status_code == 404
        assert over.headers["Cache-Control"] == "no-store"
        first, second = over.text.splitlines()
        assert (first[:24], second[:10]) == ("This link opens nothing,", "このリンクは無効か、")
        # the same of one that is garbled, of one whose person works here no more, and of an old one
        said = [(await http.get(here.served + path[:-5])).text]
        people = {name: each for name, each in TEAMS.people.items() if name != "ben"}
        await here.desk.adopt(replace(TEAMS, people=people))
        said.append((await http.get(here.served + path)).text)
        await here.desk.adopt(TEAMS)
        assert (await http.get(here.served + path)).status_code == 200
        # twice it was made, and once refused
        made = [(await http.get(here.served + path)).status_code for _ in range(MOST - 3)]
        assert made == [200] * (MOST - 3)
        often = await http.get(here.served + path)
        assert (often.status_code, often.headers["Retry-After"]) == (429, "600")
        assert often.text.startswith("You have opened too many files.")
        await here.passes(601)
        said.append((await http.get(here.served + path)).text)
        assert said == [over.text] * 3

        for method in ("HEAD", "POST", "PUT", "DELETE"):
            other = await http.request(method, here.served + path)
            assert (other.status_code, other.headers["Allow"]) == (405, "GET")


async def test_link_says_when_the_database_fails_and_opens_afterwards(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database, address=HOME) as here, client() as http:
        _, path = await asked_for_csv(here)
        with closing(sqlite3.connect(here.path)) as other, other:
            other.execute("ALTER TABLE agent RENAME TO hidden")
        later = await http.get(here.served + path)
        with closing(sqlite3.connect(here.path)) as other, other:
            other.execute("ALTER TABLE hidden RENAME TO agent")
        assert (later.status_code, later.headers["Retry-After"]) == (503, "5")
        assert later.headers["Cache-Control"] == "no-store"
        assert later.text.startswith("The file cannot be made now.")
        assert (await http.get(here.served + path)).status_code == 200


async def test_csv_is_shown_line_by_line_where_nobody_told_the_public_address(here: World) -> None:
    await here.card()
    await here.cloud.hands.say(BEN, CARE, "report csv", mention=True)
    first, page, told = here.alone("ben")
    assert "web.address" in shown(first)
    assert "day,new,closed" in shown(page)
    assert "is in our chat" in shown(told)


async def test_long_file_is_cut_into_messages(here: World) -> None:
    lines = tuple(f"{number} {'あ' * 300}" for number in range(300))
    said = text("chat-done")
    await here.chat.send_file(
        BEN, File("long.txt", lines, "Asia/Tokyo"), Card(push=said, blocks=(Paragraph(said),))
    )
    first, *pages, last = here.alone("ben")
    assert shown(first) == "Done."
    assert len(pages) == 4
    assert "there is more" in shown(last)


# --- people known by their address


MAILED = {
    name: replace(person, identities={}, email=f"{name.upper()}@aozora.test")
    for name, person in TEAMS.people.items()
}


@asynccontextmanager
async def mailed(folder: Path, empty: Path | str, **settings: Any) -> AsyncIterator[World]:
    """The world in which app.yaml gives nobody an id in Teams, but their address."""
    async with world(folder, empty, rules=replace(TEAMS, people=MAILED), **settings) as here:
        yield here


async def test_colleague_is_known_by_the_address_of_app_yaml(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with mailed(tmp_path, empty_database, by_email=True) as here:
        ticket, card = await here.card()
        with capture_logs() as logs:
            await here.presses("ben", "claim", card)
        assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
        assert {"event": "teams.linked_by_email", "user": BEN, "agent": "ben"}.items() <= next(
            each for each in logs if each["event"] == "teams.linked_by_email"
        ).items()
        linked = "SELECT external_id, agent, email FROM identity WHERE email IS NOT NULL"
        assert here.sql(linked) == [(BEN, here.agents["ben"].id, "ben@aozora.test")]


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("lost", "write your e-mail address"),
        ("robin", "add your Entra object id"),
        ("sam", "add your Entra object id"),
    ],
)
async def test_guest_another_tenant_and_unknown_address_are_linked_to_nobody(
    tmp_path: Path, empty_database: Path | str, who: str, told: str
) -> None:
    settings = {"by_email": True, "guests": True, "tenants": (ELSEWHERE,)}
    async with mailed(tmp_path, empty_database, **settings) as here:
        ticket, card = await here.card()
        before = await here.state(ticket)
        pressed = await here.presses(who, "claim", card)
        assert pressed.message is not None
        assert told in pressed.message
        assert await here.state(ticket) == before


async def test_address_tells_nothing_where_it_is_not_switched_on(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with mailed(tmp_path, empty_database) as here:
        _, card = await here.card()
        pressed = await here.presses("ben", "claim", card)
        assert pressed.message is not None
        assert pressed.message.startswith(SAYS["lost"])
        assert here.outcomes("member") == []


async def test_links_by_address_end_where_that_is_switched_off(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with mailed(tmp_path, empty_database, by_email=True) as here:
        _, card = await here.card()
        await here.presses("ben", "claim", card)
    ben = here.agents["ben"].id
    async with mailed(tmp_path, empty_database) as here:
        assert here.sql("SELECT agent FROM identity WHERE agent = ?", ben) == []
