"""X's OAuth 2.0: authorization code with PKCE, rotating refresh tokens, and the app's own token.

Source: docs.x.com/resources/fundamentals/authentication/oauth-2-0. X never says why it refuses a
code or a token at the token endpoint: both are "Value passed for the token was invalid."
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.sandbox.clock import Clock
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.problems import Problem, oauth_error
from adapters.sandbox.x.world import XWorld

SCOPES = frozenset(
    {
        "tweet.read",
        "tweet.write",
        "tweet.moderate.write",
        "users.read",
        "dm.read",
        "dm.write",
        "offline.access",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token: a person's with its scopes, or the app's own (`user_id` is None)."""

    value: str
    user_id: str | None
    scopes: frozenset[str]
    #: Seconds since 1970; None never ends.
    expires_at: float | None

    @property
    def caller(self) -> str:
        return self.user_id or "app"


@dataclass(frozen=True, slots=True)
class _Code:
    client_id: str
    redirect_uri: str
    challenge: str
    scopes: frozenset[str]
    expires_at: float


class Grants:
    def __init__(self, world: XWorld, clock: Clock, limits: Limits) -> None:
        self._world = world
        self._clock = clock
        self._limits = limits
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, frozenset[str]] = {}
        self._app_token: str | None = None

    def authorize(self, asked: Mapping[str, str]) -> str:
        """A fresh code for a well-formed request; the brand approves at once."""
        app = self._world.app
        if asked.get("response_type") != "code" or asked.get("client_id") != app.client_id:
            raise oauth_error(400, "invalid_request", "Value passed for the client was invalid.")
        if self._limits.on("redirect_uri") and asked.get("redirect_uri") not in app.redirect_uris:
            raise oauth_error(400, "invalid_request", "Value passed for redirect uri was invalid.")
        scopes = frozenset(asked.get("scope", "").split())
        if not scopes or scopes - SCOPES:
            raise oauth_error(400, "invalid_scope", "Value passed for the scope was invalid.")
        challenge = asked.get("code_challenge", "")
        if not asked.get("state") or not challenge or asked.get("code_challenge_method") != "S256":
            raise oauth_error(400, "invalid_request", "state and an S256 code_challenge, please.")
        code = secrets.token_urlsafe(32)
        ends = self._clock.now() + self._limits.value("code_expires")
        self._codes[code] = _Code(
            app.client_id, asked.get("redirect_uri", ""), challenge, scopes, ends
        )
        return code

    def exchange(self, form: Mapping[str, str], authorization: str) -> dict[str, object]:
        """`POST /2/oauth2/token`: a code, or a refresh token, against a new pair."""
        self._prove_client(form, authorization)
        match form.get("grant_type"):
            case "authorization_code":
                return self._pair(self._spend_code(form))
            case "refresh_token":
                return self._pair(self._spend_refresh(form.get("refresh_token", "")))
            case other:
                raise oauth_error(400, "unsupported_grant_type", f"grant_type: {other}")

    def app_token(self, form: Mapping[str, str], authorization: str) -> dict[str, object]:
        """`POST /oauth2/token`: the app's own token, the same one each time until revoked."""
        app = self._world.app
        if not _is_basic(authorization, app.consumer_key, app.consumer_secret):
            raise oauth_error(403, "unauthorized_client", "Unable to verify your credentials")
        if form.get("grant_type") != "client_credentials":
            raise oauth_error(400, "unsupported_grant_type", "client_credentials, please.")
        if self._app_token is None:
            self._app_token = "AAAA" + secrets.token_urlsafe(48)
        return {"token_type": "bearer", "access_token": self._app_token}

    def revoke(self, form: Mapping[str, str], authorization: str) -> dict[str, object]:
        """`POST /2/oauth2/revoke`: one token, by its holder."""
        self._prove_client(form, authorization)
        token = form.get("token", "")
        self._access.pop(token, None)
        self._refresh.pop(token, None)
        return {"revoked": True}

    def revoke_all(self) -> None:
        """The brand takes its permission back in X's settings."""
        self._access.clear()
        self._refresh.clear()

    def find(self, authorization: str) -> Token | None:
        """The living token in an Authorization header."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() != "bearer" or not value:
            return None
        if self._app_token is not None and hmac.compare_digest(value, self._app_token):
            return Token(value, None, frozenset(), None)
        token = self._access.get(value)
        ended = token and token.expires_at is not None and token.expires_at <= self._clock.now()
        return None if ended and self._limits.on("token_expires") else token

    def issue(self, *scopes: str) -> tuple[str, str]:
        """An access and a refresh token of the brand's without the dance, for tests and config."""
        pair = self._pair(frozenset(scopes) or SCOPES)
        return str(pair["access_token"]), str(pair.get("refresh_token", ""))

    def _pair(self, scopes: frozenset[str]) -> dict[str, object]:
        seconds = int(min(self._limits.value("token_expires"), 7_200))
        access = secrets.token_urlsafe(48)
        self._access[access] = Token(
            access, self._world.brand.id, scopes, self._clock.now() + seconds
        )
        pair: dict[str, object] = {
            "token_type": "bearer",
            "expires_in": seconds,
            "access_token": access,
            "scope": " ".join(sorted(scopes)),
        }
        if "offline.access" in scopes:
            refresh = secrets.token_urlsafe(48)
            self._refresh[refresh] = scopes
            pair["refresh_token"] = refresh
        return pair

    def _spend_code(self, form: Mapping[str, str]) -> frozenset[str]:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires_at <= self._clock.now():
            raise _invalid_token()
        if code.redirect_uri != form.get("redirect_uri"):
            raise _invalid_token()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self._limits.on("pkce") and not hmac.compare_digest(hashed, code.challenge):
            raise _invalid_token()
        return code.scopes

    def _spend_refresh(self, token: str) -> frozenset[str]:
        """The old refresh token dies in the moment it is used."""
        scopes = self._refresh.get(token)
        if scopes is None:
            raise _invalid_token()
        if self._limits.on("refresh_once"):
            del self._refresh[token]
        return scopes

    def _prove_client(self, form: Mapping[str, str], authorization: str) -> None:
        app = self._world.app
        if app.client_secret is None or not self._limits.on("client_secret"):
            known = form.get("client_id") == app.client_id or _is_basic(
                authorization, app.client_id, app.client_secret or ""
            )
            if not known:
                raise oauth_error(400, "invalid_request", "Missing required parameter [client_id].")
        elif not _is_basic(authorization, app.client_id, app.client_secret):
            raise oauth_error(401, "unauthorized_client", "Missing valid authorization header")


def _invalid_token() -> Problem:
    return oauth_error(400, "invalid_request", "Value passed for the token was invalid.")


def _is_basic(authorization: str, user: str, password: str) -> bool:
    scheme, _, value = authorization.partition(" ")
    try:
        given = base64.b64decode(value, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, f"{user}:{password}".encode())
