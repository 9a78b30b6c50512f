"""Teams beside Slack in one queue: what app.yaml says of it, what stands there, and who looks at it.

Teams takes no mark and lets no app look for its own posts. So a post is known by the id that the
service keeps of it, and one whose id nobody knows by its words.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.sandbox import world
from adapters.sandbox.teams import TeamsCloud
from adapters.sandbox.teams.state import BOT, Message
from tests.faults.nursery import PATIENCE
from tests.faults.verdict import Sent

#: The room in Teams, its id there, and the queue that it is of, beside that queue's room in Slack.
HALL: Final = "hall"
HALL_ID: Final = world.TEAMS_GLOBAL.id
QUEUE: Final = "south"

#: She answers what is asked in Teams, and presses there; a lead, for it is leads who are asked about
#: posts that are of no ticket.
MAYA: Final = world.TEAMS_MAYA.id

CHAT: Final = """\
  teams:
    app_id: {app_id}
    tenant: {tenant}
    secret: ${{TEAMS_SECRET}}
    login: {clouds}/teams/login
    metadata: {clouds}/teams/metadata/.well-known/openidconfiguration
    connector: {clouds}/teams/connector/
    speed: {speed}"""
PEOPLE: Final = f"""\
  maya: {{ name: Maya, language: en, ids: {{ teams: {MAYA} }}, roles: {{ "*": lead }} }}"""


@dataclass
class Hall:
    """The room in Teams, and what has been said there about posts of unknown fate."""

    cloud: TeamsCloud
    settled: dict[int, str] = field(default_factory=dict)  #: delivery -> `there` or `again`

    def posts(self) -> list[Message]:
        """Our posts that everybody sees, the oldest first."""
        return [
            each
            for each in self.cloud.state.in_conversation(HALL_ID)
            if each.sender == BOT and not each.deleted and each.private_to is None
        ]

    def post(self, external_id: str | None) -> Message | None:
        """The post that the service knows by that id."""
        return self.cloud.state.message(HALL_ID, str(external_id).partition("@")[0])

    def unknown(self, sent: Iterable[Sent]) -> list[Message]:
        """The posts whose ids the service does not know; of a question there may be two."""
        known = {str(each.external_id).partition("@")[0] for each in sent if each.to == HALL}
        return [
            each for each in self.posts() if each.id not in known and not _offered(each, "settle")
        ]

    def found(
        self,
        wanted: Sent,
        unknown: Iterable[Message],
        sent: Iterable[Sent],
        said: Mapping[int, str],
    ) -> Message | None:
        """Look for a post of unknown id where it would stand; `said` are the words of messages."""
        roots = {
            str(d.external_id)
            for d in sent
            if d.what == "card" and d.ticket == wanted.ticket and d.to == HALL
        }
        words = said.get(wanted.message or 0)
        for each in unknown:
            is_here = each.root in roots if wanted.what in {"message", "event"} else not each.root
            told = [text for text in said.values() if text in shown(each)]
            if is_here and (words in told if words else not told and not _is_card(each)):
                return each
        return None

    async def press(
        self, command: str, on: Message, *, ticket: int | None = None, **args: str
    ) -> bool:
        """Press a button of a post; False if it has none that brings these arguments."""
        for action in _offered(on, command):
            data = action["data"]
            given = data.get("a", {})
            if ticket in {None, data.get("t")} and args.items() <= given.items():
                await self.cloud.hands.execute(MAYA, HALL_ID, on.id, action)
                return True
        return False

    async def press_away(self, old: Message) -> None:
        """Press an older copy of a card until the service has deleted it, as it does with those."""
        async with asyncio.timeout(PATIENCE):
            while not old.deleted:
                action = next(_actions(old))
                if action["type"] == "Action.Execute":
                    await self.cloud.hands.execute(MAYA, HALL_ID, old.id, action)
                else:
                    await self.cloud.dialogs.fetch(MAYA, HALL_ID, old.id, action)
                await asyncio.sleep(0.1)

    def old_cards(self, sent: Iterable[Sent]) -> list[Message]:
        """Copies of cards that were posted again, as nobody knew whether they were there."""
        return [each for each in self.unknown(sent) if _is_card(each)]


def shown(post: Message) -> str:
    """All that a post shows, as JSON without spaces."""
    return json.dumps(
        [post.summary, post.text, post.cards], separators=(",", ":"), ensure_ascii=False
    )


def _is_card(post: Message) -> bool:
    return post.root is None and any(action["data"].get("o") for action in _actions(post))


def _offered(post: Message, command: str) -> list[dict[str, Any]]:
    return [each for each in _actions(post) if each["data"].get("c") == command]


def _actions(post: Message) -> Iterator[dict[str, Any]]:
    for card in post.cards:
        yield from (each for each in card.get("actions", ()) if "data" in each)
