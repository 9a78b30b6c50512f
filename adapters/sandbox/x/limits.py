"""X's rules as one table: what each allows, over which time, and where X says so.

A test breaks each rule by a plain HTTP call, and another shows that the same call passes once the
rule is off; so a rule that nobody enforces, or that something else hides, turns a test red.
"""

from dataclasses import dataclass, replace
from typing import Literal

#: Whose calls a rate counts: one person's token, the app's own token, or the app with all tokens.
Per = Literal["user", "app", "everyone"]

_QUARTER = 15 * 60
_DAY = 24 * 60 * 60
_RATES = "docs.x.com/x-api/fundamentals/rate-limits"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `calls` of one endpoint within `window` seconds, counted from the first call."""

    name: str
    method: str
    path: str
    per: Per
    calls: int
    window: int
    source: str = _RATES


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is no rate; `value` is its number in the unit that `means` names, if it has one."""

    name: str
    means: str
    source: str
    value: int = 0


RATES = (
    Rate("me", "GET", "/2/users/me", "user", 75, _QUARTER),
    Rate("post_app", "GET", "/2/tweets/{id}", "app", 450, _QUARTER),
    Rate("post_user", "GET", "/2/tweets/{id}", "user", 900, _QUARTER),
    Rate("posts_app", "GET", "/2/tweets", "app", 3_500, _QUARTER),
    Rate("posts_user", "GET", "/2/tweets", "user", 5_000, _QUARTER),
    Rate("mentions_app", "GET", "/2/users/{id}/mentions", "app", 450, _QUARTER),
    Rate("mentions_user", "GET", "/2/users/{id}/mentions", "user", 300, _QUARTER),
    Rate("timeline_app", "GET", "/2/users/{id}/tweets", "app", 10_000, _QUARTER),
    Rate("timeline_user", "GET", "/2/users/{id}/tweets", "user", 900, _QUARTER),
    Rate("search_app", "GET", "/2/tweets/search/recent", "app", 450, _QUARTER),
    Rate("search_user", "GET", "/2/tweets/search/recent", "user", 300, _QUARTER),
    Rate("create_post_user", "POST", "/2/tweets", "user", 100, _QUARTER),
    Rate("create_post_day", "POST", "/2/tweets", "everyone", 10_000, _DAY),
    Rate("delete_post", "DELETE", "/2/tweets/{id}", "user", 50, _QUARTER),
    Rate("hide_reply", "PUT", "/2/tweets/{id}/hidden", "user", 50, _QUARTER),
    Rate("dm_events", "GET", "/2/dm_events", "user", 15, _QUARTER),
    Rate("dm_with", "GET", "/2/dm_conversations/with/{id}/dm_events", "user", 15, _QUARTER),
    Rate("dm_send", "POST", "/2/dm_conversations/with/{id}/messages", "user", 15, _QUARTER),
    Rate("dm_send_day", "POST", "/2/dm_conversations/with/{id}/messages", "everyone", 1_440, _DAY),
    Rate("stream_connects", "GET", "/2/activity/stream", "app", 450, _QUARTER),
    Rate("subscribe", "POST", "/2/activity/subscriptions", "everyone", 500, _QUARTER),
    Rate("subscriptions_list", "GET", "/2/activity/subscriptions", "everyone", 500, _QUARTER),
    Rate("subscription_put", "PUT", "/2/activity/subscriptions/{id}", "everyone", 500, _QUARTER),
    Rate("unsubscribe", "DELETE", "/2/activity/subscriptions/{id}", "everyone", 500, _QUARTER),
    Rate("webhook_create", "POST", "/2/webhooks", "app", 450, _QUARTER),
    Rate("webhook_list", "GET", "/2/webhooks", "app", 450, _QUARTER),
    Rate("webhook_check", "PUT", "/2/webhooks/{id}", "app", 450, _QUARTER),
    Rate("webhook_delete", "DELETE", "/2/webhooks/{id}", "app", 450, _QUARTER),
)

_OPENAPI = "api.x.com/2/openapi.json 2.167"
_OAUTH = "docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code"
_POSTS = "docs.x.com/x-api/posts/manage-tweets/introduction"
_HIDE = "docs.x.com/x-api/posts/hide-replies/quickstart"
_HOOKS = "docs.x.com/x-api/webhooks/introduction"
_SEARCH = "docs.x.com/x-api/posts/search/introduction"
_QUERY = "docs.x.com/x-api/posts/search/integrate/build-a-query"
_ACTIVITY = "docs.x.com/x-api/activity/introduction"

RULES = (
    Rule("text_weight", "weighted characters in a post", "docs.x.com counting-characters", 280),
    Rule("duplicate_content", "the same words to the same post's author, seconds", _POSTS, _DAY),
    Rule("only_if_summoned", "a reply needs a mention or quote by that post's author", _POSTS),
    Rule(
        "no_quoting", "quote posts left the self-serve plans on 2026-04-20", "docs.x.com/changelog"
    ),
    Rule("reply_target_exists", "a deleted post cannot be answered", _POSTS),
    Rule("delete_own_only", "only one's own post can be deleted", _POSTS),
    Rule("hide_in_own_only", "only replies in one's own conversations can be hidden", _HIDE),
    Rule("dm_text", "characters in a direct message", "developer.x.com direct-messages", 10_000),
    Rule("dm_open", "the recipient must take direct messages", "docs.x.com direct-messages/manage"),
    Rule("known_fields", "a body holds only the named fields", _OPENAPI),
    Rule("known_parameters", "a query holds only the named parameters", _OPENAPI),
    Rule("page_size", "max_results stays within the endpoint's bounds", _OPENAPI),
    Rule("search_query", "characters in a search query, self-serve", _SEARCH, 512),
    Rule("search_depth", "seconds that recent search reaches back", _SEARCH, 7 * _DAY),
    Rule("search_standalone", "a query needs a clause that is not denied and no `is:`", _QUERY),
    Rule("search_bounds", "since_id or until_id, or times: not both", "reported by clients"),
    Rule("user_token", "some endpoints act for a person and refuse the app's token", _OPENAPI),
    Rule("app_token", "some endpoints belong to the app and refuse a person's token", _OPENAPI),
    Rule("scopes", "a token does only what it was granted for", _OPENAPI),
    Rule("token_expires", "seconds that an access token lives", _OAUTH, 7_200),
    Rule("code_expires", "seconds that an authorization code lives", _OAUTH, 30),
    Rule("pkce", "the code's verifier must hash to its challenge", _OAUTH),
    Rule("refresh_once", "a refresh token works once and is replaced", _OAUTH),
    Rule("client_secret", "a confidential client proves itself by HTTP Basic", _OAUTH),
    Rule("redirect_uri", "the redirect address is one of the app's own", _OAUTH),
    Rule("private_events", "mentions, replies, quotes and messages need their owner", _ACTIVITY),
    Rule("subscription_cap", "subscriptions of a self-serve app", _ACTIVITY, 1_500),
    Rule("subscribed_once", "one subscription for an event type and account", _ACTIVITY),
    Rule("stream_connections", "streams open at once", _RATES, 2),
    Rule("backfill", "minutes that a stream can fetch again", _OPENAPI, 5),
    Rule("crc", "seconds for a right answer to the challenge", _HOOKS, 10),
    Rule("https_webhook", "https without a port; this sandbox lets loopback pass", _HOOKS),
    Rule("webhook_once", "an address is registered once", _HOOKS),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules in force."""

    rates: tuple[Rate, ...]
    rules: tuple[Rule, ...]

    def without(self, *names: str) -> "Limits":
        """The same rules but for these; a name that is none is a mistake of the caller's."""
        known = {rate.name for rate in self.rates} | {rule.name for rule in self.rules}
        unknown = set(names) - known
        if unknown:
            raise ValueError(f"no such limit: {', '.join(sorted(unknown))}")
        return replace(
            self,
            rates=tuple(rate for rate in self.rates if rate.name not in names),
            rules=tuple(rule for rule in self.rules if rule.name not in names),
        )

    def on(self, name: str) -> bool:
        return any(rule.name == name for rule in self.rules)

    def value(self, name: str) -> float:
        """The rule's number, without bound when the rule is off."""
        return next((rule.value for rule in self.rules if rule.name == name), float("inf"))


DOCUMENTED = Limits(RATES, RULES)
