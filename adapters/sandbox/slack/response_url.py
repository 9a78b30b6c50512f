"""response_url: where an app may answer a press or a command, five times in half an hour."""

from adapters.sandbox.slack.chat import checked_blocks
from adapters.sandbox.slack.happenings import tell_changed, tell_deleted, tell_posted
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import Message, ResponseUrl, State, shown, with_ids


def new_response_url(state: State, user: str, channel: str, message_ts: str | None = None) -> str:
    """A new address for one press or command."""
    url_id = state.new_id("R")
    state.response_urls[url_id] = ResponseUrl(user, channel, state.clock.now(), message_ts)
    return f"{state.base_url}/response/{url_id}"


def answer(state: State, url_id: str, body: object) -> None:
    """Take one answer: a new message, or a change of the message that was pressed."""
    url = state.response_urls.get(url_id)
    if url is None or not isinstance(body, dict):
        raise Refused("invalid_payload", status=404 if url is None else 400)
    if state.clock.now() - url.given_at > state.limits.value("response_url_life"):
        raise Refused("expired_url", status=404)
    if url.uses >= state.limits.value("response_url_uses"):
        raise Refused("used_url", status=404)
    original = state.messages.get(url.channel, {}).get(url.message_ts or "")
    if body.get("delete_original") is True and original:
        url.uses += 1
        original.deleted = True
        state.changed()
        if not original.ephemeral_to:
            tell_deleted(state, original)
        return
    alone = body.get("response_type") != "in_channel"
    blocks = checked_blocks(state, body.get("blocks"), alone=alone)
    text = str(body.get("text") or "")
    if not text and not blocks:
        raise Refused("no_text", status=500)
    url.uses += 1
    if body.get("replace_original") is True and original:
        before = shown(original, state)
        original.text, original.blocks = text, with_ids(blocks, state)
        state.changed()
        if not original.ephemeral_to:
            tell_changed(state, original, before)
        return
    say_back(state, url.user, url.channel, {**body, "text": text, "blocks": blocks})


def say_back(state: State, user: str, channel: str, body: JSON) -> None:
    """Post an answer: to that person alone, unless it says `in_channel`."""
    everyone = body.get("response_type") == "in_channel"
    message = state.add(
        Message(
            channel=channel,
            ts=state.new_ts(),
            user=state.app.bot_user,
            bot_id=state.app.bot_id,
            text=str(body.get("text") or ""),
            blocks=body.get("blocks") or [],
            thread_ts=body.get("thread_ts"),
            ephemeral_to=None if everyone else user,
        )
    )
    if everyone:
        tell_posted(state, message)
