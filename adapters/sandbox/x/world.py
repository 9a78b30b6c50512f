"""What exists on the make-believe X: people, posts, direct messages. No HTTP, no rules, no clock.

Texts are kept as X keeps them: links are shortened to t.co, and a reply begins with the handles
that it answers, which X hides on screen (the "implicit mentions").
"""

import hashlib
import re
from dataclasses import dataclass, field

from twitter_text import extract_urls_with_indices

#: Twitter's epoch, in milliseconds: ids are snowflakes, so that a later post has a greater id.
_EPOCH_MS = 1_288_834_974_657
_HANDLE = re.compile(r"(?<![\w@])@(\w{1,15})(?!\w)")
#: Letters, digits and low lines, at least one of them a letter. X takes a few signs more, such as
#: the Japanese middle dot.
_HASHTAG = re.compile(r"(?<![\w&])[#＃](?=\w*[^\W\d_])(\w+)")


@dataclass(frozen=True, slots=True)
class App:
    """The developer app: one secret for webhooks and app tokens, one for OAuth 2.0."""

    id: str
    client_id: str
    #: None makes it a public client, which proves itself by PKCE alone.
    client_secret: str | None
    consumer_key: str
    consumer_secret: str
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    handle: str
    name: str
    followers: int = 0
    #: BCP 47; what X guesses for this person's posts.
    lang: str = "en"
    takes_messages: bool = True
    joined_at: float = 1_500_000_000.0


@dataclass(frozen=True, slots=True)
class Link:
    """A shortened link in a text: where the t.co address stands for the one that was written."""

    short: str
    expanded: str


@dataclass(slots=True)
class Post:
    id: str
    author_id: str
    #: The whole text, implicit mentions and t.co links included.
    text: str
    #: Where the text that people see begins.
    shown_from: int
    reply_to: str | None
    quotes: str | None
    conversation_id: str
    #: Seconds since 1970.
    at: float
    lang: str
    links: tuple[Link, ...] = ()
    deleted: bool = False
    hidden: bool = False

    @property
    def shown(self) -> str:
        """What people see: no implicit mentions, links as they were written."""
        text = self.text[self.shown_from :]
        for link in self.links:
            text = text.replace(link.short, link.expanded)
        return text


@dataclass(frozen=True, slots=True)
class Message:
    """A direct message between two people."""

    id: str
    sender_id: str
    recipient_id: str
    text: str
    at: float

    @property
    def conversation_id(self) -> str:
        return conversation_of(self.sender_id, self.recipient_id)


@dataclass(slots=True)
class XWorld:
    """Everything there is, and one brand whose account the app is connected to."""

    brand: Person
    app: App
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    _last_id: int = 0

    def __post_init__(self) -> None:
        self.people[self.brand.id] = self.brand

    def new_id(self, now: float) -> str:
        """A snowflake id greater than all before it."""
        self._last_id = max(self._last_id + 1, int(id_at(now)))
        return str(self._last_id)

    def by_handle(self, handle: str) -> Person | None:
        wanted = handle.removeprefix("@").casefold()
        return next((p for p in self.people.values() if p.handle.casefold() == wanted), None)

    def visible(self, post_id: str) -> Post | None:
        """The post, unless it is deleted or never was."""
        post = self.posts.get(post_id)
        return None if post is None or post.deleted else post

    def mentions(self, text: str) -> list[tuple[int, int, Person]]:
        """Everybody in the text who exists, with where the handle begins and ends."""
        found = ((m.start(), m.end(), self.by_handle(m[1])) for m in _HANDLE.finditer(text))
        return [(start, end, person) for start, end, person in found if person]

    @staticmethod
    def hashtags(text: str) -> list[tuple[int, int, str]]:
        """Every hashtag in the text, with where its sign begins and it ends."""
        return [(m.start(), m.end(), m[1]) for m in _HASHTAG.finditer(text)]

    def mentioned_in(self, post: Post, *, explicit: bool = False) -> set[str]:
        """Ids of who is mentioned; `explicit` leaves out the implicit mentions of a reply."""
        return {
            person.id
            for start, _, person in self.mentions(post.text)
            if start >= post.shown_from or not explicit
        }

    def summons(self, post: Post, person_id: str) -> bool:
        """Has the author called this person in, by a mention or by quoting a post of theirs?

        A reply to the person counts through its implicit mention, as clients report.
        """
        quoted = self.posts.get(post.quotes or "")
        return person_id in self.mentioned_in(post) or (
            quoted is not None and quoted.author_id == person_id
        )

    def write(
        self,
        author: Person,
        text: str,
        now: float,
        *,
        reply_to: str | None = None,
        quotes: str | None = None,
        names_answered: bool = True,
    ) -> Post:
        """Write a post. Who answers may take out the handles that X puts before a reply."""
        parent = self.posts[reply_to] if reply_to else None
        prefix = self._answered(author, parent) if parent and names_answered else ""
        text, links = _shorten(prefix + text)
        post_id = self.new_id(now)
        post = Post(
            id=post_id,
            author_id=author.id,
            text=text,
            shown_from=len(prefix),
            reply_to=reply_to,
            quotes=quotes,
            conversation_id=parent.conversation_id if parent else post_id,
            at=now,
            lang=author.lang,
            links=links,
        )
        self.posts[post_id] = post
        return post

    def _answered(self, author: Person, parent: Post) -> str:
        """The handles that X puts before a reply: the parent's author and whom that one named."""
        ids = [parent.author_id, *(person.id for _, _, person in self.mentions(parent.text))]
        others = [self.people[i] for i in dict.fromkeys(ids) if i != author.id]
        return "".join(f"@{person.handle} " for person in others)

    def message(self, sender: Person, recipient: Person, text: str, now: float) -> Message:
        message = Message(self.new_id(now), sender.id, recipient.id, text, now)
        self.messages[message.id] = message
        return message


def id_at(at: float) -> str:
    """The smallest snowflake id of a time."""
    return str((int(at * 1000) - _EPOCH_MS) << 22)


def time_of(id: str) -> float:
    """When a snowflake id was given out, in seconds since 1970."""
    return ((int(id) >> 22) + _EPOCH_MS) / 1000


def conversation_of(one: str, other: str) -> str:
    """The id of a conversation of two: the smaller user id first."""
    return "-".join(sorted((one, other), key=int))


def _shorten(text: str) -> tuple[str, tuple[Link, ...]]:
    """Put a t.co address in place of each link; the same link always gets the same one."""
    parts: list[str] = []
    links: list[Link] = []
    done = 0
    for found in extract_urls_with_indices(text):
        start, end = found["indices"]
        written = str(found["url"])
        expanded = written if written.startswith("http") else f"https://{written}"
        short = "https://t.co/" + hashlib.sha256(expanded.encode()).hexdigest()[:10]
        parts += [text[done:start], short]
        links.append(Link(short, expanded))
        done = end
    return "".join(parts) + text[done:], tuple(dict.fromkeys(links))
