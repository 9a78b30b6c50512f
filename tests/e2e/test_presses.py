"""Every button and menu entry that a card offers: in every state by an agent at a desk, and by every
role where roles differ; on a phone in the states whose cards have the most and the fewest buttons.
`make presses` presses all by all roles.

What a card offers is computed from `chatops.cards.ticket_card`; what a press must do is written in `acts`.
Each press is made in the page; then the ticket's row, the newest entry of its log and the card in the
room are compared as whole values.
"""

import itertools
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from _pytest.mark import ParameterSet
from playwright.async_api import Browser, ViewportSize, expect

from chatops.ticket import Status
from tests.e2e.acts import (
    ARRANGE,
    CONTINUE,
    DEEDS,
    FORMS,
    LABELS,
    LEAD,
    LOOKS,
    NAMES,
    UNREAD,
    card_of,
    chosen,
    offered,
    outcome,
)
from tests.e2e.arranged import sibling
from tests.e2e.running import Json, Live
from tests.e2e.window import DESK, PHONE, Window, shown, window

PEOPLE: Final = {"agent": "U01BEN", "lead": LEAD, "manager": "U04KEN"}
AOI: Final = "U02AOI"  #: brings tickets into their states; never the one who presses
WIDTHS: Final = {"desk": DESK, "phone": PHONE}
ROOM: Final = "care-global"

#: What a press brings about in its ticket's chain, and what the tick is to do by it: the chain's and
#: the idle claims' own tests have that.
BROUGHT_ABOUT: Final = {"ChainEntered", "ChainStopped"}
PLANNED: Final = ("chain_stage", "chain_round", "chain_at", "idle_since", "hand_back_at", "look_at")

_THEIRS: Final = "SELECT count(*) AS count FROM ticket WHERE customer = ?"


@dataclass(frozen=True, slots=True)
class State:
    name: str
    status: Status = Status.OPEN
    holder: str | None = None  #: "me", "another"
    can_reply: bool = True


STATES: Final = {
    state.name: state
    for state in (
        State("unclaimed"),
        State("mine", holder="me"),
        State("another's", holder="another"),
        State("snoozed", Status.SNOOZED),
        State("snoozed and mine", Status.SNOOZED, "me"),
        State("closed", Status.CLOSED),
        State("cannot reply", can_reply=False),
    )
}


#: Where agents find most of what they press; what cannot be answered they press on a phone.
BUSY: Final = frozenset({"unclaimed", "mine", "closed"})

#: Where a role shows most: an agent may not take back what is another's.
TELLING: Final = frozenset({"another's"})

#: What is pressed at a desk in every run; the rest, and what managers press, by `make presses`.
DAILY: Final = {"agent": BUSY, "lead": TELLING}

#: Whose cards have the fewest buttons, on a phone in every run; the others stand there by `make presses`.
EXTREME: Final = frozenset({"cannot reply"})


def _presses() -> Iterator[ParameterSet]:
    """Yield width, role and state: on a phone the roles take turns, for they are the desk's to prove.

    All by all is minutes more than every run of the tests should take.

    Agents, who press the most, have a sandbox of their own: a page that shows half as many cards is
    read twice as fast.
    """
    every = "CHATOPS_EVERY_PRESS" in os.environ  # noqa: TID251 - as `make presses` sets it
    for role, state in itertools.product(PEOPLE, STATES):
        if (
            state not in (BUSY if role == "agent" else TELLING if role == "lead" else ())
            and not every
        ):
            continue
        group = "presses of agents" if role == "agent" else "e2e"
        yield pytest.param("desk", role, state, marks=pytest.mark.xdist_group(group))
    for role, state in zip(itertools.cycle(PEOPLE), STATES, strict=False):
        if state not in EXTREME and not every:
            continue
        yield pytest.param("phone", role, state, marks=pytest.mark.xdist_group("e2e"))


def cells(state: State, *, arranges: bool = True) -> list[str]:
    """Return what is pressed in a state: `read` first, for everything else reads as well.

    What takes something back follows it at once; `move` is the last, for it leads away. What
    arranges tickets agents press at a desk for all: everybody would be minutes more, and X hides 50
    posts in a quarter of an hour.
    """
    buttons, menu = offered(state.status, 1 if state.holder else None, can_reply=state.can_reply)
    first = sorted([*buttons, *menu], key=lambda each: (each != "read", each == "move"))
    back = {"link": ["unlink"], "merge": ["unmerge"], "hide": ["unhide"]}
    mine = [each for each in first if arranges or each not in ARRANGE]
    return [pressed for each in mine for pressed in (each, *back.get(each, ()))]


def test_every_button_that_any_ticket_can_have_is_pressed() -> None:
    every = {
        (status, command)
        for status, assignee, can_reply in itertools.product(Status, (None, 1), (True, False))
        for commands in offered(status, assignee, can_reply=can_reply)
        for command in commands
    }
    pressed = {(state.status, command) for state in STATES.values() for command in cells(state)}
    # A ticket that rests and cannot be answered shows the same link as one that is open, and hides
    # the same post.
    assert every - pressed == {
        (Status.SNOOZED, "open"),
        (Status.SNOOZED, "hide"),
        (Status.CLOSED, "hide"),
    }


@pytest.fixture(scope="module")
async def desk(
    request: pytest.FixtureRequest, browser: Browser, live: Live
) -> AsyncIterator[Window]:
    size: ViewportSize = WIDTHS[request.param]
    async with window(browser, live, size) as opened:
        yield opened


@pytest.mark.anyio
@pytest.mark.parametrize(("desk", "role", "state"), [*_presses()], indirect=["desk"])
async def test_presses(desk: Window, role: str, state: str) -> None:
    live, me = desk.live, PEOPLE[role]
    ticket = await new_ticket(live, can_reply=STATES[state].can_reply)
    await desk.be(me, ROOM)
    arranges = role == "agent" and desk.page.viewport_size == DESK
    for command in cells(STATES[state], arranges=arranges):
        if command not in CONTINUE:
            await bring(live, ticket, STATES[state], me)
        await expect_card(desk, ticket)
        before = live.row(ticket)
        await press(desk, ticket, command, me)
        await expect_ticket(live, ticket, before, command, me)
        if command != "move":
            await expect_card(desk, ticket)
        if command == "reply":
            await live.command(AOI, f"undo {ticket}")
            await live.until(lambda: live.row(ticket)["replies"] == "[]")


async def new_ticket(live: Live, *, can_reply: bool) -> int:
    """Let a new customer write twice, and return the first of their two tickets."""
    ticket = await _first_ticket(live, can_reply=can_reply)
    await live.write("x", live.customer(ticket), "And do you ship to Ireland?")
    await live.until(lambda: live.rows(_THEIRS, live.row(ticket)["customer"])[0]["count"] == 2)
    return ticket


async def _first_ticket(live: Live, *, can_reply: bool) -> int:
    if can_reply:
        return await live.ticket()
    post = await live.network("x", "brand_writes", text="The new tent is out today.")
    ticket = await live.ticket(
        text="How heavy is it?", kind="reply", to_post=post["id"], names_answered=False
    )
    assert not live.row(ticket)["can_reply"]
    return ticket


async def bring(live: Live, ticket: int, state: State, me: str) -> None:
    """Bring a ticket into a state, by what Aoi types in another room."""
    agents = live.agents()
    wanted = {None: None, "me": agents[me], "another": agents[AOI]}[state.holder]
    row = live.row(ticket)
    lines: list[str] = []
    if row["status"] == Status.CLOSED:
        lines.append(f"reopen {ticket}")
    if row["status"] == Status.SNOOZED and state.status is not Status.SNOOZED:
        lines.append(f"wake {ticket}")
    if row["assignee"] is not None and wanted is None:
        lines.append(f"unclaim {ticket}")
    if wanted is not None and row["assignee"] != wanted:
        lines.append(f"assign {ticket} <@{me if state.holder == 'me' else AOI}>")
    if state.status is Status.SNOOZED and row["status"] != Status.SNOOZED:
        lines.append(f"snooze {ticket} customer")
    if state.status is Status.CLOSED:
        lines.append(f"close {ticket} duplicate")
    for line in lines:
        await live.command(AOI, line)
    row = live.row(ticket)
    assert (row["status"], row["assignee"]) == (state.status, wanted)


async def press(desk: Window, ticket: int, command: str, me: str) -> None:
    """Press it in the page, and fill the form that it opens."""
    live, page = desk.live, desk.page
    card = desk.card(live.card_ts(ticket, ROOM))
    if command == "open":
        async with page.context.expect_page() as opened:
            await desk.press(card, command, LABELS[command])
        tab = await opened.value
        assert "/status/" in tab.url
        await tab.close()
        return
    await desk.press(card, command, LABELS[command])
    if command in FORMS:
        await desk.send(**FORMS[command], **_told(live, ticket, command, me))
    if command in {"show", "why"}:
        answer = desk.page.get_by_test_id("messages").locator(".message-ephemeral").last
        await expect(answer).to_contain_text(f"#{ticket}")


def _told(live: Live, ticket: int, command: str, me: str) -> dict[str, str]:
    """Return what a form is told besides."""
    match command:
        case "assign":
            return {"who": chosen(me)}
        case "link" | "unlink":
            return {"other": str(sibling(live, ticket))}
        case "merge":
            return {"into": str(sibling(live, ticket))}
        case _:
            return {}


async def expect_ticket(live: Live, ticket: int, before: Json, command: str, me: str) -> None:
    """The row has changed as the command says and in nothing else, and the log ends with why."""
    agents = live.agents()
    actor = agents[me]

    def done() -> Json | None:
        log = [each for each in live.log(ticket) if each["name"] not in BROUGHT_ABOUT]
        names = {"DeedDone"} if command in DEEDS else {NAMES.get(command, log[-1]["name"])}
        is_it = log[-1]["name"] in names and log[-1]["body"].get("deed", command) == command
        return log[-1] if is_it else None

    entry = await live.until(done)
    changes, body = outcome(live, ticket, before, command, entry, actor)
    reads = {} if command in UNREAD else {"read_by": _read(before["read_by"], actor)}
    row = live.row(ticket)
    planned = {name: row[name] for name in PLANNED}
    assert row == {**before, **reads, **changes, **planned, "revision": row["revision"]}
    if command in LOOKS:
        return
    assert row["revision"] > before["revision"]
    by = (None, "outbox") if command in DEEDS else (actor, None)
    assert (entry["agent"], entry["rule"]) == by
    assert entry["body"] == body


async def expect_card(desk: Window, ticket: int) -> None:
    """The card shows the ticket as it is now: in Slack's state as a whole, and in the page."""
    live = desk.live
    ts = live.card_ts(ticket, ROOM)
    expected = card_of(live, ticket)

    async def is_so() -> bool:
        (message,) = [m for m in await live.messages(AOI, ROOM) if m["ts"] == ts]
        card = shown(message["blocks"])
        seen.update({name: card[name] for name in expected})
        drawn = desk.card(ts).locator(f"[data-block-id='{message['blocks'][-1]['block_id']}']")
        return seen == expected and live.is_current(ticket, ROOM) and await drawn.count() == 1

    seen: Json = {}
    try:
        await live.until(is_so)
    except TimeoutError:
        assert seen == expected
        raise
    labels = desk.card(ts).locator(".button")
    await expect(labels).to_have_text(
        [label + "↗" * (label == "Open on X") for label in expected["buttons"]]
    )
    options = desk.card(ts).locator("[data-action-id=menu] option")
    await expect(options).to_have_text(["More", *expected["menu"]])


def _read(read_by: str, agent: int) -> str:
    return read_by if f",{agent}," in read_by else f"{read_by}{agent},"
