"""Slack, Chirp and X in trouble: each fault strikes while one ticket lives, and is over then."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

from adapters.sandbox.faults import Fault
from adapters.sandbox.slack.faults import Fault as SlackFault
from adapters.sandbox.slack.faults import Kind
from tests.faults.load import Load
from tests.faults.process import PATIENCE, PLACES

#: Seconds of a long Retry-After.
LONG: Final = 12

#: What happens to the calls that reply to customers.
TROUBLES: Final[dict[str, Fault]] = {
    "429, Retry-After 1 s": Fault("429", times=2, retry_after=1),
    f"429, Retry-After {LONG} s": Fault("429", retry_after=LONG),
    "500": Fault("500", times=2),
    "503 with HTML": Fault("503html", times=2),
    "time-out before accepting": Fault("timeout_before"),
    "time-out after accepting": Fault("timeout_after"),
    "reset before accepting": Fault("reset", times=2),
    "reset after accepting": Fault("reset_after"),
    "reset in mid-body": Fault("reset_midway"),
    "slow drip": Fault("drip"),
}


async def chirp(fault: Fault, load: Load) -> int:
    """Let Chirp be in trouble when we answer."""
    struck = replace(fault, method="POST", path="/posts")
    load.stage.chirp.hands.fault(struck)
    await load.life()
    await load.until_answered()
    return fault.times - (max(0, struck.times))


async def x(fault: Fault, load: Load) -> int:
    """Let X be in trouble when we answer."""
    assert load.stage.x is not None
    struck = replace(fault, method="POST", path="/2/tweets")
    load.stage.x.hands.fault(struck)
    await load.life_on_x()
    await load.until_answered()
    return fault.times - (max(0, struck.times))


async def _slack(fault: SlackFault, load: Load) -> int:
    """Let Slack be in trouble with every kind of call that shows something."""
    strikes = [
        replace(fault, method=method, channel=PLACES["south"])
        for method in ("chat.postMessage", "chat.update")
    ]
    for each in strikes:
        load.stage.slack.fault(each)
    await load.life(account="south")
    await _until(lambda: not any(each in load.stage.slack.faults.waiting for each in strikes))
    # what Slack refused for good is shown with the next change
    await load.press_until_acknowledged(f"note {load.newest} afterwards")
    return len(strikes) * fault.times


async def _room_changed(changes: dict[str, object], load: Load) -> int:
    """Close a room to us in truth, and open it again after we have met it closed."""
    state, id = load.stage.slack.state, PLACES["south"]
    room, asked = state.rooms[id], len(load.stage.slack.calls)
    (what,) = changes
    if what == "members":
        changes = {what: room.members - {state.app.bot_user}}
    state.change_room(room, **changes)
    post = await load.opens("south")
    await load.press_until_acknowledged(f"claim {await load.ticket_of(post)}")

    def refused() -> int:
        calls = list(load.stage.slack.calls)[asked:]
        return sum(c.args.get("channel") == id and c.outcome != "ok" for c in calls)

    await _until(lambda: refused() >= 2)
    state.change_room(state.rooms[id], **{what: getattr(room, what)})
    await load.goes_on("south", post)
    return refused()


async def _card_deleted(load: Load) -> int:
    """Somebody deletes a card, and its ticket goes on."""
    await load.life(account="south")
    await load.settles_at_least()
    question = f"SELECT external_id FROM delivery WHERE what = 'card' AND ticket = {load.newest}"  # noqa: S608
    ((ts,),) = await load.stage.rows(question)
    await load.stage.slack.hands.delete("U02AOI", PLACES["south"], ts)
    await load.press_until_acknowledged(f"note {load.newest} its card is gone")
    return 1


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - the clouds tell nobody
            await asyncio.sleep(0.03)


def _refused(error: str, times: int = 2) -> Callable[[Load], Awaitable[int]]:
    return partial(_slack, SlackFault("*", Kind.ERROR, times=times, error=error))


SLACK: Final[dict[str, Callable[[Load], Awaitable[int]]]] = {
    "429, Retry-After 1 s": partial(_slack, SlackFault("*", Kind.LIMITED, times=2)),
    f"429, Retry-After {LONG} s": partial(_slack, SlackFault("*", Kind.LIMITED, retry_after=LONG)),
    "500": partial(_slack, SlackFault("*", Kind.BROKEN, times=2)),
    "503 with HTML": partial(_slack, SlackFault("*", Kind.HTML, times=2)),
    "time-out before accepting": partial(_slack, SlackFault("*", Kind.TIMEOUT_BEFORE)),
    "time-out after accepting": partial(_slack, SlackFault("*", Kind.TIMEOUT_AFTER)),
    "reset before accepting": partial(_slack, SlackFault("*", Kind.RESET, times=2)),
    "reset after accepting": partial(_slack, SlackFault("*", Kind.RESET_AFTER)),
    "reset in mid-body": partial(_slack, SlackFault("*", Kind.RESET_MIDWAY)),
    "slow drip": partial(_slack, SlackFault("*", Kind.DRIP)),
    "invalid_auth": _refused("invalid_auth"),
    "channel_not_found": _refused("channel_not_found"),
    "is_archived": partial(_room_changed, {"archived": True}),
    "not_in_channel": partial(_room_changed, {"members": None}),
    "message_not_found": _card_deleted,
    "msg_too_long": _refused("msg_too_long", times=1),
}
