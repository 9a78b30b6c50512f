"""How the figures of a report are said: numbers and shares. Pure."""

from chatops.measures import Share
from chatops.text import Text, text


def number_said(count: int) -> Text:
    return text("number", count=count)


def share_said(share: Share) -> Text:
    if share.percent is None:
        return text("report-no-response")
    return text("report-share", percent=share.percent, part=share.part, whole=share.whole)


def percent_said(share: Share) -> Text:
    if share.percent is None:
        return text("report-no-response")
    return text("report-percent", percent=share.percent)
