"""A burst's card and its lines, as people read them."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from scenes import BEN, CUSTOMER, NOW, POLICY, TRAITS, begun, line, scene, ticket
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from chatops.card import Card, Facts, Paragraph, Quote
from chatops.cards.burst_card import burst_card, burst_line
from chatops.event import CardAsked, Claimed, CloseReason, Event, Priority, SnoozeReason
from chatops.plain import card_in_words
from chatops.ports import Burst
from chatops.scene import Direction, Scene
from chatops.step import step
from chatops.text import LANGUAGES, Words, text
from chatops.ticket import Refusal, Status

WORDS = Words()
ZONE = ZoneInfo("Asia/Tokyo")
CLOCK = begun(3600, NOW - timedelta(minutes=10))
BURST = Burst(
    id=5,
    account="aozora",
    queue="japan",
    opened_at=NOW,
    earlier=10,
    tickets=47,
    unclaimed=40,
    closed=2,
    began=line(parent_text="Our new tents are here"),
    post=None,
    author=None,
)
OURS = line(
    1, "Our new tents", direction=Direction.OUTBOUND, url="https://x.com/aozora_jp/status/9"
)
LINED = ticket(burst=5, lined=True)
OWN = "https://example.org/42"

CARDS: dict[str, Burst] = {
    "under a post that only its answers tell of": BURST,
    "under ours": replace(BURST, post=OURS),
    "under a customer's": replace(BURST, post=replace(line(), text="Broken!"), author=CUSTOMER),
    "whose post was deleted": replace(BURST, post=replace(OURS, deleted=True)),
    "of which nothing is known": replace(BURST, began=None, earlier=0),
}
SCENES: dict[str, tuple[Scene, str | None]] = {
    "unclaimed": (scene(ticket=LINED, clock=CLOCK), None),
    "in turn": (scene(ticket=replace(LINED, assignee=BEN.id), clock=CLOCK), None),
    "claimed": (scene(ticket=replace(LINED, lined=False, assignee=BEN.id), clock=CLOCK), OWN),
    "urgent": (scene(ticket=replace(LINED, priority=Priority.URGENT), clock=CLOCK), None),
    "snoozed": (
        scene(
            ticket=replace(
                LINED, status=Status.SNOOZED, snooze_reason=SnoozeReason.WAITING_CUSTOMER
            )
        ),
        None,
    ),
    "closed": (
        scene(
            ticket=replace(
                LINED,
                status=Status.CLOSED,
                close_reason=CloseReason.SPAM,
                closed_at=NOW,
                priority=Priority.HIGH,
            )
        ),
        None,
    ),
    "written again": (scene(ticket=LINED, lines=(line(), line(101, "And the pole?"))), None),
    "deleted": (scene(ticket=LINED, lines=(line(deleted=True),)), None),
    "hidden": (scene(ticket=LINED, lines=(line(hidden=True),)), None),
}


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def said(card: Card, language: str) -> dict[str, object]:
    return {
        "push": WORDS.say(card.push, language, ZONE),
        "words": card_in_words(card, WORDS, language, ZONE).splitlines(),
        "buttons": [
            f"{b.command}: {WORDS.say(b.label, language, ZONE)} {b.url or ''}".strip()
            for b in card.buttons
        ],
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("of", CARDS)
def test_card(picture: SnapshotAssertion, of: str, language: str) -> None:
    card = burst_card(CARDS[of], POLICY.accounts["aozora"], TRAITS, "Asia/Tokyo")
    assert card.ticket is None
    assert said(card, language) == picture


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", SCENES)
def test_line(picture: SnapshotAssertion, state: str, language: str) -> None:
    assert said(burst_line(*SCENES[state]), language) == picture


def test_card_counts_those_that_came_before_too() -> None:
    card = burst_card(BURST, POLICY.accounts["aozora"], TRAITS, "Asia/Tokyo")
    (facts,) = [block for block in card.blocks if isinstance(block, Facts)]
    assert facts.pairs == tuple(
        (text(f"burst-{name}"), text("number", count=count))
        for name, count in (("tickets", 57), ("unclaimed", 40), ("in-hand", 5), ("closed", 2))
    )


#: An event that each button of a line brings about.
BRINGS: dict[str, Event] = {"claim": Claimed(BEN.id), "card": CardAsked(BEN.id)}


@pytest.mark.parametrize("state", SCENES)
def test_line_offers_only_what_the_ticket_allows(state: str) -> None:
    here, url = SCENES[state]
    for button in burst_line(here, url).buttons:
        assert not isinstance(step(here.ticket, BRINGS[button.command], NOW), Refusal)


def test_line_without_words_still_says_whose_it_is() -> None:
    card = burst_line(scene(ticket=LINED, lines=()), None)
    assert not [block for block in card.blocks if isinstance(block, Quote)]
    assert card.blocks[0] == Paragraph(text("line-who", ticket="#42", customer="Jo"))
