"""What the workspace tells when a message is posted, changed or deleted: events and pushes."""

import re

from adapters.sandbox.slack.refusal import JSON
from adapters.sandbox.slack.state import Message, Push, State, shown

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_EVERYBODY = re.compile(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>")


def tell_posted(state: State, message: Message) -> None:
    """Send the message event, and app_mention where the app is named; notify people."""
    _notify(state, message)
    body = shown(message, state)
    _tell(state, message.channel, {**body, "event_ts": message.ts})
    room = state.rooms[message.channel]
    named = state.app.bot_user in _MENTION.findall(message.text)
    # In a direct message there is no app_mention: Slack sends message.im alone.
    if named and not room.id.startswith("D") and message.bot_id is None:
        mention = {**body, "type": "app_mention", "channel": message.channel}
        _send(state, "app_mention", message.channel, {**mention, "event_ts": message.ts})


def tell_changed(state: State, message: Message, before: JSON) -> None:
    event_ts = state.new_ts()
    _tell(
        state,
        message.channel,
        {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": shown(message, state),
            "previous_message": before,
            "ts": event_ts,
            "event_ts": event_ts,
        },
    )


def tell_deleted(state: State, message: Message) -> None:
    event_ts = state.new_ts()
    _tell(
        state,
        message.channel,
        {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": message.ts,
            "previous_message": shown(message, state),
            "ts": event_ts,
            "event_ts": event_ts,
        },
    )


def tell_opened(state: State, user: str, tab: str, view: JSON | None) -> None:
    """Send app_home_opened, with the Home tab where one was published before."""
    if "app_home_opened" not in state.app.events:
        return
    event: JSON = {
        "type": "app_home_opened",
        "user": user,
        "channel": state.room_of(user, state.app.bot_user).id,
        "tab": tab,
        "event_ts": state.new_ts(),
    }
    state.on_event({**event, "view": view} if view else event)


def channel_type(channel: str, *, private: bool) -> str:
    if channel.startswith("D"):
        return "im"
    return "group" if private else "channel"


def _tell(state: State, channel: str, event: JSON) -> None:
    kind = channel_type(channel, private=state.rooms[channel].private)
    plural = {"channel": "channels", "group": "groups", "im": "im"}[kind]
    event = {**event, "channel": channel, "channel_type": kind}
    _send(state, f"message.{plural}", channel, event)


def _send(state: State, subscription: str, channel: str, event: JSON) -> None:
    """An app hears only what it subscribed to, in rooms where it is."""
    if subscription in state.app.events and state.app.bot_user in state.rooms[channel].members:
        state.on_event(event)


def _notify(state: State, message: Message) -> None:
    """Push to those who are named, to the other one of two, and to those in the thread."""
    room = state.rooms[message.channel]
    words = f"{message.text} {_markup(message.blocks)}"
    named = set(_MENTION.findall(words))
    everybody = bool(_EVERYBODY.search(words))
    thread: set[str] = set()
    if message.thread_ts:
        parent = state.message(message.channel, message.thread_ts)
        earlier = [
            *state.replies(message.channel, message.thread_ts),
            *([parent] if parent else []),
        ]
        for other in earlier:
            if other.ts != message.ts:
                thread |= {other.user, *_MENTION.findall(other.text)}
    for person in sorted(room.members - {message.user, state.app.bot_user}):
        why = None
        if room.id.startswith("D"):
            why = "dm"
        elif person in named:
            why = "mention"
        elif everybody:
            why = "channel"
        elif person in thread:
            why = "thread"
        if why:
            push = Push(person, state.clock.now(), room.id, message.ts, why, message.text)
            state.pushes.append(push)


def _markup(part: object) -> str:
    """All mrkdwn in blocks, and whom rich text names; plain_text names nobody."""
    if isinstance(part, list):
        return " ".join(_markup(one) for one in part)
    if not isinstance(part, dict):
        return ""
    match part:
        case {"type": "mrkdwn", "text": said}:
            return str(said)
        case {"type": "user", "user_id": person}:
            return f"<@{person}>"
        case {"type": "broadcast", "range": whom}:
            return f"<!{whom}>"
        case _:
            pass
    return " ".join(_markup(one) for one in part.values())
