"""The make-believe world that the sandbox opens with: a shop, its team, its rooms and accounts.

Everything here is invented. Ids, tokens and secrets are constants, so that the configuration of
the service under trial can be written from them; they open nothing but these stand-ins.
"""

from adapters.sandbox.slack.workspace import App, Person, Room, UserGroup, Workspace

#: Where the service under trial posts to the networks' webhooks, and who it is there.
X_HANDLE = "aozora_outdoor"
CHIRP_ACCOUNT = "aozora"

BEN = Person("U01BEN", "Ben Carter", "Ben Carter", "Asia/Tokyo", "en-GB")
AOI = Person("U02AOI", "伊藤 葵", "伊藤 葵 (Aoi Ito)", "Asia/Tokyo", "ja-JP")
MAYA = Person("U03MAYA", "Maya Lind", "Maya Lind", "Asia/Tokyo", "en-GB")
KEN = Person("U04KEN", "佐藤 健", "佐藤 健 (Ken Sato)", "Asia/Tokyo", "ja-JP")
GUEST = Person("U05GUEST", "Robin Vale", "Robin Vale", "Europe/London", "en-GB", is_restricted=True)
STRANGER = Person(
    "U06STRANGER", "Sam Field", "Sam Field", "Europe/London", "en-GB", team_id="T02OTHER"
)
BOT = Person("U00CARE", "Care", "Care", "Asia/Tokyo", "en-US", is_bot=True)

#: Who the page lets one be, with the word for what they do in each of its languages.
SEATS: dict[str, dict[str, str]] = {
    BEN.id: {"en": "Agent", "ja": "担当"},
    AOI.id: {"en": "Agent", "ja": "担当"},
    MAYA.id: {"en": "Lead", "ja": "リーダー"},
    KEN.id: {"en": "Manager", "ja": "マネージャー"},
}

_TEAM = {BOT.id, BEN.id, AOI.id, MAYA.id, KEN.id}

CARE_GLOBAL = Room("C01GLOBAL", "care-global", frozenset(_TEAM | {GUEST.id, STRANGER.id}))
CARE_JAPAN = Room("C02JAPAN", "care-japan", frozenset(_TEAM))
CARE_ESCALATION = Room("C03ESCALATION", "care-escalation", frozenset(_TEAM))
CARE_LEADS = Room("C04LEADS", "care-leads", frozenset({BOT.id, MAYA.id, KEN.id}), private=True)
CARE_MANAGERS = Room(
    "C05MANAGERS", "care-managers", frozenset({BOT.id, MAYA.id, KEN.id}), private=True
)

CARE_APP = App(
    id="A01CARE",
    name=BOT.name,
    bot_id="B01CARE",
    bot_user=BOT.id,
    bot_token="xoxb-sandbox-care",  # noqa: S106  it opens this stand-in only
    app_token="xapp-sandbox-care",  # noqa: S106  likewise
    signing_secret="sandbox-signing-secret",  # noqa: S106  likewise
)

WORKSPACE = Workspace(
    team_id="T01AOZORA",
    domain="aozora-outdoor",
    name="Aozora Outdoor",
    app=CARE_APP,
    people=(BOT, BEN, AOI, MAYA, KEN, GUEST, STRANGER),
    rooms=(CARE_GLOBAL, CARE_JAPAN, CARE_ESCALATION, CARE_LEADS, CARE_MANAGERS),
    groups=(
        UserGroup("S01LEADS", "care-leads", "Care leads", (MAYA.id,)),
        UserGroup("S02MANAGERS", "care-managers", "Care managers", (KEN.id,)),
    ),
)
