"""report (`/care-report`): a day or more in figures, to the asker alone or in the room.

Every number leads to its tickets: `tickets late`, as a button asks too, lists them for the asker alone.
On a timer its room reads it, as if it had been asked there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from chatops.arguments import FormOnly, Named, OrWord
from chatops.behind import Behind, Figure, tickets_csv
from chatops.call import Answer, Call, Origin, looks
from chatops.card import Card, Facts, File, Paragraph
from chatops.cards.behind_card import Said, behind_card, page_of, tickets_of
from chatops.cards.leads import Told, leads, window_of, window_told
from chatops.cards.list_card import public_names
from chatops.cards.report_card import By, Figures, report_card
from chatops.cards.report_charts import course_blocks
from chatops.cards.report_facts import report_facts
from chatops.cards.split_card import split_card
from chatops.counting import Counting
from chatops.course import course, days_left, hours
from chatops.figures import queues_for, zone_here, zone_of
from chatops.handling import Escalation
from chatops.narrowing import Filters, Narrowed, narrowed
from chatops.periods import MOST_DAYS, Days, Period, day_at, period_of
from chatops.policy import Role
from chatops.ports import Reader
from chatops.scene import Agent
from chatops.splits import Count, Group, Happened, Key, Split, against, csv_lines, split
from chatops.text import text
from chatops.ticket import Refusal

#: The longest report, with an hour or two where clocks change.
_LONGEST: Final = timedelta(days=MOST_DAYS + 1)
#: Seconds that are a time still: in the year 5138.
_FAR: Final = 10**11


class Place(StrEnum):
    IN_ROOM = "in_room"


class Form(StrEnum):
    CSV = "csv"


class Report(Filters):
    period: Annotated[str, OrWord(Days)] = Days.TODAY.value
    by: Split | None = None
    place: Place | None = None
    form: Form | None = None
    tickets: Annotated[Figure | None, Named("of_tickets", Figure)] = None
    page: Annotated[int, Named("of_page")] = Field(1, ge=1, le=10_000)
    #: Of a button: the very seconds since 1970 of which its figure is, whatever the day is by now.
    since: Annotated[int | None, FormOnly] = Field(None, ge=0, le=_FAR)
    until: Annotated[int | None, FormOnly] = Field(None, ge=0, le=_FAR)


@looks("report", Report)
async def report(args: Report, call: Call, reader: Reader) -> Answer | Refusal:
    # a file is given to its asker alone, and so are tickets
    is_alone = args.form is not None or args.tickets is not None
    of_room = args.place is Place.IN_ROOM or call.origin is Origin.TIMER
    if is_alone and call.origin is Origin.TIMER:
        return Refusal(text("report-alone"))
    in_room = of_room and not is_alone
    if not (held := queues_for(call, Role.VIEWER, in_room=of_room)):
        return Refusal(text("no-role"))
    agents = await reader.agents()
    of = narrowed(args, held, call, agents, in_room=in_room)
    if isinstance(of, Refusal):
        return of
    if args.tickets is not None and args.by is not None:
        return Refusal(text("report-one-thing"), field="by")
    counting = Counting(reader, call.policy, of.queues, zone_here(call, of.queues), of.only)
    if args.tickets is not None and (window := _pressed(args, call)) is not None:
        return await _tickets(args, args.tickets, window, call, counting, of, agents)
    period = await _period(args.period, call, of.queues, reader)
    if isinstance(period, Refusal):
        return period
    if args.tickets is not None:
        window = period.start, period.end
        return await _tickets(args, args.tickets, window, call, counting, of, agents)
    if args.by is not None or args.form is not None:
        return await _split(args, period, call, counting, of, agents, in_room=in_room)
    before = await counting.counted(period.before(), call.now)
    now = await counting.counted(period, call.now)
    backlog = await counting.backlog(period.end, is_past=period.is_whole)
    now = replace(now, backlog=backlog)
    facts = Facts(report_facts(now, before, call.policy.targets, call.channels))
    rows = (of.queues, period.start, period.end, of.only)
    by = [each for each in By if not in_room or of.named or each is not By.AGENT]
    only = None if of.named else call.agent.id
    closes = await reader.closes(*rows)
    figures = Figures(period.first, now.counts, closes, call.channels, agents)
    levels = await reader.levels(*rows)
    went = course_blocks(course(await reader.happened(*rows), period, levels))
    card = report_card(period, (*_of(of), facts, *went), figures, by, only)
    to = leads(now, _told(args, period.start, period.end, of))
    more = text("report-more")
    blocks = (*card.blocks, *to.said)
    card = replace(card, blocks=blocks, buttons=to.buttons, menu=to.menu, more=more)
    return Answer(card, _is_posted(call, in_room=in_room))


def _is_posted(call: Call, *, in_room: bool) -> bool:
    """Tell whether the desk is to post an answer that a room reads: of the timer the schedule does."""
    return in_room and call.origin is not Origin.TIMER


def _pressed(args: Report, call: Call) -> tuple[datetime, datetime] | None:
    """Return the window that a button names, if it does: of no more than a report, and not to come."""
    if args.since is None or args.until is None:
        return None
    start, end = window_of(args.since, args.until)
    return start, min(max(start, end), call.now, start + _LONGEST)


def _told(args: Report, start: datetime, end: datetime, of: Narrowed) -> Told:
    """Return what a button says of which figures it is, apart from which."""
    return *window_told(start, end), *of.told, *_place(args)


def _place(args: Report) -> Told:
    return (("place", args.place.value),) if args.place is not None else ()


def _of(of: Narrowed) -> tuple[Paragraph, ...]:
    """Say to what a report is narrowed."""
    return (Paragraph(text("listing", items=of.of)),) if of.of else ()


async def _tickets(
    args: Report,
    figure: Figure,
    window: tuple[datetime, datetime],
    call: Call,
    counting: Counting,
    of: Narrowed,
    agents: Sequence[Agent],
) -> Answer | Refusal:
    """Return the tickets behind a figure, a page or a file of them."""
    rows = await counting.behind(figure, *window)
    if args.form is not None:
        name = f"report-{figure}.csv"
        zone = zone_of(call, of.queues)
        file = File(name, tuple(tickets_csv(figure, rows, zone)), zone.key)
        return _file(file, ("tickets", figure.value), *_told(args, *window, of))
    tickets = tickets_of(rows)
    page, shown = page_of(tickets, args.page)
    listed = await counting.reader.those(shown)
    told = (("tickets", figure.value), *_told(args, *window, of))
    is_past = window[1] < call.now.replace(microsecond=0)  # a button says whole seconds
    then = counting.date_of(window[1]) if is_past else None
    said = Said(figure, *window, of.of, told, page, then)
    reasons = await _reasons(rows, shown, counting.reader)
    private = tuple(each.ticket.id for each in listed if each.ticket.private)
    return Answer(behind_card(said, rows, listed, reasons, agents, call), private=private)


async def _reasons(
    rows: Sequence[Behind], shown: Sequence[int], reader: Reader
) -> Mapping[int, str]:
    """Return the words of the notes that say why tickets were escalated."""
    found: dict[int, str] = {}
    for row in rows:
        if row.ticket in shown and isinstance(row.why, Escalation) and row.why.note is not None:
            note = await reader.line(row.why.note)
            found |= {row.why.note: note.text} if note is not None else {}
    return found


async def _split(
    args: Report,
    period: Period,
    call: Call,
    counting: Counting,
    of: Narrowed,
    agents: Sequence[Agent],
    *,
    in_room: bool,
) -> Answer | Refusal:
    by = args.by or Split.DAY
    if by is Split.AGENT and in_room and not of.named:
        return Refusal(text("report-no-names"))
    alone = call.agent.id if by is Split.AGENT and not of.named else None
    rows, groups = await _groups(by, period, counting, of, alone)
    if by is Split.DAY:
        meant = (of.queues, period.start, period.end, of.only)
        groups = days_left(groups, period, await counting.reader.levels(*meant))
    else:
        groups = against(groups, (await _groups(by, period.before(), counting, of, alone))[1])
    if by is Split.HOUR:  # among them those in which only the time before had anything
        groups = hours(groups, period)
    if args.form is None:
        told = _told(args, period.start, period.end, of)
        waits = [row.at for row in rows if row.what is Count.WAITING]
        targets = call.policy.targets
        card = split_card(period, groups, by, call.channels, agents, told, waits, targets)
        card = replace(card, blocks=(*_of(of), *card.blocks))
        return Answer(card, _is_posted(call, in_room=in_room))
    lines = tuple(csv_lines(groups, by, public_names(agents)))
    days, what = period.written.replace("..", "_"), by.removeprefix("by_")
    file = File(f"report-{days}-{what}.csv", lines, period.zone.key)
    return _file(file, ("period", period.asked), ("by", by.value), *of.told, *_place(args))


async def _groups(
    by: Split, period: Period, counting: Counting, of: Narrowed, alone: int | None
) -> tuple[Sequence[Happened], Mapping[Key, Group]]:
    """Return what happened in a period, and its figures; by agent of the one who is `alone` shown."""
    rows = await counting.reader.happened(of.queues, period.start, period.end, of.only)
    if alone is not None:
        rows = [row for row in rows if row.agent == alone]
    groups = split(rows, by, period)
    if by is Split.AGENT:
        groups = await counting.by_agent(period, groups, alone)
    return rows, groups


def _file(file: File, *told: tuple[str, str]) -> Answer:
    """Return a file, which a link may ask for again by what was told."""
    again = {**dict(told), "form": Form.CSV.value}
    said = text("report-file-alone" if "place" in again else "report-file", name=file.name)
    return Answer(Card(push=said, blocks=(Paragraph(said),)), file=file, again=again)


async def _period(
    said: str, call: Call, queues: tuple[str, ...], reader: Reader
) -> Period | Refusal:
    zone = zone_of(call, queues)
    # up to a whole second, which is what a button can say
    period = period_of(said, call.now.replace(microsecond=0), zone, call.policy.day_starts)
    if period is None:
        return _not_understood(said, call)
    if isinstance(period, Refusal):
        return period
    first = await reader.first_opened(call.now)
    if first is not None and period.end <= first:
        day = day_at(first, zone, call.policy.day_starts)
        return Refusal(text("report-too-early", first=str(day)))
    return period


def _not_understood(said: str, call: Call) -> Refusal:
    usage = text("usage", prefix=call.policy.summons, line=text("usage-report"))
    return Refusal(text("word-not-taken", word=said, usage=usage), field="period")
