"""What each button of a card does: its label, its form, its row, its log entry, and the card after.

Which buttons a ticket has is computed as the card computes it; all else is written down here.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.social.x.channel import TRAITS
from chatops.cards import ticket_buttons
from chatops.event import CloseReason, Kind, SnoozeReason
from chatops.policy import Macro
from chatops.ticket import Status
from tests import scenes
from tests.e2e.arranged import AWAKE, arranged, newest
from tests.e2e.running import Json, Live

LEAD: Final = "U03MAYA"

#: Every ticket here has clocks, which can be asked about.
CLOCKS: Final = (scenes.begun(3600, scenes.NOW),)

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
    "why": "Clock: why?",
    "macro": "Macro",
    "priority": "Priority",
    "tag": "Tag",
    "move": "Move",
    "link": "Link",
    "unlink": "Unlink",
    "merge": "Merge",
    "unmerge": "Undo merge",
    "mute": "Mute",
    "hide": "Hide",
    "unhide": "Show again",
}

FORMS: Final = {
    "reply": {"text": "We are looking into it."},
    "snooze": {"until": "1h", "reason": "waiting_internal"},
    "escalate": {"target": "specialists", "reason": "Please look at this."},
    "close": {"reason": "no_reply_needed"},
    "note": {"text": "They called yesterday, too."},
    "macro": {"name": "refund"},
    "priority": {"priority": "urgent"},
    "tag": {"tags": "vip"},
    "move": {"queue": "japan"},
    # what the others need depends on who presses, and on the customer's other ticket
    "assign": {},
    "link": {},
    "unlink": {},
    "merge": {},
}

#: What is promised, of every ticket and of an urgent one.
_TARGETS: Final = {3600: "1 h of working time", 900: "15 min of working time"}

#: These change nothing but who has read the ticket.
LOOKS: Final = {"show", "why", "open"}


def offered(
    status: Status,
    assignee: int | None,
    *,
    can_reply: bool,
    hidden: bool = False,
    **arranged: Any,
) -> tuple[list[str], list[str]]:
    """Return the commands of the buttons and of the menu, as the card of a post on X has them.

    One that cannot be answered stands under a post of ours: see `_first_ticket` in test_presses.
    """
    reasons: dict[str, Any] = arranged
    if not can_reply:
        reasons |= {"kind": Kind.REPLY}
    if status is Status.SNOOZED:
        reasons |= {"snooze_reason": SnoozeReason.WAITING_CUSTOMER}
    if status is Status.CLOSED:
        reasons |= {"close_reason": CloseReason.RESOLVED}
    ticket = scenes.ticket(status=status, assignee=assignee, can_reply=can_reply, **reasons)
    policy = replace(scenes.POLICY, macros={"refund": Macro("refund", ())})
    post = None if can_reply else "The new tent is out today."
    lines = (scenes.line(external_id="1", hidden=hidden, parent_text=post),)
    scene = scenes.scene(ticket=ticket, policy=policy, traits=TRAITS, lines=lines, clocks=CLOCKS)
    return (
        [button.command for button in ticket_buttons.buttons(scene)],
        [button.command for button in ticket_buttons.menu(scene)],
    )


def chosen(me: str) -> str:
    """Return to whom a ticket is assigned: neither to oneself nor to who may have it."""
    return "ken" if me == LEAD else "maya"


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
    "macro": "Snoozed",  # its last step
    "priority": "Prioritized",
    "tag": "Tagged",
    "move": "Moved",
    "link": "Linked",
    "unlink": "Unlinked",
    "merge": "Merged",
    "unmerge": "Unmerged",
    "mute": "Muted",
}

#: The network answers these; X hides what stands under our own posts, and nothing else offers it.
DEEDS: Final = {"hide", "unhide"}

#: What arranges tickets among themselves, and moderates messages.
ARRANGE: Final = DEEDS | {"macro", "priority", "tag", "move", "link", "merge", "mute"}

#: These take back what the one before did.
CONTINUE: Final = {"unlink", "unmerge", "unhide"}

#: Who does this need not have read the ticket.
UNREAD: Final = {"open", "wake"}


def outcome(  # noqa: C901, PLR0912 - one case a command
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
            message = _written(live, ticket, "outbound", FORMS["reply"]["text"])
            mine = {} if before["assignee"] else {"assignee": me}
            replies = f'[[{message},{me},"nothing","waiting",false,null]]'
            body = {"message": message, "agent": me, "then": "nothing", "repeated": False}
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
            return AWAKE, {"cause": "agent"}
        case "escalate":
            message = _written(live, ticket, "note", FORMS["escalate"]["reason"])
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
            return {**AWAKE, "status": "closed", **closed}, body
        case "reopen":
            opened = {"close_reason": None, "closed_at": None, "waiting": "us"}
            return {**AWAKE, **opened}, {"cause": "agent", "agent": me}
        case "note":
            message = _written(live, ticket, "note", FORMS["note"]["text"])
            return {}, {"message": message, "agent": me}
        case "read":
            return {}, {"agent": me}
        case "show" | "why" | "open":
            return {}, {}
        case _:
            return arranged(live, ticket, before, command, entry, me)


def card_of(live: Live, ticket: int) -> Json:
    """Return what the card of a stored ticket must hold, besides who the customer is."""
    row = live.row(ticket)
    first = "SELECT * FROM clock WHERE ticket = ? AND kind = 'first_response'"
    (clock,) = live.rows(first, ticket)  # unanswered as all of them are, it is due before others
    name = {agent["id"]: agent["public_name"] for agent in live.rows("SELECT * FROM agent")}
    read = [name[int(agent)] for agent in row["read_by"].split(",") if agent]
    facts = {
        "Status": _status(row),
        "Assignee": name[row["assignee"]] if row["assignee"] else "nobody",
        "First response": f"Due {_time(clock['due_at'])} ({_TARGETS[clock['target_s']]})"
        if clock["outcome"] is None
        else "No answer was owed",
        "Priority": _priority(live, row, name),
        "Read by": ", ".join(read) or "nobody yet",
    }
    if tags := json.loads(row["tags"]):
        facts["Tags"] = ", ".join(tags)
    if row["status"] == "open":
        facts["Waiting for"] = {"us": "us", "customer": "the customer"}[row["waiting"]]
    status = Status(row["status"])
    hidden = live.rows("SELECT 1 FROM message WHERE ticket = ? AND hidden", ticket)
    buttons, menu = offered(
        status,
        row["assignee"],
        can_reply=bool(row["can_reply"]),
        hidden=bool(hidden),
        links=tuple(json.loads(row["links"])),
        merged_into=row["merged_into"],
    )
    return {
        "facts": facts,
        "buttons": [LABELS[command] for command in buttons],
        "menu": [LABELS[command] for command in menu],
    }


def _priority(live: Live, row: Json, name: dict[int, str]) -> str:
    level = {"normal": "Normal", "high": "❗ High", "urgent": "‼ Urgent"}[row["priority"]]
    if row["prioritized_by"] is None:
        return level
    said = f"{level}: set by {name[row['prioritized_by']]}"
    if row["prioritized_note"] is None:
        return said
    (note,) = live.rows("SELECT text FROM message WHERE id = ?", row["prioritized_note"])
    return f"{said}: {note['text']}"


def _status(row: Json) -> str:
    reasons = {
        "waiting_internal": "waiting for colleagues",
        "waiting_customer": "waiting for the customer",
        "later": "for later",
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


def _slack_id(live: Live, agent: int) -> str:
    return next(slack for slack, id in live.agents().items() if id == agent)


def _written(live: Live, ticket: int, direction: str, words: str) -> int:
    """Return the id of the newest message, which must hold these words."""
    row = newest(live, ticket, direction)
    assert row["text"] == words
    return int(row["id"])
