"""What people do in a modal: typing, sending, closing.

Typing makes a live form anew. The newest typing wins: what comes while a form is being made replaces
what waits, and a form that was overtaken is not shown.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

import structlog

from adapters.chat._outcome import outcome_of
from adapters.chat.slack.answers import Answers
from adapters.chat.slack.forms import WHICH, Asked, block_of, fields
from adapters.chat.slack.people import People
from adapters.chat.slack.reading import Place, place_in_view
from adapters.chat.slack.writing import CHAT, JSON
from chatops.call import Answer, Call, Done, Origin
from chatops.card import Card, Form
from chatops.desk import Desk
from chatops.errors import CareError, Rejected, StorageError
from chatops.line import leading_number
from chatops.scene import Agent
from chatops.text import Text, text
from chatops.ticket import Refusal

_log = structlog.get_logger(__name__)

_REMEMBERED: Final = 500  # open views of which we know the newest hash
_FIELD_ERROR: Final = 300  # characters under an input


@dataclass(frozen=True, slots=True)
class After:
    """What becomes of a modal that was sent: errors under its fields, another view, or nothing.

    `said` is the outcome in a sentence, for a modal that waited for it.
    """

    errors: JSON | None = None
    view: JSON | None = None
    said: Text | None = None

    def response(self) -> JSON:
        """Return it as the acknowledgement of view_submission."""
        if self.errors:
            return {"response_action": "errors", "errors": self.errors}
        if self.view:
            return {"response_action": "update", "view": self.view}
        return {"response_action": "clear"}


@dataclass(slots=True)
class _Lane:
    """The typing in one view: the newest that waits, and the hash that our last update gave."""

    waiting: JSON | None = None
    busy: bool = False
    newest: str = ""  #: Slack's own time of the newest typing
    past: set[str] = field(default_factory=set)
    hash: str | None = None
    sent: int = 0  #: how often the form was sent: what was typed before is not shown after it
    answered: JSON | None = None  #: the fields that were sent last, which have their answer


class Modals:
    def __init__(self, desk: Desk, people: People, answers: Answers) -> None:
        self._desk = desk
        self._people = people
        self._answers = answers
        self._lanes: OrderedDict[str, _Lane] = OrderedDict()

    async def type(self, body: JSON) -> None:
        """Make the form anew from what stands in it now."""
        lane = self._lane(body["view"]["id"])
        at = body["actions"][0]["action_ts"]
        # Two connections may bring two keystrokes in the wrong order.
        if at < lane.newest or fields(body["view"]) == lane.answered:
            return
        lane.newest, lane.waiting = at, body
        if lane.busy:
            return
        lane.busy = True
        try:
            while (newest := lane.waiting) is not None:
                lane.waiting = None
                await self._make_anew(newest, lane)
        finally:
            lane.busy = False

    async def send(self, body: JSON) -> After:
        """Do what a form asks for; a form made anew for earlier typing would wipe its answer."""
        lane = self._lane(body["view"]["id"])
        lane.waiting, lane.answered = None, fields(body["view"])
        lane.sent += 1
        asked, call, agent = await self._call(body, fresh=True)
        place = _place(body, asked)
        if isinstance(agent, Text):
            await self._answers.tell(place, agent, None)
            return After(said=agent)
        assert call is not None  # noqa: S101 - there is one for every agent
        which = block_of(body["view"], WHICH)
        if which is not None and call.ticket is None:
            return await self._wrong(which, text("chat-which-wrong"), place, agent)
        match await outcome_of(self._desk.handle(call)):
            case Done(said):
                return await self._ended(said, place, agent)
            case Answer(file=None) as answer if place.channel is None:
                return await self._ended(answer.card, place, agent)
            case Answer() as answer:
                await self._answers.give(place, answer, agent)
                return After(said=text("chat-done"))
            case Form() as form:
                return After(view=await self._view(form, asked, place, agent))
            case Refusal(said, _, asks) if asks is not None:
                return await self._again(call, asked, place, said, asks)
            case Refusal(said, name, _):
                block = block_of(body["view"], name) if name else which
                if block is None:
                    return await self._again(call, asked, place, said)
                return await self._wrong(block, said, place, agent)

    async def wait(self, body: JSON) -> JSON:
        """Return the view that stands while a form takes long."""
        asked = Asked.of(body["view"])
        place = _place(body, asked)
        who = await self._people.who(place)
        agent = who if isinstance(who, Agent) else None
        return await self._answers.notice(text("chat-working"), place, agent)

    async def follow(self, body: JSON, after: After) -> None:
        """Show what became of a form that took long, in the modal that waits."""
        asked, call, agent = await self._call(body, fresh=False)
        if call is None or isinstance(agent, Text):
            return
        place = _place(body, asked)
        view = after.view
        if view is None and after.errors:
            # The fields are gone from the screen: show them again, with what is wrong above.
            view = (await self._again(call, asked, place, after.said or text("chat-sorry"))).view
        if view is None:
            view = await self._answers.notice(after.said or text("chat-done"), place, agent)
        try:
            await self._answers.change(body["view"]["id"], view)
        except CareError:
            # The modal was closed meanwhile: say at least how it ended.
            if after.said is not None:
                await self._answers.tell(place, after.said, agent)

    async def made(self, body: JSON) -> tuple[Form, Place, Agent] | None:
        """Make the form of a view anew; None where the desk refuses it, or the person.

        Raises:
            CareError, StorageError
        """
        asked, call, agent = await self._call(body, fresh=False)
        if call is None or isinstance(agent, Text):
            return None
        form = await self._desk.form(call)
        return None if isinstance(form, Refusal) else (form, _place(body, asked), agent)

    async def leave(self, body: JSON) -> None:
        """Tell the desk that a form was closed unsent."""
        _, call, _ = await self._call(body, fresh=False)
        self._lanes.pop(body["view"]["id"], None)
        if call is not None:
            await self._desk.left(call)

    def _lane(self, view_id: str) -> _Lane:
        lane = self._lanes.setdefault(view_id, _Lane())
        self._lanes.move_to_end(view_id)
        if len(self._lanes) > _REMEMBERED:
            self._lanes.popitem(last=False)
        return lane

    async def _make_anew(self, body: JSON, lane: _Lane) -> None:
        sent = lane.sent
        try:
            made = await self.made(body)
        except (CareError, StorageError):
            return
        if made is None:
            return
        view = await self._view(made[0], Asked.of(body["view"]), *made[1:])
        if lane.waiting is not None or lane.sent > sent:
            return
        known = body["view"]["hash"]
        # The person typed before our last update reached them: it is still their view's newest.
        current = lane.hash if lane.hash is not None and known in lane.past else known
        try:
            lane.hash = await self._answers.change(body["view"]["id"], view, current)
        except Rejected as refused:
            # Closed, sent, or made anew by another process meanwhile.
            _log.info("slack.form_overtaken", code=refused.code)
        except CareError as error:
            _log.info("slack.form_not_anew", error=str(error))
        else:
            lane.past |= {known, current}

    async def _ended(self, said: Text | Card | None, place: Place, agent: Agent) -> After:
        """Close the modal and say alone how it ended; without a room, say it in the modal."""
        if said is None:
            return After(said=text("chat-done"))
        if place.channel is None:
            view = await self._answers.notice(said, place, agent)
            return After(view=view, said=said.push if isinstance(said, Card) else said)
        await self._answers.tell(place, said, agent)
        return After(said=said.push if isinstance(said, Card) else said)

    async def _wrong(self, block: str, said: Text, place: Place, agent: Agent) -> After:
        """Say under an input what is wrong with it."""
        voice = await self._answers.voice(place, agent)
        return After(errors={block: voice.plain(said, _FIELD_ERROR)}, said=said)

    async def _again(
        self, call: Call, asked: Asked, place: Place, said: Text, question: str | None = None
    ) -> After:
        """Show the form once more with what was typed, and with a sentence on top of it."""
        confirmed = asked.confirmed | ({question} if question else frozenset())
        form = await self._desk.form(call)
        if isinstance(form, Refusal):
            view = await self._answers.notice(form.said, place, call.agent)
            return After(view=view, said=form.said)
        kept = asked.again(form, confirmed)
        return After(view=await self._answers.form(form, kept, place, call.agent, said), said=said)

    async def _view(self, form: Form, asked: Asked, place: Place, agent: Agent) -> JSON:
        """Return a form's view. What was typed since has not been asked about: no yes is kept."""
        return await self._answers.form(form, asked.again(form), place, agent)

    async def _call(self, body: JSON, *, fresh: bool) -> tuple[Asked, Call | None, Agent | Text]:
        """Return the Call that a view stands for, and who makes it.

        Sending a view twice is one act; a view that was made anew since (a question was shown) is
        another, and so its hash is part of the key.
        """
        view = body["view"]
        asked = Asked.of(view)
        place = _place(body, asked)
        agent = await self._people.who(place)
        if isinstance(agent, Text):
            return asked, None, agent
        room = self._desk.policy.room_by_id(CHAT, asked.channel or "")
        given = {**asked.hidden, **fields(view)}
        seen, which = given.pop("seen", None), given.pop(WHICH, None)
        call = self._desk.call(
            key=f"slack:{view['id']}:{view['hash']}" if fresh else f"slack:{view['id']}",
            command=asked.command,
            agent=agent,
            origin=Origin.FORM,
            chat=CHAT,
            identity=place.user,
            room=room.name if room else None,
            ticket=asked.ticket if which is None else leading_number(which),
            fields=given,
            seen=int(seen) if seen else None,
            confirmed=asked.confirmed,
            language=self._answers.language(place, agent),
        )
        return asked, call, agent


def _place(body: JSON, asked: Asked) -> Place:
    return place_in_view(body, asked.channel, asked.thread, asked.home)
