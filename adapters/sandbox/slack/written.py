"""What a person types, as Slack passes it on to apps."""

import re

from adapters.sandbox.slack.state import State


def written(state: State, text: str, *, names: bool = False) -> str:
    """The text, escaped, with mentions and links marked.

    Commands carry the name too (`<@U1|ben>`), as `should_escape` in the app's settings asks.
    """
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(char, entity)
    # An address or a mention that the caller wrote in Slack's own form stays one.
    text = re.sub(r"&lt;([@#!][A-Z0-9][^&\s]*)&gt;", r"<\1>", text)
    text = re.sub(r"(?<![<\w])(https?://[^\s<>|]+)", r"<\1>", text)
    # The longest names first, or `@Ben Carter` would be taken for a Ben.
    for person in sorted(state.people.values(), key=lambda one: -len(one.name)):
        mark = f"<@{person.id}|{person.name}>" if names else f"<@{person.id}>"
        name = re.escape(person.name)
        text = re.sub(rf"(?<![\w<])@{name}(?!\w)", mark, text, flags=re.IGNORECASE)
    return text
