"""What the documents topic says about a tenant's documents."""

from __future__ import annotations

import base64

from ragline.contracts.documents import DocumentChanged
from ragline_cli.ingest.events import digest_of
from ragline_cli.ingest.published import content_digest, keep_last


def document(version: int, tenant: str = "t", **fields: str) -> DocumentChanged:
    fields = {"content": "x"} | fields
    return DocumentChanged.model_validate(
        {"tenant": tenant, "document_id": "a.md", "version": version, **fields}
    )


def test_the_highest_version_counts_whatever_the_order() -> None:
    found: dict[str, DocumentChanged] = {}
    for event in (document(2), document(3), document(1), None, document(9, tenant="other")):
        keep_last(found, event, "t")
    assert found == {"a.md": document(3)}


def test_text_and_base64_of_the_same_bytes_have_the_same_digest() -> None:
    encoded = base64.b64encode("Ünï".encode()).decode()
    as_bytes = document(1, content=encoded, content_encoding="base64")
    assert content_digest(document(1, content="Ünï")) == content_digest(as_bytes)
    assert content_digest(as_bytes) == digest_of("Ünï".encode())


def test_content_that_is_elsewhere_gone_or_broken_has_no_digest() -> None:
    elsewhere = DocumentChanged(document_id="a.md", version=1, content_uri="https://x.example/a")
    deleted = DocumentChanged.model_validate(
        {"document_id": "a.md", "version": 1, "operation": "delete"}
    )
    broken = document(1, content="a", content_encoding="base64")
    assert [content_digest(each) for each in (elsewhere, deleted, broken)] == [None, None, None]
