"""Every rule that the stand-in for Microsoft Teams enforces: one row each, with value and source.

Sources, shortened: `bots/` learn.microsoft.com/microsoftteams/platform/bots, `cards/` .../platform/
task-modules-and-cards/cards, `dialogs` .../task-modules-and-cards/task-modules, `targeted` .../
platform/agents-in-teams/targeted-messages, `codes` the table of status codes in bots/how-to/
conversations/conversation-messages, `rest` learn.microsoft.com/azure/bot-service/rest-api, `entra`
learn.microsoft.com/entra/identity-platform, `schema` adaptivecards.io/schemas 1.5, `execute`
learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model, `seen` reported by others
from the live service, `ours` an assumption where Microsoft says nothing.
"""

from adapters.sandbox.rules import Limits, Rule

__all__ = ["DOCUMENTED", "Limits", "Rule", "sped"]

_RATES = "bots/how-to/rate-limit"
_SIZE = "bots/how-to/format-your-bot-messages"
_ERRORS = "entra/reference-error-codes"
_PROACTIVE = "bots/how-to/conversations/send-proactive-messages"
_VALIDATION = "learn.microsoft.com/adaptive-cards/authoring-cards/input-validation"

DOCUMENTED = Limits(
    # The login
    Rule("tenant_known", 1, "the tenant is the app's own", f"{_ERRORS}: AADSTS90002"),
    Rule("app_known", 1, "the app is registered in the tenant", f"{_ERRORS}: AADSTS700016"),
    Rule("secret_right", 1, "secret or assertion are the app's", f"{_ERRORS}: AADSTS7000215"),
    Rule("scope_default", 1, "the scope ends in /.default", f"{_ERRORS}: AADSTS1002012"),
    Rule("scope_known", 1, "the scope is the Bot Framework's", f"{_ERRORS}: AADSTS500011"),
    Rule(
        "bearer_life",
        3_600,
        "seconds that a bearer token lives",
        "rest/..-connector-authentication",
    ),
    # Access to the connector
    Rule(
        "bearer_known",
        1,
        "the bearer token is ours, for the app",
        "rest/..-connector-authentication",
    ),
    Rule("installed", 1, "an app writes where it is", "codes: BotNotInConversationRoster"),
    Rule("own_messages", 1, "only one's own messages are changed", "codes: NotEnoughPermissions"),
    # Conversations
    Rule("tenant_named", 1, "a new conversation names its tenant", _PROACTIVE),
    Rule("one_member", 1, "a bot makes no group chats", _PROACTIVE),
    Rule(
        "thread_exists",
        1,
        "a thread's first message is there",
        "codes: ActivityNotFoundInConversation",
    ),
    # Messages
    Rule("message_content", 1, "a message has a text or an attachment", "codes: Bad Argument"),
    Rule(
        "attachment_known",
        1,
        "an attachment is an Adaptive Card; of others nothing is known here",
        "ours",
    ),
    Rule("message_size", 102_400, "bytes of a message as UTF-16", _SIZE),
    Rule(
        "card_size",
        28_672,
        "bytes of a card as UTF-8",
        "learn.microsoft.com/microsoftteams/limits-specifications-teams: 28 KB a channel post",
    ),
    Rule("one_message", 1, "an update stays one message: a text or one card", "seen: BadSyntax"),
    Rule("mention_text", 1, "a mention's words stand in the message or card", "cards/cards-format"),
    Rule("mention_known", 1, "a mention names somebody who is there", "cards/cards-format"),
    # Targeted messages
    Rule("targeted_place", 1, "no targeted messages in 1:1 chats", "targeted"),
    Rule("targeted_recipient", 1, "a targeted message names its one recipient", "targeted"),
    Rule("targeted_member", 1, "the recipient is in the channel", "targeted"),
    Rule("targeted_fixed", 1, "an update does not change who sees a message", "targeted"),
    Rule("targeted_life", 86_400, "seconds that a targeted message lives", "targeted"),
    # Adaptive Cards
    Rule("card_version", 1.5, "the newest version of cards", "cards/cards-reference; execute"),
    Rule("element_known", 1, "elements are of a known type", "schema"),
    Rule("action_known", 1, "actions are of a known type", "schema"),
    Rule("property_known", 1, "no property that is not documented", "schema"),
    Rule("property_required", 1, "required properties are there", "schema"),
    Rule("property_type", 1, "a property has its documented type", "schema"),
    Rule("enum_value", 1, "styles, sizes and the like are named values", "schema"),
    Rule("execute_verb", 1, "an Action.Execute has a verb", "ours: botbuilder needs action.verb"),
    Rule("id_once", 1, "an id is used once in a card", "schema"),
    Rule("primary_actions", 6, "actions that are seen at once", "cards/design-effective-cards"),
    Rule("toggle_target", 1, "what a toggle shows and hides is there", "ours"),
    # Invokes
    Rule("invoke_in", 5, "seconds in which an invoke is answered", "seen: 5 to 15 s; ours"),
    Rule("message_in", 15, "seconds in which a message is taken", "rest: 15 s"),
    Rule("search_choices", 15, "choices that a typeahead shows", "cards/dynamic-search"),
    # What the window asks of inputs before it sends them
    Rule("input_required", 1, "a required input is filled", _VALIDATION),
    Rule("input_pattern", 1, "a text fits its regular expression", _VALIDATION),
    Rule("input_range", 1, "a number, date or time is within its bounds", _VALIDATION),
    # Pace
    Rule("send_1s", 7, "messages to a conversation in 1 s", _RATES),
    Rule("send_2s", 8, "messages to a conversation in 2 s", _RATES),
    Rule("send_30s", 60, "messages to a conversation in 30 s", _RATES),
    Rule("send_hour", 1_800, "messages to a conversation in 3,600 s", _RATES),
    Rule("changes_are_sends", 1, "updates and deletions count as messages", f"{_RATES}; ours"),
    Rule("members_1s", 14, "member look-ups in a conversation in 1 s", _RATES),
    Rule("members_2s", 16, "member look-ups in a conversation in 2 s", _RATES),
    Rule("members_30s", 120, "member look-ups in a conversation in 30 s", _RATES),
    Rule("members_hour", 3_600, "member look-ups in a conversation in 3,600 s", _RATES),
    Rule("app_1s", 50, "calls of an app in a tenant in 1 s", _RATES),
)

#: The rules that say how often, rather than what.
_PACES = tuple(
    f"{kind}_{span}" for kind in ("send", "members") for span in ("1s", "2s", "30s", "hour")
)


def sped(limits: Limits, speed: int) -> Limits:
    """The same rules, but `speed` times as many calls in the same time."""
    for name in (*_PACES, "app_1s"):
        limits = limits.with_value(name, limits.value(name) * speed)
    return limits
