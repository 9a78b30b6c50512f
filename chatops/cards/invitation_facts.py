"""What became of invitations into direct messages, as a line of a report. Pure."""

from collections.abc import Callable, Sequence

from chatops.measures import Invitation, abandoned, opened_soon
from chatops.text import Text, text


def invitations_said(
    invitations: Sequence[Invitation], spread_said: Callable[[Sequence[int]], Text]
) -> Text:
    """Say how many were asked, how many of them wrote soon, and how many are waited for no more."""
    opened = [each.opened_s for each in invitations if each.opened_s is not None]
    return text(
        "report-invited",
        invited=len(invitations),
        soon=len(opened_soon(invitations)),
        abandoned=len(abandoned(invitations)),
        median=spread_said(opened),
    )
