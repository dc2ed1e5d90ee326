"""The retriever stage: what is searched, how failures degrade, what goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ragline.contracts import bounds
from ragline.contracts.answers import Degradation
from ragline.contracts.plan import Entities, SearchKind
from ragline.contracts.queries import (
    Candidate,
    CandidatesRetrieved,
    Filters,
    Options,
    Principal,
    QueryClassified,
    QueryEmbedding,
)
from ragline.errors import DeadlineExceeded, FingerprintMismatch, Unavailable
from ragline.ladder import Ladder
from ragline.ports.store import Scope
from ragline.settings import LadderSettings
from ragline_retriever.stage import RetrieverStage

# most tests are about something else than the ladder
PATIENT = Ladder(one_look_s=0, less_rerank_s=0, no_rerank_s=0, keyword_only_s=0, extractive_s=0)

VECTOR, KEYWORD, METADATA = SearchKind.VECTOR, SearchKind.KEYWORD, SearchKind.METADATA
ALL_TERMS = Entities(codes=("PRECONDITION_FAILED",))

Make = Callable[..., Candidate]
MakeEvent = Callable[..., QueryClassified]


@pytest.fixture
def retrieve(now: datetime, embedder: Any, waiter: Any) -> Callable[..., Any]:
    async def run(store: Any, event: QueryClassified, model: Any = None) -> CandidatesRetrieved:
        stage = RetrieverStage(
            search=store,
            embedder=model or embedder(),
            clock=lambda: now,
            ladder=PATIENT,
            waiter=waiter(store),
        )
        return await stage(event)

    return run


def hits(make: Make, kind: SearchKind, names: Sequence[str]) -> list[Candidate]:
    return [make(n, scores={kind: float(len(names) - i)}) for i, n in enumerate(names)]


async def test_all_planned_searches_run_in_the_reader_s_scope(
    retrieve: Any, store: Any, event: MakeEvent
) -> None:
    searched = store()
    filters = Filters(tags=("guide",))
    await retrieve(
        searched,
        event(
            tenant="acme",
            principal=Principal(user="u", groups=("ops",)),
            filters=filters,
            entities=ALL_TERMS,
            plan={"depth": 17},
        ),
    )
    assert {call[0] for call in searched.calls} == {"vector", "keyword", "metadata"}
    assert {call[3] for call in searched.calls} == {17}
    scope = Scope(tenant="acme", groups=("ops",), filters=filters)
    assert all(call[2] == scope for call in searched.calls)


async def test_searches_get_vector_standalone_text_and_terms(
    retrieve: Any, store: Any, event: MakeEvent
) -> None:
    searched = store()
    await retrieve(searched, event(standalone_text="queue TTL", entities=ALL_TERMS))
    arguments = {call[0]: call[1] for call in searched.calls}
    assert arguments == {
        "vector": [1.0, 0.0],
        "keyword": "queue TTL",
        "metadata": ("PRECONDITION_FAILED",),
    }


async def test_metadata_is_not_searched_without_literal_terms(
    retrieve: Any, store: Any, event: MakeEvent
) -> None:
    searched = store()
    result = await retrieve(searched, event())
    assert {call[0] for call in searched.calls} == {"vector", "keyword"}
    assert result.degradations == ()


async def test_a_search_of_weight_zero_does_not_run(
    retrieve: Any, store: Any, event: MakeEvent, embedder: Any
) -> None:
    searched, model = store(), embedder()
    await retrieve(searched, event(plan={"weights": {VECTOR: 0.0, KEYWORD: 1.0}}), model)
    assert [call[0] for call in searched.calls] == ["keyword"]
    assert model.queries == []


async def test_the_event_s_embedding_is_used_when_it_is_of_the_same_model(
    retrieve: Any, store: Any, event: MakeEvent, embedder: Any
) -> None:
    for fingerprint, queries in (("stub@1", []), ("other@1", ["how long do queues live"])):
        searched, model = store(), embedder()
        embedding = QueryEmbedding(fingerprint=fingerprint, vector=(0.0, 1.0))
        await retrieve(searched, event(embedding=embedding), model)
        vector = next(call[1] for call in searched.calls if call[0] == "vector")
        assert model.queries == queries
        assert tuple(vector) == ((0.0, 1.0) if not queries else (1.0, 0.0))


@pytest.mark.parametrize(
    ("failing", "degradation"),
    [
        ("vector", Degradation.VECTOR),
        ("keyword", Degradation.KEYWORD),
        ("metadata", Degradation.METADATA),
    ],
)
async def test_one_failed_search_degrades(
    retrieve: Any,
    store: Any,
    event: MakeEvent,
    candidate: Make,
    failing: str,
    degradation: Degradation,
) -> None:
    results: dict[str, Any] = {
        kind: hits(candidate, kind, ["a", "b"]) for kind in (VECTOR, KEYWORD, METADATA)
    }
    results[failing] = Unavailable("down")
    result = await retrieve(
        store(**results), event(entities=ALL_TERMS, degradations=("rewrite_skipped",))
    )
    assert result.degradations == ("rewrite_skipped", degradation)
    assert [c.chunk_id for c in result.candidates] == ["a", "b"]


async def test_an_embedding_model_that_is_down_degrades_like_the_search(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make, embedder: Any
) -> None:
    searched = store(keyword=hits(candidate, KEYWORD, ["a"]))
    result = await retrieve(searched, event(), embedder(Unavailable("down")))
    assert result.degradations == (Degradation.VECTOR,)
    assert [c.chunk_id for c in result.candidates] == ["a"]


async def test_a_search_that_hangs_ends_with_its_share_of_the_deadline(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make, now: datetime
) -> None:
    searched = store(keyword=hits(candidate, KEYWORD, ["a"]))
    searched.hang = {"vector"}
    result = await retrieve(searched, event(deadline=now + timedelta(milliseconds=40)))
    assert result.degradations == (Degradation.VECTOR,)


async def test_all_searches_failing_raises_the_outage_to_be_retried(
    retrieve: Any, store: Any, event: MakeEvent, now: datetime
) -> None:
    searched = store(keyword=Unavailable("store down"))
    searched.hang = {"vector"}
    with pytest.raises(Unavailable, match="store down"):
        await retrieve(searched, event(deadline=now + timedelta(milliseconds=40)))


async def test_all_searches_hanging_raises_a_time_out(
    retrieve: Any, store: Any, event: MakeEvent, now: datetime
) -> None:
    searched = store()
    searched.hang = {"vector", "keyword"}
    with pytest.raises(DeadlineExceeded):
        await retrieve(searched, event(deadline=now + timedelta(milliseconds=40)))


async def test_nothing_is_searched_after_the_deadline(
    retrieve: Any, store: Any, event: MakeEvent, now: datetime
) -> None:
    searched = store()
    with pytest.raises(DeadlineExceeded):
        await retrieve(searched, event(deadline=now))
    assert searched.calls == []


async def test_an_index_of_another_model_is_an_error_not_a_degradation(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make
) -> None:
    searched = store(
        vector=FingerprintMismatch("other model"), keyword=hits(candidate, KEYWORD, ["a"])
    )
    with pytest.raises(FingerprintMismatch):
        await retrieve(searched, event())


async def test_nothing_found_goes_on_empty(retrieve: Any, store: Any, event: MakeEvent) -> None:
    result = await retrieve(store(), event(tenant="nobody"))
    assert result.candidates == ()
    assert result.degradations == ()


async def test_at_most_the_planned_candidates_go_on(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make
) -> None:
    names = [f"d{i:02}" for i in range(20)]
    searched = store(vector=hits(candidate, VECTOR, names))
    result = await retrieve(searched, event(plan={"candidates": 5, "passages": 3}))
    assert [c.chunk_id for c in result.candidates] == names[:5]


async def test_top_k_widens_depth_candidates_and_the_cap(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make
) -> None:
    names = [f"only#{i:02}" for i in range(20)]
    searched = store(vector=hits(candidate, VECTOR, names))
    plan = {"depth": 5, "candidates": 5, "per_document": 2}
    result = await retrieve(searched, event(plan=plan, options=Options(top_k=12)))
    assert searched.calls[0][3] == 12
    assert [c.chunk_id for c in result.candidates] == names[:12]


async def test_the_watermark_is_taken_before_the_searches(
    store: Any, event: MakeEvent, embedder: Any, waiter: Any
) -> None:
    instants = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=i) for i in range(3)]
    ticking = iter(instants)
    searched = store()
    stage = RetrieverStage(
        search=searched,
        embedder=embedder(),
        clock=lambda: next(ticking),
        ladder=PATIENT,
        waiter=waiter(searched),
    )
    result = await stage(event())
    assert result.watermark == instants[0].timestamp() * 1_000


async def test_everything_that_the_event_carried_goes_on(
    retrieve: Any, store: Any, event: MakeEvent
) -> None:
    given = event(entities=ALL_TERMS, options=Options(top_k=3), tenant="acme")
    result = await retrieve(store(), given)
    assert result.model_dump(include=set(QueryClassified.model_fields)) == given.model_dump()


async def test_short_of_time_only_the_keyword_search_runs(
    now: datetime, embedder: Any, store: Any, event: MakeEvent, waiter: Any
) -> None:
    searched = store()
    stage = RetrieverStage(
        search=searched,
        embedder=embedder(),
        clock=lambda: now,
        ladder=LadderSettings(keyword_only_s=3.5).ladder(),
        waiter=waiter(searched),
    )
    found = await stage(event(entities=ALL_TERMS, deadline=now + timedelta(seconds=3)))
    assert {call[0] for call in searched.calls} == {"keyword"}
    assert found.degradations == (Degradation.VECTOR, Degradation.METADATA)
    assert found.plan.searches == (KEYWORD,)


def large(make: Make, count: int) -> list[Candidate]:
    texts = [" ".join(f"w{i}x{n:03}" for n in range(2_000))[:16_000] for i in range(count)]
    return [
        make(f"d{i}#0", text=text, scores={VECTOR: float(count - i)})
        for i, text in enumerate(texts)
    ]


async def test_candidates_too_large_together_are_trimmed_by_rank_and_it_is_said(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make
) -> None:
    """As many and as large as one tenant's tags made them, until an event took 30 MB."""
    found = store(vector=large(candidate, 70))
    plan = {"weights": {VECTOR: 1.0}, "candidates": 200, "depth": 200}
    retrieved = await retrieve(found, event(plan=plan))
    assert [c.document_id for c in retrieved.candidates] == [f"d{i}" for i in range(62)]
    assert Degradation.CANDIDATES in retrieved.degradations
    assert len(retrieved.to_json()) < 1_010_000


async def test_candidates_that_fit_are_not_trimmed(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make
) -> None:
    retrieved = await retrieve(store(vector=large(candidate, 20)), event())
    assert len(retrieved.candidates) == 20
    assert retrieved.degradations == ()


@pytest.mark.parametrize(
    "shortened",
    [
        {"title": "t" * 1_999 + "…"},
        {"heading_path": ("Queues", "h" * 499 + "…")},
        {"text": "x" * 16_384},
    ],
)
async def test_a_candidate_that_was_cut_is_named_in_the_answer(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make, shortened: dict[str, Any]
) -> None:
    found = store(vector=[candidate("d#0", scores={VECTOR: 1.0}, **shortened)])
    retrieved = await retrieve(found, event())
    assert retrieved.degradations == (Degradation.CANDIDATE_TEXT,)


async def test_what_no_later_stage_reads_does_not_go_on(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make, now: datetime
) -> None:
    vector = QueryEmbedding(fingerprint="stub@1", vector=(1.0, 0.0))
    found = store(vector=[candidate("d#0", scores={VECTOR: 1.0}, updated_at=now)])
    retrieved = await retrieve(found, event(embedding=vector))
    assert retrieved.candidates[0].updated_at is None
    assert retrieved.embedding is None


async def test_a_word_that_no_document_has_is_tried_with_its_nearest_and_told(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make
) -> None:
    found = candidate("a", text="The probation period lasts six months.", scores={KEYWORD: 1.0})
    searched = store(keyword=[found])
    searched.known = {"contract"}

    result = await retrieve(
        searched, event(standalone_text="probaton period of the contract in Zanzibar")
    )

    assert result.standalone_text == "probation period of the contract in Zanzibar"
    assert result.unknown_words == ("Zanzibar",)
    assert {text for text, _ in searched.words} == {"probaton", "contract", "Zanzibar"}
    assert {scope.tenant for _, scope in searched.words} == {"default"}


async def test_what_is_too_long_for_a_word_is_neither_looked_up_nor_carried_on(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make
) -> None:
    found = candidate("a", text="The probation period.", scores={KEYWORD: 1.0})
    long = "x" * bounds.STANDALONE_CHARS

    result = await retrieve(store(keyword=[found]), event(standalone_text=long))

    assert result.unknown_words == ()


async def test_without_a_search_for_words_nothing_is_said_of_them(
    retrieve: Any, store: Any, event: MakeEvent
) -> None:
    by_vector = event(standalone_text="probaton", plan={"weights": {VECTOR: 1.0}})

    assert (await retrieve(store(), by_vector)).unknown_words is None


async def test_similarities_go_on_in_the_unit_that_all_embedders_share(
    retrieve: Any, store: Any, event: MakeEvent, candidate: Make, embedder: Any
) -> None:
    model = embedder()
    model.similarity = lambda cosine: 2 * cosine - 1
    found = [candidate("a", scores={VECTOR: 0.9}), candidate("b", scores={VECTOR: 0.6})]
    result = await retrieve(store(vector=found), event(), model)
    assert [c.scores[VECTOR] for c in result.candidates] == pytest.approx([0.8, 0.2])
    plain = await retrieve(store(vector=found), event())
    assert [c.fused for c in result.candidates] == pytest.approx(
        [c.fused for c in plain.candidates]
    )
