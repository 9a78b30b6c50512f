"""Our cards as Microsoft's own renderer draws them, beside the page's: the same words and buttons.

The renderer is npm's `adaptivecards` (3.0.6): CHATOPS_ADAPTIVECARDS names its `adaptivecards.min.js`.
It leaves Markdown to its host, which here is markdown-it-py, as Teams' is another than ours too.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from markdown_it import MarkdownIt
from page_sandbox import browser, sandbox
from playwright.async_api import Page

pytestmark = pytest.mark.anyio

JSON = dict[str, Any]

RENDERER: Final = "CHATOPS_ADAPTIVECARDS"
SNAPSHOTS: Final = Path(__file__).parents[1] / "chat" / "__snapshots__"
CARDS: Final = sorted(
    path
    for folder in ("test_teams_cards", "test_teams_forms")
    for path in (SNAPSHOTS / folder).glob("*.json")
)
MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})

#: Draw a card twice, and tell of each the visible words, the buttons, and what stands in their menu.
DRAW: Final = """async ([card, rendered]) => {
    const { drawCard } = await import("/page/adaptive.js");
    const { AdaptiveCard, HostConfig } = AdaptiveCards;
    const seen = (root, which) => [...root.querySelectorAll(which)].filter((one) => one.checkVisibility());
    const told = (root, { pressed, more, rows, besides }) => {
        document.body.replaceChildren(root);
        const buttons = seen(root, `${pressed}:not(${more})`).map((one) => one.firstChild.textContent);
        root.querySelector(more)?.click();
        const menu = rows(root);
        for (const one of root.querySelectorAll(besides)) one.remove();
        return { words: root.innerText.split(/\\s+/).filter(Boolean), buttons, menu };
    };
    const ours = told(drawCard(card, { press: () => {}, search: async () => [] }), {
        pressed: ".ac-actions > .button",
        more: "summary",
        rows: (root) => seen(root, ".ac-menu .button").map((one) => one.textContent),
        besides: ".ac-actions, .field",
    });
    let menu = [];
    AdaptiveCard.onDisplayOverflowActionMenu = (actions) => {
        menu = actions.map((one) => one.title);
        return true;
    };
    AdaptiveCard.onProcessMarkdown = (text, result) => {
        result.outputHtml = rendered[text];
        result.didProcess = text in rendered;
    };
    const oracle = new AdaptiveCard();
    oracle.hostConfig = new HostConfig({ actions: { maxActions: 6 }, supportsInteractivity: true });
    oracle.parse(card);
    const theirs = told(oracle.render(), {
        pressed: ".ac-pushButton",
        more: "[aria-expanded]",
        rows: () => menu,
        besides: ".ac-actionSet, .ac-input",
    });
    return [ours, theirs];
}"""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def renderer() -> str:
    """Microsoft's renderer, where there is one."""
    given = os.environ.get(RENDERER)  # noqa: TID251 - where a developer keeps the file
    if not given:
        pytest.skip(f"{RENDERER} names no adaptivecards.min.js: our cards were not drawn by it")
    return Path(given).read_text("utf-8")


@pytest.fixture(scope="module")
async def page(renderer: str) -> AsyncIterator[Page]:
    async with browser() as chromium, sandbox() as (base, _):
        opened = await chromium.new_page()
        await opened.goto(f"{base}/?lang=en")
        # A function's own scope: the page loads no scripts but its own.
        await opened.evaluate(renderer)
        yield opened


def texts(made: object) -> Iterator[str]:
    """Every text of a card in which Markdown is read."""
    match made:
        case {"type": "TextBlock", "text": str(words)}:
            yield words
        case {"type": "FactSet", "facts": list(facts)}:
            yield from (words for fact in facts for words in fact.values())
        case dict():
            for inner in made.values():
                yield from texts(inner)
        case list():
            for inner in made:
                yield from texts(inner)
        case _:
            pass


def card_in(path: Path) -> JSON:
    """The card of a snapshot, which is one, or a message or a dialog with one."""
    made: JSON = json.loads(path.read_text("utf-8"))
    if "attachments" in made:
        made = made["attachments"][0]
    made = made.get("card", made)
    return dict(made.get("content", made))


def rendered(words: str) -> str:
    """A text as HTML; Teams puts people's names in before it is shown."""
    return MARKDOWN.render(re.sub(r"<at>(.*?)</at>", r"\1", words)).strip()


def test_there_are_cards_to_draw() -> None:
    assert len(CARDS) > 60


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
async def test_the_page_shows_a_card_as_microsofts_renderer_does(page: Page, path: Path) -> None:
    card = card_in(path)
    ours, theirs = await page.evaluate(
        DRAW, [card, {words: rendered(words) for words in texts(card)}]
    )
    assert ours == theirs
