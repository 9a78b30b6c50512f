"""What the app is sent when a person writes, presses, fills in or installs: activities.

Their fields are those of learn.microsoft.com/microsoftteams/platform/bots (conversation-messages,
subscribe-to-conversation-events) and of adaptive-cards' universal-action-model.
"""

from datetime import UTC, datetime

from adapters.sandbox.teams.organisation import Person
from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.state import Message, State


def message(state: State, said: Message, text: str, *, mentions: bool, targeted: bool) -> JSON:
    """What a person wrote; `text` is as the app gets it, with the mention's markup."""
    activity = _about(state, state.people[said.sender], said.conversation, said.root or said.id)
    activity |= {"type": "message", "id": said.id, "text": text, "textFormat": "plain"}
    activity["channelData"]["source"] = {"name": "message"}
    if said.root:
        activity["replyToId"] = said.root
    if mentions:
        bot = {"id": state.organisation.bot, "name": state.organisation.bot_name}
        tag = {"type": "mention", "mentioned": bot, "text": tagged(state)}
        activity["entities"].append(tag)
    if targeted:
        activity["recipient"]["isTargeted"] = True
    return activity


def tagged(state: State) -> str:
    """The markup of a mention of the bot."""
    return f"<at>{state.organisation.bot_name}</at>"


def deletion(state: State, said: Message) -> JSON:
    """A person took back what they had written to the app."""
    activity = _about(state, state.people[said.sender], said.conversation, said.root or said.id)
    activity |= {"type": "messageDelete", "id": said.id}
    activity["channelData"]["eventType"] = "softDeleteMessage"
    return activity


def invoke(state: State, person: str, on: Message, name: str, value: JSON) -> JSON:
    """A press, an opened or submitted dialog, or a search, on that message."""
    activity = _about(state, state.people[person], on.conversation, on.root or on.id)
    activity |= {"type": "invoke", "name": name, "value": value, "id": state.new_id("f:")}
    activity["channelData"]["source"] = {"name": "message"}
    if name != "task/submit":
        activity["replyToId"] = on.id
    return activity


def installed(state: State, person: str, action: str) -> list[JSON]:
    """The app came into the team (`add`) or left it (`remove`): Teams tells it twice."""
    organisation, bot = state.organisation, {"id": state.organisation.bot}
    team = organisation.team
    update, change = (
        _about(state, state.people[person], team.id, None, with_name=False) for _ in range(2)
    )
    update |= {"type": "installationUpdate", "action": action, "id": state.new_id("f:")}
    update["channelData"] |= {
        "settings": {"selectedChannel": {"id": team.id}},
        "source": {"name": "message"},
    }
    added = action == "add"
    change |= {"type": "conversationUpdate", "id": state.new_id("f:")}
    change["membersAdded" if added else "membersRemoved"] = [bot]
    change["channelData"]["eventType"] = "teamMemberAdded" if added else "teamMemberRemoved"
    for activity in (update, change):
        details = {"id": team.id, "name": team.name, "aadGroupId": team.group}
        activity["channelData"]["team"] = details
    return [update, change]


def _about(
    state: State, person: Person, conversation: str, root: str | None, *, with_name: bool = True
) -> JSON:
    """What all activities share: who, where, and through which service."""
    organisation = state.organisation
    at = datetime.fromtimestamp(state.clock.now(), UTC).isoformat(timespec="milliseconds")
    sender = {"id": person.mri, "aadObjectId": person.id}
    if with_name:
        sender["name"] = person.name
    is_chat = conversation in state.chats
    place: JSON = {"tenantId": person.tenant if is_chat else organisation.tenant}
    # The tenant is the sender's: in a shared channel it may be another one.
    data: JSON = {"tenant": {"id": person.tenant}}
    if is_chat:
        place |= {"id": conversation, "conversationType": "personal"}
    else:
        thread = f"{conversation};messageid={root}" if root else conversation
        place |= {"id": thread, "conversationType": "channel", "isGroup": True}
        data |= {"team": {"id": organisation.team.id}, "channel": {"id": conversation}}
        data |= {"teamsTeamId": organisation.team.id, "teamsChannelId": conversation}
    return {
        "timestamp": at.replace("+00:00", "Z"),
        "channelId": "msteams",
        "serviceUrl": state.service_url,
        "from": sender,
        "conversation": place,
        "recipient": {"id": organisation.bot, "name": organisation.bot_name},
        "entities": [{"type": "clientInfo", "locale": person.locale, "platform": "Web"}],
        "channelData": data,
        "locale": person.locale,
    }
