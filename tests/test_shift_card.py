"""The card at the end of a shift."""

from chatops.card import Paragraph
from chatops.cards.shift_card import SHOWN, shift_end_card
from chatops.ports import Listed
from chatops.text import text
from tests.scenes import CUSTOMER, NOW, ticket


def test_more_tickets_than_fit_are_counted() -> None:
    held = [Listed(ticket(id=number), CUSTOMER, "", None) for number in range(1, 13)]
    card = shift_end_card(held, 12, NOW)
    assert card.title == text("shift-end-title", count=12)
    assert len(card.blocks) == SHOWN + 2
    assert card.blocks[-1] == Paragraph(text("list-more", shown=SHOWN, total=12), small=True)
    assert [button.command for button in card.buttons] == ["handover", "list"]
