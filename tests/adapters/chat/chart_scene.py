"""Charts to show in a chat, and a card that holds them beside their table."""

from typing import Final

from chatops.card import Card, Chart, Series, Shape, Table
from chatops.text import Text, text


def said(words: str) -> Text:
    return text("words", words=words)


def chart(shape: Shape, series: int = 2, points: int = 3) -> Chart:
    names = [text("report-new"), text("report-closed")][:series]
    at = said("b_1")
    return Chart(
        text("chart-flow", by=text("chart-by_tag")),
        shape,
        text("chart-tickets"),
        tuple(said(f"{'abc'[place % 3]}_{place}") for place in range(points)),
        tuple(Series(name, (2.0, None, *(1.25,) * (points - 2))) for name in names),
        tuple((name, text("chart-most", total=4, most=3, at=at)) for name in names),
    )


CHART: Final = chart(Shape.COLUMNS)


def card(*charts: Chart) -> Card:
    table = Table((said("Tag"), said("New")), ((said("a"), said("2")),))
    return Card(push=said("figures"), blocks=(*charts, table))
