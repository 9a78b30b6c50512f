"""The guard against sending everybody the same words: asks before a canned reply is repeated.

A canned reply that goes out unchanged is kept by its key. The same one to the same person within 30
days, or for the third time under one post, is asked about; a changed text is a text of its own.
"""

from datetime import timedelta
from typing import Final

from chatops.call import Call
from chatops.ports import Record, Tx
from chatops.text import text
from chatops.ticket import Refusal

SAME_PERSON: Final = timedelta(days=30)

#: Kept in place of a key with a macro's own words, which app.yaml wrote, too: of these nobody is asked.
OF_MACRO: Final = "macro"

#: So many of one text may stand under a post; the next is asked about.
UNDER_A_POST: Final = 2


def question(tx: Tx, record: Record, said: str | None, call: Call) -> Refusal | None:
    """Return what to ask before the canned reply `said` is sent once more, or None."""
    if said is None or said == OF_MACRO or is_confirmed(said, call):
        return None
    ticket = record.ticket
    if tx.said_to(ticket.customer, said, call.now - SAME_PERSON):
        days = SAME_PERSON.days
        return Refusal(text("ask-repeat-person", canned=name_of(said), days=days), asks=_asks(said))
    thread = record.threads[ticket.conversation]
    count = 0 if ticket.private else tx.said_under(ticket.account, thread, said)
    if count >= UNDER_A_POST:
        return Refusal(text("ask-repeat-post", canned=name_of(said), count=count), asks=_asks(said))
    return None


def is_confirmed(said: str, call: Call) -> bool:
    """Tell whether it was asked about this canned reply, and the answer was yes."""
    return _asks(said) in call.confirmed


def _asks(said: str) -> str:
    """Return the question's name, which holds the reply's: a yes to one is no yes to another."""
    return f"repeat-{said}"


def key_of(language: str, name: str) -> str:
    """Return the key by which a canned reply is kept with the replies made of it."""
    return f"{language}/{name}"


def name_of(said: str) -> str:
    """Return the name of the canned reply that a key is of."""
    return said.partition("/")[2]
