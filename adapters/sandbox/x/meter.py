"""Counts what the app does: calls against their rate limits, and dollars against X's price list."""

from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.sandbox.clock import Clock
from adapters.sandbox.x import problems
from adapters.sandbox.x.limits import Limits, Rate

#: Dollars for one, from docs.x.com/x-api/getting-started/pricing (2026-09).
PRICES = {
    "post_read": 0.005,
    "own_mention_read": 0.001,
    "message_read": 0.010,
    "post": 0.015,
    "post_with_link": 0.20,
    "summoned_reply": 0.010,
    "message": 0.015,
}


@dataclass(slots=True)
class ApiCall:
    """One call of the app, for assertions and for the page."""

    method: str
    path: str
    at: float
    #: Whose token: a user id, or "app".
    caller: str = ""
    #: What was answered, or would have been, had a fault not kept it back; 0 when nothing was done.
    status: int = 0
    dollars: float = 0.0
    #: The kind of the fault that was made, if one was.
    fault: str = ""


class Meter:
    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        #: (rate's name, whose) -> when the window began, calls in it.
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}
        self._read: set[tuple[str, str]] = set()
        self.calls: list[ApiCall] = []
        #: Dollars for events that X delivered; deliveries are no calls of the app.
        self.delivered_dollars = 0.0

    @property
    def dollars(self) -> float:
        return sum(call.dollars for call in self.calls) + self.delivered_dollars

    def spend(self, name: str, caller: str, calls: int) -> None:
        """Count `calls` against a rate as if they had been made; a rate that is off counts none."""
        for rate in self._limits.rates:
            if rate.name == name:
                start, used = self._window(rate, caller)
                self._windows[name, self._whose(rate, caller)] = (start, used + calls)

    def admit(self, method: str, path: str, caller: str) -> dict[str, str]:
        """Count one call; gives the rate headers of the tightest limit. Raises the 429."""
        tightest: tuple[int, dict[str, str]] | None = None
        rates = [
            rate
            for rate in self._limits.rates
            if (rate.method, rate.path) == (method, path) and _counts(rate, caller)
        ]
        for rate in rates:
            start, used = self._window(rate, caller)
            if used >= rate.calls:
                raise problems.too_many_requests(rate.calls, int(start + rate.window) + 1)
        for rate in rates:
            start, used = self._window(rate, caller)
            self._windows[rate.name, self._whose(rate, caller)] = (start, used + 1)
            left = rate.calls - used - 1
            if tightest is None or left < tightest[0]:
                tightest = (
                    left,
                    {
                        "x-rate-limit-limit": str(rate.calls),
                        "x-rate-limit-remaining": str(left),
                        "x-rate-limit-reset": str(int(start + rate.window) + 1),
                    },
                )
        return tightest[1] if tightest else {}

    def first_read(self, kind: str, id: str) -> bool:
        """Is this the first read of the thing on this UTC day? Only that one is charged."""
        day = datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()
        key = (day, f"{kind}:{id}")
        fresh = key not in self._read
        self._read.add(key)
        return fresh

    def _window(self, rate: Rate, caller: str) -> tuple[float, int]:
        now = self._clock.now()
        start, used = self._windows.get((rate.name, self._whose(rate, caller)), (now, 0))
        return (now, 0) if now >= start + rate.window else (start, used)

    @staticmethod
    def _whose(rate: Rate, caller: str) -> str:
        return caller if rate.per == "user" else "all"


def _counts(rate: Rate, caller: str) -> bool:
    match rate.per:
        case "user":
            return caller != "app"
        case "app":
            return caller == "app"
        case "everyone":
            return True
