"""Hashtags are looked for: everything arrives once, for no more than was allowed."""

import asyncio
from datetime import timedelta

import pytest
from social.case import body_of, edited
from social.kept import Clock, FastClock
from social.x_case import OWN, X, x_open
from structlog.testing import capture_logs
from test_x_listen import Heard, listening
from test_x_parse import READING

from adapters.social.x.hashtags import query
from adapters.social.x.parse import FOUND, parse
from adapters.social.x.reads import Reads, Window, next_month
from adapters.social.x.search import COUNTS, PLACE, Search
from adapters.social.x.wire import id_at
from chatops.channel import SearchEnded
from chatops.clock import SystemClock
from chatops.errors import TryLater
from chatops.event import Kind, Opened

pytestmark = pytest.mark.anyio

TAGS = ("aozora", "あおぞらテント")


def searching(**options):
    given = {"clock": FastClock(), "hashtags": TAGS, "search_every": "1m", "poll_seconds": 3600}
    return x_open(stream=False, **{**given, **options})


def alone(peer: X) -> Search:
    """A search without the stream and the mentions beside it."""
    channel, asked = peer.channel, query(TAGS, "aozora_outdoor")
    return Search(channel, asked, peer.settings, channel._api, peer.vault, peer.clock)


async def reads_of(peer: X) -> Reads:
    kept = (await peer.vault.state("aozora")).cursors.get(COUNTS)
    return Reads.at(peer.clock.transport(), kept)


def searches(peer: X) -> list:
    return [call for call in peer.cloud.meter.calls if call.path == "/2/tweets/search/recent"]


async def until_searched(peer: X, times: int) -> None:
    async with asyncio.timeout(5):
        while len(searches(peer)) < times:  # noqa: ASYNC110 - the far side's
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)


async def test_what_names_us_by_a_hashtag_alone_is_found_and_may_not_be_answered():
    async with searching() as peer:
        heard, hands = Heard(), peer.cloud.hands
        nao = hands.person("nao_tentlife", name="なお", followers=2_870)
        post = hands.write(nao, "ファスナーが動かない… #あおぞらテント", "post")
        hands.write(nao, "#another tent, and aozora", "post")
        async with listening(peer, heard):
            await heard.until(lambda h: post.id in h.ids())
            second = hands.write(nao, "#AOZORA again", "post")
            await heard.until(lambda h: second.id in h.ids())
        found, _ = heard
    assert heard.ids() == [post.id, second.id]
    assert found.kind is Kind.HASHTAG
    assert (found.private, found.can_reply) == (False, False)
    assert (found.author.handle, found.author.followers) == ("nao_tentlife", 2_870)
    assert found.text == "ファスナーが動かない… #あおぞらテント"
    assert found.url == f"https://x.com/nao_tentlife/status/{post.id}"


async def test_an_enterprise_may_answer_a_hashtag():
    async with searching(tier="enterprise") as peer:
        heard = Heard()
        peer.cloud.hands.write(peer.cloud.hands.person("nao"), "#aozora", "post")
        async with listening(peer, heard):
            await heard.until(len)
    assert heard[0].can_reply


async def test_our_own_posts_and_reposts_are_not_asked_for():
    async with searching() as peer:
        heard = Heard()
        peer.cloud.hands.brand_writes("New: #aozora")
        async with listening(peer, heard):
            await until_searched(peer, 2)
        assert heard == []
        assert (await reads_of(peer)).posts == 0


@pytest.mark.parametrize("way", ["mention", "reply", "quote"])
async def test_a_post_that_also_names_us_is_of_that_kind_by_either_way(way):
    async with searching(poll_seconds=60) as peer:
        heard, hands = Heard(), peer.cloud.hands
        ours = hands.brand_writes("New: the Kita tent")
        post = hands.write(hands.person("mika"), "the zip is stuck #aozora", way, ours.id)
        async with listening(peer, heard):
            await until_searched(peer, 1)
            await heard.until(lambda h: len(h) >= (1 if way == "quote" else 2))
    assert heard.ids() == [post.id]
    assert {each.kind for each in heard} == {Kind(way)}
    assert {each.can_reply for each in heard} == {True}
    assert {each.parent_text for each in heard} == {None if way == "mention" else ours.shown}


async def test_a_hashtag_in_anothers_thread_shows_no_parent_of_ours():
    async with searching() as peer:
        heard, hands = Heard(), peer.cloud.hands
        first = hands.write(hands.person("ren"), "which tent?", "post")
        answer = hands.write(hands.person("mika"), "not #aozora", "reply", first.id)
        async with listening(peer, heard):
            await heard.until(len)
        (found,) = heard
        assert (found.kind, found.parent, found.parent_text) == (Kind.HASHTAG, first.id, None)
        assert (found.external_id, found.thread_key) == (answer.id, first.id)
        assert (await reads_of(peer)).posts == 2  # the post that it answers came along


async def test_many_come_by_pages_oldest_first_and_are_counted_once():
    async with searching() as peer:
        heard, hands = Heard(), peer.cloud.hands
        posts = [
            hands.write(hands.person(f"p{n % 7}"), f"#aozora {n}", "post").id for n in range(130)
        ]
        heard.full = 3  # the disk refuses, and what was read already is read again
        async with listening(peer, heard):
            await heard.until(lambda h: len(h) >= 130)
            await until_searched(peer, 3)
        assert heard.ids() == posts
        reads = await reads_of(peer)
        assert (reads.posts, reads.people) == (130, 7)
        assert (await peer.vault.state("aozora")).cursors[PLACE] == posts[-1]


async def test_the_place_is_kept_from_the_first_search_on():
    async with searching() as peer:
        async with listening(peer, Heard()):
            await until_searched(peer, 1)
        assert PLACE in (await peer.vault.state("aozora")).cursors


async def test_a_place_of_long_ago_is_asked_for_within_the_seven_days():
    async with searching() as peer:
        heard = Heard()
        gone = id_at(peer.clock.transport() - timedelta(days=40))
        await peer.vault.save_cursor("aozora", PLACE, gone)
        post = peer.cloud.hands.write(peer.cloud.hands.person("nao"), "#aozora", "post")
        async with listening(peer, heard):
            await heard.until(lambda h: post.id in h.ids())
        assert {call.status for call in searches(peer)} == {200}


async def test_a_limited_or_failing_search_comes_again():
    async with searching() as peer:
        heard = Heard()
        for kind in ("429", "500", "reset"):
            peer.fault(kind, "GET", "/search/recent", retry_after=3)
        post = peer.cloud.hands.write(peer.cloud.hands.person("nao"), "#aozora", "post")
        async with listening(peer, heard):
            await heard.until(lambda h: post.id in h.ids())


async def test_a_used_up_window_is_waited_for_amid_the_pages():
    async with searching(clock=Clock(SystemClock().transport())) as peer:
        heard, nao = Heard(), peer.cloud.hands.person("nao")
        for n in range(101):
            peer.cloud.hands.write(nao, f"#aozora {n}", "post")
        peer.cloud.meter.spend("search_user", OWN, 299)  # one is left: the first page
        with pytest.raises(TryLater):  # X's own clock is not turned here: its window goes on
            await alone(peer)._search(heard.by(peer.channel))
        assert 890 < max(peer.clock.slept) <= 902
        assert [call.status for call in searches(peer)] == [200, 429]
        assert heard == []


async def test_a_search_that_x_refuses_is_told_to_the_log_and_stops_nothing_else():
    async with searching(poll_seconds=60) as peer:
        heard = Heard()
        token, _ = peer.cloud.grants.issue("users.read")
        state = await peer.vault.state("aozora")
        await peer.vault.save_tokens("aozora", {**state.tokens, "access": token})
        with capture_logs() as logs:
            async with listening(peer, heard) as task:
                await until_searched(peer, 2)
                assert not task.done()
    refused = [each for each in logs if each["event"] == "x.search_refused"]
    assert refused[0]["code"] == "forbidden"


async def test_the_months_cap_ends_the_search_says_so_once_and_loses_nothing():
    async with searching(monthly_reads=110) as peer:
        heard, hands = Heard(), peer.cloud.hands
        nao = hands.person("nao")
        posts = [hands.write(nao, f"#aozora {n}", "post").id for n in range(130)]
        with capture_logs() as logs:
            async with listening(peer, heard):
                await heard.until(lambda h: len(h) >= 110)
                done = len(searches(peer))
                await asyncio.sleep(1)  # more than a minute
                assert len(searches(peer)) == done == 2
        (ended,) = [each for each in heard if isinstance(each, SearchEnded)]
        assert (ended.account, ended.until) == ("aozora", next_month(peer.clock.transport()))
        heard.remove(ended)
        assert heard.ids() == posts[20:]
        (told,) = [each for each in logs if each["event"] == "x.search_stopped"]
        assert (told["posts"], told["monthly_reads"]) == (110, 110)
        assert told["until"] == next_month(peer.clock.transport()).isoformat()
        place = (await peer.vault.state("aozora")).cursors[PLACE]
        assert int(place) < int(posts[0])
        await peer.vault.save_cursor("aozora", COUNTS, Reads(month="2000-01").model_dump_json())
        later = Heard()
        async with listening(peer, later, peer.another()):
            await later.until(len)
        assert later.ids() == posts[20:]  # the next month begins with as many; they are known


async def test_without_hashtags_nothing_is_searched():
    async with searching(hashtags=()) as peer:
        async with listening(peer, Heard()):
            await asyncio.sleep(0.2)
        assert searches(peer) == []


async def test_doctor_tells_of_window_reads_and_cost():
    async with searching(clock=Clock(SystemClock().transport()), search_every="5m") as peer:
        never, free = (await peer.channel.diagnose())[-2:]
        assert not never.ok
        assert "#aozora #あおぞらテント searched never" in never.what
        assert "8,640 searches a month" in never.what
        assert free.ok
        peer.cloud.hands.write(peer.cloud.hands.person("nao"), "#aozora", "post")
        await alone(peer)._search(Heard().by(peer.channel))
        searched, cost = (await peer.channel.diagnose())[-2:]
        assert searched.ok
        assert "of 300 in X's rate window are used" in searched.what
        assert "read 1 of 10,000 posts this month, for at most 0.01 US dollars" in cost.what
        assert cost.ok


async def test_doctor_says_when_the_window_is_fresh_and_when_the_cap_is_reached():
    async with searching(clock=Clock(SystemClock().transport()), monthly_reads=10) as peer:
        now = peer.clock.transport()
        used = Reads.at(now, None).after(10, 3, None, now - timedelta(days=1))
        await peer.vault.save_cursor("aozora", COUNTS, used.model_dump_json())
        searched, cost = (await peer.channel.diagnose())[-2:]
        assert searched.ok  # it rests because it has to
        assert "X has told nothing of its rate window" in searched.what
        assert not cost.ok
        assert f"searching has stopped until {next_month(now):%Y-%m-%d} UTC" in cost.what
        assert "monthly_reads" in cost.remedy
        ended = Window(limit=300, left=3, ends_at=now - timedelta(minutes=1))
        kept = used.model_copy(update={"window": ended}).model_dump_json()
        await peer.vault.save_cursor("aozora", COUNTS, kept)
        searched, _ = (await peer.channel.diagnose())[-2:]
        assert "all 300 of X's rate window are left" in searched.what


def naming_us(event_type: str):
    """The same post as X tells of it, or as a search found it."""
    body = body_of("x", "hashtag_naming_us")
    return parse(edited(body, lambda whole: whole["data"].update(event_type=event_type)), READING)


@pytest.mark.parametrize("first", ["post.mention.create", FOUND])
async def test_a_post_that_comes_both_ways_is_one_ticket_of_its_own_kind(first, care):
    (second,) = {"post.mention.create", FOUND} - {first}
    ticket = await care.opens(*naming_us(first))
    await care.hears(*naming_us(second))
    assert care.count("ticket") == care.count("message") == 1
    (opened,) = (each for each in await care.log(ticket) if isinstance(each, Opened))
    assert (opened.kind, opened.can_reply) == (Kind.MENTION, True)


async def test_a_hashtag_opens_a_ticket_that_is_not_answered_from_here(care):
    ticket = await care.opens(*parse(body_of("x", "hashtag"), READING))
    assert not (await care.ticket(ticket)).can_reply
    (opened,) = (each for each in await care.log(ticket) if isinstance(each, Opened))
    assert (opened.kind, opened.private) == (Kind.HASHTAG, False)


async def test_our_own_post_opens_no_ticket(care):
    def ours(whole):
        whole["data"]["payload"]["author_id"] = OWN

    await care.hears(*parse(edited(body_of("x", "hashtag"), ours), READING))
    assert care.count("ticket") == 0
