"""Our posts in the chats' rooms, and which delivery each of them is of.

Slack's bear a mark. Teams' are known by the id that the service keeps, and where nobody knows it, by
their words.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults.hall import HALL, HALL_ID, Hall, shown
from tests.faults.process import ROOMS, Stage
from tests.faults.verdict import Sent, Verdict


@dataclass(frozen=True, slots=True)
class Post:
    """A message of ours, in whatever chat it is."""

    channel: str
    id: str  #: later ones sort higher
    thread: str | None
    is_orphan: bool = False  #: somebody has deleted what it is under
    is_late: bool = False  #: posted again once somebody had said that it was not there


def in_all_chats(
    stage: Stage, verdict: Verdict, sent: list[Sent], said: Mapping[int, str]
) -> dict[str, list[Post]]:
    """The app's posts by the mark of their delivery; `said` are the words of messages."""
    slack = _in_slack(stage, verdict)
    return slack if stage.hall is None else slack | in_teams(stage.hall, verdict, sent, said)


def _in_slack(stage: Stage, verdict: Verdict) -> dict[str, list[Post]]:
    """The app's messages in all rooms, by the mark that they bear."""
    rooms = {id: name for name, id in ROOMS.items()}
    seen: dict[str, list[Post]] = defaultdict(list)
    for channel, messages in stage.slack.state.messages.items():
        for message in messages.values():
            if message.bot_id is None or message.ephemeral_to or message.deleted:
                continue
            payload = (message.metadata or {}).get("event_payload", {})
            if (marker := payload.get("marker")) is not None:
                under = messages.get(str(message.thread_ts))
                is_orphan = under is not None and under.deleted
                seen[marker].append(Post(channel, message.ts, message.thread_ts, is_orphan))
            elif channel in rooms:
                verdict.doubled.append(f"a post without a mark in {rooms[channel]}")
    return seen


def in_teams(
    hall: Hall, verdict: Verdict, sent: list[Sent], said: Mapping[int, str]
) -> dict[str, list[Post]]:
    """The app's posts in Teams, by the mark of the delivery that each is of."""
    seen: dict[str, list[Post]] = {}
    unknown = hall.unknown(sent)
    for each in sent:
        if each.to != HALL or each.what == "question":
            continue
        post = hall.post(each.external_id) if each.external_id else None
        if post is None and each.state == "sent" and each.id in hall.settled:
            post = hall.found(each, unknown, sent, said)
        if post is not None:
            unknown = [other for other in unknown if other is not post]
            root = None if post.root is None else hall.cloud.state.messages[HALL_ID][post.root]
            seen[each.marker] = [
                Post(
                    HALL_ID,
                    post.id,
                    post.root,
                    is_orphan=root is not None and root.deleted,
                    is_late=hall.settled.get(each.id) == "again",
                )
            ]
    there = [said.get(d.message or 0) for d in sent if hall.settled.get(d.id) == "there"]
    for post in unknown:
        # a reply whose line is there under an id that nobody knows has a new one when it is sent
        if not any(words and words in shown(post) for words in there):
            verdict.doubled.append(f"a post of nobody's in {HALL}: {shown(post)[:200]}")
    return seen
