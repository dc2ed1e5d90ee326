"""What running processes say of themselves, compared."""

from __future__ import annotations

from datetime import UTC, datetime

from ragline.ports.process_notes import EmbeddedIndex, Presence
from ragline_cli.doctor.checks.services import judge_indexes, judge_versions
from ragline_cli.doctor.diagnosis import Severity

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def presence(
    service: str, version: str = "1.0.0", model: str | None = None, collection: str = "Chunks"
) -> Presence:
    index = model and EmbeddedIndex(
        name="base", collection=f"pgvector {collection}", fingerprint=model
    )
    return Presence(service=service, instance="a", at=NOW, version=version, index=index or None)


def test_one_release_and_one_model_need_no_word() -> None:
    found = [presence("retriever", model="e5"), presence("ingestor", model="e5")]
    assert list(judge_versions(found, "1.0.0")) == []
    assert list(judge_indexes(found)) == []


def test_a_service_of_two_releases_is_in_an_upgrade() -> None:
    found = [presence("retriever"), presence("retriever"), presence("retriever", "1.1.0")]
    (diagnosis,) = judge_versions([*found, presence("monitor")], "1.0.0")
    assert (diagnosis.severity, diagnosis.subject) == (Severity.WARNING, "retriever")
    assert "1.0.0 (2), 1.1.0 (1)" in diagnosis.meaning
    assert diagnosis.remedy == "kubectl rollout status deployment/ragline-retriever"


def test_services_of_different_releases_are_named() -> None:
    (diagnosis,) = judge_versions([presence("retriever"), presence("monitor", "1.1.0")], "1.0.0")
    assert (diagnosis.severity, diagnosis.subject) == (Severity.WARNING, "releases")
    assert "monitor 1.1.0, retriever 1.0.0" in diagnosis.meaning


def test_a_command_of_another_release_says_so() -> None:
    (diagnosis,) = judge_versions([presence("retriever")], "2.0.0")
    assert diagnosis.severity is Severity.NOTICE
    assert list(judge_versions([], "2.0.0")) == []


def test_services_with_different_models_or_collections_are_an_error() -> None:
    for other in (
        presence("ingestor", model="bge"),
        presence("ingestor", model="e5", collection="B"),
    ):
        (diagnosis,) = judge_indexes(
            [presence("retriever", model="e5"), other, presence("monitor")]
        )
        assert (diagnosis.severity, diagnosis.subject) == (Severity.ERROR, "index base")
        assert "retriever (1): pgvector Chunks, e5" in diagnosis.meaning
        assert "ingestor (1)" in diagnosis.meaning
        assert diagnosis.remedy
