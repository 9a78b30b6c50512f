"""A signed webhook, both ways: forums, apps and in-house sources, each an account of its own."""

from adapters.social.webhook.channel import TRAITS, Settings, WebhookChannel, open_channel

__all__ = ["TRAITS", "Settings", "WebhookChannel", "open_channel"]
