"""What exists on Chirp: authors and their posts, public and private. No HTTP, no clock."""

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Author:
    id: str
    handle: str
    name: str
    followers: int = 0
    #: BCP 47.
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Chirp:
    """One post; a private one is a message between the brand and one customer."""

    id: str
    author: Author
    text: str
    in_reply_to: str | None
    #: The id of the first post, or `dm-` and the customer's id.
    thread: str
    #: Seconds since 1970.
    at: float
    private: bool = False
    deleted: bool = False
    #: How often the author has edited it.
    edits: int = 0
    #: By the brand: only its author still sees it.
    hidden: bool = False
    #: 1 to 5 of a review; Chirp has none.
    stars: int | None = None

    def json(self) -> Json:
        return {
            "id": self.id,
            "text": self.text,
            "author": asdict(self.author),
            "in_reply_to": self.in_reply_to,
            "thread": self.thread,
            "at": datetime.fromtimestamp(self.at, UTC).isoformat().replace("+00:00", "Z"),
            "private": self.private,
        }


@dataclass(slots=True)
class Timeline:
    """Everything there is. Ids are counted, so that the same acts give the same ids."""

    brand: Author
    authors: dict[str, Author] = field(default_factory=dict)
    posts: dict[str, Chirp] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        self.authors[self.brand.id] = self.brand

    def author(
        self, handle: str, *, name: str = "", followers: int = 12, lang: str = "en"
    ) -> Author:
        """The author of this handle, made when there is none."""
        handle = handle.removeprefix("@").strip()
        if not handle:
            raise ValueError("as: a handle, please")
        known = next((a for a in self.authors.values() if a.handle == handle), None)
        if known is None:
            known = Author(f"u-{handle}", handle, name or handle, followers, lang)
            self.authors[known.id] = known
        return known

    def visible(self, post_id: str | None) -> Chirp | None:
        post = self.posts.get(post_id or "")
        return None if post is None or post.deleted else post

    def write(
        self,
        author: Author,
        text: str,
        at: float,
        *,
        to_post: str | None = None,
        stars: int | None = None,
    ) -> Chirp:
        """Write in public."""
        parent = self.visible(to_post)
        if to_post is not None and (parent is None or parent.private):
            raise ValueError(f"to_post: no such public post: {to_post}")
        post_id = self._next_id()
        thread = parent.thread if parent else post_id
        return self.keep(Chirp(post_id, author, text, to_post, thread, at, stars=stars))

    def message(self, author: Author, customer: Author, text: str, at: float) -> Chirp:
        """Write in private, from or to the customer."""
        thread = f"dm-{customer.id}"
        return self.keep(Chirp(self._next_id(), author, text, None, thread, at, private=True))

    def keep(self, post: Chirp) -> Chirp:
        self.authors[post.author.id] = post.author
        self.posts[post.id] = post
        return post

    def edit(self, post_id: str, text: str) -> Chirp:
        post = self._existing(post_id)
        return self.keep(replace(post, text=text, edits=post.edits + 1))

    def delete(self, post_id: str) -> Chirp:
        return self.keep(replace(self._existing(post_id), text="", deleted=True))

    def hide(self, post_id: str, *, hidden: bool) -> Chirp:
        return self.keep(replace(self._existing(post_id), hidden=hidden))

    def _existing(self, post_id: str) -> Chirp:
        post = self.visible(post_id)
        if post is None:
            raise ValueError(f"id: no such post: {post_id}")
        return post

    def _next_id(self) -> str:
        self._count += 1
        return f"p{self._count}"
