"""Lists of posts as X's look-ups and time-lines return them, and how to ask for them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from adapters.social.x.wire import Includes, Post

USER_FIELDS: Final = "name,public_metrics,username"

#: What we ask of a post. `__` stands for a dot. The guides' word is tweet.fields, the OpenAPI
#: file's since 2026 is post.fields; X answers both, each in its own words.
POST_FIELDS: Final = {
    "tweet__fields": "author_id,conversation_id,created_at,display_text_range,entities,"
    "edit_history_tweet_ids,in_reply_to_user_id,note_tweet,referenced_tweets",
    "user__fields": USER_FIELDS,
}


def posts_in(body: Mapping[str, Any]) -> tuple[list[Post], Includes]:
    """Return the posts of a list; one that cannot be read is left out, so that the rest arrive."""
    posts = []
    for raw in body.get("data") or []:
        try:
            posts.append(Post.model_validate(raw))
        except ValidationError:
            continue
    try:
        return posts, Includes.model_validate(body.get("includes") or {})
    except ValidationError:
        return posts, Includes()


def stamp(at: datetime) -> str:
    """Return a time as X's parameters want it: UTC, whole seconds, Z."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def as_event(
    kind: str, own: str, payload: Mapping[str, Any], page: Mapping[str, Any] | None = None
) -> bytes:
    """Write what we found ourselves as an event of the X Activity API, with what `page` includes."""
    told = {"event_type": kind, "filter": {"user_id": own}, "payload": payload}
    includes = _about(payload, page) if page else {}
    return json.dumps({"data": told | ({"includes": includes} if includes else {})}).encode()


def _about(post: Mapping[str, Any], page: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what a page of posts includes for one of them: its author and the posts it refers to."""
    wanted = {post.get("author_id"), *(to.get("id") for to in post.get("referenced_tweets") or [])}
    return {
        kind: [each for each in held if each.get("id") in wanted]
        for kind, held in (page.get("includes") or {}).items()
    }
