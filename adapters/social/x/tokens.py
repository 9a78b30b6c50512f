"""The tokens that calls to X carry: the account's, which rotate, and the app's own.

An access token lives two hours. Its refresh token works once and is replaced by the answer
(docs.x.com, OAuth 2.0 with PKCE), so two processes that refresh at the same time would lock the
account out. Hence the lease: one process asks, the new pair is saved before anybody uses it, and
the others wait for it in the vault.
"""

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from adapters._call import Call, patience, perform
from adapters.social.x.settings import Settings
from chatops.clock import Clock
from chatops.errors import Barred, Rejected, Unreached
from chatops.ports import Vault
from chatops.text import text

#: The permissions that `connect` asks for (docs.x.com, OAuth 2.0 scopes).
SCOPES: Final = (
    "tweet.read",
    "tweet.write",
    "tweet.moderate.write",
    "users.read",
    "dm.read",
    "dm.write",
    "offline.access",
)

#: A token this near its end is renewed before it is used.
_MARGIN: Final = timedelta(seconds=60)
#: Seconds: longer than a refresh can take, and how often who waits looks again.
_LEASE: Final = 30.0
_LOOK: Final = 0.2


class Tokens:
    """One account's tokens, kept in the vault. `owner` names this process in leases."""

    def __init__(
        self,
        account: str,
        settings: Settings,
        http: httpx.AsyncClient,
        vault: Vault,
        clock: Clock,
        owner: str,
    ) -> None:
        self._account = account
        self._settings = settings
        self._http = http
        self._vault = vault
        self._clock = clock
        self._owner = owner
        self._app: str | None = None
        self._alone = asyncio.Lock()
        self._renewals: set[asyncio.Task[str]] = set()

    async def access(self) -> str:
        """Return an access token that lives for a while yet.

        Raises:
            Barred: `not-connected`, `revoked` or `client`: no call gets through until an administrator
                has connected the account, or has set the app's secret right.
            TryLater, Unreached: it needed a refresh, and that failed for now.
        """
        kept = await self._kept()
        if _ends(kept) - self._clock.transport() > _MARGIN:
            return kept["access"]
        return await self.renew(kept["access"])

    async def renew(self, stale: str) -> str:
        """Return a token that is not `stale`: another's new one, or our own.

        Once begun it is carried through even if the caller is cancelled: a pair that X has given
        out and nobody saved would lock the account out.
        """
        renewal = asyncio.create_task(self._renew(stale))
        self._renewals.add(renewal)
        renewal.add_done_callback(self._renewals.discard)
        return await asyncio.shield(renewal)

    async def settle(self) -> None:
        """Wait for renewals whose askers have left."""
        await asyncio.gather(*self._renewals, return_exceptions=True)

    async def _renew(self, stale: str) -> str:
        async with self._alone:  # the lease tells processes apart, this the tasks of ours
            return await self._renew_by_lease(stale)

    async def _renew_by_lease(self, stale: str) -> str:
        waited = 0.0
        while waited < 2 * _LEASE:
            kept = await self._kept()
            if kept["access"] != stale:
                return kept["access"]
            if await self._vault.lease(self._account, "refresh", self._owner, _LEASE):
                try:
                    return await self._refresh(stale)
                finally:
                    await self._vault.release(self._account, "refresh", self._owner)
            await self._clock.sleep(_LOOK)
            waited += _LOOK
        raise Unreached("another process holds the lease and brought no new token")

    async def of_app(self) -> str:
        """Return the app's own bearer token, which X gives again and again until it is revoked."""
        if self._app is None:
            secrets = (self._settings.consumer_key, self._settings.consumer_secret)
            key, secret = (one.get_secret_value() for one in secrets)
            answer = await self._ask(
                "/oauth2/token", {"grant_type": "client_credentials"}, key, secret
            )
            if not answer.is_success:
                raise Rejected(
                    "app-keys", f"status {answer.status_code}", text("rejected-app-keys")
                )
            token = _body(answer).get("access_token")
            if not isinstance(token, str):
                raise Unreached("the token endpoint answered without a token")
            self._app = token
        return self._app

    def forget_app(self, token: str) -> None:
        """Drop the app's token, which X no longer takes."""
        if self._app == token:
            self._app = None

    async def exchange(self, code: str, verifier: str) -> dict[str, str]:
        """Return the pair for an authorization code (RFC 7636); the caller saves it."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": verifier,
        }
        answer = await self._ask_as_client(form)
        if not answer.is_success:
            raise Rejected("code", _said(answer), text("rejected-code"))
        return self._pair(_body(answer), {})

    async def _kept(self) -> Mapping[str, str]:
        state = await self._vault.state(self._account)
        if state.revoked:
            raise Barred("revoked", said=text("rejected-revoked"))
        if "access" not in state.tokens:
            raise Barred("not-connected", said=text("rejected-not-connected"))
        return state.tokens

    async def _refresh(self, stale: str) -> str:
        """Ask for a new pair while holding the lease, and save it before it is used."""
        kept = await self._kept()  # the holder before us may have just brought one
        if kept["access"] != stale:
            return kept["access"]
        form = {"grant_type": "refresh_token", "refresh_token": kept["refresh"]}
        answer = await self._ask_as_client(form)
        if _is_dead(answer):
            await self._vault.revoked(self._account)
            raise Barred("revoked", f"status {answer.status_code}", text("rejected-revoked"))
        if not answer.is_success:
            raise Barred("client", _said(answer), text("rejected-client"))
        pair = self._pair(_body(answer), kept)
        await self._vault.save_tokens(self._account, pair)
        return pair["access"]

    async def _ask_as_client(self, form: Mapping[str, str]) -> httpx.Response:
        client = self._settings.client_id
        if self._settings.client_secret is None:
            return await self._ask("/2/oauth2/token", {**form, "client_id": client})
        secret = self._settings.client_secret.get_secret_value()
        return await self._ask("/2/oauth2/token", form, client, secret)

    async def _ask(
        self, path: str, form: Mapping[str, str], user: str = "", password: str = ""
    ) -> httpx.Response:
        """Call a token endpoint. What hangs on the token has not been done: nothing is in doubt."""
        headers = {"authorization": _basic(user, password)} if user else {}
        call = Call("POST", self._settings.api + path, headers=headers, form=form)
        answer = await perform(self._http, call)
        if answer.status_code == 429:
            raise patience(answer, 60.0)
        return answer

    def _pair(self, body: Mapping[str, Any], before: Mapping[str, str]) -> dict[str, str]:
        """Return what to keep: X sends no new refresh token if the old one goes on working."""
        if not isinstance(body.get("access_token"), str):
            raise Unreached("the token endpoint answered without a token")
        ends = self._clock.transport() + timedelta(seconds=float(body.get("expires_in", 7200)))
        return {
            **before,
            "access": body["access_token"],
            "refresh": str(body.get("refresh_token", before.get("refresh", ""))),
            "ends_at": ends.isoformat(),
            "scope": str(body.get("scope", before.get("scope", ""))),
        }


def _is_dead(answer: httpx.Response) -> bool:
    """Tell whether X knows the refresh token no more.

    The standard's word is invalid_grant (RFC 6749 §5.2); X says invalid_request and names the token.
    """
    body = _body(answer) if answer.status_code == 400 else {}
    named = "token was invalid" in str(body.get("error_description", ""))
    return body.get("error") == "invalid_grant" or named


def _ends(kept: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(kept["ends_at"])


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError as error:
        raise Unreached("the token endpoint answered without JSON") from error
    return body if isinstance(body, dict) else {}


def _said(answer: httpx.Response) -> str:
    return f"{_body(answer).get('error', answer.status_code)}"
