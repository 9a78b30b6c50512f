"""An account of ours on X: what comes in is read, what goes out is sent and looked up."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import httpx
from pydantic import BaseModel

from adapters._address import demand_lawful
from adapters.social.x import signature
from adapters.social.x.api import Api
from adapters.social.x.examine import examine
from adapters.social.x.hashtags import query
from adapters.social.x.length import limit, measure, plain, rules, warn
from adapters.social.x.listen import Listener
from adapters.social.x.parse import Reading, dm_thread, dm_url, parse, post_url
from adapters.social.x.search import Search
from adapters.social.x.settings import Settings
from adapters.social.x.timeline import POST_FIELDS, USER_FIELDS, posts_in, stamp
from adapters.social.x.tokens import Tokens
from adapters.social.x.wire import RestDm, User, time_of, visible
from chatops.channel import Author, Can, Finding, Inbound, Message, Outgoing, Sent, Traits
from chatops.clock import Clock
from chatops.errors import Barred, CareError, InDoubt, Rejected, TryLater, Unsupported
from chatops.event import Deed
from chatops.policy import Account
from chatops.ports import Receive, Vault

TRAITS: Final = Traits(
    name="x",
    title="X",
    can=Can.REPLY_PUBLIC
    | Can.REPLY_PRIVATE
    | Can.WEBHOOK
    | Can.LISTEN
    | Can.FIND
    | Can.HIDE
    | Can.DELETE_OURS,
    measure=measure,
    limit=limit,
    warn=warn,
    hides_answers_only=True,  # docs.x.com/x-api/posts/hide-replies/quickstart
)

_DM_FIELDS: Final = {"dm_event__fields": "id,text,event_type,created_at,sender_id,entities"}


def open_channel(
    account: Account,
    settings: BaseModel,
    http: httpx.AsyncClient,
    vault: Vault,
    clock: Clock,
    development: bool,
) -> "XChannel":
    """Open an account on X.

    Raises:
        ConfigError: an address that is not X's, outside development.
    """
    assert isinstance(settings, Settings)  # noqa: S101 - config made it by this very model
    demand_lawful(settings, development)
    rules()
    return XChannel(account, settings, http, vault, clock)


class XChannel:
    traits = TRAITS

    def __init__(
        self,
        account: Account,
        settings: Settings,
        http: httpx.AsyncClient,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self.account = account.name
        self._handle = account.handle.removeprefix("@")
        self._settings = settings
        self._http = http
        self._vault = vault
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._tokens = Tokens(account.name, settings, http, vault, clock, self._owner)
        self._api = Api(settings, http, self._tokens, clock)
        self._own: str | None = None

    # --- in

    def challenge(self, query: Mapping[str, str]) -> bytes | None:
        return signature.challenge(query, self._settings.consumer_secret.get_secret_value())

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:  # noqa: ARG002 - X signs no time
        signature.verify(headers, body, self._settings.consumer_secret.get_secret_value())

    def parse(self, body: bytes) -> list[Inbound]:
        return parse(body, self.reading())

    def reading(self) -> Reading:
        """Return for whom bodies are read now."""
        return Reading(
            account=self.account,
            handle=self._handle,
            site=self._settings.site,
            summoned_only=self._settings.tier == "self-serve",
            now=self._clock.transport(),
            own=self._own,
        )

    def is_whole(self, inbound: Inbound) -> bool:
        if not isinstance(inbound, Message):
            return True
        return bool(inbound.author.handle) and (inbound.private or not _lacks_parent(inbound))

    async def complete(self, inbound: Inbound) -> Inbound:
        """Fetch the author where the payload named none, and the post of ours that is answered.

        One look-up brings both, at the price of the posts; a post that was delivered today is not
        charged again. Only replies and quotes have a parent that is surely ours.
        """
        if not isinstance(inbound, Message):
            return inbound
        try:
            if inbound.private:
                return await self._with_name(inbound)
            return await self._with_parent(inbound)
        except CareError:
            return inbound  # the card shows what there is

    async def _with_parent(self, message: Message) -> Message:
        wants_name = not message.author.handle
        ids = [message.external_id] * wants_name + [str(message.parent)] * _lacks_parent(message)
        if not ids:
            return message
        body = await self._api.get(
            "/2/tweets", ids=",".join(ids), expansions="author_id", **POST_FIELDS
        )
        posts, includes = posts_in(body)
        own = await self.own_id()
        answered = next((p for p in posts if p.id == message.parent and p.author_id == own), None)
        user = includes.user(message.author.external_id)
        return replace(
            message,
            author=_named(message.author, user),
            parent_text=answered.shown if answered else message.parent_text,
            url=post_url(self._settings.site, user, message.external_id) if user else message.url,
        )

    async def _with_name(self, message: Message) -> Message:
        if message.author.handle:
            return message
        id = message.author.external_id
        body = await self._api.get("/2/users", ids=id, user__fields=USER_FIELDS)
        _, includes = posts_in({"includes": {"users": body.get("data", [])}})
        return replace(message, author=_named(message.author, includes.user(id)))

    async def listen(self, receive: Receive) -> None:
        """Hold the stream, poll and search, for as long as this process has the account's lease.

        What `receive` could not keep (StorageError) comes again.
        """
        settings, api, vault, clock = self._settings, self._api, self._vault, self._clock
        asked = query(settings.hashtags, self._handle)
        search = Search(self, asked, settings, api, vault, clock) if settings.hashtags else None
        listener = Listener(self, settings, self._http, api, vault, clock, search)
        await listener.run(receive, self._owner)

    async def own_id(self) -> str:
        """Return the account's user id, which `connect` saved beside its tokens."""
        if self._own is None:
            self._own = (await self._vault.state(self.account)).tokens.get("user_id")
        if self._own is None:
            body = await self._api.get("/2/users/me")
            self._own = User.model_validate(body).id
        return self._own

    # --- out

    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.private:
            return await self._send_dm(outgoing)
        if outgoing.in_reply_to is None:
            raise Unsupported("a public reply on X needs the post that it answers")
        body = await self._api.create(
            "/2/tweets",
            {"text": outgoing.text, "reply": {"in_reply_to_tweet_id": outgoing.in_reply_to}},
        )
        return self._sent_post(_accepted(body, "id"))

    async def _send_dm(self, outgoing: Outgoing) -> Sent:
        body = await self._api.create(
            f"/2/dm_conversations/with/{outgoing.customer}/messages", {"text": outgoing.text}
        )
        id = _accepted(body, "dm_event_id")
        thread = str(body["data"].get("dm_conversation_id") or outgoing.thread_key)
        return Sent(id, time_of(id), dm_url(self._settings.site, thread))

    async def do(self, deed: Deed, external_id: str) -> None:
        """Hide a reply in a conversation that we began, or delete a post of ours.

        X refuses the rest (docs.x.com/x-api/posts/hide-replies, manage-tweets).
        """
        post = f"/2/tweets/{external_id}"
        try:
            if deed is Deed.DELETE:
                await self._api.ask("DELETE", post)
            else:
                await self._api.ask("PUT", f"{post}/hidden", {"hidden": deed is Deed.HIDE})
        except Rejected as refusal:
            if deed is not Deed.DELETE or refusal.code not in {"not-found", "post-gone"}:
                raise  # a post that is gone is what was asked for

    async def find(self, outgoing: Outgoing, since: datetime) -> Sent | None:
        """Look a reply up among our newest: same words, same post or conversation.

        Raises:
            TryLater, Barred: the look-up waits for its window, or for a token that holds.
            InDoubt: the look-up itself was refused or not answered: nothing has become clearer.
        """
        try:
            if outgoing.private:
                return await self._find_dm(outgoing, since)
            return await self._find_post(outgoing, since)
        except (TryLater, Barred):
            raise
        except CareError as error:
            raise InDoubt(f"looking it up: {error}") from error

    async def _find_post(self, outgoing: Outgoing, since: datetime) -> Sent | None:
        own = await self.own_id()
        answered = {outgoing.in_reply_to, *outgoing.perhaps_to}
        page: dict[str, str] = {}
        while True:
            body = await self._api.get(
                f"/2/users/{own}/tweets",
                start_time=stamp(since),
                max_results="100",
                **POST_FIELDS,
                **page,
            )
            for post in posts_in(body)[0]:
                same = plain(post.shown) == plain(outgoing.text)
                if same and post.referenced("replied_to") in answered:
                    return self._sent_post(post.first_id)
            token = body.get("meta", {}).get("next_token")
            if not token:
                return None
            page = {"pagination_token": str(token)}

    async def _find_dm(self, outgoing: Outgoing, since: datetime) -> Sent | None:
        own = await self.own_id()
        page: dict[str, str] = {}
        while True:
            body = await self._api.get(
                f"/2/dm_conversations/with/{outgoing.customer}/dm_events",
                max_results="100",
                **_DM_FIELDS,
                **page,
            )
            for raw in body.get("data", []):
                message = RestDm.model_validate(raw)
                if time_of(message.id) < since:
                    return None  # the newest come first
                same = plain(visible(message.text, message.entities.urls)) == plain(outgoing.text)
                if message.sender_id == own and same:
                    url = dm_url(self._settings.site, dm_thread(own, outgoing.customer))
                    return Sent(message.id, time_of(message.id), url)
            token = body.get("meta", {}).get("next_token")
            if not token:
                return None
            page = {"pagination_token": str(token)}

    def _sent_post(self, id: str) -> Sent:
        return Sent(id, time_of(id), f"{self._settings.site}/{self._handle}/status/{id}")

    # --- care

    async def diagnose(self) -> list[Finding]:
        """Try the account's credentials, subscriptions, webhook and stream, for `doctor`."""
        return await examine(
            self.account,
            self._handle,
            self._settings,
            self._http,
            self._api,
            self._vault,
            self._clock,
        )

    async def close(self) -> None:
        """Let a renewal of tokens come to its end; the HTTP client belongs to the app."""
        await self._tokens.settle()


def _accepted(body: Mapping[str, Any], key: str) -> str:
    """Return the id under which X accepted what we wrote."""
    data = body.get("data")
    id = data.get(key) if isinstance(data, dict) else None
    if not isinstance(id, str) or not id.isdecimal():
        raise InDoubt(f"X accepted without {key}")
    return id


def _lacks_parent(message: Message) -> bool:
    """Tell whether a post of ours was answered that the payload did not bring along."""
    is_ours = message.kind in {"reply", "quote"}
    return is_ours and message.parent is not None and message.parent_text is None


def _named(author: Author, user: User | None) -> Author:
    if user is None or author.handle:
        return author
    return Author(author.external_id, user.username, user.name, user.public_metrics.followers_count)
