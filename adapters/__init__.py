"""Everything that talks to another company: chats, social networks, and the stand-ins for both."""
