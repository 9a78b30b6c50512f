"""Dialogs as a person meets them: opened by a button, searched in, submitted, closed."""

from dataclasses import dataclass

from adapters.sandbox.teams import answers
from adapters.sandbox.teams.answers import Closed, Found, Opened, Said, Wrong
from adapters.sandbox.teams.cards import inputs_of, way_to
from adapters.sandbox.teams.hands import SORRY, Hands
from adapters.sandbox.teams.inputs import CannotBeDone, Unfit, gathered
from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.state import Dialog, State

_CONTEXT = {"theme": "default"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a button that opens a dialog."""

    #: The open dialog's id.
    dialog: str | None = None
    #: A sentence in its place.
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What came of a dialog's button."""

    closed: bool
    #: A sentence: of the app, or of the window about the form.
    message: str | None = None


class Dialogs:
    """What people do with dialogs; everybody has at most one open."""

    def __init__(self, state: State, hands: Hands) -> None:
        self._state = state
        self._hands = hands

    async def fetch(
        self, me: str, channel: str, id: str, action: JSON, inputs: JSON | None = None
    ) -> Fetched:
        """Press an Action.Submit whose data say `task/fetch`."""
        on = self._hands.seen(me, channel, id)
        _, cards = self._hands.standing(me, on, action, "Action.Submit")
        data = action.get("data")
        teams = data.get("msteams") if isinstance(data, dict) else None
        if not isinstance(teams, dict) or teams.get("type") != "task/fetch":
            raise CannotBeDone("this action opens no dialog")
        try:
            filled = gathered(cards, action, inputs or {}, {}, self._state.limits)
        except Unfit as unfit:
            return Fetched(message=str(unfit))
        value = {"data": filled, "context": _CONTEXT}
        answer = await self._hands.invoke(me, on, "task/fetch", value)
        match answers.of_fetch(answer, self._state.limits):
            case Opened(title, height, width, card):
                dialog = Dialog(self._state.new_id("d"), me, on, title, height, width, card)
                self._state.dialogs[me] = dialog
                self._state.changed()
                return Fetched(dialog=dialog.id)
            case Said(text):
                return Fetched(message=text)
            case Wrong(why):
                self._state.notice(me, SORRY, why)
                return Fetched(message=SORRY)

    async def submit(
        self, me: str, dialog: str, action: JSON, inputs: JSON | None = None
    ) -> Submitted:
        """Press an Action.Submit of the dialog, with what is filled in.

        What the window finds amiss with an input is said in the dialog, and nothing is sent.
        """
        open_ = self._mine(me, dialog)
        cards = way_to(open_.card, action)
        if not cards or action.get("type") != "Action.Submit" or action.get("isEnabled") is False:
            raise CannotBeDone("this is no Action.Submit of the dialog that can be pressed")
        try:
            data = gathered(cards, action, inputs or {}, open_.offered, self._state.limits)
        except Unfit as unfit:
            return self._stays(open_, str(unfit))
        answer = await self._hands.invoke(
            me, open_.message, "task/submit", {"data": data, "context": _CONTEXT}
        )
        match answers.of_submit(answer, self._state.limits):
            case Opened(title, height, width, card):
                open_.title, open_.height, open_.width = title, height, width
                open_.card, open_.error = card, None
                self._state.changed()
                return Submitted(closed=False)
            case Said(text):
                self._close(open_)
                return Submitted(closed=True, message=text)
            case Closed():
                self._close(open_)
                return Submitted(closed=True)
            case Wrong(why):
                self._state.notice(me, SORRY, why)
                return self._stays(open_, SORRY)

    async def search(
        self, me: str, dialog: str, dataset: str, value: str, inputs: JSON | None = None
    ) -> list[JSON]:
        """Type in a choice set that searches: what it offers, nothing where that failed.

        `inputs` are those of the card, which the app gets where the query asks for them.
        """
        open_ = self._mine(me, dialog)
        queries = [
            element["choices.data"]
            for element in inputs_of((open_.card,)).values()
            if element.get("choices.data", {}).get("dataset") == dataset
        ]
        if not queries:
            raise CannotBeDone(f"the dialog searches in no {dataset}")
        asked: JSON = {
            "queryText": value,
            "queryOptions": {"skip": 0, "top": int(queries[0].get("count", 15))},
            "dataset": dataset,
        }
        if queries[0].get("associatedInputs", "none").lower() == "auto":
            asked["data"] = dict(inputs or {})
        answer = await self._hands.invoke(me, open_.message, "application/search", asked)
        match answers.of_search(answer, self._state.limits):
            case Found(choices):
                offered = {str(choice["value"]) for choice in choices}
                open_.offered.setdefault(dataset, set()).update(offered)
                return list(choices)
            case Wrong(why):
                self._state.notice(me, SORRY, why)
                return []

    def close(self, me: str, dialog: str) -> None:
        """Close it by its cross: the app is told nothing."""
        self._close(self._mine(me, dialog))

    def _mine(self, me: str, dialog: str) -> Dialog:
        found = self._state.dialogs.get(me)
        if found is None or found.id != dialog:
            raise CannotBeDone(f"{me} has no open dialog {dialog}")
        return found

    def _stays(self, dialog: Dialog, error: str) -> Submitted:
        dialog.error = error
        self._state.changed()
        return Submitted(closed=False, message=error)

    def _close(self, dialog: Dialog) -> None:
        if self._state.dialogs.get(dialog.person) is dialog:
            del self._state.dialogs[dialog.person]
        self._state.changed()
