"""What X's stand-in tells of by webhook and stream, what it does not, and what polling finds."""

import asyncio
import base64
import hashlib
import hmac
import json

import pytest
from x_sandbox import CLIENT_SECRET, CONSUMER_SECRET, Sandbox, anyio_backend, sandbox  # noqa: F401

from adapters.sandbox.x.activity import EVENT_TYPES

pytestmark = pytest.mark.anyio


async def _listening(s: Sandbox) -> None:
    await s.subscribe(*sorted(EVENT_TYPES), webhook=await s.webhook())


async def _told(s: Sandbox) -> list[str]:
    """The types of the events that came since the last look."""
    await s.cloud.settled()
    types = [event["event_type"] for event in s.receiver.events]
    s.receiver.bodies.clear()
    return types


async def test_a_mention_comes_signed_in_the_documented_envelope() -> None:
    async with sandbox() as s:
        await _listening(s)
        mika = s.cloud.hands.person("mika", name="Mika", lang="ja", followers=97)
        post = s.cloud.hands.write(mika, "届きません <3 https://example.com/a")
        await s.cloud.settled()
        [body], [signature] = s.receiver.bodies, s.receiver.signatures
        mac = hmac.new(CONSUMER_SECRET.encode(), body, hashlib.sha256).digest()
        assert signature == "sha256=" + base64.b64encode(mac).decode()
        data = json.loads(body)["data"]
        assert set(data) == {"event_uuid", "filter", "event_type", "payload", "includes"}
        assert (data["event_type"], data["filter"]) == (
            "post.mention.create",
            {"user_id": s.brand.id},
        )
        payload = data["payload"]
        text = payload["text"]
        assert text.startswith("@aozora_outdoor 届きません &lt;3 https://t.co/")
        [mention], [url] = payload["entities"]["mentions"], payload["entities"]["urls"]
        assert text[mention["start"] : mention["end"]] == "@aozora_outdoor"
        assert text[url["start"] : url["end"]] == url["url"]
        assert url["expanded_url"] == "https://example.com/a"
        assert (payload["id"], payload["conversation_id"]) == (post.id, post.id)
        assert [user["username"] for user in data["includes"]["users"]] == [
            "mika",
            "aozora_outdoor",
        ]


async def test_only_what_x_pushes_is_pushed() -> None:
    async with sandbox() as s:
        await _listening(s)
        hands, mika, ren = s.cloud.hands, s.cloud.hands.person("mika"), s.cloud.hands.person("ren")
        ours = hands.brand_writes("Sale today")
        assert await _told(s) == ["post.create"]
        direct = hands.write(mika, "How long?", "reply", ours.id)
        assert await _told(s) == ["post.reply.create"]
        # An answer to oneself, or to another customer, is not pushed: polling must find it.
        deeper = hands.write(mika, "Hello?", "reply", direct.id)
        other = hands.write(ren, "Me too", "reply", direct.id)
        assert await _told(s) == []
        hands.write(ren, "@aozora_outdoor and me", "reply", direct.id)
        assert await _told(s) == ["post.mention.create"]
        hands.write(ren, "@aozora_outdoor how much?", "reply", ours.id)
        assert await _told(s) == ["post.mention.create", "post.reply.create"]
        hands.write(ren, "Nice", "quote", ours.id)
        assert await _told(s) == ["post.quote.create"]
        hands.delete(direct.id)
        assert await _told(s) == []
        hands.delete(ours.id)
        assert await _told(s) == ["post.delete"]
        found = await s.http.get(
            f"/2/users/{s.brand.id}/mentions",
            params={"since_id": direct.id, "max_results": 5},
            headers=s.user,
        )
        assert {deeper.id, other.id} <= {post["id"] for post in found.json()["data"]}


async def test_a_reply_comes_without_its_author() -> None:
    async with sandbox() as s:
        await _listening(s)
        ours = s.cloud.hands.brand_writes("Sale today")
        post = s.cloud.hands.write(s.cloud.hands.person("mika"), "How long?", "reply", ours.id)
        await s.cloud.settled()
        event = s.receiver.events[-1]
        assert event["includes"] == {}
        assert event["payload"]["author_id"] == post.author_id
        assert event["payload"]["in_reply_to_tweet_id"] == ours.id
        assert event["payload"]["in_reply_to_user_id"] == s.brand.id
        assert event["payload"]["display_text_range"] == [16, 25]
        assert event["payload"]["public_metrics"]["reply_count_str"] == "0"


async def test_direct_messages_may_come_several_in_one_event() -> None:
    async with sandbox() as s:
        await _listening(s)
        mika = s.cloud.hands.person("mika")
        sent = s.cloud.hands.message(mika, "Hi", "My order is late")
        s.cloud.hands.brand_messages(mika, "One moment")
        await s.cloud.settled()
        received, echo = s.receiver.events
        assert (received["event_type"], echo["event_type"]) == ("dm.received", "dm.sent")
        events = received["payload"]["direct_message_events"]
        assert [(e["id"], e["message_create"]["message_data"]["text"]) for e in events] == [
            (sent[0].id, "Hi"),
            (sent[1].id, "My order is late"),
        ]
        assert events[0]["message_create"]["target"] == {"recipient_id": s.brand.id}
        assert received["payload"]["users"][mika.id]["data"]["username"] == "mika"


async def test_revoking_kills_the_tokens_and_is_told_without_a_subscription() -> None:
    async with sandbox() as s:
        await s.subscribe("post.mention.create", webhook=await s.webhook())
        s.cloud.hands.revoke()
        await s.cloud.settled()
        [event] = s.receiver.events
        assert (event["event_type"], event["filter"]) == ("oauth.revoke", {})
        assert event["payload"]["user_id"] == s.brand.id
        assert (await s.http.get("/2/users/me", headers=s.user)).status_code == 401


async def _lines(s: Sandbox, count: int, query: str = "") -> list[dict]:
    events = []
    url = f"/2/activity/stream{query}"
    async with s.http.stream("GET", url, headers=s.app) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            if line:
                events.append(json.loads(line)["data"])
            if len(events) == count:
                break
    return events


async def _opened(s: Sandbox, streams: int = 1) -> None:
    while s.cloud.activity.open_streams != streams:  # noqa: ASYNC110 - the cloud has no event for it
        await asyncio.sleep(0)


async def test_an_open_stream_gets_every_event_beside_the_webhook() -> None:
    async with sandbox() as s:
        await _listening(s)
        reading = asyncio.create_task(_lines(s, 1))
        await _opened(s)
        s.cloud.hands.write(s.cloud.hands.person("mika"), "help")
        [event] = await reading
        await s.cloud.settled()
        assert s.receiver.events == [event]
        await _opened(s, 0)


async def test_a_stream_that_comes_back_asks_for_the_gap() -> None:
    async with sandbox() as s:
        await s.subscribe("post.mention.create")
        mika = s.cloud.hands.person("mika")
        s.cloud.hands.write(mika, "too old")
        await s.clock.turn(400)
        s.cloud.hands.write(mika, "missed")
        [event] = await _lines(s, 1, "?backfill_minutes=5")
        assert event["payload"]["text"] == "@aozora_outdoor missed"
        both = await _lines(s, 2, "?start_time=2026-09-21T14:00:00Z")
        assert [e["payload"]["text"].split()[-1] for e in both] == ["old", "missed"]
        await _opened(s, 0)
        [first] = await _lines(
            s, 1, "?start_time=2026-09-21T14:00:00Z&end_time=2026-09-21T14:14:00Z"
        )
        assert first["payload"]["text"].endswith("too old")


async def test_a_quiet_stream_is_kept_alive_and_can_be_dropped() -> None:
    async with sandbox() as s:
        async with s.http.stream("GET", "/2/activity/stream", headers=s.app) as answer:
            chunks = answer.aiter_raw()
            reading = asyncio.create_task(anext(chunks))
            await _opened(s)
            while not reading.done():
                await s.clock.turn(20)
            assert reading.result().startswith(b"\r\n")
            dropped = await s.http.post(
                str(s.http.base_url.copy_with(path="/dev/x/fault")), json={"kind": "stream_drop"}
            )
            assert dropped.json() == {"ok": True}
            assert [chunk async for chunk in chunks if chunk.strip()] == []
        assert s.cloud.activity.open_streams == 0


async def test_events_can_be_delivered_again_and_out_of_order() -> None:
    async with sandbox() as s:
        await _listening(s)
        mika = s.cloud.hands.person("mika")
        s.cloud.hands.write(mika, "one")
        s.cloud.hands.write(mika, "two")
        await s.cloud.settled()
        assert s.cloud.hands.redeliver(["post.mention.create"], reverse=True) == 2
        await s.cloud.settled()
        first, second, *again = s.receiver.events
        assert again == [second, first]


async def test_an_invalid_webhook_gets_nothing_until_it_is_checked_again() -> None:
    async with sandbox() as s:
        webhook = await s.webhook()
        await s.subscribe("post.mention.create", webhook=webhook)
        right, s.receiver.secret = s.receiver.secret, "wrong"
        checked = await s.http.put(f"/2/webhooks/{webhook}", headers=s.app)
        assert checked.json() == {"data": {"valid": False}}
        mika = s.cloud.hands.person("mika")
        s.cloud.hands.write(mika, "unheard")
        assert await _told(s) == []
        s.receiver.secret = right
        await s.http.put(f"/2/webhooks/{webhook}", headers=s.app)
        s.cloud.hands.write(mika, "heard")
        assert await _told(s) == ["post.mention.create"]


async def test_a_failed_delivery_is_not_repeated() -> None:
    async with sandbox() as s:
        await _listening(s)
        s.receiver.status = 500
        s.cloud.hands.write(s.cloud.hands.person("mika"), "help")
        await s.cloud.settled()
        assert [delivery.status for delivery in s.cloud.webhooks.deliveries] == [500]


async def test_subscriptions_are_listed_changed_and_removed() -> None:
    async with sandbox() as s:
        await s.subscribe("post.mention.create")
        [made] = s.cloud.activity.subscriptions
        webhook = await s.webhook()
        path = f"/2/activity/subscriptions/{made}"
        changed = await s.http.put(path, json={"webhook_id": webhook, "tag": "new"}, headers=s.app)
        assert changed.json()["data"]["subscription"]["tag"] == "new"
        s.cloud.hands.write(s.cloud.hands.person("mika"), "help")
        await s.cloud.settled()
        assert [event["tag"] for event in s.receiver.events] == ["new"]
        listed = await s.http.get("/2/activity/subscriptions", headers=s.app)
        assert listed.json()["meta"] == {"total_subscriptions": 1}
        removed = await s.http.delete(path, headers=s.app)
        assert removed.json() == {"data": {"deleted": True}, "meta": {"total_subscriptions": 0}}
        assert (await s.http.delete(path, headers=s.app)).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"event_type": "post.like", "filter": {"user_id": "1111111111111111111"}},
        {"event_type": "post.create", "filter": {"user_id": "404"}},
        {"event_type": "post.create"},
        {"event_type": "post.create", "filter": {"user_id": "1111111111111111111"}, "tag": ""},
        {
            "event_type": "post.create",
            "filter": {"user_id": "1111111111111111111"},
            "webhook_id": "404",
        },
    ],
)
async def test_a_malformed_subscription_is_refused(asked: dict[str, object]) -> None:
    async with sandbox() as s:
        answer = await s.http.post("/2/activity/subscriptions", json=asked, headers=s.app)
        assert answer.status_code == 400
        assert answer.json()["type"] == "https://api.x.com/2/problems/invalid-request"


async def test_a_subscription_to_messages_needs_their_scope() -> None:
    async with sandbox() as s:
        token, _ = s.cloud.grants.issue("tweet.read", "users.read")
        answer = await s.http.post(
            "/2/activity/subscriptions",
            json={"event_type": "dm.received", "filter": {"user_id": s.brand.id}},
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 403


async def test_a_deleted_webhook_is_gone() -> None:
    async with sandbox() as s:
        webhook = await s.webhook()
        listed = await s.http.get("/2/webhooks", headers=s.app)
        assert [hook["id"] for hook in listed.json()["data"]] == [webhook]
        assert (await s.http.delete(f"/2/webhooks/{webhook}", headers=s.app)).json() == {
            "data": {"deleted": True}
        }
        assert (await s.http.put(f"/2/webhooks/{webhook}", headers=s.app)).status_code == 404


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:1/hook", "CrcValidationFailed"),
        ("http://127.0.0.1:1/" + "a" * 200, "1 to 200 characters"),
        (None, "1 to 200 characters"),
        ("https://care.example.com:8443/in", "UrlValidationFailed"),
    ],
)
async def test_an_address_that_cannot_serve_is_not_registered(url: object, says: str) -> None:
    async with sandbox() as s:
        answer = await s.http.post("/2/webhooks", json={"url": url}, headers=s.app)
        assert (answer.status_code, says in answer.text) == (400, True)


async def test_a_receiver_that_answers_the_challenge_by_an_error_is_not_registered() -> None:
    async with sandbox() as s:
        url = s.receiver.url.replace("/hook", "/nowhere")
        answer = await s.http.post("/2/webhooks", json={"url": url}, headers=s.app)
        assert (answer.status_code, "CrcValidationFailed" in answer.text) == (400, True)


async def test_the_client_secret_may_answer_the_challenge_too() -> None:
    async with sandbox() as s:
        s.receiver.secret = CLIENT_SECRET
        assert await s.webhook()
