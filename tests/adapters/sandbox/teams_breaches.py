"""Calls that break the rules of Teams' stand-in, and presses that its window does not let through."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from teams_sandbox import (
    AOI,
    BEN,
    CARE,
    JSON,
    LEADS,
    MRI,
    Teams,
    block,
    card,
    chat_with,
    dialog_of,
    execute,
    field_of,
    opening,
    path,
    posted,
    said,
    submit,
    text,
)


@dataclass(frozen=True)
class Breach:
    """A call that breaks a rule, what comes of it, and what comes of it without the rule."""

    call: Callable[[Teams], Awaitable[str]]
    broken: str
    passed: str = "ok"
    installed: bool = True
    #: The bound at which it is tried, where the documented one takes thousands of calls.
    value: float | None = None


def outcome(answer: tuple[int, Any]) -> str:
    """`ok`, or the status and code of a refusal."""
    status, body = answer
    if status < 400:
        return "ok"
    error = body.get("error", {}) if isinstance(body, dict) else {}
    code = error.get("code") if isinstance(error, dict) else error
    return f"{status} {code or body}"


def login(number: int, **form: str) -> Breach:
    """A form that gives no token; Entra's own number says why."""

    async def call(teams: Teams) -> str:
        status, body = await teams.login(**form)
        return "ok" if status == 200 else str(body["error_codes"][0])

    return Breach(call, str(number))


def sends(activity: JSON, broken: str, conversation: str = CARE, query: str = "") -> Breach:
    async def call(teams: Teams) -> str:
        return outcome(await teams.send(conversation, activity, query))

    return Breach(call, broken)


def shows(content: JSON, broken: str) -> Breach:
    """A card that is refused, pointing at the fault."""

    async def call(teams: Teams) -> str:
        status, body = await teams.send(CARE, posted(content))
        return "ok" if status < 400 else f"{body['error']['code']} {body['error']['message']}"

    return Breach(call, f"BadSyntax {broken}")


def begins(body: JSON, broken: str, *, installed: bool = True) -> Breach:
    async def call(teams: Teams) -> str:
        return outcome(await teams.call("POST", "", body))

    return Breach(call, broken, installed=installed)


async def with_an_old_token(teams: Teams) -> str:
    await teams.clock.turn(3_600)
    return outcome(await teams.send(CARE, text()))


async def with_a_strange_token(teams: Teams) -> str:
    teams.token = "strange"
    return outcome(await teams.send(CARE, text()))


async def not_installed(teams: Teams) -> str:
    return outcome(await teams.send(CARE, text()))


async def changes_a_persons(teams: Teams) -> str:
    theirs = await teams.cloud.hands.say(BEN, CARE, "hello")
    return outcome(await teams.update(CARE, theirs, text()))


async def into_a_deleted_thread(teams: Teams) -> str:
    root = await teams.create(text())
    await teams.call("DELETE", f"{path(CARE)}/activities/{root}")
    return outcome(await teams.send(f"{CARE};messageid={root}", text()))


async def update_of_two_parts(teams: Teams) -> str:
    id = await teams.create(text())
    return outcome(await teams.update(CARE, id, posted(text="and a text")))


async def targeted_in_a_chat(teams: Teams) -> str:
    _, chat = await teams.call("POST", "", chat_with(MRI[BEN]))
    return outcome(await teams.send(chat["id"], to(BEN), "?isTargetedActivity=true"))


async def _targeted(teams: Teams) -> str:
    _, made = await teams.send(CARE, to(BEN), "?isTargetedActivity=true")
    return f"{path(CARE)}/activities/{made['id']}?isTargetedActivity=true"


async def targeted_at_another(teams: Teams) -> str:
    return outcome(await teams.call("PUT", await _targeted(teams), to(AOI)))


async def targeted_a_day_ago(teams: Teams) -> str:
    address = await _targeted(teams)
    await teams.clock.turn(86_400)
    teams.token = (await teams.login())[1]["access_token"]
    return outcome(await teams.call("PUT", address, text()))


def to(person: str) -> JSON:
    return text("only you", recipient={"id": MRI[person]})


def mention(words: str, person: str) -> JSON:
    return {"type": "mention", "text": words, "mentioned": {"id": person, "name": "Ben"}}


async def a_slow_invoke(teams: Teams) -> str:
    """An answer to a press that comes after ten seconds."""
    button = execute()
    id = await teams.create(posted(card(actions=[button])))

    async def late() -> JSON:
        await teams.clock.sleep(10)
        return said("done")

    teams.bot.answer = lambda _: late()
    return await _pressed(teams, id, button)


async def _pressed(teams: Teams, id: str, button: JSON) -> str:
    pressing = asyncio.ensure_future(teams.cloud.hands.execute(BEN, CARE, id, button))
    await teams.bot.spoken_to.wait()
    await teams.clock.turn(20)
    return str((await pressing).message)


async def a_slow_message(teams: Teams) -> str:
    """A message that is taken after twenty seconds."""

    async def late() -> int:
        await teams.clock.sleep(20)
        return 200

    teams.bot.answer = lambda _: late()
    saying = asyncio.ensure_future(teams.cloud.hands.say(BEN, CARE, "hi", mention=True))
    await teams.bot.spoken_to.wait()
    await teams.clock.turn(30)
    await saying
    return teams.cloud.delivered[-1].answer.error or "ok"


async def _opened(teams: Teams, *fields: JSON) -> str:
    """A dialog with these inputs, open before Ben."""
    id = await teams.create(posted(card(actions=[opening()])))
    teams.bot.answer = lambda _: dialog_of(card(*fields, actions=[submit()]))
    return str((await teams.cloud.dialogs.fetch(BEN, CARE, id, opening())).dialog)


async def searches(teams: Teams) -> str:
    query = {"type": "Data.Query", "dataset": "canned"}
    dialog = await _opened(teams, field_of("Input.ChoiceSet", **{"choices.data": query}))
    results = [{"title": f"T{n}", "value": f"v{n}"} for n in range(16)]
    teams.bot.answer = lambda _: {
        "statusCode": 200,
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": results},
    }
    return f"{len(await teams.cloud.dialogs.search(BEN, dialog, 'canned', 'T'))} shown"


def fills(element: JSON, value: str, broken: str) -> Breach:
    """What the window says to a value, or `ok` where it was sent."""

    async def call(teams: Teams) -> str:
        dialog = await _opened(teams, element)
        teams.bot.answer = lambda _: {}
        done = await teams.cloud.dialogs.submit(BEN, dialog, submit(), {element["id"]: value})
        return done.message or "ok"

    return Breach(call, broken)


def often(
    count: int,
    seconds: float,
    call: Callable[[Teams], Awaitable[tuple[int, Any]]],
    value: float | None = None,
) -> Breach:
    """The call, so many times within these seconds: the last one is too many."""

    async def repeated(teams: Teams) -> str:
        outcomes = []
        for number in range(count):
            outcomes.append(outcome(await call(teams)))
            if number < count - 1:
                await teams.clock.turn(seconds / count)
        assert set(outcomes[:-1]) == {"ok"}
        return outcomes[-1]

    return Breach(repeated, "429 Throttled", value=value)


async def _update_first(teams: Teams) -> tuple[int, Any]:
    """Changes the one message that there is, and makes it at first."""
    known = next(iter(teams.cloud.state.messages.get(CARE, {})), None)
    if known is None:
        return await teams.send(CARE, text())
    return await teams.update(CARE, known, text())


async def eight_updates(teams: Teams) -> str:
    return [outcome(await _update_first(teams)) for _ in range(8)][-1]


def _send(teams: Teams) -> Awaitable[tuple[int, Any]]:
    return teams.send(CARE, text())


def _member(teams: Teams) -> Awaitable[tuple[int, Any]]:
    return teams.call("GET", f"{path(CARE)}/members/{MRI[BEN]}")


async def calls_everywhere(teams: Teams) -> str:
    """51 look-ups at once, in as many chats as it takes to keep within their own limits."""
    chats = [teams.cloud.state.chat_of(person) for person in MRI]
    outcomes = [
        outcome(await teams.call("GET", f"{path(chats[number % 4])}/pagedmembers"))
        for number in range(51)
    ]
    assert set(outcomes[:-1]) == {"ok"}
    return outcomes[-1]


DENIED = "401 {'message': 'Authorization has been denied for this request.'}"
BIG = [block("x" * 900) for _ in range(32)]
TARGETED = "?isTargetedActivity=true"
TOGGLE = {"type": "Action.ToggleVisibility", "targetElements": ["more"]}

BREACHES: dict[str, Breach] = {
    "tenant_known": login(90002, tenant="tenant-9"),
    "app_known": login(700016, client_id="app-9"),
    "secret_right": login(7000215, client_secret="wrong"),
    "scope_default": login(1002012, scope="https://api.botframework.com"),
    "scope_known": login(500011, scope="https://graph.microsoft.com/.default"),
    "bearer_life": Breach(with_an_old_token, DENIED),
    "bearer_known": Breach(with_a_strange_token, DENIED),
    "installed": Breach(not_installed, "403 BotNotInConversationRoster", installed=False),
    "own_messages": Breach(changes_a_persons, "403 NotEnoughPermissions"),
    "tenant_named": begins(chat_with(MRI[BEN], tenantId="tenant-9"), "400 BadSyntax"),
    "one_member": begins(
        chat_with(MRI[BEN], members=[{"id": MRI[BEN]}, {"id": MRI[AOI]}]), "400 BadSyntax"
    ),
    "thread_exists": Breach(into_a_deleted_thread, "404 ActivityNotFoundInConversation"),
    "message_content": sends(text(" "), "400 BadArgument"),
    "attachment_known": sends(
        text(attachments=[{"contentType": "application/vnd.microsoft.card.hero", "content": {}}]),
        "400 BadArgument",
    ),
    "message_size": sends(text("あ" * 51_200), "413 MessageSizeTooBig"),
    "card_size": sends(posted(card(*BIG)), "413 MessageSizeTooBig"),
    "one_message": Breach(update_of_two_parts, "400 BadSyntax"),
    "mention_text": sends(text("hi Ben", entities=[mention("<at>Ben</at>", BEN)]), "400 BadSyntax"),
    "mention_known": sends(
        text("hi <at>Ben</at>", entities=[mention("<at>Ben</at>", "aad-nobody")]), "400 BadSyntax"
    ),
    "targeted_place": Breach(targeted_in_a_chat, "400 BadArgument"),
    "targeted_recipient": sends(text(), "400 BadArgument", query=TARGETED),
    "targeted_member": sends(to(BEN), "400 BadArgument", LEADS, TARGETED),
    "targeted_fixed": Breach(targeted_at_another, "400 BadArgument"),
    "targeted_life": Breach(targeted_a_day_ago, "404 ActivityNotFoundInConversation"),
    "card_version": shows(card(version="1.6"), "/version: above 1.5"),
    "element_known": shows(card({"type": "Badge"}), "/body/0/type: unknown type: Badge"),
    "action_known": shows(
        card(actions=[{"type": "Action.Http"}]), "/actions/0/type: unknown type: Action.Http"
    ),
    "property_known": shows(card(block(colour="good")), "/body/0: unknown property: colour"),
    "property_required": shows(card({"type": "Input.Text"}), "/body/0: missing property: id"),
    "property_type": shows(card(block(wrap="yes")), "/body/0/wrap: must be a boolean"),
    "enum_value": shows(
        card(block(weight="heavy")), "/body/0/weight: must be one of: default, lighter, bolder"
    ),
    "execute_verb": shows(
        card(actions=[execute(verb="")]), "/actions/0: an Action.Execute needs a verb"
    ),
    "id_once": shows(card(field_of(), field_of()), "/body/1/id: id already used: text"),
    "primary_actions": shows(card(actions=[submit()] * 7), "/actions: 7 primary actions"),
    "toggle_target": shows(
        card(actions=[TOGGLE]), "/actions/0/targetElements: no element has the id more"
    ),
    "invoke_in": Breach(a_slow_invoke, "Something went wrong. Please try again.", "done"),
    "message_in": Breach(a_slow_message, "timeout"),
    "search_choices": Breach(searches, "15 shown", "16 shown"),
    "input_required": fills(field_of(isRequired=True, errorMessage="Write it."), " ", "Write it."),
    "input_pattern": fills(field_of(regex=r"^\d+$"), "x", "This does not have the right form."),
    "input_range": fills(field_of("Input.Number", max=5), "6", "This is out of range."),
    "send_1s": often(8, 0, _send),
    "send_2s": often(9, 1.99, _send),
    "send_30s": often(61, 29.9, _send),
    "send_hour": often(21, 3_599, _send, value=20),
    "changes_are_sends": Breach(eight_updates, "429 Throttled"),
    "members_1s": often(15, 0, _member),
    "members_2s": often(17, 1.99, _member),
    "members_30s": often(121, 29.9, _member),
    "members_hour": often(21, 3_599, _member, value=20),
    "app_1s": Breach(calls_everywhere, "429 Throttled"),
}
