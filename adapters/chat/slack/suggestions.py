"""What a searched select offers while a person types in it.

Slack asks with each keystroke and waits three seconds (docs.slack.dev/reference/block-kit/
block-elements/select-menu-element). The options are those of the form made anew: what is offered is
what the desk lets this person choose now.
"""

from typing import Final

from adapters.chat import _matching
from adapters.chat.slack.answers import Answers
from adapters.chat.slack.forms import OPTIONS, option
from adapters.chat.slack.modals import Modals
from adapters.chat.slack.writing import JSON, Voice
from chatops.card import Choice
from chatops.errors import CareError, StorageError

NOTHING: Final[JSON] = {"options": []}


class Suggestions:
    def __init__(self, modals: Modals, answers: Answers) -> None:
        self._modals = modals
        self._answers = answers

    async def offer(self, body: JSON) -> JSON:
        """Return the options for what was typed; none where the form is closed to the person."""
        try:
            made = await self._modals.made(body)
        except (CareError, StorageError):
            return NOTHING
        if made is None:
            return NOTHING
        form, place, agent = made
        for part in form.parts:
            if isinstance(part, Choice) and part.name == body["action_id"]:
                voice = await self._answers.voice(place, agent)
                return {"options": matching(part, body.get("value") or "", voice)}
        return NOTHING


def matching(choice: Choice, typed: str, voice: Voice) -> list[JSON]:
    """Return the first hundred options that fit what was typed."""
    return [
        option(*each, voice) for each in _matching.matching(choice, typed, voice.plain, OPTIONS)
    ]
