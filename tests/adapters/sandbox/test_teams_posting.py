"""The Bot Connector and its login, by plain HTTP: what is written, changed, taken away, looked up."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from teams_breaches import mention, outcome, to
from teams_sandbox import (
    AOI,
    APP,
    BEN,
    CARE,
    GUEST,
    LEADS,
    MRI,
    NOW,
    ORGANISATION,
    SCOPE,
    STRANGER,
    TENANT,
    Teams,
    block,
    card,
    chat_with,
    path,
    posted,
    teams_at,
    text,
    thread_in,
)

from adapters.sandbox.teams import DOCUMENTED, Fault, Person
from adapters.sandbox.teams.window import seen_by

pytestmark = pytest.mark.anyio

TARGETED = "?isTargetedActivity=true"


async def test_a_token_names_the_app_and_its_hours(teams: Teams) -> None:
    status, body = await teams.login()
    claims = jwt.decode(body.pop("access_token"), options={"verify_signature": False})
    assert (status, body) == (
        200,
        {"token_type": "Bearer", "expires_in": 3_600, "ext_expires_in": 3_600},
    )
    assert (claims["aud"], claims["appid"], claims["tid"]) == (
        "https://api.botframework.com",
        APP,
        TENANT,
    )
    assert (claims["nbf"], claims["exp"]) == (NOW, NOW + 3_600)


@pytest.mark.parametrize(
    ("form", "status", "error", "number"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"client_secret": "old"}, 401, "invalid_client", 7000215),
        ({"client_assertion": "x"}, 401, "invalid_client", 700027),
    ],
)
async def test_what_gives_no_token_says_so_in_entras_words(
    teams: Teams, form: dict[str, str], status: int, error: str, number: int
) -> None:
    given, body = await teams.login(**form)
    assert (given, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")


async def test_a_secret_that_has_ended_gives_no_token(teams: Teams) -> None:
    teams.cloud.login.secret_ended = True
    status, body = await teams.login()
    assert (status, body["error_codes"]) == (401, [7000222])


def _certificate() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "care")])
    at = datetime.fromtimestamp(NOW, UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(at)
        .not_valid_after(at + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return key, made


async def test_an_assertion_signed_by_the_apps_certificate_gives_a_token() -> None:
    key, made = _certificate()
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    der = made.public_bytes(serialization.Encoding.DER)
    thumb = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
    organisation = replace(ORGANISATION, certificate=pem)
    async with teams_at(organisation=organisation) as teams:
        address = f"{teams.base}/login/{TENANT}/oauth2/v2.0/token"
        claims = {"aud": address, "iss": APP, "sub": APP, "nbf": NOW, "exp": NOW + 300, "jti": "1"}

        async def asked(headers: dict[str, str], **more: Any) -> tuple[int, list[int]]:
            signed = jwt.encode({**claims, **more}, key, "PS256", headers)
            status, body = await teams.login(
                client_assertion=signed,
                client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            return status, body.get("error_codes", [])

        assert await asked({"x5t#S256": thumb}) == (200, [])
        assert await asked({"x5t#S256": "another"}) == (401, [700027])
        assert await asked({"x5t#S256": thumb}, aud="elsewhere") == (401, [700027])
        assert await asked({"x5t#S256": thumb}, sub="app-9") == (401, [700027])
        assert await asked({"x5t#S256": thumb}, exp=NOW - 1) == (401, [700024])


async def test_a_thread_begins_in_a_channel_and_is_written_into(teams: Teams) -> None:
    status, made = await teams.call("POST", "", thread_in(CARE, posted(summary="New ticket")))
    root = made["activityId"]
    assert (status, made) == (201, {"id": f"{CARE};messageid={root}", "activityId": root})
    status, sent = await teams.send(made["id"], text("a reply"))
    assert status == 201
    shared = {"from": "bot", "name": "Care", "edited": False, "deleted": False, "private": False}
    assert teams.messages(AOI) == [
        {**shared, "id": root, "root": None, "at": NOW, "text": "", "cards": [card()]}
        | {"summary": "New ticket"},
        {**shared, "id": sent["id"], "root": root, "at": NOW, "text": "a reply", "cards": []}
        | {"summary": ""},
    ]


async def test_a_bare_channel_begins_a_thread_and_a_reply_stays_in_its_own(teams: Teams) -> None:
    _, first = await teams.send(CARE, text("first"))
    status, answer = await teams.send(CARE, text("to it"))
    assert status == 201
    activity = f"{path(CARE)}/activities/{first['id']}"
    _, reply = await teams.call("POST", activity, text("below it"))
    roots = {one["id"]: one["root"] for one in teams.messages()}
    assert roots == {first["id"]: None, answer["id"]: None, reply["id"]: first["id"]}


async def test_an_update_changes_the_message_for_everybody(teams: Teams) -> None:
    id = await teams.create(posted())
    assert await teams.update(CARE, id, posted(card(block("Claimed")))) == (200, {"id": id})
    (seen,) = teams.messages(AOI)
    assert (seen["cards"], seen["edited"]) == ([card(block("Claimed"))], True)
    thread = f"{CARE};messageid={id}"
    assert (await teams.update(thread, id, text("done")))[0] == 200
    (seen,) = teams.messages(AOI)
    assert (seen["text"], seen["cards"]) == ("done", [])


async def test_what_is_deleted_is_gone(teams: Teams) -> None:
    id = await teams.create(posted())
    activity = f"{path(CARE)}/activities/{id}"
    assert await teams.call("DELETE", activity) == (200, None)
    assert teams.messages() == []
    gone = "404 ActivityNotFoundInConversation"
    assert outcome(await teams.call("DELETE", activity)) == gone
    assert outcome(await teams.update(CARE, id, text())) == gone
    assert outcome(await teams.call("POST", activity, text())) == gone


async def test_a_deleted_root_leaves_a_mark_where_its_thread_hangs(teams: Teams) -> None:
    id = await teams.create(posted(summary="New"))
    await teams.send(f"{CARE};messageid={id}", text("a reply"))
    await teams.call("DELETE", f"{path(CARE)}/activities/{id}")
    root, reply = teams.messages()
    assert (root["deleted"], root["cards"], root["summary"]) == (True, [], "")
    assert reply["text"] == "a reply"


@pytest.mark.parametrize(
    ("conversation", "refused"),
    [
        ("care", "400 BadSyntax"),
        ("19:nowhere@thread.tacv2", "404 ConversationNotFound"),
        ("a:nobody", "404 ConversationNotFound"),
        (f"{CARE};messageid=12", "404 ActivityNotFoundInConversation"),
    ],
)
async def test_an_unknown_conversation_is_refused(
    teams: Teams, conversation: str, refused: str
) -> None:
    assert outcome(await teams.send(conversation, text())) == refused


@pytest.mark.parametrize(
    "activity",
    [
        {},
        {"type": "handoff", "text": "hi"},
        text(textFormat="rtf"),
        text(entities={}),
        text(attachments=["card"]),
        {"type": "message", "text": 1},
        {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive"}],
        },
    ],
)
async def test_a_malformed_activity_is_refused(teams: Teams, activity: dict[str, Any]) -> None:
    assert outcome(await teams.send(CARE, activity)) == "400 BadSyntax"


async def test_a_body_that_is_no_json_is_refused(teams: Teams) -> None:
    address = f"{teams.base}/connector/v3/conversations"
    headers = {"Authorization": f"Bearer {teams.token}", "Content-Type": "application/json"}
    async with teams.http.post(address, data=b"{", headers=headers) as answer:
        assert (answer.status, await answer.json()) == (
            400,
            {"error": {"code": "BadSyntax", "message": "Invalid or missing JSON in the body"}},
        )
    headers["Content-Type"] = "text/plain"
    async with teams.http.post(address, data=b"{}", headers=headers) as answer:
        assert answer.status == 415


async def test_typing_is_seen_by_nobody_afterwards(teams: Teams) -> None:
    status, _ = await teams.send(CARE, {"type": "typing"})
    assert (status, teams.messages()) == (201, [])


async def test_a_personal_chat_is_made_once_and_seen_by_its_person(teams: Teams) -> None:
    status, made = await teams.call("POST", "", chat_with(MRI[BEN]))
    assert (status, set(made)) == (201, {"id"})
    assert (await teams.call("POST", "", chat_with(BEN)))[1] == made
    await teams.send(made["id"], text("for Ben"))
    for person, seen in ((BEN, ["for Ben"]), (AOI, [])):
        personal = seen_by(teams.cloud.state, person)["personal"]
        assert [one["text"] for one in personal["messages"]] == seen


async def test_a_personal_chat_needs_somebody_and_the_app(teams: Teams) -> None:
    assert outcome(await teams.call("POST", "", chat_with("29:nobody"))) == "400 BadArgument"
    assert outcome(await teams.call("POST", "", {"isGroup": True})) == "400 BadSyntax"
    teams.cloud.state.installed = False
    refused = await teams.call("POST", "", chat_with(MRI[BEN]))
    assert outcome(refused) == "403 ForbiddenOperationException"


async def test_a_targeted_message_is_one_persons_alone(teams: Teams) -> None:
    _, made = await teams.send(CARE, to(BEN), TARGETED)
    (seen,) = teams.messages(BEN)
    assert (seen["text"], seen["private"]) == ("only you", True)
    assert teams.messages(AOI) == []
    # It is changed and deleted as a targeted one, or not found.
    activity = f"{path(CARE)}/activities/{made['id']}"
    gone = "404 ActivityNotFoundInConversation"
    assert outcome(await teams.call("PUT", activity, text("x"))) == gone
    assert outcome(await teams.call("DELETE", activity)) == gone
    assert (await teams.call("PUT", activity + TARGETED, text("x")))[0] == 200
    assert [one["text"] for one in teams.messages(BEN)] == ["x"]
    assert (await teams.call("DELETE", activity + TARGETED))[0] == 200
    assert teams.messages(BEN) == []


async def test_a_targeted_message_vanishes_after_a_day(teams: Teams) -> None:
    await teams.send(CARE, to(BEN), TARGETED)
    await teams.clock.turn(86_399)
    assert len(teams.messages(BEN)) == 1
    await teams.clock.turn(1)
    assert teams.messages(BEN) == []


async def test_a_member_is_looked_up_by_each_of_their_names(teams: Teams) -> None:
    ben = {
        "id": MRI[BEN],
        "name": "Ben Carter",
        "givenName": "Ben",
        "surname": "Carter",
        "objectId": BEN,
        "aadObjectId": BEN,
        "email": "ben@aozora.test",
        "userPrincipalName": "ben@aozora.test",
        "tenantId": TENANT,
        "userRole": "user",
    }
    for name in (MRI[BEN], BEN, "ben@aozora.test"):
        assert await teams.call("GET", f"{path(CARE)}/members/{name}") == (200, ben)
    _, guest = await teams.call("GET", f"{path(CARE)}/members/{GUEST}")
    assert (guest["userRole"], guest["tenantId"]) == ("guest", TENANT)
    assert guest["userPrincipalName"] == "robin_agency.test#EXT#@tenant-1"
    _, stranger = await teams.call("GET", f"{path(CARE)}/members/{STRANGER}")
    assert (stranger["userRole"], stranger["tenantId"]) == ("user", "tenant-2")
    missing = await teams.call("GET", f"{path(LEADS)}/members/{BEN}")
    assert outcome(missing) == "404 MemberNotFoundInConversation"


async def test_members_come_in_pages() -> None:
    crowd = tuple(
        Person(f"aad-{n}", f"29:{n}", f"Person {n}", f"{n}@aozora.test", TENANT) for n in range(60)
    )
    organisation = replace(ORGANISATION, people=(*ORGANISATION.people, *crowd))
    async with teams_at(organisation=organisation) as teams:
        address = f"{path(CARE)}/pagedmembers?pageSize=50"
        _, first = await teams.call("GET", address)
        assert (len(first["members"]), first["continuationToken"]) == (50, "50")
        _, rest = await teams.call("GET", f"{address}&continuationToken=50")
        assert (len(rest["members"]), set(rest)) == (14, {"members"})
        _, alone = await teams.call("GET", f"{path(LEADS)}/pagedmembers")
        assert [one["id"] for one in alone["members"]] == [MRI[AOI]]
        for wrong in ("pageSize=x", "continuationToken=x"):
            refused = await teams.call("GET", f"{path(CARE)}/pagedmembers?{wrong}")
            assert outcome(refused) == "400 BadArgument"


async def test_a_card_mentions_somebody_who_is_there(teams: Teams) -> None:
    words = block("<at>Ben</at>, please look")
    named = card(words, msteams={"entities": [mention("<at>Ben</at>", BEN)]})
    assert (await teams.send(CARE, posted(named)))[0] == 201
    absent = card(block("Look"), msteams={"entities": [mention("<at>Ben</at>", BEN)]})
    assert outcome(await teams.send(CARE, posted(absent))) == "400 BadSyntax"
    # Ben is not in the leads' channel.
    assert outcome(await teams.send(LEADS, posted(named))) == "400 BadSyntax"


async def test_a_call_too_many_is_told_when_to_come_again(teams: Teams) -> None:
    for _ in range(7):
        assert (await teams.send(CARE, text()))[0] == 201
    async with teams.http.post(
        f"{teams.base}/connector/v3/conversations{path(CARE)}/activities",
        json=text(),
        headers={"Authorization": f"Bearer {teams.token}"},
    ) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
        assert await answer.json() == {
            "error": {"code": "Throttled", "message": "Too many requests."}
        }
    # Another channel has a pace of its own, and so has this one a second later.
    assert (await teams.send(LEADS, text()))[0] == 201
    await teams.clock.turn(1)
    assert (await teams.send(CARE, text()))[0] == 201
    assert outcome(await teams.send(CARE, text())) == "429 Throttled"


async def test_every_call_is_logged_with_its_outcome(teams: Teams) -> None:
    id = await teams.create(text())
    await teams.update(CARE, id, text("again"))
    await teams.send("care", text())
    await teams.login()
    assert [(one.name, one.conversation, one.target, one.outcome) for one in teams.cloud.calls] == [
        ("create", CARE, "", "ok"),
        ("update", CARE, id, "ok"),
        ("send", "care", "", "BadSyntax"),
        ("token", "", "", "ok"),
    ]


@pytest.mark.parametrize("status", [412, 429, 502])
async def test_a_fault_answers_with_its_status(teams: Teams, status: int) -> None:
    teams.cloud.fault(Fault("status", "send", status=status, retry_after=3))
    async with teams.http.post(
        f"{teams.base}/connector/v3/conversations{path(CARE)}/activities",
        json=text(),
        headers={"Authorization": f"Bearer {teams.token}"},
    ) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (status, "3")
        assert set((await answer.json())["error"]) == {"code", "message"}
    assert (await teams.send(CARE, text()))[0] == 201


async def test_faults_strike_one_call_or_conversation_until_they_are_used_up(teams: Teams) -> None:
    teams.cloud.fault(Fault("status", "*", status=504, conversation=LEADS))
    teams.cloud.fault(Fault("status", "token", status=401))
    teams.cloud.fault(Fault("503html", "openid"))
    assert (await teams.send(CARE, text()))[0] == 201
    assert await teams.send(LEADS, text()) == (504, None)
    assert (await teams.send(LEADS, text()))[0] == 201
    assert (await teams.login())[0] == 401
    metadata = f"{teams.base}/metadata/.well-known/openidconfiguration"
    async with teams.http.get(metadata) as answer:
        assert (answer.status, answer.content_type) == (503, "text/html")
    assert [one.outcome for one in teams.cloud.calls if one.outcome != "ok"] == [
        "fault:status",
        "fault:status",
        "fault:503html",
    ]


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
async def test_a_broken_call_is_done_or_left_as_its_fault_says(
    teams: Teams, kind: Any, done: bool
) -> None:
    teams.cloud.fault(Fault(kind, "send"))
    patience = aiohttp.ClientTimeout(total=0.5)
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        async with teams.http.post(
            f"{teams.base}/connector/v3/conversations{path(CARE)}/activities",
            json=text("once"),
            headers={"Authorization": f"Bearer {teams.token}"},
            timeout=patience,
        ) as answer:
            await answer.read()
    assert [one["text"] for one in teams.messages()] == (["once"] if done else [])


def test_a_fault_that_is_none_is_refused() -> None:
    for wrong in (
        {"kind": "fire"},
        {"kind": "drip", "call": "dance"},
        {"kind": "drip", "times": 0},
    ):
        with pytest.raises(ValueError, match=r"kind|call|times"):
            Fault(**wrong)  # type: ignore[arg-type]


async def test_a_life_that_is_set_shorter_ends_a_token_sooner() -> None:
    async with teams_at(DOCUMENTED.with_value("bearer_life", 60)) as teams:
        await teams.clock.turn(59)
        assert (await teams.send(CARE, text()))[0] == 201
        await teams.clock.turn(1)
        assert (await teams.send(CARE, text()))[0] == 401


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"channelData": []}, "400 BadSyntax"),
        ({"channelData": {"channel": "care"}}, "400 BadSyntax"),
        (thread_in("a:nobody", text()), "404 ConversationNotFound"),
        (thread_in(CARE, {"type": "typing"}), "400 BadArgument"),
        ({"members": "everybody", "tenantId": TENANT}, "400 BadSyntax"),
        ({"members": ["ben"], "tenantId": TENANT}, "400 BadSyntax"),
    ],
)
async def test_a_conversation_that_cannot_be_made_is_refused(
    teams: Teams, body: dict[str, Any], refused: str
) -> None:
    assert outcome(await teams.call("POST", "", body)) == refused


async def test_a_thread_begins_in_channels_alone(teams: Teams) -> None:
    chat = teams.cloud.state.chat_of(BEN)
    refused = await teams.call("POST", "", thread_in(chat, text()))
    assert outcome(refused) == "404 ConversationNotFound"
    status, made = await teams.call("POST", "", chat_with(BEN, activity=text("hello")))
    assert (status, made["id"]) == (201, chat)
    personal = seen_by(teams.cloud.state, BEN)["personal"]
    assert [one["id"] for one in personal["messages"]] == [made["activityId"]]
    typing = chat_with(BEN, activity={"type": "typing"})
    assert await teams.call("POST", "", typing) == (201, {"id": chat})


async def test_signs_of_typing_change_nothing(teams: Teams) -> None:
    id = await teams.create(text("hello"))
    typing = {"type": "typing"}
    assert outcome(await teams.update(CARE, id, typing)) == "400 BadArgument"
    aimed = {**typing, "recipient": {"id": MRI[BEN]}}
    assert (await teams.send(CARE, aimed, TARGETED))[0] == 201
    assert [one["text"] for one in teams.messages()] == ["hello"]


@pytest.mark.parametrize(
    "entity",
    ["ben", {"type": "mention"}, {"type": "mention", "text": "<at>Ben</at>", "mentioned": "ben"}],
)
async def test_a_mention_that_is_none_is_refused(teams: Teams, entity: object) -> None:
    words = text("<at>Ben</at>", entities=[entity])
    assert outcome(await teams.send(CARE, words)) == "400 BadSyntax"


async def test_other_entities_are_left_alone(teams: Teams) -> None:
    quoted = {"type": "targetedMessageInfo", "messageId": "1"}
    assert (await teams.send(CARE, text(entities=[quoted])))[0] == 201


async def test_a_body_is_an_object(teams: Teams) -> None:
    assert outcome(await teams.call("POST", f"{path(CARE)}/activities", [])) == "400 BadSyntax"
    assert outcome(await teams.call("POST", "", thread_in(CARE, []))) == "400 BadSyntax"  # type: ignore[arg-type]


async def test_an_app_without_secret_or_assertion_gets_no_token(teams: Teams) -> None:
    form = {"grant_type": "client_credentials", "client_id": APP, "scope": SCOPE}
    address = f"{teams.base}/login/{TENANT}/oauth2/v2.0/token"
    async with teams.http.post(address, data=form) as answer:
        assert (answer.status, (await answer.json())["error_codes"]) == (401, [7000216])


async def test_a_token_of_no_kind_is_refused(teams: Teams) -> None:
    address = f"{teams.base}/connector/v3/conversations{path(CARE)}/pagedmembers"
    for headers in ({}, {"Authorization": f"Basic {teams.token}"}):
        async with teams.http.get(address, headers=headers) as answer:
            assert answer.status == 401
            assert await answer.json() == {
                "message": "Authorization has been denied for this request."
            }
