"""What every channel keeps, whoever wrote it; a channel brings `social/<name>_case.py`."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import httpx
import pytest
from pydantic import ValidationError
from social.case import Case, body_of
from social.kept import Clock, vault_at

from adapters.sandbox.faults import KINDS
from adapters.social import channels
from chatops.channel import Can
from chatops.errors import (
    ConfigError,
    InDoubt,
    Rejected,
    TryLater,
    Unauthentic,
    Unreached,
    Unreadable,
    Unsupported,
)
from chatops.event import Deed
from chatops.ports import Channel
from tests.calling import client

CASES: dict[str, Case] = {name: import_module(f"social.{name}_case").CASE for name in channels()}
#: Seconds after which a call counts as hung here; the channels' own patience is ten.
SHORT = 0.3

pytestmark = pytest.mark.anyio


@pytest.fixture(params=sorted(CASES))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def case(name: str) -> Case:
    return CASES[name]


@pytest.fixture
async def channel(name: str, case: Case) -> AsyncIterator[Channel]:
    """Open the account with nobody at the far end."""
    clock = Clock(case.now)
    async with client() as http, vault_at(clock) as vault:
        opened = channels()[name].open_channel(
            case.account, case.settings, http, vault, clock, development=True
        )
        yield opened
        await opened.close()


def fixtures() -> list[tuple[str, str]]:
    return [(name, fixture) for name, case in sorted(CASES.items()) for fixture in case.expected]


# --- in


async def test_a_signature_that_holds_is_taken(channel, name, case):
    body = body_of(name, case.batch)
    channel.verify(case.sign(body, case.now), body, case.now)


async def test_a_missing_signature_is_refused(channel, name, case):
    with pytest.raises(Unauthentic):
        channel.verify({}, body_of(name, case.batch), case.now)


async def test_a_signature_of_another_body_is_refused(channel, name, case):
    body = body_of(name, case.batch)
    with pytest.raises(Unauthentic):
        channel.verify(case.sign(body, case.now), body + b" ", case.now)


@pytest.mark.parametrize(
    "rubbish",
    [
        *("", "sha256=", "t=,v1=", "t=1,v1=é", "é", "=", "t=99999999999999999,v1="),
        # a byte that is no UTF-8, as aiohttp gives it
        *("\udcff", "sha256=\udcff", "t={now},v1=\udcff"),
    ],
)
async def test_rubbish_for_a_signature_is_refused(channel, name, case, rubbish):
    rubbish = rubbish.replace("{now}", str(int(case.now.timestamp())))
    body = body_of(name, case.batch)
    headers = dict.fromkeys(case.sign(body, case.now), rubbish)
    with pytest.raises(Unauthentic):
        channel.verify(headers, body, case.now)


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_stale_signature_is_refused_where_time_is_signed(channel, name, case, minutes):
    if not case.signs_time:
        pytest.skip(f"{name} signs no time")
    body = body_of(name, case.batch)
    with pytest.raises(Unauthentic):
        channel.verify(case.sign(body, case.now + timedelta(minutes=minutes)), body, case.now)


@pytest.mark.parametrize(("name", "fixture"), fixtures(), indirect=["name"])
async def test_a_documented_body_is_read_whole(channel, name, case, fixture):
    assert channel.parse(body_of(name, fixture)) == case.expected[fixture]


async def test_every_entry_of_a_batch_is_read_in_order(channel, name, case):
    assert len(channel.parse(body_of(name, case.batch))) == len(case.expected[case.batch]) > 1


async def test_a_repeat_has_the_same_external_ids(channel, name, case):
    first, second = (channel.parse(body_of(name, case.batch)) for _ in range(2))
    assert first == second


async def test_event_kinds_that_are_not_for_us_give_nothing(channel, name, case):
    for fixture in case.ignored:
        assert channel.parse(body_of(name, fixture)) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b"3", b'"x"', b"[[[["])
async def test_what_is_no_body_of_anybodys_is_unreadable(channel, body):
    with pytest.raises(Unreadable):
        channel.parse(body)


async def test_a_body_of_a_wrong_shape_is_unreadable_and_not_quoted(channel, case):
    for body in case.wrong:
        with pytest.raises(Unreadable) as caught:
            channel.parse(body)
        assert "x" not in str(caught.value).split()


async def test_a_query_that_is_no_challenge_gets_no_answer(channel):
    assert channel.challenge({"hello": "there"}) is None


# --- what it says of itself


async def test_its_name_is_its_accounts_channel(channel, name, case):
    assert (channel.traits.name, channel.account) == (case.account.channel, case.account.name)
    assert channels()[name].TRAITS is channel.traits


@pytest.mark.parametrize("private", [False, True])
async def test_its_limit_is_where_its_measure_says(channel, case, private):
    longest, traits = case.longest[private], channel.traits
    assert traits.measure(longest, private) == traits.limit(private)
    assert traits.measure(longest + case.one_more, private) > traits.limit(private)


def test_its_settings_refuse_what_they_do_not_know(name, case):
    model = channels()[name].Settings
    with pytest.raises(ValidationError):
        model.model_validate({**case.settings.model_dump(), "colour": "red"})


def test_its_secrets_do_not_show(case):
    assert "secret'" not in repr(case.settings).replace("**********", "")
    assert "consumer-secret" not in repr(case.settings)
    assert "chirp-secret" not in repr(case.settings)


async def test_a_stand_in_is_for_development_only(name, case):
    clock = Clock()
    async with client() as http, vault_at(clock) as vault:
        with pytest.raises(ConfigError, match="development: true"):
            channels()[name].open_channel(
                case.account, case.settings, http, vault, clock, development=False
            )


# --- out


async def test_a_public_reply_arrives_once(case):
    async with case.far() as far:
        sent = await far.channel.send(far.public)
        assert sent.external_id
        assert far.written() == [
            far.public.text.replace("example.com/a", "https://example.com/a")
        ] or (far.written() == [far.public.text])


async def test_a_private_reply_arrives_once(case):
    async with case.far() as far:
        sent = await far.channel.send(far.private)
        assert sent.external_id
        assert far.written() == [far.private.text]


async def test_a_public_reply_to_nothing_is_unsupported(case):
    async with case.far() as far:
        with pytest.raises(Unsupported):
            await far.channel.send(replace(far.public, in_reply_to=None))


async def test_a_reply_to_what_never_was_is_rejected_with_a_sentence(case):
    async with case.far() as far:
        with pytest.raises(Rejected) as caught:
            await far.channel.send(replace(far.public, in_reply_to="1"))
        assert caught.value.said.id == f"rejected-{caught.value.code}"


async def test_a_rate_limit_asks_for_patience(case):
    async with case.far() as far:
        far.fault("429")
        with pytest.raises(TryLater) as caught:
            await far.channel.send(far.public)
        assert 5 <= caught.value.seconds <= 8
        assert far.written() == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "429"])
async def test_a_write_without_an_answer_is_in_doubt(case, kind, monkeypatch):
    monkeypatch.setattr("adapters._call.TIMEOUT", httpx.Timeout(SHORT))
    async with case.far() as far:
        for outgoing in (far.public, far.private):
            far.fault(kind)
            with pytest.raises(InDoubt):
                await far.channel.send(outgoing)


async def test_a_refused_connection_had_no_effect(name, case):
    clock = Clock(case.now)
    ends = (case.now + timedelta(hours=1)).isoformat()
    tokens = {"access": "a", "refresh": "r", "ends_at": ends}
    async with case.far() as far, vault_at(clock) as vault:
        await vault.save_tokens(case.account.name, tokens)
        channel = channels()[name].open_channel(
            case.account, case.settings, far.http, vault, clock, development=True
        )
        with pytest.raises(Unreached):
            await channel.send(far.public)


@pytest.mark.parametrize("private", [False, True])
async def test_a_reply_of_unknown_fate_never_goes_out_twice(case, monkeypatch, private):
    monkeypatch.setattr("adapters._call.TIMEOUT", httpx.Timeout(SHORT))
    async with case.far() as far:
        outgoing = far.private if private else far.public
        before = case.now - timedelta(days=3650)
        far.fault("timeout_after")
        with pytest.raises(InDoubt):
            await far.channel.send(outgoing)
        can = far.channel.traits.can
        if Can.REPEAT in can:
            await far.channel.send(outgoing)
        if Can.FIND in can:
            found = await far.channel.find(outgoing, before)
            assert found is not None
            assert await far.channel.find(replace(outgoing, text="other words"), before) is None
        assert len(far.written()) == 1


async def test_what_it_cannot_is_unsupported(case):
    async def nobody(_inbound: object) -> None:
        raise AssertionError("nothing is heard")

    async with case.far() as far:
        can = far.channel.traits.can
        if Can.FIND not in can:
            with pytest.raises(Unsupported):
                await far.channel.find(far.public, case.now)
        if Can.HIDE not in can:
            with pytest.raises(Unsupported):
                await far.channel.do(Deed.HIDE, far.public.in_reply_to or "")
        if not can & (Can.DELETE_OURS | Can.DELETE_THEIRS):
            with pytest.raises(Unsupported):
                await far.channel.do(Deed.DELETE, far.public.in_reply_to or "")
        if Can.LISTEN not in can:
            with pytest.raises(Unsupported):
                await far.channel.listen(nobody)


async def test_completing_fails_quietly_when_the_network_is_away(channel, name, case):
    for fixture, expected in case.expected.items():
        inbound = channel.parse(body_of(name, fixture))
        assert [await channel.complete(each) for each in inbound] == list(expected)


async def test_doctor_gets_findings_also_when_the_network_is_away(channel):
    findings = await channel.diagnose()
    assert findings
    assert not findings[-1].ok
    assert findings[-1].remedy
