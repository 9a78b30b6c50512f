"""The make-believe world that the sandbox opens with: a shop, its team, its rooms and accounts.

Everything here is invented. Ids, tokens and secrets are constants, so that the configuration of
the service under trial can be written from them; they open nothing but these stand-ins.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.sandbox import teams, x
from adapters.sandbox.clock import Clock
from adapters.sandbox.network import Network
from adapters.sandbox.shop import Shop
from adapters.sandbox.slack import App, Person, Room, Shortcut, UserGroup, Workspace

BEN = Person("U01BEN", "ben", "Ben Carter", "Asia/Tokyo", "en-GB")
AOI = Person("U02AOI", "aoi", "伊藤 葵", "Asia/Tokyo", "ja-JP")
MAYA = Person("U03MAYA", "maya", "Maya Lind", "Asia/Tokyo", "en-GB")
KEN = Person("U04KEN", "ken", "佐藤 健", "Asia/Tokyo", "ja-JP")
GUEST = Person("U05GUEST", "robin", "Robin Vale", "Europe/London", "en-GB", is_restricted=True)
STRANGER = Person("U06STRANGER", "sam", "Sam Field", "Europe/London", "en-GB", team_id="T02OTHER")
BOT = Person("U00CARE", "care", "Care", "Asia/Tokyo", "en-US", is_bot=True)

_TEAM = {BOT.id, BEN.id, AOI.id, MAYA.id, KEN.id}

CARE_GLOBAL = Room("C01GLOBAL", "care-global", frozenset(_TEAM | {GUEST.id, STRANGER.id}))
CARE_JAPAN = Room("C02JAPAN", "care-japan", frozenset(_TEAM))
CARE_ESCALATION = Room("C03ESCALATION", "care-escalation", frozenset(_TEAM))
_HEADS = frozenset({BOT.id, MAYA.id, KEN.id})
CARE_LEADS = Room("C04LEADS", "care-leads", _HEADS, private=True)
CARE_MANAGERS = Room("C05MANAGERS", "care-managers", _HEADS, private=True)
CARE_LEADS_JAPAN = Room("C06LEADSJAPAN", "care-leads-jp", _HEADS, private=True)
CARE_MANAGERS_JAPAN = Room("C07MANAGERSJAPAN", "care-managers-jp", _HEADS, private=True)


CARE_APP = App(
    id="A01CARE",
    name=BOT.real_name,
    bot_id="B01CARE",
    bot_user=BOT.id,
    bot_token="xoxb-sandbox-care",  # noqa: S106  it opens this stand-in only
    app_token="xapp-sandbox-care",  # noqa: S106  likewise
    signing_secret="sandbox-signing-secret",  # noqa: S106  likewise
    shortcuts=(
        Shortcut("add_note", "Add note", "Keep this message as a note on a ticket"),
        Shortcut("make_ticket", "Make a ticket of this", "Open a ticket from this message"),
    ),
)

WORKSPACE = Workspace(
    team_id="T01AOZORA",
    domain="aozora-outdoor",
    name="Aozora Outdoor",
    app=CARE_APP,
    people=(BOT, BEN, AOI, MAYA, KEN, GUEST, STRANGER),
    rooms=(
        CARE_GLOBAL,
        CARE_JAPAN,
        CARE_ESCALATION,
        CARE_LEADS,
        CARE_MANAGERS,
        CARE_LEADS_JAPAN,
        CARE_MANAGERS_JAPAN,
    ),
    groups=(
        UserGroup("S01LEADS", "care-leads", "Care leads", (MAYA.id,)),
        UserGroup("S02MANAGERS", "care-managers", "Care managers", (KEN.id,)),
    ),
)

#: The same shop in Microsoft Teams; another tenant is where its supplier's people are.
TENANT = "a0a0a0a0-0000-4000-8000-000000000001"
OTHER_TENANT = "b0b0b0b0-0000-4000-8000-000000000002"

TEAMS_BEN = teams.Person(
    "a0a0a0a0-0000-4000-8000-0000000000b1",
    "29:1BenCarterSandbox",
    "Ben Carter",
    "ben.carter@aozora.example",
    TENANT,
    locale="en-GB",
)
TEAMS_AOI = teams.Person(
    "a0a0a0a0-0000-4000-8000-0000000000a2",
    "29:1ItoAoiSandbox",
    "伊藤 葵",
    "aoi.ito@aozora.example",
    TENANT,
    locale="ja-JP",
)
TEAMS_MAYA = teams.Person(
    "a0a0a0a0-0000-4000-8000-0000000000c3",
    "29:1MayaLindSandbox",
    "Maya Lind",
    "maya.lind@aozora.example",
    TENANT,
    locale="en-GB",
)
TEAMS_KEN = teams.Person(
    "a0a0a0a0-0000-4000-8000-0000000000d4",
    "29:1SatoKenSandbox",
    "佐藤 健",
    "ken.sato@aozora.example",
    TENANT,
    locale="ja-JP",
)
TEAMS_GUEST = teams.Person(
    "a0a0a0a0-0000-4000-8000-0000000000e5",
    "29:1RobinValeSandbox",
    "Robin Vale",
    "robin.vale@agency.example",
    TENANT,
    guest=True,
    locale="en-GB",
)
TEAMS_STRANGER = teams.Person(
    "b0b0b0b0-0000-4000-8000-0000000000f6",
    "29:1SamFieldSandbox",
    "Sam Field",
    "sam.field@supplier.example",
    OTHER_TENANT,
    locale="en-GB",
)

_EMPLOYEES = frozenset({TEAMS_BEN.id, TEAMS_AOI.id, TEAMS_MAYA.id, TEAMS_KEN.id})

TEAMS_GLOBAL = teams.Channel("19:c01global0000000000000000000000a1@thread.tacv2", "Care Global")
TEAMS_JAPAN = teams.Channel(
    "19:c02japan00000000000000000000000b2@thread.tacv2", "Care Japan", members=_EMPLOYEES
)
TEAMS_MANAGERS = teams.Channel(
    "19:c05managers000000000000000000000c5@thread.tacv2",
    "Care Managers",
    private=True,
    members=frozenset({TEAMS_MAYA.id, TEAMS_KEN.id}),
)

ORGANISATION = teams.Organisation(
    tenant=TENANT,
    name=WORKSPACE.name,
    app_id="ca5e0000-0000-4000-8000-00000000ca5e",
    secret="sandbox-teams-secret",  # noqa: S106  it opens this stand-in only
    people=(TEAMS_BEN, TEAMS_AOI, TEAMS_MAYA, TEAMS_KEN, TEAMS_GUEST, TEAMS_STRANGER),
    team=teams.Team(
        "19:c00general000000000000000000000a0@thread.tacv2",
        WORKSPACE.name,
        "a0a0a0a0-0000-4000-8000-000000000a0a",
    ),
    channels=(TEAMS_GLOBAL, TEAMS_JAPAN, TEAMS_MANAGERS),
    bot_name=BOT.real_name,
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person whom the page lets one be, in Slack and in Teams."""

    person: Person
    in_teams: teams.Person
    #: What they do, in the page's languages.
    title: Mapping[str, str]
    #: The room and the channel that their day begins in.
    home: Room
    channel: teams.Channel


SEATS = (
    Seat(BEN, TEAMS_BEN, {"en": "Agent", "ja": "担当"}, CARE_GLOBAL, TEAMS_GLOBAL),
    Seat(AOI, TEAMS_AOI, {"en": "Agent", "ja": "担当"}, CARE_JAPAN, TEAMS_JAPAN),
    Seat(MAYA, TEAMS_MAYA, {"en": "Lead", "ja": "リーダー"}, CARE_LEADS, TEAMS_GLOBAL),
    Seat(KEN, TEAMS_KEN, {"en": "Manager", "ja": "マネージャー"}, CARE_MANAGERS, TEAMS_MANAGERS),
)

#: The shop's own account on X, which the service answers as.
X_BRAND = x.Person("1000000001", "aozora_outdoor", "Aozora Outdoor", 48_200)

X_APP = x.App(
    id="27000001",
    client_id="sandbox-x-client",
    client_secret="sandbox-x-client-secret",  # noqa: S106  it opens this stand-in only
    consumer_key="sandbox-x-consumer",
    consumer_secret="sandbox-x-consumer-secret",  # noqa: S106  likewise
    redirect_uris=("http://127.0.0.1/connected",),
)


def x_world() -> x.XWorld:
    """A make-believe X on which nobody but the shop has an account yet."""
    return x.XWorld(brand=X_BRAND, app=X_APP)


#: The shop's account on the make-believe network, and what opens and signs for it.
CHIRP_ACCOUNT = "aozora"
CHIRP_TOKEN = "sandbox-chirp-token"  # noqa: S105  it opens this stand-in only
CHIRP_SECRET = "sandbox-chirp-secret"  # noqa: S105  likewise


def chirp(clock: Clock) -> Network:
    """A make-believe network on which nobody but the shop has an account yet."""
    return Network(
        clock, account=CHIRP_ACCOUNT, name=WORKSPACE.name, token=CHIRP_TOKEN, secret=CHIRP_SECRET
    )


#: The shop's own site, a source by the webhook, and what signs both ways there.
SHOP_ACCOUNT = "shop"
SHOP_SECRET = "sandbox-shop-secret-of-over-thirty-two-letters"  # noqa: S105 - make-believe


def shop(clock: Clock) -> Shop:
    """The shop's own site, where nobody has written yet."""
    return Shop(clock, account=SHOP_ACCOUNT, name=WORKSPACE.name, secret=SHOP_SECRET)
