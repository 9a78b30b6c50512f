"""Why a clock shows what it shows: its segments with their causes, and their sum. Pure."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

from chatops import sla
from chatops.cards.clock_words import clock_left, clock_named, hours_of, length
from chatops.scene import Scene
from chatops.sla import Clock, Segment, SegmentCause
from chatops.text import Text, text

#: So many segments are told; of older ones only what they add up to.
SHOWN: Final = 6


def why_lines(scene: Scene, clock: Clock) -> Iterator[Text]:
    """Say how a clock stands at `scene.now`, and by which segments it came to that."""
    segments = sla.why(clock, scene.now, hours_of(scene, clock))
    yield text("why-clock", clock=clock_named(clock.kind), said=clock_left(scene, clock))
    counted = _told([each.counted_s for each in segments])
    told = segments[-SHOWN:]
    if earlier := segments[:-SHOWN]:
        before = length(sum(counted[: len(earlier)]))
        yield text("why-earlier", until=earlier[-1].until, counted=before)
    for each, counted_s in zip(told, counted[-SHOWN:], strict=True):
        yield _segment(clock, each, counted_s)
    yield _sum(clock, sum(counted))


def _told(counted: Sequence[int]) -> list[int]:
    """Return the seconds of segments in whole minutes, none of which is lost in their sum."""
    sums = [0, *accumulate(counted)]
    unit = 60 if sums[-1] >= 60 else 1
    whole = [each // unit * unit for each in sums]
    return [after - before for before, after in pairwise(whole)]


def _segment(clock: Clock, segment: Segment, counted_s: int) -> Text:
    cause = segment.cause.value
    if clock.kind.by_calendar and segment.cause is SegmentCause.WORKING:
        cause = "always"
    return text(
        "why-segment",
        since=segment.since,
        until=segment.until,
        counted=length(counted_s),
        cause=text(f"why-cause-{cause}"),
    )


def _sum(clock: Clock, used_s: int) -> Text:
    said = text("why-sum", used=length(used_s), target=length(clock.target_s))
    if clock.given is None:
        return said
    return text(f"why-given-{clock.given.value}", said=said, extra=length(clock.extra_s))
