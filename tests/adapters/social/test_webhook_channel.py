"""What the webhook's channel does beyond the contract."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from aiohttp import web
from pydantic import ValidationError
from social.case import body_of, edited
from social.kept import NOW, Clock
from social.webhook_case import (
    CASE,
    EXPECTED,
    SECRET,
    Forum,
    far,
    outgoing,
    settings,
    sign,
)

from adapters.sandbox.loopback import serving
from adapters.social import webhook
from adapters.social.webhook.wire import MOST
from chatops.channel import Message
from chatops.errors import InDoubt, Rejected, Unauthentic, Unreadable, Unsupported
from chatops.event import Kind
from tests.calling import client

pytestmark = pytest.mark.anyio
BATCH = body_of("webhook", "batch")
NEW = "the-new-secret-of-thirty-two-chars!"


def channel(
    given: webhook.Settings | None = None, http: httpx.AsyncClient | None = None
) -> webhook.WebhookChannel:
    return webhook.WebhookChannel("forum", given or CASE.settings, http, Clock())


def first(**change: object) -> bytes:
    """The batch with something changed in its first event; None takes a key away."""

    def run(whole: dict) -> None:
        event = {**whole["events"][0], **change}
        whole["events"][0] = {key: value for key, value in event.items() if value is not None}

    return edited(BATCH, run)


# --- in


def test_both_secrets_are_taken_while_one_is_replaced():
    replacing = channel(webhook.Settings(secret=NEW, old_secret=SECRET))
    for secret in (SECRET, NEW):
        replacing.verify(sign(BATCH, NOW, secret), BATCH, NOW)
    replaced = channel(webhook.Settings(secret=NEW))
    with pytest.raises(Unauthentic):
        replaced.verify(sign(BATCH, NOW), BATCH, NOW)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_not_stale(seconds):
    channel().verify(sign(BATCH, NOW + timedelta(seconds=seconds)), BATCH, NOW)


@pytest.mark.parametrize("secret", ["", "short", "x" * 31])
@pytest.mark.parametrize("key", ["secret", "old_secret"])
def test_a_secret_that_could_be_guessed_is_refused_and_not_shown(key, secret):
    with pytest.raises(ValidationError, match="make a secret with") as caught:
        webhook.Settings.model_validate({"secret": SECRET, key: secret})
    assert not secret or repr(secret) not in str(caught.value)


def test_the_same_person_of_two_sources_is_two_customers():
    other = webhook.WebhookChannel("app", CASE.settings, None, Clock())
    authors = [each.parse(BATCH)[0].author.external_id for each in (channel(), other)]
    assert authors == ["forum:u1", "app:u1"]


def test_nobody_is_offered_a_reply_that_the_source_takes_nowhere():
    inbound = channel(settings(None)).parse(BATCH)
    written = [each for each in EXPECTED["batch"] if isinstance(each, Message)]
    assert [each for each in inbound if isinstance(each, Message)] == [
        replace(each, can_reply=False) for each in written
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": ""}, "events.0.text string_pattern_mismatch"),
        ({"text": " \n\t "}, "events.0.text string_pattern_mismatch"),
        ({"text": "a\0b"}, "events.0.text string_pattern_mismatch"),
        ({"text": 7}, "events.0.text string_type"),
        ({"id": 7}, "events.0.id string_type"),
        ({"id": ""}, "events.0.id string_pattern_mismatch"),
        ({"id": "a\nb"}, "events.0.id string_pattern_mismatch"),
        ({"id": "x" * 201}, "events.0.id string_too_long"),
        ({"thread": None}, "events.0.thread missing"),
        ({"at": "2026-08-12T18:00:00"}, "events.0.at timezone_aware"),
        ({"at": 1786557600}, "events.0.at datetime_type"),
        ({"at": "9999-12-31T23:59:59Z"}, "events.0.at less_than"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "events.0.at greater_than_equal"),
        ({"private": "yes"}, "events.0.private bool_type"),
        ({"privat": True}, "events.0 extra_forbidden"),
        ({"url": "javascript:alert(1)"}, "events.0.url string_pattern_mismatch"),
        ({"url": "https://a.example/<b>|c"}, "events.0.url string_pattern_mismatch"),
        ({"author": {"id": "u1"}}, "events.0.author.handle missing"),
        ({"author": {"id": "u1", "handle": "m", "followers": -1}}, "greater_than_equal"),
        ({"stars": 0}, "events.0.stars greater_than_equal"),
        ({"stars": 6}, "events.0.stars less_than_equal"),
        ({"stars": "2"}, "events.0.stars int_type"),
        ({"stars": 2.5}, "events.0.stars int_type"),
        ({"type": "liked"}, "events.0 union_tag_invalid"),
        ({"type": None}, "events.0 union_tag_not_found"),
    ],
)
def test_an_event_that_is_not_as_documented_says_where(change, said):
    with pytest.raises(Unreadable, match=re.escape(said)):
        channel().parse(first(**change))


@pytest.mark.parametrize("private", [False, True])
def test_a_message_with_stars_is_a_review(private):
    review, *_ = channel().parse(first(stars=2, private=private))
    assert (review.kind, review.stars, review.private) == (Kind.REVIEW, 2, private)


def test_a_key_of_a_strangers_is_not_quoted():
    with pytest.raises(Unreadable) as caught:
        channel().parse(first(mikas_phone="090"))
    assert "phone" not in str(caught.value)


@pytest.mark.parametrize("many", [0, MOST + 1])
def test_a_body_holds_one_to_fifty_events(many):
    gone = json.loads(BATCH)["events"][-1]
    with pytest.raises(Unreadable, match="events too_"):
        channel().parse(json.dumps({"events": [gone] * many}).encode())
    assert len(channel().parse(json.dumps({"events": [gone] * MOST}).encode())) == MOST


# --- out


async def test_a_source_is_told_all_that_it_needs():
    forum = Forum()
    async with far(forum) as peer:
        sent = await peer.channel.send(peer.private)
    assert sent.external_id == f"r-{peer.private.marker}"
    assert forum.posts[peer.private.marker] == {
        "type": "reply",
        "key": peer.private.marker,
        "account": "forum",
        "thread": "talk-u1",
        "parent": "p1",
        "customer": "u1",
        "private": True,
        "text": "お待たせしました",
    }


async def test_the_same_reply_again_is_the_same_message():
    forum = Forum()
    async with far(forum) as peer:
        first, second = [await peer.channel.send(peer.public) for _ in range(2)]
    assert first == second
    assert len(forum.posts) == 1


ANSWERS = [
    (200, "", Rejected, "no-id"),
    (200, "<html>", Rejected, "no-id"),
    (204, "", Rejected, "no-id"),
    (201, '{"id": ""}', Rejected, "no-id"),
    (302, "", Rejected, "redirect"),
    (400, "", Rejected, "refused"),
    (401, "", Rejected, "signature"),
    (403, "", Rejected, "forbidden"),
    (404, '{"id": "r1"}', Rejected, "not-found"),
    (408, "", InDoubt, None),
    (409, "{}", InDoubt, None),
    (410, "", Rejected, "not-found"),
    (413, "", Rejected, "too-long"),
    (422, "", Rejected, "refused"),
    (425, "", InDoubt, None),
]


def answering(status: int, body: str) -> web.Application:
    async def answer(_request: web.Request) -> web.Response:
        headers = {"location": "/elsewhere"} if status == 302 else {}
        return web.Response(status=status, text=body, headers=headers)

    app = web.Application()
    app.router.add_post("/care", answer)
    return app


@pytest.mark.parametrize(("status", "body", "error", "code"), ANSWERS)
async def test_what_a_source_answers_is_told_apart(status, body, error, code):
    async with serving(answering(status, body)) as base, client() as http:
        with pytest.raises(error) as caught:
            await channel(settings(f"{base}/care"), http).send(outgoing("Sorry", private=False))
    assert getattr(caught.value, "code", None) == code


async def test_a_source_may_number_its_posts():
    async with serving(answering(201, '{"id": 42, "title": "x"}')) as base, client() as h:
        sent = await channel(settings(f"{base}/care"), h).send(outgoing("Sorry", private=False))
    assert (sent.external_id, sent.at) == ("42", NOW)


async def test_without_a_reply_url_nothing_is_sent_and_doctor_says_so():
    only_in = channel(settings(None))
    with pytest.raises(Unsupported):
        await only_in.send(outgoing("Sorry", private=True))
    (finding,) = await only_in.diagnose()
    assert finding.ok
    assert "takes no replies" in finding.what


@pytest.mark.parametrize(
    ("forum", "ok", "remedy"),
    [
        (Forum(), True, ""),
        (Forum(secret=NEW), False, "same secret"),
        (Forum(now=NOW + timedelta(minutes=6)), False, "clock"),
    ],
    ids=["good", "another secret", "another time"],
)
async def test_doctor_asks_whether_the_source_takes_our_signature(forum, ok, remedy):
    async with far(forum) as peer:
        (finding,) = await peer.channel.diagnose()
    assert finding.ok is ok
    assert remedy in finding.remedy


async def test_doctor_names_a_source_that_knows_no_checks():
    async with serving(answering(404, "")) as base, client() as http:
        (finding,) = await channel(settings(f"{base}/care"), http).diagnose()
    assert (finding.ok, finding.what) == (False, "forum answers a check with status 404")
