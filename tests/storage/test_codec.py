"""Events: every one of them comes back from its row as it was."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.event import Assigned, Event, WritingBegan
from storage.codec import decode, encode

VALUES = {
    "datetime": st.datetimes(timezones=st.just(UTC)),
    "str": st.text(st.characters(codec="utf-8")),
    "int": st.integers(-(2**63), 2**63 - 1),
}


def value_of(hint: object) -> st.SearchStrategy[object]:
    if hint in {tuple[str, ...], tuple[int, ...]}:
        return st.lists(value_of(get_args(hint)[0])).map(tuple)
    inner = [arg for arg in get_args(hint) if arg is not type(None)]
    if type(None) in get_args(hint):
        return st.none() | value_of(inner[0])
    assert isinstance(hint, type)
    return VALUES[hint.__name__] if hint.__name__ in VALUES else st.from_type(hint)


def an(event: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(event)
    return st.builds(event, **{each.name: value_of(hints[each.name]) for each in fields(event)})


@given(st.one_of([an(event) for event in get_args(Event)]))
def test_every_event_comes_back(event: Event) -> None:
    back = decode(*encode(event))
    assert back == event
    assert [type(getattr(back, each.name)) for each in fields(back)] == [
        type(getattr(event, each.name)) for each in fields(event)
    ]


@pytest.mark.parametrize("event", get_args(Event))
def test_each_has_a_strategy_of_its_own(event: type[Event]) -> None:
    """Else the one above might never try it."""

    @given(an(event))
    def check(made: Event) -> None:
        assert decode(*encode(made)) == made

    check()


def test_what_a_later_version_added_takes_its_default() -> None:
    name, body = encode(Assigned(3, None))
    assert (name, body) == ("Assigned", '{"agent":3,"by":null}')
    before = '{"agent":3,"until":"2026-06-01T03:10:00+00:00"}'  # as it was before schema 0004
    until = datetime(2026, 6, 1, 3, 10, tzinfo=UTC)
    assert decode("WritingBegan", before) == WritingBegan(3, until, chat=None)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Exploded", "{}"),
        ("Assigned", "{}"),
        ("Assigned", '{"agent":3,"by":null,"colour":1}'),
        ("Assigned", "[]"),
        ("Assigned", "{"),
        ("Woken", '{"cause":"thunder"}'),
    ],
)
def test_a_body_of_no_event_is_refused(name: str, body: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(name, body)
