"""A review's stars: on the card, as a rule's condition, and few of them told to a room once for ever."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from care import GLOBAL, NOON, POLICY, WORDS, Care, Hours, cared_for, wrote
from town import Town, shows, town_around

from chatops.cards.log_words import say_event
from chatops.cards.stars_card import EXCERPT, stars_card
from chatops.cards.ticket_card import ticket_card
from chatops.effect import ShareStars
from chatops.event import CloseReason, Kind, Rated, StarsShared
from chatops.plain import card_in_words
from chatops.policy import LowStars, Policy, RoutingRule
from chatops.scene import Scene
from chatops.step import fold, step
from chatops.ticket import Refusal, Status
from tests.scenes import scene, ticket

pytestmark = pytest.mark.anyio

LOW: Final = LowStars("care-leads")


def told(**changes: Any) -> Policy:
    queue = replace(GLOBAL, **{"low_stars": LOW, **changes})
    return replace(POLICY, queues={**POLICY.queues, "global": queue})


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, told()) as one:
        yield one


def review(stars: int, text: str = "It broke.", **given: Any) -> Any:
    return wrote(text, **{"kind": Kind.REVIEW, "stars": stars, "thread": "r1", **given})


async def shared(care: Care, ticket: int) -> list[Any]:
    events = [each for each in await care.log(ticket) if isinstance(each, Rated | StarsShared)]
    return [(type(each).__name__, each.stars) for each in events]


@pytest.mark.databases
async def test_few_stars_are_told_to_the_room_once_for_ever(care: Care) -> None:
    number = await care.opens(review(2))
    assert (await care.ticket(number)).stars == 2
    assert care.due("alert") == [("alert", "care-leads", "pending")]
    # other stars, and a ticket that comes back: the room has been told
    await care.hears(review(5, "Better"), review(1, "No, worse"))
    await care.did("ben", "close", number, fields={"reason": "resolved"})
    await care.hears(review(1, "And again"))
    after = await care.ticket(number)
    assert (after.stars, after.shared_stars, after.status) == (1, 2, Status.OPEN)
    assert await shared(care, number) == [
        ("StarsShared", 2),
        ("Rated", 5),
        ("Rated", 1),  # and once more the same
    ]
    assert len(care.due("alert")) == 1
    entries = await care.storage.reader.entries(number)
    assert [each.rule for each in entries if isinstance(each.event, StarsShared)] == ["low_stars"]
    assert fold(number, [(each.event, each.at) for each in entries]) == after


async def test_many_stars_are_told_to_nobody_until_they_become_few(care: Care) -> None:
    number = await care.opens(review(3))
    await care.hears(wrote("Hello?", thread="r1"))
    assert care.due("alert") == []
    await care.hears(review(2, "It broke too"))
    assert await shared(care, number) == [("Rated", 2), ("StarsShared", 2)]
    assert care.due("alert") == [("alert", "care-leads", "pending")]


async def test_rules_ask_for_stars_and_what_they_put_aside_is_told_to_nobody(care: Care) -> None:
    bad = RoutingRule("bad", stars=(1, 2), tags=("bad",))
    spam = RoutingRule("spam", stars=(1,), quiet=True)
    await care.desk.adopt(replace(told(), routing=(spam, bad), sample=0))
    await care.hears(
        review(1, thread="a"), review(2, thread="b"), review(3, thread="c"), wrote(thread="d")
    )
    rows = care.sql("SELECT rule, stars, shared_stars, kind FROM ticket ORDER BY id")
    assert rows == [
        ("spam", 1, None, "review"),
        ("bad", 2, 2, "review"),
        (None, 3, None, "review"),
        (None, None, None, "mention"),
    ]
    # one that comes back from there brings its stars along
    await care.desk.adopt(told())
    await care.hears(review(1, "It broke", thread="a"))
    assert care.sql("SELECT shared_stars FROM ticket ORDER BY id")[0] == (1,)


async def test_a_queue_without_the_rule_tells_nobody(care: Care) -> None:
    await care.desk.adopt(told(low_stars=None))
    await care.hears(review(1))
    assert care.due("alert") == []
    places = told().queues["global"].places
    assert "care-leads" in places
    assert "care-leads" not in GLOBAL.places


async def test_the_room_sees_who_where_and_how_few(
    tmp_path: Path, empty_database: Path | str, hours: Hours
) -> None:
    async with town_around(tmp_path, empty_database, hours, told()) as town:
        await told_in(town)


async def told_in(town: Town) -> None:
    number = await town.opens(review(2, "The zip broke."))
    await town.quiet()
    (alert,) = town.seen("care-leads")
    for words in ("★★☆☆☆ 2 of 5", f"#{number}", "The zip broke.", "Mia", "Claim"):
        assert words in shows(alert)
    card = await town.card(number)
    assert "★★☆☆☆ 2 of 5" in shows(card)
    assert card.ts.replace(".", "") in str(alert.blocks)  # a link to the card, which came before
    await town.did("ben", "claim", number)
    await town.quiet()
    (alert,) = town.seen("care-leads")
    assert "Ben" in shows(alert)


# --- pure


def in_words(of: Scene, event: StarsShared, language: str = "en") -> str:
    return card_in_words(
        stars_card(of, None, event), WORDS, language, of.policy.rooms[of.queue.rooms[0]].zoneinfo
    )


def test_stars_are_said_by_signs_and_in_words() -> None:
    of = scene(ticket=ticket(stars=2))
    zone = of.policy.rooms[of.queue.rooms[0]].zoneinfo
    assert "★★☆☆☆ 2 of 5" in card_in_words(ticket_card(of), WORDS, "en", zone)
    assert "★★☆☆☆ 5段階中2" in card_in_words(ticket_card(of), WORDS, "ja", zone)
    assert "★" not in card_in_words(ticket_card(scene()), WORDS, "en", zone)
    for event, said in (
        (Rated(1, 5), "given other stars: ★★★★★ 5 of 5"),
        (StarsShared(1, 1, "leads"), "few stars told to a room: ★☆☆☆☆ 1 of 5"),
    ):
        assert WORDS.say(say_event(event), "en", zone) == said


def test_the_alert_quotes_what_all_may_read_and_offers_what_can_be_done() -> None:
    public = scene()
    first = public.lines[0]
    event = StarsShared(first.id, 1, "leads")
    assert f"> {first.text}" in in_words(public, event)
    long = replace(public, lines=(replace(first, text="x" * (EXCERPT + 1)),))
    assert f"> {'x' * (EXCERPT - 1)}…" in in_words(long, event)
    for changed in (replace(first, private=True), replace(first, deleted=True)):
        assert "> " not in in_words(replace(public, lines=(changed,)), event)
    assert "> " not in in_words(replace(public, lines=()), event)
    closed = replace(
        public.ticket,
        status=Status.CLOSED,
        close_reason=CloseReason.RESOLVED,
        closed_at=NOON,
    )
    for of, offered in (
        (public.ticket, ["claim", "assign", "escalate"]),
        (replace(public.ticket, assignee=1), ["assign", "escalate"]),
        (closed, []),
    ):
        card = stars_card(replace(public, ticket=of), "https://chat/1", event)
        assert [each.command for each in card.buttons] == offered


def test_a_room_is_told_of_a_ticket_once() -> None:
    before = ticket(revision=2, stars=2)
    event = StarsShared(11, 2, "leads")
    made = step(before, event, NOON)
    assert made == (replace(before, revision=3, shared_stars=2), (ShareStars(),))
    again = step(made[0], event, NOON + timedelta(days=99))
    assert isinstance(again, Refusal)
    assert again.said.id == "stars-shared-already"
    rated = step(made[0], Rated(12, 5), NOON)
    assert rated == (replace(before, revision=4, stars=5, shared_stars=2), ())
