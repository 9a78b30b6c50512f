"""X's error bodies: RFC 7807 "problems", and OAuth's own form at the token endpoint.

The shapes follow docs.x.com/x-api/fundamentals/response-codes-and-errors. The details that no page
lists (duplicate, deleted, not summoned, too long) are the ones that clients report from the wire.
"""

import json
from collections.abc import Mapping

from aiohttp import web

_TYPES = "https://api.x.com/2/problems/"


class Problem(Exception):
    """A refusal on its way to the caller."""

    def __init__(
        self,
        status: int,
        body: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(str(body.get("detail", body)))
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        return web.Response(
            status=self.status,
            text=json.dumps(self.body, ensure_ascii=False),
            content_type="application/problem+json" if "type" in self.body else "application/json",
            headers=self.headers,
        )


def _plain(status: int, title: str, detail: str) -> Problem:
    return Problem(
        status, {"title": title, "type": "about:blank", "status": status, "detail": detail}
    )


def unauthorized() -> Problem:
    return _plain(401, "Unauthorized", "Unauthorized")


def forbidden(detail: str = "Forbidden") -> Problem:
    return _plain(403, "Forbidden", detail)


def wrong_authentication(used: str, wanted: str) -> Problem:
    return Problem(
        403,
        {
            "title": "Unsupported Authentication",
            "detail": f"Authenticating with {used} is forbidden for this endpoint.  "
            f"Supported authentication types are [{wanted}].",
            "type": _TYPES + "unsupported-authentication",
            "status": 403,
        },
    )


def invalid(message: str, **parameters: str) -> Problem:
    """A malformed request; `parameters` are the offending ones and what they held."""
    return Problem(
        400,
        {
            "errors": [
                {
                    "parameters": {name: [value] for name, value in parameters.items()},
                    "message": message,
                }
            ],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": _TYPES + "invalid-request",
        },
    )


def missing(kind: str, parameter: str, value: str) -> dict[str, str]:
    """The entry of `errors` for a thing that is not there; a lookup answers 200 with it."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": _TYPES + "resource-not-found",
    }


def not_found(kind: str, parameter: str, value: str) -> Problem:
    return Problem(404, missing(kind, parameter, value))


def too_many_requests(limit: int, reset: int) -> Problem:
    """`reset` is the Unix second when the window ends."""
    return Problem(
        429,
        {
            "title": "Too Many Requests",
            "detail": "Too Many Requests",
            "type": "about:blank",
            "status": 429,
        },
        {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(reset),
        },
    )


def too_many_connections() -> Problem:
    return Problem(
        429,
        {
            "title": "ConnectionException",
            "detail": "This stream is currently at the maximum allowed connection limit.",
            "connection_issue": "TooManyConnections",
            "type": _TYPES + "streaming-connection",
        },
    )


def oauth_error(status: int, error: str, description: str) -> Problem:
    """RFC 6749 §5.2: the token endpoint answers in OAuth's form, not as a problem."""
    return Problem(status, {"error": error, "error_description": description})
