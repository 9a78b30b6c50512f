"""One customer in several conversations, and assignees who are off when the customer answers."""

from datetime import timedelta

import pytest
from care import NOON, Care, refused, wrote

from chatops.act import Act, Marks
from chatops.cards.reply_form import reply_form
from chatops.channel import Message
from chatops.event import (
    CustomerWrote,
    Event,
    Invited,
    Joined,
    Kind,
    Reopened,
    Unclaimed,
    WakeCause,
    Woken,
)
from chatops.ledger import apply
from chatops.ports import Tx
from chatops.text import Text
from chatops.ticket import Status

pytestmark = [pytest.mark.anyio, pytest.mark.databases]


async def happened(care: Care, ticket: int, *events: Event) -> None:
    """Let something happen to a ticket as the ledger writes it."""
    act = Act(now=care.hours.business(), due=care.hours.transport(), marks=Marks())

    def run(tx: Tx) -> None:
        found = tx.ticket(ticket)
        assert found is not None
        apply(tx, care.desk.policy, found, events, act)

    await care.storage.work.transact(run)


async def invites(care: Care, ticket: int) -> None:
    await happened(care, ticket, Invited(care.agents["ben"].id))


def dm(text: str = "Here is my order number", **more: object) -> Message:
    given: dict[str, object] = {"kind": Kind.DM, "private": True, "thread": "dm", **more}
    return wrote(text, **given)  # type: ignore[arg-type] # given by name


async def as_whom(care: Care, ticket: int) -> Text:
    """What the reply form says about who can read the reply."""
    scene = care.desk.scene(
        await care.record(ticket), await care.storage.reader.agents(), care.hours.business()
    )
    first = reply_form({}, scene, care.call("ben", "reply", ticket)).parts[0]
    said: Text = first.said  # type: ignore[union-attr] # a paragraph
    return said


# --- a direct message of somebody invited


async def test_direct_message_of_who_was_invited_joins_the_ticket(care: Care) -> None:
    ticket = await care.opens(thread="t")
    public = (await care.ticket(ticket)).conversation
    await invites(care, ticket)
    await care.hears(dm())
    found = await care.ticket(ticket)
    assert care.count("ticket") == 1
    assert found.private
    assert found.conversation != public
    log = await care.log(ticket)
    assert log[-2:] == [
        Joined(found.conversation, private=True, can_reply=True),
        CustomerWrote(2, can_reply=True),
    ]
    assert care.sql("SELECT ticket FROM conversation") == [(ticket,), (ticket,)]
    assert care.desk.taken == {"opened": 1, "joined": 1}
    assert (await as_whom(care, ticket)).id == "reply-as-private"


async def test_reply_goes_where_the_customer_wrote_last(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await care.did("ben", "claim", ticket)
    await invites(care, ticket)
    await care.hears(dm())
    await care.replies("ben", ticket, "Thank you, in private.")
    await care.hears(wrote("And in public", thread="t"))
    await care.replies("ben", ticket, "And to all.")
    conversations = care.sql(
        "SELECT c.thread_key, m.private FROM message m JOIN conversation c ON c.id = m.conversation"
        " WHERE m.direction = 'outbound' ORDER BY m.id"
    )
    assert conversations == [("dm", 1), ("t", 0)]
    assert not (await care.ticket(ticket)).private
    assert (await as_whom(care, ticket)).id == "reply-as-public"


async def test_next_direct_message_needs_no_invitation(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.hears(dm("one"), dm("two"))
    joins = [event for event in await care.log(ticket) if isinstance(event, Joined)]
    assert (care.count("ticket"), len(joins)) == (1, 1)


async def test_direct_message_without_an_invitation_is_a_ticket_of_its_own(care: Care) -> None:
    await care.opens(thread="t")
    await care.hears(dm())
    assert care.count("ticket") == 2


@pytest.mark.parametrize(("days", "tickets"), [(6.9, 1), (7.1, 2)])
async def test_invitation_holds_for_seven_days(care: Care, days: float, tickets: int) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    care.hours.jump(timedelta(days=days))
    await care.hears(dm())
    assert care.count("ticket") == tickets


async def test_invitation_in_public_invites_nobody_else(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.hears(dm(who="leo"))
    assert care.count("ticket") == 2


async def test_public_message_joins_nothing_by_an_invitation(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.hears(wrote("Something else", thread="another"))
    assert care.count("ticket") == 2


async def test_closed_ticket_is_joined_and_reopened(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await care.hears(dm())
    found = await care.ticket(ticket)
    assert (care.count("ticket"), found.status, found.private) == (1, Status.OPEN, True)


async def test_ticket_closed_longer_than_the_window_is_not_joined(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    care.hours.jump(timedelta(days=7, hours=1))
    await invites(care, ticket)
    await care.hears(dm())
    assert care.count("ticket") == 2


async def test_open_ticket_of_the_direct_messages_keeps_them(care: Care) -> None:
    await care.hears(dm("About another thing"))
    public = await care.opens(thread="t")
    await invites(care, public)
    await care.hears(dm("Still the other thing"))
    assert care.sql("SELECT count(*) FROM message WHERE ticket = 1") == [(2,)]


@pytest.mark.parametrize(("closed_first", "joined"), [(True, 2), (False, 1)])
async def test_of_a_closed_ticket_and_an_invitation_the_newer_counts(
    care: Care, closed_first: bool, joined: int
) -> None:
    await care.hears(dm("About another thing"))
    public = await care.opens(thread="t")

    async def close() -> None:
        await care.did("ben", "close", 1, fields={"reason": "resolved"})

    if closed_first:
        await close()
    care.hours.jump(timedelta(minutes=1))
    await invites(care, public)
    if not closed_first:
        care.hours.jump(timedelta(minutes=1))
        await close()
    await care.hears(dm("Here I am"))
    assert care.sql("SELECT id, ticket FROM message ORDER BY id DESC LIMIT 1") == [(3, joined)]


async def test_reply_begun_in_private_asks_before_it_goes_out_in_public(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.hears(dm())
    seen = (await care.record(ticket)).lines[-1].id
    await care.hears(wrote("Hello? Anybody?", thread="t"))
    given = {"fields": {"text": "Your refund is on its way."}, "seen": seen}
    asked = await care.does("ben", "reply", ticket, **given)
    assert refused(asked) == "ask-now-public"
    confirmed = frozenset({asked.asks})  # type: ignore[union-attr] # a refusal
    await care.did("ben", "reply", ticket, **given, confirmed=confirmed)


# --- merged tickets


async def test_merged_ticket_s_customer_is_answered_where_they_wrote(care: Care) -> None:
    first = await care.opens(thread="a")
    second = await care.opens(thread="b")
    await care.did("ben", "merge", second, fields={"into": str(first)})
    await care.hears(wrote("Any news?", thread="b"))
    ticket = await care.ticket(first)
    assert ticket.conversation == (await care.ticket(second)).conversation
    await care.replies("ben", first, "There are.")
    newest = care.sql("SELECT conversation, ticket FROM message ORDER BY id DESC LIMIT 1")
    assert newest == [(ticket.conversation, first)]
    await care.did("ben", "undo", first, fields={"message": str(care.count("message"))})
    await care.did("ben", "unmerge", second)
    await care.hears(wrote("And now?", thread="b"))
    assert care.sql("SELECT ticket FROM message ORDER BY id DESC LIMIT 1") == [(second,)]


async def newest(care: Care) -> int:
    """The ticket to which the newest message went."""
    return int(care.sql("SELECT ticket FROM message ORDER BY id DESC LIMIT 1")[0][0])


async def test_unmerging_takes_no_conversation_from_a_newer_ticket(care: Care) -> None:
    first = await care.opens(thread="a")
    second = await care.opens(thread="b")
    await care.did("ben", "merge", second, fields={"into": str(first)})
    await care.did("ben", "close", first, fields={"reason": "resolved"})
    care.hours.jump(timedelta(days=10))
    third = await care.opens(thread="b", at=care.hours.business())
    assert third not in {first, second}
    await care.did("ben", "unmerge", second)
    await care.hears(wrote("Any news?", thread="b", at=care.hours.business()))
    assert await newest(care) == third


async def test_unmerging_from_its_successor_leaves_the_conversation_there(care: Care) -> None:
    first = await care.opens(thread="a")
    await care.did("ben", "close", first, fields={"reason": "resolved"})
    care.hours.jump(timedelta(days=10))
    second = await care.opens(thread="a", at=care.hours.business())
    await care.did("ben", "reopen", first)
    await care.did("ben", "merge", first, fields={"into": str(second)})
    await care.did("ben", "unmerge", first)
    await care.hears(wrote("Any news?", thread="a", at=care.hours.business()))
    assert await newest(care) == second


async def test_separated_ticket_is_answered_where_it_was_before(care: Care) -> None:
    await care.hears(dm("My card number is in here"))
    second = await care.opens(thread="b")
    before = await care.ticket(1)
    await care.did("ben", "merge", second, fields={"into": "1"})
    await care.hears(wrote("Any news?", thread="b"))
    await care.did("ben", "unmerge", second)
    ticket = await care.ticket(1)
    assert (ticket.conversation, ticket.private) == (before.conversation, True)
    await care.replies("ben", 1, "About your card")
    sent = care.sql("SELECT conversation, private FROM message ORDER BY id DESC LIMIT 1")
    assert sent == [(before.conversation, 1)]


# --- an assignee who is off


async def held(care: Care, **given: object) -> int:
    """A ticket of Ben's, who then goes off."""
    ticket = await care.opens(thread="t", **given)
    await care.did("ben", "on")
    await care.did("ben", "claim", ticket)
    return ticket


async def entries(care: Care, ticket: int) -> list[tuple[str, str | None]]:
    found = await care.storage.reader.entries(ticket)
    return [(type(entry.event).__name__, entry.rule) for entry in found]


async def test_answer_to_who_is_off_goes_to_the_room(care: Care) -> None:
    ticket = await held(care)
    await care.did("ben", "off")
    await care.hears(wrote("Hello?", thread="t"))
    assert (await care.ticket(ticket)).assignee is None
    assert (await entries(care, ticket))[-2:] == [
        ("Unclaimed", "off_shift"),
        ("CustomerWrote", None),
    ]
    assert ("announce", "care-global", "pending") in care.due()
    assert care.sql("SELECT mention FROM delivery WHERE what = 'message'") == [(0,)]


async def test_answer_to_who_is_on_stays_theirs(care: Care) -> None:
    ticket = await held(care)
    await care.hears(wrote("Hello?", thread="t"))
    assert (await care.ticket(ticket)).assignee == care.agents["ben"].id


async def test_who_never_said_on_or_off_is_not_off(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await care.did("ben", "claim", ticket)
    await care.hears(wrote("Hello?", thread="t"))
    assert (await care.ticket(ticket)).assignee == care.agents["ben"].id


async def test_reopened_ticket_of_who_is_off_goes_to_the_room(care: Care) -> None:
    ticket = await held(care)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await care.did("ben", "off")
    await care.hears(wrote("It broke again", thread="t"))
    found = await care.ticket(ticket)
    assert (found.status, found.assignee) == (Status.OPEN, None)
    names = [name for name, _ in await entries(care, ticket)]
    assert names[-3:] == ["Reopened", "Unclaimed", "CustomerWrote"]


async def test_mere_thanks_take_nothing_from_who_is_off(care: Care) -> None:
    ticket = await held(care)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await care.did("ben", "off")
    await care.hears(wrote("Thank you!", thread="t"))
    found = await care.ticket(ticket)
    assert (found.status, found.assignee) == (Status.CLOSED, care.agents["ben"].id)


async def test_snoozed_ticket_that_the_customer_wakes_goes_to_the_room(care: Care) -> None:
    ticket = await held(care)
    await care.did("ben", "snooze", ticket, fields={"until": "customer"})
    await care.did("ben", "off")
    await care.hears(wrote("Here it is", thread="t"))
    log = await care.log(ticket)
    assert log[-3:-1] == [Woken(WakeCause.CUSTOMER), Unclaimed(None)]
    assert not any(isinstance(event, Reopened) for event in log)


@pytest.mark.parametrize("off", [True, False])
async def test_ticket_that_wakes_while_its_assignee_is_off_goes_to_the_room(
    care: Care, off: bool
) -> None:
    ticket = await held(care)
    await care.did("ben", "snooze", ticket, fields={"until": "2h", "reason": "later"})
    if off:
        await care.did("ben", "off")
    care.hours.jump(timedelta(hours=3))
    assert await care.timer.tick() == 2  # its clock is late, too
    found = await care.ticket(ticket)
    assert found.status is Status.OPEN
    assert (found.assignee is None) is off
    assert found.opened_at == NOON
