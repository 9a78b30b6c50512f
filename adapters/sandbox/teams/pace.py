"""Rate limits, on the cloud's clock: a call too many is refused with 429 and Retry-After.

A channel with all its threads counts as one conversation.
"""

from collections import defaultdict, deque
from typing import Literal

from adapters.sandbox.clock import Clock
from adapters.sandbox.teams.limits import Limits
from adapters.sandbox.teams.refusal import throttled

Kind = Literal["send", "members", "app"]

#: Rule -> over how many seconds it counts.
_WINDOWS: dict[Kind, dict[str, float]] = {
    "send": {"send_1s": 1, "send_2s": 2, "send_30s": 30, "send_hour": 3_600},
    "members": {"members_1s": 1, "members_2s": 2, "members_30s": 30, "members_hour": 3_600},
    "app": {"app_1s": 1},
}


class Pace:
    """Counts calls by what limits them together.

    A refused call counts for nothing, so a client that waits as long as it is told gets through.
    """

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        #: (kind, conversation) -> when its calls were made, the oldest first.
        self._calls: defaultdict[tuple[Kind, str], deque[float]] = defaultdict(deque)

    def spend(self, kind: Kind, conversation: str) -> None:
        """Count one call, which also counts towards the app's own budget; Refused if one is spent."""
        spent: tuple[tuple[Kind, str], ...] = (("app", ""), (kind, conversation))
        wait = max(self._wait(one, self._calls[one, where]) for one, where in spent)
        if wait > 0:
            raise throttled(wait)
        for key in spent:
            self._calls[key].append(self._clock.now())

    def _wait(self, kind: Kind, calls: deque[float]) -> float:
        """Seconds until one more call may be made; not above 0 where it may be made now."""
        now = self._clock.now()
        longest = max(_WINDOWS[kind].values())
        while calls and calls[0] <= now - longest:
            calls.popleft()
        wait = 0.0
        for rule, span in _WINDOWS[kind].items():
            allowed = self._limits.value(rule)
            if len(calls) >= allowed:
                # The call that must leave the window before another fits in.
                wait = max(wait, calls[len(calls) - int(allowed)] + span - now)
        return wait
