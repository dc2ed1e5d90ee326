"""A question says from which index its candidates are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ragline.contracts.answers import Degradation
from ragline.contracts.hops import Hop
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import CandidatesRetrieved, EarlierLooks, QueryClassified
from ragline_retriever.live_stage import LiveStage, OpenedStage

QUESTION = QueryClassified(
    query_id="q1",
    text="What is a queue?",
    standalone_text="What is a queue?",
    intent=Intent.FACTUAL,
    confidence=0.9,
    plan=Plan(name="test", weights={SearchKind.KEYWORD: 1.0}),
)


class Store:
    async def ping(self) -> None:
        """Answer."""

    def stuck(self) -> str | None:
        return "the driver hangs"


async def retrieve(event: QueryClassified) -> CandidatesRetrieved:
    return event.grown(CandidatesRetrieved, watermark=1)


@pytest.mark.parametrize(("name", "told"), [("base", None), ("new", "new")])
async def test_the_index_is_told_unless_it_is_the_base(name: str, told: str | None) -> None:
    @contextmanager
    def using() -> Iterator[tuple[str, OpenedStage]]:
        yield name, OpenedStage(stage=retrieve, store=Store())

    stage = LiveStage(using)
    assert (await stage(QUESTION)).index == told
    await stage.ping()
    assert stage.stuck() == "the driver hangs"


@pytest.mark.parametrize(("first", "looked"), [("new", True), ("old", False), (None, False)])
async def test_a_further_look_is_made_in_the_index_of_the_first_or_not_at_all(
    first: str | None, looked: bool
) -> None:
    @contextmanager
    def using() -> Iterator[tuple[str, OpenedStage]]:
        yield "new", OpenedStage(stage=retrieve, store=Store())

    earlier = EarlierLooks(watermark=7, index=first)
    hop = Hop(reason="bridge", queries=("Dale Brown",))
    found = await LiveStage(using)(QUESTION.model_copy(update={"hops": (hop,), "earlier": earlier}))
    assert (Degradation.SECOND_LOOK not in found.degradations) is looked
    assert found.index == first
