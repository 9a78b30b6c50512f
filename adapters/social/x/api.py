"""Calls to X's API: whose token they carry, and what X's refusals mean.

X's error bodies are RFC 7807 problems whose `type` is mostly `about:blank`; what tells one refusal
from another is its English `detail`, which names rules and ids and never repeats a text. The
phrases below are the ones that clients report from the wire; an unknown one goes to the log.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from adapters._call import Call, patience, perform, unanswered
from adapters.social.x.reads import Window
from adapters.social.x.settings import Settings
from adapters.social.x.tokens import Tokens
from chatops.clock import Clock
from chatops.errors import Barred, Rejected, TryLater
from chatops.text import text

#: Seconds to wait where a 429 names no end of its window; X's windows are 15 minutes long.
_NO_RESET: Final = 60.0

#: Statuses by which no call at all gets through until an administrator has seen to it: the account is
#: to be connected again (this comes after a renewal), or credits are to be bought.
_CLOSED: Final = frozenset({401, 402})
#: A refusal's code by what X's `detail` holds, in lower case.
_BY_DETAIL: Final = (
    ("have not been mentioned or otherwise engaged", "not-summoned"),
    ("duplicate content", "duplicate"),
    ("deleted or not visible to you", "post-gone"),
    ("too long", "too-long"),
    ("over the max character limit", "too-long"),
    ("do not have permission to dm", "dm-closed"),
    ("cannot send messages to this user", "dm-closed"),
)
_BY_STATUS: Final = {401: "token", 402: "credits", 403: "forbidden", 404: "not-found"}


class Api:
    """One account's way to X's API."""

    def __init__(
        self, settings: Settings, http: httpx.AsyncClient, tokens: Tokens, clock: Clock
    ) -> None:
        self._root = settings.api
        self._http = http
        self._clock = clock
        self.tokens = tokens

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        """Read something as the account; a parameter's `__` stands for the dot in X's name."""
        return await self.as_user(self._reading(path, params))

    async def get_counted(self, path: str, **params: str) -> tuple[dict[str, Any], Window | None]:
        """Read something as `get` does; also return the endpoint's rate window, if X tells it."""
        call = self._reading(path, params)
        answer = await self._answer(call)
        return self._read(call, answer), window(answer)

    async def create(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Write something as the account: what customers see twice if it is done twice."""
        return await self.as_user(Call("POST", self._root + path, creates=True, json=body))

    async def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, app: bool = False
    ) -> dict[str, Any]:
        """Set something up, which is safe to repeat; as the account, or as the app itself."""
        call = Call(method, self._root + path, json=body)
        return await (self.as_app(call) if app else self.as_user(call))

    async def as_user(self, call: Call) -> dict[str, Any]:
        """Make a call under the account's token; a dead token is renewed once.

        Raises:
            Rejected, TryLater, Unreached, InDoubt: as chatops.errors has them.
        """
        return self._read(call, await self._answer(call))

    async def as_app(self, call: Call) -> dict[str, Any]:
        """Make a call under the app's own token."""
        token = await self.tokens.of_app()
        answer = await self._perform(call, token)
        if answer.status_code == 401:
            self.tokens.forget_app(token)
            answer = await self._perform(call, await self.tokens.of_app())
        return self._read(call, answer)

    def _reading(self, path: str, params: Mapping[str, str]) -> Call:
        dotted = {name.replace("__", "."): value for name, value in params.items()}
        return Call("GET", self._root + path, params=dotted)

    async def _answer(self, call: Call) -> httpx.Response:
        token = await self.tokens.access()
        answer = await self._perform(call, token)
        if answer.status_code == 401:
            answer = await self._perform(call, await self.tokens.renew(token))
        return answer

    async def _perform(self, call: Call, token: str) -> httpx.Response:
        bearing = Call(
            call.method,
            call.url,
            creates=call.creates,
            params=call.params,
            headers={"authorization": f"Bearer {token}"},
            json=call.json,
        )
        return await perform(self._http, bearing)

    def _read(self, call: Call, answer: httpx.Response) -> dict[str, Any]:
        judge(answer, self._clock)
        try:
            body = answer.json()
        except ValueError as error:
            raise unanswered(call, "no JSON in the answer") from error
        if not isinstance(body, dict):
            raise unanswered(call, "no JSON object in the answer")
        return body


def judge(answer: httpx.Response, clock: Clock) -> None:
    """Let a 2xx pass.

    Raises:
        TryLater: until the window of the rate limit ends.
        Barred: the account is closed to us.
        Rejected: every other answer, by its code.
    """
    if answer.is_success:
        return
    if answer.status_code == 429:
        raise until_reset(answer, clock)
    if answer.is_redirect:
        raise Rejected("redirect", f"{answer.url.host}", text("rejected-redirect"))
    problem = _problem(answer)
    detail = str(problem.get("detail", ""))
    said = " ".join((detail, *(_messages(problem)))).strip()
    code = next((code for words, code in _BY_DETAIL if words in said.lower()), None)
    code = code or _BY_STATUS.get(answer.status_code)
    code = code or "refused"
    kind = Barred if answer.status_code in _CLOSED else Rejected
    raise kind(code, f"status {answer.status_code}: {said[:200]}", text(f"rejected-{code}"))


def window(answer: httpx.Response) -> Window | None:
    """Return the rate window that X's headers tell of (docs.x.com, fundamentals/rate-limits)."""
    limit, left, ends = (
        answer.headers.get(f"x-rate-limit-{name}", "") for name in ("limit", "remaining", "reset")
    )
    if not (limit.isdecimal() and left.isdecimal() and ends.isdecimal()):
        return None
    return Window(limit=int(limit), left=int(left), ends_at=datetime.fromtimestamp(int(ends), UTC))


def until_reset(answer: httpx.Response, clock: Clock) -> TryLater:
    """Return the wait that `x-rate-limit-reset`, a Unix second, asks for."""
    reset = answer.headers.get("x-rate-limit-reset", "")
    if not reset.isdecimal():
        return patience(answer, _NO_RESET)
    seconds = max(1.0, float(reset) - clock.transport().timestamp())
    return TryLater(seconds, f"rate limit of {answer.url.path}: {seconds:.0f} s")


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _messages(problem: Mapping[str, Any]) -> list[str]:
    errors = problem.get("errors")
    if not isinstance(errors, list):
        return []
    return [str(each.get("message", "")) for each in errors if isinstance(each, dict)]
