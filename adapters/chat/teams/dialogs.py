"""What people do in dialogs: opening, searching, making anew, submitting. Teams tells no closing.

A form that locks its ticket does so when it is fetched, by the desk; the lock ends by its time, or
when the form is submitted.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.chat._carried import yes_to
from adapters.chat._matching import matching
from adapters.chat._outcome import outcome_of
from adapters.chat._tasks import Tasks
from adapters.chat.teams import adaptive, forms, inputs
from adapters.chat.teams.answers import NEEDED, NOWHERE, Answers
from adapters.chat.teams.forms import Asked, Sent
from adapters.chat.teams.presses import Presses
from adapters.chat.teams.reading import Place, Press, Search, Submit
from adapters.chat.teams.writing import CHAT, JSON
from chatops.call import Answer, Call, Done, Origin, Outcome
from chatops.card import Card, Choice, Form, TextBox
from chatops.desk import Desk
from chatops.scene import Agent
from chatops.text import Text, text
from chatops.ticket import Refusal

#: The type of an answer to a search (learn.microsoft.com/adaptive-cards/authoring-cards/
#: dynamic-search).
_FOUND: Final = "application/vnd.microsoft.search.searchResponse"


@dataclass(frozen=True, slots=True)
class Back:
    """A form that came back too late to be shown in its dialog, and why it did."""

    form: Form
    said: Text = NEEDED
    typed: Sequence[str] = ()  #: the words that were given into it
    yes: JSON | None = None  #: what a button carries that does it all the same


@dataclass(frozen=True, slots=True)
class After:
    """What becomes of a dialog: another one, a sentence in its place, or it closes.

    `late` is the same for whom it reaches after Teams has stopped waiting.
    """

    agent: Agent | None = None
    task: JSON | None = None  #: TaskInfo
    said: Text | None = None
    late: Card | Back | None = None


@dataclass(frozen=True, slots=True)
class Dialogs:
    desk: Desk
    presses: Presses
    answers: Answers
    tasks: Tasks

    async def fetch(self, press: Press) -> JSON:
        """Open what a button asks for."""
        return await self._within(self.tasks.begin(self._fetched(press)), press.place)

    async def submit(self, submit: Submit) -> JSON:
        """Do what a form asks, or make it anew."""
        return await self._within(self.tasks.begin(self._submitted(submit)), submit.place)

    async def search(self, search: Search) -> JSON:
        """Return the options for what was typed; none where the form is closed to the person."""
        asked, agent = search.asked, await self.presses.known(search.place, search.asked.command)
        found: list[JSON] = []
        if isinstance(agent, Agent):
            call = self._call(search.key, asked, asked.hidden, search.place, agent)
            form = await outcome_of(self.desk.form(call))
            voice = await self.answers.voice(search.place, agent)
            choices = form.parts if isinstance(form, Form) else ()
            most = min(search.most, inputs.OPTIONS)
            found = [
                inputs.option(*each, voice)
                for part in choices
                if isinstance(part, Choice) and part.name == search.field
                for each in matching(part, search.typed, voice.plain, most)
            ]
        return {"statusCode": 200, "type": _FOUND, "value": {"results": found}}

    async def odd(self, place: Place) -> JSON:
        """Return the response to a dialog that we cannot read."""
        return _says(await self.answers.plain(text("chat-odd-press"), place, None))

    async def _within(self, working: asyncio.Task[After], place: Place) -> JSON:
        """Answer in time; what takes longer follows to that person alone."""
        if not await self.tasks.in_time(working):
            self.tasks.begin(self._follow(working, place))
            return _says(await self.answers.plain(text("chat-working"), place, None))
        after = working.result()
        if after.task is not None:
            return {"task": {"type": "continue", "value": after.task}}
        if after.said is not None:
            return _says(await self.answers.plain(after.said, place, after.agent))
        return {}

    async def _follow(self, working: asyncio.Task[After], place: Place) -> None:
        after = await working
        match after.late:
            case Back() as back if after.agent is not None:
                arrived = await self._give_back(back, place, after.agent)
            case Card() as card:
                arrived = await self.answers.tell(place, card, after.agent)
            case _:
                said = after.said or text("chat-done")
                arrived = await self.answers.tell(place, said, after.agent)
        if not arrived:
            await self.answers.aloud(place, NOWHERE)

    async def _give_back(self, back: Back, place: Place, agent: Agent) -> bool:
        """Ask what the form would have asked, or offer it anew beside what was typed."""
        if back.yes is not None and adaptive.may_carry(back.yes):
            return await self.answers.ask(place, back.said, back.yes, agent) != back.said
        offered = await self.answers.offer(place, back.form, agent, back.said, back.typed)
        return offered != NOWHERE

    async def _fetched(self, press: Press) -> After:
        place = press.place
        agent = await self.presses.known(place, press.command)
        if isinstance(agent, Text):
            return After(said=agent)
        call = self.presses.call(press, agent)
        outcome = await self.presses.handled(call, place)
        self.presses.drop_older(press, call)
        if isinstance(outcome, Done):
            return After(agent, said=outcome.said or text("chat-done"))
        if isinstance(outcome, Refusal) and outcome.asks is not None:
            yes = yes_to(outcome.asks, call)
            return After(agent, said=await self.answers.ask(place, outcome.said, yes, agent))
        if isinstance(outcome, Form):
            asked = Asked(
                outcome.command,
                outcome.ticket,
                outcome.hidden,
                place.channel,
                place.thread,
                message=place.message,
            )
            return await self._form(outcome, asked, place, agent)
        return await self._ended(outcome, place, agent)

    async def _submitted(self, submit: Submit) -> After:
        place, sent = submit.place, submit.sent
        agent = await self.presses.known(place, sent.asked.command)
        if isinstance(agent, Text):
            return After(said=agent)
        given = {**sent.asked.hidden, **sent.fields}
        call = self._call(submit.key, sent.asked, given, place, agent)
        if sent.anew:
            return await self._again(call, sent, place)
        if sent.missing:
            return await self._again(call, sent, place, errors=sent.missing)
        outcome = await self.presses.handled(call, place)
        match outcome:
            case Refusal(said, _, str(asks)):
                confirmed = sent.asked.confirmed | {asks}
                yes = yes_to(asks, call)
                return await self._again(call, sent, place, said, confirmed=confirmed, yes=yes)
            case Refusal(said, str(name), _) if name in _names(sent):
                return await self._again(call, sent, place, errors={name: said})
            case Refusal(said):
                return await self._again(call, sent, place, said)
            case Form() as form:
                # what was typed since has not been asked about: no yes is kept
                return await self._form(form, sent.asked.again(form), place, agent, sent.typed)
            case Done() | Answer():
                return await self._ended(outcome, place, agent)

    async def _ended(self, outcome: Outcome, place: Place, agent: Agent) -> After:
        """Close the dialog, or show in it what was asked for."""
        match outcome:
            case Answer(file=None) as answer:
                voice = await self.answers.voice(place, agent)
                task = forms.notice(answer.card, voice, self.answers.opens)
                return After(agent, task, late=answer.card)
            case Answer() as answer:
                return After(agent, said=await self.answers.give(place, answer, agent))
            case Done(said) | Refusal(said):
                return After(agent, said=said)
            case Form():
                return After(agent)

    async def _form(
        self,
        form: Form,
        asked: Asked,
        place: Place,
        agent: Agent,
        typed: Mapping[str, str] | None = None,
    ) -> After:
        voice = await self.answers.voice(place, agent)
        task = forms.dialog(form, asked, voice, typed=typed)
        return After(agent, task, late=Back(form, typed=_words(form, typed or {})))

    async def _again(
        self,
        call: Call,
        sent: Sent,
        place: Place,
        warning: Text | None = None,
        *,
        errors: Mapping[str, Text] | None = None,
        confirmed: frozenset[str] = frozenset(),
        yes: JSON | None = None,
    ) -> After:
        """Show the form once more with what was typed, and what is to be said of it."""
        form = await outcome_of(self.desk.form(call))
        if isinstance(form, Refusal):
            return After(call.agent, said=warning or form.said)
        voice = await self.answers.voice(place, call.agent)
        asked = sent.asked.again(form, confirmed)
        task = forms.dialog(form, asked, voice, warning, errors, sent.typed)
        said = warning or next(iter((errors or {}).values()), NEEDED)
        return After(call.agent, task, late=Back(form, said, _words(form, sent.typed), yes))

    def _call(
        self, key: str, asked: Asked, given: Mapping[str, str], place: Place, agent: Agent
    ) -> Call:
        """Return the Call that a form stands for."""
        fields = dict(given)
        seen = fields.pop("seen", None)
        return self.desk.call(
            key=key,
            command=asked.command,
            agent=agent,
            origin=Origin.FORM,
            chat=CHAT,
            identity=place.user,
            room=self.presses.room(place),
            ticket=asked.ticket,
            fields=fields,
            seen=int(seen) if seen and seen.isdecimal() else None,
            confirmed=asked.confirmed,
            language=self.answers.language(place, agent),
        )


def _names(sent: Sent) -> frozenset[str]:
    """Return the names of a form's fields, empty ones too."""
    return frozenset(inputs.named(name) for name in sent.typed) | sent.needed


def _words(form: Form, typed: Mapping[str, str]) -> tuple[str, ...]:
    """Return what was typed in a form's boxes, in their order."""
    given = {inputs.named(name): words for name, words in typed.items()}
    boxes = [part.name for part in form.parts if isinstance(part, TextBox)]
    return tuple(given[name] for name in boxes if given.get(name))


def _says(words: str) -> JSON:
    return {"task": {"type": "message", "value": words}}
