"""Rate limits, on the cloud's clock: a call too many is refused with 429 and Retry-After."""

from collections import defaultdict, deque

from adapters.sandbox.clock import Clock
from adapters.sandbox.slack.limits import Limits
from adapters.sandbox.slack.refusal import rate_limited


class Pace:
    """Counts calls by what limits them together.

    A refused call counts for nothing, so a client that waits as long as it is told gets through.
    """

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._minute: defaultdict[str, deque[float]] = defaultdict(deque)
        #: Room -> (posts that may be made at once now, as of when).
        self._rooms: dict[str, tuple[float, float]] = {}

    def call(self, method: str, tier: int | None) -> None:
        """Count a call of a method with a tier; methods without one are not limited here."""
        if tier is not None:
            self._in_a_minute(f"method:{method}", f"tier_{tier}")

    def post(self, channel: str) -> None:
        """Count a post: one a second in its room, and so many a minute in the workspace."""
        now = self._clock.now()
        burst = self._limits.value("post_burst")
        pace = self._limits.value("post_pace")
        left, since = self._rooms.get(channel, (burst, now))
        # An unlimited pace or burst leaves the room as it is: always open.
        left = burst if pace == float("inf") else min(burst, left + (now - since) * pace)
        if left < 1:
            raise rate_limited((1 - left) / pace)
        self._in_a_minute("posts", "post_workspace")
        self._rooms[channel] = (left - 1, now)

    def _in_a_minute(self, key: str, rule: str) -> None:
        now = self._clock.now()
        calls = self._minute[key]
        _drop(calls, now - 60)
        if len(calls) >= self._limits.value(rule):
            raise rate_limited(calls[0] + 60 - now)
        calls.append(now)


def _drop(calls: deque[float], before: float) -> None:
    while calls and calls[0] <= before:
        calls.popleft()
