"""Adaptive Cards as Teams' stand-in checks them: what is documented passes, the rest is named."""

from typing import Any

import pytest
from teams_sandbox import JSON, block, card, execute, field_of, opening, submit

from adapters.sandbox.teams import DOCUMENTED
from adapters.sandbox.teams.cards import faults_in

CELL = {"type": "TableCell", "items": [block()], "style": "good"}
TABLE = {
    "type": "Table",
    "columns": [{"width": 1}, {"width": "80px"}],
    "firstRowAsHeaders": True,
    "rows": [{"type": "TableRow", "cells": [CELL, CELL]}],
    "fallback": {"type": "FactSet", "facts": [{"title": "a", "value": "b"}]},
}


def chart_of(data: list[JSON], **more: Any) -> JSON:
    return {"type": "Chart.Line", "title": "New", "data": data, "fallback": "drop", **more}


TOGGLE = {
    "type": "Action.ToggleVisibility",
    "targetElements": ["more", {"elementId": "less", "isVisible": False}],
}


@pytest.mark.parametrize(
    "content",
    [
        card(),
        card(TABLE, msteams={"width": "Full"}, lang="ja"),
        card(block(id="more", isVisible=False), block(id="less"), actions=[TOGGLE]),
        card({"type": "RichTextBlock", "inlines": ["a", {"type": "TextRun", "text": "b"}]}),
        card({"type": "Image", "url": "https://a.test/i.png", "size": "Medium"}),
        card(
            {"type": "ImageSet", "images": [{"type": "Image", "url": "data:image/png;base64,AA"}]}
        ),
        card({"type": "ColumnSet", "columns": [{"type": "Column", "width": "auto", "items": []}]}),
        card({"type": "Chart.Donut", "data": [], "fallback": "drop"}),
        card(chart_of([{"legend": "New", "values": [{"x": "a", "y": 1}], "color": "good"}])),
        card({"type": "Container", "items": [], "backgroundImage": "https://a.test/i.png"}),
        card({"type": "Container", "items": [], "targetWidth": "atLeast:Narrow"}),
        card(field_of("Input.Date", min="2026-01-01"), field_of("Input.Time", id="at")),
        card(actions=[execute(fallback=submit()), opening(mode="secondary")]),
        card(actions=[{"type": "Action.OpenUrl", "url": "https://a.test/42", "title": "Open"}]),
        card(actions=[submit(data="text", msTeams={"feedback": {"hide": True}})]),
        card(refresh={"action": execute(), "userIds": ["29:ben"]}),
        card(field_of(label="Why"), version="1.3"),
    ],
)
def test_what_is_documented_passes(content: JSON) -> None:
    assert faults_in(content, DOCUMENTED) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "/type: must be AdaptiveCard"),
        ({"type": "Container"}, "/type: must be AdaptiveCard"),
        ({"type": "AdaptiveCard"}, "/: missing property: version"),
        (card(version="1.x"), "/version: must be like 1.5"),
        (card(version=1.5), "/version: must be a string"),
        (card({"type": "Chart.Donut", "data": []}), "/body/0/type: unknown type: Chart.Donut"),
        (card({"type": "Chart.Gauge", "fallback": "drop"}), "unknown type: Chart.Gauge"),
        (card(chart_of([{"legend": "New", "values": [{"x": "a"}]}])), "missing property: y"),
        (card(chart_of([], colour="red")), "/body/0: unknown property: colour"),
        (card(chart_of([], fallback={"type": "Nothing"})), "/body/0/fallback/type: unknown type"),
        ({**card(), "body": {}}, "/body: must be an array"),
        ({**card(), "body": ["text"]}, "/body/0: must be an object"),
        (card({"type": "FactSet", "facts": ["a"]}), "/body/0/facts/0: must be an object"),
        (card({"type": "FactSet", "facts": []}, actions=["x"]), "/actions/0: must be an object"),
        (card({"type": "RichTextBlock", "inlines": [1]}), "/body/0/inlines/0: is of a wrong type"),
        (card(block(maxLines="2")), "/body/0/maxLines: must be a number"),
        (card(block(text=1)), "/body/0/text: must be a string"),
        (card(block(requires=[])), "/body/0/requires: must be an object"),
        (card({**TABLE, "columns": [{"width": True}]}), "must be a string or a number"),
        (card({"type": "Image", "url": "i.png"}), "/body/0/url: must be a picture's address"),
        (
            card(actions=[{"type": "Action.OpenUrl", "url": "javascript:1"}]),
            "/actions/0/url: must be an address",
        ),
        (card(actions=[submit(data=[])]), "/actions/0/data: must be a string or an object"),
        (card(block(fallback={"type": "Badge"})), "/body/0/fallback/type: unknown type: Badge"),
        (card(actions=[execute(id="a"), submit(id="a")]), "/actions/1/id: id already used: a"),
        (
            card(actions=[{"type": "Action.ShowCard", "card": card({"type": "Badge"})}]),
            "/actions/0/card/body/0/type: unknown type: Badge",
        ),
    ],
)
def test_what_is_not_is_named(content: Any, fault: str) -> None:
    assert fault in "; ".join(faults_in(content, DOCUMENTED))
