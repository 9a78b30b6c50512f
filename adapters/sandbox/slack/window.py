"""What one person sees in Slack's window: their rooms, messages, views, notices and pushes."""

from dataclasses import asdict

from adapters.sandbox.slack.files import file_shown
from adapters.sandbox.slack.payloads import shortcuts_of
from adapters.sandbox.slack.refusal import JSON
from adapters.sandbox.slack.state import Message, State
from adapters.sandbox.slack.views import view_shown
from adapters.sandbox.slack.workspace import Room

#: Of notices and pushes, the newest that are shown.
_KEPT = 50


def seen_by(state: State, me: str, only: str | None = None) -> JSON:
    """Everything on that person's screen. Rooms that they are not in do not exist for them.

    With `only`, the messages of that one room alone: a busy workspace is long to read.
    """
    person = state.people[me]
    return {
        "version": state.version,
        "team": {"id": state.workspace.team_id, "name": state.workspace.name},
        "app": {"id": state.app.id, "name": state.app.name, "user": state.app.bot_user},
        "me": asdict(person),
        "people": [asdict(one) for one in state.people.values()],
        "commands": sorted(state.app.commands),
        "rooms": [
            _room(state, room, me, with_messages=only in (None, room.id))
            for room in sorted(state.rooms.values(), key=lambda one: (one.id[0] == "D", one.name))
            if me in room.members
        ],
        "views": [view_shown(state, view) for view in state.views.get(me, ())],
        "home": view_shown(state, state.homes[me]) if me in state.homes else None,
        "app_home": {
            "home_tab": state.app.home_tab,
            "messages_tab": state.app.messages_tab,
            "read_only": state.app.messages_read_only,
            "direct": _direct(state, me),
        },
        "shortcuts": [asdict(one) for one in shortcuts_of(state)],
        "notices": [asdict(notice) for notice in state.notices if notice.user == me][-_KEPT:],
        "notifications": [asdict(push) for push in state.pushes if push.user == me][-_KEPT:],
    }


def _direct(state: State, me: str) -> str | None:
    """Their direct messages with the app, once there is such a room."""
    both = {me, state.app.bot_user}
    rooms = (room.id for room in state.rooms.values() if room.id[0] == "D" and room.members == both)
    return next(rooms, None)


def _room(state: State, room: Room, me: str, *, with_messages: bool) -> JSON:
    name = room.name
    if room.id.startswith("D"):
        (other,) = room.members - {me} or {me}
        name = state.people[other].real_name
    mine = [one for one in state.in_room(room.id) if one.ephemeral_to in (None, me)]
    return {
        "id": room.id,
        "name": name,
        "private": room.private,
        "direct": room.id.startswith("D"),
        "members": sorted(room.members),
        "latest": mine[-1].ts if mine else None,
        "messages": [
            _message(state, message)
            for message in (mine if with_messages else ())
            # A deleted message leaves a mark only where a thread hangs on it.
            if not message.deleted or state.replies(room.id, message.ts)
        ],
    }


def _with_picture(state: State, block: JSON) -> JSON:
    """Tell the page where a picture is that it knows by the id of its file."""
    shown = block.get("slack_file") or {}
    upload = state.uploads.get(str(shown.get("id")))
    if upload is None:
        return block
    url = file_shown(state, upload)["url_private"]
    return {**block, "slack_file": {**shown, "url": url}}


def _message(state: State, message: Message) -> JSON:
    body: JSON = {
        "ts": message.ts,
        "user": None if message.bot_id else message.user,
        "bot": message.bot_id,
        "name": state.app.name if message.bot_id else state.people[message.user].real_name,
        "text": message.text,
        "blocks": [_with_picture(state, block) for block in message.blocks],
        "thread_ts": message.thread_ts,
        "broadcast": message.broadcast,
        "reply_count": len(state.replies(message.channel, message.ts)),
        "edited": message.edited is not None,
        "files": message.files,
        "ephemeral": message.ephemeral_to is not None,
        "deleted": message.deleted,
    }
    if message.deleted:
        body |= {"text": "This message was deleted.", "blocks": [], "files": []}
    return body
