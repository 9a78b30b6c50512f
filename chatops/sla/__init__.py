"""The clocks of a ticket: what was promised, by when, what counts, and how it ended. Pure.

`terms` says what is promised, `clock` is one promise, `folding` makes a ticket's clocks from its
log and `watching` those that nobody promised, `saying` puts one into a state for people, and
`segments` says why it shows its number.
"""

from chatops.event import ClockKind
from chatops.sla.clock import Clock, Given, Outcome, Promise, Stretch, Why
from chatops.sla.folding import advance
from chatops.sla.moment import Clocks, Moment, newest, newest_of_each
from chatops.sla.saying import ClockState, State, left, nearest, say
from chatops.sla.segments import Segment, SegmentCause, why
from chatops.sla.terms import Handover, Promised, QueueTerms, SlaPolicy, SlaTerms

__all__ = [
    "Clock",
    "ClockKind",
    "ClockState",
    "Clocks",
    "Given",
    "Handover",
    "Moment",
    "Outcome",
    "Promise",
    "Promised",
    "QueueTerms",
    "Segment",
    "SegmentCause",
    "SlaPolicy",
    "SlaTerms",
    "State",
    "Stretch",
    "Why",
    "advance",
    "left",
    "nearest",
    "newest",
    "newest_of_each",
    "say",
    "why",
]
