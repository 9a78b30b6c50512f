"""Teams in trouble, and processes that die or stop while they call it; Slack goes on meanwhile."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

from adapters.sandbox.slack.faults import Fault as SlackFault
from adapters.sandbox.slack.faults import Kind
from adapters.sandbox.teams.faults import Fault
from tests.faults import kills, many
from tests.faults.fate import IN_TEAMS
from tests.faults.hall import HALL, HALL_ID, MAYA, QUEUE, Hall
from tests.faults.load import Load
from tests.faults.nursery import PATIENCE
from tests.faults.process import PLACES

#: Seconds of a long Retry-After.
LONG: Final = 12

#: What begins a thread, what goes on in one, and what changes a post.
_ALL: Final = ("create", "send", "update")
#: What is refused for good is a card's or its update's: a line is given up then, and said so.
_CARDS: Final = ("create", "update")

#: What is not shown yet in a room of what the newest ticket is to show there.
_OWED_TO: Final = """
    SELECT count(*) FROM delivery
     WHERE ticket = {} AND "to" = '{}' AND (state <> 'sent' OR shown <> wanted)
"""


def points() -> list[str]:
    """Before and after each call to Teams."""
    return [f"{when}:{step}" for step in IN_TEAMS for when in ("before", "after")]


async def killed_at(load: Load, point: str) -> int:
    """Let a process die as it calls Teams."""
    return await kills.killed_in(load, point, partial(load.life, account=QUEUE))


async def stopped_at(point: str, load: Load) -> int:
    """One of two processes stops as it calls Teams, and is woken when its lease has ended."""
    return await many.stopped_in(point, load, partial(load.life, account=QUEUE))


async def stopped_alone(point: str, load: Load) -> int:
    """The one process stops as it calls Teams for longer than its lease, and nobody takes over."""
    stopped = await load.renew(die=f"{point}:1", armed=True, how=signal.SIGSTOP)
    living = asyncio.create_task(load.life(account=QUEUE))
    await _until(lambda: stopped.is_stopped)
    await asyncio.sleep(many.STOPPED_S)
    stopped.send(signal.SIGCONT)
    await living
    return 1


async def _struck(fault: Fault, load: Load, calls: tuple[str, ...] = _ALL) -> int:
    """Let Teams be in trouble with every kind of call that shows something."""
    strikes = [replace(fault, call=call, conversation=HALL_ID) for call in calls]
    await _lives_through(load, strikes)
    return len(strikes) * fault.times


async def _lives_through(load: Load, strikes: list[Fault]) -> None:
    """Let a ticket live until Teams has met all that waits for it there, and press there afterwards."""
    hall = _hall(load)
    for each in strikes:
        hall.cloud.fault(each)
    await load.life(account=QUEUE)
    await load.until_answered()
    await _until_met(strikes, "create", "send")
    # what has come late has come in its newest state
    await load.settles_at_least()
    await load.press_until_acknowledged(f"note {load.newest} afterwards")
    await _until_met(strikes, "update", "token")
    # what was refused for good is shown with the next change
    await _pressed_in_teams(load, hall)


async def _pressed_in_teams(load: Load, hall: Hall) -> None:
    """A ticket that Slack closes is opened again in Teams, by its card."""
    ticket = load.newest
    await load.press_until_acknowledged(f"close {ticket} resolved")
    status = f"SELECT status FROM ticket WHERE id = {ticket}"  # noqa: S608 - its own number
    await load.stage.until(status, [("closed",)])
    async with asyncio.timeout(PATIENCE):
        while await load.stage.rows(status) == [("closed",)]:
            load.stage.point_teams()
            for post in hall.posts():
                await hall.press("reopen", post, ticket=ticket)
            await asyncio.sleep(0.05)


async def _limited_long(load: Load) -> int:
    """Teams asks for a long wait; meanwhile Slack shows all."""
    strike = Fault("status", "create", status=429, retry_after=LONG, conversation=HALL_ID)
    _hall(load).cloud.fault(strike)
    await load.life(account=QUEUE)
    await load.until_answered()
    await load.stage.until(_OWED_TO.format(load.newest, QUEUE), [(0,)])
    assert await load.stage.rows(_OWED_TO.format(load.newest, HALL)) != [(0,)]
    await load.settles_at_least()
    await _pressed_in_teams(load, _hall(load))
    return 1


async def _slack_limited_long(load: Load) -> int:
    """The other way round: Slack asks for a long wait, and Teams shows all meanwhile."""
    slack = load.stage.slack
    strike = SlackFault("chat.postMessage", Kind.LIMITED, retry_after=LONG, channel=PLACES[QUEUE])
    slack.fault(strike)
    post = await load.opens(QUEUE)
    ticket = await load.ticket_of(post)
    await load.press_until_acknowledged(f"claim {ticket}")
    await load.press_until_acknowledged(f"note {ticket} Slack is silent")
    await load.stage.until(_OWED_TO.format(ticket, HALL), [(0,)])
    assert await load.stage.rows(_OWED_TO.format(ticket, QUEUE)) != [(0,)]
    await _until(lambda: strike not in slack.faults.waiting)
    return 1


async def _token_refused(load: Load) -> int:
    """Teams takes our token no more, and the login gives no other for a while."""
    strikes = [
        Fault("status", "create", status=401, conversation=HALL_ID),
        Fault("status", "token", status=401, times=2),
    ]
    await _lives_through(load, strikes)
    return 3


async def _put_out(load: Load) -> int:
    """The app is taken out of the team, and put into it again after we have met it."""
    hall = _hall(load)
    asked = len(hall.cloud.calls)
    await hall.cloud.hands.uninstall(MAYA)
    post = await load.opens(QUEUE)
    await load.press_until_acknowledged(f"claim {await load.ticket_of(post)}")

    def refused() -> int:
        return sum(call.outcome != "ok" for call in list(hall.cloud.calls)[asked:])

    await _until(lambda: refused() >= 2)
    await hall.cloud.hands.install(MAYA)
    await load.goes_on(QUEUE, post)
    return refused()


async def _card_deleted(load: Load) -> int:
    """Somebody deletes a card, which nobody tells us, and its ticket goes on."""
    hall = _hall(load)
    await load.life(account=QUEUE)
    await load.settles_at_least()
    question = (
        "SELECT external_id FROM delivery"  # noqa: S608 - our own names
        f" WHERE what = 'card' AND \"to\" = '{HALL}' AND ticket = {load.newest}"
    )
    ((id,),) = await load.stage.rows(question)
    await hall.cloud.hands.delete(MAYA, HALL_ID, id)
    await load.press_until_acknowledged(f"note {load.newest} its card is gone")
    await load.settles_at_least()
    await _pressed_in_teams(load, hall)
    return 1


def _hall(load: Load) -> Hall:
    assert load.stage.hall is not None
    return load.stage.hall


async def _until_met(strikes: list[Fault], *calls: str) -> None:
    await _until(lambda: not any(each.times > 0 for each in strikes if each.call in calls))


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - neither clouds nor the system tell
            await asyncio.sleep(0.03)


def _answered(status: int, times: int = 2, **more: int) -> Callable[[Load], Awaitable[int]]:
    return partial(_struck, Fault("status", status=status, times=times, **more))


TEAMS: Final[dict[str, Callable[[Load], Awaitable[int]]]] = {
    "429, Retry-After 1 s": _answered(429, retry_after=1),
    f"429, Retry-After {LONG} s, Slack goes on": _limited_long,
    f"Slack's 429, Retry-After {LONG} s, Teams goes on": _slack_limited_long,
    "412": _answered(412),
    "500": _answered(500),
    "502": _answered(502),
    "503 with HTML": partial(_struck, Fault("503html", times=2)),
    "time-out before accepting": partial(_struck, Fault("timeout_before")),
    "time-out after accepting": partial(_struck, Fault("timeout_after")),
    "reset before accepting": partial(_struck, Fault("reset", times=2)),
    "reset after accepting": partial(_struck, Fault("reset_after")),
    "reset in mid-body": partial(_struck, Fault("reset_midway")),
    "slow drip": partial(_struck, Fault("drip")),
    "401 once": _answered(401, times=1),
    "401, and no new token": _token_refused,
    "403, disabled by the administrator": _answered(403),
    "403, taken out of the team": _put_out,
    "404 of a message": _card_deleted,
    "404 of a conversation": _answered(404),
    "413": partial(_struck, Fault("status", status=413), calls=_CARDS),
}
