"""What goes on while faults strike: customers write, Ben and Aoi press in Slack, and time passes.

Where there is a room in Teams, Maya presses there, and says of posts of unknown fate whether they are
there.

Everything is remembered that somebody was promised: a webhook answered with 200, and, in the stage's
journal, a reply that somebody was told is on its way. What was not promised is tried again, as
networks and people do; a reply is not, for nobody retypes what may be on its way.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Unpack

from adapters.sandbox.clock import RealClock
from adapters.sandbox.network.posts import Chirp
from adapters.sandbox.slack.hands import Done
from adapters.sandbox.x.world import Post
from tests.faults.database import Database
from tests.faults.hall import Hall
from tests.faults.invariants import DELIVERIES, OWED, judge
from tests.faults.process import PATIENCE, PLACES, Child, Has, Stage, staged
from tests.faults.verdict import Sent, Verdict

AGENTS: Final = ("U01BEN", "U02AOI")
#: Replies in a minute: Chirp takes 120 writes.
PACE: Final = 80

#: Posts of unknown fate that people have been asked about.
_ASKED: Final = "SELECT id FROM delivery WHERE state = 'in doubt' AND due_at IS NULL ORDER BY id"


@dataclass
class Load:
    """The people around one stage."""

    stage: Stage
    chance: random.Random
    told: list[str] = field(default_factory=list)
    posts: list[tuple[str, Chirp]] = field(default_factory=list)  #: with the account they came by
    own: set[str] = field(default_factory=set)  #: what we wrote on Chirp ourselves, no answer
    newest: int = 0  #: the ticket that was asked for last
    _count: int = 0
    _replied: deque[float] = field(default_factory=deque)
    _echoed: set[str] = field(default_factory=set)
    _before: Verdict = field(default_factory=Verdict)

    # --- customers

    def writes(self) -> Chirp:
        """A new customer writes; we have not been told."""
        self._count += 1
        return self.stage.writes(f"question {self._count}", f"customer{self._count}")

    async def opens(self, account: str | None = None) -> Chirp:
        """A new customer writes, and we are told."""
        account, post = account or self.chance.choice(list(PLACES)), self.writes()
        await self.tell(account, post)
        self.posts.append((account, post))
        return post

    async def goes_on(self, account: str, post: Chirp) -> Chirp:
        """The customer writes more, delivered together with what came before."""
        self._count += 1
        more = self.stage.answers(post, f"more {self._count}")
        await self.tell(account, post, more)
        return more

    async def tell(self, account: str, *posts: Chirp) -> None:
        await self.stage.tell_until_taken(account, *posts)
        self.told += [post.id for post in posts]

    async def echoes(self) -> None:
        """The network tells of what we have written ourselves, as it does of every post."""
        timeline = self.stage.chirp.timeline
        accounts = {post.id: account for account, post in self.posts}
        for post in list(timeline.posts.values()):
            if post.author != timeline.brand or post.id in self._echoed:
                continue
            self._echoed.add(post.id)
            root = post
            while root.in_reply_to is not None and root.id not in accounts:
                root = timeline.posts[root.in_reply_to]
            if root.id in accounts and self.chance.random() < 0.5:
                await self.stage.tell_until_taken(accounts[root.id], post)

    # --- people in Slack

    async def press(self, line: str, who: str = AGENTS[0]) -> bool:
        """Type a command once; whether it was acknowledged."""
        done: Done = await self.stage.slack.hands.command(who, "C01GLOBAL", "/care", line)
        return bool(done.get("acked"))

    async def press_until_acknowledged(self, line: str, who: str = AGENTS[0]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await self.press(line, who):  # noqa: ASYNC110 - a person presses again
                await asyncio.sleep(0.05)

    async def reply(self, ticket: int, who: str = AGENTS[0]) -> str | None:
        """Answer a customer once; the words, or None where the network's pace forbids it now."""
        now = RealClock().now()
        while self._replied and self._replied[0] < now - 60:
            self._replied.popleft()
        if len(self._replied) >= PACE:
            return None
        self._replied.append(now)
        self._count += 1
        words = f"answer {self._count} to {ticket}"
        await self.press(f"reply {ticket} {words}", who)
        return words

    async def ticket_of(self, post: Chirp | Post) -> int:
        """Wait until a post is in a ticket; that one."""
        question = f"SELECT ticket FROM message WHERE external_id = '{post.id}' AND ticket > 0"  # noqa: S608
        async with asyncio.timeout(PATIENCE):
            while not (found := await self.stage.rows(question)):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.03)
        ((self.newest,),) = found
        return self.newest

    # --- what goes on

    async def life(self, *, late: bool = False, account: str | None = None) -> None:
        """One ticket's life: opened, claimed, answered, gone on, closed; or late, gone up, and in a digest."""
        post = await self.opens(account)
        ticket = await self.ticket_of(post)
        where = self.posts[-1][0]
        if late:
            await self.stage.turn(24)
            await self._until_once(ticket, "Breached")
            await self.stage.turn(1)
            await self._until_once(ticket, "StageReached")
        await self.press_until_acknowledged(f"claim {ticket}")
        await self.reply(ticket)
        await self.goes_on(where, post)
        await self.press_until_acknowledged(f"note {ticket} looked into", AGENTS[1])

    async def life_on_x(self) -> None:
        """One ticket's life on X: its stream brings the mention, and the answer is looked up if need be."""
        assert self.stage.x is not None
        self._count += 1
        hands = self.stage.x.hands
        post = hands.write(hands.person(f"climber{self._count}"), f"question {self._count}")
        ticket = await self.ticket_of(post)
        self.told.append(post.id)
        await self.press_until_acknowledged(f"claim {ticket}")
        await self.reply(ticket)
        await self.press_until_acknowledged(f"note {ticket} looked into", AGENTS[1])

    async def until_answered(self) -> None:
        """Wait until the network has the newest ticket's replies."""
        question = (
            "SELECT count(*) FROM delivery WHERE what = 'reply' AND state <> 'sent'"  # noqa: S608
            f" AND ticket = {self.newest}"
        )
        await self.stage.until(question, [(0,)])

    async def _until_once(self, ticket: int, event: str) -> None:
        # both are the harness' own: a number and an event's name
        question = f"SELECT count(*) FROM entry WHERE ticket = {ticket} AND name = '{event}'"  # noqa: S608
        async with asyncio.timeout(PATIENCE):
            while await self.stage.rows(question) != [(1,)]:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)

    async def bustle(self, until: asyncio.Event) -> None:
        """Customers and agents at random, all at once, until told otherwise."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._customers(until))
            group.create_task(self._agents(until))

    async def _customers(self, until: asyncio.Event) -> None:
        while not until.is_set():
            if self.posts and self.chance.random() < 0.5:
                await self.goes_on(*self.chance.choice(self.posts[-20:]))
            else:
                await self.opens()
            if self.chance.random() < 0.3:
                await self.echoes()
            await asyncio.sleep(self.chance.uniform(0.02, 0.3))

    async def _agents(self, until: asyncio.Event) -> None:
        acts = ("claim", "reply", "reply", "note", "close", "reopen", "late")
        while not until.is_set():
            newest = "SELECT id FROM ticket ORDER BY id DESC LIMIT 25"
            tickets = [id for (id,) in await self.stage.rows(newest)]
            act, who = self.chance.choice(acts), self.chance.choice(AGENTS)
            if tickets:
                with suppress(TimeoutError):
                    await self._act(act, self.chance.choice(tickets), who)
            await asyncio.sleep(self.chance.uniform(0.02, 0.2))

    async def _act(self, act: str, ticket: int, who: str) -> None:
        match act:
            case "reply":
                await self.reply(ticket, who)
            case "note":
                await self.press(f"note {ticket} seen", who)
            case "close":
                await self.press(f"close {ticket} resolved", who)
            case "late":
                if self.chance.random() < 0.2:
                    await self.stage.turn(2)
            case _:
                await self.press(f"{act} {ticket}", who)

    # --- processes

    async def renew(self, **how: Any) -> Child:
        """Put another process in the place of those that run; `how` is `Stage.serve`'s."""
        for child in list(self.stage.children):
            await self.stage.stop(child)
        return await self.stage.serve(**how)

    async def pair(self) -> tuple[Child, Child]:
        """Put two processes in the place of those that run."""
        return await self.renew(), await self.stage.serve("b")

    # --- afterwards

    async def settles_at_least(self) -> None:
        """Wait until nothing is owed."""
        await self.stage.until(OWED, [(0,)])

    async def settles(self) -> Verdict:
        """Wait until nothing is owed, and judge; what was broken before is not told again."""
        await self.settles_at_least()
        await self.looks_at_teams()
        verdict = await judge(self.stage, self.told, self.own)
        since, self._before = verdict.since(self._before), verdict
        return since

    async def looks_at_teams(self) -> None:
        """Maya answers what is asked in Teams, and presses older copies of cards, upon which they go."""
        if (hall := self.stage.hall) is None:
            return
        while asked := await self.stage.rows(_ASKED):
            for (id,) in asked:
                await self._settles(hall, id)
            await self.settles_at_least()
        for old in hall.old_cards(await self._sent()):
            self.stage.point_teams()
            await hall.press_away(old)
        await self.settles_at_least()

    async def _settles(self, hall: Hall, post: int) -> None:
        sent = await self._sent()
        words = dict(await self.stage.rows("SELECT id, text FROM message"))
        wanted = next(each for each in sent if each.id == post)
        there = hall.found(wanted, hall.unknown(sent), sent, words)
        hall.settled[post] = seen = "again" if there is None else "there"
        async with asyncio.timeout(PATIENCE):
            while (post,) in await self.stage.rows(_ASKED):
                self.stage.point_teams()
                for each in hall.posts():
                    await hall.press("settle", each, post=str(post), seen=seen)
                await asyncio.sleep(0.05)

    async def _sent(self) -> list[Sent]:
        return [Sent(*row) for row in await self.stage.rows(DELIVERIES)]


@asynccontextmanager
async def loaded(
    folder: Path, database: Database, seed: int, **has: Unpack[Has]
) -> AsyncIterator[Load]:
    """A stage with one process that serves, and nobody's having written yet; `has` is `staged`'s."""
    async with staged(folder, database, **has) as stage:
        await stage.serve()
        await stage.join_teams()
        yield Load(stage, random.Random(seed))  # noqa: S311 - when to do what is no secret
