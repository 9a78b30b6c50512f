"""The stream and the mentions: everything arrives, in order, through one process at a time."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from social.kept import FastClock
from social.x_case import OWN, X, x_open

from adapters.sandbox.x import DOCUMENTED
from adapters.social.x.listen import lines
from adapters.social.x.subscriptions import EVENT_TYPES, subscribe
from chatops.channel import AccountRevoked, Deleted, Echo, Message
from chatops.errors import StorageError, Unreached, Unreadable

pytestmark = pytest.mark.anyio


class Heard(list):
    """What was received, read as the inbox does it; the disk is `full` so often first."""

    full = 0

    def __init__(self) -> None:
        super().__init__()
        self.unreadable = []

    def by(self, channel):
        async def receive(body: bytes) -> None:
            if self.full:
                self.full -= 1
                raise StorageError("disk full")
            try:
                self.extend([await channel.complete(each) for each in channel.parse(body)])
            except Unreadable:
                self.unreadable.append(body)

        return receive

    async def until(self, wanted) -> None:
        async with asyncio.timeout(5):
            while not wanted(self):  # noqa: ASYNC110 - any of many things
                await asyncio.sleep(0.01)

    def ids(self) -> list[str]:
        return list(dict.fromkeys(each.external_id for each in self))


class Locked:
    """A database that is locked by somebody else."""

    async def run(self, _fn) -> None:
        raise StorageError("locked")


@asynccontextmanager
async def listening(peer: X, heard: Heard, channel=None):
    channel = channel or peer.channel
    task = asyncio.create_task(channel.listen(heard.by(channel)))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def streaming(peer: X) -> None:
    async with asyncio.timeout(5):
        while not peer.cloud.activity.open_streams:  # noqa: ASYNC110 - the far side's
            await asyncio.sleep(0.01)


@asynccontextmanager
async def subscribed(**options):
    async with x_open(clock=FastClock(), **options) as peer:
        for event_type in EVENT_TYPES:
            await subscribe(peer.channel._api, event_type, OWN, None)
        yield peer


async def test_the_stream_brings_every_kind():
    async with subscribed(poll_seconds=3600) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs", name="Mika")
        async with listening(peer, heard):
            await streaming(peer)
            ours = peer.cloud.hands.brand_writes("New: the Kita tent")
            reply = peer.cloud.hands.write(mika, "how much?", "reply", ours.id)
            (message,) = peer.cloud.hands.message(mika, "注文 A&B")
            peer.cloud.hands.delete(ours.id)
            await heard.until(lambda h: any(isinstance(each, Deleted) for each in h))
    kinds = {each.external_id: each for each in heard if not isinstance(each, Deleted)}
    assert isinstance(kinds[ours.id], Echo)
    assert kinds[reply.id].kind == "reply"
    assert kinds[reply.id].text == "how much?"
    assert kinds[reply.id].author.handle == "mika_climbs"
    assert kinds[message.id].text == "注文 A&B"
    assert kinds[message.id].thread_key == f"{OWN}-{mika.id}"


async def test_a_reply_shows_our_post_that_it_answers():
    async with subscribed(poll_seconds=3600) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        ours = peer.cloud.hands.brand_writes("New: the Kita tent")
        async with listening(peer, heard):
            await streaming(peer)
            peer.cloud.hands.write(mika, "how much?", "reply", ours.id)
            await heard.until(lambda h: any(isinstance(each, Message) for each in h))
    (reply,) = {each for each in heard if isinstance(each, Message)}
    assert reply.parent_text == "New: the Kita tent"


async def test_what_came_while_nobody_listened_is_asked_for():
    async with subscribed(poll_seconds=3600) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        (message,) = peer.cloud.hands.message(mika, "before you came")
        async with listening(peer, heard):
            await heard.until(lambda h: message.id in h.ids())
            peer.cloud.hands.drop_streams()
            (second,) = peer.cloud.hands.message(mika, "between")
            await heard.until(lambda h: second.id in h.ids())


async def test_a_long_absence_is_asked_for_by_its_beginning():
    async with subscribed(poll_seconds=3600) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        gone = peer.clock.transport() - timedelta(days=365)
        await peer.vault.save_cursor("aozora", "stream", gone.isoformat())
        (message,) = peer.cloud.hands.message(mika, "long ago")
        async with listening(peer, heard):
            await heard.until(lambda h: message.id in h.ids())


async def test_the_mentions_bring_what_the_stream_does_not():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        heard, hands = Heard(), peer.cloud.hands
        mika, ken = hands.person("mika_climbs"), hands.person("ken_walks")
        first = hands.write(mika, "hello?")
        async with listening(peer, heard):
            await heard.until(lambda h: first.id in h.ids())
            deeper = hands.write(ken, "me too", "reply", first.id)
            await heard.until(lambda h: deeper.id in h.ids())
        assert heard.ids() == [first.id, deeper.id]
        assert [each.thread_key for each in heard] == [first.id, first.id]
        assert (await peer.vault.state("aozora")).cursors["mentions"] == deeper.id


async def test_many_mentions_come_by_pages_oldest_first():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        posts = [peer.cloud.hands.write(mika, f"number {n}").id for n in range(130)]
        async with listening(peer, heard):
            await heard.until(lambda h: len(h) >= 130)
    assert heard.ids() == posts


async def test_only_one_process_listens():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        other = Heard()
        async with listening(peer, heard):
            post = peer.cloud.hands.write(mika, "hello?")
            await heard.until(lambda h: post.id in h.ids())
            async with listening(peer, other, peer.another()):
                second = peer.cloud.hands.write(mika, "and again")
                await heard.until(lambda h: second.id in h.ids())
                assert other == []


async def test_who_has_lost_the_lease_stops_and_another_goes_on():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        first, second = Heard(), Heard()
        mika = peer.cloud.hands.person("mika_climbs")
        async with listening(peer, first):
            one = peer.cloud.hands.write(mika, "one")
            await first.until(lambda h: one.id in h.ids())
            await peer.vault.release("aozora", "stream", peer.channel._owner)
            assert await peer.vault.lease("aozora", "stream", "another process", 500)
            await asyncio.sleep(0.3)  # thirty seconds: the lease was to be prolonged by now
            two = peer.cloud.hands.write(mika, "two")
            await asyncio.sleep(0.2)
            assert first.ids() == [one.id]
            await peer.vault.release("aozora", "stream", "another process")
            async with listening(peer, second, peer.another()):
                await first.until(lambda h: two.id in {*h.ids(), *second.ids()})


async def test_what_could_not_be_kept_comes_again():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        mika, heard = peer.cloud.hands.person("mika_climbs"), Heard()
        post = peer.cloud.hands.write(mika, "hello?")

        heard.full = 2
        async with listening(peer, heard):
            await heard.until(lambda h: post.id in h.ids())


async def test_what_could_not_be_kept_of_the_stream_is_asked_for_again():
    async with subscribed(poll_seconds=3600) as peer:
        mika, heard = peer.cloud.hands.person("mika_climbs"), Heard()
        async with listening(peer, heard):
            await streaming(peer)
            heard.full = 2
            (message,) = peer.cloud.hands.message(mika, "hello?")
            await heard.until(lambda h: message.id in h.ids())


async def test_a_database_that_fails_does_not_end_the_listening():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        mika, heard = peer.cloud.hands.person("mika_climbs"), Heard()
        work = peer.vault._work
        peer.vault._work = Locked()
        async with listening(peer, heard):
            await asyncio.sleep(0.2)
            peer.vault._work = work
            post = peer.cloud.hands.write(mika, "hello?")
            await heard.until(lambda h: post.id in h.ids())


async def test_an_app_token_that_ended_is_fetched_again():
    async with subscribed(poll_seconds=3600) as peer:
        mika, heard = peer.cloud.hands.person("mika_climbs"), Heard()
        peer.channel._tokens._app = "ended"
        async with listening(peer, heard):
            await streaming(peer)
            (message,) = peer.cloud.hands.message(mika, "hello?")
            await heard.until(lambda h: message.id in h.ids())


async def test_a_limited_or_failing_poll_comes_again():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        mika, heard = peer.cloud.hands.person("mika_climbs"), Heard()
        for kind in ("429", "500"):
            peer.fault(kind, "GET", "/mentions", retry_after=3)
        post = peer.cloud.hands.write(mika, "hello?")
        async with listening(peer, heard):
            await heard.until(lambda h: post.id in h.ids())


async def test_an_account_that_is_not_connected_waits_for_it():
    async with x_open(clock=FastClock(), connected=False, poll_seconds=5) as peer:
        heard = Heard()
        async with listening(peer, heard) as task:
            await asyncio.sleep(0.3)
            assert not task.done()
        assert heard == []


async def test_a_stream_that_fails_is_opened_again():
    async with subscribed(poll_seconds=3600) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        for kind in ("500", "429", "reset", "503html"):
            peer.fault(kind, "GET", "/2/activity/stream")
        async with listening(peer, heard):
            await streaming(peer)
            (message,) = peer.cloud.hands.message(mika, "still there?")
            await heard.until(lambda h: message.id in h.ids())


async def test_a_plan_without_recovery_is_asked_without_it():
    limits = replace(
        DOCUMENTED,
        rules=tuple(replace(r, value=0) if r.name == "backfill" else r for r in DOCUMENTED.rules),
    )
    async with subscribed(poll_seconds=3600, limits=limits) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        async with listening(peer, heard):
            await streaming(peer)
            (message,) = peer.cloud.hands.message(mika, "no past, but a present")
            await heard.until(lambda h: message.id in h.ids())


async def test_an_event_that_cannot_be_read_is_handed_over_and_does_not_stop_the_stream():
    async with subscribed(poll_seconds=3600) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        async with listening(peer, heard):
            await streaming(peer)
            for stream in peer.cloud.activity._streams:
                stream.lines.put_nowait(b'{"data": {"event_type": 3}}')
            (message,) = peer.cloud.hands.message(mika, "and on")
            await heard.until(lambda h: message.id in h.ids())
    assert heard.unreadable == [b'{"data": {"event_type": 3}}']


async def test_a_mention_that_cannot_be_read_is_handed_over_and_stops_no_other(monkeypatch):
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        ask = peer.channel._api.get

        async def odd(path, **params):
            body = await ask(path, **params)
            for post in body.get("data", []):
                if str(post["text"]).endswith("odd"):
                    post["text"] = 7
            return body

        monkeypatch.setattr(peer.channel._api, "get", odd)
        peer.cloud.hands.write(mika, "odd")
        post = peer.cloud.hands.write(mika, "plain")
        async with listening(peer, heard):
            await heard.until(lambda h: post.id in h.ids())
    assert [json.loads(body)["data"]["payload"]["text"] for body in heard.unreadable] == [7]


async def test_nothing_is_passed_over_before_it_is_stored():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        mika, heard = peer.cloud.hands.person("mika_climbs"), Heard()
        first, second = (peer.cloud.hands.write(mika, text) for text in ("one", "two"))
        kept, refused = heard.by(peer.channel), []

        async def receive(body: bytes) -> None:
            if second.id in body.decode():
                refused.append(body)
                raise StorageError("disk full")
            await kept(body)

        task = asyncio.create_task(peer.channel.listen(receive))
        try:
            await heard.until(lambda _: len(refused) > 1)
            assert heard.ids() == [first.id]
            assert (await peer.vault.state("aozora")).cursors["mentions"] == first.id
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_revocation_is_handed_over_by_stream_and_poll_once_each():
    async with subscribed(poll_seconds=5) as peer:
        heard = Heard()
        async with listening(peer, heard):
            await streaming(peer)
            peer.cloud.hands.revoke()
            await peer.vault.revoked("aozora")  # as whoever reads the stream's event does
            await heard.until(lambda h: len(h) == 2)
            await asyncio.sleep(0.2)
        assert {(type(each), each.account) for each in heard} == {(AccountRevoked, "aozora")}
        assert len(heard) == 2


async def test_listening_ends_also_where_the_lease_cannot_be_given_back():
    async with x_open(clock=FastClock(), stream=False, poll_seconds=5) as peer:
        async with listening(peer, Heard()) as task:
            await asyncio.sleep(0.1)
            peer.vault._work = Locked()
        assert task.done()


async def test_signs_of_life_are_kept():
    async with subscribed(poll_seconds=3600) as peer:
        heard, mika = Heard(), peer.cloud.hands.person("mika_climbs")
        async with listening(peer, heard):
            await streaming(peer)
            (message,) = peer.cloud.hands.message(mika, "hello")
            await heard.until(lambda h: message.id in h.ids())
            await asyncio.sleep(0.05)
        assert (await peer.vault.state("aozora")).heard_at is not None


async def chunks(*parts: bytes):
    for part in parts:
        yield part


async def test_lines_are_cut_at_line_feeds_only():
    text = "a\u2028b\x0bc".encode()
    got = [line async for line in lines(chunks(text[:3], text[3:] + b"\r\n\r", b"\nx\n"))]
    assert got == [text, b"", b"x"]


async def test_a_line_without_an_end_is_given_up():
    with pytest.raises(Unreached):
        [line async for line in lines(chunks(*[b"x" * 700_000] * 2))]
