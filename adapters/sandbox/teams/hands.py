"""A person's hands: everything one can do in Teams' window, as the page and the tests do it.

Every act waits for the app's answer, as Teams' window does, and says what came of it.
"""

from dataclasses import dataclass

from adapters.sandbox.teams import answers, happenings
from adapters.sandbox.teams.answers import Said, Shown, Wrong
from adapters.sandbox.teams.cards import way_to
from adapters.sandbox.teams.delivery import Answer, Delivery
from adapters.sandbox.teams.inputs import CannotBeDone, Unfit, gathered
from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.state import BOT, Message, State

#: The channel under which a person finds their own chat with the app.
PERSONAL = "personal"

#: What Teams says when an app answers badly or not at all.
SORRY = "Something went wrong. Please try again."


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of a press, as the person sees it."""

    #: A sentence for them alone.
    message: str | None = None
    #: The card was replaced for them.
    card: bool = False


class Hands:
    """What people do. The first argument is always the object id of the one who does it."""

    def __init__(self, state: State, delivery: Delivery) -> None:
        self._state = state
        self._delivery = delivery

    async def say(
        self, me: str, channel: str, text: str, root: str | None = None, *, mention: bool = False
    ) -> str:
        """Write in a channel, a thread (`root`) or one's chat with the app; returns the id.

        In a channel the app hears only what mentions it, unless the team's owner agreed to more.
        """
        shown = f"@{self._state.organisation.bot_name} {text}".rstrip() if mention else text
        said = self._write(me, channel, shown, root)
        heard = mention or said.conversation in self._state.chats
        heard = heard or self._state.organisation.reads_threads
        if heard and self._is_there(said.conversation):
            marked = f"{happenings.tagged(self._state)} {text}" if mention else text
            await self._delivery.send(
                happenings.message(self._state, said, marked, mentions=mention, targeted=False)
            )
        return said.id

    async def command(self, me: str, channel: str, text: str, root: str | None = None) -> str:
        """Give a slash command in a channel: a message that only this person and the app see."""
        if channel == PERSONAL or not self._state.organisation.targeted:
            raise CannotBeDone("the app has no slash commands here")
        if not self._is_there(channel):
            raise CannotBeDone("the app is not in the team")
        said = self._write(me, channel, text, root, private_to=me)
        await self._delivery.send(
            happenings.message(self._state, said, text, mentions=False, targeted=True)
        )
        return said.id

    async def execute(
        self, me: str, channel: str, id: str, action: JSON, inputs: JSON | None = None
    ) -> Pressed:
        """Press an Action.Execute of a card as this person sees it.

        Raises:
            CannotBeDone: it does not stand in the card, or an input cannot hold what is given.
        """
        on = self.seen(me, channel, id)
        position, cards = self.standing(me, on, action, "Action.Execute")
        try:
            data = gathered(cards, action, inputs or {}, {}, self._state.limits)
        except Unfit as unfit:
            return Pressed(message=str(unfit))
        kept: JSON = {
            name: action[name] for name in ("type", "id", "title", "verb") if name in action
        }
        value = {"action": {**kept, "data": data}, "trigger": "manual"}
        answer = await self.invoke(me, on, "adaptiveCard/action", value)
        match answers.of_execute(answer, self._state.limits):
            case Said(text):
                return Pressed(message=text)
            case Shown(card):
                on.own_views.setdefault(me, {})[position] = card
                self._state.changed()
                return Pressed(card=True)
            case Wrong(why):
                self._state.notice(me, SORRY, why)
                return Pressed(message=SORRY)

    async def delete(self, me: str, channel: str, id: str) -> None:
        """Delete a message: one's own, or the app's as the team's owner may."""
        said = self.seen(me, channel, id)
        if said.sender not in (me, BOT):
            raise CannotBeDone("only one's own messages and the app's are deleted")
        said.deleted = True
        self._state.changed()
        # The app is told of what it had heard, not of what is taken from it.
        if said.sender == me and said.conversation in self._state.chats:
            await self._delivery.send(happenings.deletion(self._state, said))

    async def install(self, me: str) -> None:
        """Put the app into the team, or say once more that it is there."""
        await self._put(me, "add")

    async def uninstall(self, me: str) -> None:
        """Take the app out of the team."""
        await self._put(me, "remove")

    async def invoke(self, me: str, on: Message, name: str, value: JSON) -> Answer:
        """Send an invoke about a message; what is not in time has failed."""
        return await self._delivery.send(happenings.invoke(self._state, me, on, name, value))

    def seen(self, me: str, channel: str, id: str) -> Message:
        """A message that this person sees."""
        found = self._state.message(self._conversation(me, channel), id)
        if found is None or found.private_to not in (None, me):
            raise CannotBeDone(f"{me} sees no message {id}")
        return found

    def standing(
        self, me: str, on: Message, action: JSON, kind: str
    ) -> tuple[int, tuple[JSON, ...]]:
        """Where an action stands: the card's position, and the cards whose inputs go with it."""
        if action.get("type") != kind or action.get("isEnabled") is False:
            raise CannotBeDone(f"this is no {kind} that can be pressed")
        for position, card in enumerate(on.seen_cards(me)):
            if cards := way_to(card, action):
                return position, cards
        raise CannotBeDone("the action does not stand in the card that this person sees")

    async def _put(self, me: str, action: str) -> None:
        self._person(me)
        self._state.installed = action == "add"
        self._state.changed()
        for activity in happenings.installed(self._state, me, action):
            await self._delivery.send(activity)

    def _write(
        self, me: str, channel: str, text: str, root: str | None, private_to: str | None = None
    ) -> Message:
        conversation = self._conversation(me, channel)
        if not text.strip():
            raise CannotBeDone("there is nothing to send")
        if root is not None:
            first = self.seen(me, channel, root)
            root = first.root or first.id
        said = Message(
            id=self._state.new_message_id(),
            conversation=conversation,
            sender=me,
            at=self._state.clock.now(),
            text=text,
            root=root if conversation in self._state.channels else None,
            private_to=private_to,
        )
        return self._state.add(said)

    def _conversation(self, me: str, channel: str) -> str:
        self._person(me)
        if channel == PERSONAL:
            return self._state.chat_of(me)
        if channel not in self._state.channels or not self._state.is_in(me, channel):
            raise CannotBeDone(f"{me} is not in a channel {channel}")
        return channel

    def _person(self, me: str) -> None:
        if me not in self._state.people:
            raise CannotBeDone(f"nobody here is {me}")

    def _is_there(self, conversation: str) -> bool:
        """Tell whether the app hears of this conversation: in a personal chat it always does."""
        return self._state.installed or conversation in self._state.chats
