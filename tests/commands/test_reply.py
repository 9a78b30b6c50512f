"""reply: the form, what is refused, what is asked once, what then happens."""

from dataclasses import replace
from datetime import timedelta

import pytest

import commands
from chatops.call import Draft, Origin, Registry
from chatops.card import Choice, Paragraph, Quote, TextBox
from chatops.cards.reply_form import reply_form
from chatops.channel import Can
from chatops.event import Claimed, ReplyRequested, Then
from chatops.line import Read, read
from chatops.policy import CannedReply
from chatops.scene import Direction, Scene
from chatops.text import Link, Text, Words, text
from chatops.ticket import Refusal, Writer
from commands.reply import Reply, reply
from tests.scenes import AOI, BEN, NOW, QUEUE, TRAITS, call, line, scene, ticket, warn_of_links

REGISTRY = Registry.of(commands)
WORDS = Words()
OURS = line(101, "We look into it", direction=Direction.OUTBOUND, agent=BEN.id)
LATER = line(102, "Hello??")


def outcome(said: str, at: Scene | None = None, **changes: object) -> object:
    return reply(Reply(text=said), at or scene(), call("reply", **changes))


def box(form: object) -> TextBox:
    return next(part for part in form.parts if isinstance(part, TextBox))  # type: ignore[attr-defined]


def test_a_reply_on_an_unclaimed_ticket_claims_it() -> None:
    claimed, draft = outcome("It is on its way")  # type: ignore[misc]
    assert claimed == Claimed(AOI.id)
    assert isinstance(draft, Draft)
    assert draft.text == "It is on its way"
    assert draft.event(5) == ReplyRequested(5, AOI.id, Then.NOTHING)


def test_a_canned_reply_that_is_unchanged_is_kept_as_that_and_a_repeat_is_said_so() -> None:
    way = "Hello Jo,  {it} is on its way. 伊藤 葵"
    yes = frozenset({"repeat-en/on its way"})
    _, draft = outcome(way)  # type: ignore[misc]
    assert (draft.said, draft.event(5).repeated) == ("en/on its way", False)
    _, again = outcome(way, confirmed=yes)  # type: ignore[misc]
    assert (again.said, again.event(5).repeated) == ("en/on its way", True)
    _, changed = outcome("Hello Jo, it is on its way.", confirmed=yes)  # type: ignore[misc]
    assert (changed.said, changed.event(5).repeated) == (None, False)


def test_on_a_claimed_ticket_it_only_replies_and_then_does_what_was_chosen() -> None:
    claimed = scene(ticket=ticket(assignee=BEN.id))
    (draft,) = reply(Reply(text="Done", then=Then.CLOSE), claimed, call("reply"))  # type: ignore[misc]
    assert draft.event(5) == ReplyRequested(5, AOI.id, Then.CLOSE)  # type: ignore[union-attr]


def test_a_canned_reply_that_invites_does_so_by_text_too_unless_told_otherwise() -> None:
    come = CannedReply("come", "en", "Please write to us, {customer_name}", invites=True)
    at = scene(queue=replace(QUEUE, canned=(come,)))

    def follows(said: str, then: Then | None, where: Scene) -> Then:
        _, draft = reply(Reply(text=said, then=then), where, call("reply"))  # type: ignore[misc]
        event = draft.event(5)  # type: ignore[union-attr]
        assert isinstance(event, ReplyRequested)
        return event.then

    words = "Please write to us, Jo"
    assert follows(words, None, at) is Then.INVITE
    assert follows(words, Then.NOTHING, at) is Then.NOTHING
    assert follows("Please write us, Jo", None, at) is Then.NOTHING
    assert follows(words, None, replace(at, ticket=ticket(private=True))) is Then.NOTHING


def test_nobody_is_invited_to_where_they_are() -> None:
    private = scene(ticket=ticket(private=True))
    refused = reply(Reply(text="Hi", then=Then.INVITE), private, call("reply"))
    said = text("cannot-invite", ticket=42, channel="X")
    assert refused == Refusal(said, field="then")


@pytest.mark.parametrize(
    ("line", "words", "then"),
    [
        ("42 then:close It is on its way", "It is on its way", Then.CLOSE),
        ("42 Then：Wait  two  blanks", "two  blanks", Then.WAIT),
        ("42 送信後：招待 DMをお送りください", "DMをお送りください", Then.INVITE),
        ("42 送信後:クローズ ありがとうございます", "ありがとうございます", Then.CLOSE),
        ("42 then:nothing then:close", "then:close", Then.NOTHING),
        ("42 then we close:soon then:close", "then we close:soon then:close", None),
        ("42 close then:close", "close then:close", None),
        ("42 then: close", "then: close", None),
        ("42 wait for us", "wait for us", None),
    ],
)
def test_what_follows_is_typed_first_and_never_taken_from_the_words(
    line: str, words: str, then: Then | None
) -> None:
    told = read(REGISTRY.get("reply"), call("reply", line=line, ticket=None), WORDS)  # type: ignore[arg-type]
    assert isinstance(told, Read)
    assert told.args == Reply(text=words, then=then)


def test_a_word_that_nothing_follows_is_refused_before_it_goes_to_a_customer() -> None:
    typed = call("reply", line="42 then:clsoe Hello", ticket=None)
    told = read(REGISTRY.get("reply"), typed, WORDS)  # type: ignore[arg-type]
    assert isinstance(told, Refusal)
    assert told.field == "then"


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (" \n", Refusal(text("nothing-written"), field="text")),
        ("x" * 43, Refusal(text("reply-over", used=43, limit=40, over=3), field="text")),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(said: str, refused: Refusal) -> None:
    assert outcome(said) == refused


def test_what_the_network_lets_nobody_answer_is_refused_with_the_way_there() -> None:
    closed = scene(ticket=ticket(can_reply=False))
    link = Link("https://x.com/i/status/1", text("button-open-on", channel="X"))
    assert outcome("Hi", closed) == Refusal(text("cannot-reply-but-there", link=link, ticket=42))
    nowhere = replace(closed, lines=(line(url=None),))
    assert outcome("Hi", nowhere) == Refusal(text("cannot-reply-here", ticket=42))


def test_a_channel_without_that_kind_of_reply_refuses_it() -> None:
    mute = scene(ticket=ticket(private=True), traits=replace(TRAITS, can=Can.REPLY_PUBLIC))
    refused = Refusal(text("channel-cannot", channel="X", visibility=text("private")))
    assert outcome("Hi", mute) == refused


def test_what_came_since_the_form_was_opened_is_asked_about_once_a_message() -> None:
    newer = scene(lines=(line(), OURS, LATER))
    asked = Refusal(text("ask-new-message"), asks="new-message-102")
    assert outcome("Hi", newer, seen=100) == asked
    assert outcome("Hi", newer, seen=100, confirmed=frozenset({"new-message-101"})) == asked
    assert not isinstance(
        outcome("Hi", newer, seen=100, confirmed=frozenset({"new-message-102"})), Refusal
    )
    assert not isinstance(outcome("Hi", newer, seen=102), Refusal)


def test_personal_data_in_public_is_asked_about_once() -> None:
    kinds = (text("personal-email"),)
    asked = Refusal(text("ask-personal-data", kinds=kinds), asks="personal-data")
    assert outcome("Write to a@b.example") == asked
    assert not isinstance(
        outcome("Write to a@b.example", confirmed=frozenset({"personal-data"})), Refusal
    )
    private = scene(ticket=ticket(private=True))
    assert not isinstance(outcome("Write to a@b.example", private), Refusal)


def test_a_cost_is_asked_about_once() -> None:
    asked = outcome("See https://a.example")
    assert isinstance(asked, Refusal)
    assert asked.asks == "link-cost"
    yes = frozenset({"link-cost"})
    assert not isinstance(outcome("See https://a.example", confirmed=yes), Refusal)


def test_a_number_before_words_typed_in_another_ticket_s_thread_is_asked_about_once() -> None:
    asked = Refusal(text("ask-other-ticket", meant="7", ticket=42), asks="other-ticket")
    assert outcome("#7 is on its way", origin=Origin.THREAD) == asked
    yes = frozenset({"other-ticket"})
    for answered in (
        outcome("#7 is on its way", origin=Origin.THREAD, confirmed=yes),
        outcome("42 parcels are on their way", origin=Origin.THREAD),
        outcome("7 parcels are on their way", origin=Origin.BUTTON),
    ):
        assert not isinstance(answered, Refusal)


def test_the_form_says_who_else_is_writing_as_long_as_that_is_believed() -> None:
    def said(by: int, minutes: int) -> bool:
        writer = Writer(by, NOW + timedelta(minutes=minutes))
        form = reply_form({}, scene(ticket=ticket(writer=writer)), call("reply"))
        return Paragraph(text("aside-writing", agent="Ben Carter")) in form.parts

    assert said(BEN.id, 1)
    assert not said(BEN.id, 0)
    assert not said(AOI.id, 1)


def test_the_form_warns_of_a_cost_while_it_is_typed() -> None:
    linked = "See https://a.example"
    warning = warn_of_links(linked, private=False)
    assert warning is not None
    form = reply_form({"text": linked}, scene(), call("reply"))
    assert Paragraph(warning, small=True) in form.parts
    plain = reply_form({"text": "See our page"}, scene(), call("reply"))
    assert Paragraph(warning, small=True) not in plain.parts


def test_the_form_names_the_account_and_who_can_read_it() -> None:
    form = reply_form({}, scene(), call("reply"))
    as_whom = {"account": "aozora_jp", "channel": "X", "customer": "Jo"}
    assert form.parts[0] == Paragraph(text("reply-as-public", **as_whom), small=True)
    assert form.parts[2] == Quote("My parcel is not here")
    assert form.locks
    assert form.hidden == {"seen": "100", "filled": ""}
    private = reply_form({}, scene(ticket=ticket(private=True)), call("reply"))
    assert private.parts[0] == Paragraph(text("reply-as-private", **as_whom), small=True)


def test_the_form_counts_as_the_network_counts() -> None:
    form = reply_form({"text": "x" * 43}, scene(), call("reply"))
    assert Paragraph(text("reply-over", used=43, limit=40, over=3), small=True) in form.parts
    assert box(form).live


def test_the_form_shows_what_came_since_it_was_opened() -> None:
    outside = line(103, "Sorry", direction=Direction.OUTBOUND)
    note = line(104, "internal", direction=Direction.NOTE)
    form = reply_form(
        {}, scene(lines=(line(), OURS, LATER, outside, note)), call("reply", seen=100)
    )
    at = OURS.at
    since = form.parts.index(Paragraph(text("reply-since")))
    assert form.parts[since + 1 : since + 7] == (
        Paragraph(text("line-colleague", name="Ben Carter", at=at), small=True),
        Quote("We look into it"),
        Paragraph(text("line-inbound", customer="Jo", at=at), small=True),
        Quote("Hello??"),
        Paragraph(text("line-outside", channel="X", at=at), small=True),
        Quote("Sorry"),
    )
    assert form.hidden["seen"] == "100"


def test_canned_replies_come_in_the_ticket_s_language_first() -> None:
    def options(language: str) -> tuple[tuple[str, Text], ...]:
        form = reply_form({}, scene(ticket=ticket(language=language)), call("reply"))
        return next(part for part in form.parts if isinstance(part, Choice)).options

    assert options("ja") == (
        ("ja/お詫び", text("words", words="お詫び")),
        ("en/on its way", text("canned-name", name="on its way", language="en")),
    )
    assert options("en") == (
        ("en/on its way", text("words", words="on its way")),
        ("ja/お詫び", text("canned-name", name="お詫び", language="ja")),
    )
    bare = reply_form({}, scene(queue=replace(QUEUE, canned=())), call("reply"))
    assert [p.name for p in bare.parts if isinstance(p, Choice)] == ["then"]


def test_choosing_a_canned_reply_fills_the_text_once() -> None:
    way = "en/on its way"
    chosen = reply_form({"text": "old", "canned": way}, scene(), call("reply"))
    assert box(chosen).initial == "Hello Jo, {it} is on its way. 伊藤 葵"
    assert box(chosen).version == 1
    assert chosen.hidden["filled"] == way
    edited = {"text": "Hello Jo!", "canned": way, "filled": way}
    kept = reply_form(edited, scene(), call("reply"))
    assert (box(kept).initial, box(kept).version) == ("Hello Jo!", 1)


def test_a_deleted_message_is_not_shown_in_the_form() -> None:
    gone = scene(lines=(line(deleted=True),), now=NOW)
    form = reply_form({}, gone, call("reply"))
    assert not any(isinstance(part, Quote) for part in form.parts)
