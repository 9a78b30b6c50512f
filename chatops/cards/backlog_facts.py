"""The lines of a report that say what is open at its period's end. Pure."""

from collections.abc import Iterator

from chatops.behind import Figure
from chatops.cards.figure_labels import label
from chatops.cards.figure_words import number_said
from chatops.measures import by_age
from chatops.targets import Targets, count_held
from chatops.text import Text, text
from chatops.unclosed import Backlog


def backlog_facts(backlog: Backlog, targets: Targets) -> Iterator[tuple[Text, Text]]:
    """Return the lines; of what is open how much wants a hand stands beside it, to be short."""
    still, said = len(backlog.open), number_said(len(backlog.open))
    if still:
        unclaimed, unread, idle = map(len, (backlog.unclaimed, backlog.unread, backlog.idle))
        said = text("report-open-of", open=still, unclaimed=unclaimed, unread=unread, idle=idle)
    yield label(Figure.OPEN, backlog.then), count_held(said, targets.open, still)
    yield label(Figure.SNOOZED, backlog.then), number_said(len(backlog.snoozed))
    if due := backlog.due:
        yield label(Figure.DUE_TODAY, backlog.then), number_said(len(due))
    if backlog.rows:
        opened = [row.opened_at for row in backlog.rows]
        one, three, seven, older = by_age(opened, backlog.at)
        said = text("report-ages", one=one, three=three, seven=seven, older=older)
        yield text("report-age"), said
