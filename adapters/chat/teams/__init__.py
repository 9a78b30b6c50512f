"""Microsoft Teams: cards as Adaptive Cards, forms as dialogs, and one listener that makes Calls."""
