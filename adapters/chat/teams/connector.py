"""The Bot Connector's calls with its failures in our words. Each is made once.

The outbox is what repeats: a retry in here could post twice, and would wait unseen. Whether a call
may have had an effect is `_call`'s question; what an answer means is told here, after the table
"Status codes from bot conversational APIs" of
learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability. Bodies are read
where they are JSON; a gateway's page of HTML says no more than its status.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx

from adapters._call import Call, patience, perform, unanswered
from adapters.chat.teams.addresses import Addresses
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.tokens import Tokens
from adapters.chat.teams.writing import JSON
from chatops.errors import Barred, CareError, Gone, Rejected, TryLater
from chatops.text import text

#: Seconds to wait where Teams names none: its shortest window is a second long
#: (learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit).
_NO_WAIT_TOLD: Final = 1.0

_TOKEN: Final = text("teams-barred-token")
_OUTSIDE: Final = text("teams-barred-outside")
_ADMIN: Final = text("teams-barred-admin")

#: Codes of a 403 that close all of Teams to us, not one conversation.
_SHUT_OUT: Final = frozenset({"BotDisabledByAdmin"})

#: What stands between a message's id and its thread's in our ids.
_OF: Final = "@"
#: How a channel's id ends; chats have no threads.
_CHANNEL: Final = ("@thread.tacv2", "@thread.skype")


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked. `names`: a message or a thread that may be gone while its channel is there."""

    method: str
    conversation: str  #: "" where one is made
    rest: str  #: of the path, behind the conversation
    creates: bool = False
    names: bool = False
    body: JSON | None = None
    params: Mapping[str, str] = field(default_factory=dict)


class Connector:
    """Calls the Bot Connector as the app.

    Every call raises Rejected, Barred, TryLater or Unreached; what it names may be Gone, and a post
    InDoubt.
    """

    def __init__(
        self, http: httpx.AsyncClient, tokens: Tokens, addresses: Addresses, settings: Settings
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._addresses = addresses
        self._settings = settings
        self._personal: dict[str, str] = {}

    async def post_root(self, channel: str, activity: JSON) -> str:
        """Begin a thread in a channel; return the post's id, which is the thread's too."""
        body = {
            **self._who(),
            "isGroup": True,
            "channelData": {"channel": {"id": channel}},
            "activity": activity,
        }
        ask = _Ask("POST", "", "", creates=True, body=body)
        return await self._made(ask, "activityId", about=channel)

    async def reply(self, channel: str, root: str, activity: JSON) -> str:
        """Post into a thread; return the message's id and the thread's, as `message@root`."""
        ask = _Ask(
            "POST",
            thread_of(channel, root),
            "/activities",
            creates=True,
            names=True,
            body=activity,
        )
        return f"{await self._made(ask, 'id')}{_OF}{root}"

    async def say(self, conversation: str, activity: JSON) -> str:
        """Post into a conversation as it is named, such as a personal chat; return the id."""
        return await self._made(
            _Ask("POST", conversation, "/activities", creates=True, body=activity), "id"
        )

    async def private(self, conversation: str, user: str, activity: JSON) -> None:
        """Show something to one person of a channel alone, for a day at most.

        Teams' own way for that (learn.microsoft.com/microsoftteams/platform/agents-in-teams/
        targeted-messages), which not every tenant has.
        """
        ask = _Ask(
            "POST",
            conversation,
            "/activities",
            creates=True,
            body={**activity, "recipient": {"id": user}},
            params={"isTargetedActivity": "true"},
        )
        await self._answer(ask)

    async def update(self, channel: str, id: str, activity: JSON) -> None:
        """Show something else in place of a message; repeating it is safe."""
        message, conversation = _named(channel, id)
        rest = f"/activities/{_quoted(message)}"
        ask = _Ask("PUT", conversation, rest, names=True, body={**activity, "id": message})
        await self._answer(ask)

    async def delete(self, channel: str, id: str) -> None:
        """Take a message back; repeating it is safe."""
        message, conversation = _named(channel, id)
        await self._answer(
            _Ask("DELETE", conversation, f"/activities/{_quoted(message)}", names=True)
        )

    async def personal(self, user: str) -> str:
        """Return the conversation that one person has with the app alone.

        Teams gives the same one whenever it is asked; it is asked once.
        """
        if (known := self._personal.get(user)) is None:
            tenant = {"tenant": {"id": self._settings.tenant}}
            body = {
                **self._who(),
                "isGroup": False,
                "members": [{"id": user}],
                "channelData": tenant,
            }
            known = await self._made(_Ask("POST", "", "", body=body), "id")
            self._personal[user] = known
        return known

    async def member(self, conversation: str, user: str) -> JSON:
        """Return what Teams says of one person in a conversation: name, aadObjectId, userRole, …"""
        ask = _Ask("GET", conversation, f"/members/{_quoted(user)}", names=True)
        call, answer = await self._answer(ask)
        if (body := _body(answer)) is None:
            raise unanswered(call, "no JSON object in the answer")
        return body

    def _who(self) -> JSON:
        return {"bot": {"id": f"28:{self._settings.app_id}"}, "tenantId": self._settings.tenant}

    async def _made(self, ask: _Ask, name: str, *, about: str = "") -> str:
        """Return the id of what the call made.

        Where a new conversation's answer does not name its first post, the conversation's id does.
        """
        call, answer = await self._answer(ask, about)
        body = _body(answer) or {}
        found = body.get(name) or str(body.get("id", "")).partition(";messageid=")[2]
        if not isinstance(found, str) or not found:
            raise unanswered(call, "no id in the answer")
        return found

    async def _answer(self, ask: _Ask, about: str = "") -> tuple[Call, httpx.Response]:
        """Make a call; a token that Teams does not take is renewed once, and the call repeated.

        `about` is the channel that a new conversation is in.
        """
        base = await self._addresses.service_url(about or ask.conversation)
        token = await self._tokens.bearer()
        call = _call(ask, base, token)
        answer = await perform(self._http, call)
        if answer.status_code == 401:
            self._tokens.forget(token)
            call = _call(ask, base, await self._tokens.bearer())
            answer = await perform(self._http, call)
        if not answer.is_success:
            raise _refused(ask, answer)
        return call, answer


def _call(ask: _Ask, base: str, token: str) -> Call:
    where = f"/{_quoted(ask.conversation)}" if ask.conversation else ""
    return Call(
        ask.method,
        f"{base}/v3/conversations{where}{ask.rest}",
        creates=ask.creates,
        params=ask.params,
        headers={"authorization": f"Bearer {token}"} if token else {},
        json=ask.body,
    )


def thread_of(channel: str, root: str) -> str:
    """Return the conversation of the thread that a post of the channel began."""
    return f"{channel};messageid={root}"


def _named(channel: str, id: str) -> tuple[str, str]:
    """Return a message's own id and the conversation it is in, by our id of it."""
    message, _, root = id.partition(_OF)
    if not root and not channel.endswith(_CHANNEL):
        return message, channel
    return message, thread_of(
        channel, root or message
    )  # a post of the channel is its thread's root


def _refused(ask: _Ask, answer: httpx.Response) -> CareError:
    """Return what an answer below 500 that is no 2xx means."""
    status = answer.status_code
    if status == 429:
        return patience(answer, _NO_WAIT_TOLD)
    if status == 412:  # "due to multiple concurrent operations on the same conversation"
        return TryLater(_NO_WAIT_TOLD, "status 412: another operation was under way")
    code = _code(answer) or f"status-{status}"
    detail = f"{ask.method} {ask.rest.partition('/activities')[1] or '/'}: status {status}"
    match status:
        case 401:  # with a token that the login has just given
            return Barred(code, detail, _TOKEN, whole=True)
        case 403:
            whole = code in _SHUT_OUT
            return Barred(code, detail, _ADMIN if whole else _OUTSIDE, whole=whole)
        case 404 if ask.names and code != "ConversationNotFound":
            return Gone(code, detail)
        case 404:
            return Barred(code, detail, _OUTSIDE)
        case _:  # 413 among them: the message is too big, and will be so again
            return Rejected(code, detail)


def _code(answer: httpx.Response) -> str | None:
    """Return the error word of a body, of which Teams has two forms."""
    body: Mapping[str, Any] = _body(answer) or {}
    inner = body.get("error")
    told = inner.get("code") if isinstance(inner, dict) else body.get("errorCode")
    return told if isinstance(told, str) and told else None


def _body(answer: httpx.Response) -> JSON | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _quoted(id: str) -> str:
    """Write an id as one step of a path."""
    return quote(id, safe="")
