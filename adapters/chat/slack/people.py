"""Who somebody in Slack is to us: an agent, or why they may not act here.

The workspace is the one where we are installed; guests and people of other workspaces, who sit in
shared rooms, are refused even where app.yaml names them.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.chat.slack.reading import Place
from adapters.chat.slack.web import Web
from adapters.chat.slack.writing import CHAT, JSON
from chatops.desk import Desk
from chatops.errors import TryLater, Unreached
from chatops.policy import Policy
from chatops.ports import Reader
from chatops.scene import Agent
from chatops.text import Text, text

#: Refuses whom app.yaml does not name and no one-time code has made known.
STRANGER: Final = text("slack-stranger")

_KNOWN_FOR: Final = 300.0  # seconds that a person's standing is believed
_KNOWN_AT_MOST: Final = 900.0  # and while Slack cannot be asked
_NAMED_FOR: Final = 60.0  # seconds that our people's Slack ids are believed


@dataclass(frozen=True, slots=True)
class Installation:
    """Where we are installed, as auth.test says."""

    team: str
    bot_user: str
    bot_id: str
    url: str  #: of the workspace


@dataclass(slots=True)
class People:
    """Our people in Slack. Looking somebody up costs a call once in five minutes."""

    desk: Desk
    reader: Reader
    web: Web
    _installation: Installation | None = None
    _agents: Mapping[int, Agent] = field(default_factory=dict)
    _agents_until: float = 0.0
    _standing: dict[str, tuple[float, Agent | Text]] = field(default_factory=dict)
    _under: Policy | None = None

    async def installation(self) -> Installation:
        """Return where we are installed; asked once.

        Raises:
            Rejected, TryLater, Unreached: the token does not hold, or Slack cannot be asked.
        """
        if self._installation is None:
            said = await self.web.read("auth.test")
            self._installation = Installation(
                said["team_id"], said["user_id"], said["bot_id"], said["url"]
            )
        return self._installation

    async def link(self, channel: str, ts: str) -> str:
        """Return the link to a message, which Slack makes of the channel's and the message's ids.

        Raises:
            Rejected, TryLater, Unreached: as `installation`.
        """
        workspace = (await self.installation()).url.rstrip("/")
        return f"{workspace}/archives/{channel}/p{ts.replace('.', '')}"

    async def agents(self) -> Mapping[int, Agent]:
        """Return our people by agent id."""
        self._keep_up()
        now = asyncio.get_running_loop().time()
        if now >= self._agents_until:
            self._agents = {agent.id: agent for agent in await self.reader.agents()}
            self._agents_until = now + _NAMED_FOR
        return self._agents

    def name_of(self, user: str) -> str | None:
        """Return the name by which app.yaml knows the person with that Slack id."""
        person = self.desk.policy.person_by_identity(CHAT, user)
        return person.name if person else None

    async def who(self, place: Place) -> Agent | Text:
        """Return the agent who acts, or the sentence that refuses them."""
        home = (await self.installation()).team
        if place.teams - {home}:
            return text("slack-other-workspace")
        self._keep_up()
        now = asyncio.get_running_loop().time()
        at, standing = self._standing.get(place.user, (-math.inf, None))
        if standing is not None and now - at < _KNOWN_FOR:
            return standing
        try:
            found = await self._look_up(place.user, home)
        except (TryLater, Unreached):
            # Slack limits or is away. Who stood well a moment ago may go on; a new one waits.
            if standing is None or now - at >= _KNOWN_AT_MOST:
                raise
            return standing
        # a stranger: asking costs no call, and a one-time code may make them somebody
        if found != STRANGER and self._under is self.desk.policy:
            self._standing[place.user] = (now, found)
        return found

    async def newcomer(self, place: Place) -> Agent | Text:
        """Return a member of the workspace who is nobody of ours yet as one without any role.

        Guests and people of other workspaces are refused here too.
        """
        home = (await self.installation()).team
        found = (await self.web.read("users.info", user=place.user))["user"]
        nobody = Agent(0, place.user, place.user, None, {}, identities={CHAT: place.user})
        return _refusal(found, home) or nobody

    def forget(self, user: str) -> None:
        """Look the person up anew the next time."""
        self._standing.pop(user, None)
        self._agents_until = 0.0

    def _keep_up(self) -> None:
        """Forget who had which roles where app.yaml was read anew."""
        if self._under is not self.desk.policy:
            self._under = self.desk.policy
            self._standing.clear()
            self._agents_until = 0.0

    async def _look_up(self, user: str, home: str) -> Agent | Text:
        agent = await self.desk.person(CHAT, user)
        if agent is None:
            return STRANGER
        found = (await self.web.read("users.info", user=user))["user"]
        return _refusal(found, home) or agent


def _refusal(user: JSON, home: str) -> Text | None:
    """Return why this user of Slack may not act, if so."""
    # In an organisation of several workspaces, a person's first one need not be ours.
    teams = {user.get("team_id"), *(user.get("enterprise_user") or {}).get("teams", ())}
    if home not in teams or user.get("is_stranger"):
        return text("slack-other-workspace")
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return text("slack-guest")
    return STRANGER if user.get("is_bot") or user.get("deleted") else None
