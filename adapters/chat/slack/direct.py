"""Where a post goes: a room as it is, a person into their direct messages with the app."""

from typing import Final

from adapters.chat.slack.web import Web

#: How a person's id begins; a room's begins with C or G, direct messages with D
#: (docs.slack.dev/apis/web-api, "IDs").
_PEOPLE: Final = ("U", "W")
DIRECT: Final = "D"


class Direct:
    """The direct messages that are open, by person: each is asked for once."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._open: dict[str, str] = {}

    async def channel(self, id: str) -> str:
        """Return the channel of that id: itself, or a person's direct messages.

        Raises:
            Rejected, Barred, TryLater, Unreached
        """
        if not id.startswith(_PEOPLE):
            return id
        if (known := self._open.get(id)) is None:
            opened = await self._web.act("conversations.open", users=id)
            known = self._open[id] = str(opened["channel"]["id"])
        return known
