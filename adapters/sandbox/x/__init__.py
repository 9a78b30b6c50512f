"""A strict stand-in for X's cloud as it is in 2026: API v2, OAuth 2.0, Activity API, webhooks.

It knows people, posts and messages, and nothing of tickets. Everything it refuses stands in
`limits`, each row with its source; `hands` is how tests and the page move the people in it.
"""

from adapters.sandbox.x.cloud import XCloud
from adapters.sandbox.x.limits import DOCUMENTED, Limits
from adapters.sandbox.x.world import App, Person, XWorld

__all__ = ["DOCUMENTED", "App", "Limits", "Person", "XCloud", "XWorld"]
