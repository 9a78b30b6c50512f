"""`python -m chatops connect x`: lead a person through giving us the account.

OAuth 2.0 with PKCE (RFC 7636) without a callback server: the person opens X's page, agrees, and
pastes the address to which X sent the browser. Then the subscriptions that are missing are made.
Safe to run again: it replaces the tokens and leaves what is right.
"""

import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from adapters._call import Call, perform
from adapters.social.x.api import Api
from adapters.social.x.settings import Settings
from adapters.social.x.subscriptions import (
    EVENT_TYPES,
    check,
    missing,
    move,
    of_account,
    own_webhook,
    register,
    subscribe,
)
from adapters.social.x.tokens import SCOPES, Tokens
from adapters.social.x.wire import User
from chatops.clock import Clock
from chatops.errors import Rejected
from chatops.policy import Account
from chatops.ports import Vault

#: Random bytes of the verifier (43 characters: RFC 7636 §4.1) and of the state.
_BYTES: Final = 32


async def connect(
    account: Account,
    settings: BaseModel,
    http: httpx.AsyncClient,
    vault: Vault,
    clock: Clock,
    *,
    ask: Callable[[str], Awaitable[str]],
    tell: Callable[[str], None],
) -> None:
    """Take the account's permission, save its tokens, and make what is missing at X.

    Raises:
        Rejected: the pasted address is not the answer to ours, X refused, or the person who agreed
            is not the account in app.yaml.
    """
    assert isinstance(settings, Settings)  # noqa: S101 - config made it by this very model
    tokens = Tokens(account.name, settings, http, vault, clock, secrets.token_hex(8))
    state, verifier = secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES)
    tell(f"Log in to X as @{account.handle.removeprefix('@')}, open this page and agree:")
    tell(_authorize_url(settings, state, verifier))
    tell("X then sends the browser to an address that may show an error page. That is right.")
    code = _code(await ask("Paste that whole address here: "), state)
    pair = await tokens.exchange(code, verifier)
    me = await _whose(settings, http, pair["access"])
    if me.username.casefold() != account.handle.removeprefix("@").casefold():
        raise Rejected("other-account", "the person who agreed is not the account of app.yaml")
    await vault.save_tokens(account.name, {**pair, "user_id": me.id})
    tell(f"Connected @{me.username}.")
    lacking = [scope for scope in SCOPES if scope not in pair["scope"].split()]
    if lacking:
        tell(
            f"X left out these permissions: {', '.join(lacking)}. Allow them in the app's settings."
        )
    api = Api(settings, http, tokens, clock)
    webhook_id = await _webhook(api, settings, tell)
    await _subscriptions(api, me.id, webhook_id, tell)


def _authorize_url(settings: Settings, state: str, verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": settings.redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{settings.authorize}?{urlencode(query)}"


def _code(pasted: str, state: str) -> str:
    """Return the code in the address that was pasted."""
    query = parse_qs(urlsplit(pasted.strip()).query)
    if "error" in query:
        raise Rejected("denied", "X was told no, or refused the app")
    if not secrets.compare_digest(query.get("state", [""])[0].encode(), state.encode()):
        raise Rejected("state", "this is not the answer to the page above; start again")
    code = query.get("code", [""])[0]
    if not code:
        raise Rejected("code", "the address holds no code")
    return code


async def _whose(settings: Settings, http: httpx.AsyncClient, access: str) -> User:
    """Ask whose token this is before it is kept."""
    call = Call("GET", f"{settings.api}/2/users/me", headers={"authorization": f"Bearer {access}"})
    answer = await perform(http, call)
    try:
        return User.model_validate(answer.json())
    except (ValueError, ValidationError) as error:
        raise Rejected("token", f"users/me: status {answer.status_code}") from error


async def _webhook(api: Api, settings: Settings, tell: Callable[[str], None]) -> str | None:
    if settings.webhook_url is None:
        return None
    webhook = await own_webhook(api, settings.webhook_url)
    if webhook is None:
        webhook = await register(api, settings.webhook_url)
        tell(f"Registered the webhook {webhook.url}.")
    elif not webhook.valid:
        await check(api, webhook)
        tell(f"Had X check the webhook {webhook.url} again.")
    return webhook.id


async def _subscriptions(
    api: Api, user_id: str, webhook_id: str | None, tell: Callable[[str], None]
) -> None:
    existing = await of_account(api, user_id)
    lacking = missing(existing)
    for event_type in lacking:
        await subscribe(api, event_type, user_id, webhook_id)
    tell(f"Subscribed to {len(lacking)} of {len(EVENT_TYPES)} events; the others were there.")
    astray = [each for each in existing if webhook_id not in (None, each.webhook_id)]
    for subscription in astray:
        await move(api, subscription, str(webhook_id))
    if astray:
        tell(f"Sent {len(astray)} subscriptions to the webhook.")
