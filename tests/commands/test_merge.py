"""merge and unmerge."""

import pytest

from chatops.call import Elsewhere, NoArgs
from chatops.event import Absorbed, Merged, Separated, Unmerged
from chatops.text import text
from chatops.ticket import Refusal, Status, Ticket, Waiting
from commands.merge import Merge, merge
from commands.unmerge import unmerge
from tests.scenes import AOI, call, scene, ticket


def into(other: Ticket, **changes: object) -> object:
    here = scene(ticket=ticket(**changes), near={other.id: other})
    return merge(Merge(into=other.id), here, call("merge"))


@pytest.mark.parametrize("waiting", Waiting)
def test_both_tickets_hear_of_it_and_whether_an_answer_is_owed(waiting: Waiting) -> None:
    unanswered = waiting is Waiting.US
    merged = [Merged(41, AOI.id), Elsewhere(41, Absorbed(42, AOI.id, unanswered))]
    assert into(ticket(id=41), waiting=waiting) == merged


@pytest.mark.parametrize("changes", [{"customer": 8}, {"account": "aozora_en"}])
def test_another_customer_s_or_account_s_ticket_is_to_be_linked(changes: dict[str, object]) -> None:
    refused = Refusal(text("merge-other-customer", ticket=42, into=41), field="into")
    assert into(ticket(id=41, **changes)) == refused


def test_a_ticket_that_is_not_there_or_not_to_be_seen_is_unknown() -> None:
    refused = Refusal(text("unknown-ticket", ticket=41), field="into")
    assert merge(Merge(into=41), scene(), call("merge")) == refused


def test_a_merge_is_undone_on_both() -> None:
    merged = ticket(status=Status.CLOSED, merged_into=41)
    here = scene(ticket=merged, near={41: ticket(id=41, merged=(42,))})
    undone = [Unmerged(AOI.id), Elsewhere(41, Separated(42, AOI.id))]
    assert unmerge(NoArgs(), here, call("unmerge")) == undone


def test_what_is_not_merged_or_went_out_of_sight_is_not_undone() -> None:
    refused = Refusal(text("not-merged", ticket=42))
    assert unmerge(NoArgs(), scene(), call("unmerge")) == refused
    hidden = scene(ticket=ticket(merged_into=41))
    unseen = Refusal(text("unmerge-unseen", ticket=42))
    assert unmerge(NoArgs(), hidden, call("unmerge")) == unseen
