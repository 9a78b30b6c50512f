"""A strict stand-in for Microsoft Teams: login, signed activities, Bot Connector, people's hands.

It knows nothing of tickets. What it enforces, and why, stands in `limits`.
"""

from adapters.sandbox.teams.cloud import TeamsCloud
from adapters.sandbox.teams.faults import Fault, Kind
from adapters.sandbox.teams.inputs import CannotBeDone
from adapters.sandbox.teams.limits import DOCUMENTED, Limits, sped
from adapters.sandbox.teams.organisation import Channel, Organisation, Person, Team

__all__ = [
    "DOCUMENTED",
    "CannotBeDone",
    "Channel",
    "Fault",
    "Kind",
    "Limits",
    "Organisation",
    "Person",
    "Team",
    "TeamsCloud",
    "sped",
]
