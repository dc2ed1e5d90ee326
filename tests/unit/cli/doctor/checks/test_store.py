"""What is said of a collection."""

from __future__ import annotations

from ragline.adapters.stores.indexing import CollectionContents, IndexIdentity
from ragline.settings import VectorStoreSettings
from ragline_cli.doctor.checks.store import judge
from ragline_cli.doctor.diagnosis import Severity

SETTINGS = VectorStoreSettings()


def test_a_missing_collection_is_a_warning() -> None:
    (found,) = judge(SETTINGS, None)
    assert found.severity is Severity.WARNING
    assert found.subject == "weaviate Chunks"


def test_identity_and_counts_are_told() -> None:
    identity = IndexIdentity("model@1", 384)
    (found,) = judge(SETTINGS, CollectionContents(identity=identity, documents=3, chunks=7))
    assert found.severity is Severity.NOTICE
    for told in ("model@1", "384", "3 documents, 7 chunks"):
        assert told in found.meaning


def test_a_collection_of_another_analysis_is_an_error() -> None:
    identity = IndexIdentity("model@1", 384, analysis=1)
    found = list(judge(SETTINGS, CollectionContents(identity=identity, tenants=1)))
    assert [each.severity for each in found] == [Severity.ERROR, Severity.NOTICE]
