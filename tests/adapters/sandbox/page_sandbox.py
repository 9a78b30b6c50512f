"""The whole sandbox on a loopback port, a small bot by the vendor's plain client, and a browser."""

import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.sandbox.loopback import ADDRESS
from adapters.sandbox.server import Sandbox
from adapters.sandbox.world import CARE_APP

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Bot:
    """An app that answers as the test tells it, and keeps what it got."""

    def __init__(self, base: str) -> None:
        self.web = AsyncWebClient(token=CARE_APP.bot_token, base_url=f"{base}/slack/api/")
        link = AsyncWebClient(token=CARE_APP.app_token, base_url=f"{base}/slack/api/")
        self._socket = SocketModeClient(CARE_APP.app_token, web_client=link)
        self._socket.socket_mode_request_listeners.append(self._take)
        self.got: list[dict[str, Any]] = []
        #: callback_id of a view -> what submitting it is answered with.
        self.answers: dict[str, dict[str, Any]] = {}
        #: action_id of a button, or callback_id of a shortcut -> the view that it opens.
        self.opens: dict[str, dict[str, Any]] = {}
        #: The blocks of everybody's Home tab, published at each visit.
        self.home: list[dict[str, Any]] = []
        #: What an external select may be searched for.
        self.canned: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        await self._socket.connect()
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self._socket.close()

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        payload = {"type": request.type, **request.payload}
        self.got.append(payload)
        answer = None
        if payload["type"] == "view_submission":
            answer = self.answers.get(payload["view"]["callback_id"])
        elif payload["type"] == "block_suggestion":
            wanted = payload["value"]
            answer = {"options": [one for one in self.canned if wanted in one["text"]["text"]]}
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        if payload["type"] == "event_callback":
            await self._visited(payload["event"])
        elif payload["type"] == "message_action" and payload["callback_id"] in self.opens:
            await self.web.views_open(
                trigger_id=payload["trigger_id"], view=self.opens[payload["callback_id"]]
            )
        elif payload["type"] == "block_actions":
            await self._pressed(payload)

    async def _visited(self, event: dict[str, Any]) -> None:
        if event["type"] == "app_home_opened" and event["tab"] == "home" and self.home:
            await self.web.views_publish(
                user_id=event["user"], view={"type": "home", "blocks": self.home}
            )

    async def _pressed(self, payload: dict[str, Any]) -> None:
        action = payload["actions"][0]
        if action["action_id"] in self.opens:
            await self.web.views_open(
                trigger_id=payload["trigger_id"], view=self.opens[action["action_id"]]
            )
        elif action["action_id"] == "typed":
            length = len(action["value"] or "")
            await self.web.views_update(
                view_id=payload["view"]["id"], view=reply_form(f"{length} of 280")
            )

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [payload for payload in self.got if payload["type"] == kind]


@asynccontextmanager
async def sandbox(
    serve_dev: str | None = None, bot: str | None = None
) -> AsyncIterator[tuple[str, Sandbox]]:
    """The sandbox at a free port, with Teams where a `bot` is called; yields its address too."""
    with socket.create_server((ADDRESS, 0)) as listening:
        port = listening.getsockname()[1]
        whole = Sandbox(port, serve_dev, bot=bot)
        runner = web.AppRunner(whole.app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        try:
            yield f"http://{ADDRESS}:{port}", whole
        finally:
            await runner.cleanup()


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium. Without it CI fails and a run elsewhere says that it skipped."""
    if shutil.which(CHROMIUM) is None:
        sentence = f"skipped: the page was not tried, for there is no {CHROMIUM}"
        pytest.fail(sentence) if os.getenv("CI") else pytest.skip(sentence)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        await running.close()


async def shot(page: Page, name: str) -> None:
    """Keep a picture for people to look at."""
    await page.screenshot(path=f"var/shots/page-{name}.png")


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str) -> dict[str, Any]:
    return {"value": value, "text": plain(text)}


def button(action: str, text: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "value": "42", "text": plain(text), **more}


def card(**first: Any) -> list[dict[str, Any]]:
    """A ticket's card as the service would draw it, with words that must not be taken as markup."""
    return [
        {"type": "header", "text": plain(":speech_balloon: #42 · 森 はな · X mention")},
        {
            "type": "context",
            "elements": [
                mrkdwn(":globe_with_meridians: public · @aozora_outdoor · 日本語"),
                mrkdwn("written <!date^1795215600^{date_num} {time}|long ago>"),
            ],
        },
        {
            "type": "section",
            "text": plain("テントがまだ届きません。 <@U01BEN> <img src=x onerror=alert(1)> *bold*"),
        },
        {
            "type": "section",
            "fields": [
                mrkdwn("*Status*\nOpen, unclaimed"),
                mrkdwn("*Priority*\nHigh: 1,200 followers"),
                mrkdwn("*First response*\n:hourglass_flowing_sand: due in 40 min"),
                mrkdwn("*Read by*\n<@U02AOI>"),
            ],
        },
        {
            "type": "actions",
            "block_id": "work",
            "elements": [
                button("claim", "Claim", style="primary"),
                button("reply", "Reply"),
                button("snooze", "Snooze"),
                button("escalate", "Escalate"),
                button("close", "Close", style="danger", confirm=SURE),
                {
                    "type": "static_select",
                    "action_id": "more",
                    "placeholder": plain("More"),
                    "options": [option("assign", "Assign"), option("tag", "Tag")],
                },
            ],
            **first,
        },
    ]


SURE = {
    "title": plain("Close #42?"),
    "text": mrkdwn("The customer *waits* still."),
    "confirm": plain("Close it"),
    "deny": plain("Keep it"),
}


def report() -> list[dict[str, Any]]:
    """A report with one of every kind of block that the service may send."""

    def line(name: str, count: int) -> dict[str, Any]:
        who = {"type": "user", "user_id": name}
        words = [{"type": "text", "text": "by "}, who, {"type": "text", "text": f": {count}"}]
        return {"type": "rich_text_section", "elements": words}

    def said(kind: str, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": f"rich_text_{kind}", "elements": list(elements), **more}

    bold = {"type": "text", "text": "Closed today ", "style": {"bold": True}}
    return [
        {
            "type": "rich_text",
            "elements": [
                said("section", bold, {"type": "emoji", "name": "tada"}),
                said("list", line("U02AOI", 5), line("U01BEN", 4), style="bullet"),
                said("quote", {"type": "text", "text": "Two are still open"}),
                said("preformatted", {"type": "text", "text": "#41  #42"}),
            ],
        },
        {"type": "divider"},
        {
            "type": "markdown",
            "text": "**Channels**\n\n| on | closed |\n|---|---|\n| X | 7 |\n| Chirp | 2 |",
        },
        {
            "type": "image",
            "title": plain("Closes"),
            "image_url": "https://charts.example/closes.png",
            "alt_text": "Closes by hour",
        },
        {
            "type": "section",
            "text": mrkdwn("*Slowest*: <https://x.example/1|#42>, waited `3 h 10 min`"),
            "accessory": {
                "type": "overflow",
                "action_id": "dots",
                "options": [option("csv", "As a table"), option("pdf", "As a page")],
            },
        },
        {
            "type": "actions",
            "elements": [
                button("open", "Open on X", url="https://x.example/1"),
                {
                    "type": "checkboxes",
                    "action_id": "filter",
                    "options": [option("late", "Only late ones"), option("mine", "Only mine")],
                },
            ],
        },
    ]


def reply_form(counter: str = "0 of 280") -> dict[str, Any]:
    """A reply form that counts while one types."""
    then = [option("send", "Send"), option("close", "Send and close")]
    return {
        "type": "modal",
        "callback_id": "reply",
        "notify_on_close": True,
        "title": plain("Reply to #42"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": [
            {"type": "section", "text": mrkdwn("&gt; テントがまだ届きません。")},
            {
                "type": "input",
                "block_id": "text",
                "dispatch_action": True,
                "label": plain("Your reply"),
                "hint": plain("Links cost more."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "typed",
                    "multiline": True,
                    "max_length": 300,
                    "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
                },
            },
            {"type": "context", "block_id": "counter", "elements": [mrkdwn(counter)]},
            {
                "type": "input",
                "block_id": "canned",
                "optional": True,
                "label": plain("Canned reply"),
                "element": {
                    "type": "static_select",
                    "action_id": "canned",
                    "placeholder": plain("Choose"),
                    "options": [option("sorry", "We are sorry")],
                },
            },
            {
                "type": "input",
                "block_id": "then",
                "label": plain("Then"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": "then",
                    "initial_option": then[0],
                    "options": then,
                },
            },
        ],
    }
