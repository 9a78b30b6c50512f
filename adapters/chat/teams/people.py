"""Who somebody in Teams is to us: an agent, or why they may not act here.

People of tenants that are not on the list are refused even where app.yaml names them, and guests are
unless it lets them in. Tenant and object id are the signed activity's own; whether somebody is a guest
the roster of the conversation tells.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from adapters.chat.teams.connector import Connector
from adapters.chat.teams.reading import Place
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.writing import CHAT, JSON
from chatops.desk import Desk
from chatops.errors import CareError, Gone, TryLater, Unreached
from chatops.policy import Policy
from chatops.ports import Reader
from chatops.scene import Agent
from chatops.text import Text, text

#: Refuses whom app.yaml does not name and no one-time code has made known.
STRANGER: Final = text("teams-stranger")

#: The same, where people are known by their address too.
_NOBODYS_ADDRESS: Final = text("teams-stranger-email")

#: Those whom a one-time code may make somebody.
STRANGERS: Final = (STRANGER, _NOBODYS_ADDRESS)

_GUEST: Final = text("teams-guest")
_OTHER_TENANT: Final = text("teams-other-tenant")

_KNOWN_FOR: Final = 300.0  # seconds that a person's standing is believed
_KNOWN_AT_MOST: Final = 900.0  # and while Teams cannot be asked
_NAMED_FOR: Final = 60.0  # seconds that our people's ids are believed

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class People:
    """Our people in Teams. Looking somebody up costs a call once in five minutes."""

    desk: Desk
    reader: Reader
    connector: Connector
    settings: Settings
    _agents: Mapping[int, Agent] = field(default_factory=dict)
    _agents_until: float = 0.0
    _standing: dict[str, tuple[float, Agent | Text]] = field(default_factory=dict)
    _called: dict[str, str] = field(default_factory=dict)  #: object ids by Teams' other ids
    _under: Policy | None = None

    async def agents(self) -> Mapping[int, Agent]:
        """Return our people by agent id."""
        self._keep_up()
        now = asyncio.get_running_loop().time()
        if now >= self._agents_until:
            self._agents = {agent.id: agent for agent in await self.reader.agents()}
            self._agents_until = now + _NAMED_FOR
        return self._agents

    async def who(self, place: Place) -> Agent | Text:
        """Return the agent who acts, or the sentence that refuses them.

        Raises:
            CareError: Teams cannot say now whether they are a guest.
        """
        if place.tenant not in self.settings.allowed:
            return _OTHER_TENANT
        self._keep_up()
        now = asyncio.get_running_loop().time()
        at, standing = self._standing.get(place.user, (-math.inf, None))
        if standing is not None and now - at < _KNOWN_FOR:
            return standing
        try:
            found = await self._look_up(place)
        except (TryLater, Unreached):
            # Teams limits or is away. Who stood well a moment ago may go on; a new one waits.
            if standing is None or now - at >= _KNOWN_AT_MOST:
                raise
            return standing
        # a stranger may become somebody by a one-time code
        if found not in STRANGERS and self._under is self.desk.policy:
            self._standing[place.user] = (now, found)
        return found

    async def newcomer(self, place: Place) -> Agent | Text:
        """Return one of an allowed tenant who is nobody of ours yet as one without any role.

        Guests and people of other tenants are refused here too.

        Raises:
            CareError: Teams cannot say now whether they are a guest.
        """
        nobody = Agent(0, place.user, place.user, None, {}, identities={CHAT: place.user})
        return await self._refusal(place) or nobody

    def forget(self, user: str) -> None:
        """Look the person up anew the next time."""
        self._standing.pop(user, None)
        self._agents_until = 0.0

    async def names(self, place: Place, mentioned: Mapping[str, str]) -> Mapping[str, str]:
        """Return how app.yaml calls those of our people whom a message mentions, by the markup."""
        named: dict[str, str] = {}
        for id, tag in mentioned.items():
            agent = await self.desk.person(CHAT, await self._object_id(place, id))
            if agent is not None:
                named[tag] = agent.name
        return named

    def _keep_up(self) -> None:
        """Forget who had which roles where app.yaml was read anew."""
        if self._under is not self.desk.policy:
            self._under = self.desk.policy
            self._standing.clear()
            self._agents_until = 0.0

    async def _look_up(self, place: Place) -> Agent | Text:
        agent = await self.desk.person(CHAT, place.user)
        if agent is not None:
            return await self._refusal(place) or agent
        return await self._linked(place) if self.settings.by_email else STRANGER

    async def _linked(self, place: Place) -> Agent | Text:
        """Link a stranger by the address that Teams' roster has of them.

        Only of our own tenant, whose administrators give addresses out; never a guest's, which is
        another company's word, nor of whom the roster calls other than the signed activity does.
        """
        try:
            member = await self._member(place, place.mri or place.user)
        except Gone:
            return STRANGER
        named = (member.get("email"), member.get("userPrincipalName"))
        addresses = [each for each in named if isinstance(each, str) and each]
        home = self.settings.tenant
        ours = (place.tenant, member.get("tenantId")) == (home, home)
        role = str(member.get("userRole")).casefold()
        if not (ours and role == "user" and member.get("aadObjectId") == place.user):
            _log.warning("teams.not_linked_by_email", user=place.user, role=role, ours=ours)
            return STRANGER
        agent = await self.desk.link(CHAT, place.user, addresses)
        if agent is None:
            _log.info("teams.not_linked_by_email", user=place.user, role=role, ours=ours)
            return _NOBODYS_ADDRESS
        _log.info("teams.linked_by_email", user=place.user, agent=agent.name)
        self._agents_until = 0.0
        return agent

    async def _refusal(self, place: Place) -> Text | None:
        """Return why this person of Teams may not act, if so."""
        try:
            member = await self._member(place, place.mri or place.user)
        except Gone:  # on no roster: that is somebody who has left meanwhile
            return _GUEST
        home = member.get("tenantId")
        if home is not None and home not in self.settings.allowed:
            return _OTHER_TENANT
        role = str(member.get("userRole") or "user").casefold()
        if role == "anonymous" or (role == "guest" and not self.settings.guests):
            return _GUEST
        return None

    async def _member(self, place: Place, user: str) -> JSON:
        member = await self.connector.member(place.channel or place.conversation, user)
        if isinstance(known := member.get("aadObjectId"), str):
            self._called[user] = known
        return member

    async def _object_id(self, place: Place, user: str) -> str:
        """Return the object id of somebody whom a mention names as the Bot Framework does."""
        if user not in self._called:
            try:
                await self._member(place, user)
            except CareError as error:
                _log.info("teams.mention_unknown", error=type(error).__name__)
        return self._called.get(user, user)
