"""The webhook's format as types: what a source sends, and what it answers to a reply.

docs/webhook.md is its description. It is strict: an unknown key or kind of event is refused, for a
misspelt `private` would show a customer's words to the wrong people.
"""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chatops.channel import Author, Deleted, Echo, Edited, Inbound, Message
from chatops.errors import Unreadable
from chatops.event import Kind

#: Events in one body: a body is one transaction, and other tickets wait behind it.
MOST: Final = 50


class _Wire(BaseModel):
    # Strict: in lax mode the text "no" would do for false.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_Id = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
#: Not only white space; no NUL, which PostgreSQL keeps in no text.
_Words = Annotated[str, Field(pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
#: What a chat takes as a link.
_Url = Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s<>|]+$")]
#: Bounded, so that no sum of times runs out of the calendar.
_Time = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))
]


class _Author(_Wire):
    id: _Id
    handle: _Name
    name: _Name | None = None
    followers: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class _Written(_Wire):
    id: _Id
    thread: _Id
    text: _Words
    at: _Time
    private: bool = False
    parent: _Id | None = None
    url: _Url | None = None


class _Message(_Written):
    type: Literal["message"]
    author: _Author
    stars: Annotated[int, Field(ge=1, le=5)] | None = None


class _Echo(_Written):
    type: Literal["echo"]
    customer: _Id | None = None
    key: _Id | None = None


class _Edited(_Wire):
    type: Literal["edited"]
    id: _Id
    text: _Words
    at: _Time


class _Deleted(_Wire):
    type: Literal["deleted"]
    id: _Id
    at: _Time


_Event = Annotated[_Message | _Echo | _Edited | _Deleted, Field(discriminator="type")]


class _Body(_Wire):
    events: Annotated[tuple[_Event, ...], Field(min_length=1, max_length=MOST)]


class Accepted(BaseModel):
    """What a source answers to a reply: its own id of it. It may say more, and number its posts."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: _Id


_KEYS: Final = {"events", "author"}.union(
    *(model.model_fields for model in (_Message, _Echo, _Edited, _Deleted, _Author))
)


def read(body: bytes, account: str, *, takes_replies: bool) -> list[Inbound]:
    """Return the events of a body, in its order.

    Raises:
        Unreadable: it is not as documented. No words of it are quoted.
    """
    try:
        events = _Body.model_validate_json(body).events
    except ValidationError as error:
        faults = (f"{_place(fault['loc'])} {fault['type']}" for fault in error.errors()[:5])
        raise Unreadable(f"not as documented: {', '.join(faults)}") from error
    return [_inbound(event, account, takes_replies) for event in events]


def _place(steps: tuple[int | str, ...]) -> str:
    """Return where a fault is, without keys that are not ours: those may be anybody's words."""
    return ".".join(str(step) for step in steps if isinstance(step, int) or step in _KEYS) or "body"


def _inbound(event: _Event, account: str, takes_replies: bool) -> Inbound:
    match event:
        case _Message():
            return Message(
                account=account,
                external_id=event.id,
                thread_key=event.thread,
                author=Author(
                    customer_id(account, event.author.id),
                    event.author.handle,
                    event.author.name or event.author.handle,
                    event.author.followers,
                ),
                text=event.text,
                at=event.at,
                kind=_kind(event),
                private=event.private,
                parent=event.parent,
                url=event.url,
                can_reply=takes_replies,
                stars=event.stars,
            )
        case _Echo():
            return Echo(
                account=account,
                external_id=event.id,
                thread_key=event.thread,
                text=event.text,
                at=event.at,
                private=event.private,
                parent=event.parent,
                customer=customer_id(account, event.customer) if event.customer else None,
                marker=event.key,
                url=event.url,
            )
        case _Edited():
            return Edited(account, event.id, event.text, event.at)
        case _Deleted():
            return Deleted(account, event.id, event.at)


def customer_id(account: str, id: str) -> str:
    """Return a person's id among all sources: the core knows customers by channel and id."""
    return f"{account}:{id}"


def _kind(message: _Message) -> Kind:
    if message.stars is not None:
        return Kind.REVIEW
    if message.private:
        return Kind.DM
    return Kind.MENTION if message.parent is None else Kind.REPLY
