"""Words that are looked for in a customer's text, with the boundaries that each script has. Pure.

Both sides are folded first (NFKC, case, white space), so that ＲＥＦＵＮＤ is refund and ﾊﾞｲｸ is
バイク. Then each end of a word is held to what its own script can tell:

- Letters of scripts that put spaces between words, such as Latin: the whole word. `refund` is not
  in "refunds", but it is in "返金refundして".
- Katakana: the whole run, to which ー belongs and ・ does not. イク is not in バイク, リフレ not in
  リフレッシュ (found by substring, such words hit 28 of 5,553 harmless hotel reviews).
- Digits: the whole number. `404` is not in "1404", "404.5" or "1,404".
- Kanji, hiragana, hangul and Thai, where words follow one another without a mark: anywhere. 返金 is
  in 返金してください, and 人 in 人気 too: write such words long enough.
- Signs and emoji: anywhere.

A star at an end lets the word go on there: `refund*` is in "refunded".
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final, NewType

#: A text as `fold` leaves it.
Folded = NewType("Folded", str)

STAR: Final = "*"

#: ァ to ヺ, then ー to ヿ (between them stands ・), and the small letters for Ainu.
_KATAKANA: Final = r"\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
#: 々〆〇, hiragana, bopomofo and hangul's letters, ideographs, syllables, Thai to Lao, Burmese, Khmer.
_UNSPACED: Final = (
    r"\u3005-\u3007\u3041-\u309f\u3100-\u318f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff\u1100-\u11ff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)

_IS_KATAKANA: Final = re.compile(f"[{_KATAKANA}]")
_IS_DIGIT: Final = re.compile(r"[0-9]")
_IS_SPACED: Final = re.compile(rf"[^\W{_KATAKANA}{_UNSPACED}]")

#: By what a word's first or last letter is: what may not stand before it, and what not behind.
_BOUNDS: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (_IS_KATAKANA, rf"(?<![{_KATAKANA}])", rf"(?![{_KATAKANA}])"),
    (_IS_DIGIT, r"(?<![0-9])(?<![0-9][.,])", r"(?![0-9])(?![.,][0-9])"),
    (_IS_SPACED, rf"(?<!{_IS_SPACED.pattern})", rf"(?!{_IS_SPACED.pattern})"),
)


def fold(text: str) -> Folded:
    """Return a text without what does not tell words apart: width, case, kinds of white space."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return Folded(" ".join(folded.split()))


def is_word(written: str) -> bool:
    """Tell whether there is something to look for in what was written."""
    return bool(fold(written).strip(f"{STAR} "))


@dataclass(frozen=True, slots=True)
class Terms:
    """Words of which any is enough; a value, compiled when it is made.

    Raises ValueError for a word that is nothing but stars and white space.
    """

    words: tuple[str, ...] = ()
    #: The words bare. Most texts hold none, which is found out ten times as fast without a pattern.
    _bare: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if wrong := [word for word in self.words if not is_word(word)]:
            raise ValueError(f"these are no words: {wrong}")
        folded = [fold(word) for word in self.words]
        object.__setattr__(self, "_bare", tuple(word.strip(f"{STAR} ") for word in folded))
        object.__setattr__(self, "_pattern", re.compile("|".join(map(_bounded, folded))))

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds any of the words in a folded text; without a word it says nothing."""
        return self._pattern

    def found_in(self, text: Folded) -> bool:
        """Tell whether the text holds any of the words."""
        return any(word in text for word in self._bare) and self._pattern.search(text) is not None


def _bounded(word: Folded) -> str:
    """Return the pattern of a folded word."""
    bare = word.strip(f"{STAR} ")
    before = "" if word.startswith(STAR) else _bounds(bare[0])[0]
    behind = "" if word.endswith(STAR) else _bounds(bare[-1])[1]
    return f"{before}{re.escape(bare)}{behind}"


def _bounds(letter: str) -> tuple[str, str]:
    """Return what may stand neither before nor behind a letter at a word's end."""
    return next(
        ((before, behind) for kind, before, behind in _BOUNDS if kind.match(letter)), ("", "")
    )
