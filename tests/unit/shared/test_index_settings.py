"""Settings that differ from index to index."""

from __future__ import annotations

import pytest

from ragline.contracts.indexes import Index
from ragline.errors import Misconfigured
from ragline.index_settings import settings_for
from ragline.settings import StoreKind, VectorStoreSettings
from ragline_ingestor.settings import Settings as IngestorSettings
from ragline_retriever.settings import Settings as RetrieverSettings

NEW = Index(
    name="new",
    settings={
        "EMBEDDING__MODEL": "bge-small-en-v1.5-q",
        "INGESTOR__CHUNK_TARGET": "400",
        "INGESTOR__DOCX_COMMENTS": "true",
        "VECTOR_STORE__COLLECTION": "Index_new",
    },
)


def test_the_index_s_own_settings_win_and_all_others_stay() -> None:
    settings = IngestorSettings(
        vector_store=VectorStoreSettings(kind=StoreKind.PGVECTOR, pool_size=3)
    )
    found = settings_for(settings, NEW)
    assert found.embedding.model == "bge-small-en-v1.5-q"
    assert (found.ingestor.chunk_target, found.ingestor.docx_comments) == (400, True)
    assert found.vector_store.collection == "Index_new"
    assert (found.vector_store.kind, found.vector_store.pool_size) == (StoreKind.PGVECTOR, 3)
    assert found.vector_store.url == settings.vector_store.url


def test_an_index_elsewhere_is_not_sought_at_the_url_in_the_services_own_file() -> None:
    own = VectorStoreSettings(url_file="/etc/ragline/store/url")
    elsewhere = Index(name="new", settings={"VECTOR_STORE__URL": "http://elsewhere:8080"})
    found = settings_for(RetrieverSettings(vector_store=own), elsewhere).vector_store
    assert (found.url_file, found.url.get_secret_value()) == (None, "http://elsewhere:8080")
    assert settings_for(RetrieverSettings(vector_store=own), NEW).vector_store == (
        own.model_copy(update={"collection": "Index_new"})
    )


def test_groups_that_a_service_lacks_are_left_out() -> None:
    found = settings_for(RetrieverSettings(), NEW)
    assert found.embedding.model == "bge-small-en-v1.5-q"


def test_the_base_changes_nothing() -> None:
    settings = RetrieverSettings()
    assert settings_for(settings, Index(name="base")) == settings


@pytest.mark.parametrize(
    ("name", "value"), [("INGESTOR__CHUNK_TARGET", "many"), ("INGESTOR__CHUNK_SIZE", "3")]
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    index = Index(name="new", settings={name: value})
    with pytest.raises(Misconfigured, match=f"index new cannot have .*RAGLINE_{name}"):
        settings_for(IngestorSettings(), index)
