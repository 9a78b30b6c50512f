"""snooze: the ticket rests until a time, or until the customer answers, and why."""

from collections.abc import Iterator, Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from chatops.arguments import FormOnly
from chatops.call import Acts, Call, on_ticket
from chatops.card import Choice, Form, Paragraph, TextBox
from chatops.cards.clock_words import clock_named, clock_words
from chatops.event import ClockKind, Snoozed, SnoozeReason
from chatops.scene import Scene
from chatops.sla import nearest
from chatops.text import Text, text
from chatops.ticket import Refusal
from chatops.wake_times import PRESETS, Wake, read_wake

_OTHER = "other"

_OF_REPLIES = frozenset({ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.CEILING})


class Snooze(BaseModel):
    until: str
    when: Annotated[str, FormOnly] = ""  #: a time in words, where the form's choice is "other"
    reason: SnoozeReason | None = None


def form(fields: Mapping[str, str], scene: Scene, call: Call) -> Form:
    ticket = scene.ticket.id
    presets = tuple((word, _label(word, scene, call)) for word in (*PRESETS, _OTHER))
    reasons = tuple((one.value, text(f"snooze-{one.value}")) for one in SnoozeReason)
    return Form(
        "snooze",
        ticket,
        text("form-snooze", ticket=ticket),
        text("button-snooze"),
        (
            *_runs_on(scene),
            Choice("until", text("field-until"), presets, fields.get("until")),
            TextBox("when", text("field-when"), initial=fields.get("when", ""), optional=True),
            Choice("reason", text("field-reason"), reasons, fields.get("reason"), optional=True),
        ),
    )


@on_ticket("snooze", Snooze, form=form)
def snooze(args: Snooze, scene: Scene, call: Call) -> Acts:
    wake = _wake(args.when or args.until, scene, call)
    if wake is None:
        said = text("time-not-understood", words=args.when or args.until)
        return Refusal(said, field="when" if args.when or args.until == _OTHER else "until")
    usual = SnoozeReason.LATER if wake.until else SnoozeReason.WAITING_CUSTOMER
    return [Snoozed(args.reason or usual, wake.until, call.agent.id)]


def _runs_on(scene: Scene) -> Iterator[Paragraph]:
    """Say that no snooze stops the clock of a reply that the customer waits for (SLA.md rule 8)."""
    clock = nearest(each for each in scene.clocks if each.kind in _OF_REPLIES)
    if clock is not None:
        said = clock_words(scene, clock)
        yield Paragraph(
            text("snooze-runs-on", clock=clock_named(clock.kind), said=said), small=True
        )


def _wake(words: str, scene: Scene, call: Call) -> Wake | None:
    room = call.policy.rooms.get(call.room or "")
    zone = room.zoneinfo if room is not None else ZoneInfo(scene.queue.calendar.zone)
    return read_wake(words, call.now, scene.queue.calendar, zone)


def _label(word: str, scene: Scene, call: Call) -> Text:
    wake = _wake(word, scene, call)
    if wake is None or wake.until is None:
        return text(f"wake-{word}")
    return text(f"wake-{word}", at=wake.until)
