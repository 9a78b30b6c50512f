"""To what a report is narrowed, as conditions that stand in its statements whether used or not.

So each statement is one text with one plan: the window of its index leads, and what is not asked for
is an empty word, or the number 0, that lets every ticket through.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Text, and_, or_

from chatops.report import Only
from storage.instant import micros
from storage.statement import Param, param
from storage.tables import ENTRY, TICKET

#: In a pattern an underscore is any letter, and may stand in a tag.
_ESCAPE: Final = "!"


def window(start: datetime, end: datetime, only: Only) -> dict[str, Param]:
    """Return the parameters that the statements of a period have in common."""
    return {"start": micros(start), "end": micros(end), **narrowing(only)}


def narrowing(only: Only) -> dict[str, Param]:
    """Return the parameters of the conditions below."""
    tag = "" if only.tag is None else f'%"{only.tag.replace("_", f"{_ESCAPE}_")}"%'
    return {
        "only_channel": only.channel or "",
        "only_kind": only.kind.value if only.kind is not None else "",
        "only_language": only.language or "",
        "only_priority": only.priority.value if only.priority is not None else "",
        "only_tag": tag,
        "only_agent": only.agent or 0,
    }


def _either(name: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(param(f"only_{name}", Text) == "", condition)


def _of_agent(column: ColumnElement[Any]) -> ColumnElement[bool]:
    agent = param("only_agent", BigInteger)
    return or_(agent == 0, column == agent)


#: That a ticket is one of those meant, whoever has it.
meant: Final = and_(
    *(
        _either(name, TICKET.c[name] == param(f"only_{name}", Text))
        for name in ("channel", "kind", "language", "priority")
    ),
    _either("tag", TICKET.c.tags.like(param("only_tag", Text), escape=_ESCAPE)),
)
#: That the agent who is meant, if any, has the ticket now.
theirs: Final = _of_agent(TICKET.c.assignee)
#: That they did what an entry of the log says.
by_them: Final = _of_agent(ENTRY.c.agent)
