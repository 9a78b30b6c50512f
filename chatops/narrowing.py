"""To what a report is narrowed, as people write it: `queue global`, `agent aoi`, `tag vip`. Pure.

All of it holds at once. A name that there is not is refused with those that there are. Figures by person
are for leads and for the person; see chatops.figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel

from chatops.arguments import Named
from chatops.arrival.language import KNOWN
from chatops.call import Call
from chatops.channel import Traits
from chatops.event import Kind, Priority
from chatops.figures import may_name_people
from chatops.lookup import look_up, queue_among
from chatops.people import among
from chatops.report import Only
from chatops.scene import Agent
from chatops.tags import tag_of
from chatops.text import Text, text
from chatops.ticket import Refusal

T = TypeVar("T")


class Filters(BaseModel):
    """The words; nothing is every."""

    queue: Annotated[str, Named("of_queue")] = ""
    channel: Annotated[str, Named("of_channel")] = ""
    agent: Annotated[str, Named("of_agent")] = ""
    kind: Annotated[str, Named("of_kind", Kind)] = ""
    language: Annotated[str, Named("of_language")] = ""
    priority: Annotated[str, Named("of_priority", Priority)] = ""
    tag: Annotated[str, Named("of_tag")] = ""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What they mean."""

    queues: tuple[str, ...]
    only: Only
    #: As a button carries them, and as a reader is told of them.
    told: tuple[tuple[str, str], ...]
    of: tuple[Text, ...]
    named: bool  #: whether people may be named


def narrowed(
    words: Filters, held: tuple[str, ...], call: Call, agents: Sequence[Agent], *, in_room: bool
) -> Narrowed | Refusal:
    """Return what the words mean among the queues that somebody may see."""
    queues = held
    if words.queue:
        if isinstance(queue := queue_among(words.queue, held), Refusal):
            return queue
        queues = (queue,)
    named = may_name_people(call, queues, in_room=in_room)
    if isinstance(agent := _agent(words.agent, agents), Refusal):
        return agent
    if agent is not None and not named and (in_room or agent.id != call.agent.id):
        return Refusal(text("report-no-names"), field="agent")
    if isinstance(only := _only(words, call, agent), Refusal):
        return only
    meant = [
        *([("queue", queues[0], text("words", words=queues[0]))] if words.queue else []),
        *([("agent", agent.name, text("by-agent", agent=agent.public_name))] if agent else []),
        *_said(only, call.channels),
    ]
    told = tuple((name, value) for name, value, _ in meant)
    of = tuple(text("labelled", label=text(f"of-{name}"), value=said) for name, _, said in meant)
    return Narrowed(queues, only, told, of, named)


def _only(words: Filters, call: Call, agent: Agent | None) -> Only | Refusal:
    titles = {
        traits.title: name
        for name, traits in call.channels.items()
        if isinstance(traits.title, str)
    }
    channels = {name: name for name in call.channels}
    if isinstance(channel := _one("channel", words.channel, channels | titles), Refusal):
        return channel
    if isinstance(kind := _one("kind", words.kind, {k.value: k for k in Kind}), Refusal):
        return kind
    languages = {code: code for code in KNOWN}
    if isinstance(language := _one("language", words.language, languages), Refusal):
        return language
    levels = {level.value: level for level in Priority}
    if isinstance(priority := _one("priority", words.priority, levels), Refusal):
        return priority
    tag = tag_of(words.tag) if words.tag else None
    if words.tag and tag is None:
        return Refusal(text("report-tag-unfit", tag=words.tag), field="tag")
    return Only(channel, kind, language, priority, tag, agent.id if agent else None)


def _agent(word: str, agents: Sequence[Agent]) -> Agent | Refusal | None:
    if not word:
        return None
    known = tuple(text("words", words=agent.name) for agent in agents)
    return among(word, agents, "agent", "agent", known=known)


def _one(what: str, word: str, known: Mapping[str, T]) -> T | Refusal | None:
    """Return what a word means; another one is refused with all that there are."""
    if not word:
        return None
    one_each = {meaning: name for name, meaning in known.items()}
    names = tuple(text("words", words=name) for name in one_each.values())
    return look_up(word, known, what, what, known=names)


def _said(only: Only, channels: Mapping[str, Traits]) -> Iterator[tuple[str, str, Text]]:
    """Yield each that is meant, a person apart: its name, its value, and how people write that."""
    if only.channel is not None:
        yield "channel", only.channel, text("words", words=channels[only.channel].title)
    if only.kind is not None:
        yield "kind", only.kind.value, text(f"kind-{only.kind}")
    if only.language is not None:
        yield "language", only.language, text(f"language-{only.language}")
    if only.priority is not None:
        yield "priority", only.priority.value, text(f"priority-{only.priority}")
    if only.tag is not None:
        yield "tag", only.tag, text("words", words=f"#{only.tag}")
