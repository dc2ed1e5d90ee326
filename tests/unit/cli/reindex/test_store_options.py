"""An index in another store: no credentials on a topic."""

from __future__ import annotations

import pytest

from ragline.errors import Misconfigured
from ragline_cli.reindex.store_options import store_settings


def test_what_is_not_given_is_the_services_own() -> None:
    assert store_settings(None, None) == {}
    assert store_settings("weaviate", "http://w:8080") == {
        "VECTOR_STORE__KIND": "weaviate",
        "VECTOR_STORE__URL": "http://w:8080",
    }


@pytest.mark.parametrize("url", ["postgresql://u:p@db/x", "postgresql://u@db/x"])
def test_credentials_are_refused(url: str) -> None:
    with pytest.raises(Misconfigured, match="PGPASSFILE"):
        store_settings("pgvector", url)
