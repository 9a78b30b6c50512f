"""How the Bot Connector says no: a status, and mostly `{"error": {"code": ..., "message": ...}}`.

The codes are those of Microsoft's table (bots/how-to/conversations/conversation-messages, "Status
codes from bot conversational APIs").
"""

import math
from collections.abc import Mapping
from typing import Any

from aiohttp import web

#: JSON as Teams speaks it; its shape is checked where it comes in.
JSON = dict[str, Any]


class Refused(Exception):
    """A call that is refused, with the documented code."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        body: JSON = {"error": {"code": self.code, "message": self.message}}
        return web.json_response(body, status=self.status, headers=self.headers)


class Unauthorised(Refused):
    """401, which the connector answers without an error object."""

    def __init__(self) -> None:
        super().__init__(401, "Unauthorized", "Authorization has been denied for this request.")

    def response(self) -> web.Response:
        return web.json_response({"message": self.message}, status=401)


def bad_syntax(message: str) -> Refused:
    return Refused(400, "BadSyntax", message)


def bad_argument(message: str) -> Refused:
    return Refused(400, "BadArgument", message)


def conversation_not_found() -> Refused:
    return Refused(404, "ConversationNotFound", "Conversation not found.")


def activity_not_found() -> Refused:
    # The documented message of this code is the same as the other's.
    return Refused(404, "ActivityNotFoundInConversation", "Conversation not found.")


def too_big() -> Refused:
    return Refused(413, "MessageSizeTooBig", "Message size too large.")


def throttled(wait: float) -> Refused:
    """429 with Retry-After in whole seconds."""
    seconds = max(1, math.ceil(wait))
    return Refused(429, "Throttled", "Too many requests.", {"Retry-After": str(seconds)})
