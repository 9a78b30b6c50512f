"""X's JSON as models: the one place that knows its spellings.

Sources: docs.x.com, x-api/activity/event-payloads, and X's OpenAPI file 2.167. They and the wire
disagree in places, so the models take either form: an object plain or inside {"data": ...}, an id as a
string or a number, `tweet` in names or, since 2026, `post`. What we do not use is not read.
"""

import html
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

#: The moment from which snowflake ids count milliseconds, in their upper bits.
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)


def _to_string(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


#: Decimal digits; a minus may stand before an event's id, never before these.
Id = Annotated[str, BeforeValidator(_to_string), StringConstraints(pattern=r"^[0-9]{1,19}$")]


def time_of(id: str) -> datetime:
    """Return when X gave out an id of a post or message."""
    return _EPOCH + timedelta(milliseconds=int(id) >> 22)


def id_at(at: datetime) -> str:
    """Return the smallest id that X could give out at a time."""
    return str(int((at - _EPOCH) / timedelta(milliseconds=1)) << 22)


class Wire(BaseModel):
    """An object of X's, plain or inside {"data": ...}."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("data"), dict):
            return value["data"]
        return value


class Metrics(Wire):
    followers_count: int | None = None


class User(Wire):
    id: Id
    username: str
    name: str
    public_metrics: Metrics = Metrics()


class Mention(Wire):
    start: int
    end: int
    id: Id | None = None
    username: str = ""


class Link(Wire):
    url: str
    expanded_url: str | None = None


class Entities(Wire):
    mentions: tuple[Mention, ...] = ()
    urls: tuple[Link, ...] = ()


class Reference(Wire):
    type: str
    id: Id


class Note(Wire):
    """The whole text of a post that is longer than 280; `text` holds only its beginning."""

    text: str
    entities: Entities = Entities()


class Post(Wire):
    id: Id
    author_id: Id
    text: str
    conversation_id: Id | None = None
    created_at: AwareDatetime | None = None
    in_reply_to_user_id: Id | None = None
    display_text_range: tuple[int, int] | None = None
    entities: Entities = Entities()
    history: tuple[Id, ...] = Field(
        (), validation_alias=AliasChoices("edit_history_tweet_ids", "edit_history_post_ids")
    )
    references: tuple[Reference, ...] = Field(
        (), validation_alias=AliasChoices("referenced_tweets", "referenced_posts")
    )
    note: Note | None = Field(None, validation_alias=AliasChoices("note_tweet", "note_post"))

    @property
    def first_id(self) -> str:
        """The id of the first version: it stays when the post is edited."""
        return self.history[0] if self.history else self.id

    @property
    def at(self) -> datetime:
        return self.created_at or time_of(self.id)

    @property
    def thread(self) -> str:
        return self.conversation_id or self.first_id

    def referenced(self, type: str) -> str | None:
        """Return the id of the post that this one refers to as `replied_to`, `quoted`, ..."""
        return next((ref.id for ref in self.references if ref.type == type), None)

    @property
    def shown(self) -> str:
        """The text as people see it: whole, without a reply's implicit handles, links written out.

        X's texts are HTML-escaped, and the implicit handles are the mentions before the beginning
        of `display_text_range`. They are cut by their own ends, because that beginning counts
        differently in different payloads.
        """
        entities = self.note.entities if self.note else self.entities
        words = self.note.text if self.note else self.text
        return visible(words[self._implicit_end(entities) :], entities.urls)

    def mentions(self, user: str, handle: str) -> bool:
        """Tell whether the post names a user, be it only as a reply's implicit handle."""
        both = (*self.entities.mentions, *(self.note.entities.mentions if self.note else ()))
        return any(
            mention.id == user or mention.username.casefold() == handle.casefold()
            for mention in both
        )

    def _implicit_end(self, entities: Entities) -> int:
        begins = self.display_text_range[0] if self.display_text_range else 0
        end = 0
        for mention in sorted(entities.mentions, key=lambda mention: mention.start):
            if mention.end > begins or mention.start > end + 1:
                break
            end = mention.end
        return end


def visible(words: str, urls: tuple[Link, ...]) -> str:
    """Return a text with its links written out, unescaped, without white space at its ends."""
    words = html.unescape(words)
    for link in urls:
        if link.expanded_url:
            words = words.replace(link.url, link.expanded_url)
    return words.strip()


class Includes(Wire):
    users: tuple[User, ...] = ()
    posts: tuple[Post, ...] = Field(default=(), validation_alias=AliasChoices("tweets", "posts"))

    def user(self, id: str) -> User | None:
        return next((user for user in self.users if user.id == id), None)

    def post(self, id: str | None) -> Post | None:
        return next((post for post in self.posts if post.id == id), None)


class Target(Wire):
    recipient_id: Id


class DmEntities(Wire):
    urls: tuple[Link, ...] = ()


class DmData(Wire):
    text: str
    entities: DmEntities = DmEntities()


class DmCreate(Wire):
    target: Target
    sender_id: Id
    message_data: DmData


class DmEvent(Wire):
    """A direct message in an activity event: the form of the older API."""

    type: str
    id: Id
    created_timestamp: int | None = None  #: milliseconds
    message_create: DmCreate | None = None

    @property
    def at(self) -> datetime:
        if self.created_timestamp is None:
            return time_of(self.id)
        return datetime.fromtimestamp(self.created_timestamp / 1000, UTC)


class DmPayload(Wire):
    direct_message_events: tuple[DmEvent, ...]
    users: dict[str, User] = {}


class RestDm(Wire):
    """A direct message as the look-up returns it."""

    id: Id
    event_type: str
    text: str = ""
    sender_id: Id | None = None
    created_at: AwareDatetime | None = None
    entities: DmEntities = DmEntities()


class DeletedPost(Wire):
    id: Id
    author_id: Id | None = None


class Revocation(Wire):
    date_time: AwareDatetime
    user_id: Id


class SearchEnd(Wire):
    """None of X's: what searching for hashtags says of itself."""

    until: AwareDatetime


class Filter(Wire):
    user_id: Id | None = None


class Event(BaseModel):
    """One activity event. `payload` is read by its type."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_type: str
    filter: Filter = Filter()
    payload: dict[str, Any]
    includes: Includes = Includes()
