"""What a Web API method is, and how it reads its arguments and finds what they name.

Slack takes every argument as a query parameter, a form field or a JSON property, and structured
ones as JSON text in the first two.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import Message, State
from adapters.sandbox.slack.workspace import Room


@dataclass(frozen=True, slots=True)
class Method:
    """One Web API method: what it does, which scope it needs, and how often it may be called."""

    name: str
    run: Callable[["State", "Args"], JSON]
    #: 1 to 4 as Slack documents it; None for the "special" ones.
    tier: int | None = 3
    #: Any of these is enough; none means that no scope is needed.
    scopes: tuple[str, ...] = ()
    #: Whose token it takes: the bot's, the app's own (xapp-), or the one that configures the app.
    caller: Literal["bot", "app", "config"] = "bot"
    #: A post, which counts towards its room's pace.
    posts: bool = False


class Args:
    """The arguments of one call, read strictly."""

    def __init__(self, given: JSON) -> None:
        self.given = given

    def text(self, name: str) -> str | None:
        value = self.given.get(name)
        return None if value is None else str(value)

    def needed(self, name: str, error: str = "invalid_arguments") -> str:
        value = self.text(name)
        if not value:
            raise Refused(
                error,
                response_metadata={"messages": [f"[ERROR] missing required field: {name}"]},
            )
        return value

    def flag(self, name: str) -> bool:
        return self.given.get(name) in (True, "1", "true", "True")

    def number(self, name: str, default: int, most: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not value.isdigit() or not 0 < int(value) <= most:
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments")
        return int(value)

    def structured(self, name: str, error: str) -> object:
        """A list or an object, which may come as JSON text; None when it is not there."""
        value = self.given.get(name)
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError:
                raise Refused(error) from None
        return value or None


def room_to_write(state: State, channel: str | None, archived: str = "is_archived") -> Room:
    """The room in which the app may write now. A person's id means their direct messages.

    `archived` is the method's word for a room where nobody may.
    """
    if channel in state.people and channel != state.app.bot_user:
        if state.people[channel].is_bot:
            raise Refused("cannot_dm_bot")
        return state.room_of(channel, state.app.bot_user)
    room = room_to_read(state, channel, must_be_in=True)
    if room.archived and state.limits.on("archived"):
        raise Refused(archived)
    return room


def room_to_post(state: State, channel: str | None) -> Room:
    """The room in which the app may post something new now."""
    room = room_to_write(state, channel)
    # Without its Messages tab an app has no direct messages with people.
    hidden = room.id.startswith("D") and not state.app.messages_tab
    if hidden and state.limits.on("messages_tab_on"):
        raise Refused("messages_tab_disabled")
    return room


def room_to_read(state: State, channel: str | None, *, must_be_in: bool = False) -> Room:
    """The room as far as the app may know of it: a private one without the app is not there."""
    room = state.rooms.get(channel or "")
    if room is None:
        raise Refused("channel_not_found")
    if state.app.bot_user not in room.members and state.limits.on("membership"):
        if room.private:
            raise Refused("channel_not_found")
        if must_be_in:
            raise Refused("not_in_channel")
    return room


def own_message(state: State, channel: str, ts: str, refusal: str) -> Message:
    """The app's own message that it may change or delete."""
    message = state.messages.get(channel, {}).get(ts)
    if message is None or message.deleted:
        raise Refused("message_not_found")
    if message.ephemeral_to and state.limits.on("ephemeral_fixed"):
        raise Refused("message_not_found")
    if message.bot_id != state.app.bot_id and state.limits.on("own_messages"):
        raise Refused(refusal)
    return message
