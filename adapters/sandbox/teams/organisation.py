"""Who and what there is in the make-believe tenant before anything happens: frozen values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the tenant, a guest in it, or a person of another tenant in a shared channel."""

    #: The Entra object id, a guid.
    id: str
    #: What the Bot Framework calls them, for this bot alone: `29:...`.
    mri: str
    name: str
    email: str
    #: Their home tenant.
    tenant: str
    guest: bool = False
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel of the team."""

    #: `19:...@thread.tacv2`.
    id: str
    name: str
    private: bool = False
    #: Object ids of those who are in it; none means everybody.
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Team:
    #: The id of its General channel, `19:...@thread.tacv2`.
    id: str
    name: str
    #: The Entra group behind it, a guid.
    group: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tenant with one team, and the one app that is registered in it."""

    tenant: str
    name: str
    app_id: str
    secret: str
    people: tuple[Person, ...]
    team: Team
    channels: tuple[Channel, ...]
    bot_name: str = "Care"
    #: The app's certificate as PEM, with which it may prove itself in place of the secret.
    certificate: str | None = None
    #: The app takes slash commands (`supportsTargetedMessages` of its manifest).
    targeted: bool = True
    #: The team's owner agreed to ChannelMessage.Read.Group: untagged messages reach the app too.
    reads_threads: bool = False

    @property
    def bot(self) -> str:
        """The bot's own id in conversations."""
        return f"28:{self.app_id}"
