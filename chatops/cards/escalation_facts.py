"""What a report says of escalations. Pure."""

from collections.abc import Sequence

from chatops.cards.figure_words import number_said, share_said
from chatops.handling import Escalation, by_hand, by_level, by_target, escalated
from chatops.measures import Share
from chatops.text import Text, text


def escalations_said(rows: Sequence[Escalation], new: int) -> Text:
    """Say how many tickets were escalated, against how many came; and where to, how far, by whom."""
    if not rows:
        return number_said(0)
    hands = by_hand(rows)
    return text(
        "report-escalations",
        share=escalated_said(rows, new),
        targets=tuple(
            text("labelled", label=text("words", words=target), value=number_said(count))
            for target, count in by_target(rows).items()
        ),
        levels=tuple(
            text("report-level", level=level, count=count)
            for level, count in by_level(rows).items()
        ),
        hands=hands,
        chains=len(rows) - hands,
    )


def escalated_said(rows: Sequence[Escalation], new: int) -> Text:
    """Say the share alone."""
    share = Share(escalated(rows), new)
    return share_said(share) if share.part and share.whole else number_said(share.part)
