"""Why a clock shows what it shows: its segments with their causes, and their sum. Pure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from chatops import sla
from chatops.cards.ticket_card import clock_named, clock_words, hours_of
from chatops.scene import Scene
from chatops.sla import Clock, Segment
from chatops.text import Text, text

#: So many segments are told; of older ones only what they add up to.
SHOWN: Final = 6


def why_lines(scene: Scene, clock: Clock) -> Iterator[Text]:
    """Say how a clock stands, and by which segments it came to that."""
    segments = sla.why(clock, scene.now, hours_of(scene, clock))
    yield text("why-clock", clock=clock_named(clock.kind), said=clock_words(scene, clock))
    earlier, told = segments[:-SHOWN], segments[-SHOWN:]
    if earlier:
        counted = _span(sum(each.counted_s for each in earlier))
        yield text("why-earlier", until=earlier[-1].until, counted=counted)
    yield from (_segment(each) for each in told)
    yield _sum(clock, sum(each.counted_s for each in segments))


def _segment(segment: Segment) -> Text:
    return text(
        "why-segment",
        since=segment.since,
        until=segment.until,
        counted=_span(segment.counted_s),
        cause=text(f"why-cause-{segment.cause.value}"),
    )


def _sum(clock: Clock, used_s: int) -> Text:
    said = text("why-sum", used=_span(used_s), target=_span(clock.target_s))
    if clock.given is None:
        return said
    extra = _span(clock.extra_s)
    return text(f"why-given-{clock.given.value}", said=said, extra=extra)


def _span(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)
