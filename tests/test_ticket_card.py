"""A picture of every card, and the rule that a card offers only what the ticket allows."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from scenes import (
    AOI,
    BEN,
    MAYA,
    NOW,
    OTHER_QUEUE,
    POLICY,
    QUEUE,
    TOKYO,
    TRAITS,
    begun,
    line,
    policy,
    scene,
    ticket,
)
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from chatops.card import Button, Card, Facts, Paragraph, Quote
from chatops.cards.event_line import event_line
from chatops.cards.thread_card import Alarm, alert_card, announcement, message_line
from chatops.cards.ticket_buttons import menu
from chatops.cards.ticket_card import CARD_EXCERPT, left_card, priority_words, ticket_card
from chatops.channel import Can
from chatops.event import (
    Absorbed,
    Alerted,
    AlertLevel,
    Assigned,
    Claimed,
    ClockKind,
    Closed,
    CloseReason,
    CustomerForgotten,
    Deed,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Escalated,
    Event,
    IdleAsked,
    Kept,
    Kind,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Muted,
    Noted,
    Occasion,
    Prioritized,
    Priority,
    Read,
    ReopenCause,
    Reopened,
    ReplyRequested,
    ReplyState,
    Separated,
    Snoozed,
    SnoozeReason,
    Tagged,
    Unclaimed,
    Unlinked,
    Unmerged,
    WakeCause,
    Woken,
)
from chatops.plain import card_in_words
from chatops.policy import Macro, Room
from chatops.scene import Direction, Scene
from chatops.sla.clock import stop, waive
from chatops.step import step
from chatops.text import LANGUAGES, Hand, Text, Words, text
from chatops.ticket import OpenDeed, Refusal, Status, Ticket, Writer

WORDS = Words()
ZONE = ZoneInfo("Asia/Tokyo")
HAND = Hand(person=lambda mention: f"@{mention.agent}")

STATES: dict[str, dict[str, object]] = {
    "open": {},
    "snoozed": {
        "status": Status.SNOOZED,
        "snooze_reason": SnoozeReason.LATER,
        "snoozed_until": NOW + timedelta(hours=1),
    },
    "waiting": {"status": Status.SNOOZED, "snooze_reason": SnoozeReason.WAITING_CUSTOMER},
    "closed": {
        "status": Status.CLOSED,
        "close_reason": CloseReason.RESOLVED,
        "closed_at": NOW,
    },
}
CLOCK = begun(3600, NOW - timedelta(minutes=10))


def shown(state: str, *, claimed: bool, private: bool) -> Scene:
    now = ticket(private=private, assignee=BEN.id if claimed else None, **STATES[state])
    return scene(ticket=now, clock=CLOCK, clocks=(CLOCK,), lines=(line(private=private),))


def said(card: Card, language: str) -> dict[str, object]:
    """A card in words, with its buttons and its menu."""

    def labels(buttons: tuple[Button, ...]) -> list[str]:
        return [f"{b.command}: {WORDS.say(b.label, language, ZONE, HAND)}" for b in buttons]

    return {
        "push": WORDS.say(card.push, language, ZONE, HAND),
        "words": card_in_words(card, WORDS, language, ZONE).splitlines(),
        "buttons": labels(card.buttons),
        "menu": labels(card.menu),
    }


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("claimed", [False, True], ids=["unclaimed", "claimed"])
@pytest.mark.parametrize("state", STATES)
def test_card(
    picture: SnapshotAssertion, state: str, claimed: bool, private: bool, language: str
) -> None:
    card = ticket_card(shown(state, claimed=claimed, private=private))
    assert said(card, language) == picture


#: An event that each button of a card brings about.
BRINGS: dict[str, Event] = {
    "claim": Claimed(AOI.id),
    "reply": ReplyRequested(1, AOI.id),
    "snooze": Snoozed(SnoozeReason.LATER, NOW + timedelta(hours=2), AOI.id),
    "escalate": Escalated("specialists", "care-second", AOI.id, 1),
    "close": Closed(CloseReason.SPAM, AOI.id),
    "wake": Woken(WakeCause.AGENT),
    "reopen": Reopened(ReopenCause.AGENT, AOI.id),
    "unclaim": Unclaimed(AOI.id),
    "assign": Assigned(AOI.id, AOI.id),
    "read": Read(AOI.id),
    "note": Noted(1, AOI.id),
    "priority": Prioritized(Priority.HIGH, AOI.id),
    "tag": Tagged("vip", AOI.id),
    "move": Moved("global", AOI.id, keeps_assignee=False),
    "link": Linked(43, AOI.id),
    "unlink": Unlinked(44, AOI.id),
    "merge": Merged(43, AOI.id),
    "unmerge": Unmerged(AOI.id),
    "mute": Muted(AOI.id),
    "hide": DeedRequested(100, Deed.HIDE, AOI.id),
    "delete": DeedProposed(100, Deed.DELETE, AOI.id),
}
#: What a look shows, or what `tests/test_doing.py` follows through: a macro's steps.
LOOKS = {"show", "why", "macro"}


@pytest.mark.parametrize(
    ("state", "claimed", "private"), list(product(STATES, (False, True), (False, True)))
)
def test_card_offers_only_what_the_ticket_allows(state: str, claimed: bool, private: bool) -> None:
    here = shown(state, claimed=claimed, private=private)
    card = ticket_card(here)
    assert len(card.buttons) <= 5
    offered = [button.command for button in (*card.buttons, *card.menu)]
    assert len(offered) == len(set(offered))
    for command in set(offered) - LOOKS:
        assert not isinstance(step(here.ticket, BRINGS[command], NOW), Refusal), command


@pytest.mark.parametrize(
    ("kind", "post", "offered"),
    [
        (Kind.MENTION, None, False),
        (Kind.MENTION, "Our answer", False),  # to a customer's own thread
        (Kind.REPLY, "Our new tent", True),
        (Kind.REPLY, None, False),
    ],
)
def test_where_only_answers_to_our_posts_can_be_hidden_nothing_else_offers_it(
    kind: Kind, post: str | None, *, offered: bool
) -> None:
    answers_only = replace(TRAITS, can=TRAITS.can | Can.HIDE, hides_answers_only=True)
    said = line(external_id="1", parent_text=post)
    here = scene(ticket=ticket(kind=kind), traits=answers_only, lines=(said,))
    assert ("hide" in [button.command for button in menu(here)]) is offered
    assert ("hide" in [b.command for b in menu(replace(here, traits=TRAITS))]) is False
    # what was hidden can be shown again, wherever it stands
    hidden = replace(here, lines=(replace(said, hidden=True),))
    assert hidden.can(Deed.UNHIDE, hidden.lines[0])


def test_what_a_ticket_stands_beside_decides_what_is_offered() -> None:
    macros = {"refund": Macro("refund", ("tag refund",)), "other": Macro("other", (), ("global",))}
    able = replace(TRAITS, can=TRAITS.can | Can.HIDE | Can.DELETE_THEIRS)
    here = scene(
        ticket=ticket(links=(44,)),
        policy=policy(macros=macros),
        traits=able,
        lines=(line(external_id="1"),),
    )
    offered = [button.command for button in menu(here)]
    assert offered == [
        "assign",
        "read",
        "note",
        "show",
        "macro",
        "priority",
        "tag",
        "move",
        "link",
        "unlink",
        "merge",
        "mute",
        "hide",
        "delete",
    ]
    for command in set(offered) - LOOKS:
        assert not isinstance(step(here.ticket, BRINGS[command], NOW), Refusal), command
    elsewhere = replace(here, queue=OTHER_QUEUE, lines=(line(external_id="1", hidden=True),))
    assert [m.name for m in elsewhere.macros] == ["refund", "other"]
    assert "unhide" in [button.command for button in menu(elsewhere)]


def test_a_merged_ticket_offers_to_undo_the_merge() -> None:
    merged = ticket(**STATES["closed"], merged_into=43)
    card = ticket_card(scene(ticket=merged))
    assert [button.command for button in card.buttons] == ["unmerge"]
    assert not isinstance(step(merged, BRINGS["unmerge"], NOW), Refusal)
    assert "aside-merged-into" in asides(card)


@pytest.mark.parametrize("language", LANGUAGES)
def test_card_shows_tags_links_and_merges(picture: SnapshotAssertion, language: str) -> None:
    now = ticket(tags=("vip", "返金"), links=(43, 44), merged=(40,))
    urls = {43: "https://example.org/43"}
    assert said(ticket_card(scene(ticket=now, urls=urls)), language) == picture


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("by", [AOI.id, None], ids=["person", "rule"])
def test_left_card(picture: SnapshotAssertion, by: int | None, language: str) -> None:
    """A room that a ticket has left shows where it went, and nobody's words."""
    card = left_card(scene(), by, "https://example.org/42" if by else None)
    assert (card.buttons, card.menu) == ((), ())
    assert said(card, language) == picture


def test_priority_says_who_or_what_set_it() -> None:
    ruled = ticket(why=("why-words",), rule="vip")
    assert priority_words(scene(ticket=ruled)) == text(
        "priority-why",
        level=text("priority-normal"),
        why=(text("why-words"), text("why-rule", rule="vip")),
    )
    person = replace(ruled, prioritized_by=BEN.id, prioritized_note=7)
    note = line(7, "He  is\na doctor", direction=Direction.NOTE)
    level, sent_here = text("priority-normal"), text("why-rule", rule="vip")
    said_for = text("why-set-for", agent="Ben Carter", reason="He is a doctor")
    assert priority_words(scene(ticket=person, lines=(line(), note))) == text(
        "priority-why", level=level, why=(said_for, sent_here)
    )
    only_who = text("why-set", agent="Ben Carter")
    assert priority_words(scene(ticket=person)) == text(
        "priority-why", level=level, why=(only_who, sent_here)
    )


def facts(card: Card) -> dict[Text, Text]:
    return dict(pair for block in card.blocks if isinstance(block, Facts) for pair in block.pairs)


def asides(card: Card) -> list[str]:
    return [b.said.id for b in card.blocks if isinstance(b, Paragraph) and b.small]


@pytest.mark.parametrize("private", [False, True])
def test_push_never_holds_words_or_names(private: bool) -> None:
    here = shown("open", claimed=False, private=private)
    words = WORDS.say(ticket_card(here).push, "en", ZONE)
    assert "parcel" not in words
    assert "Jo" not in words


def test_reply_leads_to_the_network_where_its_api_takes_no_answer() -> None:
    now = ticket(can_reply=False)
    card = ticket_card(scene(ticket=now))
    (there,) = [button for button in card.buttons if button.url]
    assert (there.command, there.url) == ("open", "https://x.com/i/status/1")
    assert "aside-cannot-reply" in asides(card)
    nowhere = ticket_card(scene(ticket=now, lines=(line(url=None),)))
    assert [button for button in nowhere.buttons if button.url or button.command == "reply"] == []


def test_long_words_are_cut_and_go_on_in_the_thread() -> None:
    card = ticket_card(scene(lines=(line(said="x" * (CARD_EXCERPT + 1)),)))
    (quote,) = [block.words for block in card.blocks if isinstance(block, Quote)]
    assert (len(quote), quote[-1]) == (CARD_EXCERPT, "…")
    assert "card-continues" in asides(card)


def test_card_shows_the_post_that_was_answered() -> None:
    card = ticket_card(scene(lines=(line(parent_text="New tents"),)))
    assert text("card-answers", post="New tents") in [
        block.said for block in card.blocks if isinstance(block, Paragraph)
    ]


def test_card_shows_what_the_customer_wrote_last() -> None:
    later = line(101, "It came")
    quotes = [
        b.words for b in ticket_card(scene(lines=(line(), later))).blocks if isinstance(b, Quote)
    ]
    assert quotes == ["My parcel is not here", "It came"]


def test_deleted_words_are_gone_and_a_ticket_without_words_has_none() -> None:
    assert "line-deleted" in asides(ticket_card(scene(lines=(line(said="", deleted=True),))))
    assert [b for b in ticket_card(scene(lines=())).blocks if isinstance(b, Quote)] == []


def test_hidden_words_stay_on_the_card_and_it_says_so() -> None:
    card = ticket_card(scene(lines=(line(hidden=True),)))
    assert "line-hidden" in asides(card)
    assert [b.words for b in card.blocks if isinstance(b, Quote)] == ["My parcel is not here"]


def test_asides_say_what_surrounds_the_ticket() -> None:
    now = ticket(
        escalated_to="specialists",
        level=1,
        writer=Writer(BEN.id, NOW + timedelta(minutes=1)),
        thanked=True,
    )
    card = ticket_card(scene(ticket=now, others=(1, 2)))
    assert asides(card)[1:] == ["aside-escalated", "aside-writing", "aside-thanks", "aside-others"]
    later = ticket_card(scene(ticket=now, now=NOW + timedelta(minutes=2)))
    assert "aside-writing" not in asides(later)
    closed = replace(now, status=Status.CLOSED, close_reason=CloseReason.RESOLVED)
    assert "aside-writing" not in asides(ticket_card(scene(ticket=closed)))


@pytest.mark.parametrize(
    ("rooms", "chat", "said"),
    [
        (("care-japan", "hall"), "teams", "aside-writing-in"),
        (("care-japan", "hall"), None, "aside-writing"),
        (("care-japan", "care-second"), "slack", "aside-writing"),
    ],
    ids=["in two chats", "begun before that was kept", "in one chat"],
)
def test_writer_is_named_with_the_chat_where_there_are_two(
    rooms: tuple[str, ...], chat: str | None, said: str
) -> None:
    hall = Room("hall", "teams", "19:hall@thread.tacv2", "en", "Asia/Tokyo")
    now = ticket(writer=Writer(BEN.id, NOW + timedelta(minutes=1), chat))
    both = policy(rooms={**POLICY.rooms, "hall": hall})
    card = ticket_card(scene(ticket=now, policy=both, queue=replace(QUEUE, rooms=rooms)))
    assert asides(card)[1:] == [said]


def test_priority_says_why_and_readers_are_named() -> None:
    urgent = ticket(priority=Priority.URGENT, why=("why-words",), read_by=(AOI.id, BEN.id))
    shown_facts = facts(ticket_card(scene(ticket=urgent)))
    assert shown_facts[text("fact-priority")].id == "priority-why"
    assert shown_facts[text("fact-read")].id == "people"
    assert facts(ticket_card(scene()))[text("fact-clock")] == text("clock-none")


@pytest.mark.parametrize(
    ("minutes", "how"),
    [
        (0, "Due Thu 1 Oct 16:20 (1 h of working time)"),
        (40, "⏳ Due soon: Thu 1 Oct 16:20 (1 h of working time)"),
        (51, "⚠ Late: was due Thu 1 Oct 16:20"),
        (60 * 4, "⚠ Late: was due Thu 1 Oct 16:20"),
    ],
)
def test_clock_is_said_in_words_that_hold_until_the_next_alert(minutes: int, how: str) -> None:
    here = scene(clock=CLOCK, now=NOW + timedelta(minutes=minutes))
    assert WORDS.say(facts(ticket_card(here))[text("fact-clock")], "en", ZONE) == how


@pytest.mark.parametrize("reply_late", [False, True])
def test_stopped_clock_says_how_it_ended(reply_late: bool) -> None:
    at = NOW + timedelta(minutes=90 if reply_late else 5)
    clock = stop(CLOCK, at, TOKYO)
    card = ticket_card(scene(clock=clock, now=at))
    assert facts(card)[text("fact-clock")].id == ("clock-met_late" if reply_late else "clock-met")
    waived = ticket_card(scene(clock=waive(CLOCK, NOW)))
    assert facts(waived)[text("fact-clock")].id == "clock-waived"


def test_clock_that_pauses_overnight_says_until_when() -> None:
    clock = begun(3600 * 6, NOW)
    said = [
        WORDS.say(facts(ticket_card(scene(clock=clock, now=now)))[text("fact-clock")], "en", ZONE)
        for now in (NOW, NOW + timedelta(hours=6))
    ]
    assert said == [
        "Due Fri 2 Oct 12:30 (6 h of working time; stops Thu 1 Oct 18:00, goes on Fri 2 Oct 9:00)",
        "Due Fri 2 Oct 12:30 (6 h of working time; off hours until Fri 2 Oct 9:00)",
    ]


def test_closed_ticket_without_a_reason_is_a_fault() -> None:
    broken = replace(ticket(), status=Status.CLOSED)
    with pytest.raises(AssertionError, match="closed without a reason"):
        ticket_card(scene(ticket=broken))


# --- lines


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ReplyState)
def test_reply_line(picture: SnapshotAssertion, state: ReplyState, language: str) -> None:
    reply = line(
        7,
        "On its way",
        direction=Direction.OUTBOUND,
        agent=BEN.id,
        state=state,
        failure="no-such-post",
    )
    assert said(message_line(scene(), reply, mention=False), language) == picture


def head(card: Card) -> Text:
    block = card.blocks[0]
    assert isinstance(block, Paragraph)
    return block.said


def test_lines_say_who_wrote() -> None:
    here: Scene = scene(ticket=ticket(assignee=BEN.id))
    note = line(8, "psst", direction=Direction.NOTE, agent=AOI.id)
    outside = line(9, "Hello", direction=Direction.OUTBOUND)
    edited = line(10, "Hello", edited=True)
    heads = [head(message_line(here, each, mention=False)).id for each in (note, outside, edited)]
    assert heads == ["line-note", "line-outside", "line-edited"]


def test_assignee_is_called_once_and_never_of_their_own_words() -> None:
    here = scene(ticket=ticket(assignee=BEN.id))
    assert head(message_line(here, line(), mention=True)).id == "line-for"
    own = line(8, "psst", direction=Direction.NOTE, agent=BEN.id)
    assert head(message_line(here, own, mention=True)).id == "line-note"
    assert head(message_line(scene(), line(), mention=True)).id == "line-inbound"


def test_whoever_has_muted_the_ticket_is_not_called() -> None:
    here = scene(ticket=ticket(assignee=BEN.id, muted=(BEN.id, MAYA.id)))
    assert head(message_line(here, line(), mention=True)).id == "line-inbound"
    assigned = head(event_line(here, Assigned(BEN.id, AOI.id), AOI.id, "care-japan"))
    assert dict(assigned.args)["agent"] == "Ben Carter"
    escalated = Escalated("specialists", "care-second", AOI.id, None)
    turn = event_line(here, Assigned(BEN.id, by=None), None, "care-japan")
    assert head(turn) == text("event-assigned-in-turn", agent="Ben Carter")
    to = head(event_line(here, escalated, AOI.id, "care-second"))
    assert dict(to.args)["people"] == (text("by-agent", agent="Maya Lind"),)


def test_a_hidden_message_says_so() -> None:
    assert "line-hidden" in asides(message_line(scene(), line(hidden=True), mention=False))


def test_thanks_and_deletions_are_said() -> None:
    assert "line-thanks" in asides(message_line(scene(), line(thanks=True), mention=False))
    assert "line-deleted" in asides(message_line(scene(), line(deleted=True), mention=False))


EVENTS: list[Event] = [
    Assigned(BEN.id, AOI.id),
    Escalated("specialists", "care-second", AOI.id, 100),
    Closed(CloseReason.RESOLVED, AOI.id),
    Moved("global", AOI.id, keeps_assignee=False),
    Prioritized(Priority.HIGH, AOI.id, 100),
    LinkSuggested(43),
    CustomerForgotten(),
    Merged(43, AOI.id),
    Absorbed(41, AOI.id),
    Unmerged(AOI.id),
    Separated(41, AOI.id),
    DeedProposed(100, Deed.DELETE, AOI.id),
    DeedDropped(100, Deed.DELETE, AOI.id),
    IdleAsked(AOI.id, NOW - timedelta(minutes=30), NOW + timedelta(minutes=15)),
    Kept(AOI.id),
    *(DeedDone(100, deed) for deed in Deed),
    *(DeedFailed(100, deed, "forbidden") for deed in Deed),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "event", EVENTS, ids=lambda event: type(event).__name__ + getattr(event, "deed", "")
)
def test_event_line(picture: SnapshotAssertion, event: Event, language: str) -> None:
    lines = [
        said(event_line(scene(), event, agent, room), language)
        for agent in (AOI.id, None)
        for room in ("care-japan", "care-second")
    ]
    assert lines == picture


def test_a_line_offers_what_is_to_be_decided_as_long_as_it_is() -> None:
    def offered(event: Event, **changes: object) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        card = event_line(scene(ticket=ticket(**changes)), event, None, "care-japan")
        return [(button.command, button.args) for button in card.buttons]

    suggested = LinkSuggested(43)
    other = (("other", "43"),)
    assert offered(suggested) == [("link", other), ("apart", other)]
    assert offered(suggested, links=(43,)) == []
    turned_down = event_line(scene(), suggested, None, "care-japan", is_dismissed=True)
    assert turned_down.buttons == ()
    wanted = DeedProposed(100, Deed.DELETE, AOI.id)
    of = (("message", "100"),)
    proposed = OpenDeed(100, Deed.DELETE, AOI.id, proposed=True)
    assert offered(wanted, deeds=(proposed,)) == [("confirm", of), ("keep", of)]
    assert offered(wanted, deeds=(replace(proposed, proposed=False),)) == []
    assert offered(wanted) == []
    asked = IdleAsked(AOI.id, NOW, NOW + timedelta(minutes=15))
    assert offered(asked, hand_back_at=asked.until) == [("mine", ())]
    assert offered(asked) == []


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("idle_claim", "the question whether it is still theirs got no answer"),
        ("off_shift", "who had it is off shift"),
    ],
)
def test_what_a_rule_handed_back_says_why(rule: str, why: str) -> None:
    card = event_line(scene(), Unclaimed(None), None, "care-japan", rule=rule)
    assert card_in_words(card, WORDS, "en", ZONE).strip() == f"Nobody has this any more: {why}."


def test_escalation_whose_reason_is_not_at_hand_is_said_without() -> None:
    card = event_line(scene(), Escalated("gone", "care-second", 1, None), 1, "care-second")
    assert len(card.blocks) == 1


def test_event_without_a_line_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="has no line"):
        event_line(scene(), Claimed(1), 1, "care-japan")


@pytest.mark.parametrize("url", [None, "https://example.org/card"])
@pytest.mark.parametrize("occasion", Occasion)
def test_announcement(occasion: Occasion, url: str | None) -> None:
    card = announcement(scene(), occasion, url)
    words = card_in_words(card, WORDS, "en", ZONE)
    assert "#42" in words
    assert ("example.org" in words) == (url is not None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "now",
    [ticket(), ticket(assignee=BEN.id), ticket(**STATES["closed"])],
    ids=["open", "claimed", "closed"],
)
def test_alert(picture: SnapshotAssertion, now: Ticket, language: str) -> None:
    late = scene(ticket=now, clock=CLOCK, now=NOW + timedelta(hours=2))
    assert said(alert_card(late, "https://example.org/card"), language) == picture


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", [AlertLevel.DUE_SOON, AlertLevel.LAST_REPEAT])
def test_alert_of_another_level(
    picture: SnapshotAssertion, level: AlertLevel, language: str
) -> None:
    due = CLOCK.due_at
    assert due is not None
    is_late = level is not AlertLevel.DUE_SOON
    here = scene(clock=CLOCK, now=due + timedelta(minutes=90 if is_late else -10))
    alarm = Alarm(ClockKind.FIRST_RESPONSE, level, due, here.now, (BEN.id,) if is_late else ())
    assert said(alert_card(here, "https://example.org/card", alarm), language) == picture


def test_warning_that_a_breach_has_overtaken_says_so_and_leaves_the_buttons_to_its_alert() -> None:
    late = replace(CLOCK, breached_at=CLOCK.due_at)
    warning = Alarm(level=AlertLevel.DUE_SOON)
    warned = alert_card(scene(clock=late, now=NOW + timedelta(days=1)), None, warning)
    assert warned.title is not None
    assert (warned.title.id, warned.buttons) == ("alert-title-was-due-soon", ())


def test_alert_says_that_it_comes_late_from_more_than_five_minutes_on() -> None:
    in_time = Alarm(planned_at=NOW, sent_at=NOW + timedelta(minutes=5))
    late = replace(in_time, sent_at=NOW + timedelta(minutes=5, seconds=1))
    stamps = []
    for alarm in (Alarm(), in_time, late):
        blocks = alert_card(scene(), None, alarm).blocks
        stamps.append([b.said.id for b in blocks if isinstance(b, Paragraph) and b.small])
    assert stamps == [[], [], ["alert-late"]]


@pytest.mark.parametrize("holder", [None, BEN.id])
def test_due_soon_calls_who_has_the_ticket_by_now(holder: int | None) -> None:
    event = Alerted(AlertLevel.DUE_SOON, NOW, ClockKind.FIRST_RESPONSE, 1)
    here = scene(ticket=ticket(assignee=holder, muted=(BEN.id,)), clock=CLOCK, clocks=(CLOCK,))
    line = event_line(here, event, None, "care-japan").blocks[0]
    assert isinstance(line, Paragraph)
    assert line.said.id == ("event-due-soon" if holder is None else "line-for")


def test_alert_says_how_its_clock_ended() -> None:
    late = NOW + timedelta(minutes=90)
    running = alert_card(scene(clock=CLOCK, now=late), None)
    assert text("fact-clock") not in facts(running)
    answered = alert_card(scene(clock=stop(CLOCK, late, TOKYO), now=late), None)
    assert facts(answered)[text("fact-clock")].id == "clock-met_late"


def test_alert_of_a_ticket_without_a_clock_is_dated_now() -> None:
    assert head(alert_card(scene(), None)).id == "alert-said-breach"
