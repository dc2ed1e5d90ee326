"""`ragline eval compression`: the baselines, what is measured, figures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragline.clock import utc_now
from ragline.contracts.plan import Intent, Plan, SearchKind
from ragline.contracts.queries import CandidatesRanked, Passage
from ragline_evaluation.compression import plot, report
from ragline_evaluation.compression.measure import OURS, SHARES, TRUNCATED, WHOLE, Kept, measure
from ragline_evaluation.compression.truncation import truncated, whole

TEXTS = st.lists(st.text(st.sampled_from("ab \n"), min_size=1), max_size=5)


def words(text: str) -> int:
    return len(text.split())


def event(*texts: str, question: str) -> CandidatesRanked:
    return CandidatesRanked(
        query_id="q",
        text=question,
        standalone_text=question,
        intent=Intent.FACTUAL,
        confidence=0.9,
        plan=Plan(name="factual", weights={SearchKind.VECTOR: 1}),
        passages=tuple(
            Passage(
                chunk_id=f"c{n}",
                document_id=f"d{n}",
                version=1,
                ordinal=0,
                title="",
                text=text,
                start=0,
                end=len(text),
                score=1 - n / 10,
            )
            for n, text in enumerate(texts)
        ),
        watermark=0,
        deadline=utc_now() + timedelta(hours=1),
    )


EVENT = event(
    "The weather was mild that day. " * 15,
    "Durable queues survive a restart. The weather turned.",
    question="What survives a restart?",
)


def test_truncation_keeps_words_and_whole_passages_keeps_passages() -> None:
    texts = ["one two three", "four five", "six"]
    assert truncated(texts, 4, words) == ["one two three", "four"]
    assert whole(texts, 4, words) == ["one two three"]
    assert truncated(texts, 0, words) == whole(texts, 0, words) == []
    assert truncated(texts, 99, words) == whole(texts, 99, words) == texts


@given(TEXTS, st.integers(0, 20))
def test_the_baselines_keep_the_budget_and_truncation_fills_it(
    texts: list[str], budget: int
) -> None:
    cut = sum(map(words, truncated(texts, budget, words)))
    assert cut == min(budget, sum(map(words, texts)))
    assert sum(map(words, whole(texts, budget, words))) <= cut


def test_the_sentence_that_answers_outlives_truncation() -> None:
    found = measure(EVENT, "Durable queues", words)
    assert (found.tokens, found.full) == (98, 1.0)
    assert found.kept[OURS, 0.4].recall == 1
    assert found.kept[TRUNCATED, 0.4].recall == found.kept[WHOLE, 0.4].recall == 0
    assert found.kept[TRUNCATED, 0.4].tokens == 39 / 98
    assert found.kept[TRUNCATED, 1.0] == Kept(1.0, 1.0)
    assert all(kept.tokens <= share for (_, share), kept in found.kept.items())


def test_figures_table_and_picture(tmp_path: Path) -> None:
    lost = event("Nothing of the kind.", question="What survives a restart?")
    compressed = [measure(EVENT, "Durable queues", words), measure(lost, "Streams", words)]
    found = report.report("docs", compressed, left_out=3)
    assert found.full == 0.5
    row = found.rows[SHARES.index(0.4)]
    assert row.recall == {OURS: 0.5, TRUNCATED: 0.0, WHOLE: 0.0}
    assert row.against.mean == 0.5
    assert row.lost.mean == pytest.approx(0)
    text = report.markdown(found)
    assert "2 questions, 3 without an answer" in text
    assert "| 40% | 0.500 | 0.000 | 0.000 | +0.500" in text
    plot.draw([found], tmp_path / "report.svg")
    assert "docs (2 questions)" in (tmp_path / "report.svg").read_text()
