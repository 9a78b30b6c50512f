"""Where Teams wants our calls, and which team a channel is in: learnt from what comes in, and kept.

Nobody can write a service URL down: each authentic activity brings the one to use, and it may change
(learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages). What
is learnt stands in the vault, so that another process, and this one after a restart, knows it. Our
token goes there: only the named cloud's hosts are learnt.
"""

from collections.abc import Mapping
from typing import Final

import structlog

from adapters.chat.teams.clouds import is_service
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.writing import JSON
from chatops.errors import Unreached
from chatops.ports import Vault
from chatops.text import text

#: Where the vault keeps what the chat must remember.
ACCOUNT: Final = "chat:teams"

_SERVICE: Final = "service"  #: our own tenant's service URL; behind a colon, a conversation's own
_TEAM: Final = "team"  #: the team that a channel is in
_GROUP: Final = "group"  #: the Entra group behind a team, which links name

_NOT_INSTALLED: Final = text("teams-not-installed")

_log = structlog.get_logger(__name__)


class Addresses:
    def __init__(self, vault: Vault, settings: Settings) -> None:
        self._vault = vault
        self._settings = settings
        self._known: dict[str, str] = {}  #: what this process has read or written

    async def learn(self, activity: JSON) -> None:
        """Remember what an authentic activity tells of its service, channel and team.

        An activity of a tenant that is not on the list teaches nothing.
        """
        data = _object(activity, "channelData")
        tenant = _id(_object(data, "tenant"))
        if tenant is not None and tenant not in self._settings.allowed:
            return
        channel = _id(_object(data, "channel")) or _root(activity)
        team = _object(data, "team")
        learnt = {
            **self._service(activity, tenant),
            **_told(_TEAM, channel, _id(team)),
            **_told(_GROUP, _id(team), _words(team, "aadGroupId")),
        }
        for name, value in learnt.items():
            if self._known.get(name) != value:
                await self._vault.save_cursor(ACCOUNT, name, value)
                self._known[name] = value

    async def service_url(self, conversation: str = "") -> str:
        """Return where calls about a conversation go, without a slash at its end.

        Raises:
            Unreached: nothing has come from Teams yet that tells it.
        """
        known = await self._read()
        own = f"{_SERVICE}:{conversation.partition(';')[0]}"
        url = known.get(own) or known.get(_SERVICE)
        # asked again: since it was learnt, app.yaml may have come to name another cloud
        if url is None or not self._is_lawful(url):
            raise Unreached("no service URL is known yet", _NOT_INSTALLED)
        return url.rstrip("/")

    async def group(self, channel: str) -> str | None:
        """Return the Entra group of the team that a channel is in, if it has been told.

        A team is told of when the app is added to it, its channels only when something comes from
        them: until then a channel is taken to be of the one team that there is.
        """
        known = await self._read()
        groups = {name: group for name, group in known.items() if name.startswith(f"{_GROUP}:")}
        # a team has the id of its first channel
        team = known.get(f"{_TEAM}:{channel}", channel)
        alone = next(iter(groups.values())) if len(groups) == 1 else None
        return groups.get(f"{_GROUP}:{team}", alone)

    async def _read(self) -> Mapping[str, str]:
        """Read anew: another process may have learnt it."""
        self._known = dict((await self._vault.state(ACCOUNT)).cursors)
        return self._known

    def _service(self, activity: JSON, tenant: str | None) -> dict[str, str]:
        url = _words(activity, "serviceUrl")
        if url is None:
            return {}
        if not self._is_lawful(url):
            _log.warning("teams.service_url_not_lawful", cloud=self._settings.cloud.value)
            return {}
        if tenant in {None, self._settings.tenant}:
            return {_SERVICE: url}
        # another tenant's region need not be ours
        return _told(_SERVICE, _root(activity), url)

    def _is_lawful(self, url: str) -> bool:
        return is_service(url, self._settings.cloud, self._settings.connector)


def _told(what: str, of: str | None, value: str | None) -> dict[str, str]:
    return {f"{what}:{of}": value} if of and value else {}


def _root(activity: JSON) -> str | None:
    """Return the conversation's id without the thread's: in a channel, the channel's id."""
    id = _id(_object(activity, "conversation"))
    return id.partition(";")[0] if id else None


def _object(of: JSON, name: str) -> JSON:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _id(of: JSON) -> str | None:
    return _words(of, "id")


def _words(of: JSON, name: str) -> str | None:
    value = of.get(name)
    return value if isinstance(value, str) and value else None
