"""A person's hands: everything one can do in Slack's window, as the page and the tests do it.

Every act waits for the app's acknowledgement, as Slack's window does, and says what came of it.
"""

import uuid
from collections.abc import Callable
from typing import TypedDict

from adapters.sandbox.slack import payloads
from adapters.sandbox.slack.blocks import elements_of
from adapters.sandbox.slack.delivery import Answer, Delivery
from adapters.sandbox.slack.happenings import tell_changed, tell_deleted, tell_posted
from adapters.sandbox.slack.refusal import JSON
from adapters.sandbox.slack.response_url import say_back
from adapters.sandbox.slack.state import Message, OpenView, State, shown
from adapters.sandbox.slack.workspace import Room
from adapters.sandbox.slack.written import written


class Done(TypedDict, total=False):
    """What came of an act, as far as the person can see it."""

    #: None where nothing was sent to the app.
    acked: bool | None
    ms: float
    error: str
    response_action: str
    #: block_id -> what is wrong with it.
    errors: dict[str, str]
    ts: str
    #: What an external select offers; options that stand in groups, each group with its own.
    options: list[JSON]
    option_groups: list[JSON]


class CannotBeDone(Exception):
    """Something that Slack's window gives no way to do: a fault of the caller."""


class Hands:
    """What people do. The first argument is always the id of the one who does it."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery

    async def say(self, me: str, channel: str, text: str, thread_ts: str | None = None) -> Done:
        """Write in a room or a thread. `@name` names somebody, as it would after completion."""
        room = self._my_room(me, channel)
        if not text.strip() or room.archived:
            raise CannotBeDone("there is nothing to send, or nowhere")
        app = self._state.app
        quiet = app.messages_read_only or not app.messages_tab
        if quiet and channel.startswith("D") and app.bot_user in room.members:
            raise CannotBeDone("Sending messages to this app has been turned off.")
        if thread_ts:
            parent = self._state.message(channel, thread_ts)
            if parent is None:
                raise CannotBeDone(f"no thread {thread_ts}")
            thread_ts = parent.thread_ts or parent.ts
        message = self._state.add(
            Message(
                channel=channel,
                ts=self._state.new_ts(),
                user=me,
                text=written(self._state, text),
                thread_ts=thread_ts,
                client_msg_id=str(uuid.uuid4()),
            )
        )
        tell_posted(self._state, message)
        return {"acked": None, "ts": message.ts}

    async def edit(self, me: str, channel: str, ts: str, text: str) -> Done:
        message = self._seen(me, channel, ts)
        if message.user != me:
            raise CannotBeDone("only one's own messages are edited")
        before = shown(message, self._state)
        message.text, message.edited = written(self._state, text), self._state.new_ts()
        self._state.changed()
        tell_changed(self._state, message, before)
        return {"acked": None}

    async def delete(self, me: str, channel: str, ts: str) -> Done:
        """Delete a message: one's own, or an app's as an administrator may."""
        message = self._seen(me, channel, ts)
        if message.user != me and message.bot_id is None:
            raise CannotBeDone("only one's own messages and the app's are deleted")
        message.deleted = True
        self._state.changed()
        if not message.ephemeral_to:
            tell_deleted(self._state, message)
        return {"acked": None}

    async def command(
        self, me: str, channel: str, name: str, text: str = "", thread_ts: str | None = None
    ) -> Done:
        """Type a slash command. Slack has none in threads."""
        self._my_room(me, channel)
        if thread_ts and self._state.limits.on("command_not_in_thread"):
            return self._told(me, "not_in_thread", f"{name} is not supported in threads. Sorry!")
        if name not in self._state.app.commands:
            return self._told(me, "unknown_command", f"{name} is not a valid command.")
        text = written(self._state, text, names=True)
        payload = payloads.command(self._state, me, channel, name, text)
        answer = await self._delivery.ask("slash_commands", payload)
        if not answer.acked:
            error = str(answer.error)
            self._state.notice(me, error, f'{name} failed with the error "{error}"')
        elif answer.payload:
            given = answer.payload
            say_back(
                self._state, me, channel, given if isinstance(given, dict) else {"text": given}
            )
        return _done(answer)

    async def press(
        self,
        me: str,
        action_id: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
        value: object = None,
    ) -> Done:
        """Press a button or choose in a menu, on a message (`channel`, `ts`) or in a view.

        `value` is the chosen option's value, or a list of them.
        """
        if view_id:
            return await self._press_in_view(self._my_view(me, view_id), action_id, block_id, value)
        message = self._seen(me, channel or "", ts or "")
        # The message may have been updated under the person's finger, with new block ids.
        stands = any(block["block_id"] == block_id for block in message.blocks)
        pressed = find(message.blocks, action_id, block_id if stands else None)
        pressed = self._with_options(me, f"{channel} {ts}", pressed)
        payload = self._offered(
            lambda: payloads.press_on_message(self._state, me, message, pressed, value)
        )
        answer = await self._delivery.ask("interactive", payload)
        self._complain(me, answer, "Something went wrong. Try again.")
        return _done(answer)

    async def shortcut(self, me: str, channel: str, ts: str, callback_id: str) -> Done:
        """Choose a message shortcut."""
        message = self._seen(me, channel, ts)
        named = {one.callback_id for one in payloads.shortcuts_of(self._state)}
        if callback_id not in named or message.ephemeral_to:
            raise CannotBeDone(f"the message's menu has no {callback_id}")
        payload = payloads.shortcut(self._state, me, message, callback_id)
        answer = await self._delivery.ask("interactive", payload)
        self._complain(me, answer, "Something went wrong. Try again.")
        return _done(answer)

    async def _press_in_view(
        self, view: OpenView, action_id: str, block_id: str | None, value: object
    ) -> Done:
        pressed = find(view.content["blocks"], action_id, block_id)
        block, element = self._with_options(view.user, view.id, pressed)
        self._fill(view, block, element, value)
        # An input block keeps its value to itself, unless it asks for it to be sent.
        if block["type"] == "input" and not block.get("dispatch_action"):
            return {"acked": None}
        payload = payloads.press_in_view(self._state, view, block["block_id"], element, value)
        answer = await self._delivery.ask("interactive", payload)
        self._complain(view.user, answer, "We had some trouble connecting. Try again?")
        return _done(answer)

    async def type(
        self,
        me: str,
        view_id: str,
        block_id: str,
        action_id: str,
        value: str,
        *,
        enter: bool = False,
    ) -> Done:
        """Type in a modal; the app hears of it only where the input dispatches its action."""
        view = self._my_view(me, view_id)
        block, element = find(view.content["blocks"], action_id, block_id)
        self._fill(view, block, element, value or None)
        config = element.get("dispatch_action_config", {})
        asked = config.get("trigger_actions_on", ["on_enter_pressed"])
        moment = "on_enter_pressed" if enter else "on_character_entered"
        if not block.get("dispatch_action") or moment not in asked:
            return {"acked": None}
        payload = payloads.press_in_view(self._state, view, block_id, element, value or None)
        answer = await self._delivery.ask("interactive", payload)
        self._complain(me, answer, "We had some trouble connecting. Try again?")
        return _done(answer)

    def fill(self, me: str, view_id: str, values: dict[str, dict[str, object]]) -> None:
        """Fill several fields at once: block_id -> action_id -> value."""
        view = self._my_view(me, view_id)
        for block_id, actions in values.items():
            for action_id, value in actions.items():
                pressed = find(view.content["blocks"], action_id, block_id)
                self._fill(view, *self._with_options(me, view_id, pressed), value)

    def view(self, me: str, view_id: str) -> OpenView:
        return self._my_view(me, view_id)

    def message(self, me: str, channel: str, ts: str) -> Message:
        return self._seen(me, channel, ts)

    def _fill(self, view: OpenView, block: JSON, element: JSON, value: object) -> None:
        key = (block["block_id"], element["action_id"])
        if key in view.typed:
            choice = self._offered(lambda: payloads.chosen(element, value))
            view.typed[key] = {"type": element["type"], **choice}
            self._state.changed()

    def _with_options(self, me: str, where: str, pressed: tuple[JSON, JSON]) -> tuple[JSON, JSON]:
        """An external select with what it offered last, and what is chosen in it already."""
        block, element = pressed
        if not element["type"].endswith("external_select"):
            return pressed
        key = (me, where, block["block_id"], element["action_id"])
        chosen = [element.get("initial_option"), *element.get("initial_options", ())]
        if view := self._view_or_none(me, where):
            held = view.typed.get((block["block_id"], element["action_id"]), {})
            chosen += [held.get("selected_option"), *held.get("selected_options", ())]
        options = [*self._state.suggested.get(key, ()), *(one for one in chosen if one)]
        return block, {**element, "options": options}

    def _offered(self, make: Callable[[], JSON]) -> JSON:
        try:
            return make()
        except payloads.NotOffered as fault:
            raise CannotBeDone(str(fault)) from fault

    def _complain(self, me: str, answer: Answer, text: str) -> None:
        if not answer.acked:
            self._state.notice(me, str(answer.error), text)

    def _told(self, me: str, error: str, text: str) -> Done:
        self._state.notice(me, error, text)
        return {"acked": None, "error": error}

    def _my_room(self, me: str, channel: str) -> Room:
        room = self._state.rooms.get(channel)
        if me not in self._state.people or room is None or me not in room.members:
            raise CannotBeDone(f"{me} is not in a room {channel}")
        return room

    def _seen(self, me: str, channel: str, ts: str) -> Message:
        self._my_room(me, channel)
        message = self._state.messages.get(channel, {}).get(ts)
        if message is None or message.deleted or message.ephemeral_to not in {None, me}:
            raise CannotBeDone(f"{me} sees no message {ts}")
        return message

    def _my_view(self, me: str, view_id: str) -> OpenView:
        if view := self._view_or_none(me, view_id):
            return view
        raise CannotBeDone(f"{me} has no open view {view_id}")

    def _view_or_none(self, me: str, view_id: str) -> OpenView | None:
        home = self._state.homes.get(me)
        views = [*self._state.views.get(me, ()), *([home] if home else [])]
        return next((view for view in views if view.id == view_id), None)


def find(blocks: list[JSON], action_id: str, block_id: str | None) -> tuple[JSON, JSON]:
    """The element with that action_id; which block it is in must be said where several have it."""
    found = [
        (block, element)
        for block in blocks
        if block_id in {None, block["block_id"]}
        for element in elements_of(block)
        if element["action_id"] == action_id
    ]
    if len(found) != 1:
        raise CannotBeDone(f"{len(found)} elements have the action_id {action_id}")
    return found[0]


def _done(answer: Answer) -> Done:
    done: Done = {"acked": answer.acked, "ms": answer.ms}
    if answer.error:
        done["error"] = answer.error
    return done
