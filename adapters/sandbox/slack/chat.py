"""The chat.* methods: posting, changing and deleting messages, and checking blocks."""

from adapters.sandbox.slack.blocks import faults_in_message, faults_in_view, weight
from adapters.sandbox.slack.files import pictures_at_fault
from adapters.sandbox.slack.happenings import tell_changed, tell_deleted, tell_posted
from adapters.sandbox.slack.method import (
    Args,
    Method,
    own_message,
    room_to_post,
    room_to_read,
    room_to_write,
)
from adapters.sandbox.slack.refusal import JSON, Refused, not_valid
from adapters.sandbox.slack.state import Message, State, shown, with_ids


def post_message(state: State, args: Args) -> JSON:
    room = room_to_post(state, args.text("channel"))
    text, blocks = _content(state, args)
    metadata = _metadata(args)
    thread_ts = _thread(state, room.id, args)
    if again := _same_client_msg_id(state, room.id, args.text("client_msg_id")):
        return _posted(state, again)
    message = state.add(
        Message(
            channel=room.id,
            ts=state.new_ts(),
            user=state.app.bot_user,
            bot_id=state.app.bot_id,
            text=_cut(state, text),
            blocks=blocks,
            thread_ts=thread_ts,
            broadcast=bool(thread_ts) and args.flag("reply_broadcast"),
            client_msg_id=args.text("client_msg_id"),
            metadata=metadata,
        )
    )
    tell_posted(state, message)
    return _posted(state, message)


def update(state: State, args: Args) -> JSON:
    room = room_to_write(state, args.text("channel"), archived="is_inactive")
    message = own_message(state, room.id, args.needed("ts"), "cant_update_message")
    text, blocks = _content(state, args)
    if len(text) > state.limits.value("update_text"):
        raise Refused("msg_too_long")
    metadata = _metadata(args)
    before = shown(message, state)
    message.text = text
    # Text without blocks removes the old blocks; only such an edit is marked as one.
    message.edited = None if blocks else state.new_ts()
    message.blocks = with_ids(blocks, state)
    message.metadata = metadata or message.metadata
    state.changed()
    tell_changed(state, message, before)
    return {
        "channel": room.id,
        "ts": message.ts,
        "text": message.text,
        "message": shown(message, state, metadata=True),
    }


def delete(state: State, args: Args) -> JSON:
    room = room_to_write(state, args.text("channel"))
    message = own_message(state, room.id, args.needed("ts"), "cant_delete_message")
    message.deleted = True
    state.changed()
    tell_deleted(state, message)
    return {"channel": room.id, "ts": message.ts}


def post_ephemeral(state: State, args: Args) -> JSON:
    room = room_to_write(state, args.text("channel"))
    user = args.needed("user")
    if user not in state.people:
        raise Refused("user_not_found")
    if user not in room.members and state.limits.on("ephemeral_member"):
        raise Refused("user_not_in_channel")
    text, blocks = _content(state, args, alone=True)
    message = state.add(
        Message(
            channel=room.id,
            ts=state.new_ts(),
            user=state.app.bot_user,
            bot_id=state.app.bot_id,
            text=_cut(state, text),
            blocks=blocks,
            thread_ts=args.text("thread_ts"),
            ephemeral_to=user,
        )
    )
    return {"message_ts": message.ts}


def permalink(state: State, args: Args) -> JSON:
    room = room_to_read(state, args.text("channel"))
    message = state.message(room.id, args.needed("message_ts", "message_not_found"))
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{state.workspace.domain}.slack.com/archives/{room.id}/p"
    link += message.ts.replace(".", "")
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={room.id}"
    return {"channel": room.id, "permalink": link}


def validate(state: State, args: Args) -> JSON:
    """blocks.validate: every fault, with exactly one of blocks, message and view."""
    given = [name for name in ("blocks", "message", "view") if args.given.get(name)]
    if len(given) != 1:
        raise Refused("invalid_arguments")
    (name,) = given
    content = args.structured(name, "invalid_arguments")
    if name == "view":
        faults = faults_in_view(content, state.limits)
    else:
        blocks = content.get("blocks") if isinstance(content, dict) else content
        faults = faults_in_message(blocks, state.limits)
    if faults:
        raise Refused(
            f"invalid_{name}",
            errors=[
                {"pointer": pointer, "code": "failed_constraint", "message": message}
                for pointer, message in faults
            ],
        )
    return {}


def checked_blocks(state: State, given: object, *, alone: bool = False) -> list[JSON]:
    """The blocks of a message, or the refusal that names what is wrong with them.

    `alone`, a single person is to see it.
    """
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused("invalid_blocks_format")
    if faults := faults_in_message(given, state.limits):
        raise not_valid("invalid_blocks", faults)
    if faults := list(pictures_at_fault(state, given, alone=alone)):
        raise not_valid("invalid_blocks", faults)
    if weight(given) > state.limits.value("blocks_chars"):
        raise Refused("msg_blocks_too_long")
    return given


def _content(state: State, args: Args, *, alone: bool = False) -> tuple[str, list[JSON]]:
    given = args.structured("blocks", "invalid_blocks_format")
    blocks = checked_blocks(state, given, alone=alone)
    text = args.text("text") or ""
    if not text and not blocks and state.limits.on("content_present"):
        raise Refused("no_text")
    return text, blocks


def _cut(state: State, text: str) -> str:
    bound = state.limits.value("message_text")
    return text if len(text) <= bound else text[: int(bound)]


def _metadata(args: Args) -> JSON | None:
    given = args.structured("metadata", "invalid_metadata_format")
    if given is None:
        return None
    if not (
        isinstance(given, dict)
        and isinstance(given.get("event_type"), str)
        and isinstance(given.get("event_payload"), dict)
    ):
        raise Refused("invalid_metadata_format")
    return given


def _thread(state: State, channel: str, args: Args) -> str | None:
    """The thread's first message; naming a reply means the thread that it is in."""
    thread_ts = args.text("thread_ts")
    if not thread_ts:
        return None
    parent = state.message(channel, thread_ts)
    if parent is None:
        if state.limits.on("thread_exists"):
            raise Refused("thread_not_found")
        return thread_ts
    return parent.thread_ts or parent.ts


def _same_client_msg_id(state: State, channel: str, wanted: str | None) -> Message | None:
    """The message that the same client_msg_id made before.

    Slack documents errors of such a look-up and not its rules: that the first message is
    returned, for ever and in its own room only, and that one which was deleted since is what
    `duplicate_message_not_found` means, is this stand-in's assumption.
    """
    if not wanted or not state.limits.on("client_msg_id_once"):
        return None
    found = state.with_client_id(channel, wanted)
    if found is not None and found.deleted:
        raise Refused("duplicate_message_not_found")
    return found


def _posted(state: State, message: Message) -> JSON:
    return {
        "channel": message.channel,
        "ts": message.ts,
        "message": shown(message, state, metadata=True),
    }


METHODS = (
    Method("chat.postMessage", post_message, None, ("chat:write",), posts=True),
    Method("chat.update", update, 3, ("chat:write",)),
    Method("chat.delete", delete, 3, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral, 4, ("chat:write",)),
    Method("chat.getPermalink", permalink, None),
    Method("blocks.validate", validate, None),
)
