"""Fixtures of the sandbox's tests: asyncio, and a Slack of one's own."""

from slack_sandbox import anyio_backend, slack

__all__ = ["anyio_backend", "slack"]
