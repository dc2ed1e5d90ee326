from __future__ import annotations

from pathlib import Path

import pytest

from ragline.contracts.queries import QueryClassified, QuerySubmitted
from ragline.contracts.topics import ANSWERS, INTENTS, QUERIES, Service
from ragline.errors import Misconfigured
from ragline.observability.metrics import Metrics
from ragline_classifier.app import SPEC, compose
from ragline_classifier.settings import Settings


def test_the_service_reads_queries_and_writes_intents_or_answers() -> None:
    assert SPEC.service is Service.CLASSIFIER
    assert SPEC.inbound == (QUERIES,)
    assert SPEC.outbound == (INTENTS, ANSWERS)


async def test_the_default_composition_needs_nothing_but_itself() -> None:
    async with compose(Settings(), Metrics()) as composition:
        out = await composition.stage(QuerySubmitted(query_id="q", text="How do I open a port?"))
    assert composition.checks == {}
    assert isinstance(out, QueryClassified)
    assert out.plan.name == "procedural"


async def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "plans.toml"
    path.write_text("profile = 3")
    monkeypatch.setenv("RAGLINE_CLASSIFIER__PLANS_FILE", str(path))
    with pytest.raises(Misconfigured, match=str(path)):
        async with compose(Settings(), Metrics()):
            pass


@pytest.mark.parametrize("name", ["INTENT_MODEL", "REWRITER"])
async def test_wanting_a_language_model_without_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"RAGLINE_CLASSIFIER__{name}", "llm")
    with pytest.raises(Misconfigured, match="RAGLINE_LLM__BASE_URL"):
        async with compose(Settings(), Metrics()):
            pass


async def test_a_configured_language_model_is_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGLINE_CLASSIFIER__INTENT_MODEL", "llm")
    monkeypatch.setenv("RAGLINE_CLASSIFIER__REWRITER", "llm")
    monkeypatch.setenv("RAGLINE_LLM__BASE_URL", "http://127.0.0.1:1/v1")
    async with compose(Settings(), Metrics()) as composition:
        assert composition.stage is not None
