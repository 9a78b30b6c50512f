"""Which hashtags app.yaml takes, and the query and the counts made of them."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from social.x_case import settings

from adapters.social.x.hashtags import LONGEST, query
from adapters.social.x.reads import Reads, Window, next_month

BASE = "http://127.0.0.1:9/x"
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "given",
    ["aozora", "あおぞら", "AOZORA_2P", "2pテント", "café", "ハンモック・テント", "한국", "テ一ト"],
)
def test_what_x_takes_for_a_hashtag_is_taken(given):
    assert settings(BASE, hashtags=[given]).hashtags == (given,)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("#aozora", "write aozora without its #"),
        ("＃あおぞら", "write あおぞら without its ＃"),
        ("#", "write the word without its #"),
        ("ao zora", 'a hashtag ends before " "'),
        ("ao-zora", 'a hashtag ends before "-"'),
        ("aozora!", 'a hashtag ends before "!"'),
        ("⛺", 'a hashtag ends before "⛺"'),
        ("x②", 'a hashtag ends before "②"'),
        ("2024", "a hashtag needs a letter"),
        ("", "a hashtag needs a letter"),
    ],
)
def test_what_is_none_is_refused_with_what_to_write(given, says):
    with pytest.raises(ValidationError) as caught:
        settings(BASE, hashtags=[given])
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "pair", [("Aozora", "aozora"), ("ａｏｚｏｒａ", "AOZORA"), ("ﾃﾝﾄ", "テント")]
)
def test_the_same_hashtag_twice_is_a_mistake(pair):
    with pytest.raises(ValidationError, match="capitals make no difference"):
        settings(BASE, hashtags=pair)


def test_the_query_leaves_out_reposts_and_ourselves():
    assert query(["aozora", "あおぞら"], "aozora_outdoor") == (
        "(#aozora OR #あおぞら) -is:retweet -from:aozora_outdoor"
    )


def test_no_query_is_longer_than_x_takes():
    tags = [f"{'a' * 40}{n}" for n in range(12)]
    with pytest.raises(ValidationError, match=r"characters too many for one search.* 512; look"):
        settings(BASE, hashtags=tags)
    kept = settings(BASE, hashtags=tags, tier="enterprise")
    assert len(query(kept.hashtags, "x" * 15)) < LONGEST["enterprise"]


def test_a_query_just_as_long_as_x_takes_is_taken():
    tags = [f"{'a' * 40}{n}" for n in range(10)]
    room = LONGEST["self-serve"] - len(query([*tags, ""], "x" * 15))
    assert settings(BASE, hashtags=[*tags, "b" * room]).hashtags[-1] == "b" * room
    with pytest.raises(ValidationError, match="1 characters too many"):
        settings(BASE, hashtags=[*tags, "b" * (room + 1)])


@pytest.mark.parametrize("every", ["59s", "2d", "5", 300])
def test_the_interval_is_a_span_from_a_minute_to_a_day(every):
    with pytest.raises(ValidationError):
        settings(BASE, search_every=every)


def test_settings_survive_being_checked_again():
    given = settings(BASE, hashtags=["aozora"], search_every="90s")
    again = type(given).model_validate(given.model_dump())
    assert again.search_every == timedelta(seconds=90)
    assert again == given


def test_a_month_begins_at_nothing_and_keeps_the_window():
    window = Window(limit=300, left=0, ends_at=NOON + timedelta(minutes=9))
    november = Reads.at(NOON, None).after(100, 60, window, NOON)
    assert Reads.at(NOON, november.model_dump_json()) == november
    december = Reads.at(next_month(NOON), november.model_dump_json())
    assert (december.month, december.posts, december.people) == ("2026-12", 0, 0)
    assert (december.window, december.searched_at) == (window, NOON)


def test_months_are_of_utc():
    tokyo = datetime.fromisoformat("2026-12-01T08:59:59+09:00")
    assert Reads.at(tokyo, None).month == "2026-11"
    assert next_month(tokyo) == datetime(2026, 12, 1, tzinfo=UTC)
    assert next_month(datetime(2026, 12, 31, 23, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "size"),
    [(0, 100), (9_900, 100), (9_901, 99), (9_990, 10), (9_991, None), (11_000, None)],
)
def test_no_page_is_larger_than_what_the_month_has_left(read, size):
    assert Reads(month="2026-11", posts=read).page(10_000) == size


def test_a_window_is_waited_for_only_when_it_is_used_up():
    def wait(left, ends_in):
        window = Window(limit=300, left=left, ends_at=NOON + timedelta(seconds=ends_in))
        return Reads(month="2026-11", window=window).wait(NOON)

    assert wait(0, 90) == timedelta(seconds=90)
    assert wait(1, 90) == wait(0, -1) == Reads(month="2026-11").wait(NOON) == timedelta()


def test_what_a_month_costs_and_will_hold():
    reads = Reads(month="2026-11", posts=300, people=100)
    assert reads.dollars == pytest.approx(2.5)
    assert reads.expected(NOON) == 581  # 15.5 of 30 days
    assert reads.expected(datetime(2026, 11, 1, tzinfo=UTC)) == 300 * 720  # an hour's, at the most
