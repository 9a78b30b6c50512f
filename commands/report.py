"""report (`/care-report`): a day or more in figures, to the asker alone or in the room."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.card import Card, Facts, File, Paragraph
from chatops.cards.list_card import public_names
from chatops.cards.report_card import By, Figures, report_card
from chatops.cards.report_charts import course_blocks
from chatops.cards.report_facts import Counted, is_provisional, report_facts
from chatops.cards.split_card import split_card
from chatops.course import course
from chatops.figures import may_name_people, queues_for, zone_of
from chatops.line import OrWord
from chatops.periods import Day, Period, period_of
from chatops.policy import Role
from chatops.ports import Reader
from chatops.splits import Split, csv_lines, split
from chatops.text import text
from chatops.ticket import Refusal


class Place(StrEnum):
    IN_ROOM = "in_room"


class Form(StrEnum):
    CSV = "csv"


class Report(BaseModel):
    period: Annotated[str, OrWord(Day)] = Day.TODAY.value
    by: Split | None = None
    place: Place | None = None
    form: Form | None = None


@looks("report", Report)
async def report(args: Report, call: Call, reader: Reader) -> Answer | Refusal:
    # a file is given to its asker alone
    in_room = args.place is Place.IN_ROOM and args.form is None
    if not (queues := queues_for(call, Role.VIEWER, in_room=in_room)):
        return Refusal(text("no-role"))
    period = await _period(args.period, call, queues, reader)
    if isinstance(period, Refusal):
        return period
    if args.by is not None or args.form is not None:
        return await _split(args, period, call, queues, reader, in_room=in_room)
    before = await _counted(queues, period.before(), call.now, reader)
    counted = await _counted(queues, period, call.now, reader)
    facts = report_facts(counted, before, await reader.open_since(queues), call.now)
    closes = await reader.closes(queues, period.start, period.end)
    named = may_name_people(call, queues, in_room=in_room)
    by = [each for each in By if not in_room or named or each is not By.AGENT]
    only = None if named else call.agent.id
    agents = await reader.agents()
    figures = Figures(period.first, counted.counts, closes, call.channels, agents)
    happened = await reader.happened(queues, period.start, period.end)
    went = course_blocks(course(happened, period))
    return Answer(report_card(period, (Facts(facts), *went), figures, by, only), in_room)


async def _split(
    args: Report,
    period: Period,
    call: Call,
    queues: tuple[str, ...],
    reader: Reader,
    *,
    in_room: bool,
) -> Answer | Refusal:
    by, named = args.by or Split.DAY, may_name_people(call, queues, in_room=in_room)
    if by is Split.AGENT and in_room and not named:
        return Refusal(text("report-no-names"))
    rows = await reader.happened(queues, period.start, period.end)
    if by is Split.AGENT and not named:
        rows = [row for row in rows if row.agent == call.agent.id]
    groups = split(rows, by, period)
    names = public_names(await reader.agents())
    if args.form is None:
        return Answer(split_card(period, groups, by, call.channels, names), in_room)
    lines = tuple(csv_lines(groups, by, names))
    days, what = period.written.replace("..", "_"), by.removeprefix("by_")
    file = File(f"report-{days}-{what}.csv", lines, period.zone.key)
    said = text("report-file", name=file.name)
    again = {"period": period.written, "by": by.value, "form": Form.CSV.value}
    return Answer(Card(push=said, blocks=(Paragraph(said),)), file=file, again=again)


async def _period(
    said: str, call: Call, queues: tuple[str, ...], reader: Reader
) -> Period | Refusal:
    zone = zone_of(call, queues)
    period = period_of(said, call.now, zone, call.policy.day_starts)
    if period is None:
        usage = text("usage", prefix=call.policy.summons, line=text("usage-report"))
        return Refusal(text("word-not-taken", word=said, usage=usage), field="period")
    if isinstance(period, Refusal):
        return period
    first = await reader.first_opened(call.now)
    if first is not None and period.end <= first:
        return Refusal(text("report-too-early", first=str(first.astimezone(zone).date())))
    return period


async def _counted(
    queues: tuple[str, ...], period: Period, now: datetime, reader: Reader
) -> Counted:
    counts = await reader.counts(queues, period.start, period.end)
    by_rule = await reader.quiet_counts(queues, period.start, period.end)
    measures = await reader.measures(queues, period.start, period.end)
    return Counted(counts, sum(by_rule.values()), measures, is_provisional(period, now))
