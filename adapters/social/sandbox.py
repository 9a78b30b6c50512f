"""Chirp, the make-believe network of the sandbox: the smallest whole channel, to learn from.

Its rules stand with its stand-in cloud: posts and private messages of at most 500 characters as
people count them, an idempotency key with every write, webhooks in signed batches. Signature:
`X-Chirp-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

import httpx
import regex
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from adapters._address import demand_lawful, of_vendor
from adapters._call import Call, patience, perform, unanswered
from chatops.channel import (
    Author,
    Can,
    Deleted,
    Echo,
    Edited,
    Finding,
    Inbound,
    Message,
    Outgoing,
    Sent,
    Traits,
)
from chatops.clock import Clock
from chatops.errors import Barred, CareError, Rejected, Unauthentic, Unreadable, Unsupported
from chatops.event import Deed, Kind
from chatops.policy import Account
from chatops.ports import Receive, Vault
from chatops.text import text

HEADER: Final = "x-chirp-signature"
LIMIT: Final = 500
#: A signature of another time than this is refused: the body may have been recorded.
STALE: Final = timedelta(minutes=5)

#: The refusals that have a sentence of their own, by Chirp's word.
_KNOWN: Final = frozenset(
    {"empty_text", "text_too_long", "no_such_post", "no_such_author", "unauthorized", "key_reused"}
)


def measure(words: str, private: bool) -> int:  # noqa: ARG001 - Chirp counts both alike
    """Count characters as people do: grapheme clusters."""
    return len(regex.findall(r"\X", words))


TRAITS: Final = Traits(
    name="sandbox",
    title="Chirp",
    can=Can.REPLY_PUBLIC
    | Can.REPLY_PRIVATE
    | Can.WEBHOOK
    | Can.REPEAT
    | Can.HIDE
    | Can.DELETE_THEIRS
    | Can.DELETE_OURS,
    measure=measure,
    limit=lambda _private: LIMIT,
    repeats_for=timedelta(hours=23),  # Chirp forgets a key after a day
)


class Settings(BaseModel):
    """One account of ours on Chirp."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr = Field(description="Bearer token of the API")
    secret: SecretStr = Field(description="Signs the webhooks")
    api: Annotated[str, of_vendor()] = Field(
        "http://127.0.0.1:8080/chirp/api", description="Chirp's API", validate_default=True
    )


# --- Chirp's JSON


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Author(_Wire):
    id: str
    handle: str
    name: str
    followers: int | None = None


class _Post(_Wire):
    id: str
    text: str
    author: _Author
    thread: str
    at: AwareDatetime
    in_reply_to: str | None = None
    private: bool = False


class _Gone(_Wire):
    id: str


class _Written(_Wire):
    type: Literal["post", "private", "edited", "echo"]
    post: _Post


class _Deleted(_Wire):
    type: Literal["deleted"]
    post: _Gone


_Event = Annotated[_Written | _Deleted, Field(discriminator="type")]


class _Typed(_Wire):
    event: _Event


class _Body(_Wire):
    events: tuple[dict[str, Any], ...]


_TYPES: Final = frozenset({"post", "private", "edited", "echo", "deleted"})


def open_channel(
    account: Account,
    settings: BaseModel,
    http: httpx.AsyncClient,
    vault: Vault,  # noqa: ARG001 - Chirp's token neither ends nor rotates
    clock: Clock,
    development: bool,
) -> "SandboxChannel":
    """Open an account on Chirp.

    Raises:
        ConfigError: outside development, where there is no Chirp.
    """
    assert isinstance(settings, Settings)  # noqa: S101 - config made it by this very model
    demand_lawful(settings, development)
    return SandboxChannel(account, settings, http, clock)


class SandboxChannel:
    traits = TRAITS

    def __init__(
        self, account: Account, settings: Settings, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        self.account = account.name
        self._handle = account.handle.removeprefix("@")
        self._settings = settings
        self._http = http
        self._clock = clock

    # --- in

    def challenge(self, query: Mapping[str, str]) -> bytes | None:  # noqa: ARG002
        """Chirp does not check addresses."""
        return None

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        given = dict(part.partition("=")[::2] for part in headers.get(HEADER, "").split(","))
        at, proof = given.get("t", ""), given.get("v1", "")
        if not (at.isascii() and at.isdecimal() and len(at) <= 12):
            raise Unauthentic(f"no {HEADER}")
        if abs(now.timestamp() - int(at)) > STALE.total_seconds():
            raise Unauthentic(f"stale {HEADER}")
        # the HTTP server keeps a byte that is no UTF-8 as a lone surrogate
        if not hmac.compare_digest(proof.encode(errors="replace"), self._sign(at, body).encode()):
            raise Unauthentic(f"wrong {HEADER}")

    def _sign(self, at: str, body: bytes) -> str:
        secret = self._settings.secret.get_secret_value().encode()
        return hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()

    def parse(self, body: bytes) -> list[Inbound]:
        try:
            raw = _Body.model_validate(json.loads(body)).events
            known = [_Typed(event=each) for each in raw if each.get("type") in _TYPES]  # type: ignore[arg-type] # pydantic reads it
        except ValidationError as error:
            places = (".".join(map(str, fault["loc"])) for fault in error.errors()[:5])
            raise Unreadable(f"not as documented: {', '.join(places)}") from error
        except ValueError as error:
            raise Unreadable(f"no JSON: {type(error).__name__}") from error
        return [self._inbound(each.event) for each in known]

    def _inbound(self, event: _Written | _Deleted) -> Inbound:
        if isinstance(event, _Deleted):
            return Deleted(self.account, event.post.id, self._clock.transport())
        post = event.post
        if event.type == "edited":
            return Edited(self.account, post.id, post.text, post.at)
        if event.type == "echo":
            return Echo(
                account=self.account,
                external_id=post.id,
                thread_key=post.thread,
                text=post.text,
                at=post.at,
                private=post.private,
                parent=post.in_reply_to,
                customer=post.thread.removeprefix("dm-") if post.private else None,
            )
        author = post.author
        return Message(
            account=self.account,
            external_id=post.id,
            thread_key=post.thread,
            author=Author(author.id, author.handle, author.name, author.followers),
            text=post.text,
            at=post.at,
            kind=_kind(post),
            private=post.private,
            parent=post.in_reply_to,
        )

    def is_whole(self, inbound: Inbound) -> bool:
        return not isinstance(inbound, Message) or inbound.kind is not Kind.REPLY

    async def complete(self, inbound: Inbound) -> Inbound:
        """Fetch the post that a reply answers, and keep its text if it is ours."""
        if not isinstance(inbound, Message) or self.is_whole(inbound):
            return inbound
        try:
            parent = await self._ask(Call("GET", f"{self._settings.api}/posts/{inbound.parent}"))
        except CareError:
            return inbound
        ours = parent.author.handle == self._handle
        return replace(inbound, parent_text=parent.text) if ours else inbound

    async def listen(self, receive: Receive) -> None:  # noqa: ARG002
        raise Unsupported("Chirp has no stream")

    # --- out

    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.private:
            path, to = "messages", {"to": outgoing.customer}
        elif outgoing.in_reply_to is not None:
            path, to = "posts", {"in_reply_to": outgoing.in_reply_to}
        else:
            raise Unsupported("a public reply on Chirp needs the post that it answers")
        body = {**to, "text": outgoing.text, "idempotency_key": outgoing.marker}
        url = f"{self._settings.api}/{path}"
        post = await self._ask(Call("POST", url, creates=True, json=body))
        return Sent(post.id, post.at)

    async def find(self, outgoing: Outgoing, since: datetime) -> Sent | None:  # noqa: ARG002
        raise Unsupported("Chirp takes the same key again instead")

    async def do(self, deed: Deed, external_id: str) -> None:
        url = f"{self._settings.api}/posts/{external_id}"
        try:
            if deed is Deed.DELETE:
                await self._ask(Call("DELETE", url))
            else:
                await self._ask(Call("PUT", f"{url}/hidden", json={"hidden": deed is Deed.HIDE}))
        except Rejected as refusal:
            if deed is not Deed.DELETE or refusal.code != "no-such-post":
                raise  # a post that is gone is what was asked for

    async def _ask(self, call: Call) -> _Post:
        token = self._settings.token.get_secret_value()
        call = replace(call, headers={"authorization": f"Bearer {token}"})
        answer = await perform(self._http, call)
        if answer.status_code == 429:
            raise patience(answer, 60.0)
        try:
            body = answer.json()
            if answer.is_success:
                return _Post.model_validate(body["post"])
        except (ValueError, KeyError, TypeError) as error:
            raise unanswered(call, "an answer that is not Chirp's") from error
        raise _refusal(answer.status_code, body)

    async def diagnose(self) -> list[Finding]:
        """Look whether Chirp answers and takes the token."""
        try:
            await self._ask(Call("GET", f"{self._settings.api}/posts/none"))
        except Rejected as refusal:
            known = refusal.code == "no-such-post"
            return [Finding(known, "Chirp takes the token", "set the token of the sandbox's Chirp")]
        except CareError as error:
            return [Finding(False, f"Chirp was not reached: {error}", "is `make sandbox` running?")]
        return [Finding(True, "Chirp takes the token")]

    async def close(self) -> None:
        """Nothing to do: the HTTP client belongs to the app."""


def _kind(post: _Post) -> Kind:
    if post.private:
        return Kind.DM
    return Kind.MENTION if post.in_reply_to is None else Kind.REPLY


def _refusal(status: int, body: object) -> Rejected:
    word = str(body.get("error", "")) if isinstance(body, dict) else ""
    code = word.replace("_", "-") if word in _KNOWN else "refused"
    # no reply at all gets through until somebody has mended that
    kind = Barred if code == "unauthorized" else Rejected
    return kind(code, f"status {status}: {word}", text(f"rejected-{code}"))
