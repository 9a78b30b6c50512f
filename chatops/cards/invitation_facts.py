"""What became of invitations into direct messages, as a line of a report. Pure."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from chatops.measures import Invitation
from chatops.text import Text, text

#: A customer who writes within this time was handed over in one go (REPORTS.md).
SOON: Final = timedelta(hours=24)


def invitations_said(
    invitations: Sequence[Invitation], spread_said: Callable[[Sequence[int]], Text]
) -> Text:
    """Say how many were asked, how many of them wrote soon, and how many are waited for no more."""
    opened = [each.opened_s for each in invitations if each.opened_s is not None]
    return text(
        "report-invited",
        invited=len(invitations),
        soon=sum(seconds <= SOON.total_seconds() for seconds in opened),
        abandoned=sum(each.is_abandoned for each in invitations),
        median=spread_said(opened),
    )
