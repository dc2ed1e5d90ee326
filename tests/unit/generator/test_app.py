"""The service as it is composed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ragline.contracts.plan import UnsupportedPolicy
from ragline.contracts.topics import ANSWERS, RANKED, Service
from ragline.observability.metrics import Metrics
from ragline_generator.app import SPEC, compose
from ragline_generator.caching.composition import made_with
from ragline_generator.caching.stage import CachingStage
from ragline_generator.settings import GeneratorSettings


def test_the_service_reads_ranked_passages_and_writes_answers() -> None:
    assert SPEC.service is Service.GENERATOR
    assert SPEC.inbound == (RANKED,)
    assert SPEC.outbound == (ANSWERS,)


async def test_nothing_has_to_be_up_for_it_to_start() -> None:
    async with compose(GeneratorSettings(), Metrics()) as composition:
        assert composition.checks == {}
        assert composition.ledger is not None


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAGLINE_GENERATOR__POLICY", "drop")
    monkeypatch.setenv("RAGLINE_LLM__BASE_URL", "http://localhost:1/v1")

    settings = GeneratorSettings()

    assert settings.generator.policy is UnsupportedPolicy.DROP
    assert settings.llm.configured


async def test_answers_are_cached_only_where_tenants_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with compose(GeneratorSettings(), Metrics()) as composition:
        assert not isinstance(composition.stage, CachingStage)
    monkeypatch.setenv("RAGLINE_GENERATOR__CACHE_TENANTS", '["acme", "*"]')
    async with compose(GeneratorSettings(), Metrics()) as composition:
        assert isinstance(composition.stage, CachingStage)


def test_a_tenant_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError):
        GeneratorSettings.model_validate({"generator": {"cache_tenants": ["acme*"]}})


def made(**groups: dict[str, Any]) -> str:
    return made_with(GeneratorSettings.model_validate(groups))


@pytest.mark.parametrize(
    "groups",
    [
        {"llm": {"model": "other"}},
        {"llm": {"base_url": "http://localhost:1/v1"}},
        {"llm": {"api_key": "secret"}},
        {"llm": {"temperature": 0.5}},
        {"generator": {"policy": "drop"}},
        {"generator": {"min_support": 0.5}},
        {"generator": {"max_answer_tokens": 100}},
    ],
)
def test_answers_made_by_other_settings_are_others(groups: dict[str, Any]) -> None:
    assert made(**groups) != made()


def test_another_folder_of_prompts_counts_by_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "answer.v4.system.md").write_text("be kind")
    kind = made(generator={"prompts_dir": str(tmp_path)})
    (tmp_path / "answer.v4.system.md").write_text("be brief")

    assert len({kind, made(generator={"prompts_dir": str(tmp_path)}), made()}) == 3


@pytest.mark.parametrize(
    "groups",
    [
        {"redis": {"url": "redis://elsewhere:6379"}},
        {"generator": {"cache_tenants": ["*"], "cache_ttl_s": 5}},
        {"llm": {"timeout_s": 5, "prices_file": "own.toml"}},
        {"ladder": {"extractive_s": 1}},
    ],
)
def test_settings_that_do_not_show_in_answers_leave_the_cache_as_it_is(
    groups: dict[str, Any],
) -> None:
    assert made(**groups) == made()


def test_what_answers_are_made_with_holds_no_secret() -> None:
    assert "hunter2" not in json.dumps(made(llm={"api_key": "hunter2"}))
