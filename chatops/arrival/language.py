"""Which language a text is in, by its script. Pure; a few microseconds a text.

The script alone tells Korean, Arabic, Thai and most Japanese and Chinese for sure. What it cannot
tell is decided by the account: which language its customers write, as app.yaml says. Latin words on
an account whose own language is written otherwise are taken as English.
"""

import re
import unicodedata
from collections import Counter
from typing import Final

#: Every language that a ticket may be in; each has a sentence `language-<code>` in both .ftl files.
KNOWN: Final = (
    *("ar", "de", "el", "en", "es", "fr", "he", "hi", "it"),
    *("ja", "ko", "nl", "pt", "ru", "th", "tr", "uk", "vi", "zh"),
)

#: Where a script serves several languages, an account's own language among them is believed.
_SHARED: Final = {
    "latin": ("en", frozenset({"de", "en", "es", "fr", "it", "nl", "pt", "tr", "vi"})),
    "cyrillic": ("ru", frozenset({"ru", "uk"})),
    "han": ("zh", frozenset({"ja", "zh"})),
}
_OWN: Final = {
    "kana": "ja",
    "hangul": "ko",
    "arabic": "ar",
    "hebrew": "he",
    "thai": "th",
    "devanagari": "hi",
    "greek": "el",
}
_NAMES: Final = {
    "HIRAGANA": "kana",
    "KATAKANA": "kana",
    "KATAKANA-HIRAGANA": "kana",
    "CJK": "han",
    "HANGUL": "hangul",
    "LATIN": "latin",
    "CYRILLIC": "cyrillic",
    "ARABIC": "arabic",
    "HEBREW": "hebrew",
    "THAI": "thai",
    "DEVANAGARI": "devanagari",
    "GREEK": "greek",
}

#: Characters of everyday Chinese that Japanese does not write (or not in this form).
_CHINESE: Final = frozenset(
    "你您们这吗么说请谢没还给为发货单订买卖东个电话钱问题开关见让从对时间怎哪她们"
)

#: A syllable or an ideograph says as much as two or three letters.
_WEIGHT: Final = {"kana": 3, "han": 2, "hangul": 3}

#: Addresses, names and tags are written in Latin letters whatever the language of the text.
_NOT_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|[@#][\w.]+", re.ASCII)


def language_of(text: str, default: str) -> str:
    """Return the language code of a text, or `default`, the account's, where its script is silent."""
    words = unicodedata.normalize("NFKC", _NOT_WORDS.sub(" ", text))
    weights: Counter[str] = Counter()
    for letter in words:
        if letter.isalpha() and (script := _script(letter)) is not None:
            weights[script] += _WEIGHT.get(script, 1)
    if not weights:
        return default
    if weights["kana"]:  # Japanese mixes both: the kana decide, the ideographs only add weight
        weights["kana"] += weights.pop("han", 0)
    script = max(weights, key=lambda name: weights[name])
    if script in _OWN:
        return _OWN[script]
    likeliest, others = _SHARED[script]
    if script == "han" and not _CHINESE.isdisjoint(words):
        return "zh"
    return default if default in others else likeliest


def _script(letter: str) -> str | None:
    return _NAMES.get(unicodedata.name(letter, "").partition(" ")[0])
