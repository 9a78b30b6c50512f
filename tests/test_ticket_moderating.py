"""What is done to messages on the network: asked once at a time, and deleted by two people."""

from dataclasses import replace

import pytest

from chatops.effect import (
    Announce,
    AskNetwork,
    Effect,
    PostEvent,
    RefreshMessage,
    RefreshQuestions,
)
from chatops.event import (
    Deed,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Event,
    Occasion,
)
from chatops.step import step
from chatops.ticket import OpenDeed, Refusal, Ticket
from tests.scenes import NOW, ticket

AOI, BEN = 1, 2
ANSWERED = RefreshQuestions(DeedProposed)
WANTED = OpenDeed(100, Deed.DELETE, AOI, proposed=True)
HIDING = OpenDeed(100, Deed.HIDE, AOI, proposed=False)
BARE = ticket()
PROPOSED = ticket(deeds=(WANTED, HIDING))
ASKED = ticket(deeds=(replace(WANTED, agent=BEN, proposed=False),))


@pytest.mark.parametrize(
    ("before", "event", "deeds", "effects"),
    [
        (
            BARE,
            DeedProposed(100, Deed.DELETE, AOI),
            (WANTED,),
            (PostEvent(), Announce(Occasion.DELETION)),
        ),
        (PROPOSED, DeedDropped(100, Deed.DELETE, BEN), (HIDING,), (ANSWERED, PostEvent())),
        (BARE, DeedRequested(100, Deed.HIDE, AOI), (HIDING,), (AskNetwork(100, Deed.HIDE),)),
        (
            replace(PROPOSED, deeds=(WANTED,)),
            DeedRequested(100, Deed.DELETE, BEN),
            ASKED.deeds,
            (ANSWERED, AskNetwork(100, Deed.DELETE)),
        ),
        (ASKED, DeedDone(100, Deed.DELETE), (), (RefreshMessage(100), ANSWERED, PostEvent())),
        (
            replace(BARE, deeds=(HIDING,)),
            DeedDone(100, Deed.HIDE),
            (),
            (RefreshMessage(100), PostEvent()),
        ),
        (ASKED, DeedFailed(100, Deed.DELETE, "no"), (), (RefreshMessage(100), PostEvent())),
    ],
)
def test_a_deed_is_proposed_asked_and_done(
    before: Ticket, event: Event, deeds: tuple[OpenDeed, ...], effects: tuple[Effect, ...]
) -> None:
    outcome = step(before, event, NOW)
    assert not isinstance(outcome, Refusal), outcome
    assert (outcome[0].deeds, outcome[1]) == (deeds, effects)


@pytest.mark.parametrize(
    ("before", "event", "why"),
    [
        (PROPOSED, DeedProposed(100, Deed.DELETE, BEN), "deed-under-way"),
        (BARE, DeedDropped(100, Deed.DELETE, BEN), "deed-not-proposed"),
        (ASKED, DeedDropped(100, Deed.DELETE, AOI), "deed-not-proposed"),
        (PROPOSED, DeedRequested(100, Deed.HIDE, BEN), "deed-under-way"),
        (BARE, DeedRequested(100, Deed.DELETE, AOI), "deed-not-proposed"),
        (PROPOSED, DeedRequested(100, Deed.DELETE, AOI), "deed-needs-another"),
        (BARE, DeedDone(100, Deed.HIDE), "deed-not-proposed"),
        (BARE, DeedFailed(100, Deed.HIDE, "no"), "deed-not-proposed"),
    ],
)
def test_a_deed_is_refused(before: Ticket, event: Event, why: str) -> None:
    refused = step(before, event, NOW)
    assert isinstance(refused, Refusal)
    assert refused.said.id == why
