"""How Slack says no: `{"ok": false, "error": ...}`, mostly with status 200."""

from typing import Any

#: JSON as Slack speaks it; its shape is checked where it comes in.
JSON = dict[str, Any]


class Refused(Exception):
    """A call that Slack refuses, with the documented error string and what comes along with it."""

    def __init__(
        self,
        error: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.more = more

    def body(self) -> JSON:
        return {"ok": False, "error": self.error, **self.more}


def rate_limited(wait: float) -> Refused:
    """429 with Retry-After in whole seconds, as Slack rounds it."""
    seconds = max(1, int(-(-wait // 1)))
    return Refused("ratelimited", status=429, headers={"Retry-After": str(seconds)})


def not_valid(error: str, faults: list[tuple[str, str]]) -> Refused:
    """A refusal of blocks or a view that names every fault by its JSON pointer."""
    lines = [f"{message} [json-pointer:{pointer}]" for pointer, message in faults]
    return Refused(
        error,
        errors=lines,
        response_metadata={"messages": [f"[ERROR] {line}" for line in lines]},
    )
