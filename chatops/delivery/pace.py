"""Lawful rates: token buckets on transport time, and pauses that a far side asked for."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chatops.ports import Cap, ChatLimits


class Bucket:
    """At most `cap.calls` in `cap.seconds`, `cap.burst` at once; a pause holds all of it."""

    def __init__(self, cap: Cap) -> None:
        self._gap = timedelta(seconds=cap.seconds / cap.calls)
        self._burst = cap.burst
        self._full_at: datetime | None = None  #: when the bucket will be full again
        self._paused_until: datetime | None = None

    def ready_at(self, now: datetime) -> datetime:
        """Return the earliest time at which a call may be made."""
        ready = now
        if self._full_at is not None:
            ready = max(ready, self._full_at - self._gap * (self._burst - 1))
        if self._paused_until is not None:
            ready = max(ready, self._paused_until)
        return ready

    def spend(self, now: datetime) -> None:
        """Count one call."""
        self._full_at = max(self._full_at or now, now) + self._gap

    def pause(self, until: datetime) -> None:
        """Make no call before `until`."""
        self._paused_until = max(self._paused_until or until, until)


@dataclass(slots=True)
class ChatPace:
    """One chat's buckets: its rooms', and the workspace's for posts and for updates.

    Whoever looks for something to send does so in `turn`, from asking the buckets to spending: else
    ten rooms would count on the same call, and nine look in vain.
    """

    limits: ChatLimits
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    posts: Bucket = field(init=False)
    updates: Bucket = field(init=False)
    _rooms: dict[str, Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.posts = Bucket(self.limits.posts)
        self.updates = Bucket(self.limits.updates)

    def room(self, name: str) -> Bucket:
        """Return the bucket of one room."""
        return self._rooms.setdefault(name, Bucket(self.limits.room))

    def spend(self, room: str, now: datetime, *, update: bool) -> None:
        """Count one call to a room."""
        for bucket in [self.updates] if update else [self.posts, self.room(room)]:
            bucket.spend(now)
