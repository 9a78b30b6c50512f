"""What a person typed, out of what Slack makes of it."""

import pytest

from adapters.chat.slack import reading
from chatops.errors import Unreadable


def name_of(user: str) -> str | None:
    return {"UAOI": "aoi"}.get(user)


@pytest.mark.parametrize(
    ("marked", "typed"),
    [
        ("assign <@UAOI>", "assign @aoi"),
        ("assign <@UAOI|aoi.ito>", "assign @aoi"),
        ("assign <@UELSE|sam>", "assign @sam"),
        ("assign <@UELSE>", "assign @UELSE"),
        ("see <#C1|care-japan>", "see #care-japan"),
        ("see <#C1>", "see #C1"),
        ("<!here> and <!channel>", "@here and @channel"),
        ("<!date^1790000000^{date}|1 October>", "1 October"),
        ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
        ("<http://example.org|example.org>", "example.org"),
        ("<mailto:mina@example.org|mina@example.org>", "mina@example.org"),
        ("<https://example.org|our shop>", "our shop (https://example.org)"),
        ("5 &lt; 6 &amp; 7 &gt; 2, not &amp;lt;", "5 < 6 & 7 > 2, not &lt;"),
    ],
)
def test_typed_words_come_back(marked: str, typed: str) -> None:
    assert reading.plain_words(marked, name_of) == typed


@pytest.mark.parametrize(
    ("line", "command", "rest"),
    [
        ("close 42 spam", "close", "42 spam"),
        ("返信　42 ありがとう  ございます", "返信", "42 ありがとう  ございます"),
        ("  help", "help", ""),
        ("", "help", ""),
        ("\n", "help", ""),
    ],
)
def test_line_is_cut_into_the_commands_word_and_the_rest(
    line: str, command: str, rest: str
) -> None:
    assert reading.split(line) == (command, rest)


def test_emoji_reach_the_customer_as_characters() -> None:
    leaves = [
        {"type": "emoji", "name": "tada", "unicode": "1f389"},
        {"type": "emoji", "name": "+1", "unicode": "1f44d-1f3fb", "skin_tone": 2},
        {"type": "emoji", "name": "aozora"},
    ]
    section = {"type": "rich_text_section", "elements": leaves}
    event = {
        "type": "message",
        "channel": "C1",
        "user": "UAOI",
        "ts": "2.0",
        "thread_ts": "1.0",
        "text": "!reply done :tada: :+1::skin-tone-2: :aozora: 12:30:",
        "blocks": [{"type": "rich_text", "elements": [section]}],
    }
    said = reading.said({"event": event, "team_id": "T1", "event_id": "Ev1"}, name_of)
    assert said is not None
    assert said.text == "!reply done 🎉 👍🏻 :aozora: 12:30:"


@pytest.mark.parametrize("value", ["", "claim", "[]", '{"t": 42}', '{"c": "claim", "a": []}'])
def test_value_that_is_not_ours_is_unreadable(value: str) -> None:
    action = {"action_id": "do:claim", "action_ts": "1.0", "value": value}
    body = {"user": {"id": "UAOI", "team_id": "T1"}, "team": {"id": "T1"}, "actions": [action]}
    with pytest.raises(Unreadable):
        reading.press(body)


def test_person_of_another_workspace_is_seen_in_a_shared_room() -> None:
    event = {
        "type": "message",
        "channel": "C1",
        "user": "USAM",
        "user_team": "T2",
        "ts": "2.0",
        "thread_ts": "1.0",
        "text": "hello",
    }
    said = reading.said({"event": event, "team_id": "T1", "event_id": "Ev1"}, name_of)
    assert said is not None
    assert said.place.teams == {"T1", "T2"}
