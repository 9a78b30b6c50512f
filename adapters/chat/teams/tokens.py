"""The token that our calls to Teams carry: asked for ahead of time, kept, and renewed.

Three proofs of who we are are taken: a secret, a certificate, and Azure's managed identity. What
the login refuses (a secret that has ended, an app that is gone) closes all of Teams to us until an
administrator mends it. The far side's descriptions stay out of the log: they name the tenant and
repeat what was sent; its error word and its numbers (AADSTS…) do not.
"""

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import jwt
import structlog

from adapters._call import Call, patience, perform
from adapters.chat.teams.clouds import ENDPOINTS
from adapters.chat.teams.settings import Certificate, ManagedIdentity, Settings
from chatops.clock import Clock
from chatops.errors import Barred, CareError, TryLater, Unreached
from chatops.text import Text, text

_log = structlog.get_logger(__name__)

#: A token lives an hour or more; one with less left than this is renewed meanwhile.
_AHEAD: Final = timedelta(minutes=5)
#: With less left than this it is used no more: a call may take ten seconds.
_MARGIN: Final = timedelta(seconds=60)
_AGAIN: Final = 30.0  # seconds until a renewal ahead of time that failed is tried again
_NO_WAIT_TOLD: Final = 60.0  # seconds to wait after a 429 without Retry-After

#: Seconds that a certificate's assertion holds
#: (learn.microsoft.com/entra/identity-platform/certificate-credentials: five to ten minutes).
_ASSERTED: Final = 300
_BY_CERTIFICATE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

#: What Azure answers while its instance metadata is being updated, and how long that takes at most
#: (learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
_UPDATING: Final = frozenset({404, 410})
_UPDATE: Final = 70.0

_NOT_TAKEN: Final = text("teams-barred-login")
_NO_IDENTITY: Final = text("teams-barred-identity")


class Tokens:
    """Our token. Without an app id, which only development allows, there is none: it is ""."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock
        self._token = ""
        self._ends_at: datetime | None = None  #: None where there is no token
        self._alone = asyncio.Lock()

    async def bearer(self) -> str:
        """Return a token that holds for a while yet.

        Raises:
            Barred: the login does not know us; all of Teams is closed until that is mended.
            TryLater, Unreached: there is none for now.
        """
        if not self._settings.app_id or self._left() > _MARGIN:
            return self._token
        async with self._alone:
            if self._left() <= _MARGIN:  # who waited finds the new one
                await self._renew()
            return self._token

    def forget(self, token: str) -> None:
        """Drop a token that Teams does not take."""
        if token == self._token:
            self._ends_at = None

    async def keep(self) -> None:
        """Renew the token ahead of time, until cancelled: no call then waits for the login."""
        while self._settings.app_id:
            try:
                async with self._alone:
                    if self._left() <= _AHEAD:
                        await self._renew()
                wait = max((self._left() - _AHEAD).total_seconds(), _AGAIN)
            except CareError as error:
                # who calls meanwhile is told; here it is only tried again
                _log.warning("teams.token_not_renewed", error=type(error).__name__)
                wait = error.seconds if isinstance(error, TryLater) else _AGAIN
            await self._clock.sleep(wait)

    def _left(self) -> timedelta:
        if self._ends_at is None:
            return timedelta()
        return self._ends_at - self._clock.transport()

    async def _renew(self) -> None:
        identity = self._settings.managed_identity
        now = self._clock.transport()
        if identity is not None:
            answer = await perform(self._http, self._of_azure(identity))
        else:
            answer = await perform(self._http, self._of_login(now))
        _judge(answer, _NO_IDENTITY if identity else _NOT_TAKEN, updates=identity is not None)
        self._token, self._ends_at = _token_in(answer, now)

    def _of_login(self, now: datetime) -> Call:
        settings = self._settings
        url = f"{settings.login}/{settings.tenant}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.app_id,
            "scope": ENDPOINTS[settings.cloud].scope,
        }
        if settings.certificate is not None:
            assertion = _assertion(settings.certificate, settings.app_id, url, now)
            form |= {"client_assertion_type": _BY_CERTIFICATE, "client_assertion": assertion}
        elif settings.secret is not None:
            form["client_secret"] = settings.secret.get_secret_value()
        return Call("POST", url, form=form)

    def _of_azure(self, identity: ManagedIdentity) -> Call:
        """Ask the machine's own endpoint, of which Azure has two kinds."""
        if identity.header is not None:  # App Service, Functions, Container Apps
            version = "2019-08-01"
            headers = {"X-IDENTITY-HEADER": identity.header.get_secret_value()}
        else:
            version, headers = "2018-02-01", {"Metadata": "true"}
        params = {
            "api-version": version,
            "resource": ENDPOINTS[self._settings.cloud].resource,
            "client_id": self._settings.app_id,
        }
        return Call("GET", identity.endpoint, params=params, headers=headers)


def _assertion(certificate: Certificate, app_id: str, audience: str, now: datetime) -> str:
    """Return a token of our own, by which the certificate's key says who we are.

    The header names the certificate as Entra knows it: `x5t` by SHA-1, `x5t#S256` by SHA-256
    (learn.microsoft.com/entra/identity-platform/certificate-credentials).
    """
    print_ = bytes.fromhex(certificate.thumbprint)
    named = base64.urlsafe_b64encode(print_).rstrip(b"=").decode()
    by_sha256 = len(print_) == 32
    at = int(now.timestamp())
    claims = {
        "aud": audience,
        "iss": app_id,
        "sub": app_id,
        "jti": str(uuid4()),
        "nbf": at,
        "iat": at,
        "exp": at + _ASSERTED,
    }
    return jwt.encode(
        claims,
        certificate.key.get_secret_value(),
        algorithm="PS256" if by_sha256 else "RS256",
        headers={"x5t#S256" if by_sha256 else "x5t": named},
    )


def _judge(answer: httpx.Response, refused: Text, *, updates: bool) -> None:
    """Let a 2xx pass.

    Raises:
        TryLater: for a while, there are no tokens to be had.
        Barred: every other answer.
    """
    if answer.is_success:
        return
    if answer.status_code == 429:
        raise patience(answer, _NO_WAIT_TOLD)
    if updates and answer.status_code in _UPDATING:
        raise TryLater(_UPDATE, f"status {answer.status_code} from Azure's instance metadata")
    body = _object(answer)
    word = body.get("error")
    if word == "temporarily_unavailable":
        raise Unreached(f"{answer.url.host}: {word}")
    numbers = body.get("error_codes")
    numbers = numbers if isinstance(numbers, list) else []
    told = [f"AADSTS{one}" for one in numbers if isinstance(one, int)]
    code = word if isinstance(word, str) else f"status-{answer.status_code}"
    raise Barred(code, " ".join([f"status {answer.status_code}", *told]), refused, whole=True)


def _token_in(answer: httpx.Response, now: datetime) -> tuple[str, datetime]:
    """Return the token and its end: `expires_in` seconds, or Azure's `expires_on`, a Unix second.

    Raises:
        Unreached: there is no token in the answer.
    """
    body = _object(answer)
    token = body.get("access_token")
    lives, ends = (str(body.get(name, "")) for name in ("expires_in", "expires_on"))
    if isinstance(token, str) and token and lives.isdecimal():
        return token, now + timedelta(seconds=int(lives))
    if isinstance(token, str) and token and ends.isdecimal():
        return token, datetime.fromtimestamp(int(ends), now.tzinfo)
    raise Unreached(f"{answer.url.host}: no token in the answer")


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer; empty where it is none, as a gateway's page of HTML."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
