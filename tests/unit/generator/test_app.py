"""The service as it is composed."""

from __future__ import annotations

import pytest

from ragline.contracts.topics import ANSWERS, RANKED, Service
from ragline.observability.metrics import Metrics
from ragline_generator.app import SPEC, compose
from ragline_generator.settings import GeneratorSettings
from ragline_generator.verdicts import Policy


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

    assert settings.generator.policy is Policy.DROP
    assert settings.llm.configured
