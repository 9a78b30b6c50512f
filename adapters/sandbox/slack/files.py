"""Files in Slack's three steps: ask for an address, send the bytes there, share what was sent."""

from adapters.sandbox.slack.happenings import tell_posted
from adapters.sandbox.slack.method import Args, Method, room_to_write
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import Message, State, Upload


def upload_url(state: State, args: Args) -> JSON:
    """Announce a file; the answer says where its bytes go."""
    name = args.needed("filename")
    length = args.text("length") or ""
    if not length.isdigit() or int(length) == 0:
        raise Refused("invalid_arguments")
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
    room = room_to_write(state, channel) if (channel := args.text("channel_id")) else None
    uploads = []
    for one in given:
        upload = state.uploads.get(str(one.get("id")))
        if upload is None or upload.content is None:
            raise Refused("file_not_found")
        upload.title = str(one.get("title") or upload.name)
        uploads.append(upload)
    files = [file_shown(state, upload) for upload in uploads]
    if room:
        message = Message(
            channel=room.id,
            ts=state.new_ts(),
            user=state.app.bot_user,
            bot_id=state.app.bot_id,
            text=args.text("initial_comment") or "",
            thread_ts=args.text("thread_ts"),
            files=files,
        )
        state.add(message)
        tell_posted(state, message)
    return {"files": files}


def info(state: State, args: Args) -> JSON:
    upload = state.uploads.get(args.needed("file"))
    if upload is None or upload.content is None:
        raise Refused("file_not_found")
    return {"file": file_shown(state, upload)}


def file_shown(state: State, upload: Upload) -> JSON:
    return {
        "id": upload.id,
        "name": upload.name,
        "title": upload.title or upload.name,
        "size": upload.length,
        "filetype": upload.name.rpartition(".")[2],
        "url_private": f"{state.base_url}/files/{upload.id}/{upload.name}",
    }


METHODS = (
    Method("files.getUploadURLExternal", upload_url, 4, ("files:write",)),
    Method("files.completeUploadExternal", complete, 4, ("files:write",)),
    Method("files.info", info, 4, ("files:read", "files:write")),
)
