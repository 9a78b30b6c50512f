"""Slack: cards as Block Kit, forms as modals, and three listeners that make Calls.

Read in this order: `settings` (what app.yaml says), `writing` (words, safely), `blocks` (a card),
`forms` (a modal and back), `reading` (payloads into values), `people` (who may), `listeners` and
`press` (a press becomes a Call and an answer), `answers` (telling one person), `typing` (a form made
anew), `deliver` (the outbox's verbs), `chat` (all of it opened as one), `diagnose`, `manifest`.
"""
