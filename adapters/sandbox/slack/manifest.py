"""apps.manifest.*: an app's settings as one JSON text, checked and put into force.

Whoever holds the app configuration token changes with it what the app is: its commands, message
shortcuts, events, App Home and scopes. A changed scope needs a new installation in Slack; here the
administrator agrees at once. How payloads travel (socket or address) is not taken from it: the
addresses of a manifest are the internet's, and `SlackCloud.point_at` knows the right ones.
"""

from dataclasses import replace

from adapters.sandbox.slack.checks import (
    Check,
    Inspection,
    boolean,
    each,
    integer,
    one_of,
    shape,
    string,
    url,
    whatever,
)
from adapters.sandbox.slack.method import Args, Method
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import State
from adapters.sandbox.slack.workspace import App, Shortcut

_TEXT = string()
_ADDRESS = url("url")
_SHORTCUT = shape(
    {
        "name!": string("shortcut_name"),
        "type!": one_of("message", "global"),
        "callback_id!": string("callback_id"),
        "description!": string("shortcut_about"),
    }
)
_COMMAND = shape(
    {
        "command!": string("command_name"),
        "description!": _TEXT,
        "usage_hint": _TEXT,
        "url": _ADDRESS,
        "should_escape": boolean,
    }
)
_FEATURES = {
    "app_home": shape(
        {
            "home_tab_enabled": boolean,
            "messages_tab_enabled": boolean,
            "messages_tab_read_only_enabled": boolean,
        }
    ),
    "bot_user": shape({"display_name!": _TEXT, "always_online": boolean}),
    "shortcuts": each(_SHORTCUT, "shortcuts"),
    "slash_commands": each(_COMMAND),
    "unfurl_domains": each(_TEXT),
}
_SETTINGS = {
    "allowed_ip_address_ranges": each(_TEXT),
    "event_subscriptions": shape(
        {
            "request_url": _ADDRESS,
            "bot_events": each(_TEXT),
            "user_events": each(_TEXT),
            "metadata_subscriptions": each(whatever),
        }
    ),
    "incoming_webhooks": whatever,
    "interactivity": shape(
        {
            "is_enabled!": boolean,
            "request_url": _ADDRESS,
            "message_menu_options_url": _ADDRESS,
        }
    ),
    "org_deploy_enabled": boolean,
    "socket_mode_enabled": boolean,
    "token_rotation_enabled": boolean,
}
#: Of the schema, what an app without workflows or agents can say.
MANIFEST: Check = shape(
    {
        "_metadata": shape({"major_version": integer, "minor_version": integer}),
        "display_information!": shape(
            {
                "name!": string("app_name"),
                "description": _TEXT,
                "long_description": _TEXT,
                "background_color": _TEXT,
            }
        ),
        "features": shape(_FEATURES),
        "oauth_config": shape(
            {
                "redirect_urls": each(_ADDRESS),
                "scopes": shape({"bot": each(_TEXT), "user": each(_TEXT)}),
                "token_management_enabled": boolean,
                "pkce_enabled": boolean,
            }
        ),
        "settings": shape(_SETTINGS),
    }
)


def validate(state: State, args: Args) -> JSON:
    _checked(state, args)
    return {}


def update(state: State, args: Args) -> JSON:
    """Put a manifest into force; it replaces every setting that it could name."""
    if args.needed("app_id") != state.app.id:
        raise Refused("invalid_app_id")
    given = _checked(state, args)
    scopes = frozenset(_at(given, "oauth_config", "scopes").get("bot", ()))
    changed = scopes != state.scopes
    state.app, state.scopes = _installed(state.app, given), scopes
    state.changed()
    return {"app_id": state.app.id, "permissions_updated": changed}


def _installed(app: App, given: JSON) -> App:
    features = _at(given, "features")
    home = _at(features, "app_home")
    events = _at(given, "settings", "event_subscriptions").get("bot_events", ())
    return replace(
        app,
        name=given["display_information"]["name"],
        events=frozenset(events),
        commands=frozenset(one["command"] for one in features.get("slash_commands", ())),
        shortcuts=tuple(
            Shortcut(one["callback_id"], one["name"], one["description"])
            for one in features.get("shortcuts", ())
            if one["type"] == "message"
        ),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", False),
        messages_read_only=home.get("messages_tab_read_only_enabled", False),
    )


def _checked(state: State, args: Args) -> JSON:
    given = args.structured("manifest", "invalid_manifest")
    look = Inspection(state.limits)
    MANIFEST(look, "", given)
    if isinstance(given, dict):
        settings = _at(given, "settings")
        events = _at(settings, "event_subscriptions")
        if events.get("bot_events") and not (
            events.get("request_url") or settings.get("socket_mode_enabled")
        ):
            where = "/settings/event_subscriptions"
            words = "Event Subscription requires either Request URL or Socket Mode Enabled"
            look.fault("manifest_address", where, words)
    if not isinstance(given, dict) or look.faults:
        errors = [{"message": message, "pointer": pointer} for pointer, message in look.faults]
        raise Refused("invalid_manifest", errors=errors)
    return given


def _at(given: JSON, *path: str) -> JSON:
    """The object at a path, or an empty one where nothing is there."""
    for name in path:
        value = given.get(name)
        given = value if isinstance(value, dict) else {}
    return given


METHODS = (
    Method("apps.manifest.validate", validate, 3, caller="config"),
    Method("apps.manifest.update", update, 1, caller="config"),
)
