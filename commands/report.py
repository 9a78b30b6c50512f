"""report (`/care-report`): the day in figures, to the asker alone or in the room."""

from enum import StrEnum

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.cards.report_card import By, Figures, report_card
from chatops.figures import day_of, may_name_people, queues_for
from chatops.policy import Role
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal


class Day(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"


class Place(StrEnum):
    IN_ROOM = "in_room"


class Report(BaseModel):
    day: Day = Day.TODAY
    place: Place | None = None


@looks("report", Report)
async def report(args: Report, call: Call, reader: Reader) -> Answer | Refusal:
    in_room = args.place is Place.IN_ROOM
    if not (queues := queues_for(call, Role.VIEWER, in_room=in_room)):
        return Refusal(text("no-role"))
    window = day_of(call, queues, days_ago=int(args.day is Day.YESTERDAY))
    counts = await reader.counts(queues, window.start, window.end)
    closes = await reader.closes(queues, window.start, window.end)
    named = may_name_people(call, queues, in_room=in_room)
    by = [each for each in By if not in_room or named or each is not By.AGENT]
    only = None if named else call.agent.id
    by_rule = await reader.quiet_counts(queues, window.start, window.end)
    agents, quiet = await reader.agents(), sum(by_rule.values())
    figures = Figures(window.day, counts, closes, call.channels, agents, quiet)
    return Answer(report_card(figures, by, only), in_room)
