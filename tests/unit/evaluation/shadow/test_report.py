"""What the report of a shadow says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evaluation.shadow.pairs import NOW, answer, pair, refused

from ragline.contracts.answers import AnswerStatus
from ragline_evaluation.shadow.figures import OtherSetting, Run, ShadowReport
from ragline_evaluation.shadow.markdown import markdown
from ragline_evaluation.shadow.report import report
from ragline_evaluation.shadow.statistics import mean_difference, share, sign_test
from ragline_evaluation.shadow.tally import Tally

RUN = Run(
    name="lean",
    share=0.1,
    started_at=NOW,
    ended_at=NOW + timedelta(seconds=60),
    settings=[OtherSetting(name="RAGLINE_LLM__MODEL", shadow="small", otherwise="large")],
    traffic={"sampled": 3, "pairs": 2, "skipped_behind": 1},
)


def reported(*pairs: Any, texts: bool = False, examples: int = 20) -> ShadowReport:
    tally = Tally(examples=examples, texts=texts)
    for each in pairs:
        tally.ran(each.shadow)
        tally.add(each)
    return report(tally, RUN)


def test_status_changes_are_a_table_with_their_likelihood() -> None:
    found = reported(
        *[pair(answer(), refused())] * 6, pair(refused(), answer()), *[pair(answer(), answer())] * 3
    )
    assert found.statuses == [
        ("answered", "refused", 6),
        ("answered", "answered", 3),
        ("refused", "answered", 1),
    ]
    assert (found.newly_refused, found.newly_answered) == (6, 1)
    assert found.sign_test == pytest.approx(0.125)  # 2 * (1 + 7) / 2^7
    assert found.status_changed.share == 0.7
    text = markdown(found)
    assert "| answered | 3 | 6 | 0 | 0 |" in text
    assert "6 answered questions are refused, 1 refused ones answered (sign test p = 0.12)" in text


def test_answers_are_compared_only_where_both_answered() -> None:
    found = reported(
        pair(answer(cited=("a",)), answer(cited=("a",))),
        pair(answer(cited=("a", "b")), answer("Use y.", cited=("b",), supported=(True, False))),
        pair(answer(), refused()),
    ).answers
    assert found.both == 2
    assert found.mean_overlap == 0.75
    assert (found.same_first_source.count, found.same_text.count) == (1, 1)
    assert found.support == (1.0, 0.75)
    assert found.support_difference is not None
    assert found.support_difference.low < found.support_difference.mean == -0.25


def test_work_is_compared_stage_by_stage_and_cached_answers_are_left_out() -> None:
    cached = answer(cached={"answered_at": NOW}, work_ms=1, usage={"prompt_tokens": 0})
    found = reported(
        pair(answer(work_ms=10), answer(work_ms=30)),
        pair(cached, answer(work_ms=30, usage={"prompt_tokens": 500})),
    )
    generator = next(each for each in found.latency if each.stage == "generator")
    assert (generator.questions, generator.p50) == (1, (10.0, 30.0))
    assert found.latency[-1].stage == "total"
    assert found.latency[-1].p95 == (40.0, 120.0)
    assert found.effort.cached == 1
    assert found.effort.prompt_tokens == (0, 0)


def test_a_question_that_did_not_go_all_the_way_has_no_total() -> None:
    early = answer(status=AnswerStatus.EXPIRED)
    early = early.model_copy(update={"timings": early.timings[:2]})
    found = reported(pair(answer(), early))
    assert [each.stage for each in found.latency] == ["classifier", "retriever"]
    assert found.effort.questions == 0


def test_costs_are_compared_where_both_prices_are_known() -> None:
    priced = {"prompt_tokens": 100, "completion_tokens": 10, "cost": 0.002}
    found = reported(
        pair(answer(usage=priced), answer(usage=priced | {"cost": 0.001})),
        pair(answer(usage=priced), answer(usage={"prompt_tokens": 100})),
    ).effort
    assert (found.questions, found.priced) == (2, 1)
    assert found.cost == (0.002, 0.001)
    assert found.prompt_tokens == (200, 200)


def test_intents_plans_degradations_and_models_are_counted_on_both_sides() -> None:
    found = reported(
        pair(
            answer(intent="factual", plan="factual", models={"answer": "large"}),
            answer(
                intent="procedural",
                plan="procedural",
                models={"answer": "small"},
                degradations=("rerank_skipped",),
            ),
        )
    )
    assert found.intents == found.plans == [("factual", "procedural", 1)]
    assert found.degradations == {"rerank_skipped": (0, 1)}
    assert found.models == {"answer: large": (1, 0), "answer: small": (0, 1)}


def test_errors_of_the_shadow_are_entries_with_an_example() -> None:
    failed = answer(
        "", status=AnswerStatus.FAILED, error={"code": "unavailable", "message": "no store | here"}
    )
    found = reported(pair(answer(), failed), pair(answer(), failed))
    assert found.failures == {"unavailable": {"count": 2, "example": "no store | here"}}
    assert "| unavailable | 2 | no store \\| here |" in markdown(found)


def test_texts_are_in_the_report_only_on_request() -> None:
    different = pair(answer("the live secret"), answer("the other secret"), "a secret question")
    without = reported(different)
    assert "secret" not in json.dumps(without.as_dict()) + markdown(without)
    shown = reported(different, texts=True)
    assert shown.most_different[0].texts == ("the live secret", "the other secret")
    assert "**a secret question** (q)" in markdown(shown)
    assert "> the other secret" in markdown(shown)


def test_the_most_different_come_first_and_alike_ones_not_at_all() -> None:
    pairs = [
        pair(answer(query_id="alike"), answer(), "alike?"),
        pair(answer("Use x.", query_id="words"), answer("Use y."), "words?"),
        pair(answer(query_id="status"), refused(), "status?"),
        pair(answer(query_id="later"), refused(), "later?"),
        pair(answer(query_id="documents"), answer(cited=("z",)), "documents?"),
    ]
    kept = [each.query_id for each in reported(*pairs).most_different]
    assert kept == ["status", "later", "documents", "words"]
    fewer = [each.query_id for each in reported(*pairs, examples=2).most_different]
    assert fewer == ["status", "later"]
    assert reported(*pairs, examples=0).most_different == []


def test_a_question_that_many_ask_is_listed_once_where_it_differs_most() -> None:
    found = reported(
        pair(answer(query_id="first"), answer(cited=("z",)), "again?"),
        pair(answer(query_id="worst"), refused(), "again?"),
        pair(answer(query_id="last"), refused(), "again?"),
        pair(answer(query_id="other", tenant="acme"), refused(), "again?"),
    )
    assert [each.query_id for each in found.most_different] == ["worst", "other"]


def test_the_settings_that_differ_head_the_report() -> None:
    text = markdown(reported())
    assert "| `RAGLINE_LLM__MODEL` | small | large |" in text
    assert "3 sampled, 2 pairs, 1 skipped behind" in text
    assert "nothing to compare" in text
    assert json.loads(json.dumps(reported().as_dict()))["run"]["started_at"] == NOW.isoformat()


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(count: int, more: int) -> None:
    found = share(count, count + more)
    if found.share is None or found.low is None or found.high is None:
        assert count + more == 0
    else:
        assert 0 <= found.low <= found.share + 1e-9
        assert found.share - 1e-9 <= found.high <= 1


def test_without_changes_or_values_nothing_is_claimed() -> None:
    assert sign_test(0, 0) is None
    assert mean_difference([], []) is None
    alike = mean_difference([1.0, 1.0], [1.0, 1.0])
    assert alike is not None
    assert (alike.low, alike.high) == (0.0, 0.0)
