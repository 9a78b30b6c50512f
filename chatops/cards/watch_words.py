"""What is watched, though nobody promised it, in words: reply windows and hand-overs. Pure.

As in `clock_words`, what stands on a card holds until something draws it again: the tick does so in
the moment when a window closes.
"""

from chatops.event import AlertLevel, ClockKind
from chatops.scene import Scene
from chatops.sla import Clock, Outcome
from chatops.text import Text, text
from chatops.ticket import Status, is_shut


def window_words(scene: Scene) -> Text | None:
    """Say until when the network takes a reply, or that it takes none; None: it always does."""
    until = scene.ticket.reply_until
    if until is None:
        return None
    if is_shut(scene.ticket, scene.now):
        return text("window-closed", until=until)
    kind = ClockKind.REPLY_WINDOW
    clock = next((each for each in scene.clocks if each.kind is kind), None)
    is_soon = clock is not None and clock.outcome is None and clock.alerted is AlertLevel.DUE_SOON
    return text("window-closes-soon" if is_soon else "window-closes", until=until)


def handover_words(scene: Scene) -> Text | None:
    """Say how an invitation into direct messages stands, as long as none has come."""
    if scene.ticket.private or scene.ticket.status is Status.CLOSED:
        return None
    kind = ClockKind.DM_HANDOVER
    clock = next((each for each in scene.clocks if each.kind is kind), None)
    if clock is None or clock.outcome in {Outcome.MET, Outcome.WAIVED}:
        return None
    since, until = clock.started_at, clock.due_at or clock.started_at
    if clock.outcome is Outcome.LAPSED:
        return text("aside-handover-abandoned", since=since)
    return text("aside-handover", since=since, until=until)


def watched_words(clock: Clock) -> Text:
    """Say how a watch stands."""
    if clock.outcome in {Outcome.MET, Outcome.WAIVED}:
        return text(f"watch-{clock.kind.value}-{clock.outcome.value}")
    how = "lapsed" if clock.outcome is Outcome.LAPSED else "runs"
    return text(f"watch-{clock.kind.value}-{how}", until=clock.due_at or clock.started_at)
