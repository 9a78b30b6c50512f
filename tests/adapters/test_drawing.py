"""Pictures: every label of ours has its glyphs, and they are drawn in a process of their own."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from adapters._drawing.draw import WIDTH, draw
from adapters._drawing.painter import Painter
from adapters._drawing.picture import Kind, Picture, Row, dump, load
from chatops.errors import CareError
from chatops.text import Words, text

SOME: Final = Picture("New", Kind.COLUMNS, "tickets", ["Thu 1 Oct"], [Row("New", [3.0])])
ROOT: Final = Path(__file__).parents[2]
#: What a chart says is in these; the rest of its words are days, numbers and people's own.
OURS: Final = (
    *("chart-", "head-left", "kind-", "report-new", "report-closed", "report-outside"),
    "report-no-tag",
)


def drawn(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(draw(picture)))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_label_of_ours_has_its_glyphs(language: str) -> None:
    """A missing glyph is a warning, which is an error here, as every warning is."""
    words, tokyo = Words(), ZoneInfo("Asia/Tokyo")
    values = ("by", "title", "count", "name", "unit", "facts", "at", "total", "most", "least")
    values += ("first", "last")
    ours = (id for id in sorted(words.ids(language)) if id.startswith(OURS))
    texts = [text(id, **dict.fromkeys(values, 1)) for id in ours]
    texts += [text("day", day=date(2026, month, month)) for month in range(1, 13)]
    said = " ".join(words.say(each, language, tokyo) for each in texts)
    assert drawn(replace(SOME, title=said)).size == (WIDTH, 560)


def test_a_name_in_letters_that_we_have_no_glyph_for_is_drawn_all_the_same() -> None:
    with pytest.warns(UserWarning, match="missing from font"):
        assert drawn(replace(SOME, title="김철수")).width == WIDTH


def test_the_ground_is_opaque_in_both_modes_of_a_chat() -> None:
    picture = drawn(SOME).convert("RGBA")
    assert picture.getpixel((WIDTH - 1, 0)) == (255, 255, 255, 255)
    assert picture.getchannel("A").getextrema() == (255, 255)


def filled(picture: Picture) -> Counter[str]:
    """Return how many pixels each of the series' colours fills."""
    found = drawn(picture).convert("RGB").getcolors(WIDTH * 2_000) or []
    named = Counter({"#{:02x}{:02x}{:02x}".format(*rgb): count for count, rgb in found})
    return Counter({colour: named[colour] for colour in COLOURS if named[colour] > 500})


COLOURS: Final = ("#0072b2", "#e69f00", "#009e73")


def test_three_series_differ_in_colour_and_in_hatch() -> None:
    assert list(filled(SOME)) == [COLOURS[0]]
    rows = [Row(name, [2.0]) for name in ("New", "Closed", "Open at end")]
    first, second, third = filled(replace(SOME, rows=rows)).values()
    assert second < first * 0.8  # stripes of the ground run through it
    assert third < first * 0.8  # and dots of it through this


def test_three_lines_are_drawn() -> None:
    rows = [Row(name, [2.0, 3.0]) for name in ("New", "Closed", "Open at end")]
    picture = replace(SOME, kind=Kind.LINES, labels=["a", "b"], rows=rows)
    assert drawn(picture).size == (WIDTH, 560)


@pytest.mark.parametrize(
    "picture",
    [
        replace(SOME, kind=Kind.LINES, labels=["a", "b"], rows=[Row("New", [3.0, None])]),
        replace(
            SOME, kind=Kind.BARS, labels=["$a^$", "問い合わせ" * 9], rows=[Row("New", [0, None])]
        ),
        replace(SOME, labels=["10月1日(木)"], title="時間帯別の新着とクローズ" * 3),
        replace(SOME, title="New and closed by day, and much more besides"),
    ],
)
def test_gaps_formulas_and_long_names_are_drawn(picture: Picture) -> None:
    assert drawn(picture).width == WIDTH


def test_a_picture_grows_with_its_names() -> None:
    bars = replace(SOME, kind=Kind.BARS, labels=list("abc"), rows=[Row("New", [1.0, 2.0, 3.0])])
    assert drawn(bars).height > drawn(replace(bars, labels=["a"], rows=[Row("New", [1.0])])).height


def test_pictures_pass_between_processes() -> None:
    gaps = replace(SOME, rows=[Row("New", [1.5, None])])
    assert load(dump([SOME, gaps])) == [SOME, gaps]


@pytest.mark.anyio
async def test_a_process_of_its_own_draws_the_same() -> None:
    assert await Painter().draw([SOME]) == [draw(SOME)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("worker", "patience", "why"),
    [
        ((sys.executable, "-c", "import time; time.sleep(60)"), 0.2, "TimeoutError"),
        ((sys.executable, "-c", "raise SystemExit(1)"), 20, "JSONDecodeError"),
        (("/nowhere",), 20, "FileNotFoundError"),
    ],
)
async def test_what_cannot_be_drawn_is_said_in_time(
    worker: tuple[str, ...], patience: float, why: str
) -> None:
    with pytest.raises(CareError, match=why):
        await Painter(worker, patience).draw([SOME])


def test_what_starts_loads_nothing_that_draws() -> None:
    starts = "chatops.__main__, chatops.app, adapters.chat.slack.chat, adapters.chat.teams.chat"
    code = f"import sys, {starts}; sys.exit('matplotlib' in sys.modules or 'numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
