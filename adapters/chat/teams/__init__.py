"""Microsoft Teams: cards as Adaptive Cards, forms as dialogs, and one listener that makes Calls.

Read in this order: `settings` (what app.yaml says), `clouds` (Microsoft's clouds), `writing` (words,
safely), `adaptive` (a card), `forms` (a dialog and back), `reading` (activities into values),
`people` (who may), `listeners`, `presses` and `dialogs` (an activity becomes a Call and an answer),
`answers` (telling one person), `deliver` (the outbox's verbs), `chat` (all of it opened as one),
`diagnose`, `package`. Beneath them is the way to Teams: `gate` (whose activity it is), `link` (the
route, and the only module that knows the SDK), `tokens`, `addresses` and `connector` (our calls).
"""
