"""What the buttons do that arrange tickets and moderate messages: their rows and log entries."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from tests.e2e.running import Json, Live

AWAKE: Final = {"status": "open", "snooze_reason": None, "snoozed_until": None}


def arranged(  # noqa: C901 - one case a command
    live: Live, ticket: int, before: Json, command: str, entry: Json, me: int
) -> tuple[Json, Json]:
    """Return what the row must have changed, and what the log must say."""
    match command:
        case "macro":
            stored = live.row(ticket)
            body = {
                "reason": "later",
                "until": datetime.fromtimestamp(stored["snoozed_until"] / 1e6, UTC).isoformat(),
                "agent": me,
            }
            note = newest(live, ticket, "note")["id"]
            changes = {
                "status": "snoozed",
                "snooze_reason": "later",
                "snoozed_until": stored["snoozed_until"],
                "tags": '["refund"]',
                "priority": "high",
                "prioritized_by": me,
                "prioritized_note": note - 1,
            }
            return changes, body
        case "priority":
            changes = {"priority": "urgent", "prioritized_by": me, "prioritized_note": None}
            return changes, {"priority": "urgent", "agent": me, "message": None}
        case "tag":
            tags = [*json.loads(before["tags"]), "vip"]
            return {"tags": _stored(tags)}, {"tag": "vip", "agent": me}
        case "move":
            keeps = before["assignee"] is not None
            body = {"queue": "japan", "agent": me, "keeps_assignee": keeps}
            return {"queue": "japan", "escalated_to": None}, body
        case "link":
            other = sibling(live, ticket)
            return {"links": _stored([other])}, {"other": other, "agent": me}
        case "unlink":
            return {"links": "[]"}, {"other": sibling(live, ticket), "agent": me}
        case "merge":
            into = sibling(live, ticket)
            closed = {"close_reason": "duplicate", "closed_at": entry["at"], "merged_into": into}
            return {**AWAKE, "status": "closed", **closed}, {"into": into, "agent": me}
        case "unmerge":
            opened = {"close_reason": None, "closed_at": None, "merged_into": None}
            return {**AWAKE, **opened, "waiting": "us"}, {"agent": me}
        case "mute":
            return {"muted": _stored([me])}, {"agent": me}
        case "hide" | "unhide":
            return {}, {"message": newest(live, ticket, "inbound")["id"], "deed": command}
        case _:
            raise AssertionError(f"nobody has said what {command} does")


def sibling(live: Live, ticket: int) -> int:
    """Return the customer's other ticket."""
    sql = "SELECT id FROM ticket WHERE customer = ? AND id != ?"
    (row,) = live.rows(sql, live.row(ticket)["customer"], ticket)
    return int(row["id"])


def newest(live: Live, ticket: int, direction: str) -> Json:
    """Return the newest message of a ticket that goes this way."""
    sql = "SELECT id, text FROM message WHERE ticket = ? AND direction = ? ORDER BY id DESC LIMIT 1"
    (row,) = live.rows(sql, ticket, direction)
    return row


def _stored(many: list[Any]) -> str:
    return json.dumps(many, ensure_ascii=False, separators=(",", ":"))
