"""Draws a picture as PNG: for a phone, in either chat's dark mode, and for eyes that see few colours.

It has twice the pixels of its size on a phone and an opaque ground. Colours are those of Okabe and Ito
(jfly.uni-koeln.de/color), and whatever a colour tells, a hatch or a mark tells too.
"""

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator
from matplotlib_fontja import get_font_ttf_path  # importing it makes its font known

from adapters._drawing.picture import Kind, Picture, Row

WIDTH: Final = 800  # pixels
_HEIGHT: Final = 560  # pixels of a picture whose height does not depend on its names
_DPI: Final = 200

_COLOURS: Final = ("#0072b2", "#e69f00", "#009e73")
_HATCHES: Final = ("", "////", "....")
_MARKS: Final = ("o", "s", "^")
_DASHES: Final = ("-", "--", ":")
_INK, _SOFT, _GROUND, _GRID = "#1d1c1d", "#4a494b", "#ffffff", "#dddcde"

_TITLE, _TEXT = 11, 9.5  # points
#: Columns that words take at most: a name beside a bar, and a line of a title.
_NAME, _LINE = 20, 44
_TICKS: Final = 6  # labels beside each other at most
_PLACES: Final = 4  # columns for which there is room at least: a single one fills no picture
_DIGITS: Final = 30  # that fit beside each other above the columns
_BARS: Final = 0.8  # share of a place that its bars take

_STYLE: Final[dict[Any, Any]] = {
    # what the first has no sign for, as in the name of a tag, the second may have
    "font.family": ["IPAexGothic", "DejaVu Sans"],
    "font.size": _TEXT,
    "text.color": _INK,
    "text.parse_math": False,  # a name with two $ in it is no formula
    "axes.labelcolor": _SOFT,
    "axes.edgecolor": _SOFT,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "hatch.color": _GROUND,
    "hatch.linewidth": 1.5,
}

_LEGEND: Final[dict[str, Any]] = {
    "ncols": 3,
    "frameon": False,
    "borderpad": 0,
    "borderaxespad": 0.6,
    "handlelength": 1.6,
    "columnspacing": 1.2,
}

FONT: Final = get_font_ttf_path()


def draw(picture: Picture) -> bytes:
    """Return the picture as PNG. Not for two threads at once."""
    with rc_context(_STYLE):
        height = _height(picture) / _DPI
        figure = Figure((WIDTH / _DPI, height), _DPI, facecolor=_GROUND, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(_broken(picture.title, _LINE), x=0.02, ha="left", fontsize=_TITLE)
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        match picture.kind:
            case Kind.COLUMNS:
                _columns(axes, picture)
            case Kind.LINES:
                _lines(axes, picture)
            case Kind.BARS:
                _bars(axes, picture)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), **_LEGEND)
        body = BytesIO()
        figure.savefig(body, format="png", facecolor=_GROUND)
    return body.getvalue()


def _height(picture: Picture) -> int:
    if picture.kind is not Kind.BARS:
        return _HEIGHT
    return 220 + len(picture.labels) * (40 + 34 * len(picture.rows))


def _columns(axes: Axes, picture: Picture) -> None:
    thick = _BARS / len(picture.rows)
    for number, row in enumerate(picture.rows):
        shift = (number - (len(picture.rows) - 1) / 2) * thick
        places = [place + shift for place in range(len(row.values))]
        drawn = axes.bar(places, _heights(row), thick * 0.94, **_look(number, row))
        if sum(len(number) for each in picture.rows for number in _numbers(each)) <= _DIGITS:
            axes.bar_label(drawn, _numbers(row), padding=2, color=_SOFT, fontsize=_TEXT - 1)
    _in_time(axes, picture)


def _lines(axes: Axes, picture: Picture) -> None:
    for number, row in enumerate(picture.rows):
        gaps = [float("nan") if value is None else value for value in row.values]
        axes.plot(
            range(len(gaps)),
            gaps,
            _DASHES[number],
            marker=_MARKS[number],
            markersize=4,
            linewidth=1.8,
            color=_COLOURS[number],
            label=row.name,
        )
    _in_time(axes, picture)


def _in_time(axes: Axes, picture: Picture) -> None:
    """Give both axes their words: below, as many labels as fit beside each other."""
    axes.set_ylim(0, _top(picture))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=_is_whole(picture)))
    axes.grid(axis="y", color=_GRID)
    axes.set_title(picture.unit, loc="left", fontsize=_TEXT, color=_SOFT)
    every = -(-len(picture.labels) // _TICKS)
    places = range(0, len(picture.labels), every)
    labels = [_in_two(picture.labels[place]) for place in places]
    axes.xaxis.set_major_locator(FixedLocator(list(places)))
    axes.set_xticklabels(labels)
    room = max(_PLACES - len(picture.labels), 0) / 2 + 0.6
    axes.set_xlim(-room, len(picture.labels) - 1 + room)


def _bars(axes: Axes, picture: Picture) -> None:
    """Draw a name and its bars below the other, the first on top."""
    thick = _BARS / len(picture.rows)
    for number, row in enumerate(picture.rows):
        shift = (number - (len(picture.rows) - 1) / 2) * thick
        places = [place + shift for place in range(len(row.values))]
        drawn = axes.barh(places, _heights(row), thick * 0.94, **_look(number, row))
        axes.bar_label(drawn, _numbers(row), padding=3, color=_SOFT)
    names = [_cut(label) for label in picture.labels]
    axes.set_yticks(range(len(names)), names, color=_INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, _top(picture))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=_is_whole(picture)))
    axes.grid(axis="x", color=_GRID)
    axes.set_xlabel(picture.unit)


def _look(number: int, row: Row) -> dict[str, Any]:
    return {"color": _COLOURS[number], "hatch": _HATCHES[number], "label": row.name}


def _heights(row: Row) -> list[float]:
    return [value or 0 for value in row.values]


def _numbers(row: Row) -> list[str]:
    """Return what stands beside each bar; where there is none, nothing."""
    return [
        f"{value:.0f}" if value >= 10 else f"{value:.3g}" if value else ""
        for value in _heights(row)
    ]


def _top(picture: Picture) -> float:
    """Return where the axis of values ends: above the greatest, and its number beside it."""
    return max((max(_heights(row)) for row in picture.rows), default=0) * 1.15 or 1


def _is_whole(picture: Picture) -> bool:
    values = [value for row in picture.rows for value in row.values if value is not None]
    return all(value == int(value) for value in values)


def _in_two(label: str) -> str:
    """Break a day's name into two lines: `Thu` over `1 Oct`, `10月1日` over `(木)`."""
    first, space, rest = label.partition(" ")
    if space:
        return f"{first}\n{rest}"
    first, bracket, rest = label.partition("(")
    return f"{first}\n({rest}" if bracket else label


def _cut(name: str) -> str:
    return name if _width(name) <= _NAME else f"{_fitting(name, _NAME - 1)}…"


def _broken(words: str, most: int) -> str:
    """Break a title where its first line is full, between words where there are any."""
    if _width(words) <= most:
        return words
    first = _fitting(words, most)
    if " " in first:
        first = first.rpartition(" ")[0]
    return f"{first}\n{words[len(first) :].lstrip()}"


def _fitting(words: str, most: int) -> str:
    """Return the beginning of words that takes so many columns."""
    end = 0
    while end < len(words) and _width(words[: end + 1]) <= most:
        end += 1
    return words[:end]


def _width(words: Sequence[str]) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)
