"""Where a new ticket goes and how urgent it is, with the reasons. Pure, over policy and a message."""

import re

from chatops.channel import Message
from chatops.event import Priority
from chatops.policy import UrgencyRules


def priority_of(rules: UrgencyRules, message: Message) -> tuple[Priority, tuple[str, ...]]:
    """Return the priority of a new ticket and why, as ids of sentences; one reason each.

    One reason makes it high, two urgent; without a reason it is normal.
    """
    why = []
    followers = message.author.followers
    if rules.followers is not None and followers is not None and followers >= rules.followers:
        why.append("why-followers")
    if any(_holds(message.text, word) for word in rules.words):
        why.append("why-words")
    levels = (Priority.NORMAL, Priority.HIGH, Priority.URGENT)
    return levels[len(why)], tuple(why)


def _holds(text: str, word: str) -> bool:
    """Tell whether `text` holds `word`: whole words in Latin script, anywhere in Japanese."""
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None
    return word in text
