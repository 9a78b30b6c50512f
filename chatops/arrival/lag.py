"""How long messages took from their network to us, by channel, as a histogram. Pure.

From these buckets Prometheus reckons any percentile, of all processes together
(https://prometheus.io/docs/practices/histograms/).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from typing import Final

#: Upper bounds in seconds: from a stream's to those of a night's outage.
BOUNDS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0)


class Lags:
    """Counts messages, since the start of this process."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, Counter[float]] = defaultdict(Counter)
        self._totals: defaultdict[str, timedelta] = defaultdict(timedelta)

    def note(self, channel: str, took: timedelta) -> None:
        """Count a message; a platform's clock that is ahead of ours makes no lag."""
        took = max(took, timedelta())
        seconds = took.total_seconds()
        bound = next((bound for bound in BOUNDS if seconds <= bound), float("inf"))
        self._counts[channel][bound] += 1
        self._totals[channel] += took

    def by_channel(self) -> Iterator[tuple[str, list[tuple[str, float]], float]]:
        """Yield each channel with how many took no longer than each bound, and seconds in all."""
        every = (*BOUNDS, float("inf"))
        for channel, counts in sorted(self._counts.items()):
            reached = accumulate(counts[bound] for bound in every)
            buckets = [(_said(bound), float(n)) for bound, n in zip(every, reached, strict=True)]
            yield channel, buckets, self._totals[channel].total_seconds()


def _said(bound: float) -> str:
    return "+Inf" if bound == float("inf") else f"{bound}"
