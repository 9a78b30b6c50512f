"""What a report calls its figures, in its lines, in what leads to their tickets and above these. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from chatops.behind import KEPT, Figure
from chatops.text import Text, text

_LABELS: Final[Mapping[Figure, str]] = {
    Figure.FIRST: "first-response",
    Figure.NEXT: "next-response",
    Figure.LATE: "breached",
    Figure.INVITED: "invitations",
    **{figure: f"kept-{clock.value}" for figure, clock in KEPT.items()},
}

#: Figures of which a report says in their very name that they are of now.
_OF_NOW: Final = frozenset({Figure.OPEN, Figure.SNOOZED})


def label(figure: Figure, then: date | None = None) -> Text:
    """Return what a report calls a figure; `then` is the day of its end, where that is past."""
    if then is not None and figure is Figure.DUE_TODAY:
        return text("report-due-then", day=then)
    past = "-then" if then is not None and figure in _OF_NOW else ""
    return text(f"report-{_LABELS.get(figure, figure.value.replace('_', '-'))}{past}")
