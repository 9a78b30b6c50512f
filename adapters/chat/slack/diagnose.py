"""What `doctor` tries on Slack: token, workspace, scopes, rooms, clock, and a card."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from slack_sdk.errors import SlackApiError

from adapters.chat.slack import blocks
from adapters.chat.slack.manifest import SCOPES
from adapters.chat.slack.settings import Settings
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import JSON, Voices
from chatops.card import Button, Card, Facts, Paragraph, Quote
from chatops.channel import Finding
from chatops.errors import CareError, Rejected, Unreached
from chatops.policy import Policy, Room
from chatops.text import Words, text

_SKEW: Final = 60.0  # seconds; from 300 on, Slack's signatures are refused


async def diagnose(
    web: Web, settings: Settings, policy: Policy, words: Words, now: datetime
) -> list[Finding]:
    """Return what was found; `now` is transport time."""
    try:
        answer = await web.client.auth_test()
    except SlackApiError as error:
        code = str(error.response.get("error"))
        return [
            Finding(
                False,
                f"Slack refuses the bot token: {code}",
                "Install the app to the workspace again and set bot_token to the new xoxb- token.",
            )
        ]
    except (OSError, TimeoutError) as error:
        return [
            Finding(
                False,
                f"Slack cannot be reached: {type(error).__name__}",
                f"Check that this machine may open {settings.api_url} (network.proxy, network.ca).",
            )
        ]
    headers = {name.lower(): value for name, value in answer.headers.items()}
    rooms = [room for room in policy.rooms.values() if room.chat == "slack"]
    return [
        _team(settings, answer["team_id"], answer["url"]),
        *_scopes(headers.get("x-oauth-scopes", "")),
        *_clock(headers.get("date"), now),
        *[await _room(web, room) for room in rooms],
        await _card(web, words),
    ]


def _team(settings: Settings, team: str, url: str) -> Finding:
    if settings.team in {None, team}:
        return Finding(True, f"the bot token is of {url} ({team})")
    return Finding(
        False,
        f"the bot token is of workspace {team}, app.yaml says {settings.team}",
        "Set chats.slack.team to the workspace's id, or bot_token to the right workspace's token.",
    )


def _scopes(held: str) -> list[Finding]:
    have = {scope.strip() for scope in held.split(",")}
    missing = [scope for scope in SCOPES if scope.name not in have]
    if not missing:
        return [Finding(True, "all scopes are granted")]
    return [
        Finding(
            False,
            f"the scope {scope.name} is missing ({scope.reason})",
            "Paste the manifest of `python -m chatops slack-manifest` and install the app again.",
        )
        for scope in missing
    ]


def _clock(date: str | None, now: datetime) -> list[Finding]:
    if date is None:
        return []
    skew = abs((parsedate_to_datetime(date) - now).total_seconds())
    if skew <= _SKEW:
        return [Finding(True, "this machine's clock agrees with Slack's")]
    return [
        Finding(
            False,
            f"this machine's clock is {skew:.0f} s off Slack's",
            "Turn on time synchronisation (NTP): signatures older than five minutes are refused.",
        )
    ]


async def _room(web: Web, room: Room) -> Finding:
    remedy = (
        f"Open the room in Slack and write /invite @care; its id stands in rooms.{room.name}.id."
    )
    try:
        info: JSON = (await web.read("conversations.info", channel=room.id))["channel"]
    except Rejected as error:
        return Finding(False, f"room {room.name} ({room.id}): {error.code}", remedy)
    except CareError as error:
        return Finding(False, f"room {room.name} ({room.id}): {error}", "Try again in a minute.")
    if info.get("is_archived"):
        return Finding(
            False,
            f"room {room.name} ({room.id}) is archived",
            "Take it out of Slack's archive, or name another room.",
        )
    if not info.get("is_member"):
        return Finding(False, f"the bot is not in room {room.name} ({room.id})", remedy)
    return Finding(True, f"the bot is in room {room.name} ({room.id})")


async def _card(web: Web, words: Words) -> Finding:
    """Let Slack itself check a card's blocks (blocks.validate; it posts nothing)."""
    said = text("chat-done")
    card = Card(
        push=said,
        title=said,
        blocks=(Paragraph(said), Quote("<!channel> *a*"), Facts(((said, said),))),
        buttons=(Button("help", said),),
        menu=(Button("help", said),),
    )
    made = blocks.blocks(card, Voices(words).of("en", "UTC", {}), "doctor")
    try:
        await web.act("blocks.validate", blocks=made)
    except Unreached as error:
        return Finding(False, f"Slack could not check a card: {error}", "Try again in a minute.")
    except CareError as error:
        return Finding(
            False, f"Slack refuses our cards: {error}", "Report this: Slack changed its rules."
        )
    return Finding(True, "Slack accepts our cards")
