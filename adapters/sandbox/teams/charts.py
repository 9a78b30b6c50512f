"""The charts that Teams draws in a card, which Adaptive Cards' own schema does not have.

From learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/charts-in-adaptive-cards
and the models of microsoft-teams-cards 2.1, which is newer; a gauge is not among them yet.
"""

from adapters.sandbox.teams.card_checks import (
    Check,
    boolean,
    each,
    number,
    one_of,
    shape,
    string,
    string_or_number,
)
from adapters.sandbox.teams.card_values import BASE

_COLOUR = one_of(
    *("good", "warning", "attention", "neutral"),
    *(f"categorical{name}" for name in ("red", "purple", "lavender", "blue", "lightblue", "teal")),
    *(f"categorical{name}" for name in ("green", "lime", "marigold")),
    *(f"sequential{hue}{n}" for hue in ("", "red", "green", "yellow") for n in range(1, 9)),
    *("divergingblue", "diverginglightblue", "divergingcyan", "divergingteal", "divergingyellow"),
    *("divergingpeach", "diverginglightred", "divergingred", "divergingmaroon", "diverginggray"),
)
_ANY: dict[str, Check] = {
    **BASE,
    "colorSet": one_of(
        *("categorical", "sequential", "diverging"),
        *(f"sequential{name}" for name in ("red", "green", "yellow")),
    ),
    "maxWidth": string,
    "showLegend": boolean,
    "showTitle": boolean,
    "title": string,
}
_AXES: dict[str, Check] = {
    **_ANY,
    "color": _COLOUR,
    "xAxisTitle": string,
    "yAxisTitle": string,
}
_UPRIGHT: dict[str, Check] = {**_AXES, "yMin": number, "yMax": number}
_COLUMNS: dict[str, Check] = {**_UPRIGHT, "showBarValues": boolean}
_SLICES = each(shape({"legend": string, "value": number, "color": _COLOUR}))
_SHARES: dict[str, Check] = {**_ANY, "data!": _SLICES, "value": string}


def _point(x: Check) -> Check:
    return shape({"x!": x, "y!": number})


def _rows(point: Check) -> Check:
    return each(shape({"legend!": string, "values!": each(point), "color": _COLOUR}))


_PART = shape({"legend!": string, "value!": number, "color": _COLOUR})

CHARTS: dict[str, Check] = {
    "Chart.Donut": shape(_SHARES),
    "Chart.Pie": shape(_SHARES),
    "Chart.Line": shape({**_UPRIGHT, "data!": _rows(_point(string_or_number))}),
    "Chart.VerticalBar": shape(
        {
            **_COLUMNS,
            "data!": each(shape({"x!": string_or_number, "y!": number, "color": _COLOUR})),
        }
    ),
    "Chart.VerticalBar.Grouped": shape(
        {**_COLUMNS, "data!": _rows(_point(string)), "stacked": boolean}
    ),
    "Chart.HorizontalBar": shape(
        {
            **_AXES,
            "data!": each(shape({"x!": string, "y!": number, "color": _COLOUR})),
            "displayMode": one_of("absolutewithaxis", "absolutenoaxis", "parttowhole"),
        }
    ),
    "Chart.HorizontalBar.Stacked": shape(
        {**_AXES, "data!": each(shape({"title!": string, "data!": each(_PART)}))}
    ),
}
