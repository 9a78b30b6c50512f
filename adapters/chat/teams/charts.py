"""A picture of figures as one of Teams' own charts. Pure.

A client that draws no chart shows the `fallback`: what there is to see, in words; the figures themselves
stand in the table beside. (learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards
/charts-in-adaptive-cards; a chart is drawn by Teams in the reader's theme.)
"""

from collections.abc import Iterator
from typing import Final

from adapters.chat.teams.elements import facts
from adapters.chat.teams.writing import JSON, Voice
from chatops.card import Chart, Series, Shape
from chatops.text import Text, text

#: Of Teams' own colours those that are told apart with few colours; a line has no dashes there.
_COLOURS: Final = ("categoricalBlue", "categoricalMarigold", "categoricalTeal")
_LYING: Final = "Chart.HorizontalBar"
_NAME: Final = 40  # characters of a name on an axis
_TITLE: Final = 100


def chart(shown: Chart, voice: Voice) -> JSON:
    """Return the element. Teams lays down bars of one series alone: more than one stand."""
    alike = len(shown.series) == 1
    kind, data = _drawn(shown, voice, alike=alike)
    return {
        "type": kind,
        "title": voice.label(shown.title, _TITLE),
        "showTitle": True,
        # what lies has its values along the other axis
        "xAxisTitle" if kind == _LYING else "yAxisTitle": voice.plain(_axis(shown)),
        **({"color": _COLOURS[0]} if alike else {"showLegend": True}),
        "data": data,
        "fallback": {"type": "Container", "items": facts(shown.said, voice).elements},
    }


def _axis(shown: Chart) -> Text:
    """Say what the values are; a legend is only where there are several kinds of them."""
    if len(shown.series) > 1:
        return shown.unit
    return text("chart-axis", name=shown.series[0].name, unit=shown.unit)


def _drawn(shown: Chart, voice: Voice, *, alike: bool) -> tuple[str, list[JSON]]:
    match shown.shape:
        case Shape.LINES:
            return "Chart.Line", _by_series(shown, voice)
        case Shape.COLUMNS if alike:
            return "Chart.VerticalBar", list(_points(shown, shown.series[0], voice))
        case Shape.BARS if alike:
            return _LYING, list(_points(shown, shown.series[0], voice))
        case Shape.COLUMNS | Shape.BARS:
            return "Chart.VerticalBar.Grouped", _by_series(shown, voice)


def _by_series(shown: Chart, voice: Voice) -> list[JSON]:
    return [
        {
            "legend": voice.plain(series.name),
            "color": colour,
            "values": list(_points(shown, series, voice)),
        }
        for series, colour in zip(shown.series, _COLOURS, strict=False)
    ]


def _points(shown: Chart, series: Series, voice: Voice) -> Iterator[JSON]:
    for label, value in zip(shown.labels, series.values, strict=True):
        if value is not None:
            yield {"x": voice.label(label, _NAME), "y": round(value, 2)}
