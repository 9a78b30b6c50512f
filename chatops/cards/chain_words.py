"""What is said of a ticket's escalation chain: where it stands, what a stage does. Pure."""

from collections.abc import Iterator

from chatops.chain import Stage
from chatops.event import Priority, StageReached
from chatops.scene import Scene
from chatops.text import Mention, Text, text


def climb_words(scene: Scene) -> Iterator[Text]:
    """Say on the card where the ticket stands in its queue's chain, and what follows when."""
    climb, chain = scene.ticket.climb, scene.queue.chain
    if climb is None or chain is None:  # one that app.yaml no longer has is stopped when it is due
        return
    of = len(chain.stages)
    if climb.next_at is None:
        yield text("aside-chain-ended", of=of)
        return
    follows = chain.after(climb.stage, climb.round)
    next_does = text("chain-ends")
    if follows is not None:
        next_does = stage_does(scene, chain.stages[follows[0] - 1])
    if climb.stage == 0:
        yield text("aside-chain-begins", at=climb.next_at, does=next_does)
        return
    where = stage_named(climb.stage, of, climb.round)
    yield text("aside-chain", where=where, at=climb.next_at, does=next_does)
    # app.yaml may have fewer stages by now
    owner = chain.stages[climb.stage - 1].owner if climb.stage <= of else None
    if owner is not None:
        yield text("aside-chain-owner", agent=_person(scene, owner))


def stage_named(stage: int, of: int, round: int) -> Text:
    """Say which stage it is."""
    if round == 1:
        return text("chain-stage", stage=stage, of=max(stage, of))
    return text("chain-stage-again", stage=stage, of=max(stage, of), round=round)


def stage_does(scene: Scene, stage: Stage) -> Text:
    """Say what a stage of app.yaml will do; it calls nobody by that."""
    if stage.call_shift:
        return text("chain-calls-whoever")
    people = tuple(text("by-agent", agent=_person(scene, name)) for name in stage.call)
    return _does(people, stage.target, stage.queue, stage.priority)


def stage_did(event: StageReached) -> Text:
    """Say what a stage that was reached does, calling whom it calls."""
    people = tuple(text("by-agent", agent=Mention(each)) for each in event.called)
    if event.on_shift:
        return text("chain-calls-shift", people=people) if people else text("chain-calls-nobody")
    return _does(people, event.target, event.queue, event.priority)


def _does(
    people: tuple[Text, ...], target: str | None, queue: str | None, priority: Priority | None
) -> Text:
    if target is not None:
        return text("chain-goes-to", target=target)
    if queue is not None:
        return text("chain-moves", queue=queue)
    if priority is not None:
        return text("chain-raises", level=text(f"priority-{priority.value}"))
    return text("chain-calls", people=people)


def _person(scene: Scene, name: str) -> str:
    person = scene.policy.people.get(name)
    return name if person is None else person.public_name
