"""How long messages took from their networks to us, as a report says it."""

from datetime import timedelta

from chatops.cards.reaching_facts import reached_said
from chatops.report import Reached, slowest
from chatops.text import Text, text
from tests.scenes import NOW, TRAITS


def came(channel: str, *seconds: int) -> list[Reached]:
    return [Reached(n, channel, NOW, took) for n, took in enumerate(seconds)]


def labelled(channel: str, value: Text) -> Text:
    return text("labelled", label=text("words", words=channel), value=value)


def test_each_channel_has_its_own_the_busiest_first() -> None:
    rows = [*came("line", 4, 8), *came("x", *range(1, 21))]
    two = text("report-median", median=timedelta(seconds=6), count=2)
    twenty = text(
        "report-reached-spread",
        median=timedelta(seconds=10.5),
        p95=timedelta(seconds=19.05),
        count=20,
    )
    said = text("listing", items=(labelled("X", twenty), labelled("line", two)))
    assert reached_said(rows, {"x": TRAITS}) == said


def test_of_nothing_there_is_none_yet() -> None:
    assert reached_said([], {}) == text("report-no-response")


def test_of_fewer_than_twenty_nothing_is_said_of_the_slowest() -> None:
    assert slowest(range(19)) is None
    assert slowest(range(21)) == 19.0
