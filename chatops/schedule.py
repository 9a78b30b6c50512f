"""Time: one APScheduler job, the tick, in every process and from memory.

What makes a thing happen once is its row in the database, never the scheduler: a digest's row is
(name, local date), so that a day of 23 or 25 hours has one, and so has a day on which the service
was down: after downtime the newest missed digest is made, and says that it is late.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from chatops.call import Answer, Call, Looks, Origin, Outcome, Registry
from chatops.card import Card, Paragraph
from chatops.clock import Clock
from chatops.delivery.enrolment import Enrolment
from chatops.desk import Desk
from chatops.errors import StorageError
from chatops.line import Missing, Read, named, read
from chatops.policy import EVERY_QUEUE, DigestPlan, Policy, Role, WhenEmpty
from chatops.ports import Reader
from chatops.scene import Agent
from chatops.text import Words, text
from chatops.ticket import Refusal
from chatops.timer import SWEEP, Timer

#: How often the tick runs.
EVERY: Final = timedelta(seconds=1)

#: A digest that comes later than this after its time says so.
LATE: Final = timedelta(minutes=5)

#: How far back a missed digest is looked for; a week and a day finds every weekly one.
LOOK_BACK: Final = timedelta(days=8)

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_log = structlog.get_logger(__name__)


class Schedule:
    """The tick: turned time, due clocks and snoozes, due digests, unread and old bodies, the roll-up."""

    def __init__(
        self,
        desk: Desk,
        timer: Timer,
        reader: Reader,
        clock: Clock,
        sweep: Callable[[], Awaitable[None]],
        enrolment: Enrolment,
        retain: Callable[[], Awaitable[None]] | None = None,
        fold: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`sweep` takes unread bodies again; `retain` drops what is kept no longer; `fold` rolls up."""
        self.ticks = 0
        self._desk = desk
        self._timer = timer
        self._reader = reader
        self._clock = clock
        self._sweep = sweep
        self._retain = retain
        self._fold = fold
        self._enrolment = enrolment
        self._started = clock.business()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._ticking = asyncio.Lock()
        self._ending = False

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.add_job(
            self.tick,
            "interval",
            seconds=EVERY.total_seconds(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self, seconds: float) -> None:
        """Tick no more. The tick that is under way ends what it began, in so many seconds at most.

        What else is due waits: a transaction holds a few of it, and the next start finds the rest.
        """
        self._ending = True
        if self._scheduler.running:
            self._scheduler.remove_all_jobs()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds), self._ticking:
                    pass
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Do what is due now; a fault is logged, and the next tick tries again."""
        async with self._ticking:
            await self._tick()

    async def _tick(self) -> None:
        try:
            self._clock.offset = timedelta(seconds=await self._reader.offset())
        except StorageError as error:
            _log.error("tick.storage", error=str(error))
            return
        if self._enrolment.is_off:  # what is due would come early, or late
            return
        await self._part("due", self._due)
        await self._part("clocks", self._timer.hold_clocks)
        await self._part("claims", self._timer.hold_claims)
        await self._part("shifts", self._timer.change_shifts)
        await self._part("quiet hours", self._timer.make_up_calls)
        for plan in self._desk.policy.digests.values():
            await self._part(plan.name, partial(self._digest, plan, self._clock.business()))
        await self._part("sweep", self._sweep)
        if self._retain is not None:
            await self._part("retention", self._retain)
        if self._fold is not None:
            await self._part("roll-up", self._fold)
        self.ticks += 1

    async def _part(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a part of the tick; one that fails keeps no other from its turn."""
        if self._ending:
            return
        try:
            await run()
        except StorageError as error:
            _log.error("tick.storage", part=name, error=str(error))
        except Exception:  # noqa: BLE001 - the next tick must come
            _log.exception("tick.failed", part=name)

    async def _due(self) -> None:
        while await self._timer.tick() >= SWEEP and not self._ending:
            pass

    async def _digest(self, plan: DigestPlan, now: datetime) -> None:
        fired = newest_fire(plan, now)
        if fired is None:
            return
        period = fired.astimezone(ZoneInfo(plan.calendar.zone)).date().isoformat()
        newest = await self._reader.published(plan.name)
        if newest is not None and newest[0] >= period:
            return
        if newest is None and fired < self._started:
            # a digest that is new in app.yaml begins with its next time
            await self._timer.pass_over(plan.name, period, fired)
            return
        call = replace(self._call(plan, fired), since=newest and newest[1])
        outcome = await self._desk.handle(call)
        if isinstance(outcome, Answer) and outcome.empty and plan.when_empty is WhenEmpty.SILENT:
            await self._timer.pass_over(plan.name, period, fired)
            return
        card = outcome.card if isinstance(outcome, Answer) else _refused(plan, outcome)
        card = card if now - fired <= LATE else _stamped_late(card, fired)
        if await self._timer.publish(plan.name, period, plan.room, card, fired):
            made = isinstance(outcome, Answer)
            _log.info("tick.digest", digest=plan.name, period=period, made=made)

    def _call(self, plan: DigestPlan, fired: datetime) -> Call:
        return replace(_call_of(plan, self._desk.policy, fired), channels=self._desk.traits)


def unfit(plan: DigestPlan, policy: Policy, words: Words, registry: Registry) -> str | None:
    """Say what is wrong with the line that a digest runs and what to write instead, for `check`."""
    word = plan.run.partition(" ")[0]
    command = named(word, registry, words)
    if command is None or not isinstance(command.handler, Looks):
        looking = ", ".join(each.name for each in registry if isinstance(each.handler, Looks))
        return f"{word} is no command that shows something; write one of: {looking}"
    understood = read(command, _call_of(plan, policy, datetime.min.replace(tzinfo=UTC)), words)
    match understood:
        case Missing(refusal=refusal) | (Refusal() as refusal):
            return words.say(refusal.said, "en", ZoneInfo("UTC"))
        case Read():
            return None


def _call_of(plan: DigestPlan, policy: Policy, fired: datetime) -> Call:
    """Return the call that a digest is; the timer may see every queue."""
    word, _, line = plan.run.partition(" ")
    room = policy.rooms.get(plan.room)  # None: `check` has found more than one fault
    return Call(
        key=f"digest:{plan.name}:{fired.isoformat()}",
        command=word,
        agent=Agent(0, "timer", "timer", None, {EVERY_QUEUE: Role.ADMIN}),
        origin=Origin.TIMER,
        now=fired,
        language=room.language if room else "en",
        policy=policy,
        line=line,
        chat=room.chat if room else None,
        room=plan.room,
        plan=plan,
    )


def newest_fire(plan: DigestPlan, now: datetime) -> datetime | None:
    """Return the newest time at or before `now` at which the digest was to be made, in UTC.

    Closed days of its calendar are passed over. Each local day is asked for its one time: APScheduler
    stands still for ever at the second of two equal times when clocks go back.
    """
    zone = ZoneInfo(plan.calendar.zone)
    trigger = CronTrigger(
        day_of_week=",".join(_DAYS[day] for day in plan.days),
        hour=plan.at.hour,
        minute=plan.at.minute,
        timezone=zone,
    )
    today = now.astimezone(zone).date()
    for back in range(LOOK_BACK.days + 1):
        day = today - timedelta(days=back)
        fire: datetime = trigger.get_next_fire_time(None, datetime.combine(day, time.min, zone))
        if fire.date() == day and fire <= now and plan.calendar.works_on(day):
            return fire.astimezone(UTC)
    return None


def _stamped_late(card: Card, planned: datetime) -> Card:
    late = Paragraph(text("digest-late", at=planned), small=True)
    return replace(card, blocks=(late, *card.blocks))


def _refused(plan: DigestPlan, outcome: Outcome) -> Card:
    """Return what the room reads in the place of a digest that could not be made."""
    why = outcome.said if isinstance(outcome, Refusal) else text("nothing-to-show")
    said = text("digest-refused", name=plan.name, why=why)
    return Card(push=said, title=text("digest-refused-title"), blocks=(Paragraph(said),))
