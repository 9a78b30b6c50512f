"""Bodies at the door and on the desk: refused, stored, read in order, set aside, taken again."""

import asyncio
import gzip
import json
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from care import NOON, Care, Hours, cared_for, wrote
from town import Town, served, shows, town_around

from adapters.sandbox import world
from adapters.sandbox.network.delivery import sign
from chatops.arrival import intake
from chatops.arrival.inbox import BATCH, ELSEWHERE, ROOM, STALE, Inbox
from chatops.channel import AccountRevoked, Inbound, Message, SearchEnded
from chatops.errors import StorageError, TryLater
from chatops.ports import Channel, RawBody
from chatops.web import LARGEST_BODY, public_app

pytestmark = pytest.mark.anyio

#: An authentic body that nobody can read.
ODD = b'{"account": "aozora", "events": [{"id": "e1", "type": "post", "post": {"id": 7}}]}'


def body_of(town: Town, *texts: str) -> bytes:
    """A body as Chirp writes it; Chirp itself does not deliver it."""
    hands = town.chirp.hands
    posts = [
        town.chirp.timeline.write(hands.person("mia"), text, town.hours.now()) for text in texts
    ]
    events = [hands.event(post).json() for post in posts]
    return json.dumps({"account": "aozora", "events": events}).encode()


async def post(
    town: Town,
    body: bytes,
    *,
    path: str = "/in/sandbox/aozora",
    age: float = 0,
    secret: str = world.CHIRP_SECRET,
    signed: bool = True,
    **headers: str,
) -> int:
    given = {"content-type": "application/json", **headers}
    if signed:
        given["x-chirp-signature"] = sign(secret, int(town.hours.now() - age), body)
    answer = await town.http.post(f"{town.url}{path}", content=body, headers=given)
    return answer.status_code


@pytest.mark.parametrize(
    "how",
    [{"secret": "forged"}, {"age": 301}, {"age": -301}, {"signed": False}],
    ids=["forged", "stale", "from the future", "missing"],
)
async def test_body_whose_signature_does_not_hold_is_401_and_not_stored(
    town: Town, how: dict[str, object]
) -> None:
    before = town.everything()
    assert await post(town, body_of(town, "hello"), **how) == 401  # type: ignore[arg-type]
    assert town.everything() == before


async def test_signature_of_another_body_is_401(town: Town) -> None:
    body, other = body_of(town, "hello"), body_of(town, "other")
    header = sign(world.CHIRP_SECRET, int(town.hours.now()), other)
    assert await post(town, body, signed=False, **{"x-chirp-signature": header}) == 401
    assert town.count("raw_body") == 0


@pytest.mark.parametrize(
    ("body", "given", "status"),
    [
        (b" " * (LARGEST_BODY + 1), {}, 413),
        (b"{not json", {}, 400),
        (b"", {}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {"path": "/in/sandbox/nobody"}, 404),
        (b"{}", {"path": "/in/x/aozora"}, 404),
        (b"{}", {"path": "/in/mute/quiet"}, 404),
        (b"{}", {"path": "/in/sandbox"}, 404),
    ],
    ids=["large", "no json", "empty", "type", "account", "channel", "no webhook", "path"],
)
async def test_wrong_body_is_a_plain_4xx_and_not_stored(
    town: Town, body: bytes, given: dict[str, str], status: int
) -> None:
    assert await post(town, body, **given) == status  # type: ignore[arg-type]
    assert town.count("raw_body") == 0


@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-nonsense", "gzip, identity"])
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "broken"])
async def test_compressed_body_is_415_before_it_is_read(
    town: Town, coding: str, whole: bool
) -> None:
    packed = gzip.compress(body_of(town, "hello"))
    body = packed if whole else packed[:20]
    assert await post(town, body, **{"content-encoding": coding}) == 415
    assert town.count("raw_body") == 0


async def test_body_that_names_no_compression_is_taken(town: Town) -> None:
    assert await post(town, body_of(town, "hello"), **{"content-encoding": "identity"}) == 200


async def test_chats_own_routes_are_guarded_alike(town: Town) -> None:
    async def take(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    app = public_app(town.inbox, {}, town.hours, [web.post("/chat/events", take)])
    async with AsyncExitStack() as stack:
        url = await served(stack, None, app)
        plain = await town.http.post(f"{url}/chat/events", content=b"as it is")
        packed = await town.http.post(
            f"{url}/chat/events", content=b"packed", headers={"content-encoding": "gzip"}
        )
        broken = await broken_off(url)
    assert (plain.status_code, plain.content, packed.status_code) == (200, b"as it is", 415)
    assert broken.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))


async def broken_off(url: str) -> bytes:
    """What a sender hears whose chunks are none."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = b"POST /chat/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head)
    await writer.drain()
    await asyncio.sleep(0)
    writer.write(b"no chunk\r\n\r\n")
    await writer.drain()
    answer = await reader.read(64)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_body_of_just_the_largest_size_is_taken(town: Town) -> None:
    body = b'{"account": "aozora", "events": [], "pad": "'
    body += b"x" * (LARGEST_BODY - len(body) - 2) + b'"}'
    assert await post(town, body) == 200


async def test_check_of_our_address_that_the_network_does_not_make_is_400(town: Town) -> None:
    answer = await town.http.get(f"{town.url}/in/sandbox/aozora?crc_token=x")
    assert answer.status_code == 400


async def test_unreadable_body_is_stored_counted_and_200(town: Town) -> None:
    assert await post(town, ODD) == 200
    await town.quiet()
    assert town.sql("SELECT state, body FROM raw_body") == [("unreadable", ODD)]
    ((error,),) = town.sql("SELECT error FROM raw_body")
    assert error.startswith("not as documented")
    assert (town.inbox.received, town.inbox.unreadable) == (1, 1)
    assert (await town.storage.reader.health(town.hours.transport())).unreadable_raw == 1


async def test_unreadable_body_stops_no_other(town: Town) -> None:
    for body in (ODD, body_of(town, "readable")):
        assert await post(town, body) == 200
    await town.quiet()
    assert town.count("ticket") == 1


async def test_batch_opens_each_of_its_tickets(town: Town) -> None:
    assert await post(town, body_of(town, "one", "two", "three")) == 200
    await town.quiet()
    assert town.count("ticket") == 3


async def test_body_that_the_database_refuses_is_503_and_not_half_there(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = town.everything()

    async def locked(_fn: object) -> None:
        raise StorageError("care.db: database is locked")

    monkeypatch.setattr(town.storage.work, "transact", locked)
    answer = await town.http.post(
        f"{town.url}/in/sandbox/aozora",
        content=b"{}",
        headers={
            "content-type": "application/json",
            "x-chirp-signature": sign(world.CHIRP_SECRET, int(town.hours.now()), b"{}"),
        },
    )
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert town.everything() == before


async def test_account_is_known_to_be_alive(town: Town) -> None:
    await post(town, body_of(town, "one"))
    heard = town.hours.transport()
    await town.quiet()
    await town.passes(5)
    await post(town, body_of(town, "two"))
    state = await town.storage.vault.state("aozora")
    assert state.heard_at == heard  # to half a minute: not a commit more for each body


# --- reading


async def stored(care: Care, *bodies: bytes, account: str = "aozora") -> None:
    for body in bodies:
        at = care.hours.transport()
        await care.storage.work.transact(
            lambda tx, body=body, at=at: tx.store_raw("sandbox", account, body, at)  # type: ignore[misc]
        )


def states(care: Care) -> list[str]:
    return [state for (state,) in care.sql("SELECT state FROM raw_body ORDER BY id")]


async def test_what_a_crash_left_unread_is_read_at_the_start_in_its_order(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    async with town_around(tmp_path, empty_database, hours) as town:
        bodies = [body_of(town, f"message {n}") for n in range(3)]
    async with cared_for(tmp_path, empty_database, hours) as care:
        await stored(care, *bodies)
    async with town_around(tmp_path, empty_database, hours) as town:
        await town.quiet()
        texts = [text for (text,) in town.sql("SELECT text FROM message ORDER BY id")]
        assert texts == ["message 0", "message 1", "message 2"]


class Slow:
    """A channel of made-up bodies: a number is a message, and some fail as they are told to."""

    def __init__(self, town: Town) -> None:
        self.account = "aozora"
        self.traits = town.channels["aozora"].traits
        self.faults: dict[bytes, Exception] = {}

    def parse(self, body: bytes) -> list[Inbound]:
        return [wrote(body.decode(), external_id=body.decode(), thread="t")]

    def is_whole(self, _: Inbound) -> bool:
        return False

    async def complete(self, inbound: Inbound) -> Inbound:
        words = inbound.text.encode()  # type: ignore[union-attr]
        # the first of a batch is the slowest to be completed
        await asyncio.sleep(0.02 if words == b"0" else 0)
        if (fault := self.faults.get(words)) is not None:
            raise fault
        return inbound


@pytest.fixture
async def slow(town: Town) -> Inbox:
    await town.passes(0)  # the town's own begins, and takes what it finds in the database
    await town.until(lambda: not town.inbox._behind, 0)
    storage = town.storage
    channels = {"aozora": Slow(town)}
    return Inbox(town.desk, storage.work, storage.reader, storage.vault, town.hours, channels)  # type: ignore[arg-type]


async def unread(town: Town) -> list[object]:
    return list(await town.storage.reader.unread_raw(1000))


async def test_bodies_are_taken_in_their_order_however_slow_the_network_completes_them(
    town: Town, slow: Inbox
) -> None:
    await stored(town, *(str(n).encode() for n in range(5)))
    await slow.read(*await town.storage.reader.unread_raw(BATCH))
    texts = [text for (text,) in town.sql("SELECT text FROM message ORDER BY id")]
    assert texts == ["0", "1", "2", "3", "4"]


async def test_body_that_the_network_would_not_complete_is_taken_again_later(
    town: Town, slow: Inbox
) -> None:
    channel: Slow = slow._channels["aozora"]  # type: ignore[assignment]
    channel.faults[b"1"] = TryLater(60)
    await stored(town, b"1")
    await slow.read(*await town.storage.reader.unread_raw(BATCH))
    assert states(town) == ["unread"]
    channel.faults.clear()
    await slow.sweep()
    assert slow._waiting.empty(), "it is too young to be taken again"
    town.hours._now += STALE.total_seconds()
    await slow.sweep()
    await slow.read(slow._waiting.get_nowait())
    assert states(town) == ["read"]
    await slow.sweep()
    assert slow._waiting.empty()


async def test_fault_of_ours_sets_the_body_aside_and_stops_no_other(
    town: Town, slow: Inbox
) -> None:
    channel: Slow = slow._channels["aozora"]  # type: ignore[assignment]
    channel.faults[b"1"] = ZeroDivisionError()
    await stored(town, b"0", b"1", b"2")
    await slow.read(*await town.storage.reader.unread_raw(BATCH))
    assert states(town) == ["read", "unreadable", "read"]
    assert town.sql("SELECT error FROM raw_body WHERE id = 2") == [
        ("a fault of ours: ZeroDivisionError",)
    ]


async def test_body_that_could_not_be_set_aside_is_counted_once_it_could(
    town: Town, slow: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel: Slow = slow._channels["aozora"]  # type: ignore[assignment]
    channel.faults[b"0"] = ZeroDivisionError()
    await stored(town, b"0")

    async def locked(*_given: object, **_more: object) -> None:
        raise StorageError("locked")

    with monkeypatch.context() as patched:
        patched.setattr(town.storage.work, "transact", locked)
        await slow.read(*await town.storage.reader.unread_raw(BATCH))
    assert (states(town), slow.unreadable) == (["unread"], 0)
    await slow.read(*await town.storage.reader.unread_raw(BATCH))
    assert (states(town), slow.unreadable) == (["unreadable"], 1)


@pytest.mark.parametrize(
    ("fault", "state"), [(StorageError("locked"), "unread"), (RuntimeError(), "unreadable")]
)
async def test_body_that_the_desk_could_not_take(
    town: Town, slow: Inbox, monkeypatch: pytest.MonkeyPatch, fault: Exception, state: str
) -> None:
    async def fails(*_given: object, **_more: object) -> None:
        raise fault

    monkeypatch.setattr(town.desk, "receive", fails)
    await stored(town, b"1")
    await slow.read(*await town.storage.reader.unread_raw(BATCH))
    assert states(town) == [state]


class Whole(Slow):
    """The same channel, where only a body that begins with "?" lacks something."""

    def is_whole(self, inbound: Inbound) -> bool:
        return isinstance(inbound, Message) and not inbound.text.startswith("?")


async def test_whole_body_is_taken_in_before_it_is_answered_for(town: Town, slow: Inbox) -> None:
    await slow.accept(Whole(town), b"1")  # type: ignore[arg-type]
    assert states(town) == ["read"]
    assert town.count("message") == 1
    assert slow._waiting.empty()


async def test_whole_body_does_not_overtake_one_that_lacks_something(
    town: Town, slow: Inbox
) -> None:
    channel: Channel = Whole(town)  # type: ignore[assignment]
    await asyncio.gather(*(slow.accept(channel, body) for body in (b"0", b"?1", b"2")))
    await slow.accept(channel, b"3")
    assert states(town) == ["read", "unread", "unread", "unread"]
    await slow.read(*(slow._waiting.get_nowait() for _ in range(3)))
    await slow.accept(channel, b"4")
    texts = [text for (text,) in town.sql("SELECT text FROM message ORDER BY id")]
    assert texts == ["0", "?1", "2", "3", "4"]


async def test_whole_body_over_which_we_stumble_is_stored_all_the_same(
    town: Town, slow: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(intake, "receive", stumbles)
    await slow.accept(Whole(town), b"1")  # type: ignore[arg-type]
    assert states(town) == ["unread"]
    await slow.read(slow._waiting.get_nowait())
    assert states(town) == ["unreadable"]


async def test_body_of_an_account_that_is_gone_is_set_aside(town: Town, slow: Inbox) -> None:
    await stored(town, b"1", account="gone")
    await slow.read(*await town.storage.reader.unread_raw(BATCH))
    assert town.sql("SELECT error FROM raw_body") == [("there is no account gone any more",)]


@pytest.mark.databases("postgres")
async def test_body_of_an_account_that_another_process_has_is_left_to_it_for_an_hour(
    town: Town, slow: Inbox
) -> None:
    await stored(town, b"1", account="theirs")
    await stored(town, b"2")
    slow._behind = True
    await slow._catch_up()
    await slow.read(slow._waiting.get_nowait())
    assert (states(town), slow._waiting.empty()) == (["unread", "read"], True)
    town.hours._now += ELSEWHERE.total_seconds()
    await slow.sweep()
    await slow.read(slow._waiting.get_nowait())
    assert states(town) == ["unreadable", "read"]


async def test_flood_waits_in_the_database_and_not_in_memory(town: Town, slow: Inbox) -> None:
    for n in range(ROOM + 50):
        await slow.accept(slow._channels["aozora"], str(n).encode())
    assert slow._waiting.qsize() == ROOM
    assert town.count("raw_body") == ROOM + 50
    await slow.read(*(slow._waiting.get_nowait() for _ in range(ROOM)))
    await slow._catch_up()
    assert slow._waiting.qsize() == 50
    await slow.read(*(slow._waiting.get_nowait() for _ in range(50)))
    texts = [int(text) for (text,) in town.sql("SELECT text FROM message ORDER BY id")]
    assert texts == list(range(ROOM + 50))


async def test_body_that_comes_while_the_database_is_read_is_taken_next(
    town: Town, slow: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = town.storage.reader.unread_raw

    async def overtaken(limit: int) -> list[RawBody]:
        found = await read(limit)
        await slow.accept(slow._channels["aozora"], b"late")
        return found

    slow._behind = True
    with monkeypatch.context() as patch:
        patch.setattr(town.storage.reader, "unread_raw", overtaken)
        await slow._catch_up()
    assert (slow._behind, slow._waiting.qsize()) == (True, 0)
    await slow._catch_up()
    assert (slow._behind, slow._waiting.qsize()) == (False, 1)


async def test_database_that_cannot_be_read_is_asked_again(
    town: Town, slow: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(_limit: int) -> None:
        raise StorageError("locked")

    slow._behind = True
    with monkeypatch.context() as patch:
        patch.setattr(town.storage.reader, "unread_raw", locked)
        patch.setattr(town.hours, "sleep", _at_once)
        await slow._catch_up()
    assert slow._behind
    await slow._catch_up()
    assert not slow._behind


async def _at_once(_seconds: float) -> None:
    return None


async def test_revocation_alerts_the_managers_once_until_the_account_is_connected_again(
    town: Town,
) -> None:
    for hours in range(2):  # the stream tells it, and the poll an hour later
        at = NOON + timedelta(hours=hours)
        await town.desk.receive([AccountRevoked("aozora", at)])
    await town.quiet()
    (alert,) = town.seen("care-managers")
    assert "python -m chatops connect sandbox aozora" in shows(alert)
    assert (await town.storage.vault.state("aozora")).revoked
    await town.storage.vault.save_tokens("aozora", {"access": "new"})
    await town.desk.receive([AccountRevoked("aozora", NOON + timedelta(days=1))])
    await town.quiet()
    assert len(town.seen("care-managers")) == 2


async def test_spent_searches_are_told_to_the_managers_once_a_month(town: Town) -> None:
    until = NOON.replace(day=1) + timedelta(days=62)
    for _ in range(2):  # the process was started anew meanwhile
        await town.desk.receive([SearchEnded("aozora", until)])
    await town.quiet()
    (alert,) = town.seen("care-managers")
    assert "monthly_reads" in shows(alert)
    await town.desk.receive([SearchEnded("aozora", until + timedelta(days=31))])
    await town.quiet()
    assert len(town.seen("care-managers")) == 2
