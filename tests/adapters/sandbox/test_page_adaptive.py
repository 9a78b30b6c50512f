"""Adaptive Cards on the page: their Markdown, and each element that our cards use, in a browser."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from page_sandbox import browser, sandbox
from playwright.async_api import Locator, Page, expect
from teams_sandbox import block, card, execute, field_of, opening, submit

pytestmark = pytest.mark.anyio

JSON = dict[str, Any]

LINK = 'target="_blank" rel="noopener noreferrer"'

#: A text of a card whose entities mention Aoi, and what is made of it.
TEXTS = {
    "**bold** *it* __bold__ _it_": "<strong>bold</strong> <em>it</em> <strong>bold</strong> <em>it</em>",
    "**a *b* c**": "<strong>a <em>b</em> c</strong>",
    "これは**太字**です": "これは<strong>太字</strong>です",
    "2 * 3 * 4, ** no **, snake_case_name, 顧_客_名": "2 * 3 * 4, ** no **, snake_case_name, 顧_客_名",
    r"\*\*a\*\* \_b\_ \[c\](d) https\:\//x\.example \\ 1\. a\b": (
        r"**a** _b_ [c](d) https://x.example \ 1. a\b"
    ),
    "&lt;b&gt; &amp;lt; &nbsp;& &copy;": "&lt;b&gt; &amp;lt; &nbsp;&amp; &amp;copy;",
    "[shop](https://a.example/?a=1)": f'<a href="https://a.example/?a=1" {LINK}>shop</a>',
    r"[\[&lt;b&gt;\]](http://a.example/%28b%29)": (
        f'<a href="http://a.example/%28b%29" {LINK}>[&lt;b&gt;]</a>'
    ),
    "[write](mailto:a@b.example)": f'<a href="mailto:a@b.example" {LINK}>write</a>',
    "[press](javascript:alert) [call](tel:1) [it](data:text/html,x) [in](/dev)": "press call it in",
    "<at>Aoi</at> and <at>Ben</at> &lt;at&gt;Aoi&lt;/at&gt;": (
        '<span class="mention">Aoi</span> and Ben &lt;at&gt;Aoi&lt;/at&gt;'
    ),
    "- a\n- **b**\n\n3. c\n4) d": (
        '<ul><li>a</li><li><strong>b</strong></li></ul><ol start="3"><li>c</li><li>d</li></ol>'
    ),
    "-": "<ul><li></li></ul>",
    r"\- a": "- a",
    # One line break is a space in Markdown; an empty line begins a paragraph.
    "a\nb\n\nc\r\rd\n": "a\nb<br><br>c<br><br>d",
    "**a\n\nb**": "**a<br><br>b**",
    "<img src=x onerror=alert(1)><script>alert(1)</script>": (
        "&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    ),
    '[<img src=x>](https://a.example/"onclick="alert)': (
        f'<a href="https://a.example/&quot;onclick=&quot;alert" {LINK}>&lt;img src=x&gt;</a>'
    ),
    "": "",
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


async def test_a_text_is_read_as_teams_reads_it_and_never_as_html(page: Page) -> None:
    read = """async (texts) => {
        const { cardText } = await import("/page/adaptive_text.js");
        return texts.map((text) => {
            const box = document.createElement("div");
            box.append(...cardText(text, new Set(["Aoi"])));
            return box.innerHTML;
        });
    }"""
    shown = await page.evaluate(read, list(TEXTS))
    assert dict(zip(TEXTS, shown, strict=True)) == TEXTS


async def draw(page: Page, content: JSON) -> Locator:
    """Draw a card on an empty page; what is pressed and searched for is kept in `window.done`."""
    await page.evaluate(
        """async (card) => {
            const { drawCard, typedIn } = await import("/page/adaptive.js");
            window.done = [];
            const search = async (dataset, typed) => {
                window.done.push([dataset, typed]);
                return typed === "fail" ? null : [{ title: ":x: " + typed, value: "v-" + typed }];
            };
            const press = (action, root) => window.done.push([action.title, typedIn(root)]);
            document.body.replaceChildren(drawCard(card, { press, search }));
        }""",
        content,
    )
    return page.get_by_test_id("card")


async def inside(page: Page, *body: JSON, **more: Any) -> str:
    """What a card of these elements becomes."""
    return await (await draw(page, card(*body, **more))).inner_html()


def runs(*inlines: str | JSON) -> JSON:
    return {"type": "RichTextBlock", "inlines": list(inlines)}


async def test_texts_have_their_looks(page: Page) -> None:
    looks = {"size": "Small", "weight": "Bolder", "color": "Attention", "isSubtle": True}
    shown = await inside(page, block("a **b**", wrap=True, **looks), block("c", style="heading"))
    assert shown == (
        '<p class="ac-text ac-size-small ac-weight-bolder ac-color-attention ac-subtle '
        'ac-spacing-default">a <strong>b</strong></p>'
        '<h3 class="ac-text ac-one-line ac-spacing-default">c</h3>'
    )


async def test_nothing_is_read_in_runs(page: Page) -> None:
    opens = {"type": "Action.OpenUrl", "url": "https://a.example/"}
    runs_code = {"type": "Action.OpenUrl", "url": "javascript:alert(1)"}
    shown = await inside(
        page,
        runs(
            "**a**\n<b>",
            {"type": "TextRun", "text": "b", "italic": True, "strikethrough": True},
            {"type": "TextRun", "text": "*c*", "selectAction": opens},
            {"type": "TextRun", "text": "d", "selectAction": runs_code},
        ),
    )
    assert shown == (
        '<p class="ac-text ac-rich ac-spacing-default">**a**\n&lt;b&gt;'
        '<span class="ac-text ac-italic ac-struck">b</span>'
        f'<span class="ac-text"><a href="https://a.example/" {LINK}>*c*</a></span>'
        '<span class="ac-text">d</span></p>'
    )


async def test_grounds_columns_and_facts(page: Page) -> None:
    columns = [
        {"type": "Column", "width": "stretch", "items": [block("a", wrap=True)]},
        {"type": "Column", "width": "auto", "items": [block("b", wrap=True)]},
        {"type": "Column", "width": 2, "items": []},
        {"type": "Column", "width": "40px", "items": []},
    ]
    text = '<p class="ac-text ac-spacing-default">{}</p>'
    shown = await inside(
        page,
        {"type": "Container", "style": "emphasis", "items": [block("q", wrap=True)]},
        {"type": "ColumnSet", "columns": columns, "separator": True, "spacing": "Large"},
        {"type": "FactSet", "facts": [{"title": "Due", "value": "**now** &lt;"}], "id": "f"},
    )
    assert shown == (
        f'<div class="ac-container ac-style-emphasis ac-spacing-default">{text.format("q")}</div>'
        '<div class="ac-columns ac-separated ac-spacing-large" style="grid-template-columns: '
        'minmax(0px, 1fr) auto minmax(0px, 2fr) 40px;">'
        f'<div class="ac-column">{text.format("a")}</div>'
        f'<div class="ac-column">{text.format("b")}</div>'
        '<div class="ac-column"></div><div class="ac-column"></div></div>'
        '<dl class="ac-facts ac-spacing-default" data-element-id="f">'
        "<dt>Due</dt><dd><strong>now</strong> &lt;</dd></dl>"
    )


def table(*rows: tuple[str, ...], **more: Any) -> JSON:
    def cell(words: str) -> JSON:
        return {"type": "TableCell", "items": [runs(words)]}

    made = [{"type": "TableRow", "cells": [cell(words) for words in row]} for row in rows]
    columns = [{"width": 3, "horizontalCellContentAlignment": side} for side in ("Left", "Right")]
    return {"type": "Table", "columns": columns, "rows": made, **more}


async def test_a_tables_first_row_heads_it(page: Page) -> None:
    drawn = await draw(page, card(table(("on", "closed"), ("X", "7"), ("Chirp", "2"))))
    await expect(drawn.get_by_role("columnheader")).to_have_text(["on", "closed"])
    await expect(drawn.get_by_role("cell")).to_have_text(["X", "7", "Chirp", "2"])
    await expect(drawn.get_by_role("cell", name="7")).to_have_css("text-align", "end")
    bare = await draw(page, card(table(("X", "7"), firstRowAsHeaders=False)))
    await expect(bare.get_by_role("columnheader")).to_have_count(0)
    await expect(bare.get_by_role("cell")).to_have_text(["X", "7"])


async def test_what_the_page_does_not_know_is_drawn_by_its_fallback(page: Page) -> None:
    lines = {"type": "Container", "items": [runs("X · closed 7")]}
    drawn = await draw(
        page,
        card(
            {"type": "Chart.Pie", "fallback": lines},
            {"type": "Chart.Bar", "fallback": {"type": "Chart.Gauge", "fallback": block("c")}},
            {"type": "Rating", "fallback": "drop"},
            {"type": "Badge"},
        ),
    )
    await expect(drawn.locator("p")).to_have_text(
        ["X · closed 7", "c", "This page cannot show “Badge”."]
    )


async def test_charts_are_drawn_with_their_numbers(page: Page) -> None:
    points = [{"x": "Thu 1 Oct", "y": 3}, {"x": "Fri 2 Oct", "y": 1.25}]
    colours = {"New": "Blue", "Closed": "Marigold", "Open at end": "Teal"}
    rows = [
        {"legend": name, "color": f"categorical{colour}", "values": points}
        for name, colour in colours.items()
    ]
    shown = {"title": "By day", "showTitle": True, "yAxisTitle": "tickets", "fallback": "drop"}
    drawn = await draw(
        page,
        card(
            {"type": "Chart.VerticalBar.Grouped", "data": rows, "showLegend": True, **shown},
            {"type": "Chart.Line", "data": rows[:1], **shown},
            {"type": "Chart.VerticalBar", "data": points, **shown},
            {"type": "Chart.HorizontalBar", "data": points, **shown},
        ),
    )
    await expect(drawn.get_by_role("img", name="By day")).to_have_count(4)
    await expect(drawn.locator("figcaption")).to_have_text(["By day"] * 4)
    await expect(drawn.locator(".ac-legend li")).to_have_text([*colours])
    fills = "marks => new Set(marks.map((mark) => mark.getAttribute('fill'))).size"
    assert await drawn.locator(".ac-legend rect").evaluate_all(fills) == len(colours)
    svg = drawn.locator("svg[role=img]").first
    assert await svg.evaluate(
        "each => [...each.querySelectorAll('text')].every((text) =>"
        " text.getBoundingClientRect().right <= each.getBoundingClientRect().right + 1)"
    )
    marks = drawn.locator("svg title")
    told = ["Thu 1 Oct · 3", "Fri 2 Oct · 1.3"]
    named = [f"{name} · {each}" for name in colours for each in told]
    await expect(marks).to_have_text([*named, *named[:2], *told, *told])


async def test_buttons_tell_what_is_pressed_and_the_rest_is_in_a_menu(page: Page) -> None:
    actions = [
        execute(style="positive", tooltip="Claim: #42"),
        opening(style="destructive"),
        {"type": "Action.OpenUrl", "title": "On X", "url": "https://x.example/1"},
        {"type": "Action.OpenUrl", "title": "Code", "url": "javascript:alert(1)"},
        execute(title="Read", verb="read", mode="secondary"),
        execute(title="Off", verb="off", isEnabled=False, mode="secondary"),
    ]
    drawn = await draw(page, card(field_of(value="a"), actions=actions))
    buttons = drawn.get_by_role("button")
    await expect(buttons).to_have_text(["Claim", "Reply", "Code"])
    await expect(drawn.get_by_role("button", name="Code")).to_be_disabled()
    out = drawn.get_by_role("link")
    await expect(out).to_have_accessible_name("On X (opens in a new tab)")
    assert await out.get_attribute("href") == "https://x.example/1"
    await drawn.get_by_title("Claim: #42").click()
    more = drawn.get_by_label("More actions")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(drawn.get_by_role("button", name="Off")).to_be_disabled()
    await drawn.get_by_role("button", name="Read").click()
    await expect(drawn.get_by_role("button", name="Read")).to_have_count(0)
    await expect(more).to_be_focused()
    assert await page.evaluate("done") == [["Claim", {"text": "a"}], ["Read", {"text": "a"}]]


async def lines(drawn: Locator) -> list[str]:
    """What is to be seen, without the empty lines between paragraphs."""
    return [line for line in (await drawn.inner_text()).split("\n") if line]


async def test_show_all_shows_all_and_can_be_taken_back(page: Page) -> None:
    def turn(title: str, *targets: str | JSON) -> JSON:
        what = {"type": "Action.ToggleVisibility", "targetElements": list(targets)}
        return {"type": "ActionSet", "actions": [{**what, "title": title}]}

    drawn = await draw(
        page,
        card(
            {**runs("a…"), "id": "short"},
            {**runs("all of it"), "id": "whole", "isVisible": False},
            {**turn("Show all", "short", "whole", "more", "less"), "id": "more"},
            {**turn("Less", "short", "whole", "more", "less"), "id": "less", "isVisible": False},
            turn("Fold", {"elementId": "whole", "isVisible": False}),
        ),
    )
    assert await lines(drawn) == ["a…", "Show all", "Fold"]
    await drawn.get_by_role("button", name="Show all").click()
    assert await lines(drawn) == ["all of it", "Less", "Fold"]
    await expect(drawn.get_by_role("button", name="Less")).to_be_focused()
    await drawn.get_by_role("button", name="Fold").click()
    assert await lines(drawn) == ["Less", "Fold"]
    assert await page.evaluate("done") == []


async def test_inputs_have_names_and_what_is_missing_is_said_before_anything_is_sent(
    page: Page,
) -> None:
    choice: JSON = {"choices": [{"title": "High", "value": "h"}, {"title": "Low", "value": "l"}]}
    drawn = await draw(
        page,
        card(
            field_of(id="text:1", label="Reply", isMultiline=True, maxLength=5, isRequired=True),
            field_of(id="note:1", label="Note", value="n", placeholder="what"),
            field_of("Input.ChoiceSet", "level:1", label="Level", isRequired=True, **choice)
            | {"errorMessage": "Choose one."},
            field_of("Input.ChoiceSet", "old:1", label="Old", value="l", **choice),
            actions=[submit(), submit(title="Anew", associatedInputs="none")],
        ),
    )
    reply = drawn.get_by_role("textbox", name="Reply")
    level = drawn.get_by_role("combobox", name="Level")
    await expect(drawn.get_by_role("alert")).to_have_count(0)
    await drawn.get_by_role("button", name="Send").click()
    await expect(drawn.get_by_role("alert")).to_have_text(
        ["Please fill in this field.", "Choose one."]
    )
    await expect(reply).to_be_focused()
    await expect(reply).to_have_attribute("aria-invalid", "true")
    await expect(reply).to_have_accessible_description("Please fill in this field.")
    await expect(reply).to_have_attribute("maxlength", "5")
    await expect(level.get_by_role("option")).to_have_text(["Choose…", "High", "Low"])
    assert await page.evaluate("done") == []
    await drawn.get_by_role("button", name="Anew").click()
    await reply.fill("返信")
    await level.select_option("h")
    await drawn.get_by_role("button", name="Send").click()
    await expect(drawn.get_by_role("alert")).to_have_count(0)
    typed = {"text:1": "返信", "note:1": "n", "level:1": "h", "old:1": "l"}
    empty = {**typed, "text:1": "", "level:1": ""}
    assert await page.evaluate("done") == [["Anew", empty], ["Send", typed]]


async def test_a_choice_is_searched_for_by_typing(page: Page) -> None:
    query = {"choices.data": {"type": "Data.Query", "dataset": "canned", "count": 100}}
    listed = {"choices": [{"title": "お詫び", "value": "c1"}]}
    drawn = await draw(
        page,
        card(
            field_of(
                "Input.ChoiceSet", "canned:1", label="Canned", isRequired=True, **query, **listed
            ),
            field_of("Input.ChoiceSet", "to:1", label="To", value="a", **query)
            | {"choices": [{"title": "Aoi", "value": "a"}]},
            actions=[submit()],
        ),
    )
    field = drawn.get_by_role("combobox", name="Canned")
    options = drawn.get_by_role("option")
    await expect(drawn.get_by_role("combobox", name="To")).to_have_value("Aoi")
    await drawn.get_by_role("button", name="Send").click()
    await expect(drawn.get_by_role("alert")).to_have_text("Please fill in this field.")
    await field.click()
    await expect(options).to_have_text(["お詫び"])
    await field.fill("fail")
    await expect(drawn.get_by_text("The app did not answer.")).to_be_visible()
    await field.fill("返")
    # No emoji are made of colons, as in Slack.
    await expect(options).to_have_text([":x: 返"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value(":x: 返")
    await drawn.get_by_role("button", name="Send").click()
    assert await page.evaluate("done") == [
        ["canned", "fail"],
        ["canned", "返"],
        ["Send", {"canned:1": "v-返", "to:1": "a"}],
    ]
