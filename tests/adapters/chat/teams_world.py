"""A team to test the Teams adapter in: the strict stand-in, a real desk with its database, the outbox.

Everything runs over real HTTP on loopback, on clocks that a test turns. The shop is that of `care`,
with all its rooms in Teams.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from care import KEY, PEOPLE, POLICY, ROOMS, WORDS, Care, Hours, cared_for

from adapters.chat.teams.chat import TeamsChat, open_chat
from adapters.chat.teams.settings import Settings
from adapters.sandbox.loopback import serving
from adapters.sandbox.teams import (
    DOCUMENTED,
    Channel,
    Limits,
    Organisation,
    Person,
    Team,
    TeamsCloud,
    happenings,
)
from adapters.sandbox.teams.dialogs import Fetched, Submitted
from adapters.sandbox.teams.hands import Pressed
from adapters.sandbox.teams.state import BOT, Dialog, Message
from chatops import policy
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.outbox import Outbox
from chatops.file_door import FileDoor
from chatops.file_links import FileLinks
from chatops.policy import Policy, Role
from chatops.ports import Tx
from chatops.ticket import Ticket

JSON = dict[str, Any]

TENANT: Final = "22222222-2222-4222-8222-222222222222"
ELSEWHERE: Final = "44444444-4444-4444-8444-444444444444"
APP: Final = "11111111-1111-4111-8111-111111111111"


def _guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


NAMES: Final = ("ben", "aoi", "maya", "ken", "vic", "kim", "robin", "sam", "lost")
ID: Final = {name: _guid(number) for number, name in enumerate(NAMES, 1)}
BEN, AOI, MAYA, VIC, KIM = (ID[name] for name in ("ben", "aoi", "maya", "vic", "kim"))
#: A guest and somebody of another tenant, both named in app.yaml; and nobody of ours.
GUEST, STRANGER, LOST = ID["robin"], ID["sam"], ID["lost"]

GENERAL: Final = "19:general@thread.tacv2"
CHANNEL: Final = {name: f"19:{name}@thread.tacv2" for name in ROOMS}
CARE: Final = CHANNEL["care-global"]

ORGANISATION: Final = Organisation(
    tenant=TENANT,
    name="Aozora",
    app_id=APP,
    secret="s3cret",
    people=tuple(
        Person(
            id,
            f"29:{name}",
            name.title(),
            f"{name}@aozora.test",
            ELSEWHERE if name == "sam" else TENANT,
            guest=name == "robin",
            locale="ja-JP" if name == "aoi" else "en-US",
        )
        for name, id in ID.items()
    ),
    team=Team(GENERAL, "Aozora", _guid(99)),
    channels=(
        Channel(GENERAL, "General"),
        *(Channel(id, name) for name, id in CHANNEL.items()),
    ),
    targeted=False,
)

_LEARNT: Final = "account_cursor"
_ROLES: Final = {"global": Role.AGENT}
TEAMS: Final = replace(
    POLICY,
    rooms={name: replace(room, chat="teams", id=CHANNEL[name]) for name, room in ROOMS.items()},
    people={
        **{
            name: replace(person, identities={"teams": ID[name]}) for name, person in PEOPLE.items()
        },
        "robin": policy.Person("robin", "Robin", None, {"teams": GUEST}, _ROLES),
        "sam": policy.Person("sam", "Sam", None, {"teams": STRANGER}, _ROLES),
    },
)


@dataclass
class World(Care):
    """A care desk with Teams."""

    cloud: TeamsCloud = None  # type: ignore[assignment] # set by world
    chat: TeamsChat = None  # type: ignore[assignment]
    outbox: Outbox = None  # type: ignore[assignment]
    served: str = ""  #: where the service itself listens

    @asynccontextmanager
    async def holding_the_database(self) -> AsyncIterator[None]:
        """Let nothing be written meanwhile, as a disk that hangs would."""
        begun, free = threading.Event(), threading.Event()

        def hold(_tx: Tx) -> None:
            begun.set()
            free.wait(20)

        held = asyncio.create_task(self.storage.work.transact(hold))
        try:
            await asyncio.to_thread(begun.wait, 5)
            yield
        finally:
            free.set()
            await held

    # --- what a person does

    async def presses(
        self, who: str, command: str, id: str, channel: str = CARE, **more: Any
    ) -> Pressed:
        """Press the button of that command in a message as this person sees it."""
        action = {**self.action(who, command, id, channel), **more}
        return await self.cloud.hands.execute(ID[who], channel, id, action)

    async def opens_dialog(self, who: str, command: str, id: str, channel: str = CARE) -> Fetched:
        action = self.action(who, command, id, channel)
        return await self.cloud.dialogs.fetch(ID[who], channel, id, action)

    async def submits(self, who: str, button: int = 0, **given: str) -> Submitted:
        """Press a button of the open dialog, with fields filled by their names."""
        open_ = self.dialog(who)
        ids = {each["id"].rpartition(":")[0]: each["id"] for each in inputs(open_)}
        filled = {ids[name]: value for name, value in given.items()}
        return await self.cloud.dialogs.submit(
            ID[who], open_.id, open_.card["actions"][button], filled
        )

    async def forged(self, who: str, name: str, id: str, data: JSON, channel: str = CARE) -> JSON:
        """Send an invoke with data of one's own, as no card holds them; the body answered."""
        on = self.cloud.hands.seen(ID[who], channel, id)
        execute = {"action": {"type": "Action.Execute", "verb": "x", "data": data}}
        value = execute if name == "adaptiveCard/action" else {"data": data}
        answer = await self.cloud.hands.invoke(ID[who], on, name, value)
        assert answer.ok, answer
        assert isinstance(answer.body, dict)
        return answer.body

    async def writes(self, me: str, text: str, root: str, *mentions: JSON) -> None:
        """Write into a thread to our app, with mentions of others; ours comes first, unless `text`
        has it.
        """
        state, ours = self.cloud.state, happenings.tagged(self.cloud.state)
        said = await self.cloud.hands.say(me, CARE, text, root)
        message = state.messages[CARE][said]
        marked = text if ours in text else f"{ours} {text}"
        activity = happenings.message(state, message, marked, mentions=True, targeted=False)
        activity["entities"].extend(mentions)
        assert (await self.cloud.delivery.send(activity)).ok

    # --- what there is to see

    def action(self, who: str, command: str, id: str, channel: str = CARE) -> JSON:
        """The first action of that command in a message."""
        message = self.cloud.hands.seen(ID[who], channel, id)
        found = [
            action
            for card in message.seen_cards(ID[who])
            for action in card.get("actions", ())
            if action.get("data", {}).get("c") == command
        ]
        assert found, f"no {command} in {message.cards}"
        return dict(found[0])

    def first_action(self, who: str, id: str, channel: str = "personal") -> JSON:
        """The first action of a message, by default of one in their personal chat."""
        message = self.cloud.hands.seen(ID[who], channel, id)
        return dict(message.seen_cards(ID[who])[0]["actions"][0])

    def dialog(self, who: str) -> Dialog:
        return self.cloud.state.dialogs[ID[who]]

    def seen(self, channel: str = CARE) -> list[Message]:
        """What stands in a channel for everybody, outside threads."""
        return [
            each
            for each in self.cloud.state.in_conversation(channel)
            if not (each.deleted or each.private_to or each.root)
        ]

    def thread(self, root: str, channel: str = CARE) -> list[str]:
        """What our app wrote into a thread."""
        replies = self.cloud.state.replies(channel, root)
        return [shown(each) for each in replies if each.sender == BOT]

    def alone(self, who: str) -> list[Message]:
        """What the app told one person in their personal chat."""
        chat = self.cloud.state.chat_of(ID[who])
        return [each for each in self.cloud.state.in_conversation(chat) if each.sender == BOT]

    def private(self, who: str, channel: str = CARE) -> list[str]:
        """What the app showed one person alone in a channel."""
        found = self.cloud.state.in_conversation(channel)
        return [shown(each) for each in found if each.private_to == ID[who] and each.sender == BOT]

    def outcomes(self, name: str) -> list[str]:
        return [call.outcome for call in self.cloud.calls if call.name == name]

    # --- what comes about

    async def card(self, room: str = "care-global", **given: Any) -> tuple[int, str]:
        """Let a customer write, and wait for the card; the ticket and the card's id."""
        ticket = await self.opens(**given)
        await self.quiet()
        id = await self.storage.reader.card_of(ticket, room)
        assert id is not None
        return ticket, id

    async def until(self, true: Callable[[], Any], step: float = 0.5) -> None:
        """Wait until something has come about, turning the clock meanwhile."""
        async with asyncio.timeout(20):
            while not true():
                await self.passes(step)

    async def quiet(self) -> None:
        """Wait until all rooms show all they should."""
        async with asyncio.timeout(20):
            while self._owes() or not await self.outbox.idle():
                await self.passes(0.5)

    async def passes(self, seconds: float) -> None:
        await asyncio.sleep(0.002)  # real calls on loopback need the real loop
        await self.hours.turn(seconds)
        self.desk.changed.set()

    def _owes(self) -> bool:
        asked = """SELECT count(*) FROM delivery
            WHERE what <> 'reply' AND (due_at IS NOT NULL OR state = 'sending')"""
        return bool(self.sql(asked)[0][0])

    async def state(self, ticket: int) -> tuple[Ticket, dict[str, int]]:
        """A ticket and the size of every table: what a refusal leaves as it was.

        Where Teams is called, which `account_cursor` holds, any authentic activity tells.
        """
        tables = {name: size for name, size in self.everything().items() if name != _LEARNT}
        return await self.ticket(ticket), tables


def shown(message: Message) -> str:
    """All words of a message's cards, and its text."""
    return "\n".join([message.text, *(words(card) for card in message.cards)]).strip()


def words(element: Any) -> str:
    """All that a card says."""
    match element:
        case dict():
            own = [
                element[key]
                for key in ("text", "title", "value", "label")
                if isinstance(element.get(key), str)
            ]
            inner = [words(value) for value in element.values() if isinstance(value, dict | list)]
            return "\n".join(part for part in (*own, *inner) if part)
        case list():
            return "\n".join(part for each in element if (part := words(each)))
        case _:
            return ""


def inputs(dialog: Dialog) -> list[JSON]:
    body: list[JSON] = dialog.card["body"]
    return [each for each in body if str(each.get("type")).startswith("Input.")]


@asynccontextmanager
async def world(
    folder: Path,
    empty: Path | str,
    limits: Limits = DOCUMENTED,
    rules: Policy = TEAMS,
    *,
    installed: bool = True,
    address: str | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """Start the stand-in, the desk, the chat and the outbox; the app is in the team.

    `address` is the service's own, as app.yaml may tell it.

    `settings` are those of app.yaml; `targeted` and `reads_threads` are the tenant's too.
    """
    async with AsyncExitStack() as stack:
        hours = Hours()
        links = FileLinks(KEY, address)
        care = await stack.enter_async_context(cared_for(folder, empty, hours, rules, links))
        tenant = replace(
            ORGANISATION,
            targeted=settings.get("targeted", False),
            reads_threads=settings.get("reads_threads", False),
        )
        cloud = TeamsCloud(tenant, hours, limits)
        base = await stack.enter_async_context(cloud.serve())
        given = Settings(
            app_id=APP,
            tenant=TENANT,
            secret="s3cret",
            login=f"{base}/login",
            metadata=f"{base}/metadata/.well-known/openidconfiguration",
            connector=f"{base}/connector",
            **settings,
        )
        reader, work = care.storage.reader, care.storage.work
        chat = open_chat(given, care.desk, reader, care.storage.vault, WORDS, development=True)
        routes = [*chat.routes(), *FileDoor(care.desk, links).routes()]
        served = await stack.enter_async_context(_serving(routes))
        cloud.point_at(f"{served}/teams/messages")
        await stack.enter_async_context(chat.running())
        if installed:
            await cloud.hands.install(BEN)
        enrolment = Enrolment(work, hours)
        await enrolment.begin()
        outbox = Outbox(care.desk, work, reader, hours, {"teams": chat}, {}, enrolment)
        for running in (outbox.run(), enrolment.run()):
            stack.push_async_callback(_ended, asyncio.create_task(running))
        yield World(
            hours,
            care.storage,
            care.desk,
            care.database,
            care.agents,
            cloud,
            chat,
            outbox,
            served,
        )


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


@asynccontextmanager
async def _serving(routes: Sequence[web.AbstractRouteDef]) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(routes)
    async with serving(app) as address:
        yield address
