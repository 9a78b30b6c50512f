"""The connector's methods that write: new conversations, messages, updates and deletions."""

import re
from dataclasses import dataclass

from adapters.sandbox.teams import written
from adapters.sandbox.teams.refusal import (
    JSON,
    Refused,
    activity_not_found,
    bad_argument,
    bad_syntax,
    conversation_not_found,
)
from adapters.sandbox.teams.state import BOT, Message, State
from adapters.sandbox.teams.written import Written

_CONVERSATION = re.compile(
    r"(?P<base>19:[^;/\s]+@thread\.(?:tacv2|skype|v2)|a:[^;/\s]+)(?:;messageid=(?P<root>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation that the app named: a channel, a thread of it, or a personal chat."""

    base: str
    root: str | None


def place(state: State, conversation: str) -> Place:
    """Read a conversation's id.

    Raises:
        Refused: it is malformed, unknown, or the app is not there.
    """
    parts = _CONVERSATION.fullmatch(conversation)
    if parts is None:
        raise bad_syntax("Bad format of conversation ID")
    base, root = parts["base"], parts["root"]
    if base not in state.channels and base not in state.chats:
        raise conversation_not_found()
    if not state.installed and state.limits.on("installed"):
        raise Refused(
            403, "BotNotInConversationRoster", "The bot isn't part of the conversation roster."
        )
    return Place(base, root)


def create(state: State, body: JSON) -> JSON:
    """Begin a thread in a channel with its first message, or a personal chat with one person."""
    data = body.get("channelData") or {}
    if not isinstance(data, dict):
        raise bad_syntax("'channelData' must be an object.")
    if body.get("isGroup") or "channel" in data:
        return _new_thread(state, body, data)
    return _new_chat(state, body, data)


def _new_thread(state: State, body: JSON, data: JSON) -> JSON:
    channel = data.get("channel")
    if not isinstance(channel, dict):
        # Without a channel it would be a group chat, which a bot cannot make.
        raise bad_syntax("Incorrect conversation creation parameters: channelData.channel.id")
    where = place(state, str(channel.get("id")))
    if where.base not in state.channels:
        raise conversation_not_found()
    said = written.read(state, where.base, body.get("activity"))
    if said is None:
        raise bad_argument("A thread begins with a message.")
    message = _add(state, where.base, None, said)
    return {"id": f"{where.base};messageid={message.id}", "activityId": message.id}


def _new_chat(state: State, body: JSON, data: JSON) -> JSON:
    members = body.get("members")
    one_alone = isinstance(members, list) and len(members) == 1 and isinstance(members[0], dict)
    if not isinstance(members, list) or (not one_alone and state.limits.on("one_member")):
        raise bad_syntax("Incorrect conversation creation parameters: one member")
    tenant = body.get("tenantId") or (data.get("tenant") or {}).get("id")
    if tenant != state.organisation.tenant and state.limits.on("tenant_named"):
        raise bad_syntax("Incorrect conversation creation parameters: tenantId")
    if not state.installed and state.limits.on("installed"):
        words = "Bot isn't installed in user's personal scope"
        raise Refused(403, "ForbiddenOperationException", words)
    named = members[0].get("id") if isinstance(members[0], dict) else None
    person = state.person_called(str(named))
    if person is None:
        raise bad_argument("Unknown member.")
    made: JSON = {"id": state.chat_of(person.id)}
    if body.get("activity") is not None:
        said = written.read(state, made["id"], body["activity"])
        if said is not None:
            made["activityId"] = _add(state, made["id"], None, said).id
    return made


def send(state: State, where: Place, activity: object, reply_to: str | None = None) -> JSON:
    """Write into a conversation; into a bare channel it begins a thread.

    `reply_to` is the activity that Reply to Activity names: in a channel it gives the thread.
    """
    root = where.root
    if reply_to is not None:
        answered = state.message(where.base, reply_to)
        if answered is None:
            raise activity_not_found()
        root = root or answered.root or answered.id
    said = written.read(state, where.base, activity)
    if where.base in state.chats:
        root = None
    if root and state.message(where.base, root) is None and state.limits.on("thread_exists"):
        raise activity_not_found()
    if said is None:
        return {"id": state.new_id("t")}
    return {"id": _add(state, where.base, root, said).id}


def target(state: State, where: Place, activity: object) -> JSON:
    """Write what one person sees."""
    limits = state.limits
    if where.base in state.chats and limits.on("targeted_place"):
        raise bad_argument("Targeted messages are not supported in one-on-one chats.")
    said = written.read(state, where.base, activity)
    recipient = activity.get("recipient") if isinstance(activity, dict) else None
    named = recipient.get("id") if isinstance(recipient, dict) else None
    # The documented recipient is a `29:` id.
    person = next((one for one in state.people.values() if one.mri == named), None)
    if person is None and limits.on("targeted_recipient"):
        raise bad_argument("A targeted message needs its recipient.")
    here = person is not None and state.is_in(person.id, where.base)
    if person is not None and not here and limits.on("targeted_member"):
        raise bad_argument("The recipient is not a member of the conversation.")
    if said is None:
        return {"id": state.new_id("t")}
    message = _add(state, where.base, where.root, said, person.id if person else None)
    return {"id": message.id}


def update(state: State, where: Place, id: str, activity: object, *, targeted: bool) -> JSON:
    """Put another text or card in a message's place, for everybody who sees it."""
    message = _own(state, where, id, targeted=targeted)
    said = written.read(state, where.base, activity)
    if said is None:
        raise bad_argument("An update needs a message.")
    names_one = isinstance(activity, dict) and "recipient" in activity
    if targeted and names_one and state.limits.on("targeted_fixed"):
        raise bad_argument("The recipient of a targeted message is not changed.")
    parts = len(said.cards) + bool(said.text.strip())
    if parts > 1 and state.limits.on("one_message"):
        raise bad_syntax("Activity resulted into multiple skype activities")
    message.text, message.summary, message.cards = said.text, said.summary, list(said.cards)
    message.own_views.clear()
    message.edited = True
    state.changed()
    return {"id": message.id}


def delete(state: State, where: Place, id: str, *, targeted: bool) -> None:
    _own(state, where, id, targeted=targeted).deleted = True
    state.changed()


def _own(state: State, where: Place, id: str, *, targeted: bool) -> Message:
    """The app's own message; a targeted one is found only where it is asked for as such."""
    message = state.message(where.base, id)
    if message is None or (where.root and where.root not in (message.id, message.root)):
        raise activity_not_found()
    if (message.private_to is not None) != targeted:
        raise activity_not_found()
    if message.sender != BOT and state.limits.on("own_messages"):
        raise Refused(403, "NotEnoughPermissions", "Only the bot's own messages can be changed.")
    return message


def _add(
    state: State, base: str, root: str | None, said: Written, private_to: str | None = None
) -> Message:
    return state.add(
        Message(
            id=state.new_message_id(),
            conversation=base,
            sender=BOT,
            at=state.clock.now(),
            text=said.text,
            root=root,
            cards=list(said.cards),
            summary=said.summary,
            private_to=private_to,
        )
    )
