"""Teams' activities as values: presses, dialogs, typed commands, words in threads. Pure.

The vendor's JSON stops here; only what an activity documents is looked for, and what else it holds is
passed over. Who acts is read from the activity itself, which came with Microsoft's signature; what a
card or a dialog brought back is the person's own word, and is checked by the desk.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.chat.teams import forms
from adapters.chat.teams.forms import Asked, Sent
from adapters.chat.teams.writing import APP, JSON
from chatops.errors import Unreadable

#: The names of invokes (learn.microsoft.com/microsoftteams/platform/task-modules-and-cards).
EXECUTE: Final = "adaptiveCard/action"
FETCH: Final = "task/fetch"
SUBMIT: Final = "task/submit"
SEARCH: Final = "application/search"

#: Options that Teams shows of those found (cards/dynamic-search), where it names no number.
SEARCHED: Final = 15

#: `!claim`, with the exclamation mark of either width; `!!` and a lone `!` are words.
_COMMAND: Final = re.compile(r"\s*[!！](?=\w)")
#: What people write behind a name that they call.
_ADDRESSED: Final = " \u00a0\u3000,:、，："
_TAG: Final = re.compile(r"<at[^>]*>(.*?)</at>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Who acted, and where: what an answer to that person alone needs."""

    user: str  #: the person's Entra object id
    mri: str  #: what the Bot Framework calls them
    tenant: str  #: the person's own, which in a shared channel need not be ours
    conversation: str  #: with the thread, in a channel
    channel: str | None  #: None in a personal chat
    thread: str | None = None  #: the first message of the thread where it happened
    message: str | None = None  #: the message that was pressed or written
    targeted: bool = False  #: only this person sees what they wrote


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button."""

    place: Place
    key: str
    command: str
    ticket: int | None
    args: Mapping[str, str] = field(default_factory=dict)
    line: str | None = None  #: what had been typed, where the button is a yes to a question
    confirmed: frozenset[str] = frozenset()
    own: bool = False  #: it stands in the card of the ticket itself


@dataclass(frozen=True, slots=True)
class Submit:
    """Somebody pressed a button of a form."""

    place: Place
    key: str
    sent: Sent


@dataclass(frozen=True, slots=True)
class Search:
    """Somebody types in a choice whose options are searched."""

    place: Place
    key: str
    field: str
    asked: Asked
    typed: str
    most: int  #: options that are shown


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody typed a command."""

    place: Place
    key: str
    command: str
    line: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote in a channel what does not begin with our name."""

    place: Place
    key: str
    text: str
    names_us: bool  #: further on: Teams brings it for that, and they wait for an answer


def place(activity: JSON) -> Place:
    """Return who acts and where.

    Raises:
        Unreadable: it says nothing of a person, as what other bots write.
    """
    sender, conversation = _object(activity, "from"), _object(activity, "conversation")
    data = _object(activity, "channelData")
    user, id = _word(sender, "aadObjectId"), _word(conversation, "id")
    tenant = _word(_object(data, "tenant"), "id") or _word(conversation, "tenantId")
    if not (user and id and tenant):
        raise Unreadable("an activity without a person, a conversation or a tenant")
    root, _, thread = id.partition(";messageid=")
    in_channel = _word(conversation, "conversationType") == "channel"
    invoked = activity.get("type") == "invoke"
    message = _word(activity, "replyToId" if invoked else "id")
    return Place(
        user=user,
        mri=_word(sender, "id"),
        tenant=tenant,
        conversation=id,
        channel=root if in_channel else None,
        # what begins a thread names itself as its thread
        thread=thread if in_channel and thread and (invoked or thread != message) else None,
        message=message or None,
        targeted=_object(activity, "recipient").get("isTargeted") is True,
    )


def key(activity: JSON) -> str:
    """Return what stays the same when Teams delivers the activity again.

    Ids of messages are times, and so no more than their conversation's own.
    """
    conversation = _word(_object(activity, "conversation"), "id")
    return f"teams:{conversation}:{_word(activity, 'id')}"


class _Value(BaseModel):
    """What rides in a button; a button of another version may hold something else."""

    model_config = ConfigDict(strict=True, frozen=True)

    c: str  #: command
    t: int | None = None  #: ticket
    a: dict[str, str] = {}  #: its arguments
    l: str | None = None  # noqa: E741 - the line that was typed, where the button repeats one
    k: list[str] = []  #: questions answered with yes
    o: bool = False  #: the button stands in the ticket's own card


def press(activity: JSON) -> Press:
    """Read a pressed button, of a card or of a dialog that only tells something.

    Raises:
        Unreadable: it is not ours, or of another version of us.
    """
    value = _object(activity, "value")
    execute = activity.get("name") == EXECUTE
    data = _object(_object(value, "action") if execute else value, "data")
    try:
        read = _Value.model_validate(data)
    except ValidationError as error:
        raise Unreadable("a button's data is not ours") from error
    where = place(activity)
    return Press(where, key(activity), read.c, read.t, read.a, read.l, frozenset(read.k), read.o)


def submit(activity: JSON) -> Submit | Press:
    """Read what came back from a dialog: a form, or a button of what only tells something.

    Raises:
        Unreadable: it is not ours, or of another version of us.
    """
    data = _object(_object(activity, "value"), "data")
    if "asked" not in data:
        return press(activity)
    return Submit(place(activity), key(activity), forms.sent(data))


def search(activity: JSON) -> Search:
    """Read what is typed in a choice.

    Raises:
        Unreadable: the dataset is not ours.
    """
    value = _object(activity, "value")
    field, asked = forms.searched(_word(value, "dataset"))
    top = _object(value, "queryOptions").get("top")
    most = top if isinstance(top, int) and not isinstance(top, bool) else SEARCHED
    where = place(activity)
    return Search(where, key(activity), field, asked, _word(value, "queryText"), most)


def people_in(activity: JSON) -> Mapping[str, str]:
    """Return whom a message mentions besides us: Teams' id of each, and the mention's markup."""
    bot = _word(_object(activity, "recipient"), "id")
    return {
        _word(_object(one, "mentioned"), "id"): _word(one, "text")
        for one in _mentions(activity)
        if _word(_object(one, "mentioned"), "id") != bot
    }


def written(activity: JSON, prefix: str, names: Mapping[str, str]) -> Typed | Said | None:
    """Read a message: a command where it calls us, is for us alone or begins with `!`.

    `names` are those of the people whom it mentions, by the mention's markup. None where nobody wrote
    words that are for us: outside threads, what does not name us.
    """
    where, once = place(activity), key(activity)
    names_us = any(_is_ours(activity, each) for each in _mentions(activity))
    words, called = _called(activity)
    words = _plain(words, names)
    lead = _COMMAND.match(words)
    if called or where.targeted or where.channel is None:
        return Typed(where, once, *_split(words[lead.end() :] if lead else words, prefix))
    if not (names_us or where.thread) or not words.strip():
        return None
    if lead is not None:
        return Typed(where, once, *_split(words[lead.end() :], prefix))
    return Said(where, once, words.strip(), names_us)


def _split(line: str, prefix: str) -> tuple[str, str]:
    """Cut a line into the command's word and the rest; an empty one asks for help.

    Lists of commands offer `care` and `care-report` too, as Slack has them: what follows the prefix
    is the command. So is what follows our name where it was typed without becoming a mention.
    """
    word, *rest = line.strip().removeprefix("/").split(maxsplit=1) or ["help"]
    behind = rest[0] if rest else ""
    if word.casefold().removeprefix("@") in {prefix, APP.casefold()}:
        word, *rest = behind.split(maxsplit=1) or ["help"]
        return word, rest[0] if rest else ""
    return word.removeprefix(f"{prefix}-"), behind


def _called(activity: JSON) -> tuple[str, bool]:
    """Return a message's text without the mention of us that opens it, and whether there is one."""
    text = _word(activity, "text").replace("&nbsp;", " ").lstrip()
    for mention in _mentions(activity):
        tag = _word(mention, "text")
        if tag and _is_ours(activity, mention) and text.startswith(tag):
            return text[len(tag) :].lstrip(_ADDRESSED), True
    return text, False


def _is_ours(activity: JSON, mention: JSON) -> bool:
    mentioned = _word(_object(mention, "mentioned"), "id")
    return bool(mentioned) and mentioned == _word(_object(activity, "recipient"), "id")


def _plain(marked: str, names: Mapping[str, str]) -> str:
    """Return what was typed: Teams marks whom it mentions, and writes some signs as entities."""
    words = _TAG.sub(lambda tag: f"@{names.get(tag[0], tag[1])}", marked)
    return html.unescape(words).replace("\u00a0", " ")


def _mentions(activity: JSON) -> list[JSON]:
    entities = activity.get("entities")
    found = entities if isinstance(entities, list) else []
    return [one for one in found if isinstance(one, dict) and one.get("type") == "mention"]


def _object(of: JSON, name: str) -> JSON:
    value: Any = of.get(name)
    return value if isinstance(value, dict) else {}


def _word(of: JSON, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""
