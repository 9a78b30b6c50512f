"""A finished card comes back from the outbox as it went in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.card import (
    Button,
    Card,
    Chart,
    Facts,
    Paragraph,
    Quote,
    Series,
    Shape,
    Style,
    Table,
)
from chatops.card_json import dump_card, load_card
from chatops.text import Link, Mention, Summons, Text, text

VALUES = st.one_of(
    st.text(max_size=20),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.timedeltas(min_value=timedelta(days=-999), max_value=timedelta(days=999)).map(
        lambda span: timedelta(seconds=int(span.total_seconds()))
    ),
    st.builds(Mention, st.integers(0, 999)),
    st.builds(Link, st.text(max_size=9), st.text(max_size=9)),
    st.builds(Summons, st.text(max_size=9), st.booleans()),
)
NAMES = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
FLAT = st.builds(Text, NAMES, st.lists(st.tuples(NAMES, VALUES), max_size=3).map(tuple))
TEXTS = st.builds(
    Text,
    NAMES,
    st.lists(
        st.tuples(NAMES, VALUES | FLAT | st.lists(FLAT, max_size=2).map(tuple)), max_size=3
    ).map(tuple),
)
BUTTONS = st.builds(
    Button,
    NAMES,
    TEXTS,
    st.lists(st.tuples(NAMES, NAMES), max_size=2).map(tuple),
    st.sampled_from(Style),
    st.none() | st.text(max_size=9),
    st.none() | st.integers(1, 99),
)
FIGURES = st.lists(st.none() | st.floats(0, 1e6), max_size=3).map(tuple)
CHARTS = st.builds(
    Chart,
    TEXTS,
    st.sampled_from(Shape),
    TEXTS,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.lists(st.builds(Series, TEXTS, FIGURES), max_size=2).map(tuple),
    st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple),
)
BLOCKS = st.one_of(
    CHARTS,
    st.builds(Paragraph, TEXTS, st.booleans()),
    st.builds(Quote, st.text(max_size=20)),
    st.builds(Facts, st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple)),
    st.builds(Table, st.just((text("a"),)), st.lists(st.tuples(TEXTS), max_size=2).map(tuple)),
)
CARDS = st.builds(
    Card,
    TEXTS,
    st.none() | TEXTS,
    st.lists(BLOCKS, max_size=3).map(tuple),
    st.lists(BUTTONS, max_size=2).map(tuple),
    st.lists(BUTTONS, max_size=2).map(tuple),
    st.none() | st.integers(1, 99),
)


@given(CARDS)
def test_any_card_comes_back_as_it_was(card: Card) -> None:
    assert load_card(dump_card(card)) == card


def test_day_and_instant_stay_apart() -> None:
    said = text("x", at=datetime(2026, 6, 1, 9, tzinfo=UTC), on=date(2026, 6, 1))
    assert load_card(dump_card(Card(push=said))).push == said


def test_what_is_no_card_is_refused() -> None:
    with pytest.raises(ValueError, match="not a card"):
        load_card("{}")
