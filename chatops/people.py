"""Who may be given a ticket, and whom a typed name means. Pure."""

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from chatops.policy import Role
from chatops.scene import Agent, Scene
from chatops.text import text
from chatops.ticket import Refusal


def workers(scene: Scene) -> list[Agent]:
    """Return the people who may work the ticket's queue, by public name."""
    able = [agent for agent in scene.agents if agent.may(Role.AGENT, scene.ticket.queue)]
    return sorted(able, key=lambda agent: agent.public_name)


def found(word: str, scene: Scene) -> Agent | Refusal:
    """Return the worker of the ticket's queue who is called so."""
    return among(word, workers(scene), "who")


def among(word: str, able: Sequence[Agent], field: str) -> Agent | Refusal:
    """Return the one of that name: the key in app.yaml, `@key` or the public name.

    A key is one person's. Another name that fits nobody is refused with the nearest one, a name
    that fits several with their keys; `field` is the form's field at fault.
    """
    wanted = _folded(word.removeprefix("@").removeprefix("＠").removesuffix("さん"))
    meant = [agent for agent in able if wanted == _folded(agent.name)]
    meant = meant or [agent for agent in able if wanted in _names(agent)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        several = tuple(text("words", words=agent.name) for agent in meant)
        return Refusal(text("several-people", name=word, people=several), field=field)
    if near := get_close_matches(wanted, [name for agent in able for name in _names(agent)], 1):
        return Refusal(text("unknown-person-near", name=word, near=near[0]), field=field)
    return Refusal(text("unknown-person", name=word), field=field)


def _names(agent: Agent) -> set[str]:
    whole = _folded(agent.public_name)
    return {_folded(agent.name), whole, whole.replace(" ", ""), *whole.split()}


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()
