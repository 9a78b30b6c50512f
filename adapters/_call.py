"""One HTTP call to a network or a chat, and what its failure means for us.

The question that matters is whether the call may have had an effect. A connection that never stood
carried nothing. After that, a call that creates something is in doubt until it is answered: also by
a 5xx, because a gateway gives up before the machine behind it does. A call that only reads, or that
may be repeated, has simply not been answered.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from chatops.errors import InDoubt, TryLater, Unreached

#: Seconds, `read` for the whole call; a network that takes longer is down for us, and the outbox comes
#: back.
TIMEOUT = httpx.Timeout(10.0, connect=5.0)

#: What shows that nothing was sent: no connection, or none to be had from the pool.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `creates`: doing it twice would be seen."""

    method: str
    url: str
    creates: bool = False
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    content: bytes | None = None  #: a body as it stands, where its very bytes are signed

    @property
    def name(self) -> str:
        """The call for the log: its method and host, never its parameters."""
        return f"{self.method} {httpx.URL(self.url).host}"


async def perform(http: httpx.AsyncClient, call: Call) -> httpx.Response:
    """Make the call and return any answer below 500 but a 429's, for the caller to judge.

    Raises:
        Unreached, InDoubt: as the module says.
    """
    try:
        # httpx counts from byte to byte: an answer that drips would never end
        async with asyncio.timeout(TIMEOUT.read):
            answer = await http.request(
                call.method,
                call.url,
                params=dict(call.params),
                headers=dict(call.headers),
                json=call.json,
                data=call.form,
                content=call.content,
                timeout=TIMEOUT,
                follow_redirects=False,
            )
    except _NOT_SENT as error:
        raise Unreached(f"{call.name}: {type(error).__name__}") from error
    except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
        raise unanswered(call, type(error).__name__) from error
    if answer.status_code >= 500:
        raise unanswered(call, f"status {answer.status_code}")
    return answer


def unanswered(call: Call, why: str) -> InDoubt | Unreached:
    """Return what it means that the call was sent and nothing usable came back."""
    detail = f"{call.name}: {why}"
    return InDoubt(detail) if call.creates else Unreached(detail)


def patience(answer: httpx.Response, default: float) -> TryLater:
    """Return the wait that a 429 asks for by Retry-After in seconds (RFC 9110 §10.2.3)."""
    given = answer.headers.get("retry-after", "")
    seconds = float(given) if given.isdecimal() else default
    return TryLater(seconds, f"status 429 from {answer.url.host}: {seconds:g} s")
