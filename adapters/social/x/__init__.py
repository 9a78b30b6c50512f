"""X (formerly Twitter): mentions, replies, quotes, direct messages and hashtags.

Read `wire` and `parse` for what comes in, `channel` for what goes out, `listen` for the stream and
polling, `search` for hashtags, `tokens` for OAuth, `connect` for the set-up.
"""

from adapters.social.x.channel import TRAITS, XChannel, open_channel
from adapters.social.x.settings import Settings

__all__ = ["TRAITS", "Settings", "XChannel", "open_channel"]
