"""Who and what there is in the make-believe workspace before anything happens: frozen values."""

from dataclasses import dataclass, field

#: What a customer-care app asks for at its installation.
CARE_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "usergroups:read",
        "users:read",
    }
)
CARE_EVENTS = frozenset(
    {"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im"}
)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace, or a stranger of another one who sits in a shared room."""

    id: str
    name: str
    real_name: str
    tz: str = "Asia/Tokyo"
    locale: str = "en-US"
    is_bot: bool = False
    #: A guest.
    is_restricted: bool = False
    #: Of another workspace: that one's id.
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """A channel. Private ones exist only for their members."""

    id: str
    name: str
    members: frozenset[str] = frozenset()
    private: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class UserGroup:
    """People who can be named at once; some queues read their roles from it."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A message shortcut: a line of the menu beside every message."""

    callback_id: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class App:
    """One installed app: its secrets, what it may do and how it is reached.

    What an app's manifest says stands here as it was at the installation; `manifest` changes it.
    """

    id: str
    name: str
    bot_id: str
    bot_user: str
    bot_token: str
    app_token: str
    signing_secret: str
    scopes: frozenset[str] = CARE_SCOPES
    #: Subscribed events, by the names of the app's settings.
    events: frozenset[str] = CARE_EVENTS
    commands: frozenset[str] = frozenset({"/care", "/care-report"})
    shortcuts: tuple[Shortcut, ...] = ()
    #: Whether people have the app's Home tab, its Messages tab, and may write in that one.
    home_tab: bool = True
    messages_tab: bool = True
    messages_read_only: bool = False
    #: Where payloads are posted; None means Socket Mode.
    request_url: str | None = None
    #: Where an external select's options are asked for, over HTTP.
    options_url: str | None = None
    #: Changes the app's manifest: an app configuration token.
    config_token: str = "xoxe.xoxp-sandbox"  # noqa: S105  it opens this stand-in only


@dataclass(frozen=True, slots=True)
class Workspace:
    """The team, its people, its rooms and the one app in it."""

    team_id: str
    domain: str
    name: str
    app: App
    people: tuple[Person, ...]
    rooms: tuple[Room, ...]
    groups: tuple[UserGroup, ...] = field(default=())
