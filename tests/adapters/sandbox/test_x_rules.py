"""Every rule of X's stand-in is broken by a plain call, and with the rule off the call passes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest
from x_sandbox import CLIENT_SECRET, Sandbox, anyio_backend, sandbox  # noqa: F401

from adapters.sandbox.x import DOCUMENTED
from adapters.sandbox.x.limits import RATES, RULES, Rate
from adapters.sandbox.x.shapes import iso
from adapters.sandbox.x.world import id_at

pytestmark = pytest.mark.anyio

REDIRECT = "http://127.0.0.1:8080/callback"
_RECENT = "/2/tweets/search/recent"
#: RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass(frozen=True)
class Breach:
    call: Callable[[Sandbox], Awaitable[httpx.Response]]
    status: int
    says: str


async def _post(s: Sandbox, **body: object) -> httpx.Response:
    return await s.http.post("/2/tweets", json=body, headers=s.user)


async def _answer(s: Sandbox, post_id: str, text: str = "Hello!") -> httpx.Response:
    return await _post(s, text=text, reply={"in_reply_to_tweet_id": post_id})


async def too_long(s: Sandbox) -> httpx.Response:
    return await _post(s, text="あ" * 141)


async def duplicate(s: Sandbox) -> httpx.Response:
    await _post(s, text="We are open.")
    return await _post(s, text="We are open.")


async def not_summoned(s: Sandbox) -> httpx.Response:
    mika = s.cloud.hands.person("mika")
    other = s.cloud.hands.write(s.cloud.hands.person("ren"), "@mika look", "mention")
    answer = s.cloud.hands.write(mika, "nice", "reply", other.id)
    answer.text = "@ren nice"
    return await _answer(s, answer.id)


async def quoting(s: Sandbox) -> httpx.Response:
    post = s.cloud.hands.brand_writes("Sale")
    return await _post(s, text="See", quote_tweet_id=post.id)


async def to_deleted(s: Sandbox) -> httpx.Response:
    post = s.cloud.hands.write(s.cloud.hands.person("mika"), "help", "mention")
    s.cloud.hands.delete(post.id)
    return await _answer(s, post.id)


async def delete_others(s: Sandbox) -> httpx.Response:
    post = s.cloud.hands.write(s.cloud.hands.person("mika"), "help", "mention")
    return await s.http.delete(f"/2/tweets/{post.id}", headers=s.user)


async def hide_elsewhere(s: Sandbox) -> httpx.Response:
    post = s.cloud.hands.write(s.cloud.hands.person("mika"), "help", "mention")
    return await s.http.put(f"/2/tweets/{post.id}/hidden", json={"hidden": True}, headers=s.user)


async def _message(s: Sandbox, text: str, *, takes: bool = True) -> httpx.Response:
    mika = s.cloud.hands.person("mika", takes_messages=takes)
    path = f"/2/dm_conversations/with/{mika.id}/messages"
    return await s.http.post(path, json={"text": text}, headers=s.user)


async def long_message(s: Sandbox) -> httpx.Response:
    return await _message(s, "a" * 10_001)


async def closed_messages(s: Sandbox) -> httpx.Response:
    return await _message(s, "hi", takes=False)


async def unknown_field(s: Sandbox) -> httpx.Response:
    return await _post(s, text="hi", in_reply_to="1")


async def unknown_parameter(s: Sandbox) -> httpx.Response:
    return await s.http.get("/2/users/me?fields=name", headers=s.user)


async def big_page(s: Sandbox) -> httpx.Response:
    path = f"/2/users/{s.brand.id}/mentions?max_results=101"
    return await s.http.get(path, headers=s.user)


async def _search(s: Sandbox, query: str, **more: str) -> httpx.Response:
    asked = {"query": query, **more}
    return await s.http.get(_RECENT, params=asked, headers=s.user)


async def long_query(s: Sandbox) -> httpx.Response:
    return await _search(s, f"#{'a' * 512}")


async def old_place(s: Sandbox) -> httpx.Response:
    post = s.cloud.hands.write(s.cloud.hands.person("mika"), "#aozora", "post")
    await s.clock.turn(7 * 24 * 3_600 + 1)
    fresh, _ = s.cloud.grants.issue()
    s.user = {"authorization": f"Bearer {fresh}"}
    return await _search(s, "#aozora", since_id=post.id)


async def only_denied(s: Sandbox) -> httpx.Response:
    return await _search(s, "-#aozora is:reply")


async def two_bounds(s: Sandbox) -> httpx.Response:
    start = iso(s.clock.now() - 60)
    return await _search(s, "#aozora", since_id=id_at(s.clock.now() - 60), start_time=start)


async def app_for_user(s: Sandbox) -> httpx.Response:
    return await s.http.get("/2/users/me", headers=s.app)


async def user_for_app(s: Sandbox) -> httpx.Response:
    return await s.http.get("/2/webhooks", headers=s.user)


async def poor_scopes(s: Sandbox) -> httpx.Response:
    token, _ = s.cloud.grants.issue("tweet.read", "users.read")
    return await s.http.post(
        "/2/tweets", json={"text": "hi"}, headers={"authorization": f"Bearer {token}"}
    )


async def old_token(s: Sandbox) -> httpx.Response:
    await s.clock.turn(7_200)
    return await s.http.get("/2/users/me", headers=s.user)


async def code(s: Sandbox, redirect: str = REDIRECT) -> httpx.Response:
    return await s.http.get(
        "/i/oauth2/authorize",
        params={
            "response_type": "code",
            "client_id": "client-id",
            "redirect_uri": redirect,
            "scope": "tweet.read users.read offline.access",
            "state": "s1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        },
    )


async def exchange(s: Sandbox, verifier: str, *, wait: float = 0) -> httpx.Response:
    given = (await code(s)).headers["location"]
    await s.clock.turn(wait)
    return await s.http.post(
        "/2/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "code": httpx.URL(given).params["code"],
            "redirect_uri": REDIRECT,
            "code_verifier": verifier,
        },
        auth=("client-id", CLIENT_SECRET),
    )


async def old_code(s: Sandbox) -> httpx.Response:
    return await exchange(s, VERIFIER, wait=31)


async def wrong_verifier(s: Sandbox) -> httpx.Response:
    return await exchange(s, VERIFIER[::-1])


async def refresh(s: Sandbox, token: str, **kinds: object) -> httpx.Response:
    return await s.http.post(
        "/2/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": token, "client_id": "client-id"},
        **kinds,
    )


async def refresh_twice(s: Sandbox) -> httpx.Response:
    _, token = s.cloud.grants.issue()
    await refresh(s, token, auth=("client-id", CLIENT_SECRET))
    return await refresh(s, token, auth=("client-id", CLIENT_SECRET))


async def without_secret(s: Sandbox) -> httpx.Response:
    _, token = s.cloud.grants.issue()
    return await refresh(s, token)


async def foreign_redirect(s: Sandbox) -> httpx.Response:
    return await code(s, "http://127.0.0.1:9/other")


async def _subscribe(s: Sandbox, headers: dict[str, str], user_id: str = "") -> httpx.Response:
    return await s.http.post(
        "/2/activity/subscriptions",
        json={"event_type": "post.mention.create", "filter": {"user_id": user_id or s.brand.id}},
        headers=headers,
    )


async def private_by_app(s: Sandbox) -> httpx.Response:
    return await _subscribe(s, s.app)


async def too_many_subscriptions(s: Sandbox) -> httpx.Response:
    for _ in range(1_500):
        person = s.cloud.hands.person(f"p{len(s.cloud.world.people)}")
        asked = {"event_type": "post.create", "filter": {"user_id": person.id}}
        s.cloud.activity.subscribe(asked, s.cloud.grants.find(s.app["authorization"]))
    return await _subscribe(s, s.user)


async def subscribed_twice(s: Sandbox) -> httpx.Response:
    await _subscribe(s, s.user)
    return await _subscribe(s, s.user)


async def third_stream(s: Sandbox) -> httpx.Response:
    s.cloud.activity.open(None, None)
    s.cloud.activity.open(None, None)
    return await _stream(s)


async def _stream(s: Sandbox, query: str = "") -> httpx.Response:
    async with s.http.stream("GET", f"/2/activity/stream{query}", headers=s.app) as answer:
        if answer.status_code >= 400:
            await answer.aread()
        return answer


async def long_backfill(s: Sandbox) -> httpx.Response:
    return await _stream(s, "?backfill_minutes=6")


async def _hook(s: Sandbox, url: str) -> httpx.Response:
    return await s.http.post("/2/webhooks", json={"url": url}, headers=s.app)


async def wrong_crc(s: Sandbox) -> httpx.Response:
    s.receiver.secret = "somebody else's"
    return await _hook(s, s.receiver.url)


async def plain_http(s: Sandbox) -> httpx.Response:
    # The challenge is answered beforehand: only the address is at fault.
    s.cloud.webhooks._challenged = _always
    return await _hook(s, "http://care.example.com/in/x/aozora")


async def _always(_url: str) -> bool:
    return True


async def same_hook(s: Sandbox) -> httpx.Response:
    await _hook(s, s.receiver.url)
    return await _hook(s, s.receiver.url)


BREACHES = {
    "text_weight": Breach(too_long, 400, "Your Tweet text is too long"),
    "duplicate_content": Breach(duplicate, 403, "duplicate content"),
    "only_if_summoned": Breach(not_summoned, 403, "Reply to this conversation is not allowed"),
    "no_quoting": Breach(quoting, 403, "not permitted"),
    "reply_target_exists": Breach(to_deleted, 403, "deleted or not visible"),
    "delete_own_only": Breach(delete_others, 403, "not authorized to delete"),
    "hide_in_own_only": Breach(hide_elsewhere, 403, "not permitted"),
    "dm_text": Breach(long_message, 403, "max character limit"),
    "dm_open": Breach(closed_messages, 403, "do not have permission to DM"),
    "known_fields": Breach(unknown_field, 400, "additional properties"),
    "known_parameters": Breach(unknown_parameter, 400, "The query parameter [fields]"),
    "page_size": Breach(big_page, 400, "is not between 5 and 100"),
    "search_query": Breach(long_query, 400, "513 characters long, 512 are allowed"),
    "search_depth": Breach(old_place, 400, "'since_id' must be a tweet id created after"),
    "search_standalone": Breach(only_denied, 400, "at least one positive, standalone operator"),
    "search_bounds": Breach(two_bounds, 400, "in conjunction with 'start_time' or 'end_time'"),
    "user_token": Breach(app_for_user, 403, "problems/unsupported-authentication"),
    "app_token": Breach(user_for_app, 403, "problems/unsupported-authentication"),
    "scopes": Breach(poor_scopes, 403, "Forbidden"),
    "token_expires": Breach(old_token, 401, "Unauthorized"),
    "code_expires": Breach(old_code, 400, "Value passed for the token was invalid."),
    "pkce": Breach(wrong_verifier, 400, "Value passed for the token was invalid."),
    "refresh_once": Breach(refresh_twice, 400, "Value passed for the token was invalid."),
    "client_secret": Breach(without_secret, 401, "Missing valid authorization header"),
    "redirect_uri": Breach(foreign_redirect, 400, "redirect uri"),
    "private_events": Breach(private_by_app, 403, "own authorization"),
    "subscription_cap": Breach(too_many_subscriptions, 403, "maximum number of subscriptions"),
    "subscribed_once": Breach(subscribed_twice, 400, "exists already"),
    "stream_connections": Breach(third_stream, 429, "TooManyConnections"),
    "backfill": Breach(long_backfill, 400, "is not between 0 and 5"),
    "crc": Breach(wrong_crc, 400, "CrcValidationFailed"),
    "https_webhook": Breach(plain_http, 400, "UrlValidationFailed"),
    "webhook_once": Breach(same_hook, 400, "DuplicateUrlFailed"),
}


def test_every_rule_has_a_breach() -> None:
    assert set(BREACHES) == {rule.name for rule in RULES}


@pytest.mark.parametrize("name", BREACHES)
async def test_breaking_a_rule_gets_its_documented_error(name: str) -> None:
    breach = BREACHES[name]
    async with sandbox() as s:
        answer = await breach.call(s)
        assert (answer.status_code, breach.says in answer.text) == (breach.status, True), (
            answer.text
        )


@pytest.mark.parametrize("name", BREACHES)
async def test_with_the_rule_off_the_same_call_passes(name: str) -> None:
    async with sandbox(DOCUMENTED.without(name)) as s:
        answer = await BREACHES[name].call(s)
        assert answer.status_code < 400, answer.text


async def _call(s: Sandbox, rate: Rate) -> httpx.Response:
    """The endpoint's plainest good call."""
    headers = s.app if rate.per == "app" or "/activity/" in rate.path else s.user
    if (rate.method, rate.path) == ("POST", "/2/activity/subscriptions"):
        return await _subscribe(s, s.user)
    if rate.path == "/2/activity/stream":
        return await _stream(s)
    person = s.cloud.hands.person("mika")
    post = s.cloud.hands.brand_writes("Good morning")
    rude = s.cloud.hands.write(person, "rubbish", "reply", post.id)
    ids = {
        "/2/tweets/{id}": post.id,
        "/2/tweets/{id}/hidden": rude.id,
        "/2/users/{id}/mentions": s.brand.id,
        "/2/users/{id}/tweets": s.brand.id,
        "/2/dm_conversations/with/{id}/dm_events": person.id,
        "/2/dm_conversations/with/{id}/messages": person.id,
    }
    if rate.path == "/2/activity/subscriptions/{id}":
        made = await _subscribe(s, s.user)
        ids[rate.path] = made.json()["data"]["subscription"]["subscription_id"]
    if rate.path == "/2/webhooks/{id}":
        ids[rate.path] = await s.webhook()
    bodies: dict[tuple[str, str], dict[str, object]] = {
        ("POST", "/2/tweets"): {"text": "Good evening"},
        ("PUT", "/2/tweets/{id}/hidden"): {"hidden": True},
        ("POST", "/2/dm_conversations/with/{id}/messages"): {"text": "hi"},
        ("POST", "/2/webhooks"): {"url": s.receiver.url},
        ("PUT", "/2/activity/subscriptions/{id}"): {"tag": "new"},
    }
    queries = {("GET", "/2/tweets"): {"ids": post.id}, ("GET", _RECENT): {"query": "#aozora"}}
    return await s.http.request(
        rate.method,
        rate.path.replace("{id}", ids.get(rate.path, "")),
        json=bodies.get((rate.method, rate.path)),
        params=queries.get((rate.method, rate.path)),
        headers=headers,
    )


def _caller(s: Sandbox, rate: Rate) -> str:
    return s.brand.id if rate.per == "user" else "app"


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
async def test_one_call_too_many_is_429_until_the_window_ends(rate: Rate) -> None:
    async with sandbox() as s:
        s.cloud.meter.spend(rate.name, _caller(s, rate), rate.calls)
        answer = await _call(s, rate)
        assert answer.status_code == 429
        assert answer.json()["title"] == "Too Many Requests"
        assert answer.headers["x-rate-limit-remaining"] == "0"
        reset = int(answer.headers["x-rate-limit-reset"])
        assert s.clock.now() < reset <= s.clock.now() + rate.window + 1
    async with sandbox() as s:
        s.cloud.meter.spend(rate.name, _caller(s, rate), rate.calls)
        await s.clock.turn(rate.window)
        fresh, _ = s.cloud.grants.issue()
        s.user = {"authorization": f"Bearer {fresh}"}
        assert (await _call(s, rate)).status_code < 400


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
async def test_with_the_rate_off_it_passes(rate: Rate) -> None:
    async with sandbox(DOCUMENTED.without(rate.name)) as s:
        s.cloud.meter.spend(rate.name, _caller(s, rate), rate.calls)
        assert (await _call(s, rate)).status_code < 400


def test_an_unknown_limit_cannot_be_switched_off() -> None:
    with pytest.raises(ValueError, match="no such limit: tweet_weight"):
        DOCUMENTED.without("tweet_weight")
