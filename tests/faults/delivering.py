"""What comes in comes more than once, in another order, all together or two at once."""

import asyncio
from contextlib import suppress

from adapters.sandbox.clock import RealClock
from tests.faults.load import Load
from tests.faults.process import PATIENCE, PLACES


async def thrice(load: Load) -> int:
    """Each webhook is delivered three times, by different bodies."""
    for account in PLACES:
        post = await load.opens(account)
        more = await load.goes_on(account, post)
        for bodies in ((post,), (more,), (post, more)):
            await load.tell(account, *bodies)
    return 3 * len(PLACES)


async def backwards(load: Load) -> int:
    """The newest post of a conversation is delivered first, the one that began it last."""
    for account in PLACES:
        post = load.writes()
        more = [load.stage.answers(post, f"{post.text}, part {number}") for number in range(3)]
        for each in (*reversed(more), post):
            await load.tell(account, each)
    return len(PLACES)


async def in_batches(load: Load) -> int:
    """Ten conversations' posts come in one body, thirty at a time."""
    for account in PLACES:
        posts = [load.writes() for _ in range(10)]
        more = [load.stage.answers(post, f"{post.text}, again") for post in posts for _ in range(2)]
        await load.tell(account, *posts, *more)
    return len(PLACES)


async def two_at_once(load: Load) -> int:
    """The same body comes twice in the same moment, and two of one conversation."""
    for account in PLACES:
        post = load.writes()
        more = load.stage.answers(post, f"{post.text}, at once")
        bodies = [(post,), (post,), (more,), (post, more)]
        await asyncio.gather(*(load.tell(account, *body) for body in bodies))
    return len(PLACES)


async def burst(load: Load) -> int:
    """Thirty people write under one post of ours, and the service is killed in the middle of it."""
    chirp, stage = load.stage.chirp, load.stage
    ours = chirp.timeline.write(chirp.timeline.brand, "a tent that lasts", RealClock().now())
    load.own.add(ours.text)
    posts = [
        stage.answers_to(ours, f"of tents, {number}", f"camper{number}") for number in range(30)
    ]
    for number, post in enumerate(posts):
        await load.tell("north", post)
        if number % 10 == 5:
            await stage.stop(stage.children[-1])
            await stage.serve()
    for post in (posts[3], posts[-1]):
        ticket = await load.ticket_of(post)
        await load.press_until_acknowledged(f"claim {ticket}")
        await load.reply(ticket)
    await load.press_until_acknowledged(f"close {load.newest} resolved")
    question = "SELECT CASE WHEN count(*) > 10 THEN 3 ELSE 0 END FROM delivery WHERE what = 'line'"
    ((times,),) = await stage.rows(question)
    return int(times)


async def streamed_again(load: Load) -> int:
    """X's stream brings everything three times more, the newest first."""
    assert load.stage.x is not None
    await load.life_on_x()
    await load.life_on_x()
    return load.stage.x.hands.redeliver(reverse=True, times=3)


async def stream_cut(load: Load) -> int:
    """X's stream is cut, and people write before it stands again."""
    assert load.stage.x is not None
    for _ in range(2):
        load.stage.x.hands.drop_streams()
        await load.life_on_x()
    return 2


async def sockets_dropped(load: Load) -> int:
    return await _again_and_again(load, refreshed=False)


async def sockets_refreshed(load: Load) -> int:
    return await _again_and_again(load, refreshed=True)


async def _again_and_again(load: Load, *, refreshed: bool) -> int:
    """Every connection is ended twice a second while people press."""
    done, times = asyncio.Event(), 0
    sockets = load.stage.slack.sockets
    async with asyncio.TaskGroup() as group:
        group.create_task(load.bustle(done))
        for _ in range(6):
            async with asyncio.timeout(PATIENCE):
                await sockets.connected()
            await asyncio.sleep(0.4)
            with suppress(ConnectionError):
                if refreshed:
                    await sockets.refresh()
                else:
                    sockets.drop()
            times += 1
        done.set()
    return times
