"""Bodies of the X Activity API, and the posts that polling finds, as inbound. Pure.

A post may come several times: as a mention, as a reply, as a quote, by stream, webhook and polling.
Each time it has the same external id, the id of its first version.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from adapters.social.x.wire import (
    DeletedPost,
    DmEvent,
    DmPayload,
    Event,
    Includes,
    Post,
    Revocation,
    SearchEnd,
    User,
    visible,
)
from chatops.channel import (
    AccountRevoked,
    Author,
    Deleted,
    Echo,
    Edited,
    Inbound,
    Message,
    SearchEnded,
)
from chatops.errors import Unreadable
from chatops.event import Kind

#: The type of what searching for hashtags found: written as an event, but none of X's.
FOUND: Final = "hashtag.found"

#: The type of what searching says of itself: the month's reads are spent.
ENDED: Final = "hashtag.ended"

#: A customer whose name the payload left out: `complete` fetches it.
_UNNAMED: Final = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """For whom a body is read. `own` is the account's user id at X, where it is known already."""

    account: str
    handle: str
    site: str
    #: X lets the API answer only who mentioned or quoted the account (self-serve plans, since
    #: 2026-02-23). A reply's implicit handle counts, as clients report.
    summoned_only: bool
    now: datetime  #: stands in for the time of a deletion, which X does not tell
    own: str | None = None


def parse(body: bytes, reading: Reading) -> list[Inbound]:
    """Return what one body holds: an event, or a list of them.

    Events of other accounts of the same app, likes, reposts, and encrypted chats, whose words no
    server can read, give nothing.

    Raises:
        Unreadable: not JSON, or not what X documents for its event type.
    """
    try:
        whole = json.loads(body)
    except ValueError as error:
        raise Unreadable(f"no JSON: {type(error).__name__}") from error
    data = whole.get("data") if isinstance(whole, dict) else None
    if not isinstance(data, dict | list):
        raise Unreadable("no event: data is missing")
    try:
        events = [
            Event.model_validate(each) for each in (data if isinstance(data, list) else [data])
        ]
        return [inbound for event in events for inbound in _event(event, reading)]
    except ValidationError as error:
        raise Unreadable(where(error)) from error


def where(error: ValidationError) -> str:
    """Say where a body is wrong, in names of fields: never in the customer's words."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in error.errors()[:5]
    )


def _event(event: Event, reading: Reading) -> list[Inbound]:
    if event.event_type == "oauth.revoke":
        return _revoked(event, reading)
    own = event.filter.user_id or reading.own
    if own is None or (reading.own is not None and own != reading.own):
        return []
    read = _READERS.get(event.event_type)
    return read(event, own, reading) if read else []


def _revoked(event: Event, reading: Reading) -> list[Inbound]:
    """Take a revocation; it names the user in its payload and comes to every webhook of the app."""
    revocation = Revocation.model_validate(event.payload)
    if reading.own is not None and revocation.user_id != reading.own:
        return []
    return [AccountRevoked(reading.account, revocation.date_time)]


def _post(event: Event, own: str, reading: Reading) -> list[Inbound]:
    post = Post.model_validate(event.payload)
    quotes_us = event.event_type == "post.quote.create"
    return read_post(post, event.includes, own, reading, quotes_us=quotes_us)


def _found(event: Event, own: str, reading: Reading) -> list[Inbound]:
    post = Post.model_validate(event.payload)
    return read_post(post, event.includes, own, reading, otherwise=Kind.HASHTAG)


def _ended(event: Event, _own: str, reading: Reading) -> list[Inbound]:
    until = SearchEnd.model_validate(event.payload).until
    return [SearchEnded(reading.account, until)]


def _own_post(event: Event, own: str, reading: Reading) -> list[Inbound]:
    post = Post.model_validate(event.payload)
    return read_post(post, event.includes, own, reading) if post.author_id == own else []


def _deletion(event: Event, _own: str, reading: Reading) -> list[Inbound]:
    return [Deleted(reading.account, DeletedPost.model_validate(event.payload).id, reading.now)]


def _messages(event: Event, own: str, reading: Reading) -> list[Inbound]:
    payload = DmPayload.model_validate(event.payload)
    found = (_dm(message, payload, own, reading) for message in payload.direct_message_events)
    return [inbound for inbound in found if inbound is not None]


_READERS: Final[dict[str, Callable[[Event, str, Reading], list[Inbound]]]] = {
    "post.mention.create": _post,
    "post.reply.create": _post,
    "post.quote.create": _post,
    FOUND: _found,
    ENDED: _ended,
    "post.create": _own_post,
    "post.delete": _deletion,
    "dm.received": _messages,
    "dm.sent": _messages,
}


def read_post(
    post: Post,
    includes: Includes,
    own: str,
    reading: Reading,
    *,
    quotes_us: bool = False,
    otherwise: Kind = Kind.MENTION,
) -> list[Inbound]:
    """Return a post as inbound: a customer's, or ours.

    `otherwise` is the kind of a post that neither answers, quotes nor names us, by which way it
    came: X tells of no others, a search does. So a post is of one kind, whichever way came first.

    An edited post gives the message and its edit: the customer may have named us only in the second
    version, and then the message is new to us; otherwise it is dropped as a repeat.
    """
    if post.referenced("retweeted") is not None:
        return []
    found: list[Inbound] = [
        _echo(post, own, reading)
        if post.author_id == own
        else _message(post, includes, own, reading, quotes_us, otherwise)
    ]
    if post.id != post.first_id:
        found.append(Edited(reading.account, post.first_id, post.shown, post.at))
    return found


def _message(
    post: Post,
    includes: Includes,
    own: str,
    reading: Reading,
    quotes_us: bool,
    otherwise: Kind,
) -> Message:
    names_us = post.mentions(own, reading.handle)
    quoted = includes.post(post.referenced("quoted"))
    quotes_us = quotes_us or (quoted is not None and quoted.author_id == own)
    if post.in_reply_to_user_id == own:
        kind, parent = Kind.REPLY, post.referenced("replied_to")
    elif quotes_us:
        kind, parent = Kind.QUOTE, post.referenced("quoted")
    else:
        kind = Kind.MENTION if names_us else otherwise
        parent = post.referenced("replied_to")
    answered = includes.post(parent)
    return Message(
        account=reading.account,
        external_id=post.first_id,
        thread_key=post.thread,
        author=_author(post.author_id, includes.user(post.author_id)),
        text=post.shown,
        at=post.at,
        kind=kind,
        private=False,
        parent=parent,
        parent_text=answered.shown if answered and answered.author_id == own else None,
        url=post_url(reading.site, includes.user(post.author_id), post.first_id),
        can_reply=not reading.summoned_only or quotes_us or names_us,
    )


def _echo(post: Post, own: str, reading: Reading) -> Echo:
    to = post.in_reply_to_user_id
    return Echo(
        account=reading.account,
        external_id=post.first_id,
        thread_key=post.thread,
        text=post.shown,
        at=post.at,
        private=False,
        parent=post.referenced("replied_to"),
        customer=to if to != own else None,
        url=post_url(reading.site, None, post.first_id),
    )


def _dm(event: DmEvent, payload: DmPayload, own: str, reading: Reading) -> Inbound | None:
    if event.type != "message_create" or event.message_create is None:
        return None
    created = event.message_create
    words = visible(created.message_data.text, created.message_data.entities.urls)
    sender, recipient = created.sender_id, created.target.recipient_id
    customer = recipient if sender == own else sender
    thread = dm_thread(own, customer)
    if sender == own:
        return Echo(
            account=reading.account,
            external_id=event.id,
            thread_key=thread,
            text=words,
            at=event.at,
            private=True,
            customer=customer,
            url=dm_url(reading.site, thread),
        )
    return Message(
        account=reading.account,
        external_id=event.id,
        thread_key=thread,
        author=_author(customer, payload.users.get(customer)),
        text=words,
        at=event.at,
        kind=Kind.DM,
        private=True,
        url=dm_url(reading.site, thread),
    )


def _author(id: str, user: User | None) -> Author:
    if user is None:
        return Author(id, handle=_UNNAMED, name=_UNNAMED)
    return Author(id, user.username, user.name, user.public_metrics.followers_count)


def dm_thread(one: str, other: str) -> str:
    """Return the id of a conversation of two, as X writes it: the smaller user id first."""
    return "-".join(sorted((one, other), key=int))


def post_url(site: str, author: User | None, id: str) -> str:
    """Return a link to a post; X redirects `i` to the author's own page."""
    return f"{site}/{author.username if author else 'i'}/status/{id}"


def dm_url(site: str, thread: str) -> str:
    return f"{site}/messages/{thread}"
