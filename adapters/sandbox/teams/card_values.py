"""Named values and property tables that several parts of Adaptive Cards share."""

from adapters.sandbox.teams.card_checks import (
    Check,
    boolean,
    either,
    mapping,
    number,
    one_of,
    picture,
    shape,
    string,
    string_or_number,
    whatever,
)

SPACING = one_of("default", "none", "small", "medium", "large", "extralarge", "padding")
HORIZONTAL = one_of("left", "center", "right")
VERTICAL = one_of("top", "center", "bottom")
STYLE = one_of("default", "emphasis", "good", "attention", "warning", "accent")
COLOUR = one_of("default", "dark", "light", "accent", "good", "warning", "attention")
SIZE = one_of("default", "small", "medium", "large", "extralarge")
WEIGHT = one_of("default", "lighter", "bolder")
FONT = one_of("default", "monospace")
HEIGHT = one_of("auto", "stretch")
WIDTHS = tuple(
    f"{prefix}{width}"
    for prefix in ("", "atleast:", "atmost:")
    for width in ("verynarrow", "narrow", "standard", "wide")
)
BACKGROUND = either((str, picture), (dict, whatever))

#: What every element may have; `targetWidth` is Teams' own.
BASE: dict[str, Check] = {
    "fallback": whatever,
    "height": HEIGHT,
    "id": string,
    "isVisible": boolean,
    "requires": mapping,
    "separator": boolean,
    "spacing": SPACING,
    "targetWidth": one_of(*WIDTHS),
}
LETTERS: dict[str, Check] = {
    "color": COLOUR,
    "fontType": FONT,
    "isSubtle": boolean,
    "size": SIZE,
    "text!": string,
    "weight": WEIGHT,
}
TABLE_COLUMN = shape(
    {
        "width": string_or_number,
        "horizontalCellContentAlignment": HORIZONTAL,
        "verticalCellContentAlignment": VERTICAL,
    }
)
QUERY = shape(
    {
        "dataset!": string,
        "associatedInputs": one_of("auto", "none"),
        "value": string,
        "count": number,
        "skip": number,
    }
)
ASSOCIATED = one_of("auto", "none")
TARGET = either((str, string), (dict, shape({"elementId!": string, "isVisible": boolean})))
