"""Who may be given a ticket, and whom a typed name means. Pure."""

from collections.abc import Sequence

from chatops.lookup import folded, look_up
from chatops.policy import Role
from chatops.scene import Agent, Scene
from chatops.text import Value, text
from chatops.ticket import Refusal


def workers(scene: Scene) -> list[Agent]:
    """Return the people who may work the ticket's queue, by public name."""
    able = [agent for agent in scene.agents if agent.may(Role.AGENT, scene.ticket.queue)]
    return sorted(able, key=lambda agent: agent.public_name)


def found(word: str, scene: Scene) -> Agent | Refusal:
    """Return the worker of the ticket's queue who is called so."""
    return among(word, workers(scene), "who")


def among(
    word: str, able: Sequence[Agent], field: str, what: str = "person", /, **told: Value
) -> Agent | Refusal:
    """Return the one of that name: the key in app.yaml, `@key` or the public name.

    A key is one person's. A name that fits several is refused with their keys, one that fits nobody
    as `look_up` says of `what` with what is `told`; `field` is the form's field at fault.
    """
    wanted = word.removeprefix("@").removeprefix("＠").removesuffix("さん")
    by_key = {folded(agent.name): agent for agent in able}
    by_name = {name: agent for agent in able for name in _names(agent)}
    meant = [agent for agent in able if folded(wanted) in _names(agent)]
    if len(meant) > 1 and folded(wanted) not in by_key:
        several = tuple(text("words", words=agent.name) for agent in meant)
        return Refusal(text("several-people", name=word, people=several), field=field)
    return look_up(wanted, by_name | by_key, what, field, **told)


def _names(agent: Agent) -> tuple[str, ...]:
    """Return what a colleague is called beside the key: `伊藤 葵`, `伊藤葵`, `伊藤`, `葵`; folded."""
    whole = folded(agent.public_name)
    return (whole, whole.replace(" ", ""), *whole.split())
