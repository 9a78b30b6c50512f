"""How long messages took to reach us, as Prometheus reads it."""

from datetime import timedelta

from chatops.arrival.lag import BOUNDS, Lags


def lags(**seconds: list[float]) -> Lags:
    found = Lags()
    for channel, spans in seconds.items():
        for span in spans:
            found.note(channel, timedelta(seconds=span))
    return found


def test_each_bound_counts_what_took_no_longer_by_channel() -> None:
    # a clock that is ahead of ours, a bound itself, just past it, and a night's outage
    found = lags(x=[-3, 0.5, 0.75, 36_000], line=[60])
    line, x = found.by_channel()
    assert x == (
        "x",
        [
            ("0.5", 2),
            *((f"{bound}", 3) for bound in BOUNDS[1:]),
            ("+Inf", 4),
        ],
        36_001.25,
    )
    assert line == (
        "line",
        [
            *((f"{bound}", 0) for bound in BOUNDS[:6]),
            *((f"{bound}", 1) for bound in BOUNDS[6:]),
            ("+Inf", 1),
        ],
        60.0,
    )


def test_nothing_that_came_has_no_channel() -> None:
    assert list(Lags().by_channel()) == []
