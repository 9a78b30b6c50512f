"""What people in Slack and Teams see of tickets, bursts and messages, against what the database knows of them.

That the outbox says `shown` proves nothing: here the words and buttons of the messages are read.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from chatops.ticket import Status, Ticket
from tests.faults import hall
from tests.faults.process import ROOMS, Stage
from tests.faults.verdict import Sent, Verdict

#: A message of a customer or of ours: id, direction, text, state.
Said = tuple[int, str, str, str | None]

#: A fact's number, as mrkdwn has it.
_FIGURE: Final = re.compile(r":\*\s(\d+)")


def cards(stage: Stage, verdict: Verdict, tickets: Sequence[Ticket], sent: Sequence[Sent]) -> None:
    """Each ticket has its card, or in a burst its line, and that offers what may be done with it."""
    there = {(d.ticket, d.to): d for d in sent if d.what == "card"}
    lines = Counter((d.ticket, d.to) for d in sent if d.what == "line")
    verdict.doubled += [f"ticket {key}: its line" for key, count in lines.items() if count > 1]
    for ticket, room in [(t, room) for t in tickets for room in stage.rooms_of(t.queue)]:
        card = there.get((ticket.id, room))
        if card is None:
            has_line = ticket.lined and lines[ticket.id, room]
            if not (ticket.quiet or has_line):
                verdict.lost.append(f"ticket {ticket.id} has no card in {room}")
            continue
        if (shown := _shown(stage, card)) is None:
            verdict.lost.append(f"ticket {ticket.id}: its card in {room}")
            continue
        offers = _offers(shown, "claim", "reopen", "close")
        wanted = {
            "claim": ticket.status is Status.OPEN and ticket.assignee is None,
            "reopen": ticket.status is Status.CLOSED,
            "close": ticket.status is not Status.CLOSED,
        }
        if offers != wanted or card.wanted != ticket.revision:
            verdict.untrue.append(
                f"ticket {ticket.id} is {ticket.status} at {ticket.revision}, assigned to "
                f"{ticket.assignee}; its card in {room} at {card.shown} offers {offers}"
            )


def bursts(
    stage: Stage,
    verdict: Verdict,
    earlier: Mapping[int, int],
    tickets: Sequence[Ticket],
    sent: Sequence[Sent],
) -> None:
    """A burst's card counts its tickets as they are, and each line offers what its ticket needs.

    `earlier` is how many tickets had cards of their own before each burst, by its number.
    """
    by_id = {ticket.id: ticket for ticket in tickets}
    for each in sent:
        shown = _shown(stage, each)
        if shown is None:  # which is found elsewhere
            continue
        if each.what == "burst":
            figures = [int(number) for number in _FIGURE.findall(shown)]
            counts = _counts([t for t in tickets if t.burst == each.burst])
            counts[0] += earlier[each.burst or 0]
            if figures != counts:
                verdict.untrue.append(f"burst {each.burst} is {counts}; its card says {figures}")
        elif each.what == "line":
            ticket = by_id[each.ticket or 0]
            is_free = ticket.status is not Status.CLOSED and ticket.assignee is None
            wanted = {"claim": ticket.lined and is_free, "card": ticket.lined}
            if (offers := _offers(shown, "claim", "card")) != wanted:
                verdict.untrue.append(f"ticket {ticket.id}: its line offers {offers}")


def lines(stage: Stage, verdict: Verdict, said: Sequence[Said], sent: Sequence[Sent]) -> None:
    """Each message's line holds its words, and Undo only while it can be undone."""
    by_id = {id: (text, state) for id, _, text, state in said}
    for each in sent:
        if each.what != "message" or (shown := _shown(stage, each)) is None:
            continue
        text, state = by_id[each.message or 0]
        if text not in shown:
            verdict.untrue.append(f"message {each.message}: its line does not say {text!r}")
        if _offers(shown, "undo")["undo"] and state != "waiting":
            verdict.untrue.append(f"message {each.message} is {state}; its line offers undo")


def _shown(stage: Stage, sent: Sent) -> str | None:
    """What a delivery's message holds; None where there is none."""
    if stage.hall is not None and sent.to == hall.HALL:
        post = stage.hall.post(sent.external_id)
        return None if post is None else hall.shown(post)
    message = stage.slack.state.message(ROOMS.get(sent.to, ""), str(sent.external_id))
    return None if message is None else str(message.blocks)


def _offers(shown: str, *commands: str) -> dict[str, bool]:
    return {name: f'"c":"{name}"' in shown for name in commands}


def _counts(tickets: Sequence[Ticket]) -> list[int]:
    """All, unclaimed, in hand and closed: no ticket of a burst changes its queue here."""
    closed = sum(ticket.status is Status.CLOSED for ticket in tickets)
    free = sum(t.status is not Status.CLOSED and t.assignee is None for t in tickets)
    return [len(tickets), free, len(tickets) - closed - free, closed]
