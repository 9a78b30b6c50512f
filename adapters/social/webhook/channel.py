"""One source: bodies verified and read, replies posted to its own address.

Signature, in both directions: `X-Chatops-Signature: t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over
`<t>.<body>`. What we send has a `type`, what we take has `events`: neither can be played back as the
other. A body that is played back within the window is dropped by its messages' ids.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Final

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from adapters._address import demand_lawful, of_ours
from adapters._call import Call, patience, perform, unanswered
from adapters.social.webhook import wire
from chatops.channel import Can, Finding, Inbound, Outgoing, Sent, Traits
from chatops.clock import Clock
from chatops.config.notation import Span, between
from chatops.errors import Barred, CareError, Rejected, Unauthentic, Unsupported
from chatops.event import Deed
from chatops.policy import Account
from chatops.ports import Receive, Vault
from chatops.text import text

HEADER: Final = "x-chatops-signature"
#: Characters (code points) of a reply: more than people read, less than any form takes.
LIMIT: Final = 10_000
#: A signature of another time than this is refused: the body may have been recorded.
STALE: Final = timedelta(minutes=5)
#: Characters of a secret. RFC 2104 §3 discourages keys shorter than the hash's 32 bytes.
LEAST_SECRET: Final = 32

#: What a refusal means, by its status (RFC 9110 §15.5).
REFUSALS: Final = {
    401: "signature",
    403: "forbidden",
    404: "not-found",
    410: "not-found",
    413: "too-long",
}
#: Statuses that say nothing of the reply's fate. 409 is one only without the id of what is there: an
#: earlier try with the same key is still being written.
_UNSETTLED: Final = frozenset({408, 409, 425})

TRAITS: Final = Traits(
    name="webhook",
    title="Webhook",
    can=Can.REPLY_PUBLIC | Can.REPLY_PRIVATE | Can.WEBHOOK | Can.REPEAT,
    measure=lambda words, _private: len(words),
    limit=lambda _private: LIMIT,
)


def _strong(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < LEAST_SECRET:
        raise ValueError(
            f"this holds fewer than {LEAST_SECRET} characters; make a secret with "
            "python -c 'import secrets; print(secrets.token_hex())'"
        )
    return secret


_Secret = Annotated[SecretStr, AfterValidator(_strong)]


class Settings(BaseModel):
    """One source: what it shares with us, and where it takes replies."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1, max_length=40)] | None = Field(
        None,
        examples=["Forum"],
        description="What cards call it; otherwise the account's own name here",
    )
    secret: _Secret = Field(description="Shared with the source; signs both ways")
    old_secret: _Secret | None = Field(
        None, description="Taken from the source as well, while `secret` is being replaced"
    )
    reply_url: Annotated[str, of_ours] | None = Field(
        None, description="Where the source takes replies; without it nobody can reply"
    )
    reply_window: Annotated[Span, between("1h", "30d", "of the calendar")] | None = Field(
        None,
        examples=["24h"],
        description="For so long after a private message its network takes a free reply; "
        "otherwise for ever",
    )


def sign(secret: SecretStr, at: int, body: bytes) -> str:
    """Return the header that proves who sent `body` at `at`, in Unix seconds."""
    key = secret.get_secret_value().encode()
    return f"t={at},v1={hmac.new(key, b'%d.%b' % (at, body), hashlib.sha256).hexdigest()}"


def open_channel(
    account: Account,
    settings: BaseModel,
    http: httpx.AsyncClient,
    vault: Vault,  # noqa: ARG001 - a source has no tokens
    clock: Clock,
    development: bool,
) -> "WebhookChannel":
    """Open a source.

    Raises:
        ConfigError: an address without TLS outside development.
    """
    assert isinstance(settings, Settings)  # noqa: S101 - config made it by this very model
    demand_lawful(settings, development)
    return WebhookChannel(account.name, settings, http, clock)


class WebhookChannel:
    traits = TRAITS

    def __init__(
        self, account: str, settings: Settings, http: httpx.AsyncClient, clock: Clock
    ) -> None:
        self.account = account
        self._settings = settings
        self._http = http
        self._clock = clock

    # --- in

    def challenge(self, query: Mapping[str, str]) -> bytes | None:  # noqa: ARG002
        """A source is told our address by people; it checks none."""
        return None

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        given = headers.get(HEADER, "")
        at = given.partition(",")[0].removeprefix("t=")
        if not (at.isascii() and at.isdecimal() and len(at) <= 12):
            raise Unauthentic(f"no {HEADER}")
        if abs(now.timestamp() - int(at)) > STALE.total_seconds():
            raise Unauthentic(f"stale {HEADER}")
        # the HTTP server keeps a byte that is no UTF-8 as a lone surrogate
        proof = given.encode(errors="replace")
        for secret in filter(None, (self._settings.secret, self._settings.old_secret)):
            if hmac.compare_digest(proof, sign(secret, int(at), body).encode()):
                return
        raise Unauthentic(f"wrong {HEADER}")

    def parse(self, body: bytes) -> list[Inbound]:
        takes_replies = self._settings.reply_url is not None
        return wire.read(body, self.account, takes_replies=takes_replies)

    def is_whole(self, inbound: Inbound) -> bool:  # noqa: ARG002
        """A body leaves nothing out; our own parent posts we have ourselves."""
        return True

    async def complete(self, inbound: Inbound) -> Inbound:
        return inbound

    async def listen(self, receive: Receive) -> None:  # noqa: ARG002
        raise Unsupported("a source posts to us and has no stream")

    # --- out

    async def send(self, outgoing: Outgoing) -> Sent:
        if not outgoing.private and outgoing.in_reply_to is None:
            raise Unsupported("a public reply needs a message that is still there")
        call = self._call(
            creates=True,
            type="reply",
            key=outgoing.marker,
            account=self.account,
            thread=outgoing.thread_key,
            parent=outgoing.in_reply_to,
            customer=outgoing.customer.removeprefix(wire.customer_id(self.account, "")),
            private=outgoing.private,
            text=outgoing.text,
        )
        answer = await perform(self._http, call)
        status = answer.status_code
        if status == 429:
            raise patience(answer, 60.0)
        if answer.is_success or status == 409:
            with suppress(ValidationError):
                accepted = wire.Accepted.model_validate_json(answer.content)
                return Sent(accepted.id, self._clock.transport())
        if status in _UNSETTLED:
            raise unanswered(call, f"status {status}")
        raise _refusal(answer)

    async def find(self, outgoing: Outgoing, since: datetime) -> Sent | None:  # noqa: ARG002
        raise Unsupported("a source takes the same key again instead")

    async def do(self, deed: Deed, external_id: str) -> None:  # noqa: ARG002
        raise Unsupported("a source's own people hide and delete there")

    def _call(self, *, creates: bool = False, **said: str | bool | None) -> Call:
        """Return a signed call to the source; the key stands in the body, where it is signed."""
        if self._settings.reply_url is None:
            raise Unsupported(f"{self.account} has no reply_url")
        body = json.dumps(said, ensure_ascii=False).encode()
        at = int(self._clock.transport().timestamp())
        headers = {
            "content-type": "application/json",
            HEADER: sign(self._settings.secret, at, body),
        }
        return Call("POST", self._settings.reply_url, creates, headers=headers, content=body)

    async def diagnose(self) -> list[Finding]:
        """Look whether the source takes replies, by a signed check that it answers with 2xx."""
        if self._settings.reply_url is None:
            return [Finding(True, f"{self.account} takes no replies: it has no reply_url")]
        try:
            answer = await perform(self._http, self._call(type="check", account=self.account))
        except CareError as error:
            return [Finding(False, f"{self.account} was not reached: {error}", "is it running?")]
        if answer.is_success:
            return [Finding(True, f"{self.account} takes our signature")]
        said = f"{self.account} answers a check with status {answer.status_code}"
        remedy = (
            "give both sides the same secret, and look at the source's clock"
            if answer.status_code == 401
            else "look at reply_url; a check is answered with 204 (docs/webhook.md)"
        )
        return [Finding(False, said, remedy)]

    async def close(self) -> None:
        """Nothing to do: the HTTP client belongs to the app."""


def _refusal(answer: httpx.Response) -> Rejected:
    """Return why a reply was not taken, or that nothing says which message it became."""
    if answer.is_success:
        code = "no-id"
    elif answer.is_redirect:
        code = "redirect"
    else:
        code = REFUSALS.get(answer.status_code, "refused")
    # no reply at all gets through until somebody has mended that
    kind = Barred if code == "signature" else Rejected
    return kind(code, f"status {answer.status_code}", text(f"rejected-{code}"))
