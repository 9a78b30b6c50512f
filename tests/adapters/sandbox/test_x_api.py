"""X's stand-in as a plain client sees it: OAuth, look-ups, writing, prices, trouble, hands."""

import httpx
import pytest
from test_x_rules import CHALLENGE, REDIRECT, VERIFIER, exchange, refresh
from x_sandbox import CLIENT_SECRET, Sandbox, anyio_backend, sandbox  # noqa: F401

from adapters.sandbox.faults import KINDS, Fault

pytestmark = pytest.mark.anyio


def _dev(s: Sandbox, name: str) -> str:
    return str(s.http.base_url.copy_with(path=f"/dev/x/{name}"))


async def test_the_dance_gives_tokens_that_rotate() -> None:
    async with sandbox() as s:
        first = (await exchange(s, VERIFIER)).json()
        assert (first["expires_in"], first["scope"]) == (
            7_200,
            "offline.access tweet.read users.read",
        )
        me = await s.http.get(
            "/2/users/me", headers={"authorization": f"Bearer {first['access_token']}"}
        )
        assert me.json() == {
            "data": {
                "id": s.brand.id,
                "name": "Aozora Outdoor",
                "username": "aozora_outdoor",
            }
        }
        basic = ("client-id", CLIENT_SECRET)
        second = (await refresh(s, first["refresh_token"], auth=basic)).json()
        assert second["refresh_token"] != first["refresh_token"]
        assert (await refresh(s, second["refresh_token"], auth=basic)).status_code == 200


async def test_a_public_client_proves_itself_by_pkce_alone() -> None:
    async with sandbox(client_secret=None) as s:
        _, token = s.cloud.grants.issue()
        assert (await refresh(s, token)).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("response_type", "token"),
        ("client_id", "another"),
        ("scope", "tweet.read moon.write"),
        ("scope", ""),
        ("state", ""),
        ("code_challenge", ""),
        ("code_challenge_method", "plain"),
    ],
)
async def test_a_malformed_authorization_is_refused(name: str, value: str) -> None:
    asked = {
        "response_type": "code",
        "client_id": "client-id",
        "redirect_uri": REDIRECT,
        "scope": "tweet.read",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    async with sandbox() as s:
        answer = await s.http.get("/i/oauth2/authorize", params=asked | {name: value})
        assert answer.status_code == 400


async def test_a_revoked_token_is_dead_and_a_foreign_app_gets_none() -> None:
    async with sandbox() as s:
        access, _ = s.cloud.grants.issue()
        revoked = await s.http.post(
            "/2/oauth2/revoke", data={"token": access}, auth=("client-id", CLIENT_SECRET)
        )
        assert revoked.json() == {"revoked": True}
        me = await s.http.get("/2/users/me", headers={"authorization": f"Bearer {access}"})
        assert me.status_code == 401
        foreign = await s.http.post(
            "/oauth2/token", data={"grant_type": "client_credentials"}, auth=("a", "b")
        )
        assert foreign.status_code == 403


async def test_a_reply_is_where_the_customer_sees_it_and_told_as_ours() -> None:
    async with sandbox() as s:
        await s.subscribe("post.create", webhook=await s.webhook())
        post = s.cloud.hands.write(s.cloud.hands.person("mika"), "help")
        answer = await s.http.post(
            "/2/tweets",
            json={"text": "On it! https://example.com", "reply": {"in_reply_to_tweet_id": post.id}},
            headers=s.user,
        )
        assert answer.status_code == 201
        ours = answer.json()["data"]["id"]
        shown = s.cloud.hands.state()["posts"][-1]
        assert (shown["id"], shown["text"], shown["reply_to"], shown["conversation_id"]) == (
            ours,
            "On it! https://example.com",
            post.id,
            post.id,
        )
        await s.cloud.settled()
        assert [event["payload"]["id"] for event in s.receiver.events] == [ours]
        assert s.cloud.meter.calls[-1].dollars == 0.20


async def test_look_ups_speak_the_words_they_are_asked_in() -> None:
    async with sandbox() as s:
        ours = s.cloud.hands.brand_writes("Sale")
        post = s.cloud.hands.write(s.cloud.hands.person("mika"), "How long?", "reply", ours.id)
        old = await s.http.get(
            f"/2/tweets/{post.id}",
            params={
                "tweet.fields": "conversation_id,created_at",
                "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id",
                "user.fields": "public_metrics",
            },
            headers=s.user,
        )
        body = old.json()
        assert body["data"] == {
            "id": post.id,
            "text": "@aozora_outdoor How long?",
            "edit_history_tweet_ids": [post.id],
            "author_id": post.author_id,
            "conversation_id": ours.id,
            "created_at": "2026-09-21T14:13:20.000Z",
            "referenced_tweets": [{"type": "replied_to", "id": ours.id}],
        }
        users = {
            user["username"]: user["public_metrics"]["followers_count"]
            for user in body["includes"]["users"]
        }
        assert users == {"mika": 12, "aozora_outdoor": 5_502}
        assert [tweet["text"] for tweet in body["includes"]["tweets"]] == ["Sale"]
        new = await s.http.get(
            "/2/tweets",
            params={
                "ids": f"{post.id},404",
                "post.fields": "public_metrics",
                "expansions": "referenced_posts,author_id",
                "user.fields": "public_metrics",
            },
            headers=s.app,
        )
        [data], [error] = new.json()["data"], new.json()["errors"]
        assert data["referenced_posts"] == [{"type": "replied_to", "id": ours.id}]
        assert data["edit_history_post_ids"] == [post.id]
        assert "repost_count" in data["public_metrics"]
        assert "post_count" in new.json()["includes"]["users"][0]["public_metrics"]
        assert [p["id"] for p in new.json()["includes"]["posts"]] == [ours.id]
        assert error["type"] == "https://api.x.com/2/problems/resource-not-found"


async def test_mentions_come_in_pages_newest_first() -> None:
    async with sandbox() as s:
        mika = s.cloud.hands.person("mika")
        ids = [s.cloud.hands.write(mika, f"number {n}").id for n in range(12)]
        path, params = f"/2/users/{s.brand.id}/mentions", {"max_results": 5}
        seen, token = [], None
        while token or not seen:
            page = await s.http.get(
                path,
                params=params | ({"pagination_token": token} if token else {}),
                headers=s.user,
            )
            seen += [post["id"] for post in page.json()["data"]]
            token = page.json()["meta"].get("next_token")
        assert seen == ids[::-1]
        nothing = await s.http.get(path, params={"since_id": ids[-1]}, headers=s.user)
        assert nothing.json() == {"meta": {"result_count": 0}}
        assert nothing.headers["x-rate-limit-limit"] == "300"
        for wrong in ({"since_id": "x"}, {"pagination_token": "zz"}, {"start_time": "noon"}):
            assert (await s.http.get(path, params=wrong, headers=s.user)).status_code == 400


async def test_our_own_posts_can_be_looked_up_after_an_unknown_outcome() -> None:
    async with sandbox() as s:
        post = s.cloud.hands.write(s.cloud.hands.person("mika"), "help")
        s.cloud.hands.fault(Fault("timeout_after", "POST", "/2/tweets"))
        asked = {"text": "Hello", "reply": {"in_reply_to_tweet_id": post.id}}
        with pytest.raises(httpx.ReadTimeout):
            await s.http.post("/2/tweets", json=asked, headers=s.user, timeout=0.2)
        found = await s.http.get(
            f"/2/users/{s.brand.id}/tweets",
            params={
                "start_time": "2026-09-21T14:13:00Z",
                "end_time": "2026-09-21T14:14:00Z",
                "tweet.fields": "referenced_tweets",
            },
            headers=s.user,
        )
        [ours] = found.json()["data"]
        assert ours["text"] == "@mika Hello"
        assert ours["referenced_tweets"] == [{"type": "replied_to", "id": post.id}]


async def test_messages_are_sent_and_looked_up() -> None:
    async with sandbox() as s:
        mika = s.cloud.hands.person("mika")
        s.cloud.hands.message(mika, "Hi & hello")
        sent = await s.http.post(
            f"/2/dm_conversations/with/{mika.id}/messages", json={"text": "Hello"}, headers=s.user
        )
        assert sent.status_code == 201
        conversation = sent.json()["data"]["dm_conversation_id"]
        smaller, greater = conversation.split("-")
        assert int(smaller) < int(greater)
        params = {
            "dm_event.fields": "sender_id,created_at,dm_conversation_id",
            "expansions": "sender_id",
            "max_results": 1,
        }
        page = await s.http.get("/2/dm_events", params=params, headers=s.user)
        [newest] = page.json()["data"]
        assert (newest["text"], newest["sender_id"]) == ("Hello", s.brand.id)
        older = await s.http.get(
            f"/2/dm_conversations/with/{mika.id}/dm_events",
            params=params | {"pagination_token": page.json()["meta"]["next_token"]},
            headers=s.user,
        )
        assert older.json()["data"][0]["text"] == "Hi &amp; hello"
        assert older.json()["includes"]["users"][0]["username"] == "mika"


async def test_reads_are_paid_once_a_day() -> None:
    async with sandbox() as s:
        s.cloud.hands.write(s.cloud.hands.person("mika"), "help")
        path = f"/2/users/{s.brand.id}/mentions"
        for _ in range(2):
            await s.http.get(path, headers=s.user)
        assert [call.dollars for call in s.cloud.meter.calls] == [0.001, 0]
        assert s.cloud.meter.dollars == pytest.approx(0.001)
        told = (await s.http.get(_dev(s, "calls"))).json()
        assert [(call["method"], call["status"]) for call in told["calls"]] == [("GET", 200)] * 2


@pytest.mark.parametrize("kind", KINDS)
async def test_trouble_is_made_once_and_work_is_done_or_not(kind: str) -> None:
    async with sandbox() as s:
        made = await s.http.post(
            _dev(s, "fault"), json={"kind": kind, "method": "POST", "path": "/2/tweets"}
        )
        assert made.json() == {"ok": True}
        status = None
        try:
            answer = await s.http.post(
                "/2/tweets", json={"text": "hi"}, headers=s.user, timeout=0.2
            )
            status = answer.status_code
        except (httpx.TimeoutException, httpx.RemoteProtocolError, httpx.ReadError):
            pass
        assert status == {"429": 429, "500": 500, "503html": 503}.get(kind)
        written = [post.text for post in s.cloud.world.posts.values()]
        done = kind in {"timeout_after", "reset_after", "reset_midway", "drip"}
        assert written == (["hi"] if done else [])
        assert s.cloud.meter.calls[-1].fault == kind
        assert (await s.http.get("/2/users/me", headers=s.user)).status_code == 200


async def test_hands_by_http() -> None:
    async with sandbox() as s:
        written = await s.http.post(
            _dev(s, "write"), json={"as": "mika", "text": "助けて", "lang": "ja", "name": "ミカ"}
        )
        post = written.json()["id"]
        for name, asked in (
            ("write", {"as": "mika", "text": ["one", "two"], "kind": "dm"}),
            ("write", {"as": "ren", "text": "me too", "kind": "reply", "to_post": post}),
            ("brand_writes", {"text": "Hello", "to_post": post}),
            ("brand_writes", {"text": "psst", "to": "mika"}),
            ("delete", {"id": post}),
            ("redeliver", {"last": 1}),
            ("revoke", {}),
        ):
            answer = await s.http.post(_dev(s, name), json=asked)
            assert answer.status_code == 200, answer.text
        state = (await s.http.get(_dev(s, "state"))).json()
        assert [(p["author"], p["text"], p["deleted"]) for p in state["posts"]] == [
            ("mika", "", True),
            ("ren", "me too", False),
            ("aozora_outdoor", "Hello", False),
        ]
        assert [(d["author"], d["to"], d["text"]) for d in state["dms"]] == [
            ("mika", "aozora_outdoor", "one"),
            ("mika", "aozora_outdoor", "two"),
            ("aozora_outdoor", "mika", "psst"),
        ]
        assert {p["handle"]: p["name"] for p in state["people"]} == {"mika": "ミカ", "ren": "ren"}


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("write", {"as": "mika", "text": "hi", "kind": "shout"}),
        ("write", {"as": "mika", "text": ""}),
        ("write", {"as": "not a handle", "text": "hi"}),
        ("write", {"text": "hi"}),
        ("write", {"as": "mika", "text": "hi", "kind": "reply", "to_post": "404"}),
        ("brand_writes", {"text": "hi", "to": "nobody"}),
        ("brand_writes", {"text": "hi", "to_post": "404"}),
        ("delete", {"id": "404"}),
        ("fault", {"kind": "plague"}),
        ("fault", {"kind": "500", "times": 0}),
        ("fault", {"kind": "500", "when": "now"}),
        ("write", ["mika"]),
    ],
)
async def test_hands_refuse_what_makes_no_sense(name: str, asked: object) -> None:
    async with sandbox() as s:
        answer = await s.http.post(_dev(s, name), json=asked)
        assert (answer.status_code, list(answer.json())) == (400, ["error"])


@pytest.mark.parametrize("body", ["{", "[]", '{"text": " "}', '{"text": 1}'])
async def test_a_malformed_post_is_refused(body: str) -> None:
    async with sandbox() as s:
        answer = await s.http.post("/2/tweets", content=body, headers=s.user)
        assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Request")


async def test_a_call_without_a_token_is_unauthorized() -> None:
    async with sandbox() as s:
        answer = await s.http.get("/2/users/me")
        assert answer.json() == {
            "title": "Unauthorized",
            "type": "about:blank",
            "status": 401,
            "detail": "Unauthorized",
        }


async def _token(s: Sandbox, **form: str) -> httpx.Response:
    return await s.http.post("/2/oauth2/token", data=form, auth=("client-id", CLIENT_SECRET))


async def test_what_the_token_endpoint_refuses() -> None:
    async with sandbox() as s:
        code = s.cloud.grants.authorize(
            {
                "response_type": "code",
                "client_id": "client-id",
                "redirect_uri": REDIRECT,
                "scope": "tweet.read",
                "state": "s",
                "code_challenge": CHALLENGE,
                "code_challenge_method": "S256",
            }
        )
        asked = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
        elsewhere = await _token(s, **asked, redirect_uri="http://127.0.0.1:9/other")
        assert elsewhere.json() == {
            "error": "invalid_request",
            "error_description": "Value passed for the token was invalid.",
        }
        # A code is spent by the attempt.
        assert (await _token(s, **asked, redirect_uri=REDIRECT)).status_code == 400
        assert (await _token(s, grant_type="password")).json()["error"] == "unsupported_grant_type"
        app = await s.http.post(
            "/oauth2/token",
            data={"grant_type": "password"},
            auth=("consumer-key", "consumer-secret"),
        )
        assert app.json()["error"] == "unsupported_grant_type"
        odd = await s.http.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            headers={"authorization": "Basic !"},
        )
        assert odd.status_code == 403
        assert (
            await s.http.get("/2/users/me", headers={"authorization": "Basic abc"})
        ).status_code == 401


async def test_a_public_client_still_names_itself() -> None:
    async with sandbox(client_secret=None) as s:
        answer = await s.http.post("/2/oauth2/token", data={"grant_type": "refresh_token"})
        assert answer.json()["error_description"] == "Missing required parameter [client_id]."


async def test_a_token_without_offline_access_is_not_renewed() -> None:
    async with sandbox() as s:
        connected = await s.http.post(_dev(s, "connect"), json={"scopes": ["tweet.read"]})
        assert connected.json()["refresh_token"] == ""
        whole = await s.http.post(_dev(s, "connect"), json={})
        assert whole.json()["refresh_token"]


@pytest.mark.parametrize(
    ("method", "path", "asked", "status"),
    [
        ("GET", "/2/tweets?ids=one", None, 400),
        ("GET", "/2/users/me?max_results=1", None, 400),
        ("DELETE", "/2/tweets/404", None, 404),
        ("POST", "/2/tweets", {"text": "a", "reply": {"in_reply_to_tweet_id": "404"}}, 400),
        ("POST", "/2/tweets", {"text": "a", "reply": "404"}, 400),
        ("POST", "/2/dm_conversations/with/404/messages", {"text": "a"}, 400),
        ("POST", "/2/dm_conversations/with/1111111111111111111/messages", {}, 400),
        ("GET", "/2/dm_events?max_results=x", None, 400),
    ],
)
async def test_what_cannot_be_asked_is_a_problem(
    method: str, path: str, asked: object, status: int
) -> None:
    async with sandbox() as s:
        answer = await s.http.request(method, path, json=asked, headers=s.user)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_look_ups_of_what_is_not_there_answer_200_with_errors() -> None:
    async with sandbox() as s:
        for path in ("/2/tweets/404", "/2/users/404/mentions"):
            answer = await s.http.get(path, headers=s.user)
            assert (answer.status_code, list(answer.json())) == (200, ["errors"])


async def test_a_timeline_can_leave_out_replies_and_bring_people() -> None:
    async with sandbox() as s:
        post = s.cloud.hands.write(s.cloud.hands.person("mika"), "help")
        s.cloud.hands.brand_writes("Hello", post.id)
        path = f"/2/users/{s.brand.id}/tweets"
        assert (await s.http.get(path, params={"exclude": "replies"}, headers=s.user)).json() == {
            "meta": {"result_count": 0}
        }
        full = await s.http.get(
            path,
            params={"expansions": "in_reply_to_user_id,entities.mentions.username"},
            headers=s.user,
        )
        [reply] = full.json()["data"]
        assert reply["in_reply_to_user_id"] == post.author_id
        assert [user["username"] for user in full.json()["includes"]["users"]] == ["mika"]


async def test_a_handle_is_cut_like_x_cuts_it() -> None:
    async with sandbox() as s:
        post = s.cloud.hands.write(s.cloud.hands.person("mika"), "a@aozora_outdoor.example hi")
        assert post.text == "@aozora_outdoor a@aozora_outdoor.example hi"
