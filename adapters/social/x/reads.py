"""What searching for hashtags has used: reads of the month, and requests of the rate window. Pure.

X charges what an answer holds, and not the asking: a search that finds nothing is free. A post or
person is charged once a UTC day. It does not say whether that holds for what is included beside the
posts found, the posts that they answer and their authors; here they count, so that the figures err
to the dear side. The months are of UTC and begin on the first; X's invoices may begin on another day.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

#: US dollars for reading a post, and a person (docs.x.com, x-api/getting-started/pricing, 2026-09).
POST_DOLLARS: Final = 0.005
PERSON_DOLLARS: Final = 0.010

#: X gives no page for fewer posts than this (docs.x.com, GET /2/tweets/search/recent).
LEAST: Final = 10
MOST: Final = 100


class Window(BaseModel):
    """An endpoint's rate window, as X's headers tell of it."""

    model_config = ConfigDict(frozen=True)

    limit: int
    left: int
    ends_at: AwareDatetime


class Reads(BaseModel):
    """The counts of one month; it stands in the vault as one of the account's cursors."""

    model_config = ConfigDict(frozen=True)

    month: str  #: of UTC, as 2026-11
    posts: int = 0
    people: int = 0
    searched_at: AwareDatetime | None = None  #: when X last answered, were it in another month
    window: Window | None = None

    @classmethod
    def at(cls, now: datetime, kept: str | None) -> Self:
        """Return the counts of this month; `kept` is what was kept, if anything was."""
        month = f"{now.astimezone(UTC):%Y-%m}"
        before = cls.model_validate_json(kept) if kept is not None else cls(month=month)
        if before.month == month:
            return before
        return before.model_copy(update={"month": month, "posts": 0, "people": 0})

    def after(self, posts: int, people: int, window: Window | None, now: datetime) -> Self:
        """Return the counts after an answer."""
        counted = {"posts": self.posts + posts, "people": self.people + people}
        return self.model_copy(update={**counted, "window": window, "searched_at": now})

    def page(self, cap: int) -> int | None:
        """Return for how many posts to ask next under the month's cap, or None once it is reached.

        What a page includes beside them may still pass the cap, by no more than that one page.
        """
        left = cap - self.posts
        return min(MOST, left) if left >= LEAST else None

    def wait(self, now: datetime) -> timedelta:
        """Return how long X takes no further request."""
        if self.window is None or self.window.left > 0:
            return timedelta()
        return max(timedelta(), self.window.ends_at - now)

    @property
    def dollars(self) -> float:
        """About what X charges for this month so far, at most."""
        return self.posts * POST_DOLLARS + self.people * PERSON_DOLLARS

    def expected(self, now: datetime) -> int:
        """Return how many posts the month will have had at the pace of its first part."""
        begun = _first(now)
        return round(
            self.posts * ((next_month(now) - begun) / max(now - begun, timedelta(hours=1)))
        )


def next_month(now: datetime) -> datetime:
    """Return when the next month of UTC begins."""
    return _first(_first(now) + timedelta(days=31))


def _first(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
