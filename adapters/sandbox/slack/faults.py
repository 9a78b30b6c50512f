"""Faults that a test or a person switches on, and the log of every call that came in."""

from dataclasses import dataclass, field
from enum import StrEnum

from adapters.sandbox.slack.refusal import JSON

#: Calls and deliveries that the logs keep: enough for any test, and a sandbox may run for weeks.
KEPT = 50_000


class Kind(StrEnum):
    """How a call goes wrong."""

    #: 429 with Retry-After.
    LIMITED = "429"
    #: 500 with a JSON body.
    BROKEN = "500"
    #: 503 with a page of HTML, as a proxy in front of Slack answers.
    HTML = "503html"
    #: Nothing is done, and no answer comes.
    TIMEOUT_BEFORE = "timeout_before"
    #: All is done, and no answer comes: the outcome is unknown.
    TIMEOUT_AFTER = "timeout_after"
    #: The connection is cut before anything is done.
    RESET = "reset"
    #: All is done, and then the connection is cut.
    RESET_AFTER = "reset_after"
    #: All is done, and the connection is cut in the middle of the answer.
    RESET_MIDWAY = "reset_midway"
    #: All is done, and the answer comes a few bytes at a time.
    DRIP = "drip"
    #: Refused with an error string of the caller's choice.
    ERROR = "error"


@dataclass(slots=True)
class Fault:
    """One switched-on fault and how often it still strikes."""

    #: The Web API method, `*` for any, or `response_url`.
    method: str
    kind: Kind
    times: int = 1
    error: str = "internal_error"
    retry_after: float = 1
    #: Only calls that name this channel; None means all.
    channel: str | None = None
    #: Seconds of silence, or over which the answer drips.
    hold_s: float = 60


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as the cloud saw it."""

    method: str
    args: JSON
    at: float
    #: `ok`, the error string, or `fault:<kind>`.
    outcome: str


@dataclass(slots=True)
class Faults:
    """The faults in wait, the oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def strike(self, method: str, channel: str | None) -> Fault | None:
        """The fault that this call meets, if any; it is used up by one."""
        for fault in self.waiting:
            if fault.method in (method, "*") and fault.channel in (None, channel):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()
