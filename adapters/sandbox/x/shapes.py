"""The world's values in X's JSON: REST objects with the fields asked for, and activity payloads.

REST texts are HTML-escaped (&amp; &lt; &gt;), and the indices of entities count code points of that
escaped text, so that cutting what was received by them is right; X documents the first, the second
is what clients do.

X is moving from `tweet.fields` (its guides) to `post.fields` (its OpenAPI file since 2026): both
are answered, each with its own words.
"""

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.sandbox.x.world import Message, Person, Post, XWorld

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Words:
    """How a request speaks: the old words (tweets) or the new ones (posts)."""

    fields: str
    references: str
    reference_expansion: str
    history: str
    includes: str
    #: Names among the public metrics: of a post's reposts, of a person's posts.
    reposts: str
    written: str


TWEETS = Words(
    "tweet.fields",
    "referenced_tweets",
    "referenced_tweets.id",
    "edit_history_tweet_ids",
    "tweets",
    "retweet_count",
    "tweet_count",
)
POSTS = Words(
    "post.fields",
    "referenced_posts",
    "referenced_posts",
    "edit_history_post_ids",
    "posts",
    "repost_count",
    "post_count",
)


def _words(query: Mapping[str, str]) -> Words:
    return POSTS if "post.fields" in query else TWEETS


def iso(at: float) -> str:
    """X's way to write a time: UTC, milliseconds, Z."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


class Shapes:
    def __init__(self, world: XWorld) -> None:
        self._world = world

    def post(self, post: Post, query: Mapping[str, str]) -> Json:
        """A REST post with the fields that the query asks for."""
        words = _words(query)
        asked = _split(query.get(words.fields)) | _expanded_fields(query)
        full = self.full_post(post, words)
        always = {"id", "text", words.history}
        return {name: value for name, value in full.items() if name in always | asked}

    def includes(self, posts: Iterable[Post], query: Mapping[str, str]) -> Json:
        """What the query's expansions add: users, and posts that were answered or quoted."""
        words = _words(query)
        expansions = _split(query.get("expansions"))
        users: dict[str, Person] = {}
        others: dict[str, Post] = {}
        for post in posts:
            people = self._world.people
            if "author_id" in expansions:
                users[post.author_id] = people[post.author_id]
            if "in_reply_to_user_id" in expansions and post.reply_to:
                answered = people[self._world.posts[post.reply_to].author_id]
                users[answered.id] = answered
            if "entities.mentions.username" in expansions:
                users |= {p.id: p for _, _, p in self._world.mentions(post.text)}
            if words.reference_expansion in expansions:
                found = (self._world.visible(i) for i in (post.reply_to, post.quotes) if i)
                others |= {other.id: other for other in found if other}
        if f"{words.reference_expansion}.author_id" in expansions:
            users |= {p.author_id: self._world.people[p.author_id] for p in others.values()}
        included: Json = {}
        if users:
            included["users"] = [self.user(user, query) for user in users.values()]
        if others:
            included[words.includes] = [self.post(other, query) for other in others.values()]
        return included

    def user(self, person: Person, query: Mapping[str, str]) -> Json:
        always = {"id", "name", "username"}
        asked = always | _split(query.get("user.fields"))
        full = self.full_user(person, _words(query))
        return {name: value for name, value in full.items() if name in asked}

    def message(self, message: Message, query: Mapping[str, str]) -> Json:
        """A REST direct message event; since June 2025 without participant_ids."""
        full: Json = {
            "id": message.id,
            "event_type": "MessageCreate",
            "text": html.escape(message.text, quote=False),
            "created_at": iso(message.at),
            "dm_conversation_id": message.conversation_id,
            "sender_id": message.sender_id,
        }
        asked = {"id", "event_type", "text"} | _split(query.get("dm_event.fields"))
        return {name: value for name, value in full.items() if name in asked}

    def full_user(self, person: Person, words: Words = TWEETS) -> Json:
        return {
            "id": person.id,
            "name": person.name,
            "username": person.handle,
            "created_at": iso(person.joined_at),
            "description": "",
            "url": "",
            "protected": False,
            "verified": False,
            "verified_type": "none",
            "profile_image_url": "https://pbs.twimg.com/profile_images/0/default_normal.png",
            "public_metrics": {
                "followers_count": person.followers,
                "following_count": 1,
                words.written: sum(p.author_id == person.id for p in self._world.posts.values()),
                "listed_count": 0,
                "like_count": 0,
                "media_count": 0,
            },
        }

    def full_post(self, post: Post, words: Words = TWEETS) -> Json:
        """Every field of a post that this cloud knows."""
        text = html.escape(post.text, quote=False)
        shown_from = len(html.escape(post.text[: post.shown_from], quote=False))
        full: Json = {
            "id": post.id,
            "text": text,
            words.history: [post.id],
            "author_id": post.author_id,
            "conversation_id": post.conversation_id,
            "created_at": iso(post.at),
            "lang": post.lang,
            "display_text_range": [shown_from, len(text)],
            "edit_controls": {
                "edits_remaining": 5,
                "is_edit_eligible": post.reply_to is None,
                "editable_until": iso(post.at + 3_600),
            },
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "public_metrics": self._metrics(post, words),
        }
        entities = self._entities(post, text)
        if entities:
            full["entities"] = entities
        references = []
        if post.reply_to:
            full["in_reply_to_user_id"] = self._world.posts[post.reply_to].author_id
            references.append({"type": "replied_to", "id": post.reply_to})
        if post.quotes:
            references.append({"type": "quoted", "id": post.quotes})
        if references:
            full[words.references] = references
        return full

    def activity_post(self, post: Post) -> Json:
        """A post as the payload of an activity event: in the old words, with the id answered."""
        full = self.full_post(post) | {"paid_partnership": False}
        if post.reply_to:
            full["in_reply_to_tweet_id"] = post.reply_to
            del full["edit_controls"]
        return full

    def activity_includes(self, post: Post) -> Json:
        people = [self._world.people[post.author_id]]
        if post.author_id != self._world.brand.id:
            people.append(self._world.brand)
        return {
            "users": [self.full_user(person) for person in people],
            "tweets": [self.full_post(post)],
        }

    @staticmethod
    def with_twins(value: object) -> object:
        """Activity events carry each whole number of an object a second time, as text."""
        if isinstance(value, list):
            return [Shapes.with_twins(item) for item in value]
        if not isinstance(value, dict):
            return value
        twins = {
            f"{name}_str": str(number)
            for name, number in value.items()
            if isinstance(number, int) and not isinstance(number, bool)
        }
        return {name: Shapes.with_twins(item) for name, item in value.items()} | twins

    def activity_messages(self, messages: list[Message]) -> Json:
        """Direct messages as the payload of an event, in the older API's form; several fit."""
        people = {i: self._world.people[i] for m in messages for i in (m.sender_id, m.recipient_id)}
        return {
            "direct_message_events": [
                {
                    "type": "message_create",
                    "id": message.id,
                    "created_timestamp": str(int(message.at * 1000)),
                    "message_create": {
                        "target": {"recipient_id": message.recipient_id},
                        "sender_id": message.sender_id,
                        "message_data": {
                            "text": html.escape(message.text, quote=False),
                            "entities": {
                                "hashtags": [],
                                "symbols": [],
                                "user_mentions": [],
                                "urls": [],
                            },
                        },
                    },
                }
                for message in messages
            ],
            "users": {i: {"data": self.full_user(person)} for i, person in people.items()},
        }

    def _metrics(self, post: Post, words: Words) -> Json:
        posts = [p for p in self._world.posts.values() if not p.deleted]
        return {
            words.reposts: 0,
            "reply_count": sum(p.reply_to == post.id for p in posts),
            "like_count": 0,
            "quote_count": sum(p.quotes == post.id for p in posts),
            "bookmark_count": 0,
            "impression_count": 0,
        }

    def _entities(self, post: Post, text: str) -> Json:
        entities: Json = {}
        mentions = [
            {"start": start, "end": end, "username": person.handle, "id": person.id}
            for start, end, person in self._world.mentions(text)
        ]
        if mentions:
            entities["mentions"] = mentions
        hashtags = [
            {"start": start, "end": end, "tag": tag}
            for start, end, tag in self._world.hashtags(text)
        ]
        if hashtags:
            entities["hashtags"] = hashtags
        urls = [
            {
                "start": text.index(link.short),
                "end": text.index(link.short) + len(link.short),
                "url": link.short,
                "expanded_url": link.expanded,
                "display_url": link.expanded.partition("//")[2],
            }
            for link in post.links
        ]
        if urls:
            entities["urls"] = urls
        return entities


def _split(value: str | None) -> set[str]:
    return set(filter(None, (value or "").split(",")))


def _expanded_fields(query: Mapping[str, str]) -> set[str]:
    """An expansion brings the field that it expands along."""
    expansions = _split(query.get("expansions"))
    return {
        field
        for field in ("author_id", "in_reply_to_user_id", "referenced_tweets", "referenced_posts")
        if any(e == field or e.startswith(f"{field}.") for e in expansions)
    }
