"""A ticket that moves between rooms, and tickets that name each other, as Slack shows them."""

import pytest
from town import Town, shows

from adapters.sandbox.slack import Fault, Kind
from chatops.ticket import Status

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

WORDS = "My tent has a hole"


async def asked(town: Town) -> int:
    """A customer has written, and the card is in the room."""
    town.chirp.hands.write(town.chirp.hands.person("mia"), WORDS)
    await town.quiet()
    return int(town.sql("SELECT max(id) FROM ticket")[0][0])


async def test_the_old_room_keeps_a_link_and_nobody_s_words(town: Town) -> None:
    ticket = await asked(town)
    old = await town.card(ticket)
    await town.did("ben", "move", ticket, fields={"queue": "japan", "note": "He writes Japanese"})
    await town.quiet()
    new = await town.card(ticket, "care-japan")
    assert WORDS in shows(new)
    (left,) = [message for message in town.seen("care-global") if message.ts == old.ts]
    assert WORDS not in shows(left)
    assert [block["type"] for block in left.blocks if block["type"] == "actions"] == []
    assert f"/archives/{new.channel}/p{new.ts.replace('.', '')}" in shows(left)
    assert "Ben moved" in shows(left)
    (said,) = town.slack.state.replies(old.channel, old.ts)
    assert "Ben moved this to japan" in shows(said)
    assert "He writes Japanese" in shows((await town.thread(ticket, "care-japan"))[-1])
    # what happens from now on is shown where it belongs, and what stays is not touched again
    await town.did("aoi", "claim", ticket)
    await town.quiet()
    assert "伊藤" in shows(await town.card(ticket, "care-japan"))
    (left,) = [message for message in town.seen("care-global") if message.ts == old.ts]
    assert "伊藤" not in shows(left)


async def test_what_the_customer_changes_later_is_not_shown_where_the_ticket_was(
    town: Town,
) -> None:
    mia = town.chirp.hands.person("mia")
    post = town.chirp.hands.write(mia, WORDS)
    more = town.chirp.hands.write(mia, "It is a small hole", to_post=post.id)
    await town.quiet()
    old = await town.card(1)
    await town.did("ben", "move", 1, fields={"queue": "japan"})
    await town.quiet()
    town.chirp.hands.edit(more.id, "My address is 12 Elm Street")
    await town.quiet()
    said, _moved = town.slack.state.replies(old.channel, old.ts)
    assert "Elm Street" not in shows(said)
    assert "is in japan now" in shows(said)
    assert "Elm Street" in shows(await town.card(1, "care-japan"))
    # what is deleted goes from wherever it was shown
    town.chirp.hands.delete(more.id)
    await town.quiet()
    assert "deleted" in shows(town.slack.state.replies(old.channel, old.ts)[0])
    await town.did("ben", "move", 1, fields={"queue": "global"})
    town.chirp.hands.edit(post.id, "My tent has two holes")
    await town.quiet()
    assert "two holes" in shows(await town.card(1))


async def test_question_that_is_decided_later_quotes_nothing_where_the_ticket_was(
    town: Town,
) -> None:
    post = town.chirp.hands.write(town.chirp.hands.person("mia"), WORDS)
    await town.quiet()
    old = await town.card(1)
    await town.did("ben", "delete", 1)
    await town.quiet()
    assert WORDS in shows(town.slack.state.replies(old.channel, old.ts)[0])
    await town.did("ben", "move", 1, fields={"queue": "japan"})
    town.chirp.hands.edit(post.id, "My address is 12 Elm Street")
    await town.quiet()
    await town.did("aoi", "keep", 1)
    await town.quiet()
    asked, _moved = town.slack.state.replies(old.channel, old.ts)
    assert "is in japan now" in shows(asked)
    assert "Elm Street" not in shows(asked)
    assert WORDS not in shows(asked)


async def test_what_has_not_gone_out_yet_stays_out_of_a_room_that_the_ticket_left(
    town: Town,
) -> None:
    """Slack asks us to wait; meanwhile the customer writes on, and the ticket moves."""
    mia = town.chirp.hands.person("mia")
    post = town.chirp.hands.write(mia, WORDS)
    await town.quiet()
    await town.did("ben", "snooze", 1, "later 2h")
    await town.quiet()
    old = await town.card(1)
    limited = town.calls("chat.postMessage").count("fault:429")
    fault = Fault("chat.postMessage", Kind.LIMITED, retry_after=20, channel="C01GLOBAL")
    town.slack.fault(fault)
    town.chirp.hands.write(mia, "My address is 12 Elm Street", to_post=post.id)  # it wakes
    await town.until(lambda: town.calls("chat.postMessage").count("fault:429") > limited)
    await town.did("ben", "reply", 1, fields={"text": "We will write to you"})
    await town.did("ben", "priority", 1, "high")
    await town.did("ben", "move", 1, fields={"queue": "japan"})
    await town.quiet()
    told = [shows(each) for each in town.slack.state.replies(old.channel, old.ts)]
    assert not any("Elm Street" in each for each in told)
    # who has just written a reply may take it back there, and reads where the ticket went
    assert [("We will write" in each, "Ben moved" in each) for each in told] == [
        (True, False),
        (False, True),
    ]
    assert len(town.seen("care-global")) == 1  # the announcement that it woke stays out too
    withdrawn = town.sql("SELECT what FROM delivery WHERE state = 'withdrawn'")
    assert sorted(what for (what,) in withdrawn) == ["announce", "event", "message"]
    assert town.sql("SELECT 1 FROM delivery WHERE state = 'failed'") == []


async def test_moving_back_brings_the_whole_card_back(town: Town) -> None:
    ticket = await asked(town)
    old = await town.card(ticket)
    for queue in ("japan", "global"):
        await town.did("ben", "move", ticket, fields={"queue": queue})
        await town.quiet()
    card = await town.card(ticket)
    assert card.ts == old.ts
    assert WORDS in shows(card)
    (left,) = town.seen("care-japan")
    assert WORDS not in shows(left)


async def test_an_escalated_ticket_leaves_that_room_too(town: Town) -> None:
    ticket = await asked(town)
    await town.did("ben", "escalate", ticket, fields={"target": "specialists", "reason": "Odd"})
    await town.quiet()
    await town.did("ben", "move", ticket, fields={"queue": "japan"})
    await town.quiet()
    (left,) = town.seen("care-escalation")
    assert WORDS not in shows(left)


async def test_linked_and_merged_tickets_lead_to_each_other(town: Town) -> None:
    first, second, third = [await asked(town) for _ in range(3)]
    await town.did("ben", "link", first, str(second))
    await town.did("ben", "merge", third, str(first))
    await town.did("ben", "move", second, fields={"queue": "japan"})
    await town.quiet()
    await town.did("ben", "tag", first, "vip")  # which brings its card up to date
    await town.quiet()
    far, near = await town.card(second, "care-japan"), await town.card(third)
    card = shows(await town.card(first))
    assert f"/archives/{near.channel}/p{near.ts.replace('.', '')}" in card
    assert f"/archives/{far.channel}/p{far.ts.replace('.', '')}" in card
    assert "vip" in card
    assert "Undo merge" in shows(near)
    assert (await town.ticket(third)).status is Status.CLOSED
