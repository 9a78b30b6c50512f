"""What one command does to several tickets, or several commands to one: all of it or nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from care import NOON, POLICY, Care, Hours, cared_for, refused, wrote

from chatops.call import Done, Origin
from chatops.card import Choice, Form
from chatops.channel import Echo
from chatops.doing import MOST
from chatops.event import (
    Absorbed,
    Assigned,
    Claimed,
    Closed,
    CloseReason,
    CustomerWrote,
    Linked,
    Merged,
    Noted,
    Prioritized,
    Priority,
    ReplyRequested,
    Tagged,
)
from chatops.policy import Macro, Role
from chatops.text import Summons, text
from chatops.ticket import Refusal, Status

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

MACROS = {
    macro.name: macro
    for macro in (
        Macro("refund", ("claim", "tag refund vip", "priority high", "note He asks for his money")),
        Macro("gone", ("tag spam", "close spam", "claim")),
        Macro("thank", ("claim", "reply Thank you, we have written to mia@example.org.")),
        Macro("abroad", ("move japan", "tag abroad")),
        Macro("nested", ("tag a", "macro refund")),
        Macro("looking", ("list mine",)),
        Macro("odd", ("tag a", "frobnicate")),
        Macro("short", ("tag a", "priority")),
        Macro("home", ("tag a",), ("japan",)),
        Macro("now", ("tag a", "reply We are on it.", "sendnow")),
        Macro("never", ("reply We are on it.", "undo")),
        Macro("together", ("note Both are done", "close resolved with linked")),
    )
}


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Care]:
    """A desk whose app.yaml has macros."""
    policy = replace(POLICY, macros=MACROS)
    async with cared_for(tmp_path, empty_database, hours, policy) as one:
        yield one


# --- macros


async def test_a_macro_s_steps_are_done_as_one(care: Care) -> None:
    ticket, ben = await care.opens(), care.agents["ben"].id
    outcome = await care.does("ben", "macro", ticket, "refund", origin=Origin.SLASH)
    assert outcome == Done(text("done-macro", ticket=ticket))
    assert (await care.log(ticket))[2:] == [
        Claimed(ben),
        Tagged("refund", ben),
        Tagged("vip", ben),
        Prioritized(Priority.HIGH, ben),
        Noted((await care.record(ticket)).lines[-1].id, ben),
    ]


async def test_the_same_press_does_a_macro_once(care: Care) -> None:
    ticket = await care.opens()
    for _ in range(2):
        await care.did("ben", "macro", ticket, fields={"name": "refund"}, key="one")
    assert len(await care.log(ticket)) == 7


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("gone", "claim", "is-closed"),
        ("nested", "macro refund", "not-in-macros"),
        ("now", "sendnow", "reply-not-waiting"),
        ("never", "undo", "too-late-to-undo"),
        ("looking", "list mine", "not-in-macros"),
        ("odd", "frobnicate", "unknown-command"),
        ("short", "priority", "usage"),
    ],
)
async def test_a_refused_step_leaves_nothing_and_is_named(
    care: Care, name: str, line: str, why: str
) -> None:
    ticket = await care.opens()
    before = care.everything(), await care.ticket(ticket)
    outcome = await care.does("ben", "macro", ticket, fields={"name": name})
    assert isinstance(outcome, Refusal)
    said = dict(outcome.said.args)
    assert (outcome.said.id, said["line"], said["why"][0]) == ("macro-refused", line, why)  # type: ignore[index]
    assert (care.everything(), await care.ticket(ticket)) == before


async def test_a_step_s_question_is_asked_and_the_macro_goes_on_after_yes(care: Care) -> None:
    ticket, ben = await care.opens(), care.agents["ben"].id
    asked = await care.does("ben", "macro", ticket, fields={"name": "thank"})
    assert isinstance(asked, Refusal)
    assert (asked.said.id, asked.asks) == ("ask-personal-data", "personal-data")
    assert (await care.ticket(ticket)).assignee is None
    yes = frozenset({"personal-data"})
    await care.did("ben", "macro", ticket, fields={"name": "thank"}, confirmed=yes)
    reply = (await care.record(ticket)).lines[-1].id
    assert (await care.log(ticket))[2:] == [Claimed(ben), ReplyRequested(reply, ben)]
    # its words are counted as a template's, and nobody is asked about their coming again
    assert care.sql("SELECT said FROM message ORDER BY id DESC LIMIT 1") == [("macro",)]
    again = await care.opens()
    await care.did("ben", "macro", again, fields={"name": "thank"}, confirmed=yes)


async def test_each_step_needs_its_role_where_the_ticket_then_is(care: Care) -> None:
    ticket = await care.opens()
    here_alone = replace(care.agents["ben"], roles={"global": Role.AGENT})
    outcome = await care.does(here_alone, "macro", ticket, fields={"name": "abroad"})
    role = text("role-agent")
    why = text("not-allowed", role=role, queue="japan")
    assert outcome == Refusal(text("macro-refused", line="tag abroad", why=why))
    await care.did("ben", "macro", ticket, fields={"name": "abroad"})
    now = await care.ticket(ticket)
    assert (now.queue, now.tags) == ("japan", ("abroad",))


async def test_a_macro_of_another_queue_is_not_there(care: Care) -> None:
    ticket = await care.opens()
    outcome = await care.does("ben", "macro", ticket, fields={"name": "home"})
    assert refused(outcome) == "unknown-macro"
    form = await care.does("ben", "macro", ticket)
    assert isinstance(form, Form)
    assert isinstance(choice := form.parts[0], Choice)
    assert [name for name, _ in choice.options] == [name for name in MACROS if name != "home"]


async def test_a_step_reaches_linked_tickets(care: Care) -> None:
    first, second = await care.opens(), await care.opens()
    await care.did("ben", "link", first, fields={"other": str(second)})
    await care.did("ben", "macro", first, fields={"name": "together"})
    assert {(await care.ticket(id)).status for id in (first, second)} == {Status.CLOSED}


# --- two tickets in one breath


async def test_a_link_stands_on_both(care: Care) -> None:
    first, second = await care.opens(), await care.opens()
    await care.did("ben", "link", None, f"{first} {second}", origin=Origin.SLASH)
    ben = care.agents["ben"].id
    assert (await care.log(first))[-1] == Linked(second, ben)
    assert (await care.log(second))[-1] == Linked(first, ben)
    # in a thread the ticket is known, and the number is the other one's
    await care.did("ben", "unlink", second, f"#{first}", origin=Origin.THREAD)
    assert ((await care.ticket(first)).links, (await care.ticket(second)).links) == ((), ())


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ({"global": Role.AGENT}, "unknown-ticket"),
        ({"global": Role.AGENT, "japan": Role.VIEWER}, "not-allowed"),
    ],
)
@pytest.mark.parametrize("command", ["link", "merge"])
async def test_the_other_ticket_needs_the_role_too(
    care: Care, command: str, roles: dict[str, Role], why: str
) -> None:
    here, there = await care.opens(), await care.opens()
    await care.did("ben", "move", there, fields={"queue": "japan"})
    who = replace(care.agents["ben"], roles=roles)
    before = care.everything()
    outcome = await care.does(who, command, here, str(there))
    assert refused(outcome) == why
    assert care.everything() == before


async def test_a_ticket_is_not_linked_to_itself_or_to_none(care: Care) -> None:
    ticket = await care.opens()
    assert (
        refused(await care.does("ben", "link", ticket, fields={"other": str(ticket)}))
        == "link-itself"
    )
    assert refused(await care.does("ben", "link", ticket, "999")) == "unknown-ticket"


async def test_closing_closes_the_linked_ones_where_that_was_said(care: Care) -> None:
    first, second, third = [await care.opens() for _ in range(3)]
    for other in (second, third):
        await care.did("ben", "link", first, str(other))
    await care.did("ben", "move", third, fields={"queue": "japan"})
    who = replace(care.agents["ben"], roles={"global": Role.AGENT, "japan": Role.VIEWER})
    form = await care.does(who, "close", first)
    assert isinstance(form, Form)
    assert [part.name for part in form.parts if isinstance(part, Choice)] == ["reason", "scope"]
    fields = {"reason": "no_reply_needed", "scope": "with_linked"}
    await care.did(who, "close", first, fields=fields)
    closed = Closed(CloseReason.NO_REPLY_NEEDED, who.id)
    assert ((await care.log(first))[-1], (await care.log(second))[-1]) == (closed, closed)
    assert (await care.ticket(third)).status is Status.OPEN
    await care.did("ben", "reopen", second)
    assert (await care.ticket(first)).status is Status.CLOSED


async def test_one_press_closes_an_answered_ticket_unless_linked_ones_are_open(care: Care) -> None:
    first, second = await care.opens(thread="t-one"), await care.opens()
    await care.did("ben", "link", first, str(second))
    await care.hears(Echo("aozora", "e1", "t-one", "Here it is", NOON, private=False))
    form = await care.does("ben", "close", first)
    assert isinstance(form, Form)
    assert [part.initial for part in form.parts if isinstance(part, Choice)] == [
        "resolved",
        "alone",
    ]
    await care.did("ben", "close", second, fields={"reason": "resolved"})
    await care.did("ben", "close", first)
    assert (await care.ticket(first)).close_reason is CloseReason.RESOLVED


# --- merging


async def test_what_the_customer_writes_goes_to_where_their_ticket_went(care: Care) -> None:
    first = await care.opens(thread="t-one")
    second = await care.opens(thread="t-two")
    await care.did("ben", "merge", second, str(first))
    ben = care.agents["ben"].id
    assert (await care.log(second))[-1] == Merged(first, ben)
    assert (await care.log(first))[-1] == Absorbed(second, ben, unanswered=True)
    await care.hears(wrote("Hello?", thread="t-two"))
    record = await care.record(first)
    assert [line.text for line in record.lines] == ["Where is my tent?"] * 2 + ["Hello?"]
    assert any(isinstance(event, CustomerWrote) for event in (await care.log(first))[-2:])
    await care.did("ben", "unmerge", second)
    await care.hears(wrote("Still nothing", thread="t-two"))
    after = await care.record(second)
    assert (after.ticket.status, after.lines[-1].text) == (Status.OPEN, "Still nothing")
    assert (await care.ticket(first)).merged == ()


async def test_merging_refuses_other_customers_itself_rings_and_replies_under_way(
    care: Care,
) -> None:
    first, second, third = [await care.opens() for _ in range(3)]
    other = await care.opens(who="zoe")

    async def merging(ticket: int, into: int) -> str:
        before = care.everything()
        outcome = await care.does("ben", "merge", ticket, fields={"into": str(into)})
        assert care.everything() == before
        return refused(outcome)

    assert await merging(first, other) == "merge-other-customer"
    assert await merging(first, first) == "merge-itself"
    assert await merging(first, 999) == "unknown-ticket"
    await care.did("ben", "merge", second, str(first))
    assert await merging(first, third) == "merge-ring"
    assert await merging(first, second) == "merge-ring"
    assert await merging(third, second) == "is-merged"
    assert await merging(second, third) == "is-merged"
    assert refused(await care.does("ben", "reopen", second)) == "is-merged"
    await care.replies("ben", third)
    assert await merging(third, first) == "merge-reply-under-way"


async def test_unmerging_needs_to_see_where_it_went(care: Care) -> None:
    first, second = await care.opens(), await care.opens()
    await care.did("ben", "merge", second, str(first))
    await care.did("ben", "move", first, fields={"queue": "japan"})
    who = replace(care.agents["ben"], roles={"global": Role.AGENT})
    assert refused(await care.does(who, "unmerge", second)) == "unmerge-unseen"
    await care.did("ben", "unmerge", second)
    assert (await care.ticket(second)).status is Status.OPEN


# --- handing over


async def test_all_of_one_s_tickets_go_with_one_note_each(care: Care) -> None:
    ids = [await care.opens() for _ in range(3)]
    for id in ids:
        await care.did("ben", "claim", id)
    await care.did("ben", "snooze", ids[1], fields={"until": "1h"})
    await care.did("ben", "close", ids[2], fields={"reason": "spam"})
    outcome = await care.does("ben", "handover", None, "aoi Back on Monday", origin=Origin.SLASH)
    assert outcome == Done(text("done-handover", count=2))
    ben, aoi = care.agents["ben"].id, care.agents["aoi"].id
    for id in ids[:2]:
        *_, noted, assigned = await care.log(id)
        assert (await care.record(id)).lines[-1].text == "Back on Monday"
        assert isinstance(noted, Noted)
        assert assigned == Assigned(aoi, by=ben)
    assert (await care.ticket(ids[2])).assignee == ben


async def test_a_lead_hands_over_an_absent_person_s_back_to_the_room(care: Care) -> None:
    ids = [await care.opens(), await care.opens(account="aozora_ja")]
    for id in ids:
        await care.did("ben", "claim", id)
    line = "from:ben room See the order numbers"
    assert refused(await care.does("aoi", "handover", None, line)) == "refused-handover"
    await care.did("maya", "handover", None, line)
    assert [(await care.ticket(id)).assignee for id in ids] == [None, None]
    assert len(care.due("announce")) == 2
    assert refused(await care.does("maya", "handover", None, line)) == "none-to-handover"


async def test_nothing_is_handed_over_where_one_ticket_may_not_be(care: Care) -> None:
    mine, japan = await care.opens(), await care.opens(account="aozora_ja")
    for id in (mine, japan):
        await care.did("ben", "claim", id)
    before = care.everything()
    outcome = await care.does("ben", "handover", None, "kim")
    why = text("cannot-work", name="Kim", queue="global")
    tickets = (text("ticket", ticket=mine),)
    assert outcome == Refusal(
        text("refused-handover", tickets=tickets, why=why, prefix=Summons("care")), field="to"
    )
    assert care.everything() == before
    # as the refusal says: those of the other queue go all the same
    await care.did("ben", "handover", None, "in:japan kim")
    assert (await care.ticket(japan)).assignee == care.agents["kim"].id
    assert (await care.ticket(mine)).assignee == care.agents["ben"].id


async def test_who_is_off_is_given_tickets_once_that_was_confirmed(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    await care.did("maya", "on", None)
    await care.did("maya", "off", None)
    asked = await care.does("ben", "handover", None, "maya")
    assert isinstance(asked, Refusal)
    assert (asked.said.id, asked.asks) == ("ask-handover-off", "away-maya")
    assert (await care.ticket(ticket)).assignee == care.agents["ben"].id
    yes = frozenset({"away-maya"})
    assert isinstance(await care.does("ben", "handover", None, "maya", confirmed=yes), Done)
    assert (await care.ticket(ticket)).assignee == care.agents["maya"].id


async def test_the_same_press_hands_over_once(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    for _ in range(2):
        await care.did("ben", "handover", None, "aoi", key="one")
    assert len([e for e in await care.log(ticket) if isinstance(e, Assigned)]) == 1


async def test_handing_over_asks_for_what_is_missing(care: Care) -> None:
    form = await care.does("maya", "handover", None, "from:ben")
    assert isinstance(form, Form)
    whose, to, *_ = form.parts
    assert isinstance(whose, Choice)
    assert isinstance(to, Choice)
    assert (whose.initial, to.options[0][0]) == ("ben", "room")


async def test_so_many_tickets_are_handed_over_at_once_and_no_more(care: Care) -> None:
    await care.hears(*(wrote(who=f"c{n}") for n in range(MOST + 1)))
    ben = care.agents["ben"].id

    def all_to_ben(tx: object) -> None:
        for (id,) in care.sql("SELECT id FROM ticket"):
            ticket = tx.ticket(id)  # type: ignore[attr-defined]
            tx.save_ticket(replace(ticket, assignee=ben))  # type: ignore[attr-defined]

    await care.storage.work.transact(all_to_ben)
    assert refused(await care.does("ben", "handover", None, "aoi")) == "too-many-tickets"
    await care.did("ben", "unclaim", 1)
    await care.did("ben", "handover", None, "aoi")
    aoi = care.agents["aoi"].id
    assert care.sql("SELECT count(*) FROM ticket WHERE assignee = ?", aoi) == [(MOST,)]
