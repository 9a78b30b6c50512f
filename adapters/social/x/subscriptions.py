"""What an account has subscribed to at X, and the webhook where the events go.

One subscription an event type (docs.x.com, x-api/activity). Mentions, replies, quotes and messages
are private events: only the account's own token may subscribe to them.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from adapters.social.x.api import Api
from adapters.social.x.wire import Filter, Id, Wire
from chatops.errors import Unreached

EVENT_TYPES: Final = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.create",
    "post.delete",
    "dm.received",
    "dm.sent",
)

Shape = TypeVar("Shape", bound=Wire)


class Subscription(Wire):
    subscription_id: Id
    event_type: str
    filter: Filter = Filter()
    webhook_id: Id | None = None


class Webhook(Wire):
    id: Id
    url: str
    valid: bool = False


async def of_account(api: Api, user_id: str) -> list[Subscription]:
    """Return the account's subscriptions among all of the app's."""
    body = await api.ask("GET", "/2/activity/subscriptions", app=True)
    found = [_read(Subscription, raw) for raw in body.get("data") or []]
    return [each for each in found if each.filter.user_id == user_id]


def missing(existing: Iterable[Subscription]) -> list[str]:
    """Return the event types that nobody subscribed to."""
    present = {each.event_type for each in existing}
    return [event_type for event_type in EVENT_TYPES if event_type not in present]


async def subscribe(api: Api, event_type: str, user_id: str, webhook_id: str | None) -> None:
    wanted: dict[str, Any] = {"event_type": event_type, "filter": {"user_id": user_id}}
    if webhook_id is not None:
        wanted["webhook_id"] = webhook_id
    await api.ask("POST", "/2/activity/subscriptions", wanted)


async def move(api: Api, subscription: Subscription, webhook_id: str) -> None:
    """Let a subscription's events go to a webhook."""
    path = f"/2/activity/subscriptions/{subscription.subscription_id}"
    await api.ask("PUT", path, {"webhook_id": webhook_id}, app=True)


async def own_webhook(api: Api, url: str) -> Webhook | None:
    """Return the app's webhook of that address."""
    body = await api.ask("GET", "/2/webhooks", app=True)
    found = (_read(Webhook, raw) for raw in body.get("data") or [])
    return next((webhook for webhook in found if webhook.url == url), None)


async def register(api: Api, url: str) -> Webhook:
    """Register an address; X challenges it at once, so the service has to be running."""
    return _read(Webhook, await api.ask("POST", "/2/webhooks", {"url": url}, app=True))


async def check(api: Api, webhook: Webhook) -> None:
    """Let X challenge the address again."""
    await api.ask("PUT", f"/2/webhooks/{webhook.id}", app=True)


def _read(shape: type[Shape], raw: object) -> Shape:
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        raise Unreached(f"X answered in an unknown shape: {shape.__name__}") from error
