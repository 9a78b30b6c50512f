"""Whether words that all the world will read hold what belongs to one person. Pure.

It looks at a copy folded by NFKC, where wide digits and signs are narrow. It knows shapes, not
truths: a price or a date is no phone number, but a long article number may look like an order's.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Personal(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    ORDER = "order"


_EMAIL: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_LINK: Final = re.compile(r"https?://\S+")
_DATE: Final = re.compile(r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)")
#: 10 to 15 digits (E.164 allows 15), in groups, after `+` or the trunk's 0 or a bracket.
_PHONE: Final = re.compile(r"(?<![\w./-])(?:\+|\(?0)(?:[ ()./‐–-]{0,2}\d){8,14}(?![\w])")
_ORDER: Final = re.compile(
    r"(?:\border(?:\s+(?:no|number|id))?|\bbooking|\bref(?:erence)?|注文|予約|受付|伝票|お問い合わせ)"
    r"\W{0,3}(?:no|number|id|番号)?[\s.:#はが]{0,4}(?=[a-z-]{0,6}\d)[a-z0-9-]{5,}"
    r"|(?<![\w.,/-])\d{8,}(?![\w.,/-])",
    re.IGNORECASE,
)


def personal_data(words: str) -> tuple[Personal, ...]:
    """Return the kinds of personal data that a text seems to hold, each once."""
    folded = _DATE.sub(" ", _LINK.sub(" ", unicodedata.normalize("NFKC", words)))
    shapes = ((Personal.EMAIL, _EMAIL), (Personal.PHONE, _PHONE), (Personal.ORDER, _ORDER))
    found = []
    for kind, shape in shapes:
        folded, count = shape.subn(" ", folded)  # what is a phone number is no order number too
        if count:
            found.append(kind)
    return tuple(found)
