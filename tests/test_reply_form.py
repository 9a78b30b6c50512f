"""Canned replies in the reply form: what is filled in, what is searched, what counts as unchanged."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chatops.call import Call
from chatops.card import Choice, TextBox
from chatops.cards.reply_form import LISTED, filled, offered, reply_form, said_unchanged
from chatops.channel import Can
from chatops.policy import CannedReply
from chatops.scene import Scene
from tests.scenes import AOI, CUSTOMER, QUEUE, TRAITS, call, scene, ticket

#: Seven in the morning of the next day in Tokyo, where the queue is.
EVENING = datetime(2026, 10, 2, 22, tzinfo=UTC)


def canned(*replies: CannedReply) -> Scene:
    return scene(queue=replace(QUEUE, canned=replies))


def choice(at: Scene) -> Choice:
    form = reply_form({}, at, call("reply"))
    return next(part for part in form.parts if isinstance(part, Choice) and part.name == "canned")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Jo 42 aozora_jp 伊藤 葵 Sat 3 Oct {it} {signature"),
        ("ja", "Jo 42 aozora_jp 伊藤 葵 10月3日(土) {it} {signature"),
        ("pt-BR", "Jo 42 aozora_jp 伊藤 葵 3 de out. de 2026 {it} {signature"),
        ("zzz", "Jo 42 aozora_jp 伊藤 葵 2026-10-03 {it} {signature"),
    ],
)
def test_places_are_filled_in_the_text_s_language_and_other_braces_stay(
    language: str, said: str
) -> None:
    words = "{customer_name} {ticket} {account} {signature} {today} {it} {signature"
    assert filled(words, language, scene(), call("reply", now=EVENING)) == said


def test_braces_of_a_customer_s_name_fill_nothing() -> None:
    tricky = scene(customer=replace(CUSTOMER, name="{signature}"))
    assert filled("Hello {customer_name}", "en", tricky, call("reply")) == "Hello {signature}"


def test_a_reply_is_signed_with_the_public_name_and_never_with_the_chat_s() -> None:
    asked: Call = call(
        "reply", agent=replace(AOI, name="aoi.ito", identities={"slack": "U1"}), identity="U1"
    )
    form = reply_form({"canned": "en/on its way"}, scene(), asked)
    words = next(part for part in form.parts if isinstance(part, TextBox)).initial
    assert words.endswith("伊藤 葵")
    assert "aoi.ito" not in words
    assert "U1" not in words


def test_two_languages_may_have_one_name() -> None:
    at = canned(CannedReply("sorry", "en", "Sorry"), CannedReply("sorry", "ja", "お詫びします"))
    for key, words in (("en/sorry", "Sorry"), ("ja/sorry", "お詫びします")):
        form = reply_form({"canned": key}, at, call("reply"))
        assert next(part for part in form.parts if isinstance(part, TextBox)).initial == words


def test_a_long_list_is_searched_by_what_is_typed() -> None:
    replies = [CannedReply(f"reply {n}", "en", f"Text {n}") for n in range(LISTED + 1)]
    assert not choice(canned(*replies[:-1])).searched
    assert choice(canned(*replies)).searched


def test_unchanged_is_what_differs_in_white_space_alone() -> None:
    at = canned(
        CannedReply("one", "en", "Thank you, {customer_name}."),
        CannedReply("again", "en", "Thank you, {customer_name}, once more."),
        CannedReply("two", "ja", "{customer_name}様、\nありがとうございます。"),
    )

    def key(words: str) -> str | None:
        return said_unchanged(words, at, call("reply"))

    assert key("Thank you, Jo.") == "en/one"
    assert key(" Thank  you,\nJo. ") == "en/one"
    assert key("Thank you, Jo, once more.") == "en/again"
    assert key("Jo様、ありがとうございます。") == "ja/two"
    assert key("Thank you, Jo!") is None
    assert key("Thank you, Leo.") is None
    assert key("thank you, Jo.") is None
    assert [each.name for each in offered(at)] == ["one", "again", "two"]


@pytest.mark.parametrize(
    ("private", "offers"),
    [(False, ["nothing", "close", "wait", "invite"]), (True, ["nothing", "close", "wait"])],
)
def test_only_from_a_public_ticket_one_invites_into_direct_messages(
    private: bool, offers: list[str]
) -> None:
    form = reply_form({}, scene(ticket=ticket(private=private)), call("reply"))
    thens = next(part for part in form.parts if isinstance(part, Choice) and part.name == "then")
    assert [value for value, _ in thens.options] == offers


def then(fields: dict[str, str], at: Scene) -> Choice:
    form = reply_form(fields, at, call("reply"))
    return next(part for part in form.parts if isinstance(part, Choice) and part.name == "then")


def test_a_canned_reply_that_invites_preselects_what_it_says() -> None:
    come = CannedReply("come", "en", "Please send us a direct message", invites=True)
    at = canned(come, CannedReply("way", "en", "It is on its way"))
    fresh = {"canned": "en/come", "filled": "", "then": "close"}
    assert then(fresh, at).initial == "invite"
    # the select is one of its own, or Slack would keep what was chosen there before
    assert then(fresh, at).version != then({}, at).version
    # who chose otherwise since then meant it
    assert then(fresh | {"filled": "en/come"}, at).initial == "close"
    other = {"canned": "en/way", "filled": "en/come"}
    assert then(other | {"then": "invite"}, at).initial == "nothing"
    assert then(other | {"then": "wait"}, at).initial == "wait"
    for nowhere in (
        replace(at, ticket=ticket(private=True)),
        replace(at, traits=replace(TRAITS, can=Can.REPLY_PUBLIC)),
    ):
        assert then(fresh, nowhere).initial == "close"
