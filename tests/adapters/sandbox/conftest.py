"""Fixtures of the sandbox's tests: asyncio, a Slack of one's own, and a browser before it all."""

from page_window import chromium, window
from slack_sandbox import anyio_backend, slack
from teams_sandbox import teams
from teams_window import teams_window

__all__ = ["anyio_backend", "chromium", "slack", "teams", "teams_window", "window"]
