"""Whose an activity is: the Bot Framework's, for our app, from Teams, or nobody's.

The keys are fetched ahead of time and kept; a key that is not among them is looked for once, and
again only after a while, so that made-up ones bring us no traffic. What is checked, and in which
order a caller could tell it apart, is one answer: Unauthentic
(learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication,
"Connector to bot").
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.types import Options

from adapters._call import Call, perform
from adapters.chat.teams.clouds import ENDPOINTS
from adapters.chat.teams.settings import Settings
from chatops.clock import Clock
from chatops.errors import CareError, Unauthentic, Unreached

_log = structlog.get_logger(__name__)

#: Teams' name among the Bot Framework's channels. Others (Web Chat, Direct Line) are signed with the
#: same keys, but let their callers choose who they are.
CHANNEL: Final = "msteams"

_SKEW: Final = timedelta(minutes=5)  # as the documentation has it
_DAILY: Final = 24 * 3600.0  # seconds that keys are believed; they are to be asked for once a day
_AGAIN: Final = 30.0  # seconds until a fetch ahead of time that failed is tried again
_ANEW: Final = timedelta(seconds=60)  # between looks for a key that is not among ours
#: Checked below by our own clock, which goes by the database's.
_CHECKS: Final[Options] = {
    "require": ["iss", "aud", "exp"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


@dataclass(frozen=True, slots=True)
class _Key:
    public: RSAPublicKey
    endorsements: frozenset[str]  #: the channels whose activities it may sign


class Gate:
    """Lets authentic activities in. Without an app id, which only development allows, all are."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._issuer = ENDPOINTS[settings.cloud].issuer
        self._clock = clock
        self._keys: Mapping[str, _Key] = {}
        self._asked_at: datetime | None = None
        self._alone = asyncio.Lock()

    async def check(
        self, authorization: str | None, service_url: object, channel_id: object
    ) -> Mapping[str, Any]:
        """Return the claims of the token by which an activity of that service and channel came.

        Raises:
            Unauthentic: it is not Teams', or not for us.
        """
        if channel_id != CHANNEL:
            raise Unauthentic("the activity is not of Teams")
        if not self._settings.app_id:
            return {}
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token or not token.isascii():
            raise Unauthentic("no bearer token")
        key = await self._key(_kid(token))
        if CHANNEL not in key.endorsements:
            raise Unauthentic("the key does not sign for Teams")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._settings.app_id,
                issuer=self._issuer,
                options=_CHECKS,
            )
        except jwt.PyJWTError as error:
            raise Unauthentic(type(error).__name__) from error
        self._check_time(claims)
        if claims.get("serviceurl") != service_url:
            raise Unauthentic("the token is for another service URL")
        return claims

    async def keep(self) -> None:
        """Fetch the keys ahead of time, until cancelled: no activity then waits for them."""
        while self._settings.app_id:
            try:
                async with self._alone:
                    await self._fetch()
                wait = _DAILY
            except CareError as error:
                _log.warning("teams.keys_not_fetched", error=type(error).__name__)
                wait = _AGAIN
            await self._clock.sleep(wait)

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.transport().timestamp()
        ends, begins = claims["exp"], claims.get("nbf", 0)
        if not (isinstance(ends, int | float) and isinstance(begins, int | float)):
            raise Unauthentic("the token's times are no numbers")
        skew = _SKEW.total_seconds()
        if not begins - skew <= now < ends + skew:
            raise Unauthentic("the token has ended, or has not begun")

    async def _key(self, kid: str) -> _Key:
        if kid not in self._keys:
            async with self._alone:
                if kid not in self._keys and self._may_ask():
                    await self._look(kid)
        if (key := self._keys.get(kid)) is None:
            raise Unauthentic("no such key")
        return key

    def _may_ask(self) -> bool:
        now = self._clock.transport()
        return self._asked_at is None or now - self._asked_at >= _ANEW

    async def _look(self, kid: str) -> None:
        try:
            await self._fetch()
        except CareError as error:
            # nobody gets in, and nothing is lost: Teams shows the person that it failed
            _log.warning("teams.keys_not_fetched", error=type(error).__name__, kid=kid)

    async def _fetch(self) -> None:
        """Read the keys anew.

        Raises:
            Unreached: they cannot be read now; those that are known stay.
        """
        self._asked_at = self._clock.transport()
        metadata = await self._read(self._settings.metadata)
        keys = (await self._read(str(metadata.get("jwks_uri")))).get("keys")
        found = [_key_of(one) for one in keys] if isinstance(keys, list) else []
        if not any(found):
            raise Unreached(f"{self._settings.metadata}: no keys")
        self._keys = dict(one for one in found if one is not None)

    async def _read(self, url: str) -> Mapping[str, Any]:
        answer = await perform(self._http, Call("GET", url))
        try:
            body = answer.json() if answer.is_success else None
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Unreached(f"{answer.url.host}: status {answer.status_code}, no JSON object")
        return body


def _kid(token: str) -> str:
    """Return which key a token says it was signed with.

    Raises:
        Unauthentic: it is no token.
    """
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError as error:
        raise Unauthentic(type(error).__name__) from error
    if not isinstance(kid, str):
        raise Unauthentic("the token names no key")
    return kid


def _key_of(jwk: object) -> tuple[str, _Key] | None:
    """Return a key of the set by its id; None if it is not one that signs activities."""
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
        return None
    try:
        public = RSAAlgorithm.from_jwk(jwk)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if not isinstance(public, RSAPublicKey):
        return None
    endorsements = jwk.get("endorsements")
    named = endorsements if isinstance(endorsements, list) else []
    return jwk["kid"], _Key(public, frozenset(str(one) for one in named))
