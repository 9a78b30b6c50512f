"""Our token: by three proofs, kept, renewed ahead of time, and what a login's refusal means."""

import asyncio
import contextlib
from datetime import timedelta

import jwt
import pytest
from teams_far import APP, TENANT, Answer, Near, key, near, pem, told

from chatops.errors import Barred, TryLater, Unreached
from chatops.text import text

pytestmark = pytest.mark.anyio

SHA1, SHA256 = "a1" * 20, "a1" * 32
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def test_secret_brings_a_token_that_is_kept() -> None:
    async with near() as here:
        assert [await here.tokens.bearer() for _ in range(3)] == ["token-1"] * 3
        assert here.far.forms == [
            {
                "tenant": TENANT,
                "grant_type": "client_credentials",
                "client_id": APP,
                "scope": "https://api.botframework.com/.default",
                "client_secret": "s3cret",
            }
        ]


async def test_many_at_once_ask_once() -> None:
    async with near() as here:
        got = await asyncio.gather(*(here.tokens.bearer() for _ in range(5)))
        assert (got, len(here.far.forms)) == (["token-1"] * 5, 1)


async def test_token_near_its_end_is_not_used() -> None:
    async with near() as here:
        await here.tokens.bearer()
        here.clock.now += timedelta(seconds=3599 - 61)
        assert await here.tokens.bearer() == "token-1"
        here.clock.now += timedelta(seconds=1)
        assert await here.tokens.bearer() == "token-2"


async def test_token_that_is_not_taken_is_forgotten_but_no_newer_one() -> None:
    async with near() as here:
        here.tokens.forget(await here.tokens.bearer())
        assert await here.tokens.bearer() == "token-2"
        here.tokens.forget("token-1")
        assert await here.tokens.bearer() == "token-2"


async def keep_until(here: Near, slept: int) -> None:
    """Let the renewals ahead of time go on for so many waits."""
    keeping = asyncio.create_task(here.tokens.keep())
    async with asyncio.timeout(5):
        while len(here.clock.slept) < slept:  # noqa: ASYNC110 - the clock tells nobody
            await asyncio.sleep(0.001)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping


async def test_token_is_renewed_ahead_of_time() -> None:
    async with near() as here:
        await keep_until(here, 3)
        assert here.clock.slept == [3299.0, 3299.0, 3299.0]
        assert len(here.far.forms) == 3
        assert await here.tokens.bearer() == "token-3"


async def test_renewal_that_fails_is_tried_again() -> None:
    async with near() as here:
        here.far.logins = [told(503), told(429, Retry_After="7"), told(429)]
        await keep_until(here, 4)
        assert here.clock.slept == [30.0, 7.0, 60.0, 3299.0]


@pytest.mark.parametrize(
    ("thumbprint", "algorithm", "named"),
    [
        (SHA1, "RS256", ("x5t", "oaGhoaGhoaGhoaGhoaGhoaGhoaE")),
        (SHA256, "PS256", ("x5t#S256", "oaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaE")),
    ],
)
async def test_certificate_signs_who_we_are(
    thumbprint: str, algorithm: str, named: tuple[str, str]
) -> None:
    certificate = {"key": pem(), "thumbprint": thumbprint}
    async with near(secret=None, certificate=certificate) as here:
        assert await here.tokens.bearer() == "token-1"
        (form,) = here.far.forms
        given = form.pop("client_assertion")
        assert form == {
            "tenant": TENANT,
            "grant_type": "client_credentials",
            "client_id": APP,
            "scope": "https://api.botframework.com/.default",
            "client_assertion_type": ASSERTION,
        }
        header = jwt.get_unverified_header(given)
        assert header == {"alg": algorithm, "typ": "JWT", named[0]: named[1]}
        audience = f"{here.far.base}/login/{TENANT}/oauth2/v2.0/token"
        claims = jwt.decode(
            given,
            key(0).public_key(),
            algorithms=[algorithm],
            audience=audience,
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        at = int(here.clock.now.timestamp())
        assert claims.pop("jti")
        assert claims == {
            "aud": audience,
            "iss": APP,
            "sub": APP,
            "nbf": at,
            "iat": at,
            "exp": at + 300,
        }


@pytest.mark.parametrize(
    ("identity", "version", "headers"),
    [
        ({}, "2018-02-01", {"Metadata": "true"}),
        ({"header": "h3ader"}, "2019-08-01", {"X-IDENTITY-HEADER": "h3ader"}),
    ],
)
async def test_azure_gives_this_machine_a_token(
    identity: dict[str, str], version: str, headers: dict[str, str]
) -> None:
    async with near() as here:
        endpoint = f"{here.far.base}/identity"
        settings = here.far.settings(
            secret=None, managed_identity={"endpoint": endpoint, **identity}
        )
        tokens = type(here.tokens)(here.http, settings, here.clock)
        ends = int((here.clock.now + timedelta(hours=1)).timestamp())
        here.far.logins = [
            told(410),
            told(404),
            told(200, {"access_token": "of-azure", "expires_on": str(ends)}),
        ]
        for _ in range(2):
            with pytest.raises(TryLater) as caught:
                await tokens.bearer()
            assert caught.value.seconds == 70.0
        assert await tokens.bearer() == "of-azure"
        query = {
            "api-version": version,
            "resource": "https://api.botframework.com",
            "client_id": APP,
        }
        assert here.far.identities == [(query, headers)] * 3
        here.clock.now += timedelta(hours=1)
        here.far.logins = [told(400, {"error": "invalid_request"})]
        with pytest.raises(Barred) as barred:
            await tokens.bearer()
        assert (barred.value.code, barred.value.said) == (
            "invalid_request",
            text("teams-barred-identity"),
        )


@pytest.mark.parametrize(
    ("answer", "code", "detail"),
    [
        (
            told(
                401,
                {
                    "error": "invalid_client",
                    "error_codes": [7000222],
                    "error_description": "of tenant 2222",
                },
            ),
            "invalid_client",
            "invalid_client: status 401 AADSTS7000222",
        ),
        (told(400, {"error": 5, "error_codes": "?"}), "status-400", "status-400: status 400"),
        (told(403, "<html>"), "status-403", "status-403: status 403"),
        (told(302, Location="http://127.0.0.1/"), "status-302", "status-302: status 302"),
    ],
)
async def test_login_that_does_not_know_us_closes_all_of_teams(
    answer: Answer, code: str, detail: str
) -> None:
    async with near() as here:
        here.far.logins = [answer]
        with pytest.raises(Barred) as caught:
            await here.tokens.bearer()
        error = caught.value
        assert (error.code, str(error), error.whole) == (code, detail, True)
        assert error.said == text("teams-barred-login")


@pytest.mark.parametrize(
    "answer",
    [
        told(500),
        told(503, "<html>"),
        told(400, {"error": "temporarily_unavailable"}),
        told(200, "<html>"),
        told(200, ["token"]),
        told(200, {"access_token": "", "expires_in": 3599}),
        told(200, {"access_token": "t", "expires_in": "soon"}),
        told(200, {"expires_in": 3599}),
    ],
)
async def test_login_that_gives_no_token_is_not_reached(answer: Answer) -> None:
    async with near() as here:
        here.far.logins = [answer]
        with pytest.raises(Unreached):
            await here.tokens.bearer()
        assert await here.tokens.bearer() == "token-2"


async def test_login_that_limits_is_waited_for() -> None:
    async with near() as here:
        here.far.logins = [told(429, Retry_After="17"), told(429)]
        waits = []
        for _ in range(2):
            with pytest.raises(TryLater) as caught:
                await here.tokens.bearer()
            waits.append(caught.value.seconds)
        assert waits == [17.0, 60.0]


async def test_seconds_may_be_words() -> None:
    async with near() as here:
        here.far.logins = [told(200, {"access_token": "t", "expires_in": "3599"})]
        assert [await here.tokens.bearer() for _ in range(2)] == ["t", "t"]


async def test_without_an_app_id_there_is_no_token_and_nobody_is_asked() -> None:
    async with near(app_id="", secret=None) as here:
        await here.tokens.keep()
        assert (await here.tokens.bearer(), here.far.forms) == ("", [])
