"""What Prometheus reads: counts and ages, never a customer's words, names or ids."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from chatops.arrival.lag import Lags
from chatops.clock import Clock
from chatops.follow import TO_PERSON
from chatops.ports import Health, Reader

Counts = Callable[[], Mapping[str, int]]

#: Read by `doctor` too, from a service that runs.
RELOAD_FAILED: Final = "chatops_config_reload_failed"


class Metrics(Collector):
    """Collects this process's counters and the newest look at the database (`refresh`)."""

    def __init__(
        self,
        reader: Reader,
        clock: Clock,
        delivered: Counts,
        inbox: Counts,
        repeated: Callable[[], int] = int,
        taken: Counts = dict,
        reload_failed: Callable[[], bool] = bool,
        lags: Lags | None = None,
    ) -> None:
        self.registry = CollectorRegistry()
        self._reader = reader
        self._clock = clock
        self._delivered = delivered
        self._inbox = inbox
        self._repeated = repeated
        self._taken = taken
        self._reload_failed = reload_failed
        self._lags = lags or Lags()
        self._health: Health | None = None
        self.registry.register(self)

    async def refresh(self) -> Health:
        """Look at the database; what is collected next shows it, and nothing older.

        Raises:
            StorageError: it cannot be read.
        """
        self._health = None
        self._health = await self._reader.health(self._clock.transport())
        return self._health

    @property
    def held_since(self) -> datetime | None:
        """The time of a restored backup that is not let go, at the newest look."""
        return self._health.held_since if self._health else None

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics, as prometheus_client asks."""
        yield _counter("deliveries", "Outcomes of deliveries", "outcome", self._delivered())
        yield _counter("bodies", "Webhook bodies taken in", "outcome", self._inbox())
        yield _counter("messages", "What became of customers' messages", "outcome", self._taken())
        yield _histogram(self._lags)
        yield CounterMetricFamily(
            "chatops_replies_repeated",
            "Canned replies sent once more, over the question",
            value=self._repeated(),
        )
        yield GaugeMetricFamily(
            RELOAD_FAILED,
            "Whether the newest app.yaml was refused, and an older one is in force",
            value=self._reload_failed(),
        )
        if (health := self._health) is None:
            return
        gauges = {
            "unread_bodies": ("Bodies stored and not read yet", health.unread_raw),
            "unreadable_bodies": ("Bodies that could not be read", health.unreadable_raw),
            "deliveries_due": ("Deliveries that could go now", health.due),
            "deliveries_in_doubt": ("Deliveries of unknown fate", health.in_doubt),
            "deliveries_failed": ("Deliveries refused for good", health.failed),
            "held": (
                "Whether a restored backup holds all deliveries back",
                health.held_since is not None,
            ),
            "delivery_lag_seconds": ("Age of the oldest delivery that is due", self._lag(health)),
        }
        for name, (help_text, value) in gauges.items():
            yield GaugeMetricFamily(f"chatops_{name}", help_text, value=value)
        yield _stopped(health)

    def _lag(self, health: Health) -> float:
        if health.oldest_due_at is None:
            return 0.0
        return max(0.0, (self._clock.transport() - health.oldest_due_at).total_seconds())


def _stopped(health: Health) -> Metric:
    """Return which destinations are closed to us: rooms, chats and accounts by name."""
    family = GaugeMetricFamily(
        "chatops_destinations_stopped",
        "Rooms, chats and accounts that are closed to us",
        labels=["destination"],
    )
    # whose direct messages are closed is nobody's business here
    places = Counter(
        "person" if trouble.place.startswith(TO_PERSON) else trouble.place
        for trouble in health.stopped
    )
    for place, count in sorted(places.items()):
        family.add_metric([place], count)
    return family


def _histogram(lags: Lags) -> Metric:
    family = HistogramMetricFamily(
        "chatops_ingest_lag_seconds",
        "From the network's time of a customer's message to ours",
        labels=["channel"],
    )
    for channel, buckets, total in lags.by_channel():
        family.add_metric([channel], buckets, total)
    return family


def _counter(name: str, help_text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"chatops_{name}", help_text, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family
