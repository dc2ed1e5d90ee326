"""A further look adds to what is known, and never takes an answer away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.retriever.conftest import make_candidate

from ragline.contracts.answers import Degradation
from ragline.contracts.hops import Hop
from ragline.contracts.plan import SearchKind
from ragline.contracts.queries import Candidate, CandidatesRetrieved, EarlierLooks, QueryClassified
from ragline.errors import DeadlineExceeded, FingerprintMismatch, Unavailable
from ragline.ladder import Ladder
from ragline_retriever.further_look import joined
from ragline_retriever.stage import RetrieverStage

KEYWORD, VECTOR = SearchKind.KEYWORD, SearchKind.VECTOR
BRIDGE = Hop(reason="bridge", queries=("Dale Brown genre", "Atari genre"))
PARTS = Hop(reason="parts", queries=("how large may uploads be?",))
PATIENT = Ladder(one_look_s=0, less_rerank_s=0, no_rerank_s=0, keyword_only_s=0, extractive_s=0)


@pytest.fixture
def look(
    now: datetime, embedder: Any, waiter: Any, event: Callable[..., QueryClassified]
) -> Callable[..., Any]:
    async def run(store: Any, hop: Hop = BRIDGE, **given: Any) -> CandidatesRetrieved:
        stage = RetrieverStage(
            search=store,
            embedder=embedder(),
            clock=lambda: now,
            ladder=PATIENT,
            waiter=waiter(store),
            most_bytes=given.pop("most_bytes", 1_000_000),
        )
        earlier = EarlierLooks(
            candidates=(make_candidate("a#0", fused=1.0), make_candidate("b#0", fused=0.4)),
            watermark=7,
            unknown_words=("turbine",),
        )
        return await stage(event(**({"hops": (hop,), "earlier": earlier} | given)))

    return run


def found(name: str, score: float = 1.0, **given: Any) -> Candidate:
    return make_candidate(name, scores={KEYWORD: score}, **given)


async def test_a_name_is_searched_by_its_words_alone(look: Any, store: Any) -> None:
    searched = store(keyword=[found("c#0")])
    out = await look(searched)
    assert [call[:2] for call in searched.calls] == [
        ("keyword", "Dale Brown genre"),
        ("keyword", "Atari genre"),
    ]
    (hop,) = out.hops
    assert (hop.found, hop.searches) == (1, 2)
    assert hop.ms is not None


async def test_a_question_of_its_own_is_searched_as_the_plan_says(look: Any, store: Any) -> None:
    searched = store(keyword=[found("c#0")], vector=[make_candidate("d#0", scores={VECTOR: 0.8})])
    out = await look(searched, PARTS)
    assert {call[0] for call in searched.calls} == {"keyword", "vector"}
    assert out.hops[0].searches == 2


async def test_what_both_looks_found_goes_on_once_with_the_look_that_found_it(
    look: Any, store: Any
) -> None:
    out = await look(store(keyword=[found("b#0", 2.0), found("c#0", 1.5), found("d#0", 1.0)]))
    assert [(c.chunk_id, c.hop, c.fused, c.hop_fused) for c in out.candidates] == [
        ("a#0", 0, 1.0, 0.0),
        ("b#0", 0, 0.4, 1.0),
        ("c#0", 1, 0.0, 0.5),
        ("d#0", 1, 0.0, 0.0),
    ]
    # limits on the question's scores must not be met by a sub-query's
    assert out.candidates[2].scores == {}
    assert out.earlier is None
    assert (out.watermark, out.unknown_words) == (7, ("turbine",))


async def test_of_a_document_that_changed_between_looks_the_newer_version_is_left(
    look: Any, store: Any
) -> None:
    out = await look(store(keyword=[found("b#9", document_id="b", version=2)]))
    assert [c.chunk_id for c in out.candidates] == ["a#0", "b#9"]


@pytest.mark.parametrize("error", [Unavailable("away"), FingerprintMismatch("another model")])
async def test_a_look_that_fails_leaves_what_is_known_and_says_so(
    look: Any, store: Any, error: Exception
) -> None:
    out = await look(store(keyword=error))
    assert [c.chunk_id for c in out.candidates] == ["a#0", "b#0"]
    assert out.degradations == (Degradation.SECOND_LOOK,)
    assert out.hops[0].ms is None


async def test_a_search_that_hangs_is_given_up_within_a_part_of_the_time(
    look: Any, store: Any, now: datetime
) -> None:
    searched = store()
    searched.hang = {"keyword"}
    out = await look(searched, deadline=now + timedelta(milliseconds=40))
    assert out.degradations == (Degradation.SECOND_LOOK,)


async def test_after_the_deadline_there_is_no_look(look: Any, store: Any, now: datetime) -> None:
    with pytest.raises(DeadlineExceeded):
        await look(store(), deadline=now)


async def test_candidates_stay_within_their_bytes(look: Any, store: Any) -> None:
    large = [found(f"c{i}#0", 9.0 - i, text="x" * 200 + str(i)) for i in range(8)]
    out = await look(store(keyword=large), most_bytes=2_000)
    assert len(out.to_json()) < 4_000
    assert Degradation.CANDIDATES in out.degradations
    assert {c.hop for c in out.candidates} == {0, 1}


CHUNKS = st.builds(
    lambda document, ordinal, version, fused: make_candidate(
        f"{document}#{ordinal}@{version}", document_id=document, version=version, fused=fused
    ),
    st.sampled_from("abc"),
    st.integers(0, 3),
    st.integers(1, 2),
    st.floats(0, 1),
)


def distinct(chunks: list[Candidate]) -> list[Candidate]:
    return list({c.chunk_id: c for c in chunks}.values())


@given(st.lists(CHUNKS, max_size=8).map(distinct), st.lists(CHUNKS, max_size=8).map(distinct))
def test_joining_keeps_each_chunk_of_the_newest_versions_once(
    known: list[Candidate], new: list[Candidate]
) -> None:
    newest: dict[str, int] = {}
    for each in known + new:
        newest[each.document_id] = max(each.version, newest.get(each.document_id, 0))
    kept, added = joined(known, new, hop=1)
    together = [c.chunk_id for c in kept + added]
    assert len(set(together)) == len(together)
    assert set(together) == {c.chunk_id for c in known + new if c.version == newest[c.document_id]}
    assert all(
        c.hop == 0 and c.fused == k.fused for c in kept for k in known if c.chunk_id == k.chunk_id
    )
    assert all(c.hop == 1 and c.fused == 0 for c in added)
    again, nothing = joined(kept + added, new, hop=2)
    assert {c.chunk_id for c in again} == set(together)
    assert nothing == []
