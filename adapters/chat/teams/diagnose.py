"""What `doctor` tries on Teams: the app's secret, its token, the way to Teams, and each room."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from adapters.chat.teams.connector import Connector
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.tokens import Tokens
from adapters.chat.teams.writing import CHAT
from chatops.channel import Finding
from chatops.errors import Barred, CareError, Gone, Unreached
from chatops.policy import Policy, Room

#: Days ahead of the secret's end from which it is told, and from which it is a fault.
_SOON: Final = 60
_NOW: Final = 14

#: Asked for in a room where app.yaml names nobody of Teams: nobody is, and the answer says so.
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"


async def diagnose(
    tokens: Tokens, connector: Connector, settings: Settings, policy: Policy, now: datetime
) -> list[Finding]:
    """Return what was found; `now` is transport time."""
    ending = _ending(settings.secret_ends, now.date())
    try:
        await tokens.bearer()
    except Unreached as error:
        return [
            *ending,
            Finding(
                False,
                f"Microsoft's login cannot be reached: {error}",
                f"Check that this machine may open {settings.login} (network.proxy, network.ca).",
            ),
        ]
    except CareError as error:
        return [
            *ending,
            Finding(
                False,
                f"Microsoft's login gives the app no token: {error}",
                "Check chats.teams.app_id and tenant in Entra, and give app.yaml a secret or "
                "certificate that holds.",
            ),
        ]
    found = Finding(True, f"the app has a token in tenant {settings.tenant}")
    rooms = [room for room in policy.rooms.values() if room.chat == CHAT]
    asked = next(
        (id for person in policy.people.values() if (id := person.identities.get(CHAT))), _NOBODY
    )
    return [*ending, found, *[await _room(connector, room, asked) for room in rooms]]


def _ending(ends: date | None, today: date) -> Iterable[Finding]:
    """Return what is to be said of the day on which the app's secret ends."""
    if ends is None:
        remedy = "Write the day on which the app's secret ends into chats.teams.secret_ends."
        return [Finding(True, "when the app's secret ends is not known", remedy)]
    left = (ends - today).days
    remedy = (
        "Make a new secret or certificate in Entra, put it into app.yaml, and set secret_ends anew."
    )
    if left < 0:
        return [Finding(False, f"the app's secret ended on {ends}", remedy)]
    if left <= _NOW:
        return [Finding(False, f"the app's secret ends in {left} days, on {ends}", remedy)]
    if left <= _SOON:
        return [Finding(True, f"the app's secret ends in {left} days, on {ends}", remedy)]
    return [Finding(True, f"the app's secret holds until {ends}")]


async def _room(connector: Connector, room: Room, asked: str) -> Finding:
    """Try a room by asking whether somebody is in it: nothing is posted."""
    try:
        await connector.member(room.id, asked)
    except Gone:
        pass  # they are not; who asks is
    except Barred as error:
        return Finding(
            False,
            f"the app is not in room {room.name} ({room.id}): {error.code}",
            f"Add the app to the team; the channel's id stands in rooms.{room.name}.id. A private or "
            "shared channel needs the app added to the channel itself.",
        )
    except CareError as error:
        remedy = "Try again in a minute." if error.said is None else "Add the app to the team."
        return Finding(False, f"room {room.name} ({room.id}): {error}", remedy)
    return Finding(True, f"the app is in room {room.name} ({room.id})")
