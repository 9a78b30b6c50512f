"""Slack's payloads as values: presses, slash commands, messages, shortcuts, views. Pure.

The vendor's JSON stops here. A payload without what its documentation promises is Unreadable.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from adapters.chat.slack.buttons import told_by
from adapters.chat.slack.writing import JSON
from chatops.errors import Unreadable

#: Gives a person's own name for a Slack user id, or None for a stranger.
NameOf = Callable[[str], str | None]

#: The names by which Slack calls our message shortcuts.
ADD_NOTE: Final = "add_note"
MAKE_TICKET: Final = "make_ticket"

_SIGN: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Place:
    """Who acted, and where: what an answer to that person alone needs.

    What is pressed in a view has no channel: `view` is the modal that it stands in, and `home` is
    set where the person works from their Home tab, which is published anew then.
    """

    user: str
    teams: frozenset[str]  #: the workspaces that the payload names
    channel: str | None
    thread: str | None = None  #: the first message of the thread where it happened
    trigger: str | None = None
    response_url: str | None = None
    view: str | None = None
    home: Mapping[str, str] | None = None  #: what the Home tab shows: `home`'s arguments


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button or chose from a menu."""

    place: Place
    key: str
    command: str
    ticket: int | None
    args: dict[str, str] = field(default_factory=dict)
    line: str | None = None  #: what had been typed, where the button is a yes to a question
    confirmed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody typed a command."""

    place: Place
    key: str
    command: str
    line: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote in a thread."""

    place: Place
    key: str
    text: str
    ts: str = ""  #: the message


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody chose a shortcut in the menu beside a message."""

    place: Place
    shortcut: str
    ts: str  #: of the message
    root: str  #: of the thread's first message, which may be that very one
    author: str | None  #: None where no person wrote it
    bot: str | None  #: the app that wrote it
    text: str


def press(body: JSON) -> Press:
    """Read a block_actions payload whose action is a button or the menu of a message."""
    action = body["actions"][0]
    option = action.get("selected_option") or action
    of_all, shared = told_by(action["action_id"])
    try:
        value = _Value.model_validate_json(option.get("value") or "")
        told = _TOLD.validate_json(shared) if shared else {}
    except ValidationError as error:
        raise Unreadable("a button's value is not ours") from error
    if (command := value.c or of_all) is None:
        raise Unreadable("a button's value names no command")
    place = place_of_press(body)
    shown = body.get("container", {}).get("message_ts") or body.get("view", {}).get("id", "")
    key = f"slack:{place.channel}:{shown}:{action['action_id']}:{place.user}:{action['action_ts']}"
    return Press(place, key, command, value.t, told | value.a, value.l, value.k)


class _Value(BaseModel):
    """What rides in a button; a button of another version may hold something else."""

    model_config = ConfigDict(strict=True, frozen=True)

    c: str | None = None  #: command; None: the menu's id says it
    t: int | None = None  #: ticket
    a: dict[str, str] = {}  #: its arguments
    l: str | None = None  # noqa: E741 - the line that was typed, where the button repeats one
    k: frozenset[str] = frozenset()  #: questions answered with yes


#: What all entries of a menu are told.
_TOLD: Final = TypeAdapter(dict[str, str], config=ConfigDict(strict=True))


def place_of_press(body: JSON) -> Place:
    container = body.get("container", {})
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    message = body.get("message") or {}
    thread = message.get("thread_ts") or container.get("thread_ts")
    view = body.get("view") or {}
    return Place(
        user=body["user"]["id"],
        teams=_teams(body),
        channel=channel,
        # A card names itself as its thread once it has replies, yet it stands in the room.
        thread=None if thread == message.get("ts") else thread,
        trigger=body.get("trigger_id"),
        response_url=body.get("response_url"),
        view=view["id"] if view.get("type") == "modal" else None,
        home=_home(view.get("private_metadata")),
    )


def place_in_view(
    body: JSON, channel: str | None, thread: str | None, home: Mapping[str, str] | None = None
) -> Place:
    """Return who acts in a form; where it was asked for stands in the view."""
    return Place(body["user"]["id"], _teams(body), channel, thread, home=home)


def place_of_home(body: JSON) -> Place:
    """Read an app_home_opened event: who has opened their Home tab."""
    teams = frozenset(team for team in [body.get("team_id")] if team)
    return Place(body["event"]["user"], teams, channel=None, home={})


def showing(home: Mapping[str, str] | None) -> str:
    """Return what a view carries to know that it is, or was opened from, a person's Home tab."""
    return "" if home is None else orjson.dumps({"o": dict(home)}).decode()


def _home(metadata: str | None) -> Mapping[str, str] | None:
    """Return what `showing` has put into a view, if anything."""
    read: JSON = orjson.loads(metadata) if metadata else {}
    shown: Mapping[str, str] | None = read.get("o")
    return shown


def chosen(body: JSON, name_of: NameOf) -> Chosen:
    """Read a message shortcut."""
    message = body["message"]
    place = Place(
        user=body["user"]["id"],
        teams=_teams(body),
        channel=body["channel"]["id"],
        trigger=body["trigger_id"],
        response_url=body["response_url"],
    )
    root = message.get("thread_ts") or message["ts"]
    words = _with_emoji(plain_words(message.get("text") or "", name_of), message)
    bot = message.get("bot_id")
    author = None if bot else message.get("user")
    return Chosen(place, body["callback_id"], message["ts"], root, author, bot, words)


def _teams(body: JSON) -> frozenset[str]:
    """Return the workspaces of a payload: the one that acts in it and the person's own."""
    named = [(body.get("team") or {}).get("id"), body.get("user", {}).get("team_id")]
    return frozenset(team for team in named if team)


def slash(body: JSON, prefix: str, name_of: NameOf) -> Typed:
    """Read a slash command: `/care close 42`, or `/care-report today` for `/care report today`."""
    name = body["command"].removeprefix("/")
    words = plain_words(body.get("text") or "", name_of)
    line = words if name == prefix else f"{name.removeprefix(f'{prefix}-')} {words}"
    place = Place(
        user=body["user_id"],
        teams=frozenset({body["team_id"]}),
        channel=body["channel_id"],
        trigger=body["trigger_id"],
        response_url=body["response_url"],
    )
    return Typed(place, f"slack:{body['trigger_id']}", *split(line))


def split(line: str) -> tuple[str, str]:
    """Cut a typed line into the command's word and the rest; an empty line asks for help."""
    word, *rest = line.strip().split(maxsplit=1) or ["help"]
    return word, rest[0] if rest else ""


def said(body: JSON, name_of: NameOf) -> Said | None:
    """Read a message event; None unless a person has written new words in a thread.

    Edits, deletions, joins and files without words have a subtype or no text; what an app wrote,
    ours too, has a bot_id. A text that came with a file has the subtype file_share.
    """
    event = body["event"]
    if event.get("subtype") not in {None, "file_share"} or event.get("bot_id"):
        return None
    thread = event.get("thread_ts")
    if not thread or thread == event["ts"] or not event.get("user"):
        return None
    words = _with_emoji(plain_words(event.get("text") or "", name_of), event)
    if not words.strip():
        return None
    return Said(_place_of_event(body), f"slack:{_once(body)}", words, event["ts"])


def deleted(body: JSON) -> tuple[str, str] | None:
    """Return the channel and the ts of a message that a message event says is gone.

    Of what has a thread, Slack keeps a tombstone in its place: a change, not a deletion.
    """
    event = body["event"]
    match event:
        case {"subtype": "message_deleted", "channel": channel, "deleted_ts": ts}:
            return str(channel), str(ts)
        case {
            "subtype": "message_changed",
            "channel": channel,
            "message": {"subtype": "tombstone", "ts": ts},
        }:
            return str(channel), str(ts)
        case _:
            return None


def mention(body: JSON, bot: str, name_of: NameOf) -> Typed | None:
    """Read `@bot close 42`; None where the bot is named otherwise than at the beginning."""
    event = body["event"]
    lead = re.match(rf"\s*<@{bot}(?:\|[^>]*)?>", event.get("text") or "")
    if lead is None or event.get("bot_id") or not event.get("user"):
        return None
    words = _with_emoji(plain_words(event["text"][lead.end() :], name_of), event)
    return Typed(_place_of_event(body), f"slack:{_once(body)}", *split(words))


def _once(body: JSON) -> str:
    """Return what stays the same when Slack delivers the event again."""
    return str(body["event"].get("client_msg_id") or body["event_id"])


def _place_of_event(body: JSON) -> Place:
    event = body["event"]
    # In a shared room the outer team is ours, and user_team is the writer's own.
    teams = {body.get("team_id"), event.get("user_team"), event.get("source_team")}
    thread = event.get("thread_ts")
    named = frozenset(team for team in teams if team)
    return Place(event["user"], named, event["channel"], thread)


def plain_words(marked: str, name_of: NameOf) -> str:
    """Return what a person typed: Slack marks people, rooms and links, and escapes `& < >`."""
    words = _SIGN.sub(lambda sign: _unmarked(sign, name_of), marked)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _with_emoji(words: str, event: JSON) -> str:
    """Write emoji as characters: Slack writes `:smile:` in a text, and in its blocks which it is.

    A customer would else get the code. Emoji of the workspace's own have no character and stay.
    """
    for element in _leaves(event.get("blocks") or []):
        if element.get("type") == "emoji" and (code := element.get("unicode")):
            tone = element.get("skin_tone")
            name = f":{element['name']}:" + (f":skin-tone-{tone}:" if tone else "")
            words = words.replace(name, "".join(chr(int(part, 16)) for part in code.split("-")))
    return words


def _leaves(elements: list[JSON]) -> Iterator[JSON]:
    for element in elements:
        yield element
        yield from _leaves(element.get("elements") or [])


def _unmarked(sign: re.Match[str], name_of: NameOf) -> str:
    kind, target, label = sign.groups()
    if kind == "@":
        return f"@{name_of(target) or label or target}"
    if kind == "#":
        return f"#{label or target}"
    if kind == "!":
        return label or f"@{target.partition('^')[0]}"
    # Slack makes a link of `example.com` and of an e-mail address: the label is what was typed.
    bare = target.partition(":")[2].removeprefix("//")
    if label is None or label == target:
        return target
    return label if label.rstrip("/") == bare.rstrip("/") else f"{label} ({target})"
