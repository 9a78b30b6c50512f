"""Slack's Web API with its failures in our words. Every call has a time-out and is made once.

The outbox is what repeats: a retry in here could post twice, and would wait unseen.
"""

import logging
from ssl import SSLContext
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.writing import JSON
from chatops.errors import (
    Barred,
    CareError,
    Gone,
    InDoubt,
    MarkerSpent,
    Rejected,
    TryLater,
    Unreached,
)
from chatops.text import text

TIMEOUT: Final = 10.0  # seconds for a whole call; Slack itself answers or gives up sooner

_GONE: Final = frozenset({"message_not_found", "cant_update_message", "thread_not_found"})
_SPENT: Final = "duplicate_message_not_found"  # of a client_msg_id
# "It is possible that some aspect of the operation succeeded" (docs.slack.dev, any method's errors).
_UNSURE: Final = frozenset({"fatal_error", "internal_error"})
_NOT_DONE: Final = frozenset(
    {
        "external_channel_migrating",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "update_failed",
    }
)
_ARCHIVED: Final = text("slack-barred-archived")
_OUTSIDE: Final = text("slack-barred-outside")
_TOKEN: Final = text("slack-barred-token")
_SCOPE: Final = text("slack-barred-scope")
_POSTING: Final = text("slack-barred-posting")
_WORKSPACE: Final = text("slack-barred-workspace")
#: What closes one room to us until somebody mends it, and what they must do.
_BARRED: Final = {
    "access_denied": _SCOPE,
    "channel_not_found": _OUTSIDE,
    "is_archived": _ARCHIVED,
    "is_inactive": _ARCHIVED,  # chat.update's word for it
    "missing_scope": _SCOPE,
    "no_permission": _SCOPE,
    "not_in_channel": _OUTSIDE,
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_thread_only_channel": _POSTING,
}
#: What closes the whole workspace to us.
_SHUT_OUT: Final = {
    "accesslimited": _WORKSPACE,
    "account_inactive": _TOKEN,
    "ekm_access_denied": _WORKSPACE,
    "enterprise_is_restricted": _WORKSPACE,
    "invalid_auth": _TOKEN,
    "not_allowed_token_type": _TOKEN,
    "not_authed": _TOKEN,
    "org_login_required": _TOKEN,
    "team_access_not_granted": _TOKEN,
    "token_expired": _TOKEN,
    "token_revoked": _TOKEN,
    "two_factor_setup_required": _WORKSPACE,
}
_LIMITED: Final = frozenset({"ratelimited", "rate_limited"})


class Web:
    """Calls with one token. `session` is shared from `open` to `close`."""

    def __init__(
        self, token: str | None, url: str, proxy: str | None, tls: SSLContext | None
    ) -> None:
        self.client = AsyncWebClient(
            token=token,
            base_url=url,
            timeout=int(TIMEOUT),
            ssl=tls,
            retry_handlers=[],
            logger=logging.getLogger("slack_sdk"),
        )
        # The SDK else takes a proxy from the environment, which only app.yaml may name.
        self.client.proxy = proxy

    def open(self) -> None:
        self.client.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TIMEOUT), trust_env=False
        )

    async def close(self) -> None:
        if self.client.session is not None:
            await self.client.session.close()
            self.client.session = None

    async def read(self, method: str, **params: Any) -> JSON:
        """Call a method that changes nothing.

        Raises:
            Rejected, Gone, Barred, TryLater, Unreached
        """
        return await self._call(method, repeatable=True, http_verb="GET", params=params)

    async def act(self, method: str, **args: Any) -> JSON:
        """Call a method that may be repeated, such as an update.

        Raises:
            Rejected, Gone, Barred, TryLater, Unreached
        """
        return await self._call(method, repeatable=True, json=args)

    async def act_once(self, method: str, **args: Any) -> JSON:
        """Call a method that does its work anew each time, such as a post.

        Raises:
            Rejected, Gone, Barred, TryLater, Unreached, InDoubt
        """
        return await self._call(method, repeatable=False, json=args)

    async def _call(self, method: str, *, repeatable: bool, **how: Any) -> JSON:
        unsure: type[CareError] = Unreached if repeatable else InDoubt
        try:
            answer = await self.client.api_call(method, **how)
        except SlackApiError as error:
            raise refused(method, error, unsure) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreached(f"{method}: {type(error).__name__}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unsure(f"{method}: {type(error).__name__}") from error
        data: JSON = answer.data if isinstance(answer.data, dict) else {}
        return data


def refused(method: str, error: SlackApiError, unsure: type[CareError]) -> CareError:
    """Return what Slack's refusal means; `unsure` is for answers that do not say what was done."""
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    headers = getattr(response, "headers", {})
    given = getattr(response, "data", None)
    data: JSON = given if isinstance(given, dict) else {}
    code = str(data.get("error") or "")
    if status == 429 or code in _LIMITED:
        return TryLater(_seconds(headers.get("Retry-After")), method)
    if code in _NOT_DONE:
        return Unreached(f"{method}: {code}")
    if not code or code in _UNSURE or status >= 500:
        return unsure(f"{method}: HTTP {status} {code}".rstrip())
    if code in _GONE:
        return Gone(code, method)
    if code == _SPENT:
        return MarkerSpent(code, method)
    detail = f"{method}{_why(data)}"
    if code in _SHUT_OUT:
        return Barred(code, detail, _SHUT_OUT[code], whole=True)
    if code in _BARRED:
        return Barred(code, detail, _BARRED[code])
    return Rejected(code, detail)


def _seconds(given: object) -> float:
    """Return Retry-After; a second where it is missing or not a number."""
    try:
        return max(float(str(given)), 1.0)
    except ValueError:
        return 1.0


def _why(data: JSON) -> str:
    """Return what names the fault without any of the message's words."""
    if "needed" in data:
        return f": needs {data['needed']}, has {data.get('provided')}"
    pointers = [str(line).rpartition("[json-pointer:")[2].rstrip("]") for line in _messages(data)]
    return f": {', '.join(pointers)}" if pointers else ""


def _messages(data: JSON) -> list[str]:
    messages = (data.get("response_metadata") or {}).get("messages") or []
    return [line for line in messages if "[json-pointer:" in str(line)]
