"""What changed promises would do to open clocks, before they are in force."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console
from scenes import NOW, QUEUE, TOKYO, policy, ticket

from chatops.event import ClockKind
from chatops.sla import Clock, Clocks, SlaPolicy, SlaTerms
from chatops.sla.clock import pause, start, stop
from chatops.terms_trial import DROPPED, EARLIER, KEPT, LATER, NAMED, STILL, Move, TermsTrial
from chatops.trial_tables import clock_tables, counted

FIRST, RESOLUTION = ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION
HOUR = timedelta(hours=1)
#: Thursday 9:30.
BEGAN = NOW - 6 * HOUR


def terms(first_s: int = 8 * 3600, **targets: int) -> SlaTerms:
    queues = {"japan": replace(QUEUE, first_response=timedelta(seconds=first_s))}
    promised = {ClockKind(kind): target for kind, target in targets.items()}
    return policy(queues=queues, sla=(SlaPolicy("all", targets=promised),)).terms


def begun(before: SlaTerms, kind: ClockKind) -> Clock:
    return start(before.promised(ticket()).promises[kind], BEGAN)


def tried(after: SlaTerms, *clocks: Clock, of: int = 42) -> TermsTrial:
    trial = TermsTrial(after)
    trial.add(replace(ticket(), id=of), held(clocks), NOW)
    return trial


def held(clocks: tuple[Clock, ...]) -> Clocks:
    return {(each.kind, each.cycle): each for each in clocks}


def said(trial: TermsTrial) -> str:
    console = Console(file=StringIO(), width=120)
    for each in clock_tables(trial, "Asia/Tokyo"):
        console.print(each)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_each_clock_is_counted_by_what_becomes_of_it() -> None:
    before = terms(resolution=16 * 3600)
    first, whole = begun(before, FIRST), begun(before, RESOLUTION)
    still = pause(whole, BEGAN + HOUR, TOKYO)
    done = replace(stop(first, BEGAN + HOUR, TOKYO), cycle=2)
    seen = {
        what: trial.count(kind, what)
        for what, kind, trial in (
            (KEPT, FIRST, tried(before, first)),
            (EARLIER, FIRST, tried(terms(7 * 3600), first)),
            (LATER, FIRST, tried(terms(9 * 3600), first, done)),
            (STILL, RESOLUTION, tried(terms(resolution=8 * 3600), still)),
            (DROPPED, RESOLUTION, tried(terms(), whole)),
        )
    }
    assert seen == dict.fromkeys((KEPT, EARLIER, LATER, STILL, DROPPED), 1)
    assert tried(before, still).kept == 1


def test_what_has_ended_is_not_looked_at() -> None:
    before = terms()
    assert tried(terms(60), stop(begun(before, FIRST), BEGAN + HOUR, TOKYO)).clocks == 0


def test_a_clock_that_would_be_late_gets_a_quarter_of_an_hour() -> None:
    trial = tried(terms(3600), begun(terms(), FIRST))
    assert trial.moves == [Move(42, FIRST, BEGAN + 8 * HOUR, NOW + HOUR / 4)]


def test_those_that_move_most_are_named_in_their_order() -> None:
    before, trial = terms(), TermsTrial(terms(9 * 3600))
    first = begun(before, FIRST)
    for number in range(NAMED + 2):
        began = replace(first, extra_s=60 * number)
        trial.add(replace(ticket(), id=number), held((began,)), NOW)
    assert len(trial.moves) == NAMED
    assert [move.by for move in trial.moves] == sorted(
        (move.by for move in trial.moves), reverse=True
    )


@pytest.mark.parametrize(
    ("count", "queues", "people"),
    [
        (0, "0 queues", "0 people"),
        (1, "1 queue", "1 person"),
        (1200, "1,200 queues", "1,200 people"),
    ],
)
def test_one_thing_is_not_told_as_many(count: int, queues: str, people: str) -> None:
    told = counted(count, "queue"), counted(count, "person", "people")
    assert told == (queues, people)


def test_tables_say_how_many_move_and_which() -> None:
    shown = said(tried(terms(6 * 3600, resolution=16 * 3600), begun(terms(), FIRST)))
    assert "Open clocks: 1 of 1 would change by this app.yaml." in shown
    assert "│ #42    │ first response │ Thu 1 Oct 17:30 │ Thu 1 Oct 15:45" in shown
    assert "−1 h 45 min" in shown


def test_where_nothing_moves_a_sentence_says_so() -> None:
    before = terms(resolution=16 * 3600)
    assert said(TermsTrial(before)) == "No clock is open.\n"
    kept = tried(before, begun(before, FIRST), begun(before, RESOLUTION))
    assert said(kept) == "Open clocks: all 2 keep their due time.\n"
    alone = said(tried(before, begun(before, FIRST)))
    assert alone == "Open clocks: the only one keeps its due time.\n"
    assert "would change" in said(tried(terms(), begun(before, RESOLUTION)))
    assert "d " in said(tried(terms(resolution=60 * 3600), begun(before, RESOLUTION)))
