"""The app package that an administrator uploads to Teams: a manifest, checked, and two icons.

The manifest follows Microsoft's schema of version 1.29, the first with slash commands and messages
to one person in a channel; `manifest.schema.json` is that schema, as Microsoft publishes it (MIT).
"""

import io
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import jsonschema_rs
import orjson

from adapters.chat.teams.writing import APP
from chatops.text import Words, text

_FOLDER: Final = Path(__file__).parent
_SCHEMA: Final = _FOLDER / "manifest.schema.json"
_ICONS: Final = ("color.png", "outline.png")  # 192 and 32 pixels wide, as the schema wants them

#: The consent with which Teams brings what is written in threads without a mention (resource-specific
#: consent; learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-messages-with-rsc).
READS_THREADS: Final = "ChannelMessage.Read.Group"

#: What is listed when somebody names the bot, or types a slash: a list has at most twelve.
LISTED: Final = (
    *("help", "report", "list", "claim", "reply", "note"),
    *("snooze", "escalate", "assign", "close", "search", "show"),
)

_COMPANY: Final = 32  # characters of the developer's name


@dataclass(frozen=True, slots=True)
class App:
    """What the manifest says of one installation.

    `url` is the service's public address; `reads_threads` asks for the consent READS_THREADS;
    `targeted` offers the commands behind a slash too, and answers them in the channel, unseen by others.
    """

    app_id: str
    url: str
    company: str
    version: str = "1.0.0"  #: to be raised with each upload: Teams takes no other package for it
    reads_threads: bool = False
    targeted: bool = False


def manifest(app: App, language: str, prefix: str, words: Words) -> dict[str, Any]:
    """Return the manifest, with its words in one language.

    Raises:
        ValueError: it is not what Microsoft's schema wants; the message names what, and where.
    """
    zone = ZoneInfo("UTC")
    about, whole = (
        words.say(text(id), language, zone) for id in ("teams-about", "teams-about-whole")
    )
    commands = [
        {"title": name, "description": words.say(text(f"help-{command}"), language, zone)}
        for command, name in _names(language, prefix, words).items()
    ]
    triggers = ["mention", "slash"] if app.targeted else ["mention"]
    made: dict[str, Any] = {
        "$schema": "https://developer.microsoft.com/json-schemas/teams/v1.29/MicrosoftTeams.schema.json",
        "manifestVersion": "1.29",
        "version": app.version,
        # one app for one bot: the same id each time, or Teams would take an upgrade for another app
        "id": str(uuid5(NAMESPACE_URL, f"chatops:{app.app_id}")),
        "developer": {
            "name": app.company[:_COMPANY],
            "websiteUrl": app.url,
            "privacyUrl": app.url,
            "termsOfUseUrl": app.url,
        },
        "name": {"short": APP, "full": APP},
        "description": {"short": about, "full": whole},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#1D4E89",
        "bots": [
            {
                "botId": app.app_id,
                "scopes": ["team", "personal"],
                "supportsTargetedMessages": app.targeted,
                "commandLists": [
                    {"scopes": ["team", "personal"], "triggers": triggers, "commands": commands}
                ],
            }
        ],
        "defaultInstallScope": "team",
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [],
        # private and shared channels too (schema 1.25 and newer)
        "supportsChannelFeatures": "tier1",
    }
    if app.reads_threads:
        made["webApplicationInfo"] = {"id": app.app_id}
        consent = {"name": READS_THREADS, "type": "Application"}
        made["authorization"] = {"permissions": {"resourceSpecific": [consent]}}
    _check(made)
    return made


def package(app: App, language: str, prefix: str, words: Words) -> bytes:
    """Return the zip file that is uploaded.

    Raises:
        ValueError: as `manifest`.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        written = manifest(app, language, prefix, words)
        archive.writestr("manifest.json", orjson.dumps(written, option=orjson.OPT_INDENT_2))
        for icon in _ICONS:
            archive.write(_FOLDER / icon, icon)
    return made.getvalue()


def _names(language: str, prefix: str, words: Words) -> dict[str, str]:
    """Return the listed commands by the first of their names; two begin with the product's own."""
    named = {
        command: words.say(text(f"name-{command}"), language, ZoneInfo("UTC")).split(",")[0]
        for command in LISTED
    }
    return named | {"help": prefix, "report": f"{prefix}-report"}


def _check(made: dict[str, Any]) -> None:
    faults = [
        f"{'/'.join(map(str, fault.instance_path)) or 'manifest'}: {fault.message}"
        for fault in _schema().iter_errors(made)
    ]
    if faults:
        raise ValueError("; ".join(faults))


@cache
def _schema() -> jsonschema_rs.Draft4Validator:
    read: dict[str, Any] = orjson.loads((_FOLDER / "manifest.schema.json").read_bytes())
    return jsonschema_rs.Draft4Validator(read, validate_formats=True)
