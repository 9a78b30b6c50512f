"""The methods that read: who am I, people, rooms, histories and user groups."""

import base64
import binascii
from collections.abc import Iterable
from typing import TypeVar

from adapters.sandbox.slack.method import Args, Method, room_to_read
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import Message, State, shown
from adapters.sandbox.slack.workspace import Person, Room, UserGroup

Item = TypeVar("Item")


def auth_test(state: State, args: Args) -> JSON:  # noqa: ARG001 - a method takes both
    return {
        "url": f"https://{state.workspace.domain}.slack.com/",
        "team": state.workspace.name,
        "user": state.people[state.app.bot_user].name,
        "team_id": state.workspace.team_id,
        "user_id": state.app.bot_user,
        "bot_id": state.app.bot_id,
        "is_enterprise_install": False,
    }


def users_info(state: State, args: Args) -> JSON:
    person = state.people.get(args.text("user") or "")
    if person is None:
        raise Refused("user_not_found")
    return {"user": _person(state, person, locale=args.flag("include_locale"))}


def users_list(state: State, args: Args) -> JSON:
    locale = args.flag("include_locale")
    people = [_person(state, person, locale=locale) for person in state.people.values()]
    page, more = _page(args, people, 200)
    return {"members": page, "response_metadata": more}


def conversations_info(state: State, args: Args) -> JSON:
    room = room_to_read(state, args.text("channel"))
    _read_scope(state, room, "read")
    body = _room(state, room)
    if args.flag("include_num_members"):
        body["num_members"] = len(room.members)
    return {"channel": body}


def conversations_list(state: State, args: Args) -> JSON:
    kinds = set((args.text("types") or "public_channel").split(","))
    rooms = [
        _room(state, room)
        for room in state.rooms.values()
        if ("private_channel" if room.private else "public_channel") in kinds
        if not room.id.startswith("D")
        if not room.private or state.app.bot_user in room.members
        if not (room.archived and args.flag("exclude_archived"))
    ]
    page, more = _page(args, rooms, 100)
    return {"channels": page, "response_metadata": more}


def conversations_members(state: State, args: Args) -> JSON:
    room = room_to_read(state, args.text("channel"))
    _read_scope(state, room, "read")
    page, more = _page(args, sorted(room.members), 100)
    return {"members": page, "response_metadata": more}


def conversations_open(state: State, args: Args) -> JSON:
    """The direct messages of the app with one person; this workspace has none of several."""
    if channel := args.text("channel"):
        room = room_to_read(state, channel)
        if not room.id.startswith("D"):
            raise Refused("method_not_supported_for_channel_type")
        return {"no_op": True, "already_open": True, "channel": _opened(state, args, room)}
    users = [user for user in (args.text("users") or "").split(",") if user]
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > state.limits.value("open_users"):
        raise Refused("too_many_users")
    if any(user not in state.people for user in users):
        raise Refused("user_not_found")
    if len(users) > 1:
        raise Refused("method_not_supported_for_channel_type")
    if state.people[users[0]].is_bot:
        raise Refused("cannot_dm_bot")
    known = set(state.rooms)
    room = state.room_of(users[0], state.app.bot_user)
    again = {"no_op": True, "already_open": True} if room.id in known else {}
    return {**again, "channel": _opened(state, args, room)}


def _opened(state: State, args: Args, room: Room) -> JSON:
    """The room's id alone, or all of it where `return_im` asks for that."""
    return _room(state, room) if args.flag("return_im") else {"id": room.id}


def history(state: State, args: Args) -> JSON:
    """The room's messages, the newest first; replies only where they were broadcast."""
    room = room_to_read(state, args.text("channel"), must_be_in=True)
    _read_scope(state, room, "history")
    messages = [
        message
        for message in state.in_room(room.id)
        if state.message(room.id, message.ts)
        if message.thread_ts in {None, message.ts} or message.broadcast
    ]
    found = list(_between(args, reversed(messages)))
    page, more = _page(args, found, 100)
    return {
        "messages": [_read(state, message, args) for message in page],
        "has_more": bool(more["next_cursor"]),
        "response_metadata": more,
    }


def replies(state: State, args: Args) -> JSON:
    """A thread, its first message at the head, the oldest first."""
    room = room_to_read(state, args.text("channel"), must_be_in=True)
    _read_scope(state, room, "history")
    parent = state.message(room.id, args.needed("ts", "thread_not_found"))
    if parent is None:
        raise Refused("thread_not_found")
    thread = [parent, *_between(args, state.replies(room.id, parent.ts))]
    page, more = _page(args, thread, 1000)
    return {
        "messages": [_read(state, message, args) for message in page],
        "has_more": bool(more["next_cursor"]),
        "response_metadata": more,
    }


def usergroups_list(state: State, args: Args) -> JSON:
    groups = [_group(state, group) for group in state.workspace.groups]
    if args.flag("include_users"):
        for body, group in zip(groups, state.workspace.groups, strict=True):
            body["users"] = list(group.members)
    return {"usergroups": groups}


def usergroups_users(state: State, args: Args) -> JSON:
    wanted = args.text("usergroup")
    for group in state.workspace.groups:
        if group.id == wanted:
            return {"users": list(group.members)}
    raise Refused("no_such_subteam")


def _read(state: State, message: Message, args: Args) -> JSON:
    return shown(message, state, metadata=args.flag("include_all_metadata"))


def _read_scope(state: State, room: Room, what: str) -> None:
    """Which scope a read needs depends on the kind of room."""
    kind = "im" if room.id.startswith("D") else "groups" if room.private else "channels"
    needed = f"{kind}:{what}"
    if needed not in state.scopes and state.limits.on("scopes"):
        raise Refused("missing_scope", needed=needed, provided=",".join(sorted(state.scopes)))


def _between(args: Args, messages: Iterable[Message]) -> Iterable[Message]:
    oldest, latest = args.text("oldest") or "0", args.text("latest") or "9" * 12
    inclusive = args.flag("inclusive")
    try:
        low, high = float(oldest), float(latest)
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
    for message in messages:
        at = float(message.ts)
        if low < at < high or (inclusive and at in {low, high}):
            yield message


def _page(args: Args, items: list[Item], default: int) -> tuple[list[Item], JSON]:
    """One page of a list, and the cursor of the next one, which is empty at the end."""
    limit = args.number("limit", default, 1000)
    start = 0
    if cursor := args.text("cursor"):
        try:
            start = int(base64.b64decode(cursor, validate=True).removeprefix(b"next:"))
        except (ValueError, binascii.Error):
            raise Refused("invalid_cursor") from None
    end = start + limit
    more = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], {"next_cursor": more}


def _person(state: State, person: Person, *, locale: bool) -> JSON:
    home = state.workspace.team_id
    body: JSON = {
        "id": person.id,
        "team_id": person.team_id or home,
        "name": person.name,
        "deleted": False,
        "real_name": person.real_name,
        "tz": person.tz,
        "profile": {
            "real_name": person.real_name,
            "display_name": person.name,
            "team": person.team_id or home,
        },
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": person.team_id not in {None, home},
        "updated": 0,
    }
    if locale:
        body["locale"] = person.locale
    return body


def _room(state: State, room: Room) -> JSON:
    if room.id.startswith("D"):
        (other,) = room.members - {state.app.bot_user}
        return {"id": room.id, "is_im": True, "user": other, "is_archived": False}
    return {
        "id": room.id,
        "name": room.name,
        "is_channel": not room.private,
        "is_group": room.private,
        "is_im": False,
        "is_private": room.private,
        "is_archived": room.archived,
        "is_member": state.app.bot_user in room.members,
        "is_shared": False,
        "is_ext_shared": False,
    }


def _group(state: State, group: UserGroup) -> JSON:
    return {
        "id": group.id,
        "team_id": state.workspace.team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "user_count": len(group.members),
        "date_delete": 0,
    }


METHODS = (
    Method("auth.test", auth_test, None),
    Method("users.info", users_info, 4, ("users:read",)),
    Method("users.list", users_list, 2, ("users:read",)),
    Method("conversations.info", conversations_info, 3),
    Method("conversations.list", conversations_list, 2, ("channels:read", "groups:read")),
    Method("conversations.members", conversations_members, 4),
    Method("conversations.open", conversations_open, 3, ("im:write",)),
    Method("conversations.history", history, 3),
    Method("conversations.replies", replies, 3),
    Method("usergroups.list", usergroups_list, 2, ("usergroups:read",)),
    Method("usergroups.users.list", usergroups_users, 2, ("usergroups:read",)),
)
