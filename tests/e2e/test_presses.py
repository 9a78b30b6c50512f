"""Every button and menu entry that a card offers, in every state, by every role, on desk and phone.

What a card offers is computed from `chatops.ticket_card`; what a press must do is written here. Each
press is made in the page; then the ticket's row, the newest entry of its log and the card in the
room are compared as whole values.
"""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from chatops import ticket_card
from chatops.event import CloseReason, SnoozeReason
from chatops.ticket import Status
from tests import scenes
from tests.e2e.running import Json, Live
from tests.e2e.window import DESK, PHONE, Window, shown, window

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("e2e")]

PEOPLE: Final = {"agent": "U01BEN", "lead": "U03MAYA", "manager": "U04KEN"}
AOI: Final = "U02AOI"  #: brings tickets into their states; never the one who presses
WIDTHS: Final = {"desk": DESK, "phone": PHONE}
ROOM: Final = "care-global"

LABELS: Final = {
    "claim": "Claim",
    "unclaim": "Unclaim",
    "assign": "Assign",
    "reply": "Reply",
    "open": "Open on X",
    "snooze": "Snooze",
    "wake": "Wake",
    "escalate": "Escalate",
    "close": "Close",
    "reopen": "Reopen",
    "note": "Note",
    "read": "Mark as read",
    "show": "Details",
}

FORMS: Final = {
    "reply": {"text": "We are looking into it."},
    "snooze": {"until": "1h", "reason": "waiting_internal"},
    "escalate": {"target": "specialists", "reason": "Please look at this."},
    "close": {"reason": "no_reply_needed"},
    "note": {"text": "They called yesterday, too."},
    "assign": {},  # to whom depends on who presses
}

#: These change nothing but who has read the ticket.
LOOKS: Final = {"show", "open"}


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


def offered(
    status: Status, assignee: int | None, *, can_reply: bool
) -> tuple[list[str], list[str]]:
    """Return the commands of the buttons and of the menu, as the card computes them."""
    reasons: dict[str, Any] = {}
    if status is Status.SNOOZED:
        reasons = {"snooze_reason": SnoozeReason.WAITING_CUSTOMER}
    if status is Status.CLOSED:
        reasons = {"close_reason": CloseReason.RESOLVED}
    ticket = scenes.ticket(status=status, assignee=assignee, can_reply=can_reply, **reasons)
    scene = scenes.scene(ticket=ticket)
    return (
        [button.command for button in ticket_card.buttons(scene)],
        [button.command for button in ticket_card.menu(scene)],
    )


def cells(state: State) -> list[str]:
    """Return what is pressed in a state: `read` first, for everything else reads as well."""
    buttons, menu = offered(state.status, 1 if state.holder else None, can_reply=state.can_reply)
    return sorted([*buttons, *menu], key=lambda command: command != "read")


def test_every_button_that_any_ticket_can_have_is_pressed() -> None:
    every = {
        (status, command)
        for status, assignee, can_reply in itertools.product(Status, (None, 1), (True, False))
        for commands in offered(status, assignee, can_reply=can_reply)
        for command in commands
    }
    pressed = {(state.status, command) for state in STATES.values() for command in cells(state)}
    # A ticket that rests and cannot be answered shows the same link as one that is open.
    assert every - pressed == {(Status.SNOOZED, "open")}


@pytest.fixture(scope="module", params=WIDTHS)
async def desk(
    request: pytest.FixtureRequest, browser: Browser, live: Live
) -> AsyncIterator[Window]:
    size: ViewportSize = WIDTHS[request.param]
    async with window(browser, live, size) as opened:
        yield opened


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", PEOPLE)
async def test_presses(desk: Window, role: str, state: str) -> None:
    live, me = desk.live, PEOPLE[role]
    ticket = await new_ticket(live, can_reply=STATES[state].can_reply)
    await desk.be(me, ROOM)
    for command in cells(STATES[state]):
        await bring(live, ticket, STATES[state], me)
        await expect_card(desk, ticket)
        before = live.row(ticket)
        await press(desk, ticket, command, me)
        await expect_ticket(live, ticket, before, command, me)
        await expect_card(desk, ticket)
        if command == "reply":
            await live.command(AOI, f"undo {ticket}")
            await live.until(lambda: live.row(ticket)["replies"] == "[]")


async def new_ticket(live: Live, *, can_reply: bool) -> int:
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
        who = {"who": chosen(me)} if command == "assign" else {}
        await desk.send(**FORMS[command], **who)
    if command == "show":
        answer = desk.page.get_by_test_id("messages").locator(".message-ephemeral").last
        await expect(answer).to_contain_text(f"#{ticket}")


def chosen(me: str) -> str:
    """Return to whom a ticket is assigned: neither to oneself nor to who may have it."""
    return "ken" if me == PEOPLE["lead"] else "maya"


async def expect_ticket(live: Live, ticket: int, before: Json, command: str, me: str) -> None:
    """The row has changed as the command says and in nothing else, and the log ends with why."""
    agents = live.agents()
    actor = agents[me]

    def done() -> Json | None:
        log = live.log(ticket)
        return log[-1] if command in LOOKS or log[-1]["name"] == NAMES[command] else None

    entry = await live.until(done)
    changes, body = outcome(live, ticket, before, command, entry, actor)
    reads = {} if command in UNREAD else {"read_by": _read(before["read_by"], actor)}
    row = live.row(ticket)
    assert row == {**before, **reads, **changes, "revision": row["revision"]}
    if command in LOOKS:
        return
    assert row["revision"] > before["revision"]
    assert (entry["name"], entry["agent"], entry["rule"]) == (NAMES[command], actor, None)
    assert entry["body"] == body


NAMES: Final = {
    "claim": "Claimed",
    "unclaim": "Unclaimed",
    "assign": "Assigned",
    "reply": "ReplyRequested",
    "snooze": "Snoozed",
    "wake": "Woken",
    "escalate": "Escalated",
    "close": "Closed",
    "reopen": "Reopened",
    "note": "Noted",
    "read": "Read",
}

#: Who does this need not have read the ticket.
UNREAD: Final = {"open", "wake", "reopen", "unclaim"}

_AWAKE: Final = {"status": "open", "snooze_reason": None, "snoozed_until": None}


def outcome(
    live: Live, ticket: int, before: Json, command: str, entry: Json, me: int
) -> tuple[Json, Json]:
    """Return what the row must have changed, and what the log must say."""
    match command:
        case "claim":
            return {"assignee": me}, {"agent": me}
        case "unclaim":
            return {"assignee": None}, {"agent": me}
        case "assign":
            (row,) = live.rows("SELECT id FROM agent WHERE name = ?", chosen(_slack_id(live, me)))
            return {"assignee": row["id"]}, {"agent": row["id"], "by": me}
        case "reply":
            message = _message(live, ticket, "outbound", FORMS["reply"]["text"])
            mine = {} if before["assignee"] else {"assignee": me}
            replies = f'[[{message},{me},"nothing","waiting"]]'
            body = {"message": message, "agent": me, "then": "nothing"}
            return {**mine, "replies": replies}, body
        case "snooze":
            until = datetime.fromtimestamp(entry["at"] / 1e6, UTC) + timedelta(hours=1)
            stored = live.row(ticket)["snoozed_until"]
            assert abs(stored / 1e6 - until.timestamp()) < 60
            body = {
                "reason": "waiting_internal",
                "until": datetime.fromtimestamp(stored / 1e6, UTC).isoformat(),
                "agent": me,
            }
            changes = {
                "status": "snoozed",
                "snooze_reason": "waiting_internal",
                "snoozed_until": stored,
            }
            return changes, body
        case "wake":
            return _AWAKE, {"cause": "agent"}
        case "escalate":
            message = _message(live, ticket, "note", FORMS["escalate"]["reason"])
            body = {
                "target": "specialists",
                "room": "care-escalation",
                "agent": me,
                "message": message,
            }
            return {"level": before["level"] + 1, "escalated_to": "specialists"}, body
        case "close":
            closed = {"close_reason": "no_reply_needed", "closed_at": entry["at"]}
            body = {"reason": "no_reply_needed", "agent": me}
            return {**_AWAKE, "status": "closed", **closed}, body
        case "reopen":
            opened = {"close_reason": None, "closed_at": None, "waiting": "us"}
            return {**_AWAKE, **opened}, {"cause": "agent", "agent": me}
        case "note":
            message = _message(live, ticket, "note", FORMS["note"]["text"])
            return {}, {"message": message, "agent": me}
        case "read":
            return {}, {"agent": me}
        case "show" | "open":
            return {}, {}
        case _:
            raise AssertionError(f"nobody has said what {command} does")


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


def card_of(live: Live, ticket: int) -> Json:
    """Return what the card of a stored ticket must hold, besides who the customer is."""
    row = live.row(ticket)
    (clock,) = live.rows("SELECT * FROM clock WHERE ticket = ?", ticket)
    name = {agent["id"]: agent["public_name"] for agent in live.rows("SELECT * FROM agent")}
    read = [name[int(agent)] for agent in row["read_by"].split(",") if agent]
    facts = {
        "Status": _status(row),
        "Assignee": name[row["assignee"]] if row["assignee"] else "nobody",
        "First response": f"Due {_time(clock['due_at'])}"
        if clock["outcome"] is None
        else "Closed before an answer was due",
        "Priority": "Normal",
        "Read by": ", ".join(read) or "nobody yet",
    }
    if row["status"] == "open":
        facts["Waiting for"] = {"us": "us", "customer": "the customer"}[row["waiting"]]
    status = Status(row["status"])
    buttons, menu = offered(status, row["assignee"], can_reply=bool(row["can_reply"]))
    return {
        "facts": facts,
        "buttons": [LABELS[command] for command in buttons],
        "menu": [LABELS[command] for command in menu],
    }


def _status(row: Json) -> str:
    reasons = {
        "waiting_internal": "waiting for colleagues",
        "waiting_customer": "waiting for the customer",
        "duplicate": "duplicate",
        "no_reply_needed": "no reply needed",
    }
    match row["status"]:
        case "snoozed" if row["snoozed_until"] is None:
            return f"Snoozed until the customer answers ({reasons[row['snooze_reason']]})"
        case "snoozed":
            reason = reasons[row["snooze_reason"]]
            return f"Snoozed until {_time(row['snoozed_until'])} ({reason})"
        case "closed":
            return f"Closed: {reasons[row['close_reason']]}"
        case _:
            return "Open"


def _time(stored: int) -> str:
    at = datetime.fromtimestamp(stored / 1e6, ZoneInfo("Asia/Tokyo"))
    return f"{at:%a} {at.day} {at:%b} {at.hour}:{at:%M}"


def _read(read_by: str, agent: int) -> str:
    return read_by if f",{agent}," in read_by else f"{read_by}{agent},"


def _slack_id(live: Live, agent: int) -> str:
    return next(slack for slack, id in live.agents().items() if id == agent)


def _message(live: Live, ticket: int, direction: str, words: str) -> int:
    """Return the id of the newest message, which must hold these words."""
    sql = "SELECT id, text FROM message WHERE ticket = ? AND direction = ? ORDER BY id DESC LIMIT 1"
    (row,) = live.rows(sql, ticket, direction)
    assert row["text"] == words
    return int(row["id"])
