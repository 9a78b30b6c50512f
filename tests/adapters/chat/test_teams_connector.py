"""The Bot Connector's methods, what each answer means, and where calls go."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from social.kept import Clock, vault_at
from teams_far import (
    APP,
    CHANNEL,
    PARTNER,
    TENANT,
    Answer,
    Asked,
    Far,
    Near,
    near,
    refusal,
    told,
)

from adapters.chat.teams.addresses import ACCOUNT, Addresses
from adapters.chat.teams.connector import Connector
from adapters.sandbox.faults import Kind
from chatops.errors import Barred, CareError, Gone, InDoubt, Rejected, TryLater, Unreached
from chatops.text import Text, text

pytestmark = pytest.mark.anyio

ROOT = "1481567603816"
THREAD = f"{CHANNEL};messageid={ROOT}"
PATH = "/v3/conversations/19%3Acare%40thread.tacv2"
IN_THREAD = f"{PATH}%3Bmessageid%3D{ROOT}"
USER = "44444444-4444-4444-8444-444444444444"
SAID = {"type": "message", "text": "こんにちは"}

Act = Callable[[Connector], Awaitable[Any]]

#: Every method: how it is called, what goes out, and what comes back of `answer`.
METHODS: dict[str, tuple[Act, dict[str, Any], Asked, Any]] = {
    "post_root": (
        lambda to: to.post_root(CHANNEL, SAID),
        {"id": THREAD, "activityId": ROOT},
        Asked(
            "POST",
            "/v3/conversations",
            {},
            {
                "bot": {"id": f"28:{APP}"},
                "tenantId": TENANT,
                "isGroup": True,
                "channelData": {"channel": {"id": CHANNEL}},
                "activity": SAID,
            },
            "Bearer token-1",
        ),
        ROOT,
    ),
    "reply": (
        lambda to: to.reply(CHANNEL, ROOT, SAID),
        {"id": "17"},
        Asked("POST", f"{IN_THREAD}/activities", {}, SAID, "Bearer token-1"),
        f"17@{ROOT}",
    ),
    "say": (
        lambda to: to.say("a:1/2", SAID),
        {"id": "18"},
        Asked("POST", "/v3/conversations/a%3A1%2F2/activities", {}, SAID, "Bearer token-1"),
        "18",
    ),
    "private": (
        lambda to: to.private(THREAD, "29:ben", SAID),
        {"id": "19"},
        Asked(
            "POST",
            f"{IN_THREAD}/activities",
            {"isTargetedActivity": "true"},
            {**SAID, "recipient": {"id": "29:ben"}},
            "Bearer token-1",
        ),
        None,
    ),
    "update": (
        lambda to: to.update(CHANNEL, f"17@{ROOT}", SAID),
        {"id": "17"},
        Asked("PUT", f"{IN_THREAD}/activities/17", {}, {**SAID, "id": "17"}, "Bearer token-1"),
        None,
    ),
    "update_root": (
        lambda to: to.update(CHANNEL, ROOT, SAID),
        {},
        Asked("PUT", f"{IN_THREAD}/activities/{ROOT}", {}, {**SAID, "id": ROOT}, "Bearer token-1"),
        None,
    ),
    "update_personal": (
        lambda to: to.update("a:1", "18", SAID),
        {},
        Asked(
            "PUT",
            "/v3/conversations/a%3A1/activities/18",
            {},
            {**SAID, "id": "18"},
            "Bearer token-1",
        ),
        None,
    ),
    "delete": (
        lambda to: to.delete(CHANNEL, f"17@{ROOT}"),
        {},
        Asked("DELETE", f"{IN_THREAD}/activities/17", {}, None, "Bearer token-1"),
        None,
    ),
    "personal": (
        lambda to: to.personal(USER),
        {"id": "a:ben"},
        Asked(
            "POST",
            "/v3/conversations",
            {},
            {
                "bot": {"id": f"28:{APP}"},
                "tenantId": TENANT,
                "isGroup": False,
                "members": [{"id": USER}],
                "channelData": {"tenant": {"id": TENANT}},
            },
            "Bearer token-1",
        ),
        "a:ben",
    ),
    "member": (
        lambda to: to.member(CHANNEL, USER),
        {"aadObjectId": USER, "userRole": "guest"},
        Asked("GET", f"{PATH}/members/{USER}", {}, None, "Bearer token-1"),
        {"aadObjectId": USER, "userRole": "guest"},
    ),
}
CALLS = {name: act for name, (act, *_) in METHODS.items()}

#: What would be seen twice.
POSTS = ("post_root", "reply", "say", "private")


@pytest.mark.parametrize("method", METHODS)
async def test_method_says_what_is_documented(method: str) -> None:
    act, answer, asked, given = METHODS[method]
    async with near() as here:
        here.far.answers = [told(201, answer)]
        assert await act(here.connector) == given
        assert here.far.asked == [asked]


async def test_root_is_also_known_by_its_conversation() -> None:
    async with near() as here:
        here.far.answers = [told(201, {"id": THREAD})]
        assert await here.connector.post_root(CHANNEL, SAID) == ROOT


async def test_personal_chat_is_asked_for_once() -> None:
    async with near() as here:
        here.far.answers = [told(201, {"id": "a:ben"})]
        assert [await here.connector.personal(USER) for _ in range(2)] == ["a:ben", "a:ben"]
        assert len(here.far.asked) == 1


async def failure(here: Near, method: str, *answers: Answer) -> CareError:
    here.far.answers = list(answers)
    with pytest.raises(CareError) as caught:
        await CALLS[method](here.connector)
    return caught.value


def told_of(error: CareError) -> tuple[object, ...]:
    """Everything that an error carries."""
    code = error.code if isinstance(error, Rejected) else None
    whole = error.whole if isinstance(error, Barred) else None
    seconds = error.seconds if isinstance(error, TryLater) else None
    return type(error), code, whole, seconds, error.said


def barred(code: str, said: str, *, whole: bool = False) -> tuple[object, ...]:
    return Barred, code, whole, None, text(said)


def limited(seconds: float) -> tuple[object, ...]:
    return TryLater, None, None, seconds, None


def refused(kind: type[Rejected], code: str, said: Text | None = None) -> tuple[object, ...]:
    return kind, code, None, None, said


@pytest.mark.parametrize(
    ("answer", "post", "update"),
    [
        (refusal(429, "Throttled", Retry_After="17"), limited(17), limited(17)),
        (refusal(429, "Throttled"), limited(1), limited(1)),
        (told(429, "<html>", Retry_After="Sat, 1 Jan"), limited(1), limited(1)),
        (refusal(412, "PreconditionFailed"), limited(1), limited(1)),
        (
            refusal(403, "BotNotInConversationRoster"),
            barred("BotNotInConversationRoster", "teams-barred-outside"),
            barred("BotNotInConversationRoster", "teams-barred-outside"),
        ),
        (
            refusal(403, "BotDisabledByAdmin"),
            barred("BotDisabledByAdmin", "teams-barred-admin", whole=True),
            barred("BotDisabledByAdmin", "teams-barred-admin", whole=True),
        ),
        (
            told(403, "<html>"),
            barred("status-403", "teams-barred-outside"),
            barred("status-403", "teams-barred-outside"),
        ),
        (
            refusal(404, "ConversationNotFound"),
            barred("ConversationNotFound", "teams-barred-outside"),
            barred("ConversationNotFound", "teams-barred-outside"),
        ),
        (
            refusal(404, "ActivityNotFoundInConversation"),
            barred("ActivityNotFoundInConversation", "teams-barred-outside"),
            refused(Gone, "ActivityNotFoundInConversation"),
        ),
        (
            told(404, "<html>"),
            barred("status-404", "teams-barred-outside"),
            refused(Gone, "status-404"),
        ),
        (
            refusal(413, "MessageSizeTooBig"),
            refused(Rejected, "MessageSizeTooBig"),
            refused(Rejected, "MessageSizeTooBig"),
        ),
        (
            told(413, "<html>too big</html>"),
            refused(Rejected, "status-413"),
            refused(Rejected, "status-413"),
        ),
        (
            refusal(400, "BadArgument"),
            refused(Rejected, "BadArgument"),
            refused(Rejected, "BadArgument"),
        ),
        (
            told(400, {"errorCode": "209", "message": "…"}),
            refused(Rejected, "209"),
            refused(Rejected, "209"),
        ),
        (
            told(400, {"error": {"code": 5}}),
            refused(Rejected, "status-400"),
            refused(Rejected, "status-400"),
        ),
        (
            told(302, Location="http://127.0.0.1/"),
            refused(Rejected, "status-302"),
            refused(Rejected, "status-302"),
        ),
    ],
)
async def test_refusal_means_the_same_in_our_words(
    answer: Answer, post: tuple[object, ...], update: tuple[object, ...]
) -> None:
    async with near() as here:
        assert told_of(await failure(here, "post_root", answer)) == post
        assert told_of(await failure(here, "update", answer)) == update
        assert len(here.far.asked) == 2


async def test_thread_or_person_that_is_not_there_is_gone() -> None:
    async with near() as here:
        for method, code in (
            ("reply", "ActivityNotFoundInConversation"),
            ("delete", "ActivityNotFoundInConversation"),
            ("member", "MemberNotFoundInConversation"),
        ):
            assert told_of(await failure(here, method, refusal(404, code))) == refused(Gone, code)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [None, "<html>Bad Gateway</html>"])
async def test_server_that_fails_leaves_a_post_in_doubt(status: int, body: str | None) -> None:
    async with near() as here:
        for method in CALLS:
            error = await failure(here, method, told(status, body))
            assert type(error) is (InDoubt if method in POSTS else Unreached), method


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        ("timeout_before", False),
        ("timeout_after", True),
        ("reset", False),
        ("reset_after", True),
        ("reset_midway", True),
        ("drip", True),
    ],
)
async def test_connection_that_breaks_leaves_a_post_in_doubt(
    kind: Kind, done: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters._call.TIMEOUT", httpx.Timeout(0.3))
    async with near() as here:
        for method, expected in (("post_root", InDoubt), ("update", Unreached)):
            here.far.broken, here.far.asked = [kind], []
            error = await failure(here, method, told(201, {"id": THREAD}))
            assert type(error) is expected
            assert len(here.far.asked) == done


async def test_nobody_listening_has_taken_nothing() -> None:
    async with near() as here:
        await here.vault.save_cursor(ACCOUNT, "service", "http://127.0.0.1:9/connector")
        settings = here.settings.model_copy(update={"connector": "http://127.0.0.1:9/connector"})
        addresses = Addresses(here.vault, settings)
        connector = Connector(here.http, here.tokens, addresses, settings)
        for method in ("post_root", "update"):
            with pytest.raises(Unreached):
                await CALLS[method](connector)


@pytest.mark.parametrize("answer", [told(200, "<html>"), told(200, ["1"]), told(201, {"id": 1})])
async def test_answer_without_an_id_leaves_a_post_in_doubt(answer: Answer) -> None:
    async with near() as here:
        assert type(await failure(here, "post_root", answer)) is InDoubt
        assert type(await failure(here, "personal", answer)) is Unreached


async def test_member_that_is_no_object_is_not_told() -> None:
    async with near() as here:
        assert type(await failure(here, "member", told(200, "<html>"))) is Unreached


async def test_token_that_is_not_taken_is_renewed_once() -> None:
    async with near() as here:
        here.far.answers = [told(401), told(201, {"id": "17"})]
        assert await here.connector.reply(CHANNEL, ROOT, SAID) == f"17@{ROOT}"
        bearers = [asked.authorization for asked in here.far.asked]
        assert bearers == ["Bearer token-1", "Bearer token-2"]
        error = await failure(here, "update", told(401), refusal(401, "BotNotRegistered"))
        assert told_of(error) == barred("BotNotRegistered", "teams-barred-token", whole=True)
        assert len(here.far.asked) == 4


async def test_login_that_refuses_stops_the_call_unsaid() -> None:
    async with near() as here:
        here.far.logins = [told(401, {"error": "invalid_client"})]
        error = await failure(here, "post_root")
        assert told_of(error) == barred("invalid_client", "teams-barred-login", whole=True)
        assert here.far.asked == []


async def test_without_an_app_id_no_token_goes_along() -> None:
    async with near(app_id="", secret=None) as here:
        here.far.answers = [told(201, {"id": "17"})]
        await here.connector.reply(CHANNEL, ROOT, SAID)
        assert [asked.authorization for asked in here.far.asked] == [None]


# Where calls go


def activity(far: Far, **more: Any) -> dict[str, Any]:
    return {
        "type": "conversationUpdate",
        "serviceUrl": far.service,
        "conversation": {"id": THREAD},
        "channelData": {
            "tenant": {"id": TENANT},
            "channel": {"id": CHANNEL},
            "team": {"id": "19:general@thread.tacv2", "aadGroupId": "group-1"},
        },
        **more,
    }


async def test_service_is_learnt_from_what_comes_in_and_outlives_us() -> None:
    clock, far = Clock(), Far(base="http://127.0.0.1:8400")
    async with vault_at(clock) as vault:
        addresses = Addresses(vault, far.settings())
        with pytest.raises(Unreached) as caught:
            await addresses.service_url()
        assert caught.value.said == text("teams-not-installed")
        assert await addresses.group(CHANNEL) is None
        await addresses.learn(activity(far))
        assert dict((await vault.state(ACCOUNT)).cursors) == {
            "service": far.service,
            f"team:{CHANNEL}": "19:general@thread.tacv2",
            "group:19:general@thread.tacv2": "group-1",
        }
        again = Addresses(vault, far.settings())
        assert await again.service_url() == f"{far.base}/connector/emea"
        assert await again.service_url(THREAD) == f"{far.base}/connector/emea"
        assert await again.group(CHANNEL) == "group-1"
        assert await again.group("19:general@thread.tacv2") == "group-1"


async def test_channel_that_was_not_heard_from_is_of_the_only_team() -> None:
    clock, far = Clock(), Far(base="http://127.0.0.1:8400")
    async with vault_at(clock) as vault:
        addresses = Addresses(vault, far.settings())
        groups = []
        for team in ("1", "2"):
            told_of_team = {
                "team": {"id": f"19:{team}@thread.tacv2", "aadGroupId": f"group-{team}"}
            }
            await addresses.learn(activity(far, conversation=None, channelData=told_of_team))
            groups.append(await addresses.group(CHANNEL))
        assert groups == ["group-1", None]


async def test_newer_service_takes_the_place_of_the_old() -> None:
    clock, far = Clock(), Far(base="http://127.0.0.1:8400")
    async with vault_at(clock) as vault:
        addresses = Addresses(vault, far.settings())
        await addresses.learn(activity(far))
        await addresses.learn(activity(far, serviceUrl=f"{far.base}/connector/amer/"))
        assert await addresses.service_url() == f"{far.base}/connector/amer"


async def test_another_tenants_service_is_its_own_conversations_alone() -> None:
    clock, far = Clock(), Far(base="http://127.0.0.1:8400")
    async with vault_at(clock) as vault:
        addresses = Addresses(vault, far.settings(tenants=[PARTNER]))
        await addresses.learn(activity(far))
        theirs = {"tenant": {"id": PARTNER}}
        asia = f"{far.base}/connector/apac/"
        for about in ({"id": "a:robin"}, None):
            await addresses.learn(
                activity(far, serviceUrl=asia, conversation=about, channelData=theirs)
            )
        assert await addresses.service_url("a:robin") == f"{far.base}/connector/apac"
        assert await addresses.service_url(THREAD) == f"{far.base}/connector/emea"


@pytest.mark.parametrize(
    "more",
    [
        {"channelData": {"tenant": {"id": PARTNER}}},
        {"serviceUrl": "https://example.com/teams/", "channelData": {}},
        {"serviceUrl": None, "channelData": None},
        {"serviceUrl": 5, "channelData": {"channel": "19", "team": []}},
    ],
)
async def test_strangers_and_strange_addresses_teach_nothing(more: dict[str, Any]) -> None:
    clock, far = Clock(), Far(base="http://127.0.0.1:8400")
    async with vault_at(clock) as vault:
        addresses = Addresses(vault, far.settings())
        await addresses.learn(activity(far, **more))
        assert dict((await vault.state(ACCOUNT)).cursors) == {}


async def test_service_of_another_cloud_is_no_longer_used() -> None:
    clock, far = Clock(), Far(base="http://127.0.0.1:8400")
    async with vault_at(clock) as vault:
        await vault.save_cursor(ACCOUNT, "service", "https://smba.infra.gov.teams.microsoft.us/t")
        with pytest.raises(Unreached):
            await Addresses(vault, far.settings()).service_url()
