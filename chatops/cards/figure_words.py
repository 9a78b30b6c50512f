"""How the figures of a report are said: numbers and shares. Pure."""

from chatops.handling import Handling
from chatops.measures import Share
from chatops.text import Text, text


def number_said(count: int) -> Text:
    return text("number", count=count)


def share_said(share: Share) -> Text:
    if share.percent is None:
        return text("report-no-response")
    return text("report-share", percent=share.percent, part=share.part, whole=share.whole)


def canned_said(handling: Handling) -> Text:
    """Say how many of the replies were canned."""
    return share_said(Share(handling.canned, handling.replies))


def percent_said(share: Share) -> Text:
    if share.percent is None:
        return text("report-no-response")
    return text("report-percent", percent=share.percent)
