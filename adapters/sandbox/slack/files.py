"""Files in Slack's three steps: ask for an address, send the bytes there, share what was sent.

A file that is shared nowhere may be shown by a message of the app that uploaded it, once it is ready.
"""

import mimetypes
from collections.abc import Iterator
from urllib.parse import quote

from adapters.sandbox.slack.blocks import Fault
from adapters.sandbox.slack.happenings import tell_posted
from adapters.sandbox.slack.method import Args, Method, room_to_post
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import Message, State, Upload
from adapters.sandbox.slack.workspace import Room

#: Of a text file, the lines that are shown where it is shared (ours: Slack shows a few).
_PREVIEW_LINES = 5
_PREVIEW_CHARS = 1_000

#: What a Slack file object may be.
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})


def upload_url(state: State, args: Args) -> JSON:
    """Announce a file; the answer says where its bytes go."""
    name = args.needed("filename")
    length = args.needed("length")
    if not length.isdigit():
        raise Refused("invalid_arguments")
    if int(length) == 0 and state.limits.on("file_not_empty"):
        raise Refused("missing_argument")
    upload = Upload(state.new_id("F"), name, int(length))
    state.uploads[upload.id] = upload
    return {"file_id": upload.id, "upload_url": f"{state.base_url}/files/upload/{upload.id}"}


def receive(state: State, file_id: str, content: bytes) -> str:
    """Take the bytes of an announced file; returns Slack's plain text answer."""
    upload = state.uploads.get(file_id)
    if upload is None or upload.content is not None:
        raise Refused("file_not_found", status=404)
    if len(content) != upload.length and state.limits.on("upload_size"):
        raise Refused("file_upload_size_mismatch", status=400)
    upload.content = content
    return f"OK - {len(content)}"


def complete(state: State, args: Args) -> JSON:
    """Share the files that arrived, in a room or a thread where one is named."""
    given = args.structured("files", "invalid_arguments")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refused("invalid_arguments")
    rooms = _rooms(state, args)
    thread_ts = args.text("thread_ts")
    if thread_ts and len(rooms) != 1:
        raise Refused("invalid_arguments")
    heads = [_head(state, room, thread_ts) for room in rooms if thread_ts]
    uploads = []
    for one in given:
        upload = state.uploads.get(str(one.get("id")))
        if upload is None or upload.content is None:
            raise Refused("file_not_found")
        if upload.completed and state.limits.on("file_once"):
            raise Refused("file_not_found")
        upload.title = str(one.get("title") or upload.name)
        uploads.append(upload)
    for upload in uploads:
        upload.completed = True
    for room in rooms:
        message = Message(
            channel=room.id,
            ts=state.new_ts(),
            user=state.app.bot_user,
            bot_id=state.app.bot_id,
            text=args.text("initial_comment") or "",
            thread_ts=heads[0] if heads else None,
            files=[file_shown(state, upload) for upload in uploads],
        )
        state.add(message)
        tell_posted(state, message)
    return {"files": [_as_known(state, upload) for upload in uploads]}


def info(state: State, args: Args) -> JSON:
    upload = state.uploads.get(args.needed("file"))
    if upload is None or upload.content is None:
        raise Refused("file_not_found")
    shown = _as_known(state, upload)
    upload.looks += upload.completed
    return {"file": shown}


def pictures_at_fault(state: State, blocks: list[JSON], *, alone: bool) -> Iterator[Fault]:
    """Yield what is wrong with files that blocks show; `alone`, a single person is to see them."""
    for place, block in enumerate(blocks):
        shown = block.get("slack_file") if block["type"] == "image" else None
        if shown is None:
            continue
        upload = state.uploads.get(str(shown.get("id")))
        is_fit = upload is not None and upload.completed and _is_ready(state, upload)
        is_picture = upload is not None and mimetype(upload.name) in _PICTURES
        hidden = alone and state.limits.on("slack_file_alone")
        if hidden or (not (is_fit and is_picture) and state.limits.on("slack_file")):
            yield f"/blocks/{place}/slack_file", "invalid slack file"


def _is_ready(state: State, upload: Upload) -> bool:
    if not state.limits.on("file_ready"):
        return True
    return upload.looks >= state.limits.value("file_ready")


def _as_known(state: State, upload: Upload) -> JSON:
    """A file as Slack tells of it: its kind is known only once it is ready."""
    shown = file_shown(state, upload)
    if not _is_ready(state, upload):
        shown |= {"mimetype": "", "filetype": ""}
    return shown


def file_shown(state: State, upload: Upload) -> JSON:
    address = f"{state.base_url}/files/{upload.id}/{quote(upload.name, safe='')}"
    kind = mimetype(upload.name)
    body: JSON = {
        "id": upload.id,
        "name": upload.name,
        "title": upload.title or upload.name,
        "size": upload.length,
        "mimetype": kind,
        "filetype": upload.name.rpartition(".")[2],
        "user": state.app.bot_user,
        "url_private": address,
        "url_private_download": address,
    }
    if kind.startswith("text/"):
        lines = (upload.content or b"").decode(errors="replace").splitlines()
        shown = "\n".join(lines[:_PREVIEW_LINES])
        body |= {
            "preview": shown[:_PREVIEW_CHARS],
            "lines": len(lines),
            "lines_more": max(0, len(lines) - _PREVIEW_LINES),
            "preview_is_truncated": len(lines) > _PREVIEW_LINES or len(shown) > _PREVIEW_CHARS,
        }
    return body


def mimetype(name: str) -> str:
    """What a file is, by its name alone."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _rooms(state: State, args: Args) -> list[Room]:
    """Where the files are shared: by `channel_id`, or by `channels`, which names people too."""
    named = [args.text("channel_id") or "", *(args.text("channels") or "").split(",")]
    rooms = []
    for place, channel in enumerate(named):
        if not channel:
            continue
        if place == 0 and channel in state.people and state.limits.on("file_room"):
            raise Refused("invalid_channel")
        try:
            rooms.append(room_to_post(state, channel))
        except Refused as refusal:
            # Slack has a name of its own here for a room that is not there.
            if refusal.error == "channel_not_found":
                raise Refused("invalid_channel") from None
            raise
    return rooms


def _head(state: State, room: Room, thread_ts: str) -> str:
    """The thread's first message. A reply must not be named, and is no thread here."""
    message = state.message(room.id, thread_ts)
    if message is None:
        raise Refused("thread_not_found")
    if message.thread_ts not in {None, message.ts} and state.limits.on("file_thread"):
        raise Refused("invalid_arguments")
    return message.thread_ts or message.ts


METHODS = (
    Method("files.getUploadURLExternal", upload_url, 4, ("files:write",)),
    Method("files.completeUploadExternal", complete, 4, ("files:write",)),
    Method("files.info", info, 4, ("files:read",)),
)
