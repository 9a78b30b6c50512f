"""The app manifest that an administrator pastes into Slack, and why each scope is in it. Pure."""

from dataclasses import dataclass
from typing import Any, Final

from adapters.chat.slack.reading import ADD_NOTE, MAKE_TICKET
from adapters.chat.slack.settings import Mode


@dataclass(frozen=True, slots=True)
class Scope:
    """A bot scope; `events` are the subscriptions that it is for."""

    name: str
    reason: str
    events: tuple[str, ...] = ()


SCOPES: Final = (
    Scope("app_mentions:read", "hear @bot commands", ("app_mention",)),
    Scope(
        "channels:history",
        "notes in threads of public rooms; look up a post of unknown fate there",
        ("message.channels",),
    ),
    Scope("channels:read", "doctor: is the bot in its public rooms"),
    Scope("chat:write", "cards, thread lines, private answers"),
    Scope("commands", "the slash commands and the message shortcuts"),
    Scope("files:read", "learn when the picture of a report that was uploaded can be shown"),
    Scope("files:write", "give a person a file (a transcript, a report’s pictures)"),
    Scope("groups:history", "the same in private rooms", ("message.groups",)),
    Scope("groups:read", "doctor: is the bot in its private rooms"),
    Scope("im:history", "look up a post of unknown fate in our direct messages with a person"),
    Scope("im:write", "what is for one person alone, and answers that cannot be shown in the room"),
    Scope("users:read", "tell guests and other workspaces' people from members; name who asks"),
)

#: Events that no scope is needed for.
OPEN_EVENTS: Final = ("app_home_opened",)

_COMMAND: Final = 32  # characters of a slash command (Slack's manifest schema, version 2)

_WORDS: Final = {
    "en": {
        "about": "Social tickets as cards: claim, reply, snooze, escalate, close.",
        "care": "Work on social tickets",
        "hint": "[list | reply 42 … | close 42 | help]",
        "report": "Today’s figures",
        "report-hint": "[today] [in room]",
        ADD_NOTE: "Add note",
        f"{ADD_NOTE}-about": "Keep this message as a note on a ticket; customers never see it",
        MAKE_TICKET: "Make a ticket of this",
        f"{MAKE_TICKET}-about": "Open a ticket; what is answered comes into this thread",
    },
    "ja": {
        "about": "SNSからの問い合わせをカードで対応：担当、返信、スヌーズ、エスカレーション、クローズ",
        "care": "SNSのチケットに対応する",
        "hint": "[一覧 | 返信 42 … | クローズ 42 | ヘルプ]",
        "report": "今日の集計",
        "report-hint": "[今日] [ここに]",
        ADD_NOTE: "メモを追加",
        f"{ADD_NOTE}-about": "このメッセージをチケットのメモに残す（お客様には見えません）",
        MAKE_TICKET: "チケットにする",
        f"{MAKE_TICKET}-about": "チケットを作成する（回答はこのスレッドに届きます）",
    },
}


def manifest(mode: Mode, language: str, prefix: str, url: str | None = None) -> dict[str, Any]:
    """Return the manifest; `url` is our public address, without a path, for mode http.

    Raises:
        ValueError: mode http without an address, or a prefix too long for a slash command.
    """
    if len(f"/{prefix}-report") > _COMMAND:
        raise ValueError(f"prefix {prefix}: Slack's commands have at most {_COMMAND} characters")
    if mode is Mode.HTTP and url is None:
        raise ValueError("mode http needs the public address that Slack calls: --url https://…")
    words = _WORDS[language]
    address = f"{url.rstrip('/')}/slack/events" if url and mode is Mode.HTTP else None
    at: dict[str, Any] = {"url": address} if address else {}
    called: dict[str, Any] = {"request_url": address} if address else {}
    # What a searched select offers is asked for at an address of its own.
    options: dict[str, Any] = {"message_menu_options_url": address} if address else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": "Care", "description": words["about"]},
        "features": {
            # Without the messages tab, Slack refuses the app's direct messages.
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "care", "always_online": True},
            "shortcuts": [
                {
                    "name": words[shortcut],
                    "type": "message",
                    "callback_id": shortcut,
                    "description": words[f"{shortcut}-about"],
                }
                for shortcut in (ADD_NOTE, MAKE_TICKET)
            ],
            "slash_commands": [
                _command(f"/{prefix}", words["care"], words["hint"], at),
                _command(f"/{prefix}-report", words["report"], words["report-hint"], at),
            ],
        },
        "oauth_config": {"scopes": {"bot": [scope.name for scope in SCOPES]}},
        "settings": {
            "event_subscriptions": {
                **called,
                "bot_events": sorted(
                    [*OPEN_EVENTS, *(event for scope in SCOPES for event in scope.events)]
                ),
            },
            "interactivity": {"is_enabled": True, **called, **options},
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode is Mode.SOCKET,
            "token_rotation_enabled": False,
        },
    }


def _command(name: str, about: str, hint: str, at: dict[str, Any]) -> dict[str, Any]:
    # should_escape: names come as user ids, which cannot be mistaken.
    return {"command": name, "description": about, "usage_hint": hint, "should_escape": True, **at}
