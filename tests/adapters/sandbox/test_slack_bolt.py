"""The vendor's own framework, unchanged, lives on the stand-in: over sockets and over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sandbox import (
    APP,
    BEN,
    ROOM,
    WORKSPACE,
    actions,
    button,
    external,
    field_of,
    home,
    modal,
    option,
)
from slack_sdk.web.async_client import AsyncWebClient

from adapters.sandbox.clock import RealClock
from adapters.sandbox.loopback import serving
from adapters.sandbox.slack import SlackCloud

pytestmark = pytest.mark.anyio

LIVE = {
    "type": "plain_text_input",
    "action_id": "text",
    "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
}


class Bot:
    """A little care bot: a button opens a form, the form counts letters and refuses rudeness."""

    def __init__(self, base: str) -> None:
        self.heard: list[str] = []
        self.heard_all = asyncio.Event()
        self.spoken_to = asyncio.Event()
        client = AsyncWebClient(token=APP.bot_token, base_url=f"{base}/api/")
        self.app = AsyncApp(
            client=client, signing_secret=APP.signing_secret, process_before_response=True
        )
        self.app.action("claim")(self.open_form)
        self.app.action("text")(self.count)
        self.app.view("reply")(self.submit)
        self.app.view_closed("reply")(self.closed)
        self.app.command("/care")(self.command)
        self.app.event("app_mention")(self.mentioned)
        self.app.event("message")(self.wrote)
        self.app.event("app_home_opened")(self.visited)
        self.app.message_shortcut("make_ticket")(self.make_ticket)
        self.app.options("canned")(self.offer)

    async def open_form(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        view = modal(field_of(LIVE, dispatch_action=True), notify_on_close=True)
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    async def count(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        view = body["view"]
        typed = body["actions"][0]["value"]
        left = field_of(LIVE, dispatch_action=True, hint={"type": "plain_text", "text": typed})
        await client.views_update(
            view_id=view["id"], hash=view["hash"], view=modal(left, notify_on_close=True)
        )

    async def submit(self, ack: Any, view: dict[str, Any]) -> None:
        typed = view["state"]["values"]["reply"]["text"]["value"]
        if typed == "rude":
            await ack(response_action="errors", errors={"reply": "be kind"})
        else:
            self.heard.append(f"sent {typed}")
            await ack()

    async def closed(self, ack: Any) -> None:
        self.heard.append("closed")
        await ack()

    async def command(self, ack: Any, command: dict[str, Any], respond: Any) -> None:
        await ack(f"looking for {command['text']}")
        await respond(f"found {command['text']}")

    async def mentioned(self, event: dict[str, Any]) -> None:
        self.heard.append(f"mention {event['text']}")
        self._count_heard()

    async def wrote(self, event: dict[str, Any]) -> None:
        self.heard.append(f"message {event['text']}")
        if event["channel_type"] == "im":
            self.spoken_to.set()
        self._count_heard()

    async def visited(self, event: dict[str, Any], client: AsyncWebClient) -> None:
        pick = actions(button(value="42"), external(min_query_length=1))
        await client.views_publish(user_id=event["user"], view=home(pick))

    async def make_ticket(self, ack: Any, shortcut: dict[str, Any], respond: Any) -> None:
        await ack()
        await respond(f"made one of {shortcut['message']['text']}")

    async def offer(self, ack: Any, options: dict[str, Any]) -> None:
        await ack(options=[option("sorry", f"Sorry for {options['value']}")])

    def _count_heard(self) -> None:
        if len(self.heard) == 4:
            self.heard_all.set()


@asynccontextmanager
async def over_socket(cloud: SlackCloud) -> AsyncIterator[Bot]:
    async with cloud.serve() as base:
        bot = Bot(base)
        client = AsyncWebClient(token=APP.app_token, base_url=f"{base}/api/")
        handler = AsyncSocketModeHandler(bot.app, APP.app_token, web_client=client)
        await handler.connect_async()
        await cloud.sockets.connected()
        yield bot
        await handler.close_async()


@asynccontextmanager
async def over_http(cloud: SlackCloud) -> AsyncIterator[Bot]:
    async with cloud.serve() as base:
        bot = Bot(base)
        async with serving(bot.app.web_app("/slack/events")) as address:
            url = f"{address}/slack/events"
            await cloud.point_at(url, options_url=url)
            yield bot


Way = Callable[[SlackCloud], Any]


@pytest.mark.parametrize("way", [over_socket, over_http])
async def test_a_bolt_app_cannot_tell_the_difference(way: Way) -> None:
    cloud = SlackCloud(WORKSPACE, RealClock())
    async with way(cloud) as bot:
        sent = await bot.app.client.chat_postMessage(
            channel=ROOM, text="card", blocks=[actions(button(value="42"))]
        )
        await _acked(cloud.hands.press(BEN, "claim", channel=ROOM, ts=sent["ts"]))
        (view,) = cloud.state.views[BEN]
        await _acked(cloud.hands.type(BEN, view.id, "reply", "text", "日本語"))
        assert view.content["blocks"][0]["hint"]["text"] == "日本語"
        rude = await cloud.modals.submit(BEN, view.id, {"reply": {"text": "rude"}})
        assert rude["errors"] == {"reply": "be kind"}
        await _acked(cloud.modals.submit(BEN, view.id, {"reply": {"text": "thank you"}}))
        await _acked(cloud.hands.press(BEN, "claim", channel=ROOM, ts=sent["ts"]))
        await _acked(cloud.modals.close(BEN, cloud.state.views[BEN][0].id))
        await _acked(cloud.hands.command(BEN, ROOM, "/care", "42"))
        answers = [one.text for one in cloud.state.in_room(ROOM) if one.ephemeral_to == BEN]
        assert sorted(answers) == ["found 42", "looking for 42"]
        await cloud.hands.say(BEN, ROOM, "@care help")
        async with asyncio.timeout(5):
            await bot.heard_all.wait()
    assert bot.heard[:2] == ["sent thank you", "closed"]
    assert sorted(bot.heard[2:]) == ["mention <@U0BOT> help", "message <@U0BOT> help"]


@pytest.mark.parametrize("way", [over_socket, over_http])
async def test_home_shortcuts_and_selects_live_either_way(way: Way) -> None:
    cloud = SlackCloud(WORKSPACE, RealClock())
    async with way(cloud) as bot:
        await cloud.home.open(BEN)
        async with asyncio.timeout(5):
            while BEN not in cloud.state.homes:
                await cloud.state.wait_beyond(cloud.state.version)
        published = cloud.state.homes[BEN]
        offered = await cloud.suggestions.ask(BEN, "canned", "返", view_id=published.id)
        assert offered["options"] == [option("sorry", "Sorry for 返")]
        await _acked(cloud.hands.press(BEN, "claim", view_id=published.id))
        assert cloud.state.views[BEN][0].content["callback_id"] == "reply"
        sent = await bot.app.client.chat_postMessage(channel=ROOM, text="a wish")
        await _acked(cloud.hands.shortcut(BEN, ROOM, sent["ts"], "make_ticket"))
        answers = [one.text for one in cloud.state.in_room(ROOM) if one.ephemeral_to == BEN]
        assert answers == ["made one of a wish"]
        direct = (await bot.app.client.conversations_open(users=BEN))["channel"]["id"]
        await cloud.hands.say(BEN, direct, "list mine")
        async with asyncio.timeout(5):
            await bot.spoken_to.wait()


async def _acked(act: Awaitable[Any]) -> None:
    done = await act
    assert done["acked"], done
