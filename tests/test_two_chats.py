"""One queue in Slack and in Teams: the same ticket in both, and who does what, where."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from care import NOON, Hours, wrote
from teams_hall import BOTH, HALL, LEADS_HALL, TeamsHall, links, said
from town import Town, shows, town_around

from chatops import internal
from chatops.act import Act, Marks
from chatops.call import Answer, Origin
from chatops.card import Card, Form, Paragraph
from chatops.channel import AccountRevoked, Author
from chatops.delivery.troubles import hearers
from chatops.desk import LOCK
from chatops.errors import Barred
from chatops.event import Claimed, WritingBegan
from chatops.follow import tell
from chatops.internal import Place
from chatops.policy import Account
from chatops.ports import Tx
from chatops.text import Text, text

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

ROOM = "19:hall@thread.tacv2"
POLICY = replace(
    BOTH,
    accounts={**BOTH.accounts, "asked": Account("asked", internal.NAME, "global", "en", "hall")},
)


@pytest.fixture
def hall() -> TeamsHall:
    return TeamsHall()


@pytest.fixture
async def town(
    tmp_path: Path, empty_database: Path | str, hours: Hours, hall: TeamsHall
) -> AsyncIterator[Town]:
    async with town_around(tmp_path, empty_database, hours, POLICY, hall) as one:
        yield one


async def opened(town: Town) -> int:
    mia = town.chirp.hands.person("mia")
    post = town.chirp.timeline.write(mia, "Where is my tent?", town.hours.now())
    ticket = await town.opens(external_id=post.id, thread=post.thread)
    await town.quiet()
    return ticket


def facts(card: Card) -> str:
    return repr(card.blocks)


async def test_day_of_a_ticket_is_seen_in_both(town: Town, hall: TeamsHall) -> None:
    ticket = await opened(town)
    await town.did("maya", "claim", ticket, chat="teams", room="hall")
    await town.did("ben", "note", ticket, "look at the order")
    await town.did("ben", "reply", ticket, fields={"text": "On its way."})
    await town.until(town.answered)
    await town.quiet()
    await town.did("maya", "close", ticket, fields={"reason": "resolved"}, chat="teams")
    await town.quiet()
    slack = [shows(line) for line in await town.thread(ticket)]
    teams = hall.thread()
    for words in ("look at the order", "On its way.", "closed this"):
        assert sum(words in line for line in slack) == 1, words
        assert sum(words in line for line in teams) == 1, words
    assert "*Assignee:* Maya" in shows(await town.card(ticket))
    assert "Maya" in facts(hall.seen()[0].card)
    assert [button.command for button in hall.seen()[0].card.buttons] == ["reopen"]


async def test_note_typed_in_one_thread_is_posted_to_the_other_alone(
    town: Town, hall: TeamsHall
) -> None:
    ticket = await opened(town)
    await town.did("aoi", "note", ticket, "typed here", origin=Origin.THREAD, room="hall")
    await town.quiet()
    assert ["typed here" in shows(line) for line in await town.thread(ticket)] == [True]
    assert hall.thread() == []


@pytest.mark.parametrize("room", ["care-global", "hall"])
async def test_replys_wait_begins_where_it_was_written_once(
    town: Town, hall: TeamsHall, room: str
) -> None:
    ticket = await opened(town)
    await town.did("aoi", "reply", ticket, fields={"text": "Hello"}, room=room)
    undo = 'SELECT "to" FROM delivery WHERE undo'
    assert town.sql(undo) == [(room,)]
    await town.until(hall.thread)
    await town.until(town.answered)
    await town.quiet()
    assert (len(hall.thread()), len(await town.thread(ticket))) == (1, 1)


async def test_reply_from_elsewhere_can_be_undone_in_the_chat_where_it_was_written(
    town: Town,
) -> None:
    ticket = await opened(town)
    given = {"chat": "teams", "room": None}  # in a personal chat
    await town.did("maya", "reply", ticket, fields={"text": "Hello"}, **given)
    assert town.sql('SELECT "to" FROM delivery WHERE undo') == [("hall",)]


async def test_alert_leads_to_the_card_in_the_same_chat(town: Town, hall: TeamsHall) -> None:
    ticket = await opened(town)
    town.hours.jump(timedelta(minutes=90))
    await town.timer.tick()
    await town.quiet()
    card, alert = hall.seen()
    assert alert.card.title == text(
        "alert-title-breach", clock=text("fact-clock"), queue="global", ticket=ticket
    )
    assert links(alert.card) == [f"https://teams.example/hall/{card.id}"]
    assert "slack" in shows(town.seen("care-managers")[0])


async def test_card_that_was_moved_away_leads_to_where_its_readers_are(
    tmp_path: Path, empty_database: Path | str, hours: Hours, hall: TeamsHall
) -> None:
    east = replace(HALL, name="east", id="19:east@thread.tacv2")
    japan = replace(POLICY.queues["japan"], rooms=("care-japan", "east"))
    policy = replace(
        POLICY,
        rooms={**POLICY.rooms, "east": east},
        queues={**POLICY.queues, "japan": japan},
    )
    async with town_around(tmp_path, empty_database, hours, policy, hall) as town:
        ticket = await opened(town)
        await town.did("ben", "move", ticket, fields={"queue": "japan"})
        await town.quiet(step=1)
        await town.until(lambda: links(hall.seen()[0].card), step=1)
        assert links(hall.seen()[0].card) == [f"https://teams.example/east/{hall.seen(east)[0].id}"]


# --- who is where


async def test_lock_says_in_which_chat_somebody_writes(town: Town, hall: TeamsHall) -> None:
    ticket = await opened(town)
    form = await town.does("aoi", "reply", ticket, chat="teams", room="hall")
    assert isinstance(form, Form)
    await town.quiet()
    writing = text("aside-writing-in", agent="伊藤", chat=text("chat-name-teams"))
    assert Paragraph(writing, small=True) in hall.seen()[0].card.blocks
    assert "伊藤 is writing a reply, in Teams" in shows(await town.card(ticket))
    there = await town.does("ben", "reply", ticket, chat="slack")
    assert isinstance(there, Form)
    assert Paragraph(writing) in there.parts


async def test_lock_of_a_form_that_nobody_tells_was_left_goes_from_all_cards(
    town: Town, hall: TeamsHall
) -> None:
    ticket = await opened(town)
    await town.does("aoi", "reply", ticket, chat="teams", room="hall")
    await town.quiet()
    town.hours.jump(LOCK - timedelta(minutes=1))
    assert await town.timer.tick() == 0
    town.hours.jump(timedelta(minutes=1))
    assert await town.timer.tick() == 1
    await town.quiet()
    assert (await town.ticket(ticket)).writer is None
    assert "writing" not in shows(await town.card(ticket))
    assert "aside-writing" not in repr(hall.seen()[0].card.blocks)
    assert await town.timer.tick() == 0


async def test_form_names_no_chat_to_those_who_are_in_the_same(town: Town) -> None:
    ticket = await opened(town)
    await town.does("aoi", "reply", ticket, chat="teams", room="hall")
    form = await town.does("maya", "reply", ticket, chat="teams", room="hall")
    assert isinstance(form, Form)
    assert Paragraph(text("aside-writing", agent="伊藤")) in form.parts


async def test_lock_is_kept_with_its_chat(town: Town) -> None:
    ticket = await opened(town)
    await town.does("aoi", "reply", ticket, chat="teams", room="hall")
    writer = (await town.ticket(ticket)).writer
    assert writer is not None
    assert (writer.agent, writer.chat) == (town.agents["aoi"].id, "teams")
    began = [each for each in await town.log(ticket) if isinstance(each, WritingBegan)]
    assert [each.chat for each in began] == ["teams"]


async def test_log_says_where_each_act_was_done(town: Town) -> None:
    ticket = await opened(town)
    await town.did("maya", "claim", ticket, chat="teams", room="hall")
    await town.did("ben", "escalate", ticket, fields={"target": "specialists", "reason": "x"})
    shown = await town.does("ben", "show", ticket)
    assert isinstance(shown, Answer)
    log = [b.said for b in shown.card.blocks if isinstance(b, Paragraph)]
    assert [dict(each.args).get("chat") for each in log if each.id.startswith("log-line")] == [
        None,
        None,
        text("chat-name-teams"),
        text("chat-name-slack"),
    ]


async def test_log_of_a_queue_in_one_chat_names_none(town: Town) -> None:
    ticket = await town.opens(account="aozora_ja")
    await town.did("ben", "claim", ticket)
    entries = await town.storage.reader.entries(ticket)
    assert [each.chat for each in entries if isinstance(each.event, Claimed)] == ["slack"]
    shown = await town.does("ben", "show", ticket)
    assert isinstance(shown, Answer)
    assert "log-line-in" not in repr(shown.card)


@pytest.mark.parametrize(
    ("who", "called"), [("maya", "hall"), ("ben", "care-global"), ("aoi", "care-global")]
)
async def test_assignee_is_called_once_in_a_chat_that_they_use(
    town: Town, who: str, called: str
) -> None:
    ticket = await town.opens(thread="t")
    await town.did(who, "claim", ticket)
    await town.hears(wrote("and now?", thread="t"))
    rows = town.sql("SELECT \"to\" FROM delivery WHERE what = 'message' AND mention")
    assert rows == [(called,)]


# --- one person alone, closed chats, colleagues' questions


@pytest.mark.parametrize(("who", "chat"), [("aoi", "slack"), ("maya", "teams")])
async def test_person_is_told_alone_in_the_first_chat_that_they_use(
    town: Town, hall: TeamsHall, who: str, chat: str
) -> None:
    words = text("words", words="For you alone")
    now, agent = town.hours.transport(), town.agents[who].id

    def run(tx: Tx) -> None:
        tell(tx, agent, Card(push=words, blocks=(Paragraph(words),)), Act(now, now, Marks()))

    await town.storage.work.transact(run)
    town.desk.changed.set()
    await town.quiet()
    in_teams = [said(each.card) for each in hall.posts]
    in_slack = [each.text for each in town.messages_to(who)] if chat == "slack" else []
    assert (in_teams, in_slack) == (
        ([], ["For you alone"]) if chat == "slack" else (["For you alone"], [])
    )


async def test_chat_that_is_closed_is_told_by_its_name_and_the_other_goes_on(
    town: Town, hall: TeamsHall
) -> None:
    shut = Barred("invalid_client", "no", whole=True)
    hall.struck += [(shut, False)] * 4
    ticket = await town.opens()
    await town.until(lambda: town.seen("care-managers"), step=1)
    assert "Teams に届かなくなりました" in shows(town.seen("care-managers")[0])
    assert await town.card(ticket)
    await town.quiet(step=5)
    assert len(hall.seen()) == 1


def test_managers_hear_of_a_closed_chat_in_the_other() -> None:
    there = replace(BOTH.queues["global"], managers_rooms=("hall",))
    policy = replace(BOTH, queues={"global": there})
    assert hearers(policy, "chat:teams", {"chat:teams"}) == ["care-global"]


async def test_managers_with_a_room_in_each_chat_hear_in_both(
    tmp_path: Path, empty_database: Path | str, hours: Hours, hall: TeamsHall
) -> None:
    both = replace(BOTH.queues["global"], managers_rooms=("care-managers", "leads-hall"))
    policy = replace(BOTH, queues={**BOTH.queues, "global": both})
    async with town_around(tmp_path, empty_database, hours, policy, hall) as town:
        ticket = await opened(town)
        town.hours.jump(timedelta(minutes=90))
        await town.timer.tick()
        await town.desk.receive([AccountRevoked("aozora", NOON)])
        await town.quiet()
        alert, revoked = (shows(line) for line in town.seen("care-managers"))
        assert f"#{ticket}" in alert
        assert "python -m chatops connect" in revoked
        leads = hall.seen(LEADS_HALL)
        assert [each.card.title for each in leads] == [
            text("alert-title-breach", clock=text("fact-clock"), queue="global", ticket=ticket),
            text("alert-revoked-title", account="aozora"),
        ]


def test_managers_with_a_room_in_each_chat_hear_in_those_that_are_open() -> None:
    both = replace(BOTH.queues["global"], managers_rooms=("care-managers", "leads-hall"))
    policy = replace(BOTH, queues={"global": both})
    told = [hearers(policy, "hall", {"hall", *shut}) for shut in ((), ("chat:teams",))]
    assert told == [["care-managers", "leads-hall"], ["care-managers"]]
    assert hearers(policy, "hall", {"hall", "care-managers", "leads-hall"}) == ["care-global"]


def test_place_of_a_thread_is_read_whatever_its_rooms_id_holds() -> None:
    for place in (
        Place("slack", "C01", "1717214400.000100"),
        Place("teams", "19:hall@thread.tacv2", "1717214400123@1717214400001"),
    ):
        assert Place.read(str(place)) == place


async def test_colleagues_question_in_teams_is_answered_in_its_thread(
    town: Town, hall: TeamsHall
) -> None:
    question = await hall.post(HALL, Card(push=Text("words")), None, "m")
    ticket = await town.opens(
        account="asked",
        thread=str(Place("teams", ROOM, question)),
        external_id=str(Place("teams", ROOM, "a1")),
        author=Author("teams:guid-aoi", "aoi", "Aoi"),
    )
    await town.quiet()
    await town.did("ben", "reply", ticket, fields={"text": "Here you are."})
    await town.until(lambda: hall.thread(0), step=0.5)
    assert hall.thread(0)[0].endswith("Here you are.")


async def test_colleagues_answer_of_unknown_fate_is_asked_about_not_looked_up(
    town: Town, hall: TeamsHall
) -> None:
    question = await hall.post(HALL, Card(push=Text("words")), None, "m")
    ticket = await town.opens(
        account="asked",
        thread=str(Place("teams", ROOM, question)),
        external_id=str(Place("teams", ROOM, "a1")),
        author=Author("teams:guid-aoi", "aoi", "Aoi"),
    )
    await town.quiet()
    reply = await town.replies("ben", ticket, "Here you are.")
    await town.quiet()
    hall.cut(there=False)
    state = "SELECT state FROM message WHERE id = ?"
    await town.until(lambda: town.sql(state, reply)[0][0] == "in doubt", step=1)
    await town.did("ben", "resend", ticket)
    await town.until(lambda: town.sql(state, reply)[0][0] == "sent", step=1)
    assert len(hall.thread(0)) == 1
