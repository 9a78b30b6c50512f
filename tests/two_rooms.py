"""One queue in a Slack room and a Teams channel, each a strict stand-in, and what people see there.

The queue `global` is worked in care-global (Slack) and in hall (Teams); who is where stands in
`teams_hall`. What a card should look like is found out by showing it anew, in a room that nobody
works in.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
from care import SLACK_IDS, WORDS, Care, Hours
from teams_hall import BOTH, HALL
from town import Town, town_around

from adapters.chat.teams.chat import TeamsChat, open_chat
from adapters.chat.teams.settings import Settings
from adapters.sandbox.slack.state import Message as SlackMessage
from adapters.sandbox.teams import Channel, Organisation, Person, Team, TeamsCloud
from adapters.sandbox.teams.state import BOT, Message
from chatops.delivery.compose import Order, compose
from chatops.policy import Room
from chatops.ports import Chat, Delivery, DeliveryState, What

TENANT: Final = "22222222-2222-4222-8222-222222222222"
APP: Final = "11111111-1111-4111-8111-111111111111"
_SECRET: Final = "s3cret"

#: Where cards are shown for comparison: a room of each chat.
SPARE: Final = {
    "slack": Room("spare", "slack", "C02JAPAN", "en", "Asia/Tokyo"),
    "teams": Room("spare", "teams", "19:spare@thread.tacv2", "en", "Asia/Tokyo"),
}
#: What is announced stands in the room itself, beside the cards that are counted there.
_QUIET: Final = replace(BOTH.queues["global"], announce=frozenset())
POLICY: Final = replace(BOTH, queues={**BOTH.queues, "global": _QUIET})
ROOMS: Final = {"slack": "care-global", "teams": HALL.name}

_ORGANISATION: Final = Organisation(
    tenant=TENANT,
    name="Aozora",
    app_id=APP,
    secret=_SECRET,
    people=tuple(
        Person(f"guid-{name}", f"29:{name}", name.title(), f"{name}@aozora.test", TENANT)
        for name in ("aoi", "maya")
    ),
    team=Team("19:general@thread.tacv2", "Aozora", "guid-group"),
    channels=(Channel(HALL.id, "Hall"), Channel(SPARE["teams"].id, "Spare")),
    targeted=False,
)


@dataclass
class TwoRooms:
    """A town with its Teams channel."""

    town: Town
    teams: TeamsCloud
    chat: TeamsChat

    # --- what people do

    async def executes(self, who: str, command: str, id: str) -> bool:
        """Press a button of a card in Teams that asks for nothing more; False if it has none."""
        me = f"guid-{who}"
        message = self.teams.state.message(HALL.id, id)
        offered = [] if message is None else message.seen_cards(me)[0].get("actions", [])
        action = next((a for a in offered if a.get("data", {}).get("c") == command), None)
        if action is None:
            return False
        await self.teams.hands.execute(me, HALL.id, id, action)
        return True

    async def clicks(self, who: str, command: str, ts: str) -> bool:
        """The same in Slack, where what is likely is a button and the rest is in a menu."""
        message = self.slack_message(ts)
        for block in [] if message is None else message.blocks:
            for element in block.get("elements", ()):
                value = next((v for v in _values(element) if f'"c":"{command}"' in v), None)
                if value is not None:
                    given = {"value": value} if "options" in element else {}
                    where = {"channel": "C01GLOBAL", "ts": ts}
                    action = element["action_id"]
                    await self.town.slack.hands.press(SLACK_IDS[who], action, **where, **given)
                    return True
        return False

    async def deletes(self, chat: str, ticket: int) -> None:
        """Delete a ticket's card by hand."""
        id = await self.card_of(chat, ticket)
        if id is None:
            return
        if chat == "teams" and self.teams.state.message(HALL.id, id):
            await self.teams.hands.delete("guid-maya", HALL.id, id)
        elif chat == "slack" and self.slack_message(id):
            await self.town.slack.hands.delete("U01BEN", "C01GLOBAL", id)

    # --- what is seen

    async def card_of(self, chat: str, ticket: int) -> str | None:
        return await self.town.storage.reader.card_of(ticket, ROOMS[chat])

    def slack_message(self, ts: str) -> SlackMessage | None:
        return self.town.slack.state.message("C01GLOBAL", ts)

    def roots(self, chat: str) -> dict[str, str]:
        """What stands in the room outside threads: its content by its id."""
        if chat == "teams":
            return {each.id: _content(each) for each in self._in_hall() if each.root is None}
        return {each.ts: _blocks(each) for each in self.town.seen("care-global")}

    def lines(self, chat: str) -> list[str]:
        """What our app wrote into all threads of the room, the oldest first."""
        if chat == "teams":
            return [_content(each) for each in self._in_hall() if each.root is not None]
        return [
            _blocks(each)
            for each in self.town.slack.state.in_room("C01GLOBAL")
            if each.thread_ts not in {None, each.ts}
            and not (each.deleted or each.ephemeral_to)
            and each.bot_id
        ]

    async def newest(self, chat: str, ticket: int, entry: int | None = None) -> str:
        """What a ticket's card, or the line of an entry of its log, shows if it is shown now: what
        another room of that chat is shown.
        """
        town, spare = self.town, SPARE[chat]
        record, agents = await town.record(ticket), await town.storage.reader.agents()
        job = Delivery(
            id=0,
            what=What.CARD if entry is None else What.EVENT,
            to=ROOMS[chat],
            state=DeliveryState.SENDING,
            marker="",
            wanted=record.ticket.revision,
            attempts=0,
            taken_at=town.hours.transport(),
            ticket=ticket,
            message=None,
            entry=entry,
            occasion=None,
            mention=False,
            body=None,
            undo=False,
            external_id=None,
            thread=None,
        )
        its: Chat = self.chat if chat == "teams" else town.chats["slack"]
        room = town.desk.policy.rooms[ROOMS[chat]]
        order = Order(job, record, agents)
        made = await compose(town.desk, town.storage.reader, its, room, order)
        assert made is not None
        id = await its.post(spare, made[0], None, f"{town.hours.now()}")
        if chat == "teams":
            shown = self.teams.state.message(spare.id, id)
            assert shown is not None
            return _content(shown)
        there = town.slack.state.message(spare.id, id)
        assert there is not None
        return _blocks(there)

    def _in_hall(self) -> list[Message]:
        return [
            each
            for each in self.teams.state.in_conversation(HALL.id)
            if each.sender == BOT and not each.deleted and each.private_to is None
        ]


def _values(element: dict[str, Any]) -> list[str]:
    options = element.get("options", [element])
    return [str(each.get("value", "")) for each in options]


#: What a block's id is made new by, at each update.
_NONCE: Final = re.compile(r'"block_id":"[^"]*",?')


def _blocks(message: SlackMessage) -> str:
    return _NONCE.sub("", _dumped([message.text, message.blocks]))


def _content(message: Message) -> str:
    return _dumped([message.summary, message.text, message.cards])


def _dumped(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


@asynccontextmanager
async def two_rooms(folder: Path, empty: Path | str) -> AsyncIterator[TwoRooms]:
    """Open the town with both chats; the app is in the team."""
    hours = Hours()
    teams = TeamsCloud(_ORGANISATION, hours)
    opened: list[TeamsChat] = []
    async with teams.serve() as base:
        settings = Settings(
            app_id=APP,
            tenant=TENANT,
            secret=_SECRET,
            login=f"{base}/login",
            metadata=f"{base}/metadata/.well-known/openidconfiguration",
            connector=f"{base}/connector",
        )

        def beside(care: Care) -> TeamsChat:
            reader, vault = care.storage.reader, care.storage.vault
            opened.append(open_chat(settings, care.desk, reader, vault, WORDS, development=True))
            return opened[-1]

        async with town_around(folder, empty, hours, POLICY, beside) as town:
            town.slack.delivery.request_url = f"{town.url}/slack/events"
            teams.point_at(f"{town.url}/teams/messages")
            await teams.hands.install("guid-maya")
            yield TwoRooms(town, teams, opened[0])
