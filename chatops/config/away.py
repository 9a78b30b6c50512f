"""The away text of a queue in app.yaml: its keys, and the core's value made of them."""

from typing import Annotated

from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, Field

from chatops.config.block import ALWAYS, Block, ToCalendar, ToChannel
from chatops.config.document import Place
from chatops.config.fit import Fitter
from chatops.config.notation import AwayWords, Language
from chatops.policy import AwayRule, AwayText


def _dated(language: str) -> str:
    """Take a language in which a day can be told."""
    try:
        Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f'nobody knows how days are written in "{language}"') from error
    return language


class AwayTextBlock(Block):
    """What a customer is told, in one language."""

    language: Annotated[Language, AfterValidator(_dated)] = Field(examples=["ja"])
    """Language of the text, and of the time in it."""
    text: AwayWords = Field(examples=["Thank you for writing. We are back {opens}."])
    """May hold {opens}, when the calendar opens next, {customer_name}, {ticket} and {account}."""
    channels: tuple[ToChannel, ...] = ()
    """Channels on which it is said; otherwise every one."""


class AwayBlock(Block):
    """What customers are told, once, who write while the queue's calendar is closed."""

    texts: Annotated[tuple[AwayTextBlock, ...], Field(min_length=1)] = Field(
        examples=[[{"language": "en", "text": "We are back {opens}."}]]
    )
    """The texts: the first that has the customer's language and channel, else the account's language."""
    public: bool = False
    """Whether it is said in public too, under a post that begins its own thread."""
    most: Annotated[int, Field(ge=1, le=10_000)] = 100
    """So many customers an hour at most are told by one account; others are not."""


def away(fitter: Fitter, place: Place, block: AwayBlock, calendar: ToCalendar) -> AwayRule:
    """Return the rule of a queue; what is never said is a fault."""
    if calendar == ALWAYS:
        said = f"the calendar {ALWAYS} never closes; leave this out, or write the queue's hours"
        fitter.faults.add(place, said)
    texts = [AwayText(each.language, each.text, each.channels) for each in block.texts]
    for number, text in enumerate(texts):
        if any(_takes_all(before, text) for before in texts[:number]):
            said = "a text above has this language and its channels; write it before that"
            fitter.faults.add((*place, "texts", number), said)
    return AwayRule(tuple(texts), block.public, block.most)


def _takes_all(before: AwayText, text: AwayText) -> bool:
    is_alike = before.language == text.language
    return is_alike and (not before.channels or set(before.channels) >= set(text.channels or "*"))
