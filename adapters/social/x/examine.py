"""What can be wrong with an account on X, looked at for `doctor`: each with what to do about it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from adapters._call import Call, perform
from adapters.social.x.api import Api
from adapters.social.x.reads import Reads, next_month
from adapters.social.x.search import COUNTS
from adapters.social.x.settings import Settings
from adapters.social.x.subscriptions import missing, of_account, own_webhook
from adapters.social.x.tokens import SCOPES
from adapters.social.x.wire import User
from chatops.channel import Finding
from chatops.clock import Clock
from chatops.errors import CareError
from chatops.ports import Vault

_CONNECT: Final = "run `python -m chatops connect x`"
_SILENT: Final = timedelta(seconds=90)  #: the stream gives a sign every 20 s
_SKEW: Final = timedelta(seconds=30)
_MONTH: Final = timedelta(days=30)


async def examine(
    account: str,
    handle: str,
    settings: Settings,
    http: httpx.AsyncClient,
    api: Api,
    vault: Vault,
    clock: Clock,
) -> list[Finding]:
    """Try everything; a call that fails is a finding, and what hangs on it is left out."""
    found = [await _clock(settings, http, clock)]
    try:
        async for finding in _account(account, handle, settings, api, vault, clock):
            found.append(finding)  # noqa: PERF401 - what was found before a failure counts
    except CareError as error:
        found.append(Finding(False, f"X refused or was not reached: {error}", _CONNECT))
    return found


async def _account(
    account: str, handle: str, settings: Settings, api: Api, vault: Vault, clock: Clock
) -> AsyncIterator[Finding]:
    await api.tokens.access()
    yield Finding(True, "the access token is valid or was renewed")
    state = await vault.state(account)
    lacking = [scope for scope in SCOPES if scope not in state.tokens.get("scope", "").split()]
    yield Finding(not lacking, f"permissions missing: {', '.join(lacking) or 'none'}", _CONNECT)
    me = User.model_validate(await api.get("/2/users/me"))
    same = me.username.casefold() == handle.casefold()
    yield Finding(
        same,
        "the token is the account's",
        f"it belongs to another handle than app.yaml's; {_CONNECT}",
    )
    existing = await of_account(api, me.id)
    yield Finding(
        not (gone := missing(existing)),
        f"subscriptions missing: {', '.join(gone) or 'none'}",
        _CONNECT,
    )
    if settings.webhook_url is not None:
        webhook = await own_webhook(api, settings.webhook_url)
        yield Finding(
            webhook is not None and webhook.valid,
            f"webhook {'absent' if webhook is None else 'valid' if webhook.valid else 'not valid'}",
            f"let X reach {settings.webhook_url} over https, then {_CONNECT}",
        )
    if settings.stream:
        silent = clock.transport() - state.heard_at if state.heard_at else None
        said = f"{silent.total_seconds():.0f} s ago" if silent is not None else "never"
        yield Finding(
            silent is not None and silent <= _SILENT,
            f"the stream gave its last sign {said}",
            "is `serve` running, and does the network let a long connection through?",
        )
    if settings.hashtags:
        now = clock.transport()
        reads = Reads.at(now, state.cursors.get(COUNTS))
        yield _searches(settings, reads, now)
        yield _reads(settings, reads, now)


def _searches(settings: Settings, reads: Reads, now: datetime) -> Finding:
    """Tell when the hashtags were looked for, and what X's rate window has left."""
    every = settings.search_every
    ago = now - reads.searched_at if reads.searched_at else None
    said = f"{ago.total_seconds():.0f} s ago" if ago is not None else "never"
    if (window := reads.window) is None:
        left = "X has told nothing of its rate window"
    elif window.ends_at <= now:
        left = f"all {window.limit} of X's rate window are left"
    else:
        left = f"{window.limit - window.left} of {window.limit} in X's rate window are used"
    is_stopped = reads.page(settings.monthly_reads) is None
    return Finding(
        is_stopped or (ago is not None and ago <= every + _SILENT),
        f"{' '.join(f'#{each}' for each in settings.hashtags)} searched {said}; {left}; "
        f"{_MONTH / every:,.0f} searches a month, of which X charges only what they find",
        "is `serve` running? its log says why a search fails (x.search_refused)",
    )


def _reads(settings: Settings, reads: Reads, now: datetime) -> Finding:
    """Tell what searching has cost this month, and what the month will cost at this pace."""
    cap = settings.monthly_reads
    begins = f"{next_month(now):%Y-%m-%d}"
    if reads.page(cap) is None:
        then = f"searching has stopped until {begins} UTC"
    else:
        then = f"about {reads.expected(now):,} by the end of the month at this pace"
    return Finding(
        reads.page(cap) is not None,
        f"searching read {reads.posts:,} of {cap:,} posts this month, for at most "
        f"{reads.dollars:,.2f} US dollars; {then}",
        "raise monthly_reads, or look for fewer hashtags",
    )


async def _clock(settings: Settings, http: httpx.AsyncClient, clock: Clock) -> Finding:
    """Compare our clock with X's by the Date that every answer bears, were it a refusal."""
    try:
        answer = await perform(http, Call("GET", f"{settings.api}/2/users/me"))
        skew = clock.transport() - parsedate_to_datetime(answer.headers["date"])
    except (CareError, KeyError, ValueError) as error:
        return Finding(False, f"no time from X: {type(error).__name__}", "check proxy, CA and DNS")
    seconds = skew.total_seconds()
    return Finding(abs(skew) <= _SKEW, f"our clock differs by {seconds:.0f} s", "run an NTP client")
