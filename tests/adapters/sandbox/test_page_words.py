"""How the page turns Slack's markup, dates and Markdown into what one reads, in a real browser."""

from collections.abc import AsyncIterator

import pytest
from page_sandbox import browser, sandbox
from playwright.async_api import Page

pytestmark = pytest.mark.anyio

LINK = 'target="_blank" rel="noopener noreferrer"'

MRKDWN = {
    "*bold* _it_ ~no~ `a*b*`": "<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code>",
    "*a _b_*, 2*3*4, snake_case_name": "<strong>a <em>b</em></strong>, 2*3*4, snake_case_name",
    "* no* *no *": "* no* *no *",
    # Between letters Slack leaves marks alone, and Japanese has no spaces between words.
    "これは*太字*ではない": "これは*太字*ではない",
    "これは *太字* です": "これは <strong>太字</strong> です",
    "&lt;b&gt; &amp;amp; &quot;": "&lt;b&gt; &amp;amp; &amp;quot;",
    "<b>x</b>": "bx/b",
    ":wave: :no_such_code: 12:30:45": "👋 :no_such_code: 12:30:45",
    "<https://a.example/?a=1&amp;b=2|shop>": f'<a href="https://a.example/?a=1&amp;b=2" {LINK}>shop</a>',
    "see https://a.example/x.": f'see <a href="https://a.example/x" {LINK}>https://a.example/x</a>.',
    "<javascript:alert(1)|press>": "press",
    "<!date^soon^{date}|later>": "later",
    "<@U1> <@U9> <#C1|x> <!here>": (
        '<span class="mention mention-me">@Ben Carter</span> <span class="mention">@U9</span>'
        ' <span class="mention">#care</span> <span class="mention">@here</span>'
    ),
}

SHAPES = {
    "a\n&gt; b\n&gt; c\nd": (
        '<span class="run">a</span><blockquote>b\nc</blockquote><span class="run">d</span>'
    ),
    "```\nx < *y*\n```": "<pre>x &lt; *y*</pre>",
    "an open ``` fence": '<span class="run">an open ``` fence</span>',
}

MARKDOWN = {
    "## Day\nnew **12**": '<p class="md-heading" role="heading" aria-level="4">Day</p><p>new <strong>12</strong></p>',
    "- a\n- `b`": "<ul><li>a</li><li><code>b</code></li></ul>",
    "| a | b |\n|---|---|\n| 1 | 2 |": (
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    ),
    "[x](javascript:alert)": "<p>x</p>",
    "<img src=x onerror=y>": "<p>&lt;img src=x onerror=y&gt;</p>",
}

# 2026-11-20T23:30:00Z is a Saturday morning in Tokyo.
FRIDAY_NIGHT = 1_795_217_400
DATES = {
    ("{date_num} {time}", "Asia/Tokyo"): "2026-11-21 8:30",
    ("{date_long_pretty}", "UTC"): "Friday, 20 November 2026",
    ("{nothing} {date_short}", "Asia/Tokyo"): "{nothing} 21 Nov 2026",
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def page() -> AsyncIterator[Page]:
    async with browser() as chromium, sandbox() as (base, _):
        opened = await chromium.new_page()
        await opened.goto(f"{base}/?lang=en")
        yield opened


CONTEXT = """
const context = {
  me: "U1", tz: "Asia/Tokyo",
  people: new Map([["U1", {name: "Ben Carter"}]]), rooms: new Map([["C1", {name: "care"}]]),
};
const drawn = (nodes) => { const box = document.createElement("div"); box.append(...nodes); return box.innerHTML; };
"""


async def _drawn(page: Page, module: str, texts: list[str]) -> list[str]:
    read = f"""async (texts) => {{
        {CONTEXT}
        const {{ {module}: read }} = await import("/page/{module}.js");
        return texts.map((text) => drawn(read(text, context)));
    }}"""
    return await page.evaluate(read, texts)


async def test_marks_links_names_and_entities_are_read_as_slack_reads_them(page: Page) -> None:
    expected = {text: f'<span class="run">{html}</span>' for text, html in MRKDWN.items()}
    shown = await _drawn(page, "mrkdwn", list(MRKDWN))
    assert dict(zip(MRKDWN, shown, strict=True)) == expected


async def test_quotes_and_fences_are_blocks(page: Page) -> None:
    shown = await _drawn(page, "mrkdwn", list(SHAPES))
    assert dict(zip(SHAPES, shown, strict=True)) == SHAPES


async def test_markdown_blocks_are_read_and_never_as_html(page: Page) -> None:
    shown = await _drawn(page, "markdown", list(MARKDOWN))
    assert dict(zip(MARKDOWN, shown, strict=True)) == MARKDOWN


async def test_moments_stand_in_the_readers_zone(page: Page) -> None:
    read = """async (asked) => {
        const { formatDate } = await import("/page/when.js");
        return asked.map(([pattern, tz]) => formatDate(1795217400, pattern, tz));
    }"""
    shown = await page.evaluate(read, [list(key) for key in DATES])
    assert dict(zip(DATES, shown, strict=True)) == DATES


@pytest.mark.parametrize(
    ("after", "zone", "expected"),
    [
        (FRIDAY_NIGHT, "Asia/Tokyo", FRIDAY_NIGHT + 1_800),  # 8:30 -> 9:00 the same morning
        (FRIDAY_NIGHT + 1_800, "Asia/Tokyo", FRIDAY_NIGHT + 1_800 + 86_400),  # at nine: the next
        # 2026-10-24T12:00Z in Berlin; the clocks go back that night, so nine o'clock is 08:00Z.
        (1_792_843_200, "Europe/Berlin", 1_792_843_200 + 20 * 3_600),
    ],
)
async def test_the_next_morning_is_nine_by_the_persons_own_clock(
    page: Page, after: int, zone: str, expected: int
) -> None:
    read = """async ([after, zone]) =>
        (await import("/page/when.js")).nextHour(after, 9, zone)"""
    assert await page.evaluate(read, [after, zone]) == expected
