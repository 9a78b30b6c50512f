"""What one person sees in Teams' window: their channels, their chat with the app, their dialog."""

from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.state import BOT, Dialog, Message, State


def seen_by(state: State, me: str) -> JSON:
    """Everything on that person's screen. Channels that they are not in do not exist for them."""
    organisation = state.organisation
    chat = next((chat for chat, owner in state.chats.items() if owner == me), None)
    return {
        "version": state.version,
        "me": me,
        "bot": {"id": organisation.bot, "name": organisation.bot_name},
        "team": organisation.team.name,
        "people": [
            {"id": person.id, "name": person.name, "guest": person.guest}
            for person in organisation.people
        ],
        "channels": [
            {
                "id": channel.id,
                "name": channel.name,
                "private": channel.private,
                "messages": _messages(state, channel.id, me),
            }
            for channel in organisation.channels
            if state.is_in(me, channel.id)
        ],
        "personal": {"messages": _messages(state, chat, me) if chat else []},
        "dialog": _dialog(state.dialogs.get(me)),
    }


def _messages(state: State, conversation: str, me: str) -> list[JSON]:
    return [
        _message(state, message, me)
        for message in state.in_conversation(conversation)
        if message.private_to in (None, me)
        and not state.is_over(message)
        # A deleted message leaves a mark only where a thread hangs on it.
        and (not message.deleted or state.replies(conversation, message.id))
    ]


def _message(state: State, message: Message, me: str) -> JSON:
    by_bot = message.sender == BOT
    name = state.organisation.bot_name if by_bot else state.people[message.sender].name
    return {
        "id": message.id,
        "root": message.root,
        "from": message.sender,
        "name": name,
        "at": message.at,
        "text": "" if message.deleted else message.text,
        "cards": [] if message.deleted else message.seen_cards(me),
        "summary": "" if message.deleted else message.summary,
        "edited": message.edited,
        "deleted": message.deleted,
        "private": message.private_to is not None,
    }


def _dialog(dialog: Dialog | None) -> JSON | None:
    if dialog is None:
        return None
    return {
        "id": dialog.id,
        "title": dialog.title,
        "height": dialog.height,
        "width": dialog.width,
        "card": dialog.card,
        "error": dialog.error,
    }
