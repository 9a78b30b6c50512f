"""A strict stand-in for Slack's cloud: Web API, Socket Mode, signed requests, and people's hands.

It knows nothing of tickets. What it enforces, and why, stands in `limits`.
"""

from adapters.sandbox.slack.cloud import SlackCloud
from adapters.sandbox.slack.faults import Fault, Kind
from adapters.sandbox.slack.hands import CannotBeDone
from adapters.sandbox.slack.limits import DOCUMENTED, Limits
from adapters.sandbox.slack.workspace import (
    App,
    Person,
    Room,
    Shortcut,
    UserGroup,
    Workspace,
)

__all__ = [
    "DOCUMENTED",
    "App",
    "CannotBeDone",
    "Fault",
    "Kind",
    "Limits",
    "Person",
    "Room",
    "Shortcut",
    "SlackCloud",
    "UserGroup",
    "Workspace",
]
