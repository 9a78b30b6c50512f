"""The form in which an agent writes to a customer, and what is asked before it goes. Pure.

It says whose name it goes out under and who can read it, counts as the network counts, and shows
what came since it was opened.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from chatops.call import Call, Origin
from chatops.card import Block, Choice, Form, Paragraph, Quote, TextBox
from chatops.cards.ticket_card import writing_words
from chatops.cards.watch_words import window_words
from chatops.channel import Can
from chatops.event import Then
from chatops.line import leading_number
from chatops.personal_data import personal_data
from chatops.policy import CannedReply
from chatops.repetition import key_of
from chatops.scene import Direction, Line, Scene
from chatops.text import LANGUAGES, Link, Text, say_day, text
from chatops.ticket import Refusal, is_shut

#: A longer list of canned replies is searched by what is typed.
LISTED: Final = 20

_PLACE: Final = re.compile(r"\{(customer_name|signature|ticket|account|today)\}")


def reply_form(fields: Mapping[str, str], scene: Scene, call: Call) -> Form:
    """Return the form as it stands with what has been typed and chosen so far."""
    canned = offered(scene)
    chosen = next((one for one in canned if _key(one) == fields.get("canned")), None)
    words, then = fields.get("text", ""), fields.get("then", Then.NOTHING.value)
    if chosen is not None and _key(chosen) != fields.get("filled"):
        words = filled(chosen.text, chosen.language, scene, call)
        then = _then_with(chosen, then, scene)
    version = canned.index(chosen) + 1 if chosen is not None else 0
    ticket = scene.ticket
    seen = scene.newest if call.seen is None else call.seen
    return Form(
        command="reply",
        ticket=ticket.id,
        title=text("form-reply", ticket=ticket.id),
        submit=text("submit-reply"),
        parts=(
            Paragraph(_as_whom(scene), small=True),
            *_window(scene),
            *_writing(scene, call),
            *_heard(scene, seen),
            *_since(scene, seen),
            *_canned_choice(canned, chosen, ticket.language),
            TextBox(
                "text",
                text("field-text"),
                multiline=True,
                initial=words,
                live=True,
                version=version,
            ),
            Paragraph(counted(words, scene), small=True),
            *_warning(words, scene),
            Choice("then", text("field-then"), _thens(scene), then, version=version),
        ),
        hidden={"seen": str(seen), "filled": _key(chosen) if chosen is not None else ""},
        locks=True,
    )


def offered(scene: Scene) -> list[CannedReply]:
    """Return the queue's canned replies, those in the ticket's language first."""
    language = scene.ticket.language
    return sorted(scene.queue.canned, key=lambda canned: canned.language != language)


def filled(words: str, language: str, scene: Scene, call: Call) -> str:
    """Return a canned reply's or a macro's words with their places filled."""
    return _with(words, _values(language, scene, call))


def said_unchanged(words: str, scene: Scene, call: Call) -> str | None:
    """Return the key of the canned reply that these words are, but for white space, or None."""
    bare = "".join(words.split())
    values: dict[str, Mapping[str, str]] = {}
    for canned in offered(scene):
        # among thousands most are told apart by how they begin, without being filled
        if not bare.startswith("".join(canned.text.partition("{")[0].split())):
            continue
        if canned.language not in values:
            values[canned.language] = _values(canned.language, scene, call)
        if bare == "".join(_with(canned.text, values[canned.language]).split()):
            return _key(canned)
    return None


def what_follows(chosen: Then | None, said: str | None, scene: Scene) -> Then | Refusal:
    """Return what is to follow a reply: what was chosen, else the invitation that it is.

    `said` is the key of the canned reply that it is, unchanged.
    """
    if chosen is Then.INVITE and not _can_invite(scene):
        title = scene.traits.title
        return Refusal(text("cannot-invite", ticket=scene.ticket.id, channel=title), field="then")
    if chosen is not None:
        return chosen
    invites = any(_key(each) == said and each.invites for each in scene.queue.canned)
    return Then.INVITE if invites and _can_invite(scene) else Then.NOTHING


def counted(words: str, scene: Scene) -> Text:
    """Say how long a text is, as the network counts, and by how much too long."""
    private = scene.ticket.private
    used, limit = scene.traits.measure(words, private), scene.traits.limit(private)
    if used > limit:
        return text("reply-over", used=used, limit=limit, over=used - limit)
    return text("reply-used", used=used, limit=limit)


def refused(words: str, scene: Scene) -> Refusal | None:
    """Return why these words cannot go to this customer, or None."""
    ticket, traits = scene.ticket, scene.traits
    if not ticket.can_reply:
        return Refusal(_only_there(scene))
    if (shut := shut_out(scene)) is not None:
        return shut
    if (Can.REPLY_PRIVATE if ticket.private else Can.REPLY_PUBLIC) not in traits.can:
        return Refusal(text("channel-cannot", channel=traits.title, visibility=_visibility(scene)))
    if not words.strip():
        return Refusal(text("nothing-written"), field="text")
    if traits.measure(words, ticket.private) > traits.limit(ticket.private):
        return Refusal(counted(words, scene), field="text")
    return None


def shut_out(scene: Scene) -> Refusal | None:
    """Return why the network takes no reply just now, and what is possible; None: it takes one."""
    ticket, until = scene.ticket, scene.ticket.reply_until
    if until is None or not is_shut(ticket, scene.now):
        return None
    public = [line for line in scene.lines if line.direction is Direction.INBOUND and line.url]
    public = [line for line in public if not line.private and not line.deleted]
    if not ticket.private or not public or (url := public[-1].url) is None:
        return Refusal(text("reply-window-closed", ticket=ticket.id, until=until))
    there = Link(url, text("button-open-on", channel=scene.traits.title))
    return Refusal(text("reply-window-closed-public", ticket=ticket.id, until=until, link=there))


def question(words: str, scene: Scene, call: Call) -> Refusal | None:
    """Return the first thing to be asked that has not been answered with yes, or None."""
    return next(
        (asked for asked in _questions(words, scene, call) if asked.asks not in call.confirmed),
        None,
    )


def _key(canned: CannedReply) -> str:
    return key_of(canned.language, canned.name)


def _with(words: str, values: Mapping[str, str]) -> str:
    # in one pass, not by str.format: other braces, and those of a customer's name, stay as they are
    return _PLACE.sub(lambda place: values[place[1]], words)


def _values(language: str, scene: Scene, call: Call) -> dict[str, str]:
    today = call.now.astimezone(ZoneInfo(scene.queue.calendar.zone)).date()
    return {
        "customer_name": scene.customer.name,
        "signature": call.agent.public_name,  # never the chat's name of the person
        "ticket": str(scene.ticket.id),
        "account": scene.account.handle,
        "today": say_day(today, language) if language in LANGUAGES else _abroad(today, language),
    }


def _abroad(day: date, language: str) -> str:
    """Return a day as it is written in a language that the service itself does not speak."""
    try:
        return format_date(day, locale=Locale.parse(language, sep="-"))
    except UnknownLocaleError:
        return day.isoformat()


def _questions(words: str, scene: Scene, call: Call) -> Iterator[Refusal]:
    private = scene.ticket.private
    meant = leading_number(words) if call.origin is Origin.THREAD else None
    if meant is not None and meant != scene.ticket.id:
        other = text("ask-other-ticket", meant=str(meant), ticket=scene.ticket.id)
        yield Refusal(other, asks="other-ticket")
    if call.seen is not None and scene.newest > call.seen:
        # the name holds the message: a yes to one is no yes to the next
        seen = scene.line(call.seen)
        now_public = not private and seen is not None and seen.private
        said_since = text("ask-now-public" if now_public else "ask-new-message")
        yield Refusal(said_since, asks=f"new-message-{scene.newest}")
    if not private and (kinds := personal_data(words)):
        said = tuple(text(f"personal-{kind.value}") for kind in kinds)
        yield Refusal(text("ask-personal-data", kinds=said), asks="personal-data")
    if (warning := scene.traits.warn(words, private)) is not None:
        yield Refusal(text("ask-anyway", warning=warning), asks="link-cost")


def _only_there(scene: Scene) -> Text:
    line = scene.heard
    label = text("button-open-on", channel=scene.traits.title)
    if line is None or line.url is None:
        return text("cannot-reply-here", ticket=scene.ticket.id)
    return text("cannot-reply-but-there", link=Link(line.url, label), ticket=scene.ticket.id)


def _visibility(scene: Scene) -> Text:
    return text("private" if scene.ticket.private else "public")


def _as_whom(scene: Scene) -> Text:
    visible = "reply-as-private" if scene.ticket.private else "reply-as-public"
    return text(
        visible,
        account=scene.account.handle,
        channel=scene.traits.title,
        customer=scene.customer.name,
    )


def _writing(scene: Scene, call: Call) -> Iterator[Block]:
    """Say who else has a form open; it is a hint, and holds nobody back."""
    writer = scene.ticket.writer
    if writer is not None and writer.agent != call.agent.id and writer.until > scene.now:
        yield Paragraph(writing_words(scene, writer, tells_chat=writer.chat != call.chat))


def _window(scene: Scene) -> Iterator[Block]:
    """Say until when the network takes a reply: it may be over before this one is written."""
    if (said := window_words(scene)) is not None:
        window = text("fact-clock-reply_window")
        yield Paragraph(text("why-clock", clock=window, said=said), small=True)


def _warning(words: str, scene: Scene) -> Iterator[Block]:
    if (warning := scene.traits.warn(words, scene.ticket.private)) is not None:
        yield Paragraph(warning, small=True)


def _heard(scene: Scene, seen: int) -> Iterator[Block]:
    """Show what is answered: the newest of the customer's that the form was opened on."""
    inbound = [line for line in scene.lines if line.direction is Direction.INBOUND]
    line = next((line for line in reversed(inbound) if line.id <= seen), None) or scene.heard
    if line is not None and not line.deleted:
        yield Paragraph(text("reply-to", customer=scene.customer.name, at=line.at), small=True)
        yield Quote(line.text)


def _since(scene: Scene, seen: int) -> Iterator[Block]:
    new = [line for line in scene.lines if line.id > seen and line.direction is not Direction.NOTE]
    if new:
        yield Paragraph(text("reply-since"))
    for line in new:
        yield Paragraph(_who(line, scene), small=True)
        yield Quote(line.text)


def _who(line: Line, scene: Scene) -> Text:
    if line.direction is Direction.INBOUND:
        return text("line-inbound", customer=scene.customer.name, at=line.at)
    if line.is_by_rule:
        return text("line-by-rule", at=line.at)
    colleague = scene.agent(line.agent)
    if colleague is None:
        return text("line-outside", channel=scene.traits.title, at=line.at)
    return text("line-colleague", name=colleague.public_name, at=line.at)


def _canned_choice(
    canned: list[CannedReply], chosen: CannedReply | None, language: str
) -> Iterator[Choice]:
    if canned:
        yield Choice(
            "canned",
            text("field-canned"),
            tuple((_key(one), _called(one, language)) for one in canned),
            _key(chosen) if chosen is not None else None,
            optional=True,
            live=True,
            searched=len(canned) > LISTED,
        )


def _called(canned: CannedReply, language: str) -> Text:
    """Say a canned reply's name, with its language if that is not the ticket's."""
    if canned.language == language:
        return text("words", words=canned.name)
    return text("canned-name", name=canned.name, language=canned.language)


def _can_invite(scene: Scene) -> bool:
    return not scene.ticket.private and Can.REPLY_PRIVATE in scene.traits.can


def _then_with(canned: CannedReply, before: str, scene: Scene) -> str:
    """Return what is chosen to follow once a canned reply has been; `before` was until then."""
    if canned.invites and _can_invite(scene):
        return Then.INVITE.value
    return Then.NOTHING.value if before == Then.INVITE.value else before


def _thens(scene: Scene) -> tuple[tuple[str, Text], ...]:
    able = [then for then in Then if then is not Then.INVITE or _can_invite(scene)]
    return tuple((then.value, text(f"then-{then.value}")) for then in able)
