"""Submitting and closing a modal, and what the app's acknowledgement does to it."""

from adapters.sandbox.slack import payloads
from adapters.sandbox.slack.delivery import Answer, Delivery
from adapters.sandbox.slack.hands import CannotBeDone, Done, Hands
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import OpenView, State
from adapters.sandbox.slack.views import change, checked_view, put_above, value_field

_TROUBLE = "We had some trouble connecting. Try again?"
_MISSING = "Please complete this required field."


class Modals:
    """The submit and close buttons of a person's views."""

    def __init__(self, state: State, delivery: Delivery, hands: Hands) -> None:
        self._state = state
        self._delivery = delivery
        self._hands = hands

    async def submit(
        self, me: str, view_id: str, values: dict[str, dict[str, object]] | None = None
    ) -> Done:
        """Fill the given fields and submit. Slack itself refuses what is missing or too long."""
        view = self._modal(me, view_id)
        self._hands.fill(me, view_id, values or {})
        if errors := _unfit(view):
            return {"acked": None, "response_action": "errors", "errors": errors}
        answer = await self._delivery.ask("interactive", payloads.submission(self._state, view))
        done: Done = {"acked": answer.acked, "ms": answer.ms}
        if not answer.acked:
            done["error"] = str(answer.error)
            self._state.notice(me, done["error"], _TROUBLE)
            return done
        try:
            self._follow(me, view, answer, done)
        except Refused as refusal:
            # What the app asked for cannot be shown; the person only learns that it failed.
            done["error"] = refusal.error
            self._state.notice(me, refusal.error, _TROUBLE)
        return done

    async def close(self, me: str, view_id: str, *, all_of_them: bool = False) -> Done:
        """Close one view, or every one of the stack; the app hears of it if it asked to."""
        view = self._modal(me, view_id)
        stack = self._state.views[me]
        cleared = all_of_them or bool(view.content.get("clear_on_close"))
        gone = list(reversed(stack)) if cleared else [view]
        self._state.views[me] = [one for one in stack if one not in gone]
        self._state.changed()
        done: Done = {"acked": None}
        for one in gone:
            if one.content.get("notify_on_close"):
                payload = payloads.closing(self._state, one, all_of_them=cleared)
                answer = await self._delivery.ask("interactive", payload)
                done = {"acked": answer.acked, "ms": answer.ms}
        return done

    def _modal(self, me: str, view_id: str) -> OpenView:
        view = self._hands.view(me, view_id)
        if view.content["type"] != "modal":
            raise CannotBeDone("a Home tab is neither submitted nor closed")
        return view

    def _follow(self, me: str, view: OpenView, answer: Answer, done: Done) -> None:
        """Do what the acknowledgement says; an empty one closes the view."""
        given: JSON = answer.payload if isinstance(answer.payload, dict) else {}
        action = given.get("response_action")
        stack = self._state.views.get(me, [])
        if action is None:
            if view in stack:
                stack.remove(view)
        elif action == "clear":
            self._state.views[me] = []
        elif action == "errors":
            done["errors"] = _errors(view, given.get("errors"))
        elif action == "update":
            change(self._state, view, checked_view(self._state, given.get("view"), "modal", view))
        elif action == "push":
            put_above(self._state, me, checked_view(self._state, given.get("view"), "modal"))
        else:
            raise Refused("invalid_response_action")
        if action:
            done["response_action"] = action
        self._state.changed()


def _errors(view: OpenView, given: object) -> dict[str, str]:
    """The app's errors, each at an input block of the view; others Slack cannot show."""
    inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
    if not isinstance(given, dict) or not given or not given.keys() <= inputs:
        raise Refused("invalid_response_errors")
    return {str(block_id): str(text) for block_id, text in given.items()}


def _unfit(view: OpenView) -> dict[str, str]:
    """What Slack's window itself finds wrong with the inputs."""
    errors: dict[str, str] = {}
    for block in view.content["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        typed = view.typed[block["block_id"], element["action_id"]]
        value = typed.get(value_field(element["type"]) or "value")
        length = len(value) if isinstance(value, str) else 0
        if not value:
            if not block.get("optional"):
                errors[block["block_id"]] = _MISSING
        elif length > (most := element.get("max_length", 3000)):
            errors[block["block_id"]] = f"Must be less than {most + 1} characters"
        elif element["type"] == "plain_text_input" and length < element.get("min_length", 0):
            errors[block["block_id"]] = f"Must be at least {element['min_length']} characters"
    return errors
