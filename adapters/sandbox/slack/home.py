"""App Home: the Home tab that an app publishes for each person, and the person who opens it.

It is a view like a modal, but of its own kind: it has no title and nothing to submit, stays from
one publication to the next under the same id, and each person has their own.
"""

from adapters.sandbox.slack.hands import CannotBeDone, Done
from adapters.sandbox.slack.happenings import tell_opened
from adapters.sandbox.slack.method import Args, Method
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import State
from adapters.sandbox.slack.views import change, checked_view, new_view, view_shown


def publish(state: State, args: Args) -> JSON:
    """views.publish: make or replace one person's Home tab."""
    user = args.needed("user_id")
    if user not in state.people or state.people[user].is_bot:
        raise Refused("user_not_found")
    if not state.app.home_tab and state.limits.on("home_tab_on"):
        raise Refused("not_enabled")
    view = state.homes.get(user)
    content = checked_view(state, args.structured("view", "invalid_arguments"), "home", view)
    given = args.text("hash")
    if given and (view is None or given != view.hash) and state.limits.on("home_hash"):
        raise Refused("hash_conflict")
    if view is None:
        view = state.homes[user] = new_view(state, user, content)
        state.changed()
    else:
        change(state, view, content)
    return {"view": view_shown(state, view)}


class Home:
    """The app in a person's sidebar."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def open(self, me: str, tab: str = "home") -> Done:
        """Open the app at one of its tabs; the app hears of it at every visit."""
        person = self._state.people.get(me)
        if person is None or person.team_id not in {None, self._state.workspace.team_id}:
            raise CannotBeDone(f"{me} is not of this workspace")
        app = self._state.app
        shown = {"home": app.home_tab, "messages": app.messages_tab}
        if not shown.get(tab):
            raise CannotBeDone(f"the app has no tab {tab}")
        # App Home is the direct messages with the app, though nothing is written yet.
        self._state.room_of(me, app.bot_user)
        self._state.changed()
        view = self._state.homes.get(me)
        known = view_shown(self._state, view) if view and tab == "home" else None
        tell_opened(self._state, me, tab, known)
        return {"acked": None}


METHODS = (Method("views.publish", publish, 4),)
