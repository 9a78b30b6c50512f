"""What the app may send: an activity, looked over as strictly as Teams documents it."""

import json
from dataclasses import dataclass

from adapters.sandbox.teams.cards import ADAPTIVE, faults_in, is_too_big
from adapters.sandbox.teams.refusal import JSON, bad_argument, bad_syntax, too_big
from adapters.sandbox.teams.state import State

_TYPES = frozenset({"message", "typing"})
_FORMATS = frozenset({"plain", "markdown", "xml"})


@dataclass(frozen=True, slots=True)
class Written:
    """A message as the app wrote it."""

    text: str
    summary: str
    cards: tuple[JSON, ...]


def read(state: State, conversation: str, activity: object) -> Written | None:
    """What an activity says to the people of a conversation; None for a sign that it is typing.

    Raises:
        Refused: it is malformed, empty or too big, or mentions somebody who is not there.
    """
    if not isinstance(activity, dict):
        raise bad_syntax("The activity must be an object.")
    if activity.get("type") not in _TYPES:
        raise bad_syntax(f"Activity type '{activity.get('type')}' is not valid.")
    _fits(state, activity)
    if activity["type"] == "typing":
        return None
    text, summary = _string(activity, "text"), _string(activity, "summary")
    if activity.get("textFormat", "markdown") not in _FORMATS:
        raise bad_syntax(f"textFormat '{activity['textFormat']}' is not valid.")
    cards = tuple(_card(state, conversation, one) for one in _list(activity, "attachments"))
    if not text.strip() and not cards and state.limits.on("message_content"):
        raise bad_argument("The message has neither text nor attachments.")
    _mentions(state, conversation, _list(activity, "entities"), text)
    return Written(text, summary, tuple(card for card in cards if card is not None))


def _fits(state: State, activity: JSON) -> None:
    """The whole payload counts, as UTF-16."""
    written = json.dumps(activity, ensure_ascii=False, separators=(",", ":"))
    if len(written.encode("utf-16-le")) > state.limits.value("message_size"):
        raise too_big()


def _card(state: State, conversation: str, attachment: object) -> JSON | None:
    if not isinstance(attachment, dict):
        raise bad_syntax("An attachment must be an object.")
    kind, content = attachment.get("contentType"), attachment.get("content")
    if kind != ADAPTIVE:
        if state.limits.on("attachment_known"):
            raise bad_argument(f"Unknown attachment type '{kind}'.")
        return None
    if faults := faults_in(content, state.limits):
        raise bad_syntax("; ".join(faults))
    if not isinstance(content, dict):
        raise bad_syntax("A card must be an object.")
    if is_too_big(content, state.limits):
        raise too_big()
    words = json.dumps(content.get("body", []), ensure_ascii=False)
    _mentions(state, conversation, _list(content.get("msteams", {}), "entities"), words)
    return content


def _mentions(state: State, conversation: str, entities: list[object], words: str) -> None:
    """Each mention's `<at>` stands in the words, and names somebody of the conversation."""
    for entity in entities:
        if not isinstance(entity, dict):
            raise bad_syntax("An entity must be an object.")
        if entity.get("type") != "mention":
            continue
        text, mentioned = entity.get("text"), entity.get("mentioned")
        if not isinstance(text, str) or not isinstance(mentioned, dict):
            raise bad_syntax("A mention has a text and whom it mentions.")
        # In a card's JSON, quotation marks of a name are escaped.
        stands = text in words or json.dumps(text, ensure_ascii=False)[1:-1] in words
        if not stands and state.limits.on("mention_text"):
            raise bad_syntax(f"The mention {text} does not stand in the message.")
        person = state.person_called(str(mentioned.get("id")))
        known = person is not None and state.is_in(person.id, conversation)
        if not known and state.limits.on("mention_known"):
            raise bad_syntax(f"The mention {text} names nobody of this conversation.")


def _string(activity: JSON, name: str) -> str:
    value = activity.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_syntax(f"'{name}' must be a string.")
    return value


def _list(activity: JSON, name: str) -> list[object]:
    value = activity.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad_syntax(f"'{name}' must be an array.")
    return value
