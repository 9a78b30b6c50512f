"""What the words keep to, so that they fit and read alike: lengths, punctuation, one word a thing."""

import re
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

import pytest

import commands
from adapters.chat.slack.manifest import manifest
from adapters.chat.slack.settings import Mode
from chatops.call import Registry
from chatops.text import LOCALE, Words, text

WORDS: Final = Words()
TOKYO: Final = ZoneInfo("Asia/Tokyo")

#: Characters of a modal's title (docs.slack.dev/surfaces/modals); a longer one is cut.
TITLE: Final = 24

#: Characters of an entry in a select (docs.slack.dev/reference/block-kit/composition-objects).
ENTRY: Final = 75

#: Characters of a button, so that a row of five fits a phone in two rows: Latin, Japanese.
BUTTON: Final = {"en": 12, "ja": 8}

#: A button that names a network stands alone; what a screen reader says of one is not shown.
NAMING: Final = {"button-open-on", "button-of"}

#: What people choose from in forms.
CHOICES: Final = ("snooze-", "wake-", "then-", "back-to-", "close-alone", "close-with_linked")

#: Signs that say a state beside its words; both languages show the same.
SIGNS: Final = "‼❗⚠⏳✓✗🔒🌐🔕↩✍●○"

#: Synonyms that a command understands are no words of ours.
UNDERSTOOD: Final = ("word-", "name-")

#: How a Japanese sentence of ours ends.
POLITE: Final = re.compile(r"(です|ます|ました|でした|ません|ください)か?$")

#: One word a thing: what care teams say, and what we do not say beside it.
INSTEAD: Final = {
    "通知オフ": "ミュート",
    "通知オン": "ミュート解除",
    "担当者なし": "未担当",
    "担当者のいない": "未担当の",
    "未割り当て": "未担当",
    "対応時間外": "営業時間外",
    "エスカレート": "エスカレーション",
    "SNS": "チャネル",
    "ネットワーク": "チャネル",
    "本人確認": "アカウント連携",
    "ダイレクトメッセージ": "DM",
    "友だち": "友達",
    "取消": "取り消し",
    "関連を外": "関連解除",
    "ユーザ名": "ハンドル",
    "顧客": "お客様",
    "ユーザーさん": "お客様",
    "完了済": "クローズ",
}

#: Words of other trades, or of a machine that talks about itself (the house style's names).
NOT_OURS: Final = re.compile(
    r"\b(case|issue|error|invalid|disposition|simply|just|kindly|successfully|oops|sorry)\b",
    re.IGNORECASE,
)


def sentences(language: str) -> dict[str, str]:
    """Return the sentences as they stand in the file, those of several lines as one."""
    held: dict[str, str] = {}
    last = ""
    for line in (LOCALE / f"{language}.ftl").read_text("utf-8").splitlines():
        if found := re.match(r"([a-z][\w-]*) = ?(.*)", line):
            last, held[found[1]] = found.groups()
        elif line.startswith((" ", "}")):
            held[last] += f"\n{line.strip()}"
    return held


ENGLISH, JAPANESE = sentences("en"), sentences("ja")

#: Without the words that commands understand.
SAID: Final = {id: said for id, said in JAPANESE.items() if not id.startswith(UNDERSTOOD)}


def bare(said: str) -> str:
    """Return a sentence without its values, and without what stands in brackets for typing."""
    return re.sub(r"\{[^{}]*\}|\[[^\]]*\]", "", said)


def too_long(ids: Iterator[str], language: str, most: int) -> dict[str, str]:
    said = {id: WORDS.say(text(id, ticket=1_234_567), language, TOKYO) for id in ids}
    return {id: words for id, words in said.items() if len(words) > most}


@pytest.mark.parametrize("language", BUTTON)
def test_titles_of_forms_fit(language: str) -> None:
    titles = (id for id in WORDS.ids(language) if id.startswith("form-"))
    assert too_long(titles, language, TITLE) == {}


@pytest.mark.parametrize("language", BUTTON)
def test_buttons_are_short(language: str) -> None:
    labels = (
        id
        for id in WORDS.ids(language)
        if id.startswith(("button-", "submit-", "chat-yes", "chat-cancel")) and id not in NAMING
    )
    assert too_long(labels, language, BUTTON[language]) == {}


@pytest.mark.parametrize("language", BUTTON)
def test_entries_of_selects_fit(language: str) -> None:
    held = ENGLISH if language == "en" else JAPANESE
    entries = {id: bare(said) for id, said in held.items() if id.startswith(CHOICES)}
    assert {id: said for id, said in entries.items() if len(said) > ENTRY - 20} == {}


@pytest.mark.parametrize("language", BUTTON)
def test_shortcuts_and_commands_fit_the_manifest(language: str) -> None:
    """24 characters of a shortcut's name, as Slack's schema of manifests says."""
    features = manifest(Mode.SOCKET, language, "care")["features"]
    assert max(len(each["name"]) for each in features["shortcuts"]) <= TITLE


def test_no_command_that_is_gone_left_its_words() -> None:
    """Code makes these ids of a command's name, or writes them out."""
    names = {command.name for command in Registry.of(commands)}
    root = LOCALE.parent.parent
    code = "".join(
        path.read_text("utf-8")
        for part in ("chatops", "commands", "adapters/chat")
        for path in (root / part).rglob("*.py")
    )
    made = re.compile(r"(?:name|usage|help|done|form|button|submit|about|nothing-to)-(.+)")
    left = {
        id
        for id in ENGLISH
        if (found := made.fullmatch(id)) and found[1] not in names and f'"{id}"' not in code
    }
    assert left == set()


@pytest.mark.parametrize("held", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_usage_begins_with_the_commands_first_name(held: dict[str, str]) -> None:
    wrong = {}
    for command in Registry.of(commands):
        first = held[f"name-{command.name}"].split(",")[0]
        if not f"{held[f'usage-{command.name}']} ".startswith(f"{first} "):
            wrong[command.name] = held[f"usage-{command.name}"]
    assert wrong == {}


def test_signs_are_alike_in_both_languages() -> None:
    """A sign is half of what tells a state; a reader of either language sees the same half."""
    signs = {
        id: [[sign for sign in said if sign in SIGNS] for said in (ENGLISH[id], JAPANESE[id])]
        for id in ENGLISH
    }
    assert {id: both for id, both in signs.items() if both[0] != both[1]} == {}


# Japanese


def test_japanese_has_its_own_punctuation() -> None:
    """Full-width marks beside kana and kanji; half-width ones stay in times and commands."""
    letter = r"[\u3041-\u30ff\u4e00-\u9fff」）]"
    narrow = re.compile(rf"{letter}[:!?,;(]|[),] ?{letter}|\}}:")
    weekday = re.compile(r"\(.\)")  # 10月3日(金)
    assert {id: said for id, said in SAID.items() if narrow.search(weekday.sub("", said))} == {}


def test_japanese_digits_letters_and_blanks_are_narrow() -> None:
    """Wide ones do not line up with the numbers and handles that are filled in."""
    wide = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000\uff05\uff66-\uff9d]|\.\.\.")
    assert {id: said for id, said in JAPANESE.items() if wide.search(said)} == {}


def test_japanese_speaks_to_nobody_as_you() -> None:
    """A sentence leaves out whom it speaks to; and a customer's name gets no title by itself."""
    titled = re.compile(r"あなた|(?<!お客)様|お客さま|お客さん")
    assert {id: said for id, said in SAID.items() if titled.search(said)} == {}


def test_japanese_calls_colleagues_san() -> None:
    bare_names = re.compile(r"\$(agent|near) \}(?!さん)")
    queues_and_commands = {"unknown-queue-near", "unknown-macro-near", "did-you-mean"}
    queues_and_commands |= {
        f"unknown-{each}-near" for each in ("channel", "kind", "language", "priority", "target")
    }
    wrong = {id: said for id, said in SAID.items() if bare_names.search(said)}
    assert wrong.keys() <= queues_and_commands, wrong


def test_japanese_sentences_are_polite() -> None:
    """です and ます, wherever a sentence ends; a label has no 。 and may be a noun."""
    plain = {
        id: end
        for id, said in SAID.items()
        for end in re.findall(r"([^。？\n]+)[。？]", said)
        if not POLITE.search(re.sub(r"（[^）]*）$", "", end)) and not end.endswith("}")
    }
    assert plain == {}


def test_japanese_of_two_sentences_ends_like_one() -> None:
    """A text that holds a 。 has one at its end too, or an example, or what is to be typed."""
    typed = ("time-not-understood", "close-linked-too", "close-needs-reason", "tour-")
    titles = ("shift-end-title",)
    left = {id: said for id, said in SAID.items() if "。" in said and said[-1] not in "。？）：…}"}
    assert [id for id in left if not id.startswith((*typed, *titles))] == []


@pytest.mark.parametrize("word", INSTEAD)
def test_japanese_says_one_thing_by_one_word(word: str) -> None:
    found = {id: said for id, said in SAID.items() if word in said}
    assert found == {}, f"say {INSTEAD[word]}"


def test_numbers_of_tickets_stand_apart_in_japanese() -> None:
    """`#42 の` reads better than `#42の`, and every sentence does it alike."""
    apart = re.compile(r"\{ \$?ticket \}[\u3041-\u30ff]")
    assert {id: said for id, said in SAID.items() if apart.search(said)} == {}


def test_numbers_and_their_counters_stand_together_in_japanese() -> None:
    apart = re.compile(r"\$\w+ \} [件人個分字回]")
    assert {id: said for id, said in SAID.items() if apart.search(said)} == {}


# English


def test_english_has_its_own_quotes() -> None:
    straight = {id: said for id, said in ENGLISH.items() if "'" in said or '"' in said}
    assert straight.keys() <= {"init-about-people"}  # YAML, as it is written


def test_english_is_plain() -> None:
    odd = {id: said for id, said in ENGLISH.items() if NOT_OURS.search(said)}
    assert odd == {}
    assert [id for id, said in ENGLISH.items() if said.lower().count("please") > 1] == []


def test_english_labels_are_in_sentence_case() -> None:
    """Only the first word has a capital: no Title Case Of Another House."""
    labels = ("button-", "form-", "submit-", "field-", "fact-", "head-", "report-", "status-")
    title_case = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
    said = {id: bare(said) for id, said in ENGLISH.items() if id.startswith(labels)}
    assert {id: words for id, words in said.items() if title_case.search(words)} == {}
