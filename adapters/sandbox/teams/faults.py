"""Faults that a test or a person switches on, and the log of every call that came in."""

from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from adapters.sandbox.faults import BREAKS, Break
from adapters.sandbox.teams.refusal import JSON, Refused, Unauthorised

#: Calls and deliveries that the logs keep: enough for any test, and a sandbox may run for weeks.
KEPT = 50_000

#: What the app may call: the login, what its keys are read from, and the connector's methods.
CALLS = (
    "token",
    "openid",
    "keys",
    "create",
    "send",
    "reply",
    "update",
    "delete",
    "member",
    "members",
)

#: `status` answers with that status at once; the others are about the connection.
Kind = Literal["status"] | Break

#: The documented codes; 503 and 504 have no body.
_CODES = {
    403: ("BotDisabledByAdmin", "The tenant admin disabled this bot"),
    404: ("ConversationNotFound", "Conversation not found."),
    412: ("PreconditionFailed", "Precondition failed, please try again."),
    413: ("MessageSizeTooBig", "Message size too large."),
    429: ("Throttled", "Too many requests."),
    500: ("ServiceError", "Unknown error."),
    502: ("ServiceError", "Unknown error of a dependency."),
}


@dataclass(slots=True)
class Fault:
    """One switched-on fault and how often it still strikes."""

    kind: Kind
    #: One of CALLS, or `*` for any.
    call: str = "*"
    times: int = 1
    #: Of the kind `status`.
    status: int = 429
    #: Seconds, for the Retry-After of a `status`; None sends none.
    retry_after: int | None = None
    #: Only calls about this channel or personal chat; None means all.
    conversation: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("status", *BREAKS):
            raise ValueError(f"kind: one of status, {', '.join(BREAKS)}")
        if self.call not in ("*", *CALLS):
            raise ValueError(f"call: one of *, {', '.join(CALLS)}")
        if self.times < 1:
            raise ValueError("times: at least 1")

    def answer(self) -> web.Response:
        """The answer of a `status`."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status == 401:
            return Unauthorised().response()
        if self.status not in _CODES:
            return web.Response(status=self.status, headers=headers)
        return Refused(self.status, *_CODES[self.status], headers).response()


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as the cloud saw it."""

    #: One of CALLS.
    name: str
    #: The conversation that it named, as it was written; empty for the login.
    conversation: str
    #: The activity or member that it named.
    target: str
    body: JSON
    at: float
    #: `ok`, the code of the refusal, or `fault:<kind>`.
    outcome: str
    targeted: bool = False


@dataclass(slots=True)
class Faults:
    """The faults in wait, the oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def strike(self, call: str, conversation: str | None) -> Fault | None:
        """The fault that this call meets, if any; it is used up by one."""
        for fault in self.waiting:
            if fault.call in (call, "*") and fault.conversation in (None, conversation):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()
