"""Which paths are not a document's own."""

from __future__ import annotations

import pytest

from ragline_gateway.documents.sub_resources import sub_resource


@pytest.mark.parametrize(
    ("document_id", "name"),
    [("a/status", "status"), ("/source", "source"), ("status", None), ("a/status.md", None)],
)
def test_a_path_below_a_document_is_told(document_id: str, name: str | None) -> None:
    assert sub_resource(document_id) == name
