"""Makes the words of a delivery, from the newest rows, at the moment when it goes out."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from chatops.alerting import awake, called, told_as
from chatops.card import Card
from chatops.card_json import load_card
from chatops.cards.burst_card import burst_card, burst_line
from chatops.cards.doubt_card import (
    ALERT,
    ANNOUNCEMENT,
    event_in_doubt,
    message_in_doubt,
    post_in_doubt,
    question_card,
)
from chatops.cards.event_line import event_line
from chatops.cards.stage_card import chain_end_card, stage_line
from chatops.cards.stars_card import stars_card
from chatops.cards.thread_card import Alarm, alert_card, announcement, left_line, message_line
from chatops.cards.ticket_card import left_card, ticket_card
from chatops.desk import Desk
from chatops.errors import CareError
from chatops.event import (
    Alerted,
    AlertLevel,
    Breached,
    ChainEnded,
    DeedProposed,
    LinkDismissed,
    LinkSuggested,
    Moved,
    Occasion,
    StageReached,
    StarsShared,
)
from chatops.policy import Policy, Queue, Room
from chatops.ports import Burst, Chat, Delivery, DeliveryState, Entry, Reader, Record, What
from chatops.scene import Agent, Direction, Scene
from chatops.text import Text
from chatops.ticket import Status, Ticket


@dataclass(frozen=True, slots=True)
class Order:
    """A delivery with the rows that its words are made of, read where it was taken."""

    job: Delivery
    record: Record | None = None  #: of its ticket
    agents: Sequence[Agent] = ()
    burst: Burst | None = None  #: that it is the card of


async def compose(
    desk: Desk, reader: Reader, chat: Chat, room: Room, order: Order
) -> tuple[Card, int] | None:
    """Return the card to show and the revision that it shows; None if it is not to be shown.

    That is where its rows are gone, for what would be news in a room that its ticket has left, and
    for an announcement of what is past.
    A ticket's card says in which zone its queue works: a queue may be shown in rooms of others.
    """
    job = order.job
    if job.what in {What.PUBLISHED, What.QUESTION}:
        return (load_card(job.body), job.wanted) if job.body else None
    if job.what is What.BURST:
        return None if order.burst is None else (_burst_card(desk, order.burst), job.wanted)
    if order.record is None:
        return None
    scene = desk.scene(order.record, order.agents, desk.clock.business())
    made = await _made(desk, reader, chat, room, job, scene)
    if made is None:
        return None
    card, revision = made
    return replace(card, zone=scene.queue.calendar.zone), revision


async def question_about(desk: Desk, reader: Reader, room: Room, order: Order) -> Card:
    """Return the question whether a post of unknown fate is there."""
    job = order.job
    undo = (job.message, desk.policy.undo_in) if job.undo and job.message is not None else None
    return question_card(
        job.id,
        await _kind_of(desk, reader, order),
        room.chat,
        job.taken_at + desk.clock.offset,
        job.ticket,
        is_restored=job.is_restored,
        undo=undo,
    )


async def _kind_of(desk: Desk, reader: Reader, order: Order) -> Text:
    """Say what a post is by which a person knows it."""
    job = order.job
    if job.what is What.PUBLISHED and job.body:
        return post_in_doubt(load_card(job.body))
    entry = await reader.entry(job.entry) if job.entry is not None else None
    if job.what is What.ALERT and not (entry and isinstance(entry.event, ChainEnded | StarsShared)):
        return ALERT
    if job.what is What.MESSAGE and job.message is not None and order.record is not None:
        scene = desk.scene(order.record, order.agents, desk.clock.business())
        line = scene.line(job.message) or await reader.line(job.message)
        if line is not None:
            return message_in_doubt(line, scene.named(line.agent), scene.traits.title)
    return ANNOUNCEMENT if entry is None else event_in_doubt(entry.event)


async def _made(
    desk: Desk, reader: Reader, chat: Chat, room: Room, job: Delivery, scene: Scene
) -> tuple[Card, int] | None:
    home = _home(scene.policy, scene.queue, room)
    if job.what is What.CARD and job.left:
        by = await _moved_by(reader, scene)
        url = await _url(reader, chat, home, scene.ticket.id)
        return left_card(scene, by, url), scene.ticket.revision
    if job.what is What.LINE:
        if room.name not in scene.queue.rooms:  # it has moved
            return await _left(reader, chat, room, scene), scene.ticket.revision
        url = await _url_of(chat, room, await reader.card_of(scene.ticket.id, room.name))
        return burst_line(scene, url), scene.ticket.revision
    scene = await _with_urls(desk, reader, chat, room, scene)
    if job.what is What.CARD:
        return ticket_card(scene), scene.ticket.revision
    if job.what is What.ALERT:
        url = await _url(reader, chat, home, scene.ticket.id)
        entry = await reader.entry(job.entry) if job.entry is not None else None
        if entry is not None and isinstance(ended := entry.event, ChainEnded):
            people = called(scene.agents, scene.queue, room.name, ended)
            return chain_end_card(scene, url, ended, entry.at, people), scene.ticket.revision
        if entry is not None and isinstance(shared := entry.event, StarsShared):
            return stars_card(scene, url, shared), scene.ticket.revision
        alarm = Alarm() if entry is None else _alarm(scene, room, entry)
        return alert_card(scene, url, alarm), scene.ticket.revision
    card = await _line(reader, chat, room, job, scene)
    return (card, job.wanted) if card is not None else None


async def _line(reader: Reader, chat: Chat, room: Room, job: Delivery, scene: Scene) -> Card | None:
    match job.what:
        case What.MESSAGE if job.message is not None:
            line = scene.line(job.message) or await reader.line(job.message)
            # who has just written a reply there must be able to take it back there
            if line is None or (_is_late(job) and not job.undo):
                return None
            if job.left and line.direction is Direction.INBOUND and not line.deleted:
                return await _left(reader, chat, room, scene)
            return message_line(scene, line, mention=job.mention)
        case What.EVENT if job.entry is not None:
            entry = await reader.entry(job.entry)
            if entry is None or (_is_late(job) and not isinstance(entry.event, Moved)):
                return None
            if job.left and isinstance(entry.event, DeedProposed):  # which quotes the message
                return await _left(reader, chat, room, scene)
            if isinstance(entry.event, StageReached):
                return stage_line(scene, entry.event, entry.at, room.name)
            dismissed = await _is_dismissed(reader, entry)
            return event_line(
                scene,
                entry.event,
                entry.agent,
                room.name,
                rule=entry.rule,
                is_dismissed=dismissed,
            )
        case What.ANNOUNCE if job.occasion is not None and _is_news(scene.ticket, job):
            url = await _url(reader, chat, room, scene.ticket.id)
            return announcement(scene, job.occasion, url)
        case _:
            return None


def _is_news(ticket: Ticket, job: Delivery) -> bool:
    """Tell whether what is announced still holds: a room that was shut hears of nothing past."""
    if _is_late(job):
        return False
    match job.occasion:
        case Occasion.UNASSIGNED:
            return ticket.status is Status.OPEN and ticket.assignee is None
        case Occasion.WOKEN | Occasion.REOPENED:
            return ticket.status is Status.OPEN
        case Occasion.DELETION | None:
            return True


def _burst_card(desk: Desk, burst: Burst) -> Card:
    queue = desk.policy.queue_of(burst.queue, burst.account)
    account = desk.policy.account_of(burst.account, "", queue.name)
    return burst_card(burst, account, desk.traits_of(account, account.channel), queue.calendar.zone)


def _is_late(job: Delivery) -> bool:
    """Tell whether a line is not in its room yet, and the ticket has left it meanwhile."""
    return job.left and job.state is not DeliveryState.SENT


async def _is_dismissed(reader: Reader, entry: Entry) -> bool:
    """Tell whether somebody has said that the tickets of a suggested link are of two customers."""
    if not isinstance(entry.event, LinkSuggested):
        return False
    other = entry.event.other
    return any(
        isinstance(each.event, LinkDismissed) and each.event.other == other
        for each in await reader.entries(entry.ticket)
    )


def _alarm(scene: Scene, room: Room, entry: Entry) -> Alarm:
    match entry.event:
        case Breached(due_at, kind) as event:
            level, planned = AlertLevel.BREACH, event.planned_at or due_at
        case Alerted(_, planned, kind) as event:
            level = told_as(event)
        case _:
            return Alarm()
    agents = awake(scene.agents, scene.policy, scene.ticket, event, entry.at)
    people = called(agents, scene.queue, room.name, event)
    return Alarm(kind, level, planned, entry.at, people)


def _home(policy: Policy, queue: Queue, room: Room) -> Room:
    """Return where a queue's cards are for those who read a room: there, or near, or far away.

    In another chat there is no link for them.
    """
    rooms = [policy.rooms[name] for name in queue.rooms]
    near = (each for each in rooms if each.chat == room.chat)
    return room if room in rooms else next(near, rooms[0])


async def _left(reader: Reader, chat: Chat, room: Room, scene: Scene) -> Card:
    home = _home(scene.policy, scene.queue, room)
    return left_line(scene, await _url(reader, chat, home, scene.ticket.id))


async def _moved_by(reader: Reader, scene: Scene) -> int | None:
    """Return who moved the ticket last; None if a rule did."""
    entries = await reader.entries(scene.ticket.id)
    return next((e.agent for e in reversed(entries) if isinstance(e.event, Moved)), None)


async def _with_urls(desk: Desk, reader: Reader, chat: Chat, room: Room, scene: Scene) -> Scene:
    """Return the scene knowing where the cards of linked and merged tickets are."""
    ticket = scene.ticket
    into = () if ticket.merged_into is None else (ticket.merged_into,)
    urls = {}
    for id in {*ticket.links, *ticket.merged, *into}:
        url = await _url(reader, chat, room, id)
        if url is None and (other := await reader.ticket(id)) is not None:
            queue = desk.policy.queue_of(other.queue, other.account)
            url = await _url(reader, chat, _home(desk.policy, queue, room), id)
        if url is not None:
            urls[id] = url
    return replace(scene, urls=urls)


async def _url(reader: Reader, chat: Chat, room: Room, ticket: int) -> str | None:
    """Return a link to the ticket's card, or to its line in a burst's thread."""
    card = await reader.card_of(ticket, room.name)
    return await _url_of(chat, room, card or await reader.line_of(ticket, room.name))


async def _url_of(chat: Chat, room: Room, card: str | None) -> str | None:
    """Return a link to a message of ours; a line without its link is better than no line."""
    if card is None or room.chat != chat.name:
        return None
    with suppress(CareError):
        return await chat.url(room, card)
    return None
