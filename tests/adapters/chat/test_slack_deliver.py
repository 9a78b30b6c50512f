"""What the outbox asks of Slack: posts, updates, look-ups, and what each failure means."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from slack_world import AOI, APP, BEN, HOME, ROOM, WORKSPACE, NoVault, World, a_card, world

from adapters.chat.slack import deliver
from adapters.chat.slack.chat import open_chat
from adapters.chat.slack.diagnose import diagnose
from adapters.chat.slack.settings import Settings
from adapters.chat.slack.web import Web
from adapters.sandbox.slack import Fault, Kind
from chatops import policy
from chatops.card import Button, Card, Paragraph
from chatops.errors import (
    Barred,
    CareError,
    ConfigError,
    Gone,
    InDoubt,
    MarkerSpent,
    Rejected,
    TryLater,
    Unreached,
)
from chatops.text import Mention, text

pytestmark = pytest.mark.anyio

MARKER = "0b8e7f1e-7d3c-4f57-9c53-6f1c3a9e2d10"


def around() -> tuple[datetime, datetime]:
    """Since when and until when the test's own posts were made: the stand-in's clock is real."""
    now = datetime.now(UTC)  # noqa: TID251 - the stand-in's messages are as old as the test
    return now - timedelta(minutes=1), now + timedelta(minutes=1)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        yield one


async def test_post_carries_its_marker_twice_and_unfurls_nothing(here: World) -> None:
    ts = await here.chat.post(HOME, a_card("hello <b>"), None, MARKER)
    (call,) = [call for call in here.cloud.calls if call.method == "chat.postMessage"]
    assert call.args["client_msg_id"] == MARKER
    assert call.args["metadata"] == {
        "event_type": "chatops",
        "event_payload": {"marker": MARKER},
    }
    assert (call.args["unfurl_links"], call.args["unfurl_media"]) == (False, False)
    message = here.cloud.state.message(ROOM, ts)
    assert message is not None
    assert message.text == "hello &lt;b&gt;"


async def test_same_marker_posted_again_is_the_same_message(here: World) -> None:
    first = await here.chat.post(HOME, a_card(), None, MARKER)
    assert await here.chat.post(HOME, a_card(), None, MARKER) == first


async def test_update_replaces_and_makes_the_menu_forget_a_choice(here: World) -> None:
    menu = (Button("read", text("t-claim")),)
    ts = await here.card(menu=menu)
    before = here.cloud.state.message(ROOM, ts).blocks[-1]["block_id"]
    await here.chat.update(HOME, ts, a_card("claimed", menu=menu, ticket=42))
    message = here.cloud.state.message(ROOM, ts)
    assert message.text == "claimed"
    assert message.blocks[-1]["block_id"] != before


async def test_people_with_a_slack_identity_are_mentioned_and_others_named(here: World) -> None:
    card = Card(
        push=text("t-by", who=Mention(1), where="here"),
        blocks=(Paragraph(text("t-by", who=Mention(5), where="here")),),
    )
    ts = await here.chat.post(HOME, card, None, MARKER)
    message = here.cloud.state.message(ROOM, ts)
    assert message.text.startswith(f"<@{AOI}> has it")
    words = [one["text"] for one in message.blocks[0]["elements"][0]["elements"]]
    assert "".join(words) == "Cleo has it, see here"
    assert [push.user for push in here.cloud.state.pushes] == [AOI]


@pytest.mark.parametrize("in_thread", [False, True])
async def test_post_is_found_by_its_marker_and_its_absence_is_certain(
    here: World, in_thread: bool
) -> None:
    thread = await here.card() if in_thread else None
    await here.chat.post(HOME, a_card("another"), thread, "another")
    ts = await here.chat.post(HOME, a_card(), thread, MARKER)
    assert await here.chat.find(HOME, thread, MARKER, *around()) == ts
    assert await here.chat.find(HOME, thread, "nowhere", *around()) is None
    # What is older than the attempt cannot be it.
    assert (
        await here.chat.find(HOME, thread, MARKER, around()[1], around()[1] + timedelta(minutes=30))
        is None
    )


async def test_url_leads_to_the_message(here: World) -> None:
    ts = await here.card()
    url = await here.chat.url(HOME, ts)
    assert url == f"https://aozora.slack.com/archives/{ROOM}/p{ts.replace('.', '')}"


def fault(kind: Kind, method: str = "chat.postMessage", **more: object) -> Fault:
    return Fault(method, kind, hold_s=5, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "on_post", "on_update"),
    [
        (Kind.BROKEN, InDoubt, Unreached),
        (Kind.HTML, InDoubt, Unreached),
        (Kind.RESET, InDoubt, Unreached),
        (Kind.RESET_AFTER, InDoubt, Unreached),
    ],
)
async def test_unknown_fate_is_in_doubt_for_a_post_and_harmless_for_an_update(
    here: World, kind: Kind, on_post: type[CareError], on_update: type[CareError]
) -> None:
    ts = await here.card()
    here.cloud.fault(fault(kind))
    with pytest.raises(on_post):
        await here.chat.post(HOME, a_card(), None, MARKER)
    here.cloud.fault(fault(kind, "chat.update"))
    with pytest.raises(on_update):
        await here.chat.update(HOME, ts, a_card())


async def test_silence_is_in_doubt_and_the_post_is_found(here: World) -> None:
    web: Web = here.chat._web
    await web.close()
    web.client.timeout = 0.2
    here.cloud.fault(fault(Kind.TIMEOUT_AFTER))
    with pytest.raises(InDoubt):
        await here.chat.post(HOME, a_card(), None, MARKER)
    web.client.timeout = 10
    assert await here.chat.find(HOME, None, MARKER, *around()) is not None


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("channel_not_found", Barred),
        ("is_archived", Barred),
        ("not_in_channel", Barred),
        ("invalid_auth", Barred),
        ("token_revoked", Barred),
        ("missing_scope", Barred),
        ("restricted_action_read_only_channel", Barred),
        ("restricted_action_thread_only_channel", Barred),
        ("accesslimited", Barred),
        ("two_factor_setup_required", Barred),
        ("not_allowed_token_type", Barred),
        ("enterprise_is_restricted", Barred),
        ("msg_too_long", Rejected),
        ("message_not_found", Gone),
        ("cant_update_message", Gone),
        ("thread_not_found", Gone),
        ("duplicate_message_not_found", MarkerSpent),
        ("ratelimited", TryLater),
        ("service_unavailable", Unreached),
        ("external_channel_migrating", Unreached),
        ("internal_error", InDoubt),
        ("fatal_error", InDoubt),
    ],
)
async def test_every_word_of_slacks_has_its_meaning(
    here: World, code: str, means: type[CareError]
) -> None:
    here.cloud.fault(fault(Kind.ERROR, error=code))
    with pytest.raises(CareError) as caught:
        await here.chat.post(HOME, a_card(), None, MARKER)
    assert type(caught.value) is means
    if isinstance(caught.value, Rejected):
        assert caught.value.code == code


@pytest.mark.parametrize(("code", "means"), [("is_inactive", Barred), ("update_failed", Unreached)])
async def test_word_that_only_an_update_gets_has_its_meaning(
    here: World, code: str, means: type[CareError]
) -> None:
    ts = await here.card()
    here.cloud.fault(fault(Kind.ERROR, "chat.update", error=code))
    with pytest.raises(CareError) as caught:
        await here.chat.update(HOME, ts, a_card())
    assert type(caught.value) is means


async def test_limit_says_how_long_to_wait(here: World) -> None:
    here.cloud.fault(fault(Kind.LIMITED, retry_after=12))
    with pytest.raises(TryLater) as caught:
        await here.chat.post(HOME, a_card(), None, MARKER)
    assert caught.value.seconds == 12


async def test_deleted_card_is_gone_and_a_room_without_us_refuses(here: World) -> None:
    ts = await here.card()
    await here.cloud.hands.delete(AOI, ROOM, ts)
    with pytest.raises(Gone):
        await here.chat.update(HOME, ts, a_card())
    elsewhere = policy.Room("elsewhere", "slack", "CELSEWHERE", "en", "UTC")
    with pytest.raises(Barred, match="not_in_channel"):
        await here.chat.post(elsewhere, a_card(), None, MARKER)


async def test_missing_scope_names_what_is_needed(here: World) -> None:
    here.cloud.state.scopes = frozenset()
    with pytest.raises(Barred, match="needs chat:write"):
        await here.chat.post(HOME, a_card(), None, MARKER)


async def test_nothing_listening_is_unreached(here: World) -> None:
    here.chat._web.client.base_url = "http://127.0.0.1:9/api/"
    with pytest.raises(Unreached):
        await here.chat.post(HOME, a_card(), None, MARKER)


async def test_limits_let_no_more_through_than_slack(here: World) -> None:
    limits = here.chat.limits
    assert limits.updates.calls + limits.updates.burst <= 50
    assert [cap.calls / cap.seconds for cap in limits.room] == [1]


@pytest.mark.parametrize(
    ("url", "development"),
    [("http://127.0.0.1:1/api/", False), ("https://example.org/api/", True), ("nonsense", True)],
)
def test_address_that_is_not_slacks_is_refused_by_check(url: str, development: bool) -> None:
    given = {"bot_token": "xoxb", "app_token": "xapp", "api_url": url}
    with pytest.raises(ValidationError, match="write "):
        Settings.model_validate(given, context={"development": development})


async def test_address_of_a_stand_in_stops_the_start(here: World) -> None:
    settings = Settings(bot_token="xoxb", app_token="xapp", api_url="http://127.0.0.1:1/api/")
    with pytest.raises(ConfigError, match=r"api_url: .*write https://slack\.com/api"):
        open_chat(settings, here.desk, here.reader, NoVault(), here.chat._words, development=False)


async def test_doctor_finds_all_well(here: World) -> None:
    found = await here.chat.diagnose(datetime.now(UTC))  # noqa: TID251
    assert [one.what for one in found if not one.ok] == []
    assert len(found) == 6


async def test_doctor_names_what_is_wrong_and_the_remedy(here: World) -> None:
    here.cloud.state.scopes = APP.scopes - {"commands"}
    here.cloud.state.change_room(WORKSPACE.rooms[0], members=frozenset({AOI}))
    here.cloud.state.change_room(WORKSPACE.rooms[1], archived=True)
    later = datetime.now(UTC) + timedelta(minutes=10)  # noqa: TID251
    wrong = [one for one in await here.chat.diagnose(later) if not one.ok]
    assert [one.what.split(" (")[0] for one in wrong] == [
        "the scope commands is missing",
        f"this machine's clock is {wrong[1].what.split()[4]} s off Slack's",
        "the bot is not in room care",
        "room leads",
    ]
    assert all(one.remedy for one in wrong)
    here.cloud.state.revoked = True
    (only,) = await here.chat.diagnose(later)
    assert only.what == "Slack refuses the bot token: token_revoked"


async def test_doctor_tells_another_workspace_and_a_slack_that_is_away(here: World) -> None:
    now = datetime.now(UTC)  # noqa: TID251
    other = here.chat._settings.model_copy(update={"team": "T9"})
    web, policy, words = here.chat._web, here.desk.policy, here.chat._words
    found = await diagnose(web, other, policy, words, now)
    assert found[0].what == "the bot token is of workspace T1, app.yaml says T9"
    here.cloud.fault(Fault("conversations.info", Kind.BROKEN))
    here.cloud.fault(Fault("blocks.validate", Kind.BROKEN))
    wrong = [one.what for one in await here.chat.diagnose(now) if not one.ok]
    assert [what.split(":")[0] for what in wrong] == [
        "room care (CROOM)",
        "Slack could not check a card",
    ]
    here.cloud.fault(Fault("blocks.validate", Kind.ERROR, error="invalid_blocks"))
    (refused,) = [one.what for one in await here.chat.diagnose(now) if not one.ok]
    assert refused.startswith("Slack refuses our cards: invalid_blocks")
    web.client.base_url = "http://127.0.0.1:9/api/"
    (away,) = await here.chat.diagnose(now)
    assert away.what == "Slack cannot be reached: ClientConnectorError"


async def test_search_reads_on_until_the_post_is_found_or_certainly_not_there(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_PAGE", 1)
    for number in range(3):
        await here.chat.post(HOME, a_card(), None, f"m{number}")
    assert await here.chat.find(HOME, None, "m0", *around()) is not None
    assert await here.chat.find(HOME, None, "m99", *around()) is None


@pytest.mark.parametrize("in_thread", [False, True])
async def test_what_was_written_after_the_attempt_makes_no_search_longer(
    here: World, monkeypatch: pytest.MonkeyPatch, in_thread: bool
) -> None:
    thread = await here.card() if in_thread else None
    ts = await here.chat.post(HOME, a_card(), thread, MARKER)
    until = datetime.fromtimestamp(float(ts), UTC) + timedelta(microseconds=10)
    for number in range(4):
        await here.cloud.hands.say(BEN, ROOM, f"later {number}", thread)
    monkeypatch.setattr(deliver, "_PAGE", 2)
    assert await here.chat.find(HOME, thread, MARKER, around()[0], until) == ts
    method = "conversations.replies" if in_thread else "conversations.history"
    assert here.outcomes(method) == ["ok"]
