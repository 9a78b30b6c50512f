"""report (`/care-report`): a day or more in figures, to the asker alone or in the room."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.cards.report_card import By, Figures, report_card
from chatops.cards.report_facts import Counted, is_provisional, report_facts
from chatops.figures import may_name_people, queues_for, zone_of
from chatops.line import OrWord
from chatops.periods import Day, Period, period_of
from chatops.policy import Role
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal


class Place(StrEnum):
    IN_ROOM = "in_room"


class Report(BaseModel):
    period: Annotated[str, OrWord(Day)] = Day.TODAY.value
    place: Place | None = None


@looks("report", Report)
async def report(args: Report, call: Call, reader: Reader) -> Answer | Refusal:
    in_room = args.place is Place.IN_ROOM
    if not (queues := queues_for(call, Role.VIEWER, in_room=in_room)):
        return Refusal(text("no-role"))
    period = await _period(args.period, call, queues, reader)
    if isinstance(period, Refusal):
        return period
    before = await _counted(queues, period.before(), call.now, reader)
    counted = await _counted(queues, period, call.now, reader)
    facts = report_facts(counted, before, await reader.open_since(queues), call.now)
    closes = await reader.closes(queues, period.start, period.end)
    named = may_name_people(call, queues, in_room=in_room)
    by = [each for each in By if not in_room or named or each is not By.AGENT]
    only = None if named else call.agent.id
    agents = await reader.agents()
    figures = Figures(period.first, counted.counts, closes, call.channels, agents)
    return Answer(report_card(period, facts, figures, by, only), in_room)


async def _period(
    said: str, call: Call, queues: tuple[str, ...], reader: Reader
) -> Period | Refusal:
    zone = zone_of(call, queues)
    period = period_of(said, call.now, zone)
    if period is None:
        usage = text("usage", prefix=call.policy.prefix, line=text("usage-report"))
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
