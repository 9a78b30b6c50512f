"""What a typed line, a form and a button say to a command."""

from typing import Annotated

import pytest
from pydantic import BaseModel

import commands
from chatops.arguments import FormOnly, Verbatim, form_for
from chatops.call import Command, OnTicket, Registry
from chatops.card import Choice, TextBox
from chatops.event import CloseReason, Priority, SnoozeReason, Then
from chatops.line import Missing, Read, named, nearest, read
from chatops.policy import Role
from chatops.text import Summons, Words, text
from chatops.ticket import Refusal
from commands.close import Scope
from commands.list import Which
from tests.scenes import call, scene

WORDS = Words()
R = CloseReason.RESOLVED
REGISTRY = Registry.of(commands)


def command(name: str) -> Command:
    found = REGISTRY.get(name)
    assert found is not None
    return found


def reads(name: str, line: str, ticket: int | None = None) -> tuple[dict[str, object], int | None]:
    understood = read(command(name), call(name, line, ticket=ticket), WORDS)
    assert isinstance(understood, Read), understood
    return understood.args.model_dump(exclude_defaults=True), understood.ticket


@pytest.mark.parametrize(
    ("name", "line", "args", "ticket"),
    [
        ("claim", "42", {}, 42),
        ("claim", " #42 ", {}, 42),
        ("claim", "＃４２", {}, 42),
        ("close", "42 resolved", {"reason": CloseReason.RESOLVED}, 42),
        ("close", "42 No Reply Needed", {"reason": CloseReason.NO_REPLY_NEEDED}, 42),
        ("close", "42 no_reply_needed", {"reason": CloseReason.NO_REPLY_NEEDED}, 42),
        ("close", "42　解決", {"reason": CloseReason.RESOLVED}, 42),
        ("close", "42 ｽﾊﾟﾑ", {"reason": CloseReason.SPAM}, 42),
        ("assign", "42 @ben", {"who": "@ben"}, 42),
        ("assign", "42 Ben  Carter", {"who": "Ben Carter"}, 42),
        ("snooze", "42 tomorrow 9:00", {"until": "tomorrow 9:00"}, 42),
        (
            "snooze",
            "42 third party 明日９時",
            {"until": "明日9時", "reason": SnoozeReason.WAITING_THIRD_PARTY},
            42,
        ),
        ("snooze", "42 1h 社内待ち", {"until": "1h", "reason": SnoozeReason.WAITING_INTERNAL}, 42),
        ("reply", "42 Ｈｅｌｌｏ  Jo\n 42", {"text": "Ｈｅｌｌｏ  Jo\n 42"}, 42),
        ("reply", "42 close the lid", {"text": "close the lid"}, 42),
        ("escalate", "42 legal  See  #7", {"target": "legal", "reason": "See  #7"}, 42),
        ("undo", "42 #100", {"message": 100}, 42),
        ("link", "42 #43", {"other": 43}, 42),
        ("merge", "４３　＃４２", {"into": 42}, 43),
        ("close", "42 with linked resolved", {"reason": R, "scope": Scope.WITH_LINKED}, 42),
        ("close", "42 解決 関連も", {"reason": R, "scope": Scope.WITH_LINKED}, 42),
        ("priority", "42 high He  is 7", {"priority": Priority.HIGH, "reason": "He  is 7"}, 42),
        ("tag", "42 ＶＩＰ -旧", {"tags": "VIP -旧"}, 42),
        ("move", "42 global  Paris, 9:00", {"queue": "global", "note": "Paris, 9:00"}, 42),
        ("macro", "42 refund asked", {"name": "refund asked"}, 42),
        ("macro", "refund asked ＃４２", {"name": "refund asked"}, 42),
        ("handover", "ben see #42", {"to": "ben", "note": "see #42"}, None),
        ("handover", "ROOM note from:aoi", {"to": "room", "note": "note from:aoi"}, None),
        ("handover", "from:aoi ben", {"whose": "aoi", "to": "ben"}, None),
        ("handover", "ben From:aoi", {"whose": "aoi", "to": "ben"}, None),
        ("handover", "不在：aoi ルーム", {"whose": "aoi", "to": "room"}, None),
        ("handover", "対象：japan ben", {"queue": "japan", "to": "ben"}, None),
        ("report", "7d queue global", {"period": "7d", "queue": "global"}, None),
        ("report", "queue:global 7d", {"period": "7d", "queue": "global"}, None),
        (
            "report",
            "キュー：global チケット 初回返信",
            {"queue": "global", "tickets": "first"},
            None,
        ),
        (
            "report",
            "tickets closed without a reply 7d",
            {"period": "7d", "tickets": "no_reply"},
            None,
        ),
        ("report", "tickets:still waiting page 2", {"tickets": "waiting", "page": 2}, None),
        ("report", "by queue queue global", {"by": "by_queue", "queue": "global"}, None),
        ("report", "kind direct message tag vip", {"kind": "dm", "tag": "vip"}, None),
        ("report", "kind carrier pigeon", {"kind": "carrier", "period": "pigeon"}, None),
        ("report", "This  Week by queue", {"period": "this_week", "by": "by_queue"}, None),
        (
            "report",
            "csv last month in room",
            {"period": "last_month", "place": "in_room", "form": "csv"},
            None,
        ),
        (
            "report",
            "キュー japan 先週　担当者別",
            {"queue": "japan", "period": "last_week", "by": "by_agent"},
            None,
        ),
        ("report", "tickets late 今月", {"tickets": "late", "period": "this_month"}, None),
        ("report", "last fortnight", {"period": "last fortnight"}, None),
        ("list", "2", {"page": 2}, None),
        ("list", "伊藤　葵 2", {"of": "伊藤 葵", "page": 2}, None),
        ("list", "3 #vip unread", {"of": "#vip", "page": 3, "which": Which.UNREAD}, None),
        ("handover", "from: ben", {"to": "from:", "note": "ben"}, None),
    ],
)
def test_a_line_is_read_into_arguments(
    name: str, line: str, args: dict[str, object], ticket: int | None
) -> None:
    assert reads(name, line) == (args, ticket)


def test_in_a_ticket_s_thread_a_leading_number_belongs_to_the_text() -> None:
    assert reads("note", "42 boxes are missing", ticket=7) == (
        {"text": "42 boxes are missing"},
        None,
    )


def test_a_macro_s_ticket_may_stand_last() -> None:
    assert reads("macro", "refund 42", ticket=42) == ({"name": "refund"}, 42)
    other = read(command("macro"), call("macro", "refund 43", ticket=42), WORDS)
    assert isinstance(other, Refusal)
    assert other.said.id == "other-ticket"
    assert reads("macro", "refund", ticket=42) == ({"name": "refund"}, None)


def test_in_a_ticket_s_thread_a_leading_number_is_the_other_ticket_s() -> None:
    assert reads("link", "#43", ticket=42) == ({"other": 43}, None)
    assert reads("link", "42 43", ticket=42) == ({"other": 43}, 42)


def test_in_a_ticket_s_thread_its_own_number_is_its_number() -> None:
    assert reads("close", "#7 resolved", ticket=7) == ({"reason": CloseReason.RESOLVED}, 7)


def test_in_a_ticket_s_thread_another_one_s_number_is_refused() -> None:
    refused = Refusal(
        text("other-ticket", meant="42", ticket=7, command="close", prefix=Summons("care"))
    )
    assert read(command("close"), call("close", "42 resolved", ticket=7), WORDS) == refused


def test_a_command_that_looks_has_its_ticket_among_its_arguments() -> None:
    assert reads("show", "#42") == ({"ticket": 42}, None)


@pytest.mark.parametrize("line", ["today in room", "in the room today", "ここに"])
def test_listed_words_may_stand_in_any_order(line: str) -> None:
    assert reads("report", line)[0]["place"] == "in_room"


@pytest.mark.parametrize("line", ["snooze", "スヌーズ", "ｽﾇｰｽﾞ", "Snooze"])
def test_a_command_s_name_may_be_an_argument(line: str) -> None:
    assert reads("help", line) == ({"about": "snooze"}, None)


def test_an_unknown_word_is_refused_with_the_usage() -> None:
    usage = text("usage", prefix=Summons("care"), line=text("usage-close"))
    refused = Refusal(text("word-not-taken", word="resolvd", usage=usage), field="reason")
    assert read(command("close"), call("close", "42 resolvd"), WORDS) == refused
    refused = Refusal(
        text(
            "word-not-taken",
            word="now",
            usage=text("usage", prefix=Summons("care"), line=text("usage-claim")),
        )
    )
    assert read(command("claim"), call("claim", "42 now"), WORDS) == refused


def test_an_argument_of_the_wrong_kind_is_refused() -> None:
    usage = text("usage", prefix=Summons("care"), line=text("usage-show"))
    refused = Refusal(text("word-not-taken", word="many", usage=usage), field="ticket")
    assert read(command("show"), call("show", "many"), WORDS) == refused


@pytest.mark.parametrize("number", ["9" * 13, "9" * 40, "-5"])
def test_a_number_that_nothing_can_have_is_refused(number: str) -> None:
    for name in ("link", "show"):
        line = number if name == "show" else f"42 {number}"
        refused = read(command(name), call(name, line), WORDS)
        assert isinstance(refused, Refusal)
        assert refused.said.id == "word-not-taken"


def test_what_is_missing_keeps_what_is_there() -> None:
    missing = read(command("escalate"), call("escalate", "42 specialists"), WORDS)
    usage = Refusal(text("usage", prefix=Summons("care"), line=text("usage-escalate")))
    assert missing == Missing({"target": "specialists"}, 42, usage)


def test_a_button_s_and_a_form_s_fields_go_before_a_line() -> None:
    pressed = call("undo", fields={"message": "100", "else": "x"}, ticket=42)
    understood = read(command("undo"), pressed, WORDS)
    assert isinstance(understood, Read)
    assert understood.args.model_dump() == {"message": 100}
    sent = call("reply", fields={"text": "Hi", "then": "close", "seen": "3"}, ticket=42)
    understood = read(command("reply"), sent, WORDS)
    assert isinstance(understood, Read)
    assert understood.args.model_dump() == {"text": "Hi", "then": Then.CLOSE}


def test_a_form_s_choice_may_be_a_word() -> None:
    sent = call("close", fields={"reason": "解決"}, ticket=42)
    understood = read(command("close"), sent, WORDS)
    assert isinstance(understood, Read)
    assert understood.args.model_dump() == {"reason": CloseReason.RESOLVED, "scope": None}


def test_a_choice_that_does_not_exist_is_refused_at_its_field() -> None:
    refused = read(command("close"), call("close", fields={"reason": "bored"}, ticket=42), WORDS)
    assert isinstance(refused, Refusal)
    assert refused.field == "reason"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("claim", "claim"),
        ("CLAIM", "claim"),
        ("ｃｌａｉｍ", "claim"),
        ("担当", "claim"),
        ("返信", "reply"),
        ("ｽﾇｰｽﾞ", "snooze"),
        ("care-report", "report"),
        ("レポート", "report"),
    ],
)
def test_commands_have_names_in_both_languages(word: str, name: str) -> None:
    found = named(word, REGISTRY, WORDS)
    assert found is not None
    assert found.name == name


def test_the_nearest_name_is_offered() -> None:
    assert named("snoze", REGISTRY, WORDS) is None
    assert nearest("snoze", REGISTRY, WORDS) == "snooze"
    assert nearest("スヌース", REGISTRY, WORDS) == "スヌーズ"
    assert nearest("xyzzy", REGISTRY, WORDS) is None


def test_a_pressed_only_command_is_not_offered() -> None:
    assert nearest("sendno", REGISTRY, WORDS) != "sendnow"


def test_the_form_of_a_command_is_made_from_its_arguments() -> None:
    form = form_for(command("priority"), {"priority": "high"}, scene(), call("priority"))
    title = text("form-priority", ticket=42)
    assert (form.command, form.ticket, form.title) == ("priority", 42, title)
    choice, reason = form.parts
    assert isinstance(choice, Choice)
    assert choice.initial == "high"
    assert choice.options[0] == ("urgent", text("priority-urgent"))
    assert reason == TextBox("reason", text("field-reason"), multiline=True, optional=True)
    form = form_for(command("note"), {}, scene(), call("note"))
    assert form.parts == (TextBox("text", text("field-text"), multiline=True),)


def test_an_id_has_no_field_in_a_form() -> None:
    assert form_for(command("undo"), {}, scene(), call("undo")).parts == ()


class Held(BaseModel):
    why: Annotated[str, Verbatim]
    hidden: Annotated[str, FormOnly] = "x"


def test_a_line_cannot_fill_what_only_a_form_holds() -> None:
    held = Command("hold", Held, Role.AGENT, OnTicket(lambda _args, _scene, _call: []))
    understood = read(held, call("hold", "42 a b c"), WORDS)
    assert isinstance(understood, Read)
    assert understood.args == Held(why="a b c")
