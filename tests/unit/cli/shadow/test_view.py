"""What a terminal shows while a shadow runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console

from ragline.errors import Unavailable
from ragline_cli.shadow.options import Counts, ShadowOptions
from ragline_cli.shadow.run import State
from ragline_cli.shadow.view import picture_of
from ragline_evaluation.shadow.tally import Failures, Tally

TERMS = ShadowOptions(name="lean", share=0.1, at_once=4, behind_s=30, wait_s=90)


class Standing:
    """What the view asks of the parts of a shadow."""

    under_way = 3
    problem = Unavailable("no \x1b[31mstore")


def shown(state: State) -> str:
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        console.print(picture_of(TERMS, state, seconds=61))
    return captured.get()


def test_before_it_listens_it_says_what_takes_so_long() -> None:
    state = State(counts=Counts(), tally=Tally(examples=0, texts=False))
    assert shown(state).strip() == "shadow lean: loading models and opening the store, 61 s"


def test_it_shows_pairs_differences_and_problems() -> None:
    tally = Tally(examples=0, texts=False)
    tally.statuses = Counter({("answered", "answered"): 8, ("answered", "refused"): 2})
    tally.overlap.extend([1.0, 0.5])
    tally.failures["unavailable"] = Failures("no store", 4)
    standing: Any = Standing()
    counts = Counts(pairs=10, unpaired=1, skipped_behind=7, poison_queries=1, poison_answers=1)
    text = shown(State(counts=counts, tally=tally, stages=standing, runs=standing))
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert rows == [
        "shadow lean: 10% of the live questions, 61 s",
        "the second configuration is not open: no [31mstore",
        "pairs 10",
        "under way 3",
        "no live answer 1",
        "skipped: behind 7",
        "poison 2",
        "another status 2",
        "overlap of documents 0.750",
        "error unavailable 4",
    ]


def test_it_says_how_to_stop_at_once() -> None:
    standing: Any = Standing()
    state = State(counts=Counts(), tally=Tally(examples=0, texts=False), runs=standing)
    state.stopping = True
    assert "Ctrl-C again gives up what is under way" in shown(state)
