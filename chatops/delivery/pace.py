"""Lawful rates: token buckets on transport time, and pauses that a far side asked for.

A `Bucket` is pure. How far they are used up stands in the database, so that all processes together keep them, and a
restart forgets neither.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chatops.ports import Cap, ChatLimits, Spent, Tx

#: A bucket that will be full later than its own cap allows, and by more than this, was spent on a
#: clock that was wrong, and says nothing of now.
WRONG: Final = timedelta(minutes=1)

#: Nothing is used up.
_FULL: Final = Spent()


@dataclass(frozen=True, slots=True)
class Bucket:
    """At most `cap.calls` in `cap.seconds`, `cap.burst` at once; a pause holds all of it."""

    cap: Cap
    spent: Spent = _FULL

    def ready_at(self, now: datetime) -> datetime:
        """Return the earliest time at which a call may be made."""
        ready = max(now, self._full_at(now) - self._gap * (self.cap.burst - 1))
        if self.spent.paused_until is not None:
            ready = max(ready, self.spent.paused_until)
        return ready

    def after_call(self, now: datetime) -> "Bucket":
        """Return the bucket with one call counted."""
        full_at = max(self._full_at(now), now) + self._gap
        return replace(self, spent=replace(self.spent, full_at=full_at))

    def paused(self, until: datetime) -> "Bucket":
        """Return the bucket in which no call is made before `until`."""
        until = max(self.spent.paused_until or until, until)
        return replace(self, spent=replace(self.spent, paused_until=until))

    def _full_at(self, now: datetime) -> datetime:
        """Return when it will be full again; `now` or before if it is."""
        full_at = self.spent.full_at or now
        return full_at if full_at <= now + self._gap * self.cap.burst + WRONG else now

    @property
    def _gap(self) -> timedelta:
        return timedelta(seconds=self.cap.seconds / self.cap.calls)


@dataclass(frozen=True, slots=True)
class ChatPace:
    """The names of one chat's buckets and what they hold at the most: a room's, one for each of
    its caps, and the workspace's for posts and for updates.
    """

    chat: str
    limits: ChatLimits

    def of_post(self, room: str) -> dict[str, Cap]:
        """Return what a post to a room spends."""
        return {**self._of_room(room), f"posts:{self.chat}": self.limits.posts}

    def of_update(self, room: str) -> dict[str, Cap]:
        """Return what an update spends: in some chats the room's too, which then lead."""
        spent = self._of_room(room) if self.limits.updates_in_room else {}
        return {**spent, f"updates:{self.chat}": self.limits.updates}

    def _of_room(self, room: str) -> dict[str, Cap]:
        """Return a room's buckets; the first is named as it was when a room had one."""
        return {
            f"room:{room}{f'#{number}' if number > 1 else ''}": cap
            for number, cap in enumerate(self.limits.room, 1)
        }


class Buckets:
    """The buckets that a transaction has in hand, locked until its end."""

    def __init__(self, tx: Tx, caps: Mapping[str, Cap]) -> None:
        spent = tx.spent(sorted(caps))
        self._tx = tx
        self._held = {name: Bucket(cap, spent[name]) for name, cap in caps.items()}

    def ready_at(self, names: Sequence[str], now: datetime) -> datetime:
        """Return the earliest time at which one call may be made that spends all of these."""
        return max(self._held[name].ready_at(now) for name in names)

    def spend(self, names: Sequence[str], now: datetime) -> None:
        """Count one call."""
        self._change(names, lambda bucket: bucket.after_call(now))

    def pause(self, names: Sequence[str], until: datetime) -> None:
        """Let none of these be spent before `until`."""
        self._change(names, lambda bucket: bucket.paused(until))

    def _change(self, names: Sequence[str], change: Callable[[Bucket], Bucket]) -> None:
        for name in names:
            self._held[name] = bucket = change(self._held[name])
            self._tx.spend(name, bucket.spent)
