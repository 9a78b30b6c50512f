"""link and unlink."""

import pytest

from chatops.call import Elsewhere
from chatops.card import Choice, Paragraph
from chatops.event import LinkDismissed, Linked, Unlinked
from chatops.text import text
from chatops.ticket import Refusal
from commands.apart import Apart, apart
from commands.link import Link, link
from commands.unlink import Unlink, form, unlink
from tests.scenes import AOI, call, scene, ticket

NEAR = {43: ticket(id=43, links=(42,))}


def test_both_tickets_of_a_link_have_it() -> None:
    linked = [Linked(43, AOI.id), Elsewhere(43, Linked(42, AOI.id))]
    assert link(Link(other=43), scene(near=NEAR), call("link")) == linked


def test_both_tickets_lose_it() -> None:
    here = scene(ticket=ticket(links=(43,)), near=NEAR)
    unlinked = [Unlinked(43, AOI.id), Elsewhere(43, Unlinked(42, AOI.id))]
    assert unlink(Unlink(other=43), here, call("unlink")) == unlinked


def test_two_customers_are_told_apart_on_one_ticket() -> None:
    """So that it needs no role in the other ticket's queue."""
    assert apart(Apart(other=43), scene(near=NEAR), call("apart")) == [LinkDismissed(43, AOI.id)]
    refused = Refusal(text("unknown-ticket", ticket=44), field="other")
    assert apart(Apart(other=44), scene(near=NEAR), call("apart")) == refused


@pytest.mark.parametrize("run", [link, unlink])
def test_a_ticket_that_is_not_there_or_not_to_be_seen_is_unknown(run: object) -> None:
    args = Link(other=44) if run is link else Unlink(other=44)
    refused = Refusal(text("unknown-ticket", ticket=44), field="other")
    assert callable(run)
    assert run(args, scene(near=NEAR), call("link")) == refused


def test_the_form_offers_the_links_that_the_person_may_see() -> None:
    here = scene(ticket=ticket(links=(43, 99)), near=NEAR)
    (choice,) = form({}, here, call("unlink")).parts
    assert isinstance(choice, Choice)
    assert choice.options == (("43", text("ticket", ticket=43)),)
    (none,) = form({}, scene(), call("unlink")).parts
    assert none == Paragraph(text("no-links", ticket=42))
