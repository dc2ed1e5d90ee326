"""Which index an evaluation opens, and what it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ragline.contracts.indexes import Index, IndexesChanged
from ragline.errors import Misconfigured
from ragline.messaging.kafka_clients import ClientProfile
from ragline.settings import KafkaSettings
from ragline_cli.evaluate.store import evaluation_store
from ragline_cli.reindex import searched_index
from ragline_cli.stack.state import StackKind

COLLECTION = "RAGLINE_VECTOR_STORE__COLLECTION"
FINER = Index(
    name="finer",
    settings={"VECTOR_STORE__COLLECTION": "Index_finer", "VECTOR_STORE__KIND": "weaviate"},
)


@pytest.fixture(autouse=True)
def _a_store_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def flipped(kafka: KafkaSettings, _profile: ClientProfile) -> IndexesChanged:
        assert kafka.bootstrap_servers == "k:1"
        indexes = (Index(name="base"), FINER)
        return IndexesChanged(revision=3, live="finer", previous="base", indexes=indexes)

    monkeypatch.setattr(searched_index, "read_indexes", flipped)
    monkeypatch.setenv("RAGLINE_HOME", str(tmp_path))
    monkeypatch.setenv("RAGLINE_VECTOR_STORE__KIND", "pgvector")
    monkeypatch.setenv("RAGLINE_VECTOR_STORE__URL", "postgresql://store")
    monkeypatch.setenv(COLLECTION, "Chunks")
    monkeypatch.setenv("RAGLINE_KAFKA__BOOTSTRAP_SERVERS", "k:1")


def test_the_live_index_is_opened_unless_another_is_named() -> None:
    with evaluation_store(None, "base") as store:
        assert (store.kind, store.own, os.environ[COLLECTION]) == ("pgvector", False, "Chunks")
    with evaluation_store(None) as store:
        assert (store.kind, store.own, os.environ[COLLECTION]) == ("weaviate", False, "Index_finer")


def test_without_a_cluster_there_is_only_the_store_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RAGLINE_KAFKA__BOOTSTRAP_SERVERS")
    with evaluation_store(None) as store:
        assert (store.kind, store.own, os.environ[COLLECTION]) == ("pgvector", False, "Chunks")
    with (
        pytest.raises(Misconfigured, match="RAGLINE_KAFKA__BOOTSTRAP"),
        evaluation_store(None, "x"),
    ):
        pass
    monkeypatch.delenv("RAGLINE_VECTOR_STORE__URL")
    with pytest.raises(Misconfigured, match="ragline up"), evaluation_store(None, "x"):
        pass


def test_a_store_started_for_the_evaluation_has_no_indexes_to_name() -> None:
    with (
        pytest.raises(Misconfigured, match="leave out --stack"),
        evaluation_store(StackKind.EMBEDDED, "finer"),
    ):
        pass
