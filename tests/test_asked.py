"""Posts of unknown fate in a chat that finds nothing: cards again at once, people asked about the rest."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from care import Hours, refused, wrote
from teams_hall import BOTH, HALL, LEADS_HALL, Post, TeamsHall, said
from town import Town, town_around

from chatops.act import Act, Marks
from chatops.card import Card, Paragraph
from chatops.channel import Edited
from chatops.delivery.restored import doubt
from chatops.errors import InDoubt
from chatops.follow import tell
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.text import text

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

#: All is shown in Teams alone, so that the order of what is cut off is known.
ALONE: Policy = replace(
    BOTH, queues={**BOTH.queues, "global": replace(BOTH.queues["global"], rooms=("hall",))}
)


@pytest.fixture
def hall() -> TeamsHall:
    return TeamsHall()


@pytest.fixture
async def town(
    tmp_path: Path, empty_database: Path | str, hours: Hours, hall: TeamsHall
) -> AsyncIterator[Town]:
    async with town_around(tmp_path, empty_database, hours, ALONE, hall) as one:
        yield one


def questions(hall: TeamsHall) -> list[Post]:
    """The questions that are open in any room, the oldest first."""
    return [
        post
        for post in hall.posts
        if any(button.command == "settle" for button in post.card.buttons)
    ]


async def asked(town: Town, hall: TeamsHall) -> Post:
    await town.until(lambda: questions(hall), step=1)
    (question,) = questions(hall)
    return question


async def answers(town: Town, who: str, question: Post, seen: str, **more: object) -> object:
    """Press one of the question's buttons."""
    button = next(each for each in question.card.buttons if dict(each.args).get("seen") == seen)
    given = {"fields": dict(button.args), "chat": "teams", "room": "hall", **more}
    return await town.does(who, button.command, question.card.ticket, **given)


async def in_doubt(town: Town) -> int:
    return (await town.storage.reader.health(town.hours.transport())).in_doubt


async def threaded(town: Town) -> int:
    """A ticket whose card is there."""
    ticket = await town.opens(thread="t")
    await town.quiet()
    return ticket


# --- the take


@pytest.mark.parametrize("finds", [False, True])
async def test_take_waits_for_the_disk_where_nobody_could_be_asked_after_a_power_cut(
    town: Town, hall: TeamsHall, finds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken would be pending again, though it is there."""
    hall.finds = finds
    waited: set[bool] = set()
    transact = town.storage.work.transact

    async def noting(fn: Callable[[Tx], Any], *, flushed: bool = True) -> Any:
        waited.add(flushed)
        return await transact(fn, flushed=flushed)

    monkeypatch.setattr(town.storage.work, "transact", noting)
    await town.opens()
    await town.quiet()
    assert len(hall.seen()) == 1
    assert waited == ({True, False} if finds else {True})


# --- cards


@pytest.mark.parametrize("there", [True, False])
async def test_card_of_unknown_fate_is_posted_again_after_the_rooms_first_rest(
    town: Town, hall: TeamsHall, there: bool
) -> None:
    hall.cut(there=there)
    ticket = await town.opens()
    await town.until(lambda: town.sql("SELECT 1 FROM delivery WHERE state = 'in doubt'"), step=0)
    await town.passes(0.75)
    assert len(hall.seen()) == there
    await town.passes(0.25)
    await town.until(lambda: town.sql("SELECT 1 FROM delivery WHERE state = 'sent'"), step=0)
    cards = hall.seen()
    assert len(cards) == 1 + there
    # the older one is known by not being this one
    assert await town.storage.reader.card_of(ticket, "hall") == cards[-1].id
    assert questions(hall) == []


async def test_card_that_is_cut_off_again_and_again_is_posted_ever_more_rarely(
    town: Town, hall: TeamsHall
) -> None:
    hall.cut(there=True, times=9)
    began = town.hours.now()
    await town.opens()
    await town.quiet(step=1)
    assert len(hall.seen()) == 10
    assert town.hours.now() - began > 500
    assert await in_doubt(town) == 0


async def test_update_of_unknown_fate_is_made_again(town: Town, hall: TeamsHall) -> None:
    ticket = await threaded(town)
    update = hall.update

    async def cut(*_given: object) -> None:
        hall.update = update  # type: ignore[method-assign]
        raise InDoubt("cut off")

    hall.update = cut  # type: ignore[method-assign, assignment]
    await town.did("ben", "claim", ticket)
    await town.quiet(step=1)
    (card,) = hall.seen()
    assert card.updates == 1


# --- lines


async def test_line_of_unknown_fate_is_asked_about_where_it_would_stand(
    town: Town, hall: TeamsHall
) -> None:
    ticket = await threaded(town)
    hall.cut(there=True)
    await town.hears(wrote("secret words", thread="t"))
    question = await asked(town, hall)
    assert question.thread == hall.seen()[0].id
    assert said(question.card) == (
        f"⚠ Teams did not tell whether this arrived here: #{ticket}, the customer’s message of "
        "Mon 1 Jun 12:00, sent Mon 1 Jun 12:00. Is it above?"
    )
    assert question.card.push == text("push-doubt")
    assert [button.label for button in question.card.buttons] == [
        text("button-there"),
        text("button-again"),
    ]
    await town.quiet(step=1)
    assert len(hall.thread()) == 2, "nothing goes out a second time unseen"
    assert await in_doubt(town) == 1


async def test_what_follows_does_not_wait_for_the_answer(town: Town, hall: TeamsHall) -> None:
    ticket = await threaded(town)
    hall.cut(there=False)
    await town.hears(wrote("one", thread="t"))
    await town.hears(wrote("two", thread="t"))
    await asked(town, hall)
    await town.did("ben", "note", ticket, "three")
    await town.quiet(step=1)
    words = "\n".join(hall.thread())
    assert ["one" in words, "two" in words, "three" in words] == [False, True, True]


async def test_line_that_is_there_stays_as_it_is(town: Town, hall: TeamsHall) -> None:
    await threaded(town)
    hall.cut(there=True)
    await town.hears(wrote("one", thread="t"))
    question = await asked(town, hall)
    await answers(town, "ben", question, "there")
    await town.quiet(step=1)
    assert len(hall.thread()) == 2
    assert said(question.card).endswith("\n✓ Ben looked: it is there.")
    assert (question.card.buttons, await in_doubt(town)) == ((), 0)


async def test_line_that_is_not_there_is_posted_again_once(town: Town, hall: TeamsHall) -> None:
    await threaded(town)
    hall.cut(there=False)
    await town.hears(wrote("one", thread="t"))
    question = await asked(town, hall)
    await answers(town, "ben", question, "again")
    await town.quiet(step=1)
    assert sum("one" in line for line in hall.thread()) == 1
    assert said(question.card).endswith("\nBen looked and did not find it, so it is posted again.")
    assert await in_doubt(town) == 0


async def test_each_doubt_has_its_own_question(town: Town, hall: TeamsHall) -> None:
    await threaded(town)
    hall.cut(there=False)
    await town.hears(wrote("one", thread="t"))
    first = await asked(town, hall)
    hall.cut(there=False)
    await answers(town, "ben", first, "again")
    await town.until(lambda: questions(hall) and questions(hall)[0] is not first, step=1)
    await answers(town, "ben", questions(hall)[0], "again")
    await town.quiet(step=1)
    assert sum("one" in line for line in hall.thread()) == 1


@pytest.mark.parametrize("then", ["there", "again"])
async def test_second_answer_changes_nothing(town: Town, hall: TeamsHall, then: str) -> None:
    await threaded(town)
    hall.cut(there=False)
    await town.hears(wrote("one", thread="t"))
    question = await asked(town, hall)
    given = replace(question)
    await answers(town, "ben", given, "again", key="once")
    before = town.everything()
    assert refused(await answers(town, "aoi", given, then)) == "doubt-over"
    await answers(town, "ben", given, "again", key="once")  # the same press, delivered twice
    assert town.everything() == before
    await town.quiet(step=1)
    assert sum("one" in line for line in hall.thread()) == 1


async def test_two_who_answer_at_once_are_one_answer(town: Town, hall: TeamsHall) -> None:
    await threaded(town)
    hall.cut(there=False)
    await town.hears(wrote("one", thread="t"))
    question = replace(await asked(town, hall))
    both = await asyncio.gather(
        answers(town, "ben", question, "again"), answers(town, "aoi", question, "again")
    )
    assert sorted(type(each).__name__ for each in both) == ["Done", "Refusal"]
    await town.quiet(step=1)
    assert sum("one" in line for line in hall.thread()) == 1


async def test_question_itself_is_posted_again_unasked(town: Town, hall: TeamsHall) -> None:
    await threaded(town)
    hall.cut(there=True)
    hall.cut(there=True)  # the question
    await town.hears(wrote("one", thread="t"))
    await town.until(lambda: len(questions(hall)) == 2, step=1)
    await town.quiet(step=1)
    first, second = questions(hall)
    await answers(town, "ben", first, "there")
    assert refused(await answers(town, "ben", second, "again")) == "doubt-over"
    await town.quiet(step=1)
    assert (len(hall.thread()), await in_doubt(town)) == (3, 0)


async def test_what_is_new_of_a_line_that_only_people_know_is_posted_anew(
    town: Town, hall: TeamsHall
) -> None:
    """Its id is unknown, so it cannot be brought up to date where it stands."""
    await threaded(town)
    hall.cut(there=True)
    message = wrote("one", thread="t")
    await town.hears(message)
    await answers(town, "ben", await asked(town, hall), "there")
    await town.hears(Edited("aozora", message.external_id, "uno", town.hours.transport()))
    await town.quiet(step=1)
    assert [word in hall.thread()[-1] for word in ("uno", "one")] == [True, False]
    await town.hears(
        Edited("aozora", message.external_id, "due", town.hours.transport() + timedelta(seconds=1))
    )
    await town.quiet(step=1)
    assert "due" in hall.thread()[-1]
    assert len(hall.thread()) == 3, "from there on it is brought up to date"


# --- replies


async def test_reply_whose_undo_line_is_in_doubt_can_be_undone_in_the_question(
    town: Town, hall: TeamsHall
) -> None:
    """The wait begins when the question is seen, for it carries Undo."""
    ticket = await threaded(town)
    hall.cut(there=False)
    await town.did("ben", "reply", ticket, fields={"text": "On its way."}, room="hall")
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    assert town.due("reply")[0][2] == "held"
    question = await asked(town, hall)
    assert [button.command for button in question.card.buttons] == [
        "settle",
        "settle",
        "undo",
        "sendnow",
    ]
    await town.until(lambda: town.due("reply")[0][2] == "pending", step=0)
    undo = question.card.buttons[2]
    await town.did("ben", "undo", ticket, fields=dict(undo.args))
    await town.quiet(step=1)
    assert (town.due("reply")[0][2], town.answered()) == ("withdrawn", [])


async def test_reply_waits_for_no_answer_of_ours(town: Town, hall: TeamsHall) -> None:
    mia = town.chirp.hands.person("mia")
    post = town.chirp.timeline.write(mia, "Hm?", town.hours.now())
    ticket = await town.opens(external_id=post.id, thread=post.thread)
    await town.quiet()
    hall.cut(there=False)
    await town.did("ben", "reply", ticket, fields={"text": "On its way."}, room="hall")
    await town.until(town.answered, step=1)
    assert town.answered() == ["On its way."]


# --- who may answer


@pytest.mark.parametrize(
    ("who", "said_so"),
    [("vic", "not-allowed"), ("kim", "doubt-over")],
    ids=["a viewer", "one of another queue"],
)
async def test_only_agents_of_the_tickets_queue_answer(
    town: Town, hall: TeamsHall, who: str, said_so: str
) -> None:
    await threaded(town)
    hall.cut(there=False)
    await town.hears(wrote("one", thread="t"))
    question = await asked(town, hall)
    assert refused(await answers(town, who, question, "again")) == said_so
    assert await in_doubt(town) == 1


async def test_number_of_another_delivery_is_no_way_in(town: Town, hall: TeamsHall) -> None:
    ticket = await threaded(town)
    before = town.everything()
    (card,) = town.sql("SELECT id FROM delivery")[0]
    for post in (card, 999):
        fields = {"post": str(post), "seen": "again"}
        assert refused(await town.does("ben", "settle", ticket, fields=fields)) == "doubt-over"
    assert (town.everything(), len(hall.seen())) == (before, 1)


async def published(town: Town, room: str) -> None:
    said_ = text("words", words="Closes of the day")
    card = Card(push=said_, title=said_, blocks=(Paragraph(said_),))
    await town.timer.publish("evening", "2026-06-01", room, card)


@pytest.mark.parametrize(
    ("who", "room", "may"),
    [("ben", HALL, False), ("maya", HALL, True), ("ken", HALL, True), ("maya", LEADS_HALL, True)],
)
async def test_rooms_own_posts_are_asked_about_in_the_room_and_leads_answer(
    town: Town, hall: TeamsHall, who: str, room: object, may: bool
) -> None:
    hall.cut(there=False)
    await published(town, room.name)  # type: ignore[attr-defined]
    question = await asked(town, hall)
    assert (question.thread, question.room) == (None, room.id)  # type: ignore[attr-defined]
    assert "“Closes of the day”" in said(question.card)
    outcome = await answers(town, who, question, "again")
    if not may:
        assert refused(outcome) == "not-allowed"
    await town.quiet(step=1)
    assert len(hall.seen(room)) == 1 + may  # type: ignore[arg-type]


async def test_alert_is_asked_about_in_its_room_by_its_ticket(town: Town, hall: TeamsHall) -> None:
    ticket = await threaded(town)
    hall.cut(there=False)
    town.hours.jump(timedelta(minutes=90))
    await town.timer.tick()
    question = await asked(town, hall)
    assert question.thread is None
    assert f"#{ticket}, the alert of a breach" in said(question.card)
    await answers(town, "ben", question, "again")
    await town.quiet(step=1)
    assert (
        sum(
            post.card.title
            == text("alert-title-breach", clock=text("fact-clock"), queue="global", ticket=ticket)
            for post in hall.seen()
        )
        == 1
    )


async def test_line_about_an_event_is_asked_about_by_what_happened(
    town: Town, hall: TeamsHall
) -> None:
    ticket = await threaded(town)
    hall.cut(there=False)
    await town.did("ben", "assign", ticket, fields={"who": "aoi"})
    question = await asked(town, hall)
    assert question.thread == hall.seen()[0].id
    assert f"#{ticket}, the line “assigned to " in said(question.card)


async def test_announcement_is_asked_about_in_its_room(town: Town, hall: TeamsHall) -> None:
    ticket = await threaded(town)
    await town.did("ben", "claim", ticket)
    await town.quiet()
    hall.cut(there=False)
    await town.did("ben", "unclaim", ticket)
    question = await asked(town, hall)
    assert question.thread is None
    assert f"#{ticket}, a line that brings the ticket back" in said(question.card)


async def test_alert_that_only_people_know_is_not_made_a_second_time(
    town: Town, hall: TeamsHall
) -> None:
    """It follows its ticket no more; that the ticket changes is no news of the breach."""
    ticket = await threaded(town)
    hall.cut(there=True)
    town.hours.jump(timedelta(minutes=90))
    await town.timer.tick()
    await answers(town, "ben", await asked(town, hall), "there")
    await town.did("ben", "claim", ticket)
    await town.quiet(step=1)
    titles = [post.card.title for post in hall.seen()]
    assert (
        titles.count(
            text("alert-title-breach", clock=text("fact-clock"), queue="global", ticket=ticket)
        )
        == 1
    )


async def test_what_one_person_is_told_alone_they_answer_alone(town: Town, hall: TeamsHall) -> None:
    maya = town.agents["maya"].id
    said_ = text("words", words="Your shift ends")
    card = Card(push=said_, title=said_, blocks=(Paragraph(said_),))
    now = town.hours.transport()

    def run(tx: Tx) -> None:
        tell(tx, maya, card, Act(now, now, Marks()))

    hall.cut(there=False)
    await town.storage.work.transact(run)
    town.desk.changed.set()
    question = await asked(town, hall)
    assert question.room == "guid-maya"
    assert refused(await answers(town, "ken", question, "again")) == "doubt-over"
    await answers(town, "maya", question, "again")
    await town.quiet(step=1)
    assert [said(each.card) for each in hall.posts if each.room == "guid-maya"][-1] == (
        "Your shift ends\nYour shift ends"
    )


# --- after a restore


async def test_what_waited_in_a_backup_is_asked_about_and_its_card_posted(
    town: Town, hall: TeamsHall
) -> None:
    ticket = await threaded(town)
    since = town.hours.transport()
    await town.storage.work.transact(lambda tx: tx.hold_back(since))
    await town.hears(wrote("one", thread="t"))
    other = await town.opens(text="another")
    await town.hours.turn(3600)
    now = town.hours.transport()
    act = Act(now, now, Marks(), rule="restore")
    await town.storage.work.transact(
        lambda tx: doubt(tx, town.desk.policy, town.desk.traits, since, act)
    )
    await town.storage.work.transact(lambda tx: tx.let_go())
    town.desk.changed.set()
    question = await asked(town, hall)
    await town.quiet(step=1)
    assert await town.storage.reader.card_of(other, "hall") is not None
    assert said(question.card) == (
        "⚠ After restoring a backup it is unknown whether this arrived here in Teams: "
        f"#{ticket}, the customer’s message of Mon 1 Jun 12:00, due Mon 1 Jun 12:00. Is it above?"
    )
    assert len(hall.thread()) == 1
    await answers(town, "ben", question, "again")
    await town.quiet(step=1)
    assert sum("one" in line for line in hall.thread()) == 1


async def test_question_that_was_open_in_a_backup_is_shown_again_and_is_one(
    town: Town, hall: TeamsHall
) -> None:
    await threaded(town)
    hall.cut(there=False)
    await town.hears(wrote("one", thread="t"))
    question = await asked(town, hall)
    hall.posts.remove(question)  # after the backup somebody deleted it
    now = town.hours.transport()
    act = Act(now, now, Marks(), rule="restore")
    await town.storage.work.transact(
        lambda tx: doubt(tx, town.desk.policy, town.desk.traits, now, act)
    )
    await town.storage.work.transact(lambda tx: tx.let_go())
    town.desk.changed.set()
    again = await asked(town, hall)
    await answers(town, "ben", again, "again")
    await town.quiet(step=1)
    assert sum("one" in line for line in hall.thread()) == 1
    assert town.sql("SELECT count(*) FROM delivery WHERE what = 'question'") == [(1,)]


def test_room_that_no_queue_names_is_a_matter_of_every_queues_leads() -> None:
    assert [queue.name for queue in BOTH.queues_at("leads-hall")] == ["global", "japan"]
    assert [queue.name for queue in BOTH.queues_at("hall")] == ["global"]
