"""The manifest, held to what Slack's manifest schema (version 2) documents; settings; finding."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from slack_sdk.web.async_client import AsyncWebClient
from slack_world import APP, world

from adapters import chat
from adapters.chat.slack.manifest import OPEN_EVENTS, SCOPES, manifest
from adapters.chat.slack.settings import Mode, Settings
from adapters.sandbox.slack.workspace import CARE_EVENTS, CARE_SCOPES

pytestmark = pytest.mark.anyio

#: Properties that the schema knows, by path; `*` is any item of a list.
KNOWN = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains"},
    "features.app_home": {
        "home_tab_enabled",
        "messages_tab_enabled",
        "messages_tab_read_only_enabled",
    },
    "features.bot_user": {"display_name", "always_online"},
    "features.shortcuts.*": {"name", "type", "callback_id", "description"},
    "features.slash_commands.*": {"command", "url", "description", "usage_hint", "should_escape"},
    "oauth_config": {"redirect_urls", "scopes", "token_management_enabled", "pkce_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        "allowed_ip_address_ranges",
        "event_subscriptions",
        "incoming_webhooks",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}
#: The longest that a text may be, by path.
LONGEST = {
    "display_information.name": 35,
    "display_information.description": 140,
    "features.bot_user.display_name": 80,
    "features.shortcuts.*.name": 24,
    "features.shortcuts.*.type": 24,
    "features.shortcuts.*.callback_id": 255,
    "features.shortcuts.*.description": 150,
    "features.slash_commands.*.command": 32,
    "features.slash_commands.*.url": 3_000,
    "features.slash_commands.*.description": 2_000,
    "features.slash_commands.*.usage_hint": 1_000,
    "oauth_config.scopes.bot.*": 50,
    "settings.event_subscriptions.request_url": 3_500,
    "settings.event_subscriptions.bot_events.*": 50,
    "settings.interactivity.request_url": 3_500,
    "settings.interactivity.message_menu_options_url": 3_500,
}


def faults(given: Any, path: str = "") -> list[str]:
    inner = f"{path}." if path else ""
    if isinstance(given, dict):
        unknown = [f"{inner}{name}" for name in given.keys() - KNOWN[path]]
        return unknown + [f for name, value in given.items() for f in faults(value, inner + name)]
    if isinstance(given, list):
        return [fault for value in given for fault in faults(value, f"{inner}*")]
    if isinstance(given, str) and not 1 <= len(given) <= LONGEST[path]:
        return [f"{path}: {len(given)} characters"]
    return []


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    ("mode", "url"), [(Mode.SOCKET, None), (Mode.HTTP, "https://care.example/")]
)
def test_manifest_is_what_slack_documents(mode: Mode, url: str | None, language: str) -> None:
    made = manifest(mode, language, "care", url)
    assert faults(made) == []
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is (mode is Mode.SOCKET)
    address = "https://care.example/slack/events" if url else None
    assert settings["interactivity"].get("request_url") == address
    assert settings["interactivity"].get("message_menu_options_url") == address
    assert settings["event_subscriptions"].get("request_url") == address
    assert [c.get("url") for c in made["features"]["slash_commands"]] == [address, address]
    assert [c["command"] for c in made["features"]["slash_commands"]] == ["/care", "/care-report"]


def test_scopes_are_few_and_each_has_its_reason() -> None:
    assert {scope.name for scope in SCOPES} <= CARE_SCOPES
    assert {*OPEN_EVENTS, *(event for scope in SCOPES for event in scope.events)} <= CARE_EVENTS
    assert all(scope.reason for scope in SCOPES)


async def test_stand_in_takes_the_manifest_and_gives_what_it_names(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        state = here.cloud.state
        configurer = AsyncWebClient(
            token=APP.config_token, base_url=f"{state.base_url}/api/", retry_handlers=[]
        )
        made = manifest(Mode.SOCKET, "ja", "care")
        await configurer.apps_manifest_update(app_id=APP.id, manifest=made)
        assert state.scopes == {scope.name for scope in SCOPES}
        assert [one.callback_id for one in state.app.shortcuts] == ["add_note", "make_ticket"]
        assert state.app.home_tab
        assert state.app.messages_read_only
        assert "app_home_opened" in state.app.events


def test_what_cannot_be_a_manifest_is_said() -> None:
    with pytest.raises(ValueError, match="--url"):
        manifest(Mode.HTTP, "en", "care")
    with pytest.raises(ValueError, match="32 characters"):
        manifest(Mode.SOCKET, "en", "c" * 25)


def test_settings_want_the_secret_of_their_mode() -> None:
    Settings(bot_token="xoxb", app_token="xapp")
    Settings(bot_token="xoxb", mode="http", signing_secret="s")
    with pytest.raises(ValidationError, match="SLACK_APP_TOKEN"):
        Settings(bot_token="xoxb")
    with pytest.raises(ValidationError, match="SLACK_SIGNING_SECRET"):
        Settings(bot_token="xoxb", mode="http")


def test_secrets_do_not_show() -> None:
    shown = repr(Settings(bot_token="xoxb-1", app_token="xapp-1", signing_secret="sign"))
    assert "xoxb-1" not in shown
    assert "xapp-1" not in shown
    assert "'sign'" not in shown


def test_slack_is_found_by_walking() -> None:
    assert chat.chats()["slack"] is Settings
    assert chat.opener("slack").__name__ == "open_chat"
