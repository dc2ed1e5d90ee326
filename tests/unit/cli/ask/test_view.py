"""What a person sees of an answer beside its text."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any

from rich.console import Console, RenderableType

from ragline.contracts.answers import (
    AnswerError,
    AnswerStatus,
    Cached,
    Citation,
    Claim,
    ClaimSupport,
    NearestSource,
    QueryAnswered,
    StageTiming,
    Usage,
    Validation,
)
from ragline.contracts.plan import Intent
from ragline_cli.ask.view import details, timings_table


def shown(content: RenderableType) -> str:
    console = Console(file=StringIO(), width=140)
    console.print(content)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def answered(**fields: Any) -> QueryAnswered:
    fields = {"status": AnswerStatus.ANSWERED} | fields
    return QueryAnswered(query_id="q", answered_at=datetime(2026, 1, 5, tzinfo=UTC), **fields)


def test_a_citation_names_document_version_place_and_quote() -> None:
    citation = Citation(
        marker=1,
        chunk_id="c",
        document_id="keys.md",
        version=7,
        heading_path=("Keys", "[b]Rotation"),
        url="https://docs.example.com/keys",
        start=120,
        end=138,
        quote="Run  `keys\nrotate`\x1b[2J",
    )
    text = shown(details(answered(citations=(citation,)), elapsed_ms=10))
    for part in (
        "[1]",
        "keys.md",
        "version 7",
        "Keys > [b]Rotation",
        "characters 120-138",
        "https://docs.example.com/keys",
        "Run `keys rotate`[2J",
    ):
        assert part in text
    assert "\x1b" not in text


def test_waiting_is_shown_apart_from_work_and_the_rest_is_named() -> None:
    timings = (
        StageTiming(stage="classifier", queued=1000, started=1010, finished=1030),
        StageTiming(stage="generator", queued=1030, started=1035, finished=1080),
    )
    lines = shown(timings_table(timings, elapsed_ms=100)).splitlines()
    by_stage = {line.split()[0]: line.split()[1:] for line in lines if line.split()}
    assert by_stage["classifier"][:4] == ["10", "ms", "20", "ms"]
    assert by_stage["generator"][:4] == ["5", "ms", "45", "ms"]
    assert by_stage["publish"][2:4] == ["20", "ms"]
    assert by_stage["total"][:2] == ["100", "ms"]
    assert by_stage["classifier"][4] == "░░░██████"


def test_clocks_that_disagree_do_not_break_the_table() -> None:
    timings = (StageTiming(stage="classifier", queued=1010, started=1000, finished=1000),)
    assert "classifier" in shown(timings_table(timings, elapsed_ms=0))


def test_a_refusal_shows_what_is_near() -> None:
    near = NearestSource(document_id="keys.md", version=1, title="Signing keys", score=0.42)
    text = shown(details(answered(status=AnswerStatus.REFUSED, nearest=(near,)), elapsed_ms=1))
    assert "refused" in text
    assert "Signing keys" in text
    assert "0.42" in text


def test_a_near_source_shows_its_heading_and_address() -> None:
    near = NearestSource(
        document_id="keys.md",
        version=1,
        title="Keys",
        heading_path=("Keys", "Rotation"),
        url="https://docs.example/keys",
        score=0.42,
    )
    text = shown(details(answered(status=AnswerStatus.REFUSED, nearest=(near,)), elapsed_ms=1))
    assert "Keys > Rotation" in text
    assert "https://docs.example/keys" in text


def test_a_failure_says_why() -> None:
    error = AnswerError(code="unavailable", message="the vector store does not answer")
    text = shown(details(answered(status=AnswerStatus.FAILED, error=error), elapsed_ms=1))
    assert "failed: the vector store does not answer (unavailable)" in text


def test_plan_models_claims_tokens_and_degradations_are_told() -> None:
    claims = tuple(
        Claim(text="x", start=0, end=1, support=support, score=1)
        for support in (ClaimSupport.SUPPORTED, ClaimSupport.UNSUPPORTED)
    )
    answer = answered(
        intent=Intent.PROCEDURAL,
        plan="procedural",
        models={"llm": "m"},
        validation=Validation(method="lexical", claims=claims),
        usage=Usage(prompt_tokens=10, completion_tokens=2),
        first_text_ms=412.4,
        degradations=("rerank_skipped",),
    )
    text = shown(details(answer, elapsed_ms=1))
    for part in (
        "intent procedural, plan procedural",
        "models llm m",
        "1 of 2 claims supported (lexical)",
        "tokens 10 in, 2 out",
        "first text 412 ms after the generator began",
        "went without: rerank_skipped",
    ):
        assert part in text


def test_an_answer_from_the_cache_says_so_and_when_it_was_first_given() -> None:
    first = datetime(2026, 1, 4, 18, 30, tzinfo=UTC)
    text = shown(details(answered(cached=Cached(answered_at=first)), elapsed_ms=1))
    assert "cached: first answered 2026-01-04 18:30:00 UTC" in text
    assert "cached" not in shown(details(answered(), elapsed_ms=1))
