"""External selects: what a person types is sent to the app, which answers the options."""

from typing import Any

from adapters.sandbox.slack import payloads
from adapters.sandbox.slack.catalogue import SUGGESTED
from adapters.sandbox.slack.checks import Inspection
from adapters.sandbox.slack.delivery import Delivery
from adapters.sandbox.slack.hands import CannotBeDone, Done, Hands, find
from adapters.sandbox.slack.refusal import JSON
from adapters.sandbox.slack.state import State

#: Letters that are typed before the app is asked, where the element does not say.
_QUERY = 3

_TROUBLE = "We had some trouble connecting. Try again?"


class Suggestions:
    """The list that opens under an external select."""

    def __init__(self, state: State, delivery: Delivery, hands: Hands) -> None:
        self._state = state
        self._delivery = delivery
        self._hands = hands

    async def ask(
        self,
        me: str,
        action_id: str,
        typed: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
    ) -> Done:
        """Type in an external select, of a message (`channel`, `ts`) or of a view.

        What it offers then can be chosen. Too few letters ask for nothing.
        """
        if view_id:
            view = self._hands.view(me, view_id)
            pressed = _external(view.content["blocks"], action_id, block_id)
            payload, where = payloads.suggestion_in_view(self._state, view, pressed, typed), view_id
        else:
            message = self._hands.message(me, channel or "", ts or "")
            pressed = _external(message.blocks, action_id, block_id)
            payload = payloads.suggestion_on_message(self._state, me, message, pressed, typed)
            where = f"{channel} {ts}"
        block, element = pressed
        least = element.get("min_query_length", _QUERY)
        if len(typed) < least and self._state.limits.on("query_length"):
            return {"acked": None, "options": []}
        answer = await self._delivery.ask("interactive", payload)
        done: Done = {"acked": answer.acked, "ms": answer.ms}
        if not answer.acked:
            done["error"] = str(answer.error)
        elif (given := self._checked(answer.payload)) is None:
            done["error"] = "invalid_options"
        else:
            groups = given.get("option_groups", ())
            key = (me, where, block["block_id"], element["action_id"])
            listed = [option for group in groups for option in group["options"]]
            self._state.suggested[key] = [*given.get("options", ()), *listed]
            done["options"] = list(given.get("options", ()))
            done["option_groups"] = list(groups)
        if "error" in done:
            self._state.notice(me, done["error"], _TROUBLE)
        return done

    def _checked(self, given: object) -> dict[str, Any] | None:
        """The answer if Slack can show it: either `options` or `option_groups`, in bounds."""
        look = Inspection(self._state.limits)
        SUGGESTED(look, "", given)
        if not isinstance(given, dict) or look.faults:
            return None
        return given


def _external(blocks: list[JSON], action_id: str, block_id: str | None) -> tuple[JSON, JSON]:
    pressed = find(blocks, action_id, block_id)
    if not pressed[1]["type"].endswith("external_select"):
        raise CannotBeDone(f"{action_id} has its options already")
    return pressed
