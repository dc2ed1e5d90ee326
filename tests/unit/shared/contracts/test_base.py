"""An event grows into the next one: what both know goes on, the rest is added or left behind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import (
    Candidate,
    CandidatesRanked,
    CandidatesRetrieved,
    Filters,
    Options,
    Passage,
    Principal,
    QueryClassified,
    QuerySubmitted,
    Turn,
)

TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
INSTANTS = st.none() | st.datetimes(timezones=st.just(UTC))
PLAN = Plan(name="p", weights={SearchKind.KEYWORD: 1.0})
QUERIES = st.builds(
    QuerySubmitted,
    query_id=TEXTS,
    text=TEXTS,
    tenant=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    history=st.lists(st.builds(Turn, role=st.just("user"), text=TEXTS), max_size=2).map(tuple),
    principal=st.builds(Principal, user=st.none() | TEXTS),
    filters=st.builds(Filters, tags=st.lists(TEXTS, max_size=2).map(tuple)),
    options=st.builds(Options, min_versions=st.dictionaries(TEXTS, st.integers(0, 9), max_size=2)),
    submitted_at=INSTANTS,
    deadline=INSTANTS,
)


def classified(query: QuerySubmitted) -> QueryClassified:
    return query.grown(
        QueryClassified,
        intent=Intent.FACTUAL,
        confidence=1.0,
        standalone_text=query.text,
        plan=PLAN,
    )


@given(QUERIES)
def test_all_that_was_said_goes_on_through_the_pipeline(query: QuerySubmitted) -> None:
    retrieved = classified(query).grown(CandidatesRetrieved, watermark=7, missing_versions={"d": 2})
    ranked = retrieved.grown(CandidatesRanked, rerank_model="m")

    kept = set(QuerySubmitted.model_fields)
    assert ranked.model_dump(include=kept) == query.model_dump()
    assert (ranked.plan, ranked.watermark, ranked.missing_versions) == (PLAN, 7, {"d": 2})
    assert (ranked.passages, ranked.rerank_model) == ((), "m")


@given(QUERIES, INSTANTS)
def test_what_is_added_wins(query: QuerySubmitted, deadline: datetime | None) -> None:
    changed = query.grown(QuerySubmitted, deadline=deadline)
    assert changed == query.model_copy(update={"deadline": deadline})


def test_what_the_next_one_does_not_know_is_left_behind() -> None:
    query = QuerySubmitted(query_id="q", text="why?")
    assert classified(query).grown(QuerySubmitted) == query


def test_a_part_of_an_event_grows_too() -> None:
    candidate = Candidate(
        chunk_id="c", document_id="d", version=1, ordinal=0, text="t", start=0, end=1
    )
    passage = candidate.grown(Passage, score=0.5)
    assert passage.model_dump(exclude={"rerank", "score"}) == candidate.model_dump()
    assert (passage.score, passage.rerank) == (0.5, None)


def test_what_is_missing_or_wrong_is_refused() -> None:
    query = QuerySubmitted(query_id="q", text="why?")
    with pytest.raises(ValidationError, match="intent"):
        query.grown(QueryClassified)
    with pytest.raises(ValidationError, match="text"):
        query.grown(QuerySubmitted, text=" ")
