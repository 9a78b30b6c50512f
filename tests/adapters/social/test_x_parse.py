"""X's bodies beyond the contract: what varies on the wire, and what must never get through."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from social.case import body_of, edited
from social.kept import NOW
from social.x_case import DM, EXPECTED, MENTION, OWN, at

from adapters.social.x.parse import Reading, parse
from adapters.social.x.signature import challenge
from adapters.social.x.wire import id_at, time_of
from chatops.channel import Echo
from chatops.errors import Unreadable

READING = Reading(
    account="aozora",
    handle="aozora_outdoor",
    site="https://x.com",
    summoned_only=True,
    now=NOW,
)


def read(name: str, change=lambda _whole: None, reading: Reading = READING):
    return parse(edited(body_of("x", name), change), reading)


def test_an_enterprise_may_answer_whom_it_likes():
    (reply,) = read("reply_unsummoned", reading=replace(READING, summoned_only=False))
    assert reply.can_reply


def test_a_mention_without_an_id_counts_by_its_handle():
    def drop(whole):
        mention = whole["data"]["payload"]["entities"]["mentions"][0]
        del mention["id"]
        mention["username"] = "Aozora_Outdoor"

    assert read("mention", drop) == [MENTION]


def test_events_of_another_account_of_the_app_are_not_ours():
    assert read("mention", reading=replace(READING, own="9009")) == []
    assert read("mention", reading=replace(READING, own=OWN)) == [MENTION]


def test_a_revocation_of_another_account_is_not_ours():
    assert read("revoke", reading=replace(READING, own="9009")) == []
    assert read("revoke", reading=replace(READING, own=OWN)) == EXPECTED["revoke"]


def test_an_event_for_nobody_we_know_gives_nothing():
    assert read("mention", lambda whole: whole["data"].pop("filter")) == []


def test_our_own_post_found_by_its_hashtag_opens_nothing():
    (echo,) = read("hashtag", lambda whole: whole["data"]["payload"].update(author_id=OWN))
    assert isinstance(echo, Echo)


def test_a_repost_found_by_its_hashtag_gives_nothing():
    refers = {"referenced_tweets": [{"type": "retweeted", "id": "1"}]}
    assert read("hashtag", lambda whole: whole["data"]["payload"].update(refers)) == []


def test_users_are_read_plain_or_wrapped():
    def wrap(whole):
        includes = whole["data"]["includes"]
        includes["users"] = [{"data": user} for user in includes["users"]]

    assert read("mention", wrap) == [MENTION]


def test_ids_are_read_as_numbers_too():
    def number(whole):
        payload = whole["data"]["payload"]
        payload["id"], payload["author_id"] = int(payload["id"]), int(payload["author_id"])

    assert read("mention", number) == [MENTION]


def test_the_new_words_for_posts_are_read():
    def rename(whole):
        payload = whole["data"]["payload"]
        payload["edit_history_post_ids"] = payload.pop("edit_history_tweet_ids")
        payload["referenced_posts"] = payload.pop("referenced_tweets")
        whole["data"]["includes"]["posts"] = whole["data"]["includes"].pop("tweets")

    assert read("reply", rename) == EXPECTED["reply"]


def test_a_post_without_its_time_has_that_of_its_id():
    (mention,) = read("mention", lambda whole: whole["data"]["payload"].pop("created_at"))
    assert abs((mention.at - MENTION.at).total_seconds()) < 1


def test_a_message_without_its_time_has_that_of_its_id():
    def drop(whole):
        whole["data"]["payload"]["direct_message_events"][0].pop("created_timestamp")

    first, _ = read("dm_received", drop)
    assert abs((first.at - DM.at).total_seconds()) < 2


def test_what_is_no_message_in_a_conversation_is_left_out():
    def join(whole):
        whole["data"]["payload"]["direct_message_events"][0]["type"] = "participants_join"

    assert read("dm_received", join) == EXPECTED["dm_received"][1:]


def test_a_post_of_ours_that_names_ourselves_is_an_echo():
    def own(whole):
        whole["data"]["event_type"] = "post.mention.create"

    assert read("own_reply", own) == EXPECTED["own_reply"]


def test_a_followed_strangers_post_is_no_echo():
    def stranger(whole):
        whole["data"]["payload"]["author_id"] = "9009"

    assert read("own_reply", stranger) == []


def test_an_unreadable_body_is_described_without_its_words():
    def break_it(whole):
        whole["data"]["payload"]["id"] = "my secret is 4711"

    with pytest.raises(Unreadable) as caught:
        read("mention", break_it)
    assert str(caught.value) == "id: string_pattern_mismatch"


def test_the_sample_whose_range_begins_a_letter_late_keeps_its_first_letter():
    def late(whole):
        whole["data"]["payload"]["display_text_range"][0] += 1

    assert read("reply", late) == EXPECTED["reply"]


def test_ids_and_times_turn_into_each_other():
    moment = at("2026-07-24T21:23:23.456000")
    assert time_of(id_at(moment)) == moment


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
_PARTS = st.sampled_from(
    [
        "payload",
        "includes",
        "filter",
        "event_type",
        "payload.entities",
        "payload.id",
        "payload.text",
    ]
)


@given(st.sampled_from(sorted(EXPECTED)), _PARTS, _JSON)
def test_no_body_does_more_than_be_unreadable(name, part, rubbish):
    whole = json.loads(body_of("x", name))
    *path, last = part.split(".")
    place = whole["data"][0] if isinstance(whole["data"], list) else whole["data"]
    for step in path:
        place = place[step]
    place[last] = rubbish
    with suppress(Unreadable):
        parse(json.dumps(whole).encode(), READING)


def test_the_challenge_is_answered_as_documented():
    answer = json.loads(challenge({"crc_token": "a-token"}, "consumer-secret"))
    # Worked out by `openssl dgst -sha256 -hmac consumer-secret -binary | base64`.
    assert answer == {"response_token": "sha256=CLASKboLlP+2oISUH+2r+jaO2rKyHxRs8VjZzuqwAEE="}
