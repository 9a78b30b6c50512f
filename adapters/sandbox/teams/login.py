"""Microsoft Entra's token endpoint, for the one app that is registered: client credentials alone.

The app proves itself by its secret, or by an assertion signed with its certificate's key.
"""

import base64
import hashlib
import uuid
from datetime import UTC, datetime

import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.sandbox.teams.keys import Keys
from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.state import State

#: For whom a token of the connector is made.
AUDIENCE = "https://api.botframework.com"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE = 3_600


class LoginRefused(Exception):
    """No token: an OAuth error and Entra's own number for it."""

    def __init__(self, status: int, error: str, number: int, words: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.number = number
        self.words = words

    def body(self, now: float) -> JSON:
        trace = str(uuid.uuid4())
        at = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        lines = f"AADSTS{self.number}: {self.words} Trace ID: {trace} Timestamp: {at}"
        return {
            "error": self.error,
            "error_description": lines,
            "error_codes": [self.number],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": str(uuid.uuid4()),
        }


class Login:
    """Gives bearer tokens for the connector, and knows its own again."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._keys = Keys("login", first=1_000)
        #: The secret's last day is over.
        self.secret_ended = False

    async def serve(self, request: web.Request) -> web.Response:
        """POST /{tenant}/oauth2/v2.0/token."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            body = self._token(request.match_info["tenant"], form, str(request.url))
        except LoginRefused as refusal:
            return web.json_response(refusal.body(self._state.clock.now()), status=refusal.status)
        return web.json_response(body, headers={"Cache-Control": "no-store, no-cache"})

    def admits(self, authorization: str | None) -> bool:
        """Tell whether an Authorization header holds a token of ours that is not over."""
        limits, now = self._state.limits, self._state.clock.now()
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return not limits.on("bearer_known")
        claims = self._keys.read(token, AUDIENCE)
        if claims is None or claims.get("appid") != self._state.organisation.app_id:
            return not limits.on("bearer_known")
        return now < claims["exp"] or not limits.on("bearer_life")

    def _token(self, tenant: str, form: dict[str, str], address: str) -> JSON:
        state, organisation = self._state, self._state.organisation
        limits = state.limits
        if tenant != organisation.tenant and limits.on("tenant_known"):
            raise LoginRefused(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if (grant := form.get("grant_type")) != "client_credentials":
            words = f"The app requested an unsupported grant type '{grant}'."
            raise LoginRefused(400, "unsupported_grant_type", 70003, words)
        app = form.get("client_id", "")
        if app != organisation.app_id and limits.on("app_known"):
            words = f"Application with identifier '{app}' was not found in the directory."
            raise LoginRefused(400, "unauthorized_client", 700016, words)
        if limits.on("secret_right"):
            self._prove(form, address)
        self._scope(form.get("scope", ""))
        now = int(state.clock.now())
        life = int(limits.value("bearer_life")) if limits.on("bearer_life") else _LIFE
        claims = {
            "aud": AUDIENCE,
            "iss": f"https://sts.windows.net/{tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + life,
            "appid": organisation.app_id,
            "tid": tenant,
            "ver": "1.0",
            "uti": uuid.uuid4().hex,
        }
        return {
            "token_type": "Bearer",
            "expires_in": life,
            "ext_expires_in": life,
            "access_token": self._keys.sign(claims),
        }

    def _scope(self, scope: str) -> None:
        if not scope.endswith("/.default") and self._state.limits.on("scope_default"):
            words = f"The provided value for scope {scope} is not valid: it ends in /.default."
            raise LoginRefused(400, "invalid_scope", 1002012, words)
        if scope.removesuffix("/.default") != AUDIENCE and self._state.limits.on("scope_known"):
            words = f"The resource principal named {scope.removesuffix('/.default')} was not found."
            raise LoginRefused(400, "invalid_resource", 500011, words)

    def _prove(self, form: dict[str, str], address: str) -> None:
        """Check the app's secret or its assertion."""
        if "client_assertion" in form:
            self._assertion(form, address)
        elif "client_secret" not in form:
            words = "'client_assertion' or 'client_secret' is required for this grant."
            raise LoginRefused(401, "invalid_client", 7000216, words)
        elif form["client_secret"] != self._state.organisation.secret:
            words = "Invalid client secret provided."
            raise LoginRefused(401, "invalid_client", 7000215, words)
        elif self.secret_ended:
            words = "The provided client secret keys are expired."
            raise LoginRefused(401, "invalid_client", 7000222, words)

    def _assertion(self, form: dict[str, str], address: str) -> None:
        """Check a JWT signed by the certificate: alg, thumbprint, audience, issuer and hours."""
        organisation, now = self._state.organisation, self._state.clock.now()
        wrong = LoginRefused(
            401, "invalid_client", 700027, "The certificate with which it was signed is not known."
        )
        if organisation.certificate is None or form.get("client_assertion_type") != _ASSERTION:
            raise wrong
        certificate = x509.load_pem_x509_certificate(organisation.certificate.encode())
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101 - Entra takes RSA certificates alone
        given = form["client_assertion"]
        try:
            header = jwt.get_unverified_header(given)
            claims = jwt.decode(
                given,
                key,
                algorithms=["RS256", "PS256"],
                audience=address,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            raise wrong from None
        if _thumbprint(header) not in _thumbprints(certificate):
            raise wrong
        if claims.get("iss") != organisation.app_id or claims.get("sub") != organisation.app_id:
            raise wrong
        if not claims.get("nbf", 0) - 300 <= now < claims.get("exp", 0):
            words = "Client assertion is not within its valid time range."
            raise LoginRefused(401, "invalid_client", 700024, words)


def _thumbprint(header: JSON) -> object:
    return header.get("x5t#S256") or header.get("x5t")


def _thumbprints(certificate: x509.Certificate) -> set[str]:
    """Both forms in which an assertion may name its certificate: SHA-256, and the older SHA-1."""
    der = certificate.public_bytes(Encoding.DER)
    digests = (hashlib.sha256(der), hashlib.sha1(der, usedforsecurity=False))
    return {base64.urlsafe_b64encode(one.digest()).rstrip(b"=").decode() for one in digests}
